//! A page: the rows of a screen before they are drawn. The rows refer to secrets but never contain them.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::DrawContext;
use super::form::{Part, entry};
use super::grid::{self, Grid};
use super::groups::{self, Marks};
use crate::ceremony::View;
use crate::names::FieldName;
use crate::terminal::screen_state::ScreenState;
use crate::terminal::theme::Theme;
use crate::terminal::{cells, text};
use crate::terms::Handle;

/// One row of a page.
pub enum Row {
    /// Text without any secret.
    Line(Line<'static>),
    /// Text at the left edge, text at the right edge.
    Spread(Line<'static>, Line<'static>),
    /// The text typed into this field.
    Field(FieldName, Part),
    /// The numbers of groups, each above or below its group.
    Marks(Marks),
    /// A public value in 8 groups, starting at this column.
    Groups(String, u16, String),
    /// A secret value in 8 groups, starting at this column.
    SecretGroups(String, u16, Handle),
    /// A label and a secret without separators of its own, in groups of four.
    SecretDigits(String, u16, Handle),
    /// Like [`Row::SecretGroups`], with a public remark at the right edge.
    SecretGroupsWith(String, u16, Handle, Line<'static>),
    /// One row of a card of words.
    CardWords(Grid, usize, Handle),
}

/// The rows of a screen, and which of them are focused.
#[derive(Default)]
pub struct Page {
    /// Its rows, top to bottom.
    pub rows: Vec<Row>,
    /// The focused rows.
    pub focus: Option<Range<usize>>,
}

impl Page {
    /// A line in one style that is known to fit.
    pub fn line(&mut self, text: String, style: Style) {
        self.rows.push(Row::Line(Line::from(Span::styled(text, style))));
    }

    /// An empty line, unless the page is empty or ends with one.
    pub fn gap(&mut self) {
        let needed = match self.rows.last() {
            None => false,
            Some(Row::Line(line)) => line.width() > 0,
            Some(_) => true,
        };
        if needed {
            self.rows.push(Row::Line(Line::default()));
        }
    }

    /// Paragraphs, wrapped.
    pub fn paragraphs(&mut self, theme: Theme, text: &[String], width: u16, style: Style) {
        self.rows.extend(text::paragraphs(theme, text, width, style).into_iter().map(Row::Line));
    }

    /// Text after a prefix (a number, a box); further lines are indented to the text.
    pub fn hanging(&mut self, theme: Theme, before: Vec<Span<'static>>, text: &str, width: u16, style: Style) {
        let before = Line::from(before);
        let indent = before.width();
        let lines = text::wrap(theme, text, usize::from(width).saturating_sub(indent));
        let mut before = Some(before);
        for line in lines {
            let mut row = before.take().unwrap_or_else(|| Line::from(" ".repeat(indent)));
            row.push_span(Span::styled(line, style));
            self.rows.push(Row::Line(row));
        }
    }

    /// Marks all rows from `from` on as focused.
    pub fn focus_from(&mut self, from: usize) {
        self.focus = Some(from..self.rows.len());
    }

    /// How many rows there are.
    pub const fn len(&self) -> usize {
        self.rows.len()
    }
}

/// Draws a row. Returns the cursor's position if it is in a focused field that takes text.
pub fn draw_row(
    buffer: &mut Buffer,
    row: &Row,
    area: Rect,
    view: &View,
    state: &ScreenState,
    context: &DrawContext<'_>,
) -> Option<Position> {
    match row {
        Row::Line(line) => {
            buffer.set_line(area.x, area.y, line, area.width);
        }
        Row::Spread(left, right) => {
            buffer.set_line(area.x, area.y, left, area.width);
            cells::put_line_right(buffer, area, right);
        }
        Row::Field(name, part) => return entry::draw(buffer, area, (*name, part), view, state, context),
        Row::Marks(marks) => groups::marks(buffer, area, *marks, context.theme),
        Row::Groups(label, from, value) => {
            groups::groups(buffer, area, label, *from, value.as_bytes(), context.theme, context.theme.normal());
        }
        Row::SecretGroups(label, from, value) => {
            let lent = context.vault.lend(*value).unwrap_or_default();
            groups::groups(buffer, area, label, *from, lent, context.theme, context.theme.strong());
        }
        Row::SecretDigits(label, from, value) => {
            let lent = context.vault.lend(*value).unwrap_or_default();
            groups::fours(buffer, area, label, *from, lent, context.theme);
        }
        Row::SecretGroupsWith(label, from, value, remark) => {
            let lent = context.vault.lend(*value).unwrap_or_default();
            cells::put_line_right(buffer, area, remark);
            groups::groups(buffer, area, label, *from, lent, context.theme, context.theme.strong());
        }
        Row::CardWords(grid, number, words) => {
            let lent = context.vault.lend(*words).unwrap_or_default();
            grid::card_row(buffer, area, *grid, *number, lent, context.theme);
        }
    }
    None
}
