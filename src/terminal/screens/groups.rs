//! Values in groups, and the numbers of the groups.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::terminal::cells;
use crate::terminal::theme::{Sign, Theme};

/// Columns from one group to the next when a share is shown: two characters and ` : `.
pub const PITCH: u16 = 5;

/// Where the numbers of the groups go.
#[derive(Clone, Copy)]
pub struct Marks {
    /// The first column.
    pub from: u16,
    /// Columns from one group to the next.
    pub pitch: u16,
    /// How many groups there are.
    pub groups: u8,
    /// The wrong group, from 1.
    pub wrong: Option<u8>,
}

/// The numbers of the groups; the wrong one has a sign.
pub fn marks(buffer: &mut Buffer, area: Rect, marks: Marks, theme: Theme) {
    for (group, column) in (1..=marks.groups).zip((marks.from..).step_by(usize::from(marks.pitch.max(1)))) {
        let wrong = marks.wrong == Some(group);
        let style = if wrong { theme.bad() } else { theme.dim() };
        let number = char::from_digit(u32::from(group), 10).unwrap_or(' ');
        for (x, sign) in (area.x + column..).zip([Some(number), wrong.then(|| theme.sign(Sign::Wrong))]) {
            if let (Some(sign), Some(cell)) = (sign, buffer.cell_mut((x, area.y))) {
                cell.set_char(sign).set_style(style);
            }
        }
    }
}

/// A value in groups, put into the cells character by character: it never exists as a string.
pub fn groups(buffer: &mut Buffer, area: Rect, label: &str, from: u16, value: &[u8], theme: Theme, style: Style) {
    cells::put(buffer, area.x, area.y, label, theme.dim());
    let mut column = area.x + from;
    for byte in value {
        if *byte == b':' {
            // a colon in the middle of the three columns between groups
            if let Some(cell) = buffer.cell_mut((column + 1, area.y)).filter(|_| column + 1 < area.right()) {
                cell.set_char(':').set_style(theme.dim());
            }
            column += PITCH - 2;
        } else {
            if let Some(cell) = buffer.cell_mut((column, area.y)).filter(|_| column < area.right()) {
                cell.set_char(if byte.is_ascii_graphic() { char::from(*byte) } else { ' ' }).set_style(style);
            }
            column += 1;
        }
    }
}

/// Digits in groups of four, put into the cells one by one: they never exist as a string.
pub fn fours(buffer: &mut Buffer, area: Rect, label: &str, from: u16, digits: &[u8], theme: Theme) {
    cells::put(buffer, area.x, area.y, label, theme.dim());
    for (place, digit) in (0_u16..).zip(digits) {
        let column = area.x + from + place + place / 4;
        if let Some(cell) = buffer.cell_mut((column, area.y)).filter(|_| column < area.right()) {
            cell.set_char(if digit.is_ascii_graphic() { char::from(*digit) } else { ' ' }).set_style(theme.strong());
        }
    }
}
