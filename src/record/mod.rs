//! The record: the journal of a ceremony. A closed set of entries, one line each, chained by SHA-256.
//!
//! Its types cannot hold a secret, and nothing in it is computed from a password share, a password or a PIN.

mod chain;
mod detail;
mod entry;
mod manifest;
mod verify;

pub use crate::names::CeremonyKind;
pub use chain::{Chain, Line, Mark};
pub use detail::{
    Defect, Deviation, Ending, Former, FoundKey, HeldKey, InBackup, KeyToBackUp, KnownShare, Loss, NotProven,
    NotWrapped, PinCondition, PinName, RecordedBag, RefusedKey, Remark, StoredKey, WithoutDkek,
};
pub use entry::{Entry, Fact};
pub use manifest::{BackedUpDkekShare, BackedUpKey, FORM, FORM_OF_BACK_UP, Manifest};
pub use verify::{Proof, verify, verify_to_the_cut};
