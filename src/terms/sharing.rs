//! What is split among people, and how.

use std::fmt;

/// The most DKEK shares that a ceremony makes: as many as one day and one screen can cope with.
pub const MOST_DKEK_SHARES: u8 = 8;

/// How a secret is split among custodians, and what they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// As `sc-hsm-tool` does: 63 bits, written as numbers, usable without this program.
    ScHsmTool,
    /// Strong shares: 256 bits, written as words.
    Words,
}

impl Scheme {
    /// The word used in plan and record.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ScHsmTool => "sc-hsm-tool",
            Self::Words => "words",
        }
    }

    /// The scheme that a plan or record names.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::ScHsmTool, Self::Words].into_iter().find(|scheme| scheme.word() == text)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Which of the k DKEK shares, 1..=8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DkekShareNumber(u8);

impl DkekShareNumber {
    /// The first; if there is only one DKEK share, this is it.
    pub const FIRST: Self = Self(1);

    /// Checks 1..=8.
    pub fn new(number: u8) -> Option<Self> {
        (1..=MOST_DKEK_SHARES).contains(&number).then_some(Self(number))
    }

    /// The numbers 1 to `count`.
    pub fn up_to(count: usize) -> impl Iterator<Item = Self> {
        (1..=MOST_DKEK_SHARES).take(count).map(Self)
    }

    /// The number, 1..=8.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Its index in a list, 0..=7.
    pub const fn index(self) -> usize {
        self.0 as usize - 1
    }
}

impl fmt::Display for DkekShareNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What a set of shares recovers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// The password of the share file of a DKEK share.
    DkekShare(DkekShareNumber),
    /// The SO-PIN.
    SoPin,
}

impl Purpose {
    /// The only DKEK share, or the first.
    pub const FIRST: Self = Self::DkekShare(DkekShareNumber::FIRST);

    /// The number of words in a strong share of it.
    pub const fn words(self) -> u8 {
        match self {
            Self::DkekShare(_) => 33,
            Self::SoPin => 16,
        }
    }

    /// Reads what [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix("dkek-share-") {
            Some(number) => DkekShareNumber::new(number.parse().ok()?).map(Self::DkekShare),
            None => (text == "so-pin").then_some(Self::SoPin),
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DkekShare(number) => write!(f, "dkek-share-{number}"),
            Self::SoPin => f.write_str("so-pin"),
        }
    }
}
