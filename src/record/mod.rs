//! The record: the journal of a ceremony. A closed set of entries, one line each, chained by SHA-256.
//!
//! Its types cannot hold a secret, and nothing in it is computed from a password share, a password or a PIN.

mod canonical;
mod chain;
mod custodians;
mod detail;
mod disclose;
mod earlier;
mod entry;
mod fact;
mod identified;
mod imported;
mod leaves;
mod line;
mod line_error;
mod manifest;
mod parts;
mod proven;
mod resumed;
mod seal;
mod surveyed;
mod times;
mod traced;
mod verify;

pub use crate::names::CeremonyKind;
pub use chain::{Chain, Mark};
pub use custodians::{ChangeCause, GuardedShare};
pub use detail::{
    Defect, DepartedOutcome, Deviation, Ending, Former, FoundDkek, FoundInstead, FoundKey, HeldKey, InBackup,
    KeyDomain, KnownShare, LaidOutFile, Loss, NotProven, Peculiar, PinChange, PinCondition, PinName, PublicKeys,
    RecordedBag, Remark, ResetRule, Sat, StoredKey, UnusableFile, WithoutDkek,
};
pub use disclose::disclose;
pub use entry::Entry;
pub use fact::Fact;
pub use identified::Identified;
pub use imported::{ImportedKey, KeyFile};
pub use line::{Around, Keyboard, Line, Moment};
pub use manifest::{
    BackedUpDkekShare, BackedUpKey, DeviceCertificates, FORM, FORM_OF_BACK_UP, FORM_WITH_CERTIFICATES, Manifest,
};
pub use parts::Part;
pub use proven::{KeyOfCertificate, PinRules, Settings, ThrowAwayKey};
pub use resumed::{Again, SetAside};
pub use seal::{BagNow, Deviated, DeviationName};
pub use surveyed::{KeyToBackUp, NotWrapped, RefusedKey};
pub use times::OddTime;
pub use traced::{Copied, LivesOn, TracedKey};
pub use verify::{Proof, WITHHELD_TEXT, verify, verify_to_the_cut};
