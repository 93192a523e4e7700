//! Drills: how far one goes, and the day of the next.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::error::TermError;

/// How far a drill goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Drill {
    /// A quorum opens the share files.
    Quorum,
    /// Every custodian types their share, so that each of them is proven.
    Everyone,
    /// A quorum opens the share files, and the keys are restored to a spare device.
    Spare,
}

impl Drill {
    /// The word of the plan file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Quorum => "quorum",
            Self::Everyone => "everyone",
            Self::Spare => "spare",
        }
    }

    /// The one with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Quorum, Self::Everyone, Self::Spare].into_iter().find(|drill| drill.word() == word)
    }
}

/// A day, as people write it in a diary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Date);

impl Day {
    /// From a calendar.
    pub const fn new(date: Date) -> Self {
        Self(date)
    }

    /// The day at the beginning of a time such as `2026-11-27T10:00:00Z`.
    pub fn of_time(time: &str) -> Option<Self> {
        time.get(..10)?.parse().ok()
    }

    /// The same day this many months later, or the last of that month if it has no such day; a calendar that ends before
    /// is not asked twice.
    #[must_use]
    pub fn after_months(self, months: u8) -> Self {
        Self(self.0.saturating_add(i64::from(months).months()))
    }
}

impl FromStr for Day {
    type Err = TermError;

    fn from_str(text: &str) -> Result<Self, TermError> {
        text.parse().map(Self).map_err(|_| TermError::Day)
    }
}

impl TryFrom<String> for Day {
    type Error = TermError;

    fn try_from(text: String) -> Result<Self, TermError> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_later_it_is_the_same_day_or_the_last_one_of_that_month() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert_eq!(day("2026-11-27").after_months(12), day("2027-11-27"));
        assert_eq!(day("2026-08-31").after_months(6).to_string(), "2027-02-28");
        assert_eq!(Day::of_time("2026-11-27T23:59:59Z"), Some(day("2026-11-27")));
        assert_eq!(Day::of_time("yesterday"), None);
        assert!(day("2026-11-27") < day("2026-11-28"));
    }
}
