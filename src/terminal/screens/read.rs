//! Text to read.

use std::hash::{Hash, Hasher};

use super::{DrawContext, Page};
use crate::terminal::keys::{COMMON, GO_ON, Keys, SCROLL};
use crate::terminal::screen_state::Reading;

/// Paragraphs only.
pub fn page(context: &DrawContext<'_>, text: &[String], width: u16) -> Page {
    let mut page = Page::default();
    page.paragraphs(context.theme, text, width, context.theme.normal());
    page
}

/// Enter reads on, and at the end continues.
pub fn keys(reading: Reading) -> Keys {
    match reading {
        Reading::Unread => Keys::unread(COMMON),
        Reading::Scrolls => Keys::new([GO_ON, SCROLL], COMMON),
        Reading::Fits => Keys::new([GO_ON], COMMON),
    }
}

/// A different text makes a different screen.
pub fn identify(text: &[String], hasher: &mut impl Hasher) {
    text.hash(hasher);
}
