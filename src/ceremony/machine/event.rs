//! The machine's inputs. No event carries a secret.

use crate::ceremony::machine::input::Input;
use crate::clerk::Outcome;
use crate::fields::FieldCheck;
use crate::names::FieldName;
use crate::terms::Digest;

/// One input of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// What people did.
    Input(Input),
    /// The state of the field of this name, and its text if the field is open (never a secret).
    Checked {
        /// Which field.
        field: FieldName,
        /// How far it has got.
        check: FieldCheck,
        /// The text of an open field.
        open: Option<String>,
    },
    /// The record is sealed; its last digest.
    Sealed(Digest),
    /// Whether the words that were typed after the seal are those of the last digest.
    DigestHeard(bool),
    /// The outcome of an act.
    Outcome(Outcome),
    /// Milliseconds since the program began; drives countdowns, and tells a decision from a slip of the keyboard.
    Time(u64),
}
