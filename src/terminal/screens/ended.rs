//! The last screen.

use std::hash::{Hash, Hasher};

use super::{DrawContext, Page, read};
use crate::script::words;
use crate::terminal::keyboard::Key;
use crate::terminal::keys::{Action, Binding, HELP, Keys, LOOK, SCROLL_QUIETLY, binding};
use crate::terminal::screen_state::Reading;

/// A key of its own: Enter got people here.
const LEAVE_PROGRAM: Binding = binding(
    &[(Key::Char(b'q'), Action::Close), (Key::Char(b'Q'), Action::Close)],
    words::KEY_Q,
    words::FOOT_END,
    words::HELP_END,
);

/// Somebody confirms the digest first.
const CONFIRM: Binding =
    binding(&[(Key::Enter, Action::GoOn)], words::KEY_ENTER, words::FOOT_CONFIRM, words::HELP_CONFIRM);

/// Text to read.
pub fn page(context: &DrawContext<'_>, text: &[String], width: u16) -> Page {
    read::page(context, text, width)
}

/// Nothing can be noted or stopped any more.
pub fn keys(reading: Reading, confirms: bool) -> Keys {
    match reading {
        Reading::Unread => Keys::unread([HELP, LOOK]),
        Reading::Scrolls | Reading::Fits if confirms => {
            Keys::new([CONFIRM, LEAVE_PROGRAM, SCROLL_QUIETLY], [HELP, LOOK])
        }
        Reading::Scrolls | Reading::Fits => Keys::new([LEAVE_PROGRAM, SCROLL_QUIETLY], [HELP, LOOK]),
    }
}

/// A different text makes a different screen.
pub fn identify(text: &[String], hasher: &mut impl Hasher) {
    text.hash(hasher);
}
