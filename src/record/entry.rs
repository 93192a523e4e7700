//! Everything that can stand in a record.
#![allow(missing_docs, reason = "the fields are the record's own words")]

use serde::{Deserialize, Serialize};

use crate::names::CeremonyKind;
use crate::terms::{
    CustodianNumber, DeviceRole, Digest, DkekShareNumber, HostFinding, Kcv, KeyId, KeyLabel, KeyReference, KeyType,
    Number, Purpose, Quorum, Scheme, Seat, Serial,
};

/// What became of the device that is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// It no longer works, and it is here.
    Broken,
    /// Nobody knows where it is.
    Lost,
    /// Somebody took it.
    Stolen,
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

/// A defect of an old set that this program gets over and sc-hsm-tool does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Defect {
    /// The password begins with a zero byte: sc-hsm-tool drops it at import.
    LeadingZero,
    /// An id was noted as the old tool wants it typed, in hexadecimal.
    HexadecimalId,
    /// An id above 9 was noted as the old tool shows it, in decimal: typed so there, it reads another number.
    DecimalId,
    /// The prime is smaller than the secret.
    SmallPrime,
    /// A value begins with zero bytes, which the old tool leaves out when it shows it.
    ShortValue,
    /// A share among more than M was wrong.
    WrongShare,
}

impl Defect {
    /// The word of the script.
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
}

/// What a ceremony's script itself leaves undone, or goes on in spite of. Records of other builds may name others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deviation {
    /// No second device: no backup was brought back in this sitting.
    RestoreNotProven,
    /// What is restored from has a record without a seal.
    SourceRecordNotSealed,
    /// Some files begin as wrapped keys and cannot be read as such.
    WrappedKeysNotReadable,
}

impl Deviation {
    /// The word of the record.
    pub const fn word(self) -> &'static str {
        match self {
            Self::RestoreNotProven => "restore-not-proven",
            Self::SourceRecordNotSealed => "source-record-not-sealed",
            Self::WrappedKeysNotReadable => "wrapped-keys-not-readable",
        }
    }
}

/// How a ceremony ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// To its end.
    Complete,
    /// Stopped by people.
    Aborted,
}

/// One key as a device lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredKey {
    /// Where it lives.
    pub reference: KeyReference,
    /// Its label, as far as the device has a description of it.
    pub label: Option<String>,
    /// Its id in hexadecimal, likewise.
    pub id: Option<KeyId>,
    /// What kind of key, likewise: `RSA-2048`, `EC-256`.
    pub key_type: Option<String>,
}

/// What is known of a DKEK share that was made earlier. Of one made elsewhere, nothing but its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownShare {
    /// Its share file.
    pub file: String,
    /// The prime of its set, or the set's number.
    pub set: Option<String>,
    /// Names the DKEK share.
    pub kcv: Option<Kcv>,
}

/// Somebody in whose place another person stands, and who may know the share all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// Of which DKEK share.
    pub share: DkekShareNumber,
    /// Which custodian of it; none: who held its password.
    pub custodian: Option<CustodianNumber>,
    /// Their name.
    pub name: String,
}

/// Something public that an act found out or brought about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Fact {
    /// Everybody who was called and seen.
    Present { people: Vec<String> },
    /// Who was called and not seen, where a quorum goes on without them.
    Absent { people: Vec<String> },
    /// A decision that was typed as a word.
    Decided { word: String },
    /// The room was examined; what was found against it, with its detail (none: fit).
    Room { findings: Vec<(HostFinding, String)> },
    /// Several devices are in readers that could be the one.
    Seen { role: DeviceRole, serials: Vec<Serial> },
    /// Which of them it is.
    Picked { role: DeviceRole, serial: Serial },
    /// A device was identified.
    Device {
        role: DeviceRole,
        serial: Serial,
        version: String,
        /// What the application runs on: `jcop`, `demo`, or the number it says; none: not said, or not asked by an earlier build.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        platform: Option<String>,
        user_pin_tries: Option<u8>,
        so_pin_tries: Option<u8>,
        initialised: bool,
        keys: u16,
    },
    /// The generator was seeded from these sources.
    Seeded { sources: Vec<String> },
    /// The password of a DKEK share was drawn and split. The set is its prime, or its number; the KCV names the DKEK share.
    Dealt { share: DkekShareNumber, quorum: Quorum, scheme: Scheme, set: String, kcv: Kcv },
    /// A DKEK share goes under the password that one person typed.
    UnderPassword { share: DkekShareNumber, kcv: Kcv },
    /// The SO-PIN was drawn and split.
    SoPinDealt { quorum: Quorum, set: String },
    /// All DKEK shares are drawn; their XOR is the DKEK of this name.
    DkekDrawn { shares: u8, kcv: Kcv },
    /// A custodian typed a whole share from their card, and it was the dealt one.
    ReadBack { card: Purpose, custodian: CustodianNumber },
    /// A custodian's card went into this bag.
    Bagged { share: DkekShareNumber, custodian: CustodianNumber, bag: String },
    /// The DKEK shares were enciphered; passwords, coefficients and plain DKEK shares are wiped.
    Enciphered { rounds: u32 },
    /// The vault was empty.
    VaultEmpty,
    /// A file was written, synced and read back.
    Written { file: String, bytes: u64, sha256: Digest },
    /// A custodian sat down at a seat of the quorum.
    Seated { share: DkekShareNumber, seat: Seat, custodian: CustodianNumber },
    /// A set that was not known before, as its first custodian typed it: its prime, or its number.
    SetTyped { card: Purpose, set: String },
    /// A share was typed at a seat; what its id can mean (decimal, and as the old tool reads it).
    Given { card: Purpose, seat: Seat, ids: Vec<u8> },
    /// A share file opened under the shares of these seats; others were wrong. What the old tool would have failed at.
    Opened { share: DkekShareNumber, file: String, kcv: Kcv, right: Vec<Seat>, wrong: Vec<Seat>, defects: Vec<Defect> },
    /// All DKEK shares are there, and their XOR is the DKEK of this name.
    Joined { kcv: Kcv },
    /// The SO-PIN was rebuilt from the shares of these seats; others were wrong.
    SoPinRebuilt { right: Vec<Seat>, wrong: Vec<Seat> },
    /// Whether the SO-PIN that a device has is the one on the custodians' cards.
    CurrentSoPin { role: DeviceRole, on_cards: bool },
    /// How many tries a PIN has left.
    Tries { role: DeviceRole, pin: PinName, left: u8 },
    /// A device was erased and initialised.
    Initialised { role: DeviceRole, serial: Serial, dkek_shares: u8 },
    /// The SO-PIN was changed.
    SoPinChanged { role: DeviceRole },
    /// Whoever holds the user PIN logged in.
    LoggedIn { role: DeviceRole },
    /// Where a device's DKEK stands; `kcv` is none where it shows it only to who is logged in.
    DkekState { role: DeviceRole, shares: Option<u8>, outstanding: u8, kcv: Option<Kcv> },
    /// Whether somebody logs in to a device that hides its KCV, so that it shows it.
    KcvAsked { role: DeviceRole, log_in: bool },
    /// A device has the DKEK.
    Loaded { role: DeviceRole, kcv: Kcv },
    /// A key was made.
    Made { label: KeyLabel, reference: KeyReference, public_key_sha256: Digest },
    /// What a device lists.
    Listed { role: DeviceRole, keys: Vec<StoredKey> },
    /// A key was wrapped to a file, and KCV and MAC of what was read back hold under the DKEK.
    BackedUp { label: KeyLabel, file: String, sha256: Digest },
    /// What became of the device that is replaced.
    Lost { loss: Loss },
    /// The folder of the ceremony that is restored from.
    From {
        folder: String,
        title: String,
        kcv: Kcv,
        dkek_shares: Vec<KnownShare>,
        so_pin_set: Option<String>,
        serial: Option<Serial>,
        record_sha256: Option<Digest>,
    },
    /// On the day of *establish* these knew a share before somebody took their place.
    Formers { people: Vec<Former> },
    /// The folder's record was never sealed; its unbroken lines name every file of the backup, with the digest it has.
    NotSealed { lines: u32 },
    /// Of files made elsewhere: the devices that the keys were made on, the files that were passed over, and those that begin
    /// as a wrapped key and cannot be read as one, so that what is in them is not restored.
    FoundElsewhere { devices: Vec<Serial>, passed_over: Vec<String>, damaged: Vec<String> },
    /// A wrapped key's KCV and MAC hold under the DKEK.
    Verified { label: KeyLabel },
    /// Where people want a key.
    Wanted { label: KeyLabel, reference: KeyReference },
    /// A key was unwrapped.
    Unwrapped { label: KeyLabel, reference: KeyReference },
    /// A signature made by the key on the device verified with the public key file of the original.
    Proven { label: KeyLabel, reference: KeyReference, signature_file: String },
    /// A key's signature cannot be checked here: no software for its curve.
    NotProvable { label: KeyLabel, key_type: KeyType },
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Entry {
    /// The ceremony began.
    Began {
        ceremony: CeremonyKind,
        title: String,
        custody: Vec<String>,
        program: String,
        plan_sha256: Digest,
        script_sha256: Digest,
        short_derivation: bool,
    },
    /// An act brought something about.
    Learned { step: Number, fact: Fact },
    /// An act that cannot be undone is about to begin.
    Intent { step: Number, act: String, serial: Serial },
    /// A share was shown to its owner.
    Revealed { step: Number, card: Purpose, custodian: CustodianNumber },
    /// A step ended.
    Done { step: Number },
    /// An act failed.
    Failed { step: Number, act: String, fault: String, values: Vec<(String, String)> },
    /// What people chose after a failure; `to` is the step the ceremony goes on with.
    Recovered { step: Number, choice: String, to: Number },
    /// The ceremony deviates from its script by itself, by name (for example `restore-not-proven`).
    Deviates { step: Number, name: String },
    /// People added something.
    Remarked { step: Number, remark: Remark, text: String },
    /// Somebody stands in for a custodian, or for who holds a password (no number). Who was there before and may know the
    /// share all the same is named too; earlier builds did not say.
    Substituted {
        step: Number,
        share: DkekShareNumber,
        custodian: Option<CustodianNumber>,
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        former_knows: Option<String>,
    },
    /// The last line.
    Sealed { ending: Ending, deviations: u16 },
}
