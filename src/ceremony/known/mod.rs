//! What is known of a ceremony: exactly what its record says, nothing else. Every change comes from an entry.

pub mod holders;
pub mod learn;

use std::collections::{BTreeMap, BTreeSet};

use crate::ceremony::known::holders::{Place, everybody};
use crate::plan::{Plan, PlannedKey};
use crate::record::{CeremonyKind, Defect, Ending, Loss, PinName, StoredKey};
use crate::terms::{
    CustodianNumber, DeviceRole, Digest, DkekShareNumber, Kcv, KeyLabel, KeyReference, Number, Purpose, Seat, Serial,
};

/// A device as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundDevice {
    /// Its serial.
    pub serial: Serial,
    /// Its version, for example `3.5`.
    pub version: String,
    /// What its application runs on, where it said so.
    pub platform: Option<String>,
    /// Whether it had been initialised before.
    pub initialised: bool,
    /// How many keys it held.
    pub keys: u16,
    /// Tries left of the user PIN, where it said so.
    pub user_pin_tries: Option<u8>,
    /// Tries left of the SO-PIN, where it said so.
    pub so_pin_tries: Option<u8>,
}

/// The finished sitting that is restored from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its folder's name.
    pub folder: String,
    /// Its record's last digest, where it has a record.
    pub record: Option<Digest>,
    /// The devices that the keys were made on, where they are known: none of them is the replacement.
    pub devices: Vec<Serial>,
    /// How many lines its record has, where that was never sealed.
    pub not_sealed: Option<u32>,
    /// Files that were passed over, of those made elsewhere.
    pub passed_over: Vec<String>,
    /// Files that begin as a wrapped key and cannot be read as one.
    pub damaged: Vec<String>,
}

/// Findings that a real ceremony does not begin with: secrets could reach a disc, a recording or another machine.
const UNFIT: [&str; 7] = [
    "room-memory-not-locked",
    "room-cores-enabled",
    "room-tmux",
    "room-screen",
    "room-ssh",
    "room-recorded",
    "room-traced",
];

/// What is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Which ceremony.
    pub ceremony: CeremonyKind,
    /// Whether it is a rehearsal.
    pub rehearsal: bool,
    /// Its plan, with the names of whoever stands in.
    pub plan: Plan,
    /// The step where the ceremony stands; equal to the list's length when the last is done.
    pub cursor: usize,
    /// Steps that were skipped because they were not needed.
    pub not_needed: BTreeSet<Number>,
    /// Seats beyond the quorum that were opened.
    pub extra_seats: u8,
    /// Who sat where since the last opening.
    pub seated: Vec<(Seat, CustodianNumber)>,
    /// What the ids of the shares given since the last opening can mean, by what they are shares of.
    pub given: BTreeMap<Purpose, Vec<(Seat, Vec<u8>)>>,
    /// Everybody who may know a share, by name, and which: they saw it or sat down with it; in *restore*, all of the plan.
    pub knowing: Vec<(String, Place)>,
    /// What the room was found to lack.
    pub room: Vec<(String, String)>,
    /// Devices in readers of which people must pick one, and the one they picked.
    pub seen: Vec<Serial>,
    /// The picked one.
    pub picked: Option<Serial>,
    /// Devices that were given up in this sitting.
    pub given_up: Vec<Serial>,
    /// Devices by role.
    pub devices: BTreeMap<DeviceRole, FoundDevice>,
    /// Tries left as last read.
    pub tries: Vec<(DeviceRole, PinName, u8)>,
    /// Sources of randomness.
    pub sources: Vec<String>,
    /// The prime of each set, or the set's number.
    pub sets: BTreeMap<Purpose, String>,
    /// Names the DKEK shares.
    pub share_kcvs: BTreeMap<DkekShareNumber, Kcv>,
    /// Names the DKEK.
    pub kcv: Option<Kcv>,
    /// The share file that was opened last.
    pub opened_file: Option<String>,
    /// Files that were written: name, size, digest.
    pub files: Vec<(String, u64, Digest)>,
    /// Devices that were initialised in this ceremony.
    pub initialised: BTreeSet<DeviceRole>,
    /// The device whose erasing was announced and has no outcome yet.
    pub intended: Option<Serial>,
    /// Devices of which nobody knows whether they were erased: the answer was lost.
    pub perhaps_erased: BTreeSet<Serial>,
    /// Devices whose SO-PIN is already the one on the custodians' cards.
    pub so_pin_on_cards: BTreeSet<DeviceRole>,
    /// Devices that have the DKEK.
    pub loaded: BTreeSet<DeviceRole>,
    /// Public key digests of keys that were made.
    pub made: BTreeMap<String, Digest>,
    /// What a device listed last.
    pub listed: Vec<StoredKey>,
    /// Where the device's DKEK stands: shares, outstanding, KCV.
    pub dkek: Option<(Option<u8>, u8, Option<Kcv>)>,
    /// Whether somebody logs in to see a KCV that is hidden, once that was decided.
    pub kcv_asked: Option<bool>,
    /// Devices that are known to have the SO-PIN that was chosen or drawn in this sitting.
    pub so_pin_of_today: BTreeSet<DeviceRole>,
    /// Who had no tick at the roll call of a restore, as the record names them: name, and what they are.
    pub absent: Vec<String>,
    /// What the old tool would have failed at, at the last opening.
    pub defects: Vec<Defect>,
    /// Seats whose shares were wrong at the last opening.
    pub wrong_seats: Vec<Seat>,
    /// What became of the old device.
    pub loss: Option<Loss>,
    /// What is restored from.
    pub source: Option<Source>,
    /// Where people want keys restored.
    pub wanted: BTreeMap<String, KeyReference>,
    /// The file of the last signature made as proof.
    pub proof: Option<String>,
    /// Keys whose restore was proven.
    pub proven: BTreeSet<String>,
    /// How many deviations there were.
    pub deviations: u16,
    /// The names of deviations by the script itself.
    pub deviates: Vec<String>,
    /// The answer to an act was lost: whether it was done is unknown.
    pub cut: bool,
    /// A device or file failed in the middle of this step's act, which may have done a part of it.
    pub again: bool,
    /// How it ended.
    pub ended: Option<Ending>,
}

impl State {
    /// What is known before the first entry.
    pub fn new(ceremony: CeremonyKind, plan: Plan, rehearsal: bool) -> Self {
        let knowing = match ceremony {
            CeremonyKind::Restore => everybody(&plan),
            CeremonyKind::Establish | CeremonyKind::Inspect => Vec::new(),
        };
        Self {
            ceremony,
            rehearsal,
            plan,
            cursor: 0,
            not_needed: BTreeSet::new(),
            extra_seats: 0,
            seated: Vec::new(),
            given: BTreeMap::new(),
            knowing,
            room: Vec::new(),
            seen: Vec::new(),
            picked: None,
            given_up: Vec::new(),
            devices: BTreeMap::new(),
            tries: Vec::new(),
            sources: Vec::new(),
            sets: BTreeMap::new(),
            share_kcvs: BTreeMap::new(),
            kcv: None,
            opened_file: None,
            files: Vec::new(),
            initialised: BTreeSet::new(),
            intended: None,
            perhaps_erased: BTreeSet::new(),
            so_pin_on_cards: BTreeSet::new(),
            loaded: BTreeSet::new(),
            made: BTreeMap::new(),
            listed: Vec::new(),
            dkek: None,
            kcv_asked: None,
            so_pin_of_today: BTreeSet::new(),
            absent: Vec::new(),
            defects: Vec::new(),
            wrong_seats: Vec::new(),
            loss: None,
            source: None,
            wanted: BTreeMap::new(),
            proof: None,
            proven: BTreeSet::new(),
            deviations: 0,
            deviates: Vec::new(),
            cut: false,
            again: false,
            ended: None,
        }
    }

    /// A device that was new in the morning and was initialised in this sitting has an SO-PIN by now.
    pub fn asks_for_its_so_pin(&mut self, role: Option<DeviceRole>) {
        let role = role.filter(|role| self.initialised.contains(role));
        if let Some(device) = role.and_then(|role| self.devices.get_mut(&role)) {
            device.initialised = true;
        }
    }

    /// Custodians of this share who are here and have not sat down; who was absent at the roll call is not counted.
    pub fn custodians_left(&self, share: DkekShareNumber) -> u8 {
        let Some(quorum) = self.plan.quorum(share) else { return 0 };
        let away = |number: &CustodianNumber| {
            let name = self.plan.custodian(share, *number);
            self.absent.iter().any(|who| who.strip_prefix(name).is_some_and(|rest| rest.starts_with(" · ")))
        };
        let here = quorum.numbers().filter(|number| !away(number)).count();
        u8::try_from(here).unwrap_or(u8::MAX).saturating_sub(self.open_seats(share))
    }

    /// The device found for a role.
    pub fn device(&self, role: DeviceRole) -> Option<&FoundDevice> {
        self.devices.get(&role)
    }

    /// Its serial.
    pub fn serial(&self, role: DeviceRole) -> Option<Serial> {
        self.device(role).map(|device| device.serial.clone())
    }

    /// Tries left of a PIN as last read.
    pub fn tries_left(&self, role: DeviceRole, pin: PinName) -> Option<u8> {
        self.tries.iter().find(|(device, name, _)| (*device, *name) == (role, pin)).map(|(_, _, left)| *left)
    }

    /// A key of the plan by label.
    pub fn key(&self, label: Option<&KeyLabel>) -> Option<&PlannedKey> {
        self.plan.keys.iter().find(|key| Some(&key.label) == label)
    }

    /// Where a key is restored to: what people said, or else what the plan says.
    pub fn restore_to(&self, key: &PlannedKey) -> KeyReference {
        self.wanted.get(key.label.as_str()).copied().unwrap_or(key.restore_to)
    }

    /// Whether what is restored from was made elsewhere: it has no record of ours.
    pub fn is_foreign(&self) -> bool {
        self.source.as_ref().is_some_and(|source| source.record.is_none())
    }

    /// Whether a real ceremony may not go on in this room without a typed decision.
    pub fn is_unfit(&self) -> bool {
        !self.rehearsal && self.room.iter().any(|(finding, _)| UNFIT.contains(&finding.as_str()))
    }

    /// The prime of a set, or its number, where it is known.
    pub fn set(&self, card: Purpose) -> Option<&str> {
        self.sets.get(&card).map(String::as_str)
    }

    /// The number of a set of strong shares.
    pub fn set_number(&self, card: Purpose) -> Option<u32> {
        let digits: String = self.set(card)?.chars().filter(|c| *c != ' ').collect();
        u32::from_str_radix(&digits, 16).ok()
    }

    /// Names a DKEK share, where that is known.
    pub fn share_kcv(&self, share: DkekShareNumber) -> Option<Kcv> {
        self.share_kcvs.get(&share).copied()
    }

    /// The shares that were given at seats since the last opening.
    pub fn given(&self, card: Purpose) -> &[(Seat, Vec<u8>)] {
        self.given.get(&card).map_or(&[], Vec::as_slice)
    }

    /// How many seats of a quorum are open.
    pub fn open_seats(&self, share: DkekShareNumber) -> u8 {
        self.plan.quorum(share).map_or(0, |quorum| quorum.threshold() + self.extra_seats)
    }

    /// Forgets who sat where: the seats are free again.
    pub fn free_seats(&mut self) {
        self.seated.clear();
        self.given.clear();
        self.extra_seats = 0;
    }

    /// Who sits at a seat.
    pub fn sitter(&self, seat: Seat) -> Option<CustodianNumber> {
        self.seated.iter().find(|(taken, _)| *taken == seat).map(|(_, custodian)| *custodian)
    }
}
