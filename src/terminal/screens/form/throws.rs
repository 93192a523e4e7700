//! Throws of dice, in groups of five and rows of fifty, so that a mistake can be found and the throws can be counted.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::terminal::cells;
use crate::terminal::theme::{Sign, Theme};

/// Throws per group.
const GROUP: usize = 5;
/// Throws per row: ten groups.
const ROW: usize = 50;
/// The throws start here, after the number of the first one.
const FROM: u16 = 6;

/// How many rows there are.
pub const fn rows(throws: usize) -> usize {
    throws.div_ceil(ROW)
}

/// How many throws have been typed.
pub fn count(text: &[u8]) -> usize {
    throws(text).count()
}

fn throws(text: &[u8]) -> impl Iterator<Item = u8> {
    text.iter().copied().filter(|byte| *byte != b' ')
}

/// What is needed to draw a row of throws.
pub struct Throws<'a> {
    /// What was typed.
    pub text: &'a [u8],
    /// How many throws are before the cursor.
    pub next: usize,
    /// How many throws there must be.
    pub all: usize,
    /// Draw dots.
    pub masked: bool,
    /// The field is focused.
    pub here: bool,
}

/// Draws one row; returns the cursor's position if it is in this row.
pub fn row(buffer: &mut Buffer, area: Rect, row: usize, entry: &Throws<'_>, theme: Theme) -> Option<Position> {
    let style = if entry.here { theme.strong() } else { theme.normal() };
    let first = row * ROW;
    let next = entry.next;
    cells::put_right(buffer, area.x + FROM - 1, area.y, &(first + 1).to_string(), theme.dim());
    if entry.here && row == next.min(entry.all.saturating_sub(1)) / ROW {
        cells::put(buffer, area.x, area.y, theme.sign(Sign::Here).encode_utf8(&mut [0; 4]), theme.accent());
    }
    let mut typed = throws(entry.text).skip(first);
    let mut cursor = None;
    for place in 0..ROW.min(entry.all.saturating_sub(first)) {
        let x = area.x + FROM + u16::try_from(place + place / GROUP).unwrap_or(u16::MAX - area.x - FROM);
        let (sign, style) = match typed.next() {
            Some(_) if entry.masked => (theme.sign(Sign::Masked), style),
            Some(throw) => (char::from(throw), style),
            None => ('_', theme.dim()),
        };
        if let Some(cell) = buffer.cell_mut((x, area.y)).filter(|_| x < area.right()) {
            cell.set_char(sign).set_style(style);
        }
        // after the last throw there is no cell left for the cursor
        if entry.here && first + place == next.min(entry.all.saturating_sub(1)) {
            cursor = Some(Position::new(x, area.y));
        }
    }
    cursor
}
