//! Turns bytes into keys, one at a time.

use std::time::Duration;

use super::key::Key;

/// How long the rest of an escape sequence may take to arrive. After that, Escape was pressed on its own.
pub const ESCAPE_WAIT: Duration = Duration::from_millis(50);
/// A paste is over if its end does not arrive within this time.
pub const PASTE_WAIT: Duration = Duration::from_secs(2);

/// What follows the text of a paste.
const PASTE_END: &[u8] = b"\x1b[201~";

/// The parser's position in a sequence.
enum State {
    Ground,
    /// After ESC.
    Escape,
    /// After ESC O.
    Single,
    /// After ESC [: the first number, and whether anything but digits came before the final byte.
    Sequence {
        number: u16,
        odd: bool,
    },
    /// ESC [ [ : the Linux console's function keys; one more byte follows.
    ConsoleFunction,
    /// After ESC ], ESC P and the like: until BEL or ESC \.
    Text {
        escape: bool,
    },
    /// Inside a paste; how much of its end has arrived.
    Paste {
        matched: usize,
    },
    /// Inside a character beyond ASCII (UTF-8, RFC 3629).
    Character {
        /// Its bits so far.
        bits: u32,
        /// How many bytes are still to come.
        lacking: u8,
        /// Smaller numbers have a shorter form, and only that one is valid.
        least: u32,
    },
}

/// What came of a byte.
pub enum Fed {
    /// No key yet.
    Nothing,
    /// A key is complete.
    Key(Key),
    /// What came before is a key, cut short; this byte begins the next one, and must be fed again.
    Cut(Key),
}

/// Turns bytes into keys; retains no byte of any text once its key is complete.
pub struct Parser {
    state: State,
}

impl Parser {
    /// At rest.
    pub const fn new() -> Self {
        Self { state: State::Ground }
    }

    /// How long an unfinished sequence may stay silent; `None` at rest.
    pub const fn patience(&self) -> Option<Duration> {
        match self.state {
            State::Ground => None,
            State::Paste { .. } => Some(PASTE_WAIT),
            State::Escape
            | State::Single
            | State::Sequence { .. }
            | State::ConsoleFunction
            | State::Text { .. }
            | State::Character { .. } => Some(ESCAPE_WAIT),
        }
    }

    /// The rest does not arrive: Escape was pressed on its own, or a sequence was cut short.
    pub fn give_up(&mut self) -> Option<Key> {
        match std::mem::replace(&mut self.state, State::Ground) {
            State::Escape => Some(Key::Escape),
            State::Character { .. } => Some(Key::Unreadable),
            State::Ground
            | State::Single
            | State::Sequence { .. }
            | State::ConsoleFunction
            | State::Text { .. }
            | State::Paste { .. } => None,
        }
    }

    /// Takes one byte.
    pub fn feed(&mut self, byte: u8) -> Fed {
        let (state, key) = match std::mem::replace(&mut self.state, State::Ground) {
            State::Escape => match byte {
                b'[' => (State::Sequence { number: 0, odd: false }, None),
                b'O' => (State::Single, None),
                b']' | b'P' | b'X' | b'^' | b'_' => (State::Text { escape: false }, None),
                0x1b => (State::Escape, Some(Key::Escape)),
                // Alt with a key: not one of ours, swallowed whole
                _ => (State::Ground, None),
            },
            State::Single => (State::Ground, moved(byte)),
            State::Sequence { number, odd } => sequence(byte, number, odd),
            State::ConsoleFunction => (State::Ground, None),
            State::Text { escape } => match byte {
                0x07 | 0x9c => (State::Ground, None),
                b'\\' if escape => (State::Ground, None),
                _ => (State::Text { escape: byte == 0x1b }, None),
            },
            State::Paste { matched } => match PASTE_END.get(matched) {
                Some(expected) if *expected == byte && matched + 1 == PASTE_END.len() => {
                    (State::Ground, Some(Key::Paste))
                }
                Some(expected) if *expected == byte => (State::Paste { matched: matched + 1 }, None),
                _ => (State::Paste { matched: usize::from(byte == 0x1b) }, None),
            },
            State::Character { bits, lacking, least } => {
                if !(0x80..0xc0).contains(&byte) {
                    return Fed::Cut(Key::Unreadable);
                }
                let bits = bits << 6 | u32::from(byte & 0x3f);
                if lacking > 1 {
                    (State::Character { bits, lacking: lacking - 1, least }, None)
                } else {
                    let character = char::from_u32(bits).filter(|_| bits >= least);
                    (State::Ground, Some(character.map_or(Key::Unreadable, Key::NonAscii)))
                }
            }
            State::Ground => ground(byte),
        };
        self.state = state;
        key.map_or(Fed::Nothing, Fed::Key)
    }
}

const fn ground(byte: u8) -> (State, Option<Key>) {
    let key = match byte {
        b' '..=b'~' => Key::Char(byte),
        b'\r' | b'\n' => Key::Enter,
        0x7f | 0x08 => Key::Backspace,
        b'\t' => Key::Tab,
        0x1b => return (State::Escape, None),
        0x01..=0x1a => Key::Ctrl(byte + 0x60),
        0xc0..=0xdf => return (character(byte & 0x1f, 1, 0x80), None),
        0xe0..=0xef => return (character(byte & 0x0f, 2, 0x800), None),
        0xf0..=0xf7 => return (character(byte & 0x07, 3, 0x1_0000), None),
        0x80..=0xbf | 0xf8..=0xff => Key::Unreadable,
        _ => return (State::Ground, None),
    };
    (State::Ground, Some(key))
}

/// The first byte of a character: its bits, how many bytes follow, and the least number that needs so many.
const fn character(bits: u8, lacking: u8, least: u32) -> State {
    State::Character { bits: bits as u32, lacking, least }
}

/// The final byte of the cursor keys, the same in both forms.
const fn moved(byte: u8) -> Option<Key> {
    match byte {
        b'A' => Some(Key::Up),
        b'B' => Some(Key::Down),
        b'C' => Some(Key::Right),
        b'D' => Some(Key::Left),
        b'H' => Some(Key::Home),
        b'F' => Some(Key::End),
        b'M' => Some(Key::Enter),
        _ => None,
    }
}

const fn sequence(byte: u8, number: u16, odd: bool) -> (State, Option<Key>) {
    match byte {
        b'0'..=b'9' if !odd => {
            let number = number.saturating_mul(10).saturating_add((byte - b'0') as u16);
            (State::Sequence { number, odd }, None)
        }
        b'[' if number == 0 && !odd => (State::ConsoleFunction, None),
        // parameters and intermediate bytes: not one of our keys, but swallowed to its end
        0x20..=0x3f => (State::Sequence { number, odd: true }, None),
        0x1b => (State::Escape, None),
        0x40..=0x7e => match (byte, number, odd) {
            (b'~', 200, false) => (State::Paste { matched: 0 }, None),
            (b'~', 1 | 7, false) => (State::Ground, Some(Key::Home)),
            (b'~', 3, false) => (State::Ground, Some(Key::Delete)),
            (b'~', 4 | 8, false) => (State::Ground, Some(Key::End)),
            (b'~', 5, false) => (State::Ground, Some(Key::PageUp)),
            (b'~', 6, false) => (State::Ground, Some(Key::PageDown)),
            (b'Z', 0 | 1, false) => (State::Ground, Some(Key::BackTab)),
            (b'M', ..) => (State::Ground, None),
            (_, 0 | 1, false) => (State::Ground, moved(byte)),
            _ => (State::Ground, None),
        },
        _ => (State::Ground, None),
    }
}
