//! Typed text, drawn from the vault cell by cell: it never exists as a string.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::note::{half_typed, suggested, typed};
use super::shape::{Grouping, Shape};
use super::throws;
use crate::ceremony::{Body, FieldState, FieldView, View};
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
struct Entry<'a> {
    field: &'a FieldView,
    shape: Shape,
    /// It is focused.
    here: bool,
    /// Its owner asked to see it for a moment.
    clear: bool,
    typed: &'a [u8],
    state: &'a ScreenState,
    context: &'a DrawContext<'a>,
}

impl Entry<'_> {
    const fn masked(&self) -> bool {
        self.field.masked && !self.clear
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
        let throws = throws::Throws { text: self.typed, all: usize::from(all), masked: self.masked(), here: self.here };
        throws::row(buffer, area, row, &throws, self.context.theme)
    }

    /// All characters of the field.
    fn characters(&self, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let Shape::Characters { width: natural, grouping } = self.shape else { return None };
        let theme = self.context.theme;
        if self.here {
            cells::put(buffer, area.x, area.y, theme.sign(Sign::Here).encode_utf8(&mut [0; 4]), theme.accent());
        }
        let left = area.x + 2;
        let note = match &self.field.state {
            FieldState::Typing(note) | FieldState::Wrong(note) => text::width(note) + 4,
            FieldState::Empty | FieldState::Good => 8,
        };
        let most = area.width.saturating_sub(2 + u16::try_from(note).unwrap_or(0)).max(16);
        let needed = columns(self.typed, grouping) + 1;
        let width = if needed > natural { needed.min(most.max(natural)) } else { natural };
        let skipped = needed.saturating_sub(width);

        let style = if self.here { theme.strong() } else { theme.normal() };
        let mut column = 0;
        let mut cell = |column: u16, character: char, style| {
            if let Some(x) = column.checked_sub(skipped).filter(|x| *x < width)
                && let Some(cell) = buffer.cell_mut((left + x, area.y)).filter(|_| left + x < area.right())
            {
                cell.set_char(character).set_style(style);
            }
        };
        let (size, between) = grouping.rule();
        let mut run = 0;
        let mut group = 1;
        for byte in self.typed {
            if grouping.separates(*byte) {
                cell(column, between, theme.dim());
                run = 0;
                group += 1;
            } else {
                if run == size {
                    cell(column, between, theme.dim());
                    column += 1;
                    run = 0;
                    group += 1;
                }
                let wrong = grouping == Grouping::Pairs && self.field.wrong_at == Some(group);
                let style = if wrong { theme.bad() } else { style };
                cell(column, if self.masked() { theme.sign(Sign::Masked) } else { char::from(*byte) }, style);
                run += 1;
            }
            column += 1;
        }
        let at = if run == size && column < natural { column + 1 } else { column };
        while column < natural {
            let gap = grouping != Grouping::Plain && column % (size + 1) == size;
            cell(column, if gap { between } else { '_' }, theme.dim());
            column += 1;
        }
        self.here.then(|| Position::new(left + at.saturating_sub(skipped), area.y))
    }
}

/// The columns that the typed text takes, including inserted separators.
fn columns(typed: &[u8], grouping: Grouping) -> u16 {
    let (size, _) = grouping.rule();
    let mut run = 0;
    let mut columns = 0_u16;
    for byte in typed {
        columns += 1;
        if grouping.separates(*byte) {
            run = 0;
        } else {
            if run == size {
                columns += 1;
                run = 0;
            }
            run += 1;
        }
    }
    columns
}
