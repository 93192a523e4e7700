//! Text to read; also the last screen.

use super::{Page, Paint};

/// Paragraphs and nothing else.
pub fn page(paint: &Paint<'_>, text: &[String], width: u16) -> Page {
    let mut page = Page::default();
    page.paragraphs(paint.theme, text, width, paint.theme.normal());
    page
}
