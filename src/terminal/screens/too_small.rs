//! The window is too small to show anything.

use ratatui::buffer::Buffer;

use super::DrawContext;
use crate::script::words;
use crate::terminal::keys::{Keys, STOP};
use crate::terminal::layout::{LEAST_HEIGHT, LEAST_WIDTH};
use crate::terminal::{cells, text};

/// States the size that is needed, and shows nothing else.
pub fn draw(buffer: &mut Buffer, context: &DrawContext<'_>) {
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

/// No key works unseen.
pub fn keys() -> Keys {
    Keys::new([], [STOP])
}
