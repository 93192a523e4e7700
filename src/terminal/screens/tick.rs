//! Items to tick one by one.

use std::hash::{Hash, Hasher};

use ratatui::text::Span;

use super::{DrawContext, Page};
use crate::ceremony::{TickId, TickView};
use crate::script::words;
use crate::terminal::keyboard::Key;
use crate::terminal::keys::{Action, Binding, COMMON, GO_ON, Keys, MOVE, PAGES, binding, quiet};
use crate::terminal::screen_state::{Reading, ScreenState};
use crate::terminal::theme::Sign;

const TICK: Binding = binding(&[(Key::Char(b' '), Action::Tick)], words::KEY_SPACE, words::FOOT_TICK, words::HELP_TICK);

/// Only where people are called.
const STAND_IN: Binding = binding(
    &[(Key::Char(b's'), Action::StandIn), (Key::Char(b'S'), Action::StandIn)],
    words::KEY_S,
    words::FOOT_STAND_IN,
    words::HELP_STAND_IN,
);

/// The same; the screen's text names it.
const IDENTIFY: Binding = quiet(
    &[(Key::Char(b'i'), Action::Identify), (Key::Char(b'I'), Action::Identify)],
    words::KEY_I,
    words::HELP_IDENTIFY,
);

const UNTICK: Binding = Binding { foot: Some(words::FOOT_UNTICK), ..TICK };

/// Enter continues once everything is ticked, so continuing without the rest takes another key.
const GO_ON_WITHOUT: Binding = binding(
    &[(Key::Char(b'g'), Action::GoOn), (Key::Char(b'G'), Action::GoOn)],
    words::KEY_G,
    words::FOOT_GO_ON_WITHOUT,
    words::HELP_GO_ON_WITHOUT,
);

/// Text, then a box for each item.
pub fn page(state: &ScreenState, context: &DrawContext<'_>, text: &[String], items: &[TickView], width: u16) -> Page {
    let theme = context.theme;
    let mut page = Page::default();
    page.paragraphs(theme, text, width, theme.normal());
    page.gap();
    for (place, item) in items.iter().enumerate() {
        let here = place == state.focus;
        let from = page.len();
        let (mark, style) = if item.ticked { (theme.sign(Sign::Done), theme.good()) } else { (' ', theme.normal()) };
        let before = vec![
            Span::styled(format!("{} ", if here { theme.sign(Sign::Here) } else { ' ' }), theme.accent()),
            Span::styled(format!("[{mark}] "), style),
        ];
        let style = if here { theme.strong() } else { theme.normal() };
        page.hanging(theme, before, &item.text, width, style);
        if here {
            page.focus_from(from);
        }
    }
    page
}

/// Enter does not continue yet, and says why.
const STILL_OPEN: Binding = quiet(&[(Key::Enter, Action::StillOpen)], words::KEY_ENTER, words::HELP_STILL_OPEN);

/// How many ticks there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ticks {
    /// Some are missing.
    Missing,
    /// Some are missing, but the ceremony can continue without them.
    Enough,
    /// All are ticked.
    All,
}

impl Ticks {
    /// The state of these items' ticks.
    pub fn of(items: &[TickView], enough: bool) -> Self {
        match (items.iter().all(|item| item.ticked), enough) {
            (true, _) => Self::All,
            (false, true) => Self::Enough,
            (false, false) => Self::Missing,
        }
    }
}

/// Whether people are called here.
pub fn calls_people(items: &[TickView]) -> bool {
    items.iter().any(|item| matches!(item.id, TickId::Person(_)))
}

/// Space ticks one item at a time; Enter continues once everything is ticked.
pub fn keys(reading: Reading, ticks: Ticks, people: bool) -> Keys {
    match (reading, ticks, people) {
        (Reading::Unread, ..) => Keys::unread(COMMON),
        (_, Ticks::Missing, false) => Keys::new([TICK, STILL_OPEN, MOVE, PAGES], COMMON),
        (_, Ticks::Missing, true) => Keys::new([TICK, STAND_IN, IDENTIFY, STILL_OPEN, MOVE, PAGES], COMMON),
        (_, Ticks::Enough, false) => Keys::new([TICK, GO_ON_WITHOUT, STILL_OPEN, MOVE, PAGES], COMMON),
        (_, Ticks::Enough, true) => {
            Keys::new([TICK, STAND_IN, IDENTIFY, GO_ON_WITHOUT, STILL_OPEN, MOVE, PAGES], COMMON)
        }
        (_, Ticks::All, false) => Keys::new([GO_ON, UNTICK, MOVE, PAGES], COMMON),
        (_, Ticks::All, true) => Keys::new([GO_ON, UNTICK, STAND_IN, IDENTIFY, MOVE, PAGES], COMMON),
    }
}

/// Different items make a different screen; ticks do not.
pub fn identify(items: &[TickView], hasher: &mut impl Hasher) {
    for item in items {
        item.text.hash(hasher);
    }
}
