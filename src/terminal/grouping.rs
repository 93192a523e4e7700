//! How typed characters fall into groups.

/// How the characters of a field are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// One after the other.
    Plain,
    /// Pairs with colons, as primes, values and check bytes are written.
    Pairs,
    /// 4 groups of four, which makes 16 digits easiest to count.
    Fours,
}

impl Grouping {
    /// Characters per group, and the separator between groups.
    pub const fn rule(self) -> (u16, char) {
        match self {
            Self::Plain => (u16::MAX, ' '),
            Self::Pairs => (2, ':'),
            Self::Fours => (4, ' '),
        }
    }

    /// Whether the character is a separator between groups.
    pub const fn separates(self, byte: u8) -> bool {
        match self {
            Self::Plain => false,
            Self::Pairs | Self::Fours => matches!(byte, b':' | b' '),
        }
    }
}
