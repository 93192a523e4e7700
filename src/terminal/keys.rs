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
pub enum Deed {
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
pub struct Entry {
    /// These keys …
    pub strokes: &'static [(Key, Deed)],
    /// … called so (a word of the script) …
    pub key: &'static str,
    /// … named so in the footer; empty: not in the footer …
    pub foot: &'static str,
    /// … and so in the help.
    pub help: &'static str,
}

const fn entry(strokes: &'static [(Key, Deed)], key: &'static str, foot: &'static str, help: &'static str) -> Entry {
    Entry { strokes, key, foot, help }
}

const STOP: Entry = entry(&[(Key::Ctrl(b'c'), Deed::Stop)], "key-ctrl-c", "foot-stop", "help-stop");
const DEVIATION: Entry = entry(&[(Key::Ctrl(b'd'), Deed::Deviation)], "key-ctrl-d", "foot-deviation", "help-deviation");
const HELP: Entry = entry(&[(Key::Char(b'?'), Deed::Help)], "key-question", "foot-help", "help-help");
const GO_ON: Entry = entry(&[(Key::Enter, Deed::GoOn)], "key-enter", "foot-go-on", "help-go-on");
const LEAVE_PROGRAM: Entry = entry(&[(Key::Enter, Deed::GoOn)], "key-enter", "foot-end", "help-end");
const READ_ON: Entry =
    entry(&[(Key::Enter, Deed::ReadOn), (Key::Char(b' '), Deed::ReadOn)], "key-enter", "foot-read-on", "help-read-on");
const SCROLL: Entry = entry(
    &[(Key::Up, Deed::Up), (Key::Down, Deed::Down), (Key::PageUp, Deed::PageUp), (Key::PageDown, Deed::PageDown)],
    "key-scroll",
    "foot-scroll",
    "help-scroll",
);
const PAGES: Entry =
    entry(&[(Key::PageUp, Deed::PageUp), (Key::PageDown, Deed::PageDown)], "key-pages", "", "help-scroll");
const MOVE: Entry = entry(
    &[(Key::Up, Deed::Before), (Key::Down, Deed::After), (Key::BackTab, Deed::Before), (Key::Tab, Deed::After)],
    "key-arrows",
    "foot-move",
    "help-move",
);
const TICK: Entry = entry(&[(Key::Char(b' '), Deed::Tick)], "key-space", "foot-untick", "help-tick");
const TICK_NEXT: Entry = entry(&[(Key::Enter, Deed::TickNext)], "key-enter", "foot-tick-next", "help-tick-next");
/// Enter ticks the next one, so it takes another key to go on without the rest.
const GO_ON_WITHOUT: Entry = entry(
    &[(Key::Char(b'g'), Deed::GoOn), (Key::Char(b'G'), Deed::GoOn)],
    "key-g",
    "foot-go-on-without",
    "help-go-on-without",
);
const CHOOSE: Entry = entry(&[(Key::Enter, Deed::Choose)], "key-enter", "foot-choose", "help-choose");
/// Digits choose at once; which digits there are depends on the options, so they are not in `strokes`.
const CHOOSE_OR_DIGIT: Entry =
    entry(&[(Key::Enter, Deed::Choose)], "key-enter-or-digit", "foot-choose", "help-choose-or-digit");
const ADVANCE: Entry = entry(&[(Key::Enter, Deed::Advance)], "key-enter", "foot-advance", "help-advance");
const COMPLETE: Entry = entry(&[(Key::Enter, Deed::Advance)], "key-enter", "foot-go-on", "help-go-on");
const ONLY: Entry = entry(&[(Key::Enter, Deed::Advance)], "key-enter", "foot-only", "help-advance");
const FIELDS: Entry = entry(
    &[(Key::Tab, Deed::After), (Key::BackTab, Deed::Before), (Key::Down, Deed::After), (Key::Up, Deed::Before)],
    "key-tab",
    "foot-fields",
    "help-fields",
);
/// Where the arrows move between words.
const FIELDS_BY_TAB: Entry =
    entry(&[(Key::Tab, Deed::After), (Key::BackTab, Deed::Before)], "key-tab", "foot-fields", "help-fields-by-tab");
const WORDS: Entry = entry(
    &[
        (Key::Up, Deed::WordBefore),
        (Key::Down, Deed::WordAfter),
        (Key::Left, Deed::ColumnBefore),
        (Key::Right, Deed::ColumnAfter),
        (Key::Home, Deed::FirstWord),
        (Key::End, Deed::LastWord),
    ],
    "key-all-arrows",
    "foot-words",
    "help-words",
);
/// Works like any character, and so is not among the strokes.
const WORD_ENDS: Entry = entry(&[], "key-space", "", "help-word-ends");
const INSERT: Entry = entry(&[(Key::Ctrl(b'n'), Deed::Insert)], "key-ctrl-n", "", "help-insert");
const UNMASK: Entry = entry(&[(Key::Ctrl(b't'), Deed::Unmask)], "key-ctrl-t", "foot-unmask", "help-unmask");
const CLEAR: Entry = entry(&[(Key::Ctrl(b'u'), Deed::Clear)], "key-ctrl-u", "foot-clear", "help-clear");
const ERASE: Entry = entry(&[(Key::Backspace, Deed::Erase)], "key-backspace", "", "help-erase");
const LEAVE: Entry = entry(&[(Key::Escape, Deed::Leave)], "key-esc", "foot-leave", "help-leave");
const SHOW: Entry = entry(&[(Key::Enter, Deed::Show)], "key-enter", "foot-show", "help-show");
const SHOW_AGAIN: Entry =
    entry(&[(Key::Char(b' '), Deed::Show), (Key::Char(b's'), Deed::Show)], "key-space", "foot-show-again", "help-show");
/// Shown, every key hides that does nothing else.
const HIDE: Entry = entry(
    &[(Key::Enter, Deed::Hide), (Key::Char(b' '), Deed::Hide), (Key::Escape, Deed::Hide)],
    "key-any",
    "foot-hide",
    "help-hide",
);
const CLOSE_HELP: Entry = entry(
    &[(Key::Char(b'?'), Deed::Help), (Key::Enter, Deed::Help), (Key::Escape, Deed::Help)],
    "key-question",
    "foot-close-help",
    "help-help",
);

/// The keys that work now: first those of this screen, then those that work on most.
pub fn entries(mode: Mode) -> (Vec<Entry>, Vec<Entry>) {
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
const TICK_QUIETLY: Entry = Entry { foot: "", ..TICK };
/// Scrolling where there is seldom anything to scroll: it works, but only the help says so.
const SCROLL_QUIETLY: Entry = Entry { foot: "", ..SCROLL };

/// What a key does on a screen of this kind; `None`: nothing.
pub fn deed(mode: Mode, key: Key) -> Option<Deed> {
    let (own, common) = entries(mode);
    let found = own
        .iter()
        .chain(&common)
        .flat_map(|entry| entry.strokes)
        .find(|(stroke, _)| *stroke == key)
        .map(|(_, deed)| *deed);
    found.or((mode == Mode::Shown).then_some(Deed::Hide))
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
    fn no_key_stands_for_two_deeds() {
        for mode in ALL {
            let (own, common) = entries(mode);
            let mut seen: Vec<Key> = Vec::new();
            for (stroke, _) in own.iter().chain(&common).flat_map(|entry| entry.strokes) {
                assert!(!seen.contains(stroke), "{stroke:?} twice in {mode:?}");
                seen.push(*stroke);
            }
        }
    }

    #[test]
    fn every_word_of_the_table_is_in_the_script() {
        let script = crate::script::Script::load().unwrap();
        for entry in ALL.into_iter().flat_map(|mode| {
            let (own, common) = entries(mode);
            own.into_iter().chain(common)
        }) {
            for name in [entry.key, entry.foot, entry.help].into_iter().filter(|name| !name.is_empty()) {
                assert_ne!(script.word(name), name, "no word for {name}");
            }
        }
    }

    #[test]
    fn enter_never_goes_on_where_more_is_to_be_read_or_ticked() {
        assert_eq!(deed(Mode::Unread { ended: false }, Key::Enter), Some(Deed::ReadOn));
        assert_eq!(deed(Mode::Tick, Key::Enter), Some(Deed::TickNext));
        assert_eq!(deed(Mode::Concealed, Key::Enter), Some(Deed::Show));
        assert_eq!(deed(Mode::Shown, Key::Enter), Some(Deed::Hide));
        assert_eq!(deed(Mode::Help, Key::Enter), Some(Deed::Help));
        assert_eq!(deed(Mode::TooSmall, Key::Enter), None);
    }

    #[test]
    fn any_key_hides_a_share() {
        for key in [Key::Char(b'h'), Key::Char(b'?'), Key::Paste, Key::Foreign, Key::Tab, Key::Escape] {
            assert_eq!(deed(Mode::Shown, key), Some(Deed::Hide));
        }
        assert_eq!(deed(Mode::Shown, Key::Ctrl(b'c')), Some(Deed::Stop));
    }
}
