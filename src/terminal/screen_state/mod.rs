//! What the terminal itself remembers about the current screen: focus, scrolling, help, a hint. It makes no decisions.

mod scrolling;

pub use self::scrolling::Reading;

use std::time::{Duration, Instant};

use super::caret::Caret;
use super::word_cursor::Cursor;
use crate::names::FieldName;

/// How long typed text stays unmasked.
pub const UNMASKED_FOR: Duration = Duration::from_secs(5);

/// Tells screens apart: a digest of what distinguishes them. Views hold no secret, so neither does this number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScreenId(pub(super) u64);

/// What covers a screen, and changes nothing there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cover {
    /// Its keys and words, explained.
    Help,
    /// What has been shown to everybody so far.
    Look,
}

/// The terminal's own memory of the current screen.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own; none excludes another")]
pub struct ScreenState {
    pub(super) screen: Option<ScreenId>,
    /// The focused item, option or field.
    pub focus: usize,
    /// Lines scrolled down.
    pub scroll: usize,
    /// What covers the screen.
    pub cover: Option<Cover>,
    /// A sentence shown below the body until the next key.
    pub hint: Option<&'static str>,
    /// The window is too small to show anything.
    pub too_small: bool,
    /// The position of the word cursor, if the focused field has words.
    pub cursor: Cursor,
    /// Where the next character goes, if the focused field has characters or throws.
    pub caret: Caret,
    /// Enter completed a word; once it has been checked, do what Enter does.
    pub(super) enter: bool,
    /// Somebody ticked the focused item.
    pub(super) ticking: bool,
    pub(super) most_scroll: usize,
    pub(super) page: usize,
    pub(super) read_to_end: bool,
    pub(super) follow: bool,
    pub(super) focus_seen: bool,
    pub(super) cover_scroll: usize,
    /// When Escape last took the cover away.
    pub(super) uncovered: Option<Instant>,
    pub(super) unmasked_until: Option<Instant>,
    pub(super) planned: Vec<(FieldName, u8)>,
    /// The field in which a character is missing that could not be taken, and the sentence that says so.
    pub(super) left_out: Option<(FieldName, &'static str)>,
    /// The field that still has what was filled in: the first character replaces it.
    pub(super) filled_in: Option<FieldName>,
    pub(super) changed: bool,
}

impl ScreenState {
    /// Whether typed text is currently shown in clear.
    pub fn unmasked(&self, now: Instant) -> bool {
        self.unmasked_until.is_some_and(|until| now < until)
    }

    /// Puts a cover over the screen, or takes it away. Nothing stays in clear below it.
    pub(super) fn cover_with(&mut self, cover: Cover) {
        self.cover = if self.cover == Some(cover) { None } else { Some(cover) };
        self.cover_scroll = 0;
        self.mask();
    }

    /// Hides at once whatever is shown for a moment.
    pub const fn mask(&mut self) {
        self.unmasked_until = None;
    }

    /// Whether anything has changed since the last call that the next frame should show.
    pub const fn changed(&mut self) -> bool {
        std::mem::replace(&mut self.changed, false)
    }
}
