//! The only reader of the keyboard: raw bytes in a small wiped buffer, parsed one key at a time.
//!
//! A second reader would leak type-ahead, and an event queue would retain typed digits (measured).

mod key;
mod parser;
#[cfg(test)]
pub(super) mod tests;

pub use self::key::{Key, Text};

use std::io;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use zeroize::Zeroize;

use self::parser::{ESCAPE_WAIT, Fed, PASTE_WAIT, Parser};

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
                match self.parser.feed(byte) {
                    Fed::Nothing => {}
                    Fed::Key(key) => return Ok(Some(key)),
                    Fed::Cut(key) => {
                        self.put_back(byte);
                        return Ok(Some(key));
                    }
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            let silence = self.parser.patience();
            match self.fill(silence.map_or(left, |silence| silence.min(left.max(ESCAPE_WAIT))))? {
                true => {}
                // the sequence stayed unfinished: Escape on its own, a character cut short, or nothing
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
                if let Fed::Cut(_) = self.parser.feed(byte) {
                    self.parser.feed(byte);
                }
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

    /// The byte that was just taken is the next one again.
    fn put_back(&mut self, byte: u8) {
        if let Some(before) = self.next.checked_sub(1)
            && let Some(place) = self.buffer.get_mut(before)
        {
            *place = byte;
            self.next = before;
        }
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
