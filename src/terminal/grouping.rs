//! How typed characters fall into groups.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// How the characters of a field are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// One after the other: each is a group, with the accents that follow it.
    Plain,
    /// Pairs with colons, as primes, values and check bytes are written.
    Pairs,
    /// 4 groups of four, which makes 16 digits easiest to count.
    Fours,
    /// Throws of dice, which are counted in groups of five.
    Fives,
}

impl Grouping {
    /// Characters per group, and the separator between groups.
    pub const fn rule(self) -> (u16, char) {
        match self {
            Self::Plain => (u16::MAX, ' '),
            Self::Pairs => (2, ':'),
            Self::Fours => (4, ' '),
            Self::Fives => (5, ' '),
        }
    }

    /// Whether the character is a separator between groups.
    pub const fn separates(self, character: char) -> bool {
        match self {
            Self::Plain => false,
            Self::Pairs | Self::Fours | Self::Fives => matches!(character, ':' | ' '),
        }
    }

    /// The bytes of each group, as they are drawn; separators belong to none.
    pub fn groups(self, text: &[u8]) -> Vec<Range<usize>> {
        let (size, _) = self.rule();
        let mut groups: Vec<Range<usize>> = Vec::new();
        let mut run = 0;
        for (at, character) in characters(text) {
            let end = at + character.len_utf8();
            let goes_on = match self {
                Self::Plain => is_accent(character),
                Self::Pairs | Self::Fours | Self::Fives => (1..size).contains(&run),
            };
            match groups.last_mut() {
                _ if self.separates(character) => run = 0,
                Some(group) if goes_on => (group.end, run) = (end, run + 1),
                _ => {
                    groups.push(at..end);
                    run = 1;
                }
            }
        }
        groups
    }
}

/// The characters of a typed text, each with the place of its first byte.
pub fn characters(text: &[u8]) -> impl Iterator<Item = (usize, char)> {
    // what is typed is UTF-8
    std::str::from_utf8(text).unwrap_or_default().char_indices()
}

/// Whether a character stands above or below the one before it.
pub fn is_accent(character: char) -> bool {
    character.width() == Some(0)
}
