//! One file for each kind of screen. A screen becomes a page of rows; what is secret is drawn cell by cell, never as
//! a text.

mod choose;
mod dice;
mod fault;
mod form;
mod grid;
mod help;
mod read;
mod reveal;
mod tick;
mod working;

use std::ops::Range;
use std::time::Instant;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

pub use self::dice::count as count_throws;
pub use self::grid::Grid;
use super::layout::{self, LEAST_HEIGHT, LEAST_WIDTH};
use super::screen_state::ScreenState;
use super::theme::{Sign, Theme};
use super::{cells, footer, header, step_list, text};
use crate::ceremony::{Body, View};
use crate::names::FieldName;

use crate::script::words;
use crate::terms::Handle;
use crate::vault::Vault;

/// What drawing needs besides the view.
#[derive(Clone, Copy)]
pub struct DrawContext<'a> {
    /// Colours and signs.
    pub theme: Theme,
    /// Lends secrets for this frame.
    pub vault: &'a Vault,
    /// For what is shown only for a moment.
    pub now: Instant,
}

impl DrawContext<'_> {
    /// A sentence as this terminal can draw it.
    pub fn text(&self, sentence: impl std::fmt::Display) -> String {
        self.theme.text(&sentence.to_string()).into_owned()
    }
}

/// Where the numbers of groups stand.
#[derive(Clone, Copy)]
pub struct Marks {
    /// The first column.
    pub from: u16,
    /// Columns from group to group.
    pub pitch: u16,
    /// How many groups there are.
    pub groups: u8,
    /// The group that is wrong, from 1.
    pub wrong: Option<u8>,
}

/// One row of a page.
pub enum Row {
    /// Text without any secret.
    Line(Line<'static>),
    /// Text at the left, text at the right end.
    Spread(Line<'static>, Line<'static>),
    /// What is typed into this field, with a note at the right end.
    Entry(FieldName, Line<'static>),
    /// The numbers of groups, each over or under its group.
    Marks(Marks),
    /// A public value in 8 groups, from this column on.
    Groups(String, u16, String),
    /// A secret value in 8 groups, from this column on.
    SecretGroups(String, u16, Handle),
    /// As [`Row::SecretGroups`], with a public remark at the right end.
    SecretGroupsWith(String, u16, Handle, Line<'static>),
    /// One row of the words that are typed into this field.
    EntryWords(FieldName, usize),
    /// One row of the dice that are typed into this field.
    EntryDice(FieldName, usize),
    /// What stands before the word that the vault suggests for this field.
    Suggestion(FieldName, String),
    /// One row of a card of words.
    CardWords(Grid, usize, Handle),
}

/// The rows of a screen and which of them have the focus.
#[derive(Default)]
pub struct Page {
    rows: Vec<Row>,
    focus: Option<Range<usize>>,
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

/// Draws the whole window. Gives the place of the cursor, where one is wanted.
pub fn draw(buffer: &mut Buffer, view: &View, state: &mut ScreenState, context: &DrawContext<'_>) -> Option<Position> {
    let area = buffer.area;
    state.too_small = area.width < LEAST_WIDTH || area.height < LEAST_HEIGHT;
    if state.too_small {
        too_small(buffer, context);
        return None;
    }
    let theme = context.theme;
    header::header(buffer, theme, &view.header);
    let alone = matches!(view.body, Body::Reveal { shown: true, .. });
    let framed = !state.help && matches!(view.body, Body::Form { irreversible: true, .. });
    // the footer's keys depend on whether all text fits, and what fits on the height of the footer
    let mut footer_lines = 1;
    let (places, page, first, lines) = loop {
        let mut places = layout::places(area, footer_lines, !alone);
        if framed {
            // the frame takes the line above the body, and one inside it stays empty
            places.body.y += 1;
            places.body.height = places.body.height.saturating_sub(2);
        }
        let page = if state.help {
            help::page(view, state, context, places.body.width)
        } else {
            page(view, state, context, places.body.width)
        };
        let first = state.settle(page.rows.len(), usize::from(places.body.height), page.focus.as_ref());
        let lines = footer::footer_lines(theme, state.mode(view), &view.header.mark, area.width);
        if lines.len() <= usize::from(footer_lines) {
            break (places, page, first, lines);
        }
        footer_lines += 1;
    };
    let mut cursor = None;
    let rows = page.rows.iter().enumerate().skip(first);
    for (y, (number, row)) in (places.body.top()..places.body.bottom()).zip(rows) {
        let here = draw_row(buffer, row, Rect::new(places.body.x, y, places.body.width, 1), view, state, context);
        // the cursor sits on the focus, where screen readers and braille lines look for it
        let focus = page.focus.as_ref().is_some_and(|focus| focus.start == number && !is_form(view));
        cursor = cursor.or(here).or(focus.then_some(Position::new(places.body.x, y)));
    }
    if framed {
        let rows = u16::try_from(page.len()).unwrap_or(u16::MAX).min(places.body.height);
        let inside = Rect { height: rows, ..places.body };
        frame(buffer, theme, inside, &context.text(words::FRAME_IRREVERSIBLE));
    }
    notice(buffer, places.notice, state, context);
    if let Some(steps) = places.steps {
        step_list::steps(buffer, theme, steps, &view.steps);
    }
    footer::footer(buffer, theme, places.footer, &lines, &view.header.mark);
    cursor
}

const fn is_form(view: &View) -> bool {
    matches!(view.body, Body::Form { .. })
}

/// What the wipe leaves on the screen: nothing.
pub fn neutral(buffer: &mut Buffer) {
    buffer.reset();
}

fn page(view: &View, state: &ScreenState, context: &DrawContext<'_>, width: u16) -> Page {
    match &view.body {
        Body::Read { text } | Body::Ended { text } => read::page(context, text, width),
        Body::Tick { text, items, .. } => tick::page(state, context, text, items, width),
        Body::Choose { text, options, .. } => choose::page(state, context, text, options, width),
        Body::Form { text, fields, .. } => form::page(state, context, text, fields, width),
        Body::Reveal { .. } => reveal::page(context, &view.body, width),
        Body::Working { text, progress, seconds, .. } => working::page(context, text, *progress, *seconds, width),
        Body::Fault { happened, truth, choices } => fault::page(state, context, happened, truth, choices, width),
    }
}

fn draw_row(
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
            put_line_right(buffer, area, right);
        }
        Row::Entry(name, note) => {
            put_line_right(buffer, area, note);
            return form::entry(buffer, area, *name, view, state, context);
        }
        Row::Marks(marks) => reveal::marks(buffer, area, *marks, context.theme),
        Row::Groups(label, from, value) => {
            reveal::groups(buffer, area, label, *from, value.as_bytes(), context.theme, context.theme.normal());
        }
        Row::SecretGroups(label, from, value) => {
            let lent = context.vault.lend(*value).unwrap_or_default();
            reveal::groups(buffer, area, label, *from, lent, context.theme, context.theme.strong());
        }
        Row::SecretGroupsWith(label, from, value, remark) => {
            let lent = context.vault.lend(*value).unwrap_or_default();
            put_line_right(buffer, area, remark);
            reveal::groups(buffer, area, label, *from, lent, context.theme, context.theme.strong());
        }
        Row::EntryWords(name, row) => return form::words(buffer, area, *name, *row, view, state, context),
        Row::EntryDice(name, row) => return form::dice(buffer, area, *name, *row, view, state, context),
        Row::Suggestion(name, before) => form::suggestion(buffer, area, *name, before, view, state, context),
        Row::CardWords(grid, number, words) => {
            let lent = context.vault.lend(*words).unwrap_or_default();
            grid::card_row(buffer, area, *grid, *number, lent, context.theme);
        }
    }
    None
}

fn put_line_right(buffer: &mut Buffer, area: Rect, line: &Line<'_>) {
    let long = u16::try_from(line.width()).unwrap_or(u16::MAX).min(area.width);
    buffer.set_line(area.right().saturating_sub(long), area.y, line, long);
}

fn notice(buffer: &mut Buffer, area: Rect, state: &ScreenState, context: &DrawContext<'_>) {
    let theme = context.theme;
    let (above, below) = state.more();
    let more = match (above, below) {
        (false, false) => None,
        (true, false) => Some(format!("{} {}", theme.sign(Sign::Above), context.text(words::MORE_ABOVE))),
        (_, true) => Some(format!("{} {}", theme.sign(Sign::Below), context.text(words::MORE_BELOW))),
    };
    if let Some(more) = &more {
        cells::put_right(buffer, area.right(), area.y, more, theme.accent());
    }
    if let Some(hint) = state.hint {
        let room = usize::from(area.width).saturating_sub(more.map_or(0, |more| text::width(&more) + 2));
        cells::put(buffer, area.x, area.y, &text::cut(theme, hint, room), theme.warning());
    }
}

/// The double frame of what cannot be undone, drawn just outside the body.
fn frame(buffer: &mut Buffer, theme: Theme, body: Rect, title: &str) {
    let (left, right) = (body.x.saturating_sub(2), body.right() + 1);
    let (top, bottom) = (body.y.saturating_sub(2), body.bottom());
    let mut set = |x: u16, y: u16, sign: Sign| {
        if let Some(cell) = buffer.cell_mut((x, y)) {
            cell.set_char(theme.sign(sign)).set_style(theme.bad());
        }
    };
    for x in left..=right {
        set(x, top, Sign::FrameRule);
        set(x, bottom, Sign::FrameRule);
    }
    for y in top..=bottom {
        set(left, y, Sign::FrameWall);
        set(right, y, Sign::FrameWall);
    }
    set(left, top, Sign::FrameTopLeft);
    set(right, top, Sign::FrameTopRight);
    set(left, bottom, Sign::FrameBottomLeft);
    set(right, bottom, Sign::FrameBottomRight);
    cells::put(buffer, body.x, top, &format!(" {title} "), theme.bad());
}

/// Says the size that is needed, and shows nothing else.
fn too_small(buffer: &mut Buffer, context: &DrawContext<'_>) {
    let area = buffer.area;
    let text = context.text(words::TooSmall {
        now_width: area.width,
        now_height: area.height,
        width: LEAST_WIDTH,
        height: LEAST_HEIGHT,
    });
    let lines = text::wrap(context.theme, &text, usize::from(area.width.saturating_sub(2)).max(1));
    for (y, line) in (area.top()..area.bottom()).skip(usize::from(area.height > 2)).zip(&lines) {
        cells::put(buffer, 1, y, line, context.theme.warning());
    }
}
