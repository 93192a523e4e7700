//! Which keys work on a screen and what they do. One table feeds the footer, the help and the keyboard, so that what is
//! promised and what works cannot differ. Each screen has its own table; this file has the building blocks.

use super::caret::Step;
use super::keyboard::{Key, Text};
use crate::script::words;

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Continue.
    GoOn,
    /// Read one screen further down.
    ReadOn,
    /// Show the share.
    Show,
    /// Hide the share.
    Hide,
    /// Tick the focused item, or untick it.
    Tick,
    /// Say which item is not ticked yet.
    StillOpen,
    /// Somebody stands in for the focused person.
    StandIn,
    /// Say how the focused person was identified.
    Identify,
    /// Choose the focused option.
    Choose,
    /// Move the focus to the previous place.
    Before,
    /// Move the focus to the next place.
    After,
    /// Enter in a form: to the next field, or past the form.
    Advance,
    /// Show the typed text for a moment.
    Unmask,
    /// Clear the field.
    Clear,
    /// Delete one character.
    Erase,
    /// Delete the word, group or character at the caret.
    Delete,
    /// Only in fields for words.
    AmongWords(WordAction),
    /// Only in fields for characters or throws.
    AmongGroups(Step),
    /// Scroll up.
    Up,
    /// Scroll down.
    Down,
    /// Scroll up one screen.
    PageUp,
    /// Scroll down one screen.
    PageDown,
    /// Go back without doing anything.
    Leave,
    /// Record a deviation.
    Deviation,
    /// Ask whether to stop.
    Stop,
    /// Show or hide the help.
    Help,
    /// Show or hide what has been shown to everybody so far.
    Look,
    /// Leave the last screen.
    Close,
}

impl Action {
    /// Whether it may reveal, confirm, decide or end something: a screen takes that only once it has stood for a moment.
    pub const fn decides(self) -> bool {
        match self {
            Self::GoOn | Self::Show | Self::Tick | Self::Choose | Self::Advance | Self::Close => true,
            Self::ReadOn
            | Self::Hide
            | Self::Before
            | Self::After
            | Self::Unmask
            | Self::Clear
            | Self::Erase
            | Self::Delete
            | Self::AmongWords(_)
            | Self::AmongGroups(_)
            | Self::Up
            | Self::Down
            | Self::PageUp
            | Self::PageDown
            | Self::Leave
            | Self::Deviation
            | Self::StandIn
            | Self::Identify
            | Self::StillOpen
            | Self::Stop
            | Self::Help
            | Self::Look => false,
        }
    }
}

/// What a key does in a grid of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordAction {
    /// To the previous word.
    Before,
    /// To the next word.
    After,
    /// To the previous column.
    ColumnBefore,
    /// To the next column.
    ColumnAfter,
    /// To the first word.
    First,
    /// To the end of the typed text.
    Last,
    /// Make room for a word.
    Insert,
}

/// Keys that do something, and their labels.
#[derive(Clone, Copy)]
pub struct Binding {
    /// The keystrokes.
    pub strokes: &'static [(Key, Action)],
    /// Their label.
    pub key: &'static str,
    /// Their description in the footer, if they appear there.
    pub foot: Option<&'static str>,
    /// Their description in the help.
    pub help: &'static str,
}

/// Keys that appear in the footer as well.
pub const fn binding(
    strokes: &'static [(Key, Action)],
    key: &'static str,
    foot: &'static str,
    help: &'static str,
) -> Binding {
    Binding { strokes, key, foot: Some(foot), help }
}

/// Keys that appear only in the help.
pub const fn quiet(strokes: &'static [(Key, Action)], key: &'static str, help: &'static str) -> Binding {
    Binding { strokes, key, foot: None, help }
}

/// What happens to keys without a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// Nothing.
    Ignored,
    /// Characters are typed, including the question mark unless it is a key of its own.
    Typed {
        /// The question mark is typed.
        question_mark: bool,
    },
    /// Digits choose at once; the options decide which digits there are.
    Numbers,
    /// All of them do this.
    All(Action),
}

/// What a key means on a screen.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub enum Meaning {
    /// It does something.
    Does(Action),
    /// It goes into the focused field.
    Types(Text),
    /// It chooses the option at this place, from 0.
    Numbers(usize),
}

/// The keys of one screen.
#[derive(Clone)]
pub struct Keys {
    /// The screen's own keys.
    pub own: Vec<Binding>,
    /// Keys that work on most screens.
    pub common: Vec<Binding>,
    /// All other keys.
    pub others: Others,
}

impl Keys {
    /// Only these keys work.
    pub fn new(own: impl Into<Vec<Binding>>, common: impl Into<Vec<Binding>>) -> Self {
        Self { own: own.into(), common: common.into(), others: Others::Ignored }
    }

    /// Some of the text has not been seen: only reading on works.
    pub fn unread(common: impl Into<Vec<Binding>>) -> Self {
        Self::new([READ_ON, SCROLL], common)
    }

    /// These keys without those that do this.
    pub fn without(mut self, action: Action) -> Self {
        let other = |binding: &Binding| !binding.strokes.iter().any(|(_, does)| *does == action);
        self.own.retain(other);
        self.common.retain(other);
        self
    }

    /// Whether a binding only does what decides something.
    pub fn decides(binding: &Binding) -> bool {
        binding.strokes.iter().all(|(_, action)| action.decides())
    }

    /// All bindings, the screen's own first.
    pub fn bindings(&self) -> impl Iterator<Item = &Binding> {
        self.own.iter().chain(&self.common)
    }

    /// What a key means; `None` if it does nothing.
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

/// Keys that work on most screens: help, looking back, deviation, stop.
pub const COMMON: [Binding; 4] = [HELP, LOOK, DEVIATION, STOP];

/// The help.
pub const HELP: Binding =
    binding(&[(Key::Char(b'?'), Action::Help)], words::KEY_QUESTION, words::FOOT_HELP, words::HELP_HELP);

/// The help where a question mark is text.
pub const HELP_WHILE_TYPING: Binding =
    binding(&[(Key::Ctrl(b'g'), Action::Help)], words::KEY_CTRL_G, words::FOOT_HELP, words::HELP_HELP);

/// Shows again what everybody may see.
pub const LOOK: Binding =
    binding(&[(Key::Ctrl(b'l'), Action::Look)], words::KEY_CTRL_L, words::FOOT_LOOK, words::HELP_LOOK);

/// Something did not go as the script says.
pub const DEVIATION: Binding =
    binding(&[(Key::Ctrl(b'd'), Action::Deviation)], words::KEY_CTRL_D, words::FOOT_DEVIATION, words::HELP_DEVIATION);

/// Asks whether to stop.
pub const STOP: Binding =
    binding(&[(Key::Ctrl(b'c'), Action::Stop)], words::KEY_CTRL_C, words::FOOT_STOP, words::HELP_STOP);

/// Goes back without doing anything.
pub const LEAVE: Binding =
    binding(&[(Key::Escape, Action::Leave)], words::KEY_ESC, words::FOOT_LEAVE, words::HELP_LEAVE);

/// Enter continues.
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

/// Scrolling on screens that rarely need it: it works, but only the help mentions it.
pub const SCROLL_QUIETLY: Binding = Binding { foot: None, ..SCROLL };

/// Scrolling on screens where the arrows do something else.
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
