//! What the last line says beside how it ended: every deviation, and where every card is now.
#![allow(missing_docs, reason = "the fields are the record's own words")]

use serde::{Deserialize, Serialize};

use super::detail::Deviation;
use crate::terms::{CustodianNumber, DkekShareNumber, Number};

/// What went otherwise than the script says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviationName {
    /// People noted it.
    Noted,
    /// Somebody took another person's place.
    StoodIn,
    /// It went on without people who check what the others do.
    WithoutSomebody,
    /// Somebody could not be identified.
    NotIdentified,
    /// A share that was given was wrong.
    WrongShare,
    /// A PIN has no try left.
    PinBlocked,
    /// The SO-PIN has no try left.
    SoPinBlocked,
    /// A device was erased and initialised once more.
    ErasedAgain,
    /// What the device says about its settings is not what the plan says.
    OtherSettings,
    /// A device in use is not called what the plan says.
    OtherTokenLabel,
    /// Somebody decided to go on with a device that is not proven to be genuine.
    NotGenuine,
    /// Somebody decided to import a private key that existed outside a device.
    KeyImported,
    /// Files of imported keys, or copies of them, were not destroyed.
    KeyFilesRemain,
    /// A restored key was not proven to be the same key.
    KeyNotProven,
    /// Something was moved or changed while there was a break.
    ChangedInBreak,
    /// Nobody confirmed the KCV that was read aloud.
    KcvNotConfirmed,
    /// Nobody confirmed what names the public keys, which was read aloud.
    FingerprintsNotConfirmed,
    /// A key was left out.
    KeyLeftOut,
    /// A copy of the folder was left out.
    CopyLeftOut,
    /// A further device of a fleet was left out.
    DeviceLeftOut,
    /// The key of the plan does not sign the record.
    RecordNotSigned,
    /// The program ended before the ceremony did, and the sitting went on.
    Resumed,
    /// The record of the ceremony being restored from is not sealed.
    SourceRecordNotSealed,
    /// Some files begin like wrapped keys but cannot be read as such.
    WrappedKeysNotReadable,
    /// Wrapped keys that are not those of the manifest were left out.
    WrappedKeysLeftOut,
    /// A drill was to prove every custodian's share, and did not prove all of them.
    SharesNotProven,
    /// Old keys were carried over to a new DKEK: what yielded them before still does.
    OldSharesStillYieldKeys,
    /// A deviation of a script that this program does not have.
    OfAnotherScript,
}

impl DeviationName {
    /// The deviation that an entry `deviates` names.
    pub fn of_script(name: &str) -> Self {
        let known = [
            (Deviation::SourceRecordNotSealed, Self::SourceRecordNotSealed),
            (Deviation::WrappedKeysNotReadable, Self::WrappedKeysNotReadable),
            (Deviation::WrappedKeysLeftOut, Self::WrappedKeysLeftOut),
            (Deviation::SharesNotProven, Self::SharesNotProven),
            (Deviation::OldSharesStillYieldKeys, Self::OldSharesStillYieldKeys),
        ];
        known.into_iter().find(|(script, _)| script.word() == name).map_or(Self::OfAnotherScript, |(_, known)| known)
    }
}

/// One deviation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deviated {
    /// In which step.
    pub step: Number,
    pub name: DeviationName,
    /// What the plan or the script says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was so instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub happened: Option<String>,
    /// Whom it concerns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
    /// Whose place they took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<String>,
    /// Why it was decided to go on like this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
}

impl Deviated {
    /// A deviation of which nothing but its name and step is known.
    pub const fn new(step: Number, name: DeviationName) -> Self {
        Self {
            step,
            name,
            expected: None,
            happened: None,
            people: Vec::new(),
            instead_of: None,
            reason: None,
            decided_by: None,
        }
    }

    /// The same, with what happened.
    #[must_use]
    pub fn happened(self, what: impl Into<String>) -> Self {
        Self { happened: Some(what.into()), ..self }
    }
}

/// Who is responsible for which bag when the ceremony ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BagNow {
    /// The DKEK share.
    pub share: DkekShareNumber,
    /// Which of its custodians; none: the holder of its password.
    pub custodian: Option<CustodianNumber>,
    /// Their name.
    pub name: String,
    /// The number of the bag.
    pub bag: String,
}
