//! Text that a person types: printable ASCII in a buffer of fixed capacity.

use std::ops::Range;

use super::{Full, WipingBytes};

/// What a person is typing. Fixed capacity; the next key is refused, never reallocated.
pub struct TypedText(WipingBytes);

impl TypedText {
    /// More than any field on any screen takes: 33 words of 8 letters with spaces between them are 296 characters, 250
    /// throws of dice in groups of five 299.
    pub const MOST: usize = 320;

    /// An empty text that takes at most [`TypedText::MOST`] characters.
    pub fn new() -> Self {
        Self(WipingBytes::with_capacity(Self::MOST))
    }

    /// Appends one printable ASCII character; anything else is refused like a character too many.
    pub fn push(&mut self, byte: u8) -> Result<(), Full> {
        if is_text(byte) { self.0.push(byte) } else { Err(Full) }
    }

    /// Removes and wipes the last character.
    pub fn pop(&mut self) -> bool {
        self.0.pop()
    }

    /// Puts `with` in the place of the characters in `range` without moving to another allocation; what is left over is
    /// wiped. Anything but printable ASCII, a range that is not there, or too much changes nothing.
    pub fn replace(&mut self, range: Range<usize>, with: &[u8]) -> Result<(), Full> {
        if with.iter().all(|byte| is_text(*byte)) { self.0.splice(range, with) } else { Err(Full) }
    }

    /// Puts a character before the one at `place`.
    pub fn insert(&mut self, place: usize, byte: u8) -> Result<(), Full> {
        self.replace(place..place, &[byte])
    }

    /// Removes and wipes the characters in `range`; `false` when it is empty or not there.
    pub fn remove(&mut self, range: Range<usize>) -> bool {
        !range.is_empty() && self.0.splice(range, &[]).is_ok()
    }

    /// Wipes everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// How many characters are held.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Lends the characters, all ASCII.
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }

    /// Compares in constant time (lengths are not secret).
    pub fn same(&self, other: &Self) -> bool {
        self.0.same(&other.0)
    }
}

impl Default for TypedText {
    fn default() -> Self {
        Self::new()
    }
}

/// A character that a person can type and see.
const fn is_text(byte: u8) -> bool {
    byte == b' ' || byte.is_ascii_graphic()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_corrected_in_its_middle() {
        let mut text = TypedText::new();
        for byte in b"act abandn zoo" {
            text.push(*byte).unwrap();
        }
        text.insert(9, b'o').unwrap();
        assert_eq!(text.expose(), b"act abandon zoo");
        text.replace(0..3, b"actor").unwrap();
        assert!(text.remove(5..13) && !text.remove(3..3) && !text.remove(8..99));
        assert_eq!(text.expose(), b"actor zoo");
        assert_eq!(text.replace(0..0, "ä".as_bytes()), Err(Full));
        assert_eq!(text.insert(10, b'x'), Err(Full), "behind the end");
        assert_eq!(text.expose(), b"actor zoo");
    }

    #[test]
    fn the_longest_entries_fit() {
        let mut text = TypedText::new();
        for _ in 0..33 {
            b"abcdefgh ".iter().for_each(|byte| text.push(*byte).unwrap());
        }
        text.clear();
        for _ in 0..50 {
            b"12345 ".iter().for_each(|byte| text.push(*byte).unwrap());
        }
    }
}
