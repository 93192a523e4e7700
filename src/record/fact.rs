//! What an act can find out or do, as a record says it.
#![allow(missing_docs, reason = "the fields are the record's own words")]

use serde::{Deserialize, Serialize};

use super::custodians::{ChangeCause, GuardedShare};
use super::detail::{
    Defect, DepartedOutcome, Former, FoundDkek, FoundKey, HeldKey, KeyDomain, KnownShare, Loss, NotProven, Peculiar,
    PinChange, PinCondition, PinName, RecordedBag, ResetRule, Sat, StoredKey, UnusableFile, WithoutDkek,
};
use super::identified::Identified;
use super::imported::{ImportedKey, KeyFile, is_false};
use super::surveyed::{KeyToBackUp, RefusedKey};
use super::traced::TracedKey;
use crate::terms::{
    Advisory, CustodianNumber, Day, DeviceRole, Digest, DkekShareNumber, Drill, Genuineness, HostFinding, Kcv,
    KeyLabel, KeyReference, KeyType, Person, Purpose, Quorum, Scheme, Seat, Serial,
};

/// Something public that an act found out or did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Fact {
    /// The people who were called and are present.
    Present { people: Vec<String> },
    /// The people who were called and are absent, where a quorum continues without them.
    Absent { people: Vec<String> },
    /// How people who are here were identified.
    Identified { people: Vec<Identified> },
    /// Somebody who is here could not be identified, and it went on all the same. A deviation.
    NotIdentified { person: Person, name: String, decided_by: String, reason: String },
    /// Somebody who was absent has come.
    Arrived { person: Person, name: String },
    /// Somebody has left.
    Gone {
        person: Person,
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// After a break: the administrator and somebody else confirm that room, machine and bags are as they were, or say what
    /// has changed, which is a deviation.
    AfterBreak {
        administrator: String,
        confirmed_by: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        changed: Option<String>,
    },
    /// Everybody who was still there at the end signed out.
    SignedOut { people: Vec<String> },
    /// Somebody decided to go on without these people, who check what the others do. A deviation.
    Without { people: Vec<String>, decided_by: String, reason: String },
    /// Why the custodians of a DKEK change.
    CustodiansChange { cause: ChangeCause },
    /// Who guarded the DKEK shares until this sitting, in the order of their numbers, and the keys backed up under that DKEK.
    Guarded { shares: Vec<GuardedShare>, keys: Vec<KeyToBackUp> },
    /// From here on, the custodians are those of the plan of this sitting.
    NewCustodians,
    /// What people say about the old cards and passwords on paper: whether all of them were destroyed.
    OldCards { all_destroyed: bool },
    /// No backup was restored to a device in this sitting; the plan does not ask for it.
    RestoreNotProven,
    /// A decision, typed as a word.
    Decided { word: String },
    /// The room was examined; what was found against it, with its detail (none: fit).
    Room { findings: Vec<(HostFinding, String)> },
    /// Several devices are in readers that could be the one.
    Seen { role: DeviceRole, serials: Vec<Serial> },
    /// Which of them was chosen.
    Picked { role: DeviceRole, serial: Serial },
    /// A device was identified.
    Device {
        role: DeviceRole,
        serial: Serial,
        version: String,
        /// What the application runs on: `jcop`, `demo`, or the number it reports; none: not reported, or an earlier
        /// build did not ask.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        platform: Option<String>,
        user_pin_tries: Option<u8>,
        /// Why there are no tries; none: there are, or an earlier build did not ask.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user_pin: Option<PinCondition>,
        so_pin_tries: Option<u8>,
        /// The same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        so_pin: Option<PinCondition>,
        initialised: bool,
        keys: u16,
        /// The names of certificates that belong to no key; an earlier build did not look.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        certificates: Vec<String>,
        /// The names of data objects; an earlier build did not look.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        data_objects: Vec<String>,
        /// The reader it is in; an earlier build did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reader: Option<String>,
        /// Who certified it: the authority that its certificate names. An earlier build did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        certified_by: Option<String>,
        /// What its certificates prove; an earlier build did not check them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        genuineness: Option<Genuineness>,
        /// What is known against its version; an earlier build did not know.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        advisories: Vec<Advisory>,
        /// What it is called as a PKCS#11 token; none: nothing, or an earlier build did not ask.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token_label: Option<String>,
        /// What is unusual about it.
        #[serde(default, skip_serializing_if = "Peculiar::is_nothing")]
        peculiar: Peculiar,
    },
    /// People go on with a device that is not called what the plan says. A deviation.
    OtherTokenLabel { role: DeviceRole, serial: Serial, planned: String, found: Option<String> },
    /// The generator was seeded from these sources.
    Seeded { sources: Vec<String> },
    /// The password of a DKEK share was drawn and split. The set is its prime, or its number; the KCV names the DKEK share.
    Dealt { share: DkekShareNumber, quorum: Quorum, scheme: Scheme, set: String, kcv: Kcv },
    /// A DKEK share is to be encrypted under a password typed by one person.
    UnderPassword { share: DkekShareNumber, kcv: Kcv },
    /// The SO-PIN was drawn and split.
    SoPinDealt { quorum: Quorum, set: String },
    /// All DKEK shares were drawn; their XOR is the DKEK with this KCV.
    DkekDrawn { shares: u8, kcv: Kcv },
    /// A custodian typed a whole share from their card, and it matched the dealt one.
    ReadBack { card: Purpose, custodian: CustodianNumber },
    /// A custodian's card, or the paper of the holder of a password (no number), was put into this bag. Earlier builds
    /// recorded only cards, and before they were read for the last time that day.
    Bagged { share: DkekShareNumber, custodian: Option<CustodianNumber>, bag: String },
    /// The DKEK shares were encrypted; passwords, coefficients and plain DKEK shares are wiped.
    Enciphered { rounds: u32 },
    /// The vault was empty.
    VaultEmpty,
    /// A file was written, synced and read back.
    Written { file: String, bytes: u64, sha256: Digest },
    /// A custodian sat down at a seat of the quorum.
    Seated { share: DkekShareNumber, seat: Seat, custodian: CustodianNumber },
    /// A previously unknown set, as typed by its first custodian: its prime, or its number.
    SetTyped { card: Purpose, set: String },
    /// A share was typed at a seat, with the possible readings of its id (decimal, and as the old tool reads it).
    Given { card: Purpose, seat: Seat, ids: Vec<u8> },
    /// A share file was opened with the shares of the seats in `right`. `defects` are what the old tool would have failed at.
    Opened {
        share: DkekShareNumber,
        file: String,
        kcv: Kcv,
        right: Vec<Seat>,
        wrong: Vec<Seat>,
        defects: Vec<Defect>,
        /// How many shares the set needs, if not as many as the plan says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        needed: Option<u8>,
        /// Who sat at the seats; an earlier build did not say.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        people: Vec<Sat>,
    },
    /// All DKEK shares are present, and their XOR is the DKEK with this KCV.
    Joined { kcv: Kcv },
    /// Somebody heard this KCV read aloud, and typed the words at these places, counted from 1, from their notes.
    Compared { kcv: Kcv, words: Vec<u8>, by: String },
    /// Somebody heard what names these public keys read aloud, and typed the words at these places from their notes. Of one key, it
    /// is the digest of its file; of more, that of what `sha256sum` prints for their files.
    FingerprintsCompared { keys: Vec<KeyLabel>, sha256: Digest, words: Vec<u8>, by: String },
    /// The SO-PIN was rebuilt from the shares of the seats in `right`; those in `wrong` were wrong.
    SoPinRebuilt {
        right: Vec<Seat>,
        wrong: Vec<Seat>,
        /// Who sat at the seats; an earlier build did not say.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        people: Vec<Sat>,
    },
    /// Whether a device's current SO-PIN is the one on the custodians' cards.
    CurrentSoPin { role: DeviceRole, on_cards: bool },
    /// A new PIN was drawn from a generator that these sources seeded.
    PinDrawn { role: DeviceRole, pin: PinName, sources: Vec<String> },
    /// A drawn PIN was shown to its holder.
    PinShown { role: DeviceRole, pin: PinName },
    /// The number of tries a PIN has left.
    Tries { role: DeviceRole, pin: PinName, left: u8 },
    /// A device was erased and initialised.
    Initialised { role: DeviceRole, serial: Serial, dkek_shares: u8 },
    /// What a throw-away key proved about a device, before it got the DKEK.
    ThrowAwayKey(super::proven::ThrowAwayKey),
    /// What a device that was just initialised says about its settings.
    Settings(super::proven::Settings),
    /// What a device that was just initialised does with its PINs, as it was tried out.
    PinRules(super::proven::PinRules),
    /// What a device says about its PINs: 0, blocked. None: it does not say.
    PinsRead {
        role: DeviceRole,
        user_pin_tries: Option<u8>,
        so_pin_tries: Option<u8>,
        /// What its SO-PIN may do to the user PIN.
        pin_reset: Option<ResetRule>,
        /// Its option word as it reports it, in hexadecimal.
        options: Option<String>,
    },
    /// What people chose to do to a PIN.
    PinChangeChosen { change: PinChange },
    /// It was done; for a change of the SO-PIN, `so-pin-changed` says so.
    PinChanged { role: DeviceRole, serial: Serial, change: PinChange },
    /// The SO-PIN was changed.
    SoPinChanged { role: DeviceRole },
    /// The user PIN holder logged in.
    LoggedIn { role: DeviceRole },
    /// The state of a device's DKEK; `kcv` is none if the device shows it only to a logged-in user.
    DkekState {
        role: DeviceRole,
        shares: Option<u8>,
        outstanding: u8,
        kcv: Option<Kcv>,
        /// Why there are no shares; none: the device was initialised without any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        without: Option<WithoutDkek>,
        /// Its other key domains; an earlier build did not ask.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        domains: Vec<KeyDomain>,
    },
    /// Whether somebody logs in to a device that hides its KCV until then.
    KcvAsked { role: DeviceRole, log_in: bool },
    /// A device has the DKEK.
    Loaded { role: DeviceRole, kcv: Kcv },
    /// A key was generated.
    Made {
        label: KeyLabel,
        reference: KeyReference,
        public_key_sha256: Digest,
        /// The device signed for it with the key of its certificate; an earlier build did not check that.
        #[serde(default, skip_serializing_if = "is_false")]
        attested: bool,
    },
    /// The file of a key that is to be imported was read.
    KeyFileRead(KeyFile),
    /// A key was imported from its file.
    Imported(ImportedKey),
    /// Whether people say that all files of imported keys, their media and copies were destroyed.
    KeyFiles { all_destroyed: bool },
    /// What a device lists.
    Listed { role: DeviceRole, keys: Vec<StoredKey> },
    /// The keys on a device that will be erased, and whether it shows the KCV of the backup at hand.
    Held { role: DeviceRole, keys: Vec<HeldKey>, same_dkek: bool },
    /// A key was wrapped to a file, and KCV and MAC of what was read back are right under the DKEK; or, where nobody opened
    /// the share files, only KCV and structure.
    BackedUp {
        label: KeyLabel,
        file: String,
        sha256: Digest,
        #[serde(default, skip_serializing_if = "is_false")]
        mac_not_verified: bool,
    },
    /// The wrapped key with this digest, under an earlier DKEK, was opened with it, and the same key was wrapped anew: the file
    /// follows as `backed-up`. Whoever could open the earlier one still can.
    Rewrapped { label: KeyLabel, from_sha256: Digest, under: Kcv },
    /// Whether a quorum opens the share files, so that the MAC of every backup can be verified.
    Opening { by_quorum: bool },
    /// How far the drill goes.
    DrillChosen { drill: Drill },
    /// With one digit of this seat's share changed by the program, nothing opened.
    WrongShareRefused { share: DkekShareNumber, seat: Seat },
    /// The sets of the cards that were dealt before those of this folder: the prime of each, or its number. None: one person's
    /// password, or nobody noted it. `folder`: where they opened something.
    SetsBefore { folder: String, sets: Vec<Option<String>> },
    /// What came of a share of an earlier set in a drill.
    DepartedShare { share: DkekShareNumber, outcome: DepartedOutcome },
    /// The day on which the next drill is due, this many months after today.
    NextDrill { day: Day, months: u8 },
    /// The keys that a device wraps, and those that it does not.
    Surveyed { role: DeviceRole, keys: Vec<KeyToBackUp>, refused: Vec<RefusedKey> },
    /// Which of them are backed up.
    Chosen { keys: Vec<KeyLabel> },
    /// What happened to the device being replaced; people confirm it by typing a word, which follows as `decided`.
    Lost { loss: Loss },
    /// The folder of the ceremony being restored from.
    From {
        folder: String,
        title: String,
        /// Names the DKEK; none: only share files made elsewhere are known of it.
        kcv: Option<Kcv>,
        dkek_shares: Vec<KnownShare>,
        so_pin_set: Option<String>,
        serial: Option<Serial>,
        record_sha256: Option<Digest>,
        /// Whether the shares were made elsewhere although the folder has a record: it is a back-up of a device that was
        /// set up with other tools.
        #[serde(default, skip_serializing_if = "is_false")]
        shares_elsewhere: bool,
    },
    /// A further folder with keys under the same DKEK, and those that are counted there.
    AlsoFrom { folder: String, record_sha256: Digest, keys: Vec<KeyLabel> },
    /// The folder that this sitting starts from has only keys that were added to a device: the older ones are in this one,
    /// which is not at hand.
    OlderKeysIn { folder: String, record_sha256: Option<Digest> },
    /// People who knew a share on the day of *establish* before somebody took their place.
    Formers { people: Vec<Former> },
    /// The bags that the folder's record names, where it names any.
    BagsOnRecord { bags: Vec<RecordedBag> },
    /// The folder's record was never sealed; its intact lines name every file of the backup, with a matching digest.
    NotSealed { lines: u32 },
    /// About files made elsewhere: the devices that the keys were generated on, the files that were skipped, and those
    /// that begin like a wrapped key but cannot be read as one, so that their contents are not restored. Files that are
    /// copies of others, each with the other. The keys as they were found; earlier builds recorded neither.
    FoundElsewhere {
        devices: Vec<Serial>,
        passed_over: Vec<String>,
        damaged: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        copies: Vec<(String, String)>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        keys: Vec<FoundKey>,
    },
    /// Public key files of the origin that are missing, changed or unreadable: what they would prove is left out unless they
    /// are brought in time.
    PublicKeysUnusable {
        files: Vec<String>,
        /// What differs from the manifest; an earlier build did not say.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        found: Vec<UnusableFile>,
    },
    /// Wrapped keys of a folder of ours that are missing, changed or unreadable. Leaving them out is a deviation, which
    /// follows.
    WrappedKeysUnusable { keys: Vec<(KeyLabel, UnusableFile)> },
    /// The folder holds wrapped keys of several DKEKs, each with its files. Only one can be restored in a sitting.
    SeveralDkeks { dkeks: Vec<FoundDkek> },
    /// Which of them was chosen.
    DkekChosen { kcv: Kcv },
    /// A wrapped key's KCV and MAC are right under the DKEK; or, where nobody opened the share files, only KCV and structure.
    Verified {
        label: KeyLabel,
        #[serde(default, skip_serializing_if = "is_false")]
        mac_not_verified: bool,
    },
    /// Where each key of a device that is retired lives on: in which verified backup of the folder that `from` names.
    Traced {
        role: DeviceRole,
        keys: Vec<TracedKey>,
        /// Only KCV and structure of the backups were verified: nobody opened the share files.
        #[serde(default, skip_serializing_if = "is_false")]
        mac_not_verified: bool,
    },
    /// The reference people chose for a key. If it is not the plan's, people confirm it by typing a word, which follows as
    /// `decided`.
    Wanted { label: KeyLabel, reference: KeyReference },
    /// A key was unwrapped.
    Unwrapped {
        label: KeyLabel,
        reference: KeyReference,
        /// The further device of a fleet; none: the replacement.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<DeviceRole>,
    },
    /// A further device of a fleet was left out. A deviation.
    DeviceLeftOut {
        role: DeviceRole,
        /// None: it was never found.
        serial: Option<Serial>,
        decided_by: String,
        reason: String,
    },
    /// What people brought for a copy of the folder: what is written on it, and where its files appear; none: in a
    /// rehearsal, a folder beside that of the sitting.
    Medium { number: u8, label: String, place: Option<String> },
    /// The folder was copied to it, every file was read back and was the same. The record's own last lines follow once it
    /// is sealed.
    Copied { number: u8, label: String, folder: String, files: u32, bytes: u64 },
    /// The key that signs the record once it is sealed: it has signed in this sitting, and the signature was right.
    RecordSigner { label: KeyLabel, reference: KeyReference, serial: Serial },
    /// A copy was left out. A deviation.
    MediumLeftOut { number: u8, label: Option<String>, decided_by: String, reason: String },
    /// A signature by the key on the device was verified with the original's public key file.
    Proven {
        label: KeyLabel,
        reference: KeyReference,
        signature_file: String,
        /// The further device of a fleet; none: the replacement.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<DeviceRole>,
    },
    /// A key's signature cannot be checked here, and why; earlier builds recorded no reason.
    NotProvable {
        label: KeyLabel,
        key_type: KeyType,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<NotProven>,
        /// The further device of a fleet; none: the replacement.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<DeviceRole>,
    },
}
