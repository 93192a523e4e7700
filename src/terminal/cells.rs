//! Writes into the cells of a frame.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::text::width;
use super::theme::{Sign, Theme};

/// Writes text at a position, cut off at the edge of the area.
pub fn put(buffer: &mut Buffer, x: u16, y: u16, text: &str, style: Style) {
    if y < buffer.area.bottom() && x < buffer.area.right() {
        buffer.set_stringn(x, y, text, usize::from(buffer.area.right() - x), style);
    }
}

/// Puts an accent onto the character at a position. Only text without any secret has accents.
pub fn put_above(buffer: &mut Buffer, x: u16, y: u16, accent: &str) {
    if let Some(cell) = buffer.cell_mut((x, y)) {
        let both = format!("{}{accent}", cell.symbol());
        cell.set_symbol(&both);
    }
}

/// Writes text so that it ends before column `end`.
pub fn put_right(buffer: &mut Buffer, end: u16, y: u16, text: &str, style: Style) {
    let long = u16::try_from(width(text)).unwrap_or(u16::MAX);
    put(buffer, end.saturating_sub(long), y, text, style);
}

/// Writes a line aligned to the right edge of the area.
pub fn put_line_right(buffer: &mut Buffer, area: Rect, line: &Line<'_>) {
    let long = u16::try_from(line.width()).unwrap_or(u16::MAX).min(area.width);
    buffer.set_line(area.right().saturating_sub(long), area.y, line, long);
}

/// A rule across the whole width.
pub fn rule(buffer: &mut Buffer, theme: Theme, y: u16) {
    for x in 1..buffer.area.right().saturating_sub(1) {
        if let Some(cell) = buffer.cell_mut((x, y)) {
            cell.set_char(theme.sign(Sign::Rule)).set_style(theme.dim());
        }
    }
}
