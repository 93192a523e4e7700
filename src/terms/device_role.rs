//! Which device of a sitting something is about.

use std::fmt;

/// Which device a step refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeviceRole {
    /// The device the keys are generated on.
    Original,
    /// The device that keys are restored to.
    Replacement,
    /// A further device of a fleet, which gets the same DKEK as the one the keys are generated on.
    Further(Further),
}

/// The devices of a fleet after the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Further {
    Second,
    Third,
    Fourth,
    Fifth,
    Sixth,
    Seventh,
    Eighth,
}

impl Further {
    /// All of them, in order: a fleet has at most one device more.
    pub const ALL: [Self; 7] =
        [Self::Second, Self::Third, Self::Fourth, Self::Fifth, Self::Sixth, Self::Seventh, Self::Eighth];

    /// The word used in the record.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Third => "third",
            Self::Fourth => "fourth",
            Self::Fifth => "fifth",
            Self::Sixth => "sixth",
            Self::Seventh => "seventh",
            Self::Eighth => "eighth",
        }
    }

    /// Its number in the fleet, 2..=8.
    pub const fn number(self) -> u8 {
        match self {
            Self::Second => 2,
            Self::Third => 3,
            Self::Fourth => 4,
            Self::Fifth => 5,
            Self::Sixth => 6,
            Self::Seventh => 7,
            Self::Eighth => 8,
        }
    }
}

impl DeviceRole {
    /// The word used in the record.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Replacement => "replacement",
            Self::Further(further) => further.word(),
        }
    }

    /// Its number in a fleet; none: it is no further device of one.
    pub const fn further(self) -> Option<u8> {
        match self {
            Self::Original | Self::Replacement => None,
            Self::Further(further) => Some(further.number()),
        }
    }

    /// All of them, in the order of a sitting.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> {
        [Self::Original, Self::Replacement].into_iter().chain(Further::ALL.map(Self::Further))
    }
}

impl fmt::Display for DeviceRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
