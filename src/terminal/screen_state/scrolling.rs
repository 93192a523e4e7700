//! Which part of a screen is in the window.

use std::ops::Range;

use super::ScreenState;

/// How far a screen is scrolled, and was read.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    scroll: usize,
    cover_scroll: usize,
    read_to_end: bool,
}

/// How far people have read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Some of the text below has not been seen.
    Unread,
    /// The text is longer than the window, and its end has been seen.
    Scrolls,
    /// Everything fits.
    Fits,
}

impl ScreenState {
    /// Where the screen is before it is settled.
    pub const fn place(&self) -> Place {
        Place { scroll: self.scroll, cover_scroll: self.cover_scroll, read_to_end: self.read_to_end }
    }

    /// Puts it back there, to be settled in another way.
    pub const fn back_to(&mut self, place: Place) {
        let Place { scroll, cover_scroll, read_to_end } = place;
        (self.scroll, self.cover_scroll, self.read_to_end) = (scroll, cover_scroll, read_to_end);
    }

    /// Takes the page's layout: its rows, the rows that fit, and the position of the focus. Returns the first row to
    /// draw.
    pub fn settle(&mut self, rows: usize, fit: usize, focus: Option<&Range<usize>>) -> usize {
        self.page = fit.saturating_sub(1).max(1);
        self.most_scroll = rows.saturating_sub(fit);
        if self.cover.is_some() {
            self.cover_scroll = self.cover_scroll.min(self.most_scroll);
            return self.cover_scroll;
        }
        if let (Some(focus), true) = (focus, self.follow) {
            self.scroll = self.scroll.max(focus.end.saturating_sub(fit)).min(focus.start);
        }
        self.scroll = self.scroll.min(self.most_scroll);
        self.read_to_end |= self.scroll == self.most_scroll;
        self.focus_seen = focus.is_none_or(|focus| focus.start >= self.scroll && focus.end <= self.scroll + fit);
        self.scroll
    }

    /// How far people have read.
    pub const fn reading(&self) -> Reading {
        match (self.scrolls(), self.read_to_end) {
            (false, _) => Reading::Fits,
            (true, false) => Reading::Unread,
            (true, true) => Reading::Scrolls,
        }
    }

    /// Whether the text is longer than the window.
    pub const fn scrolls(&self) -> bool {
        self.most_scroll > 0
    }

    /// Whether there is more above and below, for the notice line.
    pub const fn more(&self) -> (bool, bool) {
        let scroll = if self.cover.is_some() { self.cover_scroll } else { self.scroll };
        (scroll > 0, scroll < self.most_scroll)
    }

    /// Scrolls this many rows down, or up if negative.
    pub(in crate::terminal) fn scroll_by(&mut self, rows: isize) {
        let most = self.most_scroll;
        let scroll = if self.cover.is_some() { &mut self.cover_scroll } else { &mut self.scroll };
        *scroll = scroll.saturating_add_signed(rows);
        // not clamped on the way up; the next frame settles it
        if rows > 0 {
            *scroll = (*scroll).min(most);
        }
        self.follow = false;
    }

    /// The rows of one screen, less one for continuity.
    pub(in crate::terminal) fn page_rows(&self) -> isize {
        isize::try_from(self.page).unwrap_or(isize::MAX)
    }
}
