//! One table: which keys work on which screen, and what they do. It feeds the footer and the help as well as the
//! keyboard, so that what is promised and what works cannot differ.

use super::keyboard::Key;

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
    /// … called so (a word of the script) …
    pub key: &'static str,
    /// … named so in the footer; empty: not in the footer …
    pub foot: &'static str,
    /// … and so in the help.
    pub help: &'static str,
}

const fn binding(
    strokes: &'static [(Key, Action)],
    key: &'static str,
    foot: &'static str,
    help: &'static str,
) -> Binding {
    Binding { strokes, key, foot, help }
}

const STOP: Binding = binding(&[(Key::Ctrl(b'c'), Action::Stop)], "key-ctrl-c", "foot-stop", "help-stop");
const DEVIATION: Binding =
    binding(&[(Key::Ctrl(b'd'), Action::Deviation)], "key-ctrl-d", "foot-deviation", "help-deviation");
const HELP: Binding = binding(&[(Key::Char(b'?'), Action::Help)], "key-question", "foot-help", "help-help");
const GO_ON: Binding = binding(&[(Key::Enter, Action::GoOn)], "key-enter", "foot-go-on", "help-go-on");
const LEAVE_PROGRAM: Binding = binding(&[(Key::Enter, Action::GoOn)], "key-enter", "foot-end", "help-end");
const READ_ON: Binding = binding(
    &[(Key::Enter, Action::ReadOn), (Key::Char(b' '), Action::ReadOn)],
    "key-enter",
    "foot-read-on",
    "help-read-on",
);
const SCROLL: Binding = binding(
    &[
        (Key::Up, Action::Up),
        (Key::Down, Action::Down),
        (Key::PageUp, Action::PageUp),
        (Key::PageDown, Action::PageDown),
    ],
    "key-scroll",
    "foot-scroll",
    "help-scroll",
);
const PAGES: Binding =
    binding(&[(Key::PageUp, Action::PageUp), (Key::PageDown, Action::PageDown)], "key-pages", "", "help-scroll");
const MOVE: Binding = binding(
    &[(Key::Up, Action::Before), (Key::Down, Action::After), (Key::BackTab, Action::Before), (Key::Tab, Action::After)],
    "key-arrows",
    "foot-move",
    "help-move",
);
const TICK: Binding = binding(&[(Key::Char(b' '), Action::Tick)], "key-space", "foot-untick", "help-tick");
const TICK_NEXT: Binding = binding(&[(Key::Enter, Action::TickNext)], "key-enter", "foot-tick-next", "help-tick-next");
/// Enter ticks the next one, so it takes another key to go on without the rest.
const GO_ON_WITHOUT: Binding = binding(
    &[(Key::Char(b'g'), Action::GoOn), (Key::Char(b'G'), Action::GoOn)],
    "key-g",
    "foot-go-on-without",
    "help-go-on-without",
);
const CHOOSE: Binding = binding(&[(Key::Enter, Action::Choose)], "key-enter", "foot-choose", "help-choose");
/// Digits choose at once; which digits there are depends on the options, so they are not in `strokes`.
const CHOOSE_OR_DIGIT: Binding =
    binding(&[(Key::Enter, Action::Choose)], "key-enter-or-digit", "foot-choose", "help-choose-or-digit");
const ADVANCE: Binding = binding(&[(Key::Enter, Action::Advance)], "key-enter", "foot-advance", "help-advance");
const COMPLETE: Binding = binding(&[(Key::Enter, Action::Advance)], "key-enter", "foot-go-on", "help-go-on");
const ONLY: Binding = binding(&[(Key::Enter, Action::Advance)], "key-enter", "foot-only", "help-advance");
const FIELDS: Binding = binding(
    &[(Key::Tab, Action::After), (Key::BackTab, Action::Before), (Key::Down, Action::After), (Key::Up, Action::Before)],
    "key-tab",
    "foot-fields",
    "help-fields",
);
/// Where the arrows move between words.
const FIELDS_BY_TAB: Binding = binding(
    &[(Key::Tab, Action::After), (Key::BackTab, Action::Before)],
    "key-tab",
    "foot-fields",
    "help-fields-by-tab",
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
    "key-all-arrows",
    "foot-words",
    "help-words",
);
/// Works like any character, and so is not among the strokes.
const WORD_ENDS: Binding = binding(&[], "key-space", "", "help-word-ends");
const INSERT: Binding = binding(&[(Key::Ctrl(b'n'), Action::Insert)], "key-ctrl-n", "", "help-insert");
const UNMASK: Binding = binding(&[(Key::Ctrl(b't'), Action::Unmask)], "key-ctrl-t", "foot-unmask", "help-unmask");
const CLEAR: Binding = binding(&[(Key::Ctrl(b'u'), Action::Clear)], "key-ctrl-u", "foot-clear", "help-clear");
const ERASE: Binding = binding(&[(Key::Backspace, Action::Erase)], "key-backspace", "", "help-erase");
const LEAVE: Binding = binding(&[(Key::Escape, Action::Leave)], "key-esc", "foot-leave", "help-leave");
const SHOW: Binding = binding(&[(Key::Enter, Action::Show)], "key-enter", "foot-show", "help-show");
const SHOW_AGAIN: Binding = binding(
    &[(Key::Char(b' '), Action::Show), (Key::Char(b's'), Action::Show)],
    "key-space",
    "foot-show-again",
    "help-show",
);
/// Shown, every key hides that does nothing else.
const HIDE: Binding = binding(
    &[(Key::Enter, Action::Hide), (Key::Char(b' '), Action::Hide), (Key::Escape, Action::Hide)],
    "key-any",
    "foot-hide",
    "help-hide",
);
const CLOSE_HELP: Binding = binding(
    &[(Key::Char(b'?'), Action::Help), (Key::Enter, Action::Help), (Key::Escape, Action::Help)],
    "key-question",
    "foot-close-help",
    "help-help",
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
const TICK_QUIETLY: Binding = Binding { foot: "", ..TICK };
/// Scrolling where there is seldom anything to scroll: it works, but only the help says so.
const SCROLL_QUIETLY: Binding = Binding { foot: "", ..SCROLL };

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
    fn every_word_of_the_table_is_in_the_script() {
        let script = crate::script::Script::load().unwrap();
        for binding in ALL.into_iter().flat_map(|mode| {
            let (own, common) = bindings(mode);
            own.into_iter().chain(common)
        }) {
            for name in [binding.key, binding.foot, binding.help].into_iter().filter(|name| !name.is_empty()) {
                assert_ne!(script.word(name), name, "no word for {name}");
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
