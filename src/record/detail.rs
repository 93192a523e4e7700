//! What the entries and facts of a record are made of.
#![allow(missing_docs, reason = "the fields are the record's own words")]

use serde::{Deserialize, Serialize};

use crate::terms::{CustodianNumber, Digest, DkekShareNumber, Kcv, KeyId, KeyLabel, KeyReference, Seat};

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

/// What *pins* does to a PIN of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PinChange {
    /// The user PIN is changed by its holder, who knows it.
    ChangeUserPin,
    /// The user PIN gets all its tries back, with the SO-PIN.
    UnblockUserPin,
    /// A new user PIN is set with the SO-PIN.
    SetUserPin,
    /// The SO-PIN is changed by its holder, who knows it.
    ChangeSoPin,
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
    /// Key domain 0 has none, another key domain has one.
    OtherDomain,
    /// The device answered with this status word.
    NotTold(String),
}

/// What is unusual about a device or about the way it is reached.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Peculiar {
    /// It is reached by radio.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub contactless: bool,
    /// Its reader transfers only short commands.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub short_only: bool,
    /// Public keys log in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_keys: Option<PublicKeys>,
    /// The names of descriptions, requests and certificates of keys that are not there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_over: Vec<String>,
}

impl Peculiar {
    /// Whether nothing is.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Public key authentication of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKeys {
    /// How many public keys there are to be.
    pub total: u8,
    /// How many of them are not registered yet.
    pub missing: u8,
    /// How many have to log in.
    pub required: u8,
}

/// A key domain of a device, other than domain 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyDomain {
    /// Its number.
    pub number: u8,
    /// How many DKEK shares it takes; none: devices exchange keys in it.
    pub shares: Option<u8>,
    /// How many are missing.
    pub outstanding: u8,
    /// The KCV of its DKEK, if the device shows it.
    pub kcv: Option<Kcv>,
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
    /// Wrapped keys that are missing or changed are left out.
    WrappedKeysLeftOut,
    /// A drill was to prove every custodian's share, and did not prove all of them.
    SharesNotProven,
    /// A re-key carries the old keys over: what yielded them before still does.
    OldSharesStillYieldKeys,
}

impl Deviation {
    /// The word used in the record.
    pub const fn word(self) -> &'static str {
        match self {
            Self::SourceRecordNotSealed => "source-record-not-sealed",
            Self::WrappedKeysNotReadable => "wrapped-keys-not-readable",
            Self::WrappedKeysLeftOut => "wrapped-keys-left-out",
            Self::SharesNotProven => "shares-not-proven",
            Self::OldSharesStillYieldKeys => "old-shares-still-yield-keys",
        }
    }
}

/// What came of a share of an earlier set in a drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DepartedOutcome {
    /// A card of it is here.
    Here,
    /// No card of it is here: it was not tried.
    NotHere,
    /// Together with shares of today it opened nothing.
    Refused,
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

/// A file that was in the folder when the ceremony began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaidOutFile {
    /// Its name.
    pub file: String,
    /// Its digest.
    pub sha256: Digest,
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
    /// The key domain that it is in, if the device says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<u8>,
    /// How often it may still be used, if that is limited and the device says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses_left: Option<u32>,
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

/// A file of a backup of ours that is not the one that its manifest names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnusableFile {
    /// Its name.
    pub file: String,
    /// What the manifest says.
    pub expected: Digest,
    /// What is there instead.
    pub found: FoundInstead,
}

/// What is in the place of a file that the manifest names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FoundInstead {
    /// Nothing.
    Missing,
    /// A file with this digest.
    Changed(Digest),
    /// Something that cannot be read, and why.
    Unreadable(String),
    /// The file itself, which holds no public key.
    NoPublicKey,
}

/// One of several DKEKs whose wrapped keys are in one folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundDkek {
    /// Names it.
    pub kcv: Kcv,
    /// Its wrapped keys: what each is called in this sitting, and its file.
    pub keys: Vec<(KeyLabel, String)>,
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

/// What the SO-PIN may do to the user PIN, as a device reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResetRule {
    /// Nothing.
    Off,
    /// Unblock it.
    Unblock,
    /// Set a new one.
    Set,
}

/// Who sat where at an opening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sat {
    /// The seat.
    pub seat: Seat,
    /// The custodian's number.
    pub custodian: CustodianNumber,
    /// Their name.
    pub name: String,
}
