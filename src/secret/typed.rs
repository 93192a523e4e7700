//! Text that a person types: printable ASCII in a buffer of fixed capacity.

use std::ops::Range;

use super::{Full, WipingBytes};

/// What a person is typing. The capacity is fixed: when the text is full, the next key is refused rather than
/// reallocating.
pub struct TypedText(WipingBytes);

impl TypedText {
    /// More than any field on any screen needs: 33 words of 8 letters, separated by spaces, are 296 characters; 250
    /// dice throws in groups of five are 299.
    pub const MOST: usize = 320;

    /// An empty text that takes at most [`TypedText::MOST`] characters.
    pub fn new() -> Self {
        Self(WipingBytes::with_capacity(Self::MOST))
    }

    /// Appends one printable ASCII character; anything else is refused as if the text were full.
    pub fn push(&mut self, byte: u8) -> Result<(), Full> {
        if is_text(byte) { self.0.push(byte) } else { Err(Full) }
    }

    /// Removes and wipes the last character.
    pub fn pop(&mut self) -> bool {
        self.0.pop()
    }

    /// Replaces the characters in `range` with `with` without reallocating; leftover characters are wiped. If `with` is
    /// not printable ASCII, the range is not valid or the result does not fit, nothing changes.
    pub fn replace(&mut self, range: Range<usize>, with: &[u8]) -> Result<(), Full> {
        if with.iter().all(|byte| is_text(*byte)) { self.0.splice(range, with) } else { Err(Full) }
    }

    /// Inserts a character before the one at `place`.
    pub fn insert(&mut self, place: usize, byte: u8) -> Result<(), Full> {
        self.replace(place..place, &[byte])
    }

    /// Removes and wipes the characters in `range`; returns `false` if the range is empty or not valid.
    pub fn remove(&mut self, range: Range<usize>) -> bool {
        !range.is_empty() && self.0.splice(range, &[]).is_ok()
    }

    /// Wipes everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The number of characters held.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Borrows the characters, all ASCII.
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

/// Whether a person can type and see this character.
const fn is_text(byte: u8) -> bool {
    byte == b' ' || byte.is_ascii_graphic()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_can_be_corrected_in_the_middle() {
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
