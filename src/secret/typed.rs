//! Text that a person types: printable ASCII in a buffer of fixed capacity.

use super::{Full, WipingBytes};

/// What a person is typing. Fixed capacity; the next key is refused, never reallocated.
pub struct TypedText(WipingBytes);

impl TypedText {
    /// More than any field on any screen takes.
    pub const MOST: usize = 128;

    /// An empty text that takes at most [`TypedText::MOST`] characters.
    pub fn new() -> Self {
        Self(WipingBytes::with_capacity(Self::MOST))
    }

    /// Appends one printable ASCII character; anything else is refused like a character too many.
    pub fn push(&mut self, byte: u8) -> Result<(), Full> {
        if byte == b' ' || byte.is_ascii_graphic() { self.0.push(byte) } else { Err(Full) }
    }

    /// Removes and wipes the last character.
    pub fn pop(&mut self) -> bool {
        self.0.pop()
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
