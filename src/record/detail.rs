//! What the entries and facts of a record are made of.
#![allow(missing_docs, reason = "the fields are the record's own words")]

use serde::{Deserialize, Serialize};

use crate::terms::{CustodianNumber, DkekShareNumber, Kcv, KeyId, KeyLabel, KeyReference, KeyType};

/// What happened to the device being replaced, or why its keys are restored although nothing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// It no longer works, and it is here.
    Broken,
    /// Nobody knows where it is.
    Lost,
    /// Somebody took it.
    Stolen,
    /// Nothing: it stays in use, and the restore is a proof or a drill.
    Nothing,
}

/// One of a device's two PINs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PinName {
    /// The user PIN.
    User,
    /// The SO-PIN.
    So,
}

/// What a device says about a PIN instead of a number of tries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PinCondition {
    /// It was never set.
    NotSet,
    /// A transport PIN is set, and must be changed before anything else.
    Transport,
    /// The device answers with this status word, which does not say how many tries are left.
    NotTold(String),
}

/// Why nothing is known of a DKEK in a device, other than that it was initialised without DKEK shares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WithoutDkek {
    /// Key domain 0 has none, key domain 1 has one.
    OtherDomain,
    /// The device answered with this status word.
    NotTold(String),
}

/// A defect of an old set that this program can handle and sc-hsm-tool cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Defect {
    /// The password begins with a zero byte: sc-hsm-tool drops it on import.
    LeadingZero,
    /// An id was noted in hexadecimal, as it must be typed into the old tool.
    HexadecimalId,
    /// An id above 9 was noted in decimal, as the old tool displays it: typed like that, the tool reads a different
    /// number.
    DecimalId,
    /// The prime is smaller than the secret.
    SmallPrime,
    /// A value begins with zero bytes, which the old tool omits when it displays the value.
    ShortValue,
    /// More than M shares were given, and one was wrong.
    WrongShare,
}

impl Defect {
    /// The word used in the script.
    pub const fn word(self) -> &'static str {
        match self {
            Self::LeadingZero => "defect-leading-zero",
            Self::HexadecimalId => "defect-hexadecimal-id",
            Self::DecimalId => "defect-decimal-id",
            Self::SmallPrime => "defect-small-prime",
            Self::ShortValue => "defect-short-value",
            Self::WrongShare => "defect-wrong-share",
        }
    }
}

/// What people may add to the record at any step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remark {
    /// Something did not go as the script says.
    Deviation,
    /// A break began.
    BreakBegan,
    /// A break ended.
    BreakEnded,
    /// Why the ceremony is stopped; its last line follows.
    Stopped,
}

/// What a ceremony's script itself leaves undone, or continues in spite of. Records of other builds may contain others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deviation {
    /// The record of the ceremony being restored from is not sealed.
    SourceRecordNotSealed,
    /// Some files begin like wrapped keys but cannot be read as such.
    WrappedKeysNotReadable,
}

impl Deviation {
    /// The word used in the record.
    pub const fn word(self) -> &'static str {
        match self {
            Self::SourceRecordNotSealed => "source-record-not-sealed",
            Self::WrappedKeysNotReadable => "wrapped-keys-not-readable",
        }
    }
}

/// How a ceremony ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// It ran to its end.
    Complete,
    /// It was stopped by people.
    Aborted,
}

/// One key as a device lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredKey {
    /// Where it lives.
    pub reference: KeyReference,
    /// Its label, if the device has a description of it.
    pub label: Option<String>,
    /// Likewise, its id in hexadecimal.
    pub id: Option<KeyId>,
    /// Its kind, as far as its description or what lies beside it says: `RSA-2048`, `EC secp256r1`, or `EC-256` if only
    /// the size is stated.
    pub key_type: Option<String>,
}

/// A key that a device wraps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyToBackUp {
    /// What it is called in this sitting.
    pub label: KeyLabel,
    /// Its id in this sitting: that of its description, or a free one.
    pub id: KeyId,
    /// Its kind.
    pub key_type: KeyType,
    /// Where it lives.
    pub reference: KeyReference,
    /// The label in its description; none: it has no description.
    pub described: Option<String>,
    /// The id in its description.
    pub described_id: Option<KeyId>,
}

/// A key that a device does not wrap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedKey {
    /// As the device lists it.
    pub key: StoredKey,
    /// Why.
    pub why: NotWrapped,
}

/// Why a device does not wrap a key under the DKEK at hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotWrapped {
    /// What the key may be used for does not include being wrapped.
    NotExportable,
    /// It belongs to a key domain without a complete DKEK.
    OtherDomain,
    /// The device has no DKEK for it.
    NoDkek,
    /// It is wrapped under another DKEK, with this key check value.
    OtherDkek(Kcv),
    /// The device answered with this status word.
    Refused(String),
}

/// Whether a key on a device is in the backup at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InBackup {
    /// Its public key is that of a key in the backup.
    Yes,
    /// Label and id are those of a key in the backup, and there are no two public keys to compare.
    Perhaps,
    /// It is not, or there is no backup at hand.
    No,
}

/// A key on a device that is about to be erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldKey {
    /// As the device lists it.
    pub key: StoredKey,
    /// Whether it is in the backup.
    pub backup: InBackup,
}

/// What is known about a DKEK share made earlier. If it was made elsewhere, only its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownShare {
    /// Its share file.
    pub file: String,
    /// The prime of its set, or the set's number.
    pub set: Option<String>,
    /// Names the DKEK share.
    pub kcv: Option<Kcv>,
}

/// Somebody who was replaced by another person, but may still know the share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// The DKEK share.
    pub share: DkekShareNumber,
    /// Which of its custodians; none: the holder of its password.
    pub custodian: Option<CustodianNumber>,
    /// Their name.
    pub name: String,
}

/// The bag of a card, or of the paper of the holder of a password, according to the record of an earlier sitting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedBag {
    /// The DKEK share.
    pub share: DkekShareNumber,
    /// Which of its custodians; none: the holder of its password.
    pub custodian: Option<CustodianNumber>,
    /// The number of the bag.
    pub bag: String,
}

/// A wrapped key of a folder made elsewhere, as it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundKey {
    /// What it is called in this sitting.
    pub label: KeyLabel,
    /// Its file.
    pub file: String,
    /// The label in its description, as far as it is text; none: it has no description, and gets a new one.
    pub described: Option<String>,
    /// The id in its description, or in the new one; none: the description has none.
    pub id: Option<KeyId>,
    /// The key reference in its description: where it was when that was written.
    pub reference: Option<KeyReference>,
}

/// Why nobody can tell here whether a restored key is the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotProven {
    /// The backup holds no public key that this program can read.
    NoPublicKey,
    /// This program has no software for its curve.
    Curve,
    /// The algorithms that the key may be used with do not include a signature with SHA-256.
    Algorithms,
    /// It is a secret key: it does not sign.
    Secret,
}
