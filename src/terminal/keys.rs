//! One table: which keys work on which screen, and what they do. It feeds the footer and the help as well as the
//! keyboard, so that what is promised and what works cannot differ.

use super::keyboard::Key;
use crate::script::words;

/// What kind of screen is up, as far as keys are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The window is too small.
    TooSmall,
    /// The help lies over the screen.
    Help,
    /// More text below than was seen: only reading on.
    Unread {
        /// It is the last screen: nothing can be noted or stopped any more.
        ended: bool,
    },
    /// To read.
    Read {
        /// The text is longer than the screen.
        scrolls: bool,
    },
    /// Ticks are missing, and it can go on without them.
    Enough,
    /// Ticks are missing.
    Tick,
    /// Everything is ticked.
    Ticked,
    /// To choose from; also a fault's choices.
    Choose {
        /// Few enough for digits.
        digits: bool,
        /// Esc leaves; asked in between, where no deviation can be noted.
        may_leave: bool,
    },
    /// To fill in.
    Form {
        /// What the field in focus is made of.
        made_of: MadeOf,
        /// The focus is on a masked field.
        masked: bool,
        /// Esc leaves.
        may_leave: bool,
        /// A deviation may be noted.
        may_deviate: bool,
        /// There is more than one field.
        several: bool,
        /// Everything is good and Enter on the last field goes on.
        complete: bool,
    },
    /// A share, not yet shown.
    Concealed,
    /// A share, hidden again.
    ConcealedAgain,
    /// A share, shown.
    Shown,
    /// Something takes a while.
    Working {
        /// It may be stopped.
        may_stop: bool,
    },
    /// The end.
    Ended,
}

/// What is typed into a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeOf {
    /// Any characters.
    Characters,
    /// Words in a grid.
    Words,
    /// Throws of dice.
    Throws,
}

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
    /// In a grid: to the word before.
    WordBefore,
    /// In a grid: to the word after.
    WordAfter,
    /// In a grid: to the column before.
    ColumnBefore,
    /// In a grid: to the column after.
    ColumnAfter,
    /// In a grid: to the first word.
    FirstWord,
    /// In a grid: to the end of what was typed.
    LastWord,
    /// In a grid: make room for a word.
    Insert,
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

/// One line of the table.
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

const fn binding(
    strokes: &'static [(Key, Action)],
    key: &'static str,
    foot: Option<&'static str>,
    help: &'static str,
) -> Binding {
    Binding { strokes, key, foot, help }
}

const STOP: Binding =
    binding(&[(Key::Ctrl(b'c'), Action::Stop)], words::KEY_CTRL_C, Some(words::FOOT_STOP), words::HELP_STOP);
const DEVIATION: Binding = binding(
    &[(Key::Ctrl(b'd'), Action::Deviation)],
    words::KEY_CTRL_D,
    Some(words::FOOT_DEVIATION),
    words::HELP_DEVIATION,
);
const HELP: Binding =
    binding(&[(Key::Char(b'?'), Action::Help)], words::KEY_QUESTION, Some(words::FOOT_HELP), words::HELP_HELP);
const GO_ON: Binding =
    binding(&[(Key::Enter, Action::GoOn)], words::KEY_ENTER, Some(words::FOOT_GO_ON), words::HELP_GO_ON);
const LEAVE_PROGRAM: Binding =
    binding(&[(Key::Enter, Action::GoOn)], words::KEY_ENTER, Some(words::FOOT_END), words::HELP_END);
const READ_ON: Binding = binding(
    &[(Key::Enter, Action::ReadOn), (Key::Char(b' '), Action::ReadOn)],
    words::KEY_ENTER,
    Some(words::FOOT_READ_ON),
    words::HELP_READ_ON,
);
const SCROLL: Binding = binding(
    &[
        (Key::Up, Action::Up),
        (Key::Down, Action::Down),
        (Key::PageUp, Action::PageUp),
        (Key::PageDown, Action::PageDown),
    ],
    words::KEY_SCROLL,
    Some(words::FOOT_SCROLL),
    words::HELP_SCROLL,
);
const PAGES: Binding = binding(
    &[(Key::PageUp, Action::PageUp), (Key::PageDown, Action::PageDown)],
    words::KEY_PAGES,
    None,
    words::HELP_SCROLL,
);
const MOVE: Binding = binding(
    &[(Key::Up, Action::Before), (Key::Down, Action::After), (Key::BackTab, Action::Before), (Key::Tab, Action::After)],
    words::KEY_ARROWS,
    Some(words::FOOT_MOVE),
    words::HELP_MOVE,
);
const TICK: Binding =
    binding(&[(Key::Char(b' '), Action::Tick)], words::KEY_SPACE, Some(words::FOOT_UNTICK), words::HELP_TICK);
const TICK_NEXT: Binding =
    binding(&[(Key::Enter, Action::TickNext)], words::KEY_ENTER, Some(words::FOOT_TICK_NEXT), words::HELP_TICK_NEXT);
/// Enter ticks the next one, so it takes another key to go on without the rest.
const GO_ON_WITHOUT: Binding = binding(
    &[(Key::Char(b'g'), Action::GoOn), (Key::Char(b'G'), Action::GoOn)],
    words::KEY_G,
    Some(words::FOOT_GO_ON_WITHOUT),
    words::HELP_GO_ON_WITHOUT,
);
const CHOOSE: Binding =
    binding(&[(Key::Enter, Action::Choose)], words::KEY_ENTER, Some(words::FOOT_CHOOSE), words::HELP_CHOOSE);
/// Digits choose at once; which digits there are depends on the options, so they are not in `strokes`.
const CHOOSE_OR_DIGIT: Binding = binding(
    &[(Key::Enter, Action::Choose)],
    words::KEY_ENTER_OR_DIGIT,
    Some(words::FOOT_CHOOSE),
    words::HELP_CHOOSE_OR_DIGIT,
);
const ADVANCE: Binding =
    binding(&[(Key::Enter, Action::Advance)], words::KEY_ENTER, Some(words::FOOT_ADVANCE), words::HELP_ADVANCE);
const COMPLETE: Binding =
    binding(&[(Key::Enter, Action::Advance)], words::KEY_ENTER, Some(words::FOOT_GO_ON), words::HELP_GO_ON);
const ONLY: Binding =
    binding(&[(Key::Enter, Action::Advance)], words::KEY_ENTER, Some(words::FOOT_ONLY), words::HELP_ADVANCE);
const FIELDS: Binding = binding(
    &[(Key::Tab, Action::After), (Key::BackTab, Action::Before), (Key::Down, Action::After), (Key::Up, Action::Before)],
    words::KEY_TAB,
    Some(words::FOOT_FIELDS),
    words::HELP_FIELDS,
);
/// Where the arrows move between words.
const FIELDS_BY_TAB: Binding = binding(
    &[(Key::Tab, Action::After), (Key::BackTab, Action::Before)],
    words::KEY_TAB,
    Some(words::FOOT_FIELDS),
    words::HELP_FIELDS_BY_TAB,
);
const WORDS: Binding = binding(
    &[
        (Key::Up, Action::WordBefore),
        (Key::Down, Action::WordAfter),
        (Key::Left, Action::ColumnBefore),
        (Key::Right, Action::ColumnAfter),
        (Key::Home, Action::FirstWord),
        (Key::End, Action::LastWord),
    ],
    words::KEY_ALL_ARROWS,
    Some(words::FOOT_WORDS),
    words::HELP_WORDS,
);
/// Works like any character, and so is not among the strokes.
const WORD_ENDS: Binding = binding(&[], words::KEY_SPACE, None, words::HELP_WORD_ENDS);
const INSERT: Binding = binding(&[(Key::Ctrl(b'n'), Action::Insert)], words::KEY_CTRL_N, None, words::HELP_INSERT);
const UNMASK: Binding =
    binding(&[(Key::Ctrl(b't'), Action::Unmask)], words::KEY_CTRL_T, Some(words::FOOT_UNMASK), words::HELP_UNMASK);
const CLEAR: Binding =
    binding(&[(Key::Ctrl(b'u'), Action::Clear)], words::KEY_CTRL_U, Some(words::FOOT_CLEAR), words::HELP_CLEAR);
const ERASE: Binding = binding(&[(Key::Backspace, Action::Erase)], words::KEY_BACKSPACE, None, words::HELP_ERASE);
const LEAVE: Binding =
    binding(&[(Key::Escape, Action::Leave)], words::KEY_ESC, Some(words::FOOT_LEAVE), words::HELP_LEAVE);
const SHOW: Binding =
    binding(&[(Key::Enter, Action::Show)], words::KEY_ENTER, Some(words::FOOT_SHOW), words::HELP_SHOW);
const SHOW_AGAIN: Binding = binding(
    &[(Key::Char(b' '), Action::Show), (Key::Char(b's'), Action::Show)],
    words::KEY_SPACE,
    Some(words::FOOT_SHOW_AGAIN),
    words::HELP_SHOW,
);
/// Shown, every key hides that does nothing else.
const HIDE: Binding = binding(
    &[(Key::Enter, Action::Hide), (Key::Char(b' '), Action::Hide), (Key::Escape, Action::Hide)],
    words::KEY_ANY,
    Some(words::FOOT_HIDE),
    words::HELP_HIDE,
);
const CLOSE_HELP: Binding = binding(
    &[(Key::Char(b'?'), Action::Help), (Key::Enter, Action::Help), (Key::Escape, Action::Help)],
    words::KEY_QUESTION,
    Some(words::FOOT_CLOSE_HELP),
    words::HELP_HELP,
);

/// The keys that work now: first those of this screen, then those that work on most.
pub fn bindings(mode: Mode) -> (Vec<Binding>, Vec<Binding>) {
    let common = vec![HELP, DEVIATION, STOP];
    match mode {
        Mode::TooSmall => (vec![], vec![STOP]),
        Mode::Help => (vec![CLOSE_HELP, SCROLL], vec![]),
        Mode::Unread { ended: false } => (vec![READ_ON, SCROLL], common),
        Mode::Unread { ended: true } => (vec![READ_ON, SCROLL], vec![HELP]),
        Mode::Read { scrolls: true } => (vec![GO_ON, SCROLL], common),
        Mode::Read { scrolls: false } => (vec![GO_ON], common),
        Mode::Tick => (vec![TICK_NEXT, TICK_QUIETLY, MOVE, PAGES], common),
        Mode::Enough => (vec![TICK_NEXT, GO_ON_WITHOUT, TICK_QUIETLY, MOVE, PAGES], common),
        Mode::Ticked => (vec![GO_ON, TICK, MOVE, PAGES], common),
        Mode::Choose { digits, may_leave } => {
            let choose = if digits { CHOOSE_OR_DIGIT } else { CHOOSE };
            let common = if may_leave { vec![HELP, LEAVE, STOP] } else { common };
            (vec![choose, MOVE, PAGES], common)
        }
        Mode::Form { made_of, masked, may_leave, may_deviate, several, complete } => {
            let mut own = vec![match (complete, several) {
                (true, _) => COMPLETE,
                (false, true) => ADVANCE,
                (false, false) => ONLY,
            }];
            match (several, made_of) {
                (true, MadeOf::Words) => own.push(FIELDS_BY_TAB),
                (true, _) => own.push(FIELDS),
                (false, _) => {}
            }
            if made_of == MadeOf::Words {
                own.extend([WORD_ENDS, WORDS, INSERT]);
            }
            if masked {
                own.push(UNMASK);
            }
            own.extend([CLEAR, ERASE, PAGES]);
            // where characters are typed, a question mark is text
            let help = (made_of != MadeOf::Characters).then_some(HELP);
            let common = [help, may_leave.then_some(LEAVE), may_deviate.then_some(DEVIATION), Some(STOP)];
            (own, common.into_iter().flatten().collect())
        }
        Mode::Concealed => (vec![SHOW, SCROLL_QUIETLY], common),
        Mode::ConcealedAgain => (vec![GO_ON, SHOW_AGAIN, SCROLL_QUIETLY], common),
        Mode::Shown => (vec![HIDE, SCROLL_QUIETLY], vec![DEVIATION, STOP]),
        Mode::Working { may_stop: true } => (vec![SCROLL_QUIETLY], vec![HELP, STOP]),
        Mode::Working { may_stop: false } => (vec![SCROLL_QUIETLY], vec![HELP]),
        Mode::Ended => (vec![LEAVE_PROGRAM, SCROLL_QUIETLY], vec![HELP]),
    }
}

/// Where Enter ticks, the footer need not name a second key for it.
const TICK_QUIETLY: Binding = Binding { foot: None, ..TICK };
/// Scrolling where there is seldom anything to scroll: it works, but only the help says so.
const SCROLL_QUIETLY: Binding = Binding { foot: None, ..SCROLL };

/// What a key does on a screen of this kind; `None`: nothing.
pub fn action(mode: Mode, key: Key) -> Option<Action> {
    let (own, common) = bindings(mode);
    let found = own
        .iter()
        .chain(&common)
        .flat_map(|binding| binding.strokes)
        .find(|(stroke, _)| *stroke == key)
        .map(|(_, action)| *action);
    found.or((mode == Mode::Shown).then_some(Action::Hide))
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub const ALL: [Mode; 23] = [
        Mode::TooSmall,
        Mode::Help,
        Mode::Unread { ended: false },
        Mode::Unread { ended: true },
        Mode::Read { scrolls: true },
        Mode::Read { scrolls: false },
        Mode::Tick,
        Mode::Enough,
        Mode::Ticked,
        Mode::Choose { digits: true, may_leave: false },
        Mode::Choose { digits: true, may_leave: true },
        Mode::Choose { digits: false, may_leave: false },
        Mode::Working { may_stop: true },
        Mode::Working { may_stop: false },
        Mode::Form {
            made_of: MadeOf::Characters,
            masked: true,
            may_leave: false,
            may_deviate: true,
            several: true,
            complete: false,
        },
        Mode::Form {
            made_of: MadeOf::Characters,
            masked: false,
            may_leave: true,
            may_deviate: false,
            several: false,
            complete: true,
        },
        Mode::Form {
            made_of: MadeOf::Words,
            masked: true,
            may_leave: false,
            may_deviate: true,
            several: true,
            complete: false,
        },
        Mode::Form {
            made_of: MadeOf::Words,
            masked: true,
            may_leave: true,
            may_deviate: true,
            several: false,
            complete: false,
        },
        Mode::Form {
            made_of: MadeOf::Throws,
            masked: true,
            may_leave: false,
            may_deviate: true,
            several: false,
            complete: false,
        },
        Mode::Concealed,
        Mode::ConcealedAgain,
        Mode::Shown,
        Mode::Ended,
    ];

    #[test]
    fn no_key_stands_for_two_actions() {
        for mode in ALL {
            let (own, common) = bindings(mode);
            let mut seen: Vec<Key> = Vec::new();
            for (stroke, _) in own.iter().chain(&common).flat_map(|binding| binding.strokes) {
                assert!(!seen.contains(stroke), "{stroke:?} twice in {mode:?}");
                seen.push(*stroke);
            }
        }
    }

    #[test]
    fn enter_never_goes_on_where_more_is_to_be_read_or_ticked() {
        assert_eq!(action(Mode::Unread { ended: false }, Key::Enter), Some(Action::ReadOn));
        assert_eq!(action(Mode::Tick, Key::Enter), Some(Action::TickNext));
        assert_eq!(action(Mode::Concealed, Key::Enter), Some(Action::Show));
        assert_eq!(action(Mode::Shown, Key::Enter), Some(Action::Hide));
        assert_eq!(action(Mode::Help, Key::Enter), Some(Action::Help));
        assert_eq!(action(Mode::TooSmall, Key::Enter), None);
    }

    #[test]
    fn any_key_hides_a_share() {
        for key in [Key::Char(b'h'), Key::Char(b'?'), Key::Paste, Key::Foreign, Key::Tab, Key::Escape] {
            assert_eq!(action(Mode::Shown, key), Some(Action::Hide));
        }
        assert_eq!(action(Mode::Shown, Key::Ctrl(b'c')), Some(Action::Stop));
    }
}
