//! The only reader of the keyboard: raw bytes in a small wiped buffer, parsed one key at a time.
//!
//! A second reader would leak type-ahead, and an event queue would retain typed digits (measured).

use std::io;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use zeroize::Zeroize;

/// One key. A character may be part of a secret, so this type cannot be printed outside tests.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub enum Key {
    /// A printable ASCII character.
    Char(u8),
    /// Enter or Return.
    Enter,
    /// Backspace, as either code.
    Backspace,
    /// Escape on its own.
    Escape,
    /// Tab.
    Tab,
    /// Shift-Tab.
    BackTab,
    /// Up arrow.
    Up,
    /// Down arrow.
    Down,
    /// Left arrow.
    Left,
    /// Right arrow.
    Right,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Home.
    Home,
    /// End.
    End,
    /// Ctrl with this lower-case letter.
    Ctrl(u8),
    /// A paste; its text has already been discarded.
    Paste,
    /// A non-ASCII character.
    Foreign,
}

/// Text that somebody wants to enter. Like a [`Key`], it may be part of a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub enum Text {
    /// A character.
    Character(u8),
    /// A paste, which is refused.
    Paste,
    /// A non-ASCII character, which is refused.
    Foreign,
}

impl Key {
    /// The text this key enters; `None` if it is not text.
    pub const fn text(self) -> Option<Text> {
        match self {
            Self::Char(byte) => Some(Text::Character(byte)),
            Self::Paste => Some(Text::Paste),
            Self::Foreign => Some(Text::Foreign),
            Self::Enter
            | Self::Backspace
            | Self::Escape
            | Self::Tab
            | Self::BackTab
            | Self::Up
            | Self::Down
            | Self::Left
            | Self::Right
            | Self::PageUp
            | Self::PageDown
            | Self::Home
            | Self::End
            | Self::Ctrl(_) => None,
        }
    }
}

/// Where keys come from.
pub trait Source {
    /// Waits up to `wait` for bytes. `Ok(None)`: nothing arrived; `Ok(Some(0))`: the keyboard is gone.
    fn read(&mut self, into: &mut [u8], wait: Duration) -> io::Result<Option<usize>>;
}

/// Standard input, bypassing every buffer of the standard library.
pub struct Stdin;

impl Source for Stdin {
    fn read(&mut self, into: &mut [u8], wait: Duration) -> io::Result<Option<usize>> {
        let fd = rustix::stdio::stdin();
        let wait = Timespec::try_from(wait).unwrap_or(Timespec { tv_sec: 1, tv_nsec: 0 });
        match poll(&mut [PollFd::new(&fd, PollFlags::IN)], Some(&wait)) {
            Ok(0) | Err(Errno::INTR) => return Ok(None),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        match rustix::io::read(fd, into) {
            Ok(length) => Ok(Some(length)),
            Err(Errno::INTR | Errno::AGAIN) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// How long the rest of an escape sequence may take to arrive. After that, Escape was pressed on its own.
const ESCAPE_WAIT: Duration = Duration::from_millis(50);
/// A paste is over if its end does not arrive within this time.
const PASTE_WAIT: Duration = Duration::from_secs(2);

/// Reads keys from a source.
pub struct Keyboard<S: Source> {
    source: S,
    buffer: [u8; 64],
    next: usize,
    end: usize,
    parser: Parser,
    last: Instant,
}

impl<S: Source> Keyboard<S> {
    /// Nothing read yet.
    pub fn new(source: S) -> Self {
        Self { source, buffer: [0; 64], next: 0, end: 0, parser: Parser::new(), last: Instant::now() }
    }

    /// The next key, or `None` after `wait`. An error of kind `UnexpectedEof` means that the keyboard is gone.
    pub fn key(&mut self, wait: Duration) -> io::Result<Option<Key>> {
        let until = Instant::now() + wait;
        loop {
            while let Some(byte) = self.take() {
                if let Some(key) = self.parser.feed(byte) {
                    return Ok(Some(key));
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            let silence = self.parser.patience();
            match self.fill(silence.map_or(left, |silence| silence.min(left.max(ESCAPE_WAIT))))? {
                true => {}
                // the sequence stayed unfinished: Escape on its own, or nothing
                false if silence == Some(ESCAPE_WAIT) => return Ok(self.parser.give_up()),
                false => {
                    if silence == Some(PASTE_WAIT) && self.last.elapsed() > PASTE_WAIT {
                        self.parser.give_up();
                    }
                    return Ok(None);
                }
            }
        }
    }

    /// Discards type-ahead, so that nobody's Enter skips a screen. A paste that is still arriving is still recognised
    /// as one.
    pub fn discard(&mut self) -> io::Result<()> {
        // bounded, so that an endless source cannot block the screen
        for _ in 0..1024 {
            while let Some(byte) = self.take() {
                self.parser.feed(byte);
            }
            if !self.fill(Duration::ZERO)? {
                break;
            }
        }
        if self.parser.patience() == Some(ESCAPE_WAIT) {
            self.parser.give_up();
        }
        Ok(())
    }

    fn take(&mut self) -> Option<u8> {
        let place = self.buffer.get_mut(self.next..self.end)?.first_mut()?;
        self.next += 1;
        Some(std::mem::take(place))
    }

    fn fill(&mut self, wait: Duration) -> io::Result<bool> {
        self.next = 0;
        self.end = 0;
        match self.source.read(&mut self.buffer, wait)? {
            None => Ok(false),
            Some(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Some(length) => {
                self.end = length.min(self.buffer.len());
                self.last = Instant::now();
                Ok(true)
            }
        }
    }
}

impl<S: Source> Drop for Keyboard<S> {
    fn drop(&mut self) {
        self.buffer.zeroize();
    }
}

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
    /// The rest of a multi-byte character.
    Rest {
        bytes: u8,
    },
}

/// Turns bytes into keys; retains no byte of any text.
pub struct Parser {
    state: State,
}

impl Parser {
    /// At rest.
    pub const fn new() -> Self {
        Self { state: State::Ground }
    }

    /// How long an unfinished sequence may stay silent; `None` at rest.
    const fn patience(&self) -> Option<Duration> {
        match self.state {
            State::Ground => None,
            State::Paste { .. } => Some(PASTE_WAIT),
            State::Escape
            | State::Single
            | State::Sequence { .. }
            | State::ConsoleFunction
            | State::Text { .. }
            | State::Rest { .. } => Some(ESCAPE_WAIT),
        }
    }

    /// The rest does not arrive: Escape was pressed on its own, or a sequence was cut short.
    fn give_up(&mut self) -> Option<Key> {
        match std::mem::replace(&mut self.state, State::Ground) {
            State::Escape => Some(Key::Escape),
            State::Ground
            | State::Single
            | State::Sequence { .. }
            | State::ConsoleFunction
            | State::Text { .. }
            | State::Paste { .. }
            | State::Rest { .. } => None,
        }
    }

    /// Takes one byte; returns a key when one is complete.
    pub fn feed(&mut self, byte: u8) -> Option<Key> {
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
            State::Rest { bytes } if (0x80..0xc0).contains(&byte) => match bytes {
                0 | 1 => (State::Ground, None),
                more => (State::Rest { bytes: more - 1 }, None),
            },
            State::Ground | State::Rest { .. } => ground(byte),
        };
        self.state = state;
        key
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
        0xc0..=0xdf => return (State::Rest { bytes: 1 }, Some(Key::Foreign)),
        0xe0..=0xef => return (State::Rest { bytes: 2 }, Some(Key::Foreign)),
        0xf0..=0xff => return (State::Rest { bytes: 3 }, Some(Key::Foreign)),
        0x80..=0xbf => Key::Foreign,
        _ => return (State::Ground, None),
    };
    (State::Ground, Some(key))
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

#[cfg(test)]
#[path = "keyboard_tests.rs"]
pub(super) mod tests;
