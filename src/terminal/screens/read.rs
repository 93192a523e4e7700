//! Text to read; also the last screen.

use super::{DrawContext, Page};

/// Paragraphs and nothing else.
pub fn page(context: &DrawContext<'_>, text: &[String], width: u16) -> Page {
    let mut page = Page::default();
    page.paragraphs(context.theme, text, width, context.theme.normal());
    page
}
