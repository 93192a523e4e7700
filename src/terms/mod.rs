//! The domain's terms as types. Nothing here can hold a secret.

mod advisory;
mod device_role;
mod drill;
mod error;
mod genuineness;
mod host_finding;
mod key_file;
mod keys;
mod person;
mod person_name;
mod seen;
mod sharing;
mod written;

pub use advisory::Advisory;
pub use device_role::{DeviceRole, Further};
pub use drill::{Day, Drill};
pub use error::TermError;
pub use genuineness::Genuineness;
pub use host_finding::{HostFinding, Severity};
pub use key_file::{KeyFileForm, THROW_AWAY_NAME, THROW_AWAY_PASSWORD};
pub use keys::{Curve, KeyId, KeyLabel, KeyReference, KeyType};
pub use person::{Holder, Person};
pub use person_name::{alike, folded, initials, invisible};
pub use seen::{can_be_seen, in_sight};
pub use sharing::{DkekShareNumber, MOST_DKEK_SHARES, Purpose, Scheme};

use std::fmt;

use crate::names::FieldName;
use crate::wordlists::pgp;

/// The largest number of custodians: as many as one table, one terminal and one day can cope with.
pub const MOST_CUSTODIANS: u8 = 16;

/// M of N: any `threshold` of the `custodians` can restore. 2 ≤ M ≤ N ≤ 16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quorum {
    threshold: u8,
    custodians: u8,
}

impl Quorum {
    /// Checks 2 ≤ M ≤ N ≤ 16.
    pub fn new(threshold: u8, custodians: u8) -> Result<Self, TermError> {
        if threshold < 2 || threshold > custodians || custodians > MOST_CUSTODIANS {
            return Err(TermError::Quorum);
        }
        Ok(Self { threshold, custodians })
    }

    /// M, the threshold.
    pub const fn threshold(self) -> u8 {
        self.threshold
    }

    /// N, the number of custodians.
    pub const fn custodians(self) -> u8 {
        self.custodians
    }

    /// Whether one lost share loses everything.
    pub const fn needs_everyone(self) -> bool {
        self.threshold == self.custodians
    }

    /// Every custodian's number, 1 to N.
    pub fn numbers(self) -> impl Iterator<Item = CustodianNumber> {
        (1..=self.custodians).map(CustodianNumber)
    }
}

impl fmt::Display for Quorum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-of-{}", self.threshold, self.custodians)
    }
}

/// A custodian's number in the plan, 1..=16; also the id of the password share they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustodianNumber(u8);

impl CustodianNumber {
    /// Checks 1..=16.
    pub fn new(number: u8) -> Option<Self> {
        (1..=MOST_CUSTODIANS).contains(&number).then_some(Self(number))
    }

    /// The number, 1..=16.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Its place in a list, 0..=15.
    pub const fn index(self) -> usize {
        self.0 as usize - 1
    }
}

impl fmt::Display for CustodianNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A place at the terminal where one member of a quorum types a share, 1..=16. Anyone may sit there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seat(pub u8);

impl fmt::Display for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A device's serial number: its certificate's holder reference without the last five characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial(String);

impl Serial {
    /// Checks 4..=16 characters, letters and digits.
    pub fn new(text: &str) -> Result<Self, TermError> {
        let fits = (4..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if fits { Ok(Self(text.to_owned())) } else { Err(TermError::Serial) }
    }

    /// The serial as printed on the device.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Software cards have serials that begin with `REH`; real ceremonies refuse them.
    pub fn is_rehearsal(&self) -> bool {
        self.0.starts_with("REH")
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Key check value: the first 8 bytes of SHA-256 of a DKEK. Public; it names the DKEK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kcv(pub [u8; 8]);

impl Kcv {
    /// Reads 16 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 8];
        (base16ct::mixed::decode(text, &mut bytes).ok()?.len() == 8).then_some(Self(bytes))
    }
}

impl Kcv {
    /// Four groups of four digits, to read aloud.
    pub fn in_groups(&self) -> String {
        self.0.chunks(2).map(base16ct::upper::encode_string).collect::<Vec<_>>().join(" ")
    }

    /// Its eight words, to read aloud.
    pub fn in_words(&self) -> Vec<&'static str> {
        pgp::words(&self.0)
    }
}

impl fmt::Display for Kcv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base16ct::upper::encode_string(&self.0))
    }
}

/// Names a secret that the vault keeps. A handle says which secret it is, never its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Handle {
    /// The seed of the single generator that all randomness comes from.
    GeneratorSeed,
    /// The custodians' dice throws.
    Dice,
    /// The password of a share file, when one person holds it.
    SharePassword(DkekShareNumber),
    /// What one custodian writes down of a dealt share, until their turn ends: the value in groups, or the words.
    DealtShare(Purpose, CustodianNumber),
    /// The check bytes of a dealt share, until its custodian's turn ends.
    DealtCheck(DkekShareNumber, CustodianNumber),
    /// What a person is typing into the field with this name.
    Entry(FieldName),
    /// The word that would correct what was typed into the field with this name, for its owner's eyes only.
    Suggestion(FieldName),
    /// The share typed at one seat of the quorum: its value, or its words.
    SeatShare(Purpose, Seat),
    /// One opened DKEK share, until all of them are open.
    DkekShare(DkekShareNumber),
    /// The DKEK shares, concatenated, until the last backup is verified or they are loaded.
    Dkek,
    /// Those of the old DKEK, where another one takes its place, until the last key under it is wrapped anew.
    EarlierDkek,
    /// The user PIN of the device at hand.
    UserPin,
    /// The user PIN that the device at hand gets in place of another.
    NewUserPin,
    /// The current SO-PIN of the device at hand.
    SoPin,
    /// The SO-PIN that the device must have when the ceremony ends.
    NewSoPin,
    /// The password of the file whose private key is imported next.
    KeyFilePassword,
}

impl Handle {
    /// Whether the secret is wiped together with what was typed.
    pub const fn goes_with_what_is_typed(self) -> bool {
        match self {
            Self::Entry(_) | Self::Suggestion(_) => true,
            Self::GeneratorSeed
            | Self::Dice
            | Self::SharePassword(_)
            | Self::DealtShare(..)
            | Self::DealtCheck(..)
            | Self::SeatShare(..)
            | Self::DkekShare(_)
            | Self::Dkek
            | Self::EarlierDkek
            | Self::UserPin
            | Self::NewUserPin
            | Self::SoPin
            | Self::NewSoPin
            | Self::KeyFilePassword => false,
        }
    }
}

/// At most 24 printable characters of what a person entered, to quote it without flooding the screen.
pub fn short(text: &str) -> String {
    // U+FFFD stands for what is not text, and is seen.
    let clean = text.chars().map(|c| if can_be_seen(c) || c == '\u{fffd}' { c } else { '?' }).take(24);
    let clean: String = clean.collect();
    if text.chars().count() > 24 { format!("{clean}…") } else { clean }
}

/// The number of a step: section and step, as shown on paper and screen (`4.2`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number {
    /// The section, 1..
    pub section: u8,
    /// The step within its section, 1..
    pub step: u8,
}

impl Number {
    /// Reads `4.2`.
    pub fn parse(text: &str) -> Option<Self> {
        let (section, step) = text.split_once('.')?;
        Some(Self { section: section.parse().ok()?, step: step.parse().ok()? })
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.section, self.step)
    }
}

/// A SHA-256 digest of something public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        (base16ct::mixed::decode(text, &mut bytes).ok()?.len() == 32).then_some(Self(bytes))
    }

    /// The digest in two lines of eight groups, indented, so that a screen does not rewrap them.
    pub fn in_lines(&self) -> String {
        let lines =
            self.0.chunks(16).map(|half| half.chunks(2).map(base16ct::lower::encode_string).collect::<Vec<_>>());
        lines.map(|groups| format!("  {}", groups.join(" "))).collect::<Vec<_>>().join("\n")
    }

    /// Its 32 words, to read aloud.
    pub fn in_words(&self) -> Vec<&'static str> {
        pgp::words(&self.0)
    }

    /// Its words in lines, indented, so that a screen does not rewrap them.
    pub fn words_in_lines(&self) -> String {
        in_lines(self.in_words(), " ")
    }

    /// The same, each word with its place: two of them can be asked for.
    pub fn numbered_words(&self) -> String {
        in_lines((1..).zip(self.in_words()).map(|(place, word): (u8, _)| format!("{place} {word}")), "  ")
    }

    /// The digest in 16 groups of four digits, to read aloud.
    pub fn in_groups(&self) -> Vec<String> {
        self.0.chunks(2).map(base16ct::lower::encode_string).collect()
    }
}

/// What is read aloud in lines, indented, so that a screen does not rewrap them.
fn in_lines(tokens: impl IntoIterator<Item = impl AsRef<str>>, between: &str) -> String {
    const WIDTH: usize = 72;
    let mut lines: Vec<String> = Vec::new();
    for token in tokens {
        let token = token.as_ref();
        match lines.last_mut() {
            Some(line) if line.len() + between.len() + token.len() <= WIDTH => {
                line.push_str(between);
                line.push_str(token);
            }
            Some(_) | None => lines.push(format!("  {token}")),
        }
    }
    lines.join("\n")
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base16ct::lower::encode_string(&self.0))
    }
}
