//! Text that a person types: printable characters, as UTF-8, in a buffer of fixed capacity.

use std::ops::Range;

use zeroize::Zeroize;

use super::{Full, WipingBytes};

/// What a person is typing. The capacity is fixed: when the text is full, the next key is refused rather than
/// reallocating.
pub struct TypedText(WipingBytes);

impl TypedText {
    /// More bytes than any field on any screen needs: 33 words of 8 letters, separated by spaces, are 296 characters;
    /// 250 dice throws in groups of five are 299; a line of 100 characters has at most 400 bytes.
    pub const MOST: usize = 400;

    /// An empty text that takes at most [`TypedText::MOST`] bytes.
    pub fn new() -> Self {
        Self(WipingBytes::with_capacity(Self::MOST))
    }

    /// Appends one printable ASCII character; anything else is refused as if the text were full.
    pub fn push(&mut self, byte: u8) -> Result<(), Full> {
        if is_text(byte) { self.0.push(byte) } else { Err(Full) }
    }

    /// Inserts a character, of ASCII or beyond, before the byte at `place`. A control character, or a place inside
    /// another character, is refused as if the text were full.
    pub fn put(&mut self, place: usize, character: char) -> Result<(), Full> {
        if character.is_control() || !self.is_boundary(place) {
            return Err(Full);
        }
        let mut bytes = [0; 4];
        let done = self.0.splice(place..place, character.encode_utf8(&mut bytes).as_bytes());
        bytes.zeroize();
        done
    }

    /// Removes and wipes the last character.
    pub fn pop(&mut self) -> bool {
        while self.0.expose().last().is_some_and(|byte| !begins(*byte)) {
            self.0.pop();
        }
        self.0.pop()
    }

    /// Replaces the bytes in `range` with `with` without reallocating; leftover bytes are wiped. If `with` is not
    /// printable ASCII, the range is not valid or cuts a character, or the result does not fit, nothing changes.
    pub fn replace(&mut self, range: Range<usize>, with: &[u8]) -> Result<(), Full> {
        let whole = self.is_boundary(range.start) && self.is_boundary(range.end);
        if whole && with.iter().all(|byte| is_text(*byte)) { self.0.splice(range, with) } else { Err(Full) }
    }

    /// Inserts a printable ASCII character before the byte at `place`.
    pub fn insert(&mut self, place: usize, byte: u8) -> Result<(), Full> {
        self.replace(place..place, &[byte])
    }

    /// Removes and wipes the bytes in `range`; returns `false` if the range is empty or not valid, or cuts a character.
    pub fn remove(&mut self, range: Range<usize>) -> bool {
        !range.is_empty() && self.replace(range, &[]).is_ok()
    }

    /// Wipes everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The number of bytes held: one for each character of ASCII.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Borrows the text as UTF-8: all ASCII, except where a field takes more.
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }

    /// Compares in constant time (lengths are not secret).
    pub fn same(&self, other: &Self) -> bool {
        self.0.same(&other.0)
    }

    /// Whether a character begins or the text ends at this byte.
    fn is_boundary(&self, place: usize) -> bool {
        self.0.expose().get(place).is_none_or(|byte| begins(*byte))
    }
}

impl Default for TypedText {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether a character begins with this byte of UTF-8.
const fn begins(byte: u8) -> bool {
    byte & 0xc0 != 0x80
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
    fn characters_beyond_ascii_stay_whole() {
        let mut text = TypedText::new();
        for character in "Jürgen €🔑".chars() {
            text.put(text.len(), character).unwrap();
        }
        assert_eq!(text.expose(), "Jürgen €🔑".as_bytes());
        assert_eq!((text.put(2, 'x'), text.replace(2..4, b"u")), (Err(Full), Err(Full)), "inside the ü");
        assert_eq!(text.put(0, '\u{1b}'), Err(Full));
        assert!(!text.remove(0..2) && text.remove(1..3));
        assert!(text.pop() && text.pop());
        assert_eq!(text.expose(), b"Jrgen ");
        text.put(1, 'ü').unwrap();
        assert_eq!(text.expose(), "Jürgen ".as_bytes());
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
