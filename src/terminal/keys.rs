//! Which keys work on a screen and what they do. One table feeds the footer and the help as well as the keyboard, so that
//! what is promised and what works cannot differ. Each screen has its own; here is what they are made of.

use super::keyboard::{Key, Text};
use crate::script::words;

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Go on.
    GoOn,
    /// One screen further down the text.
    ReadOn,
    /// Show the share.
    Show,
    /// Hide the share.
    Hide,
    /// Tick the item in focus, or untick it.
    Tick,
    /// Tick the item in focus, or the next without a tick.
    TickNext,
    /// Choose what is in focus.
    Choose,
    /// Focus to the one before.
    Before,
    /// Focus to the one after.
    After,
    /// Enter in a form: on to the next field, or on altogether.
    Advance,
    /// Show what was typed for a moment.
    Unmask,
    /// Empty the field.
    Clear,
    /// Remove one character.
    Erase,
    /// Only where words are typed.
    AmongWords(WordAction),
    /// Scroll up.
    Up,
    /// Scroll down.
    Down,
    /// Scroll up one screen.
    PageUp,
    /// Scroll down one screen.
    PageDown,
    /// Leave without doing anything.
    Leave,
    /// Note a deviation.
    Deviation,
    /// Stop?
    Stop,
    /// Show or hide the help.
    Help,
}

/// What a key does in a grid of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordAction {
    /// To the word before.
    Before,
    /// To the word after.
    After,
    /// To the column before.
    ColumnBefore,
    /// To the column after.
    ColumnAfter,
    /// To the first word.
    First,
    /// To the end of what was typed.
    Last,
    /// Make room for a word.
    Insert,
}

/// Keys that do something, and how they are called.
#[derive(Clone, Copy)]
pub struct Binding {
    /// These keys …
    pub strokes: &'static [(Key, Action)],
    /// … called so …
    pub key: &'static str,
    /// … named so in the footer, if there …
    pub foot: Option<&'static str>,
    /// … and so in the help.
    pub help: &'static str,
}

/// Keys that are named in the footer too.
pub const fn binding(
    strokes: &'static [(Key, Action)],
    key: &'static str,
    foot: &'static str,
    help: &'static str,
) -> Binding {
    Binding { strokes, key, foot: Some(foot), help }
}

/// Keys that only the help names.
pub const fn quiet(strokes: &'static [(Key, Action)], key: &'static str, help: &'static str) -> Binding {
    Binding { strokes, key, foot: None, help }
}

/// What becomes of keys that no binding has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// Nothing.
    Ignored,
    /// Characters are typed; a question mark too, or it is a key of its own.
    Typed {
        /// It is typed.
        question_mark: bool,
    },
    /// Digits choose at once; which there are depends on the options.
    Numbers,
    /// All do this.
    All(Action),
}

/// What a key means on a screen.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub enum Meaning {
    /// It does something.
    Does(Action),
    /// It goes into the field in focus.
    Types(Text),
    /// The option at this place, from 0.
    Numbers(usize),
}

/// The keys of one screen.
#[derive(Clone)]
pub struct Keys {
    /// Those of this screen.
    pub own: Vec<Binding>,
    /// Those that work on most.
    pub common: Vec<Binding>,
    /// The rest.
    pub others: Others,
}

impl Keys {
    /// Keys besides which none works.
    pub fn new(own: impl Into<Vec<Binding>>, common: impl Into<Vec<Binding>>) -> Self {
        Self { own: own.into(), common: common.into(), others: Others::Ignored }
    }

    /// More text below than was seen: only reading on.
    pub fn unread(common: impl Into<Vec<Binding>>) -> Self {
        Self::new([READ_ON, SCROLL], common)
    }

    /// All bindings, those of the screen first.
    pub fn bindings(&self) -> impl Iterator<Item = &Binding> {
        self.own.iter().chain(&self.common)
    }

    /// What a key means; `None`: nothing.
    pub fn meaning(&self, key: Key) -> Option<Meaning> {
        let mut strokes = self.bindings().flat_map(|binding| binding.strokes);
        let bound = strokes.find(|(stroke, _)| *stroke == key).map(|(_, action)| Meaning::Does(*action));
        match (self.others, key) {
            (Others::Typed { question_mark: false }, Key::Char(b'?')) | (Others::Ignored, _) => bound,
            (Others::Typed { .. }, key) => key.text().map(Meaning::Types).or(bound),
            (Others::Numbers, Key::Char(digit @ b'1'..=b'9')) => Some(Meaning::Numbers(usize::from(digit - b'1'))),
            (Others::Numbers, _) => bound,
            (Others::All(action), _) => bound.or(Some(Meaning::Does(action))),
        }
    }
}

/// What works on most screens: help, deviation, stop.
pub const COMMON: [Binding; 3] = [HELP, DEVIATION, STOP];

/// The help.
pub const HELP: Binding =
    binding(&[(Key::Char(b'?'), Action::Help)], words::KEY_QUESTION, words::FOOT_HELP, words::HELP_HELP);

/// Something did not go as the script says.
pub const DEVIATION: Binding =
    binding(&[(Key::Ctrl(b'd'), Action::Deviation)], words::KEY_CTRL_D, words::FOOT_DEVIATION, words::HELP_DEVIATION);

/// Stop?
pub const STOP: Binding =
    binding(&[(Key::Ctrl(b'c'), Action::Stop)], words::KEY_CTRL_C, words::FOOT_STOP, words::HELP_STOP);

/// Back without doing anything.
pub const LEAVE: Binding =
    binding(&[(Key::Escape, Action::Leave)], words::KEY_ESC, words::FOOT_LEAVE, words::HELP_LEAVE);

/// Enter goes on.
pub const GO_ON: Binding =
    binding(&[(Key::Enter, Action::GoOn)], words::KEY_ENTER, words::FOOT_GO_ON, words::HELP_GO_ON);

/// The arrows scroll.
pub const SCROLL: Binding = binding(
    &[
        (Key::Up, Action::Up),
        (Key::Down, Action::Down),
        (Key::PageUp, Action::PageUp),
        (Key::PageDown, Action::PageDown),
    ],
    words::KEY_SCROLL,
    words::FOOT_SCROLL,
    words::HELP_SCROLL,
);

/// Scrolling where there is seldom anything to scroll: it works, but only the help says so.
pub const SCROLL_QUIETLY: Binding = Binding { foot: None, ..SCROLL };

/// Where the arrows do something else.
pub const PAGES: Binding =
    quiet(&[(Key::PageUp, Action::PageUp), (Key::PageDown, Action::PageDown)], words::KEY_PAGES, words::HELP_SCROLL);

/// The arrows move the focus.
pub const MOVE: Binding = binding(
    &[(Key::Up, Action::Before), (Key::Down, Action::After), (Key::BackTab, Action::Before), (Key::Tab, Action::After)],
    words::KEY_ARROWS,
    words::FOOT_MOVE,
    words::HELP_MOVE,
);

const READ_ON: Binding = binding(
    &[(Key::Enter, Action::ReadOn), (Key::Char(b' '), Action::ReadOn)],
    words::KEY_ENTER,
    words::FOOT_READ_ON,
    words::HELP_READ_ON,
);
