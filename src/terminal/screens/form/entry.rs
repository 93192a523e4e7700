//! Typed text, drawn from the vault cell by cell: it never exists as a string.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::note::{half_typed, suggested, typed};
use super::shape::Shape;
use super::throws;
use crate::ceremony::{Body, FieldView, View};
use crate::names::FieldName;
use crate::terminal::screen_state::ScreenState;
use crate::terminal::screens::DrawContext;
use crate::terminal::screens::grid::{self, Grid, Look};
use crate::terminal::theme::Sign;
use crate::terminal::word_cursor::{self, Cursor, Standing};
use crate::terminal::{cells, text};

/// A masked word is shown as this many dots.
const MASKED_WORD: usize = 4;

/// One row of the text typed into a field.
pub enum Part {
    /// All characters, with a note at the right edge.
    Characters(Line<'static>),
    /// A row of a grid of words.
    Words(usize),
    /// A row of throws.
    Throws(usize),
    /// The text before the word that the vault suggests.
    Suggestion(String),
}

/// Draws one row. Returns the cursor's position if it is in this row.
pub fn draw(
    buffer: &mut Buffer,
    area: Rect,
    (name, part): (FieldName, &Part),
    view: &View,
    state: &ScreenState,
    context: &DrawContext<'_>,
) -> Option<Position> {
    let Body::Form { fields, .. } = &view.body else { return None };
    let (place, field) = fields.iter().enumerate().find(|(_, field)| field.name == name)?;
    let here = place == state.focus;
    let clear = here && state.unmasked(context.now);
    let typed = typed(field, context);
    let shape = Shape::drawn(fields, field);
    let entry = Entry { field, shape, here, clear, typed, state, context };
    match part {
        Part::Characters(note) => {
            cells::put_line_right(buffer, area, note);
            entry.characters(buffer, area)
        }
        Part::Words(row) => entry.words(buffer, area, *row),
        Part::Throws(row) => entry.throws(buffer, area, *row),
        Part::Suggestion(before) => {
            entry.suggestion(buffer, area, before);
            None
        }
    }
}

/// The text typed into a field, as it is drawn now.
pub(super) struct Entry<'a> {
    pub(super) field: &'a FieldView,
    pub(super) shape: Shape,
    /// It is focused.
    pub(super) here: bool,
    /// Its owner asked to see it for a moment.
    pub(super) clear: bool,
    pub(super) typed: &'a [u8],
    pub(super) state: &'a ScreenState,
    pub(super) context: &'a DrawContext<'a>,
}

impl Entry<'_> {
    pub(super) const fn masked(&self) -> bool {
        self.field.masked && !self.clear
    }

    /// The byte before which the next character goes.
    pub(super) fn caret(&self) -> usize {
        if self.here { self.state.caret.place(self.typed) } else { self.typed.len() }
    }

    /// The word that would correct the field, for its owner's eyes only.
    fn suggestion(&self, buffer: &mut Buffer, area: Rect, before: &str) {
        if !self.clear {
            return;
        }
        let theme = self.context.theme;
        let left = area.x + 2;
        cells::put(buffer, left, area.y, before, theme.accent());
        let from = left + u16::try_from(text::width(before) + 1).unwrap_or(0);
        grid::letters(buffer, area, from, suggested(self.field, self.context).unwrap_or_default(), theme.strong());
    }

    /// One row of words being typed.
    fn words(&self, buffer: &mut Buffer, area: Rect, row: usize) -> Option<Position> {
        let Shape::Words(words) = self.shape else { return None };
        let (theme, typed) = (self.context.theme, self.typed);
        let cursor = if self.here { self.state.cursor } else { Cursor::End };
        let half_typed = half_typed(self.field, self.here, self.state, self.context).is_some();
        let wrong = self.field.wrong_at.and_then(|place| usize::from(place).checked_sub(1)).filter(|_| !half_typed);
        let mut at = None;
        for (cell, column) in Grid::of(words).row(row) {
            let word = word_cursor::words(typed).enumerate().find(|(word, _)| cursor.cell_of(typed, *word) == cell);
            let focus = self.here && cursor.cell(typed) == cell;
            let standing = if focus { cursor.standing(typed) } else { Standing::Untouched };
            let marked = wrong.is_some() && wrong == word.as_ref().map(|(word, _)| *word) || standing == Standing::None;
            let look = Look {
                focus,
                sign: match (marked, standing) {
                    (true, _) => Some((theme.sign(Sign::Wrong), theme.bad())),
                    (false, Standing::Word) => Some((theme.sign(Sign::Good), theme.good())),
                    (false, Standing::Untouched | Standing::Unfinished | Standing::None) => None,
                },
                style: if marked { theme.bad() } else { theme.normal() },
            };
            let from = grid::number(buffer, area, column, Grid::of(words), cell, &look, theme);
            let letters = word.and_then(|(_, word)| typed.get(word)).unwrap_or_default();
            // the length of a word would reveal something about it: finished words all have the same length
            let dots = if standing == Standing::Untouched { MASKED_WORD } else { letters.len() };
            let end = match (letters.is_empty(), self.masked()) {
                (true, _) => {
                    grid::fill(buffer, area, from, MASKED_WORD, '_', theme.dim());
                    0
                }
                (false, true) => {
                    grid::fill(buffer, area, from, dots, theme.sign(Sign::Masked), look.style);
                    dots
                }
                (false, false) => {
                    grid::letters(buffer, area, from, letters, look.style);
                    letters.len()
                }
            };
            if focus {
                at = u16::try_from(end).ok().map(|end| Position::new(from + end, area.y));
            }
        }
        at
    }

    /// One row of throws being typed.
    fn throws(&self, buffer: &mut Buffer, area: Rect, row: usize) -> Option<Position> {
        let Shape::Throws(all) = self.shape else { return None };
        let next = throws::count(self.typed.get(..self.caret()).unwrap_or_default());
        let throws =
            throws::Throws { text: self.typed, next, all: usize::from(all), masked: self.masked(), here: self.here };
        throws::row(buffer, area, row, &throws, self.context.theme)
    }
}
