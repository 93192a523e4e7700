//! What every line of a record says beside what happened: when, and who was at the keyboard.

use serde::{Deserialize, Serialize};

use super::entry::Entry;
use crate::terms::Person;

/// One line of a record, of whatever form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// 1, 2, 3 …
    pub line: u32,
    /// The time: UTC, RFC 3339, to the second.
    pub utc: String,
    /// Every line of a rehearsal says so.
    pub rehearsal: bool,
    /// What lines of the earlier forms do not say.
    pub around: Option<Around>,
    /// What happened.
    pub entry: Entry,
}

/// What surrounds an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Around {
    /// The time on the wall: RFC 3339 with the offset from UTC, to the second.
    pub local: String,
    /// The name of the time zone (`Europe/Berlin`), if the machine has one.
    pub zone: Option<String>,
    /// Milliseconds since the ceremony began, by a clock that nobody can set.
    pub since_start_ms: u64,
    /// Who was at the keyboard.
    pub keyboard: Keyboard,
}

/// When a line is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// UTC, RFC 3339, to the second.
    pub utc: String,
    /// As [`Around::local`].
    pub local: String,
    /// As [`Around::zone`].
    pub zone: Option<String>,
    /// As [`Around::since_start_ms`].
    pub since_start_ms: u64,
}

/// Who is at the keyboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "KeyboardText", into = "KeyboardText")]
pub enum Keyboard {
    /// Nobody was called yet.
    NobodyYet,
    /// This person, by role and name.
    Person(Person, String),
}

/// How it is written.
#[derive(Serialize, Deserialize)]
struct KeyboardText {
    role: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

const NOBODY_YET: &str = "nobody-yet";

impl From<Keyboard> for KeyboardText {
    fn from(keyboard: Keyboard) -> Self {
        match keyboard {
            Keyboard::NobodyYet => Self { role: NOBODY_YET.to_owned(), name: None },
            Keyboard::Person(person, name) => Self { role: person.to_string(), name: Some(name) },
        }
    }
}

impl TryFrom<KeyboardText> for Keyboard {
    type Error = &'static str;

    fn try_from(text: KeyboardText) -> Result<Self, Self::Error> {
        match (text.role.as_str(), text.name) {
            (NOBODY_YET, None) => Ok(Self::NobodyYet),
            (role, Some(name)) => Person::parse(role).map(|person| Self::Person(person, name)).ok_or("no role"),
            (_, None) => Err("no name"),
        }
    }
}

/// The version of the form that is written today. The forms before it had no number.
pub(super) const FORM: u8 = 2;

/// A line of today's form without its salts and its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Body {
    record: u8,
    line: u32,
    utc: String,
    local: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    since_start_ms: u64,
    rehearsal: bool,
    keyboard: Keyboard,
    #[serde(flatten)]
    entry: Entry,
}

impl Body {
    /// The line of this number.
    pub(super) fn new(line: u32, moment: Moment, rehearsal: bool, keyboard: Keyboard, entry: Entry) -> Self {
        let Moment { utc, local, zone, since_start_ms } = moment;
        Self { record: FORM, line, utc, local, zone, since_start_ms, rehearsal, keyboard, entry }
    }

    /// Whether it says that it has this form.
    pub(super) const fn is_of_this_form(&self) -> bool {
        self.record == FORM
    }

    /// What it says.
    pub(super) fn into_line(self) -> Line {
        let Self { record: _, line, utc, local, zone, since_start_ms, rehearsal, keyboard, entry } = self;
        Line { line, utc, rehearsal, around: Some(Around { local, zone, since_start_ms, keyboard }), entry }
    }
}
