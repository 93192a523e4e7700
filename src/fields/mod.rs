//! What goes into the fields of forms, and the state of the typed text. Holds rules, never the typed text.

mod check;
mod check_words;
mod deciders;
pub mod dice;
mod kind;
mod lines;
pub mod password;
mod pins;
mod public_text;
mod shares;

pub use check::{check, open_text};
pub use check_words::read as read_check_words;
pub use deciders::decider;
pub use kind::{Alphabet, Decider, ExpectedWords, FieldKind, Privacy, Properties};
pub use shares::{part_name, read_fault, suggest, typed_share_is_possible};

use crate::faults::Fault;
use crate::names::FieldName;
use crate::terms::{Handle, Purpose};

/// One field of a form: where its label is in the script, what it takes, and where the text goes when the form is
/// complete (nowhere: it stays in the entry buffer for the next act, or goes to the machine if it is not secret).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Which field it is: its label and hint in the script, and where the typed text goes. No other field of the form
    /// has the same name.
    pub name: FieldName,
    /// What it takes.
    pub kind: FieldKind,
    /// The vault's handle for the text once it is kept.
    pub keep: Option<Handle>,
}

impl Field {
    /// A field whose text stays where it was typed, for the next act.
    pub const fn new(name: FieldName, kind: FieldKind) -> Self {
        Self { name, kind, keep: None }
    }

    /// Its state while nothing is typed.
    pub const fn untouched(&self) -> FieldCheck {
        match self.kind {
            FieldKind::CheckBytes { optional: true, .. }
            | FieldKind::Bag { .. }
            | FieldKind::Medium { planned: Some(_), .. }
            | FieldKind::Place { optional: true } => FieldCheck::Skipped,
            _ if self.kind.properties().optional => FieldCheck::Good,
            _ => FieldCheck::Empty,
        }
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

/// The state of the text typed into a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldCheck {
    /// Nothing typed.
    Empty,
    /// Right so far; `done` of `all` groups or characters, where that is known.
    Typing {
        /// Groups or characters typed so far.
        done: u8,
        /// How many there must be.
        all: u8,
    },
    /// Nothing typed where nothing need be: check bytes that tell nothing about the value, a bag without a number.
    Skipped,
    /// Complete; only check bytes, or the share file, can tell whether it is right.
    Complete,
    /// Complete and, as far as can be told here, right.
    Good,
    /// A new password that is long enough; the upper bound of its strength in bits.
    Strength {
        /// Bits.
        bits: u16,
    },
    /// Wrong.
    Wrong {
        /// What is wrong.
        fault: Fault,
        /// Which group or word it is, from 1, where that is known.
        at: Option<u8>,
        /// Check bytes that do not match may reveal which group of another field is wrong.
        marks: Option<(FieldName, u8)>,
    },
}

impl FieldCheck {
    /// Whether the form can continue with it.
    pub const fn is_good(&self) -> bool {
        match self {
            Self::Skipped | Self::Complete | Self::Good | Self::Strength { .. } => true,
            Self::Empty | Self::Typing { .. } | Self::Wrong { .. } => false,
        }
    }

    /// This many of this many groups or characters.
    fn typing(done: usize, all: usize) -> Self {
        let few = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
        Self::Typing { done: few(done), all: few(all) }
    }

    /// Wrong, at an unknown place.
    fn wrong(fault: impl Into<Fault>) -> Self {
        Self::Wrong { fault: fault.into(), at: None, marks: None }
    }

    /// Wrong in this group or word, from 1.
    fn wrong_at(fault: impl Into<Fault>, at: u8) -> Self {
        Self::Wrong { fault: fault.into(), at: Some(at), marks: None }
    }
}

#[cfg(test)]
mod tests;
