//! What goes into the fields of forms, and how far what was typed has come. Holds rules, never the typed text.

mod check;
pub mod dice;
mod lines;
pub mod password;
mod pins;
mod shares;

pub use check::{check, open_text};
pub use shares::{read_fault, suggest};

use crate::faults::Fault;
use crate::names::FieldName;
use crate::terms::{DkekShareNumber, Handle, Purpose, Serial};

/// What is known of a share before its words are typed. All of it is public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedWords {
    /// The number of its set, 22 bits.
    pub set: Option<u32>,
    /// M of its set.
    pub threshold: Option<u8>,
    /// Its own number, where only one share will do.
    pub number: Option<u8>,
    /// Numbers of shares that were given already.
    pub taken: Vec<u8>,
}

/// What a field takes; checked key by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// The prime of a set, 8 groups. When the set is known, its prime as text.
    Prime {
        /// The prime that it must be, where it is known (public).
        expected: Option<String>,
    },
    /// A share id, decimal.
    ShareId {
        /// Which DKEK share it is a share of.
        share: DkekShareNumber,
        /// The id that this person's card must carry, where it is known.
        expected: Option<u8>,
        /// Ids that were given already.
        taken: Vec<u8>,
        /// A set made elsewhere: the id may be noted as the old tool wants it typed, in hexadecimal.
        foreign: bool,
    },
    /// A share value, 8 groups; secret.
    ShareValue,
    /// The two check bytes of the share whose id and value are typed into other fields of the form; secret.
    CheckBytes {
        /// Whether the field may stay empty: sets made elsewhere have none.
        optional: bool,
        /// The prime, where it is known; otherwise it is typed into a field of the form.
        prime: Option<String>,
    },
    /// A share as words; secret.
    ShareWords {
        /// What its set gives back.
        card: Purpose,
        /// How many words it has.
        words: u8,
        /// What is known of it.
        expected: ExpectedWords,
    },
    /// Throws of six-sided dice, the digits 1 to 6; secret.
    Dice {
        /// How many.
        throws: u16,
    },
    /// A new password for a share file; secret.
    NewPassword,
    /// The password of a share file; secret.
    Password,
    /// The device's user PIN as it is; secret.
    UserPin,
    /// A new user PIN for a device with this many tries; secret.
    NewUserPin {
        /// The retry counter that the plan sets.
        tries: u8,
    },
    /// The device's SO-PIN as it is, 16 hexadecimal digits; secret.
    SoPin {
        /// It was chosen in this very sitting.
        chosen_here: bool,
    },
    /// A new SO-PIN; secret, never a published default.
    NewSoPin,
    /// The same as the field of this name, typed again; secret.
    Again(FieldName),
    /// A device's serial number, typed from the device.
    Serial(Serial),
    /// A word typed as a decision.
    Word(&'static str),
    /// The key reference to restore to, decimal 1..=255, not one of those taken.
    KeyReference {
        /// References that hold a key or are promised to one.
        taken: Vec<u8>,
        /// Filled in for the person when the field is empty: the plan's reference.
        planned: u8,
    },
    /// A line of text for the record: a bag number, what deviated. Never secret.
    Line,
}

impl FieldKind {
    /// The most digits or letters that are drawn in clear, separators not counted: what is typed beyond them belongs
    /// into another field, and may be secret. Secret fields take more, for one digit too many is named and costs nothing.
    pub const fn most(&self) -> Option<usize> {
        match self {
            Self::Prime { .. } => Some(16),
            Self::ShareId { .. } | Self::KeyReference { .. } => Some(3),
            _ => None,
        }
    }

    /// Secret fields are drawn as dots.
    pub const fn is_secret(&self) -> bool {
        matches!(
            self,
            Self::ShareValue
                | Self::CheckBytes { .. }
                | Self::ShareWords { .. }
                | Self::Dice { .. }
                | Self::NewPassword
                | Self::Password
                | Self::UserPin
                | Self::NewUserPin { .. }
                | Self::SoPin { .. }
                | Self::NewSoPin
                | Self::Again(_)
        )
    }
}

/// One field of a form: where its label stands in the script, what it takes, and where the text goes when the form is
/// complete (nowhere: it stays in the entry buffer for the act that follows, or goes to the machine when it is open).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Which field it is: its label and hint in the script, and where what is typed goes. No other field of the form has
    /// the same name.
    pub name: FieldName,
    /// What it takes.
    pub kind: FieldKind,
    /// The vault's handle for it from then on.
    pub keep: Option<Handle>,
}

impl Field {
    /// A field whose text stays where it was typed, for the act that follows.
    pub const fn new(name: FieldName, kind: FieldKind) -> Self {
        Self { name, kind, keep: None }
    }

    /// The words of a card.
    pub const fn words(card: Purpose, expected: ExpectedWords) -> Self {
        Self::new(FieldName::ShareWords, FieldKind::ShareWords { card, words: card.words(), expected })
    }

    /// A field whose text goes into the vault under a handle.
    #[must_use]
    pub fn kept(self, handle: Handle) -> Self {
        Self { keep: Some(handle), ..self }
    }
}

/// How far the typed text of a field has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldCheck {
    /// Nothing typed.
    Empty,
    /// Right so far; `done` of `all` groups or characters, where that can be said.
    Typing {
        /// Groups or characters that are there.
        done: u8,
        /// How many there must be.
        all: u8,
    },
    /// Complete and right as far as can be told here.
    Good,
    /// A new password that is long enough; how many bits it has at best.
    Strength {
        /// Bits.
        bits: u16,
    },
    /// Wrong.
    Wrong {
        /// What is wrong.
        fault: Fault,
        /// Which group or word it is, from 1, where that can be said.
        at: Option<u8>,
        /// Check bytes that do not fit may tell which group of another field is wrong.
        marks: Option<(FieldName, u8)>,
    },
}

#[cfg(test)]
mod tests;
