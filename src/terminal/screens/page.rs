//! A page: the rows of a screen, before they are drawn. What is secret is named in them, never in them.

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
    /// Text at the left, text at the right end.
    Spread(Line<'static>, Line<'static>),
    /// What is typed into this field.
    Field(FieldName, Part),
    /// The numbers of groups, each over or under its group.
    Marks(Marks),
    /// A public value in 8 groups, from this column on.
    Groups(String, u16, String),
    /// A secret value in 8 groups, from this column on.
    SecretGroups(String, u16, Handle),
    /// As [`Row::SecretGroups`], with a public remark at the right end.
    SecretGroupsWith(String, u16, Handle, Line<'static>),
    /// One row of a card of words.
    CardWords(Grid, usize, Handle),
}

/// The rows of a screen and which of them have the focus.
#[derive(Default)]
pub struct Page {
    /// Its rows, from above.
    pub rows: Vec<Row>,
    /// Those that have the focus.
    pub focus: Option<Range<usize>>,
}

impl Page {
    /// A line of one style, which fits.
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

    /// Text behind something of its own (a number, a box); further lines begin under the text.
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

    /// Marks everything since `from` as having the focus.
    pub fn focus_from(&mut self, from: usize) {
        self.focus = Some(from..self.rows.len());
    }

    /// How many rows there are.
    pub const fn len(&self) -> usize {
        self.rows.len()
    }
}

/// Draws a row. Gives the cursor's place where a field in focus is typed into.
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
