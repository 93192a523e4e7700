//! A share as words, in columns numbered as on the card. Drawn word by word and cell by cell from the vault's bytes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::terminal::cells;
use crate::terminal::theme::{Sign, Theme};

/// Columns from one word's number to that of the next column.
const PITCH: u16 = 24;
/// The number ends before this column of a cell; a mark follows, then a sign.
const NUMBER: u16 = 3;
/// The word starts here.
const WORD: u16 = 6;
/// This many words at the end are check words.
const CHECKS: usize = 3;
/// More words than this go into three columns, so that 33 of them fit the lowest window.
const IN_TWO_COLUMNS: usize = 22;

/// How many words there are, and so how they are arranged: read downwards, column by column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    words: usize,
}

impl Grid {
    /// The grid of a card with this many words.
    pub fn of(words: u8) -> Self {
        Self { words: usize::from(words) }
    }

    /// The number of rows in the longest column.
    pub const fn rows(self) -> usize {
        self.words.div_ceil(if self.is_tall() { 3 } else { 2 })
    }

    /// Whether it needs every row of the lowest window.
    pub const fn is_tall(self) -> bool {
        self.words > IN_TWO_COLUMNS
    }

    /// The places (from 0) in a row, each with the column in which its cell starts.
    pub fn row(self, row: usize) -> impl Iterator<Item = (usize, u16)> {
        (row..self.words).step_by(self.rows().max(1)).zip((0..).step_by(usize::from(PITCH)))
    }

    /// Whether the word at this place (from 0) is a check word.
    pub const fn checks(self, place: usize) -> bool {
        place + CHECKS >= self.words
    }
}

/// How one word is drawn.
pub struct Look {
    /// Before the number.
    pub focus: bool,
    /// Between the number and the word.
    pub sign: Option<(char, Style)>,
    /// The word itself.
    pub style: Style,
}

/// The number of a word and its mark; returns the cell in which the word starts.
pub fn number(
    buffer: &mut Buffer,
    area: Rect,
    column: u16,
    grid: Grid,
    place: usize,
    look: &Look,
    theme: Theme,
) -> u16 {
    let x = area.x + column;
    let mut set = |column: u16, character: char, style| {
        if let Some(cell) = buffer.cell_mut((x + column, area.y)).filter(|_| x + column < area.right()) {
            cell.set_char(character).set_style(style);
        }
    };
    if look.focus {
        set(0, theme.sign(Sign::Here), theme.accent());
    }
    if grid.checks(place) {
        set(NUMBER, theme.sign(Sign::Check), theme.accent());
    }
    if let Some((sign, style)) = look.sign {
        set(NUMBER + 1, sign, style);
    }
    let style = if look.focus { theme.accent() } else { theme.dim() };
    cells::put_right(buffer, x + NUMBER, area.y, &(place + 1).to_string(), style);
    x + WORD
}

/// A word's letters starting at a cell, one cell each: they never exist as a string.
pub fn letters(buffer: &mut Buffer, area: Rect, from: u16, word: &[u8], style: Style) {
    for (x, letter) in (from..area.right()).zip(word).take(usize::from(PITCH - WORD - 1)) {
        if let Some(cell) = buffer.cell_mut((x, area.y)) {
            cell.set_char(if letter.is_ascii_graphic() { char::from(*letter) } else { ' ' }).set_style(style);
        }
    }
}

/// The same sign in this many cells.
pub fn fill(buffer: &mut Buffer, area: Rect, from: u16, count: usize, sign: char, style: Style) {
    for x in (from..area.right()).take(count) {
        if let Some(cell) = buffer.cell_mut((x, area.y)) {
            cell.set_char(sign).set_style(style);
        }
    }
}

/// One row of a card that is being shown.
pub fn card_row(buffer: &mut Buffer, area: Rect, grid: Grid, row: usize, text: &[u8], theme: Theme) {
    for (place, column) in grid.row(row) {
        let look = Look { focus: false, sign: None, style: theme.strong() };
        let from = number(buffer, area, column, grid, place, &look, theme);
        letters(buffer, area, from, text.split(|byte| *byte == b' ').nth(place).unwrap_or_default(), look.style);
    }
}
