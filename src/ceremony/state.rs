//! What is known of a ceremony: exactly what its record says, nothing else. Every change comes from an entry.

use std::collections::{BTreeMap, BTreeSet};

use super::knowing::{Place, everybody};
use crate::plan::{Plan, PlannedKey};
use crate::record::{CeremonyKind, Defect, Ending, Entry, Fact, Loss, PinName, Remark, StoredKey};
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

    /// Takes in what one entry says, but for the cursor, which needs the list of steps.
    pub fn learn(&mut self, entry: &Entry) {
        match entry {
            Entry::Learned { fact, .. } => self.learn_fact(fact),
            Entry::Failed { act, fault, .. } => self.learn_failure(act, fault),
            Entry::Done { .. } => (self.cut, self.again) = (false, false),
            Entry::Deviates { name, .. } => {
                self.deviations += 1;
                self.deviates.push(name.clone());
            }
            Entry::Remarked { remark: Remark::Deviation, .. } => self.deviations += 1,
            Entry::Substituted { share, custodian, name, .. } => {
                self.deviations += 1;
                self.plan.substitute(*share, *custodian, name);
            }
            Entry::Sealed { ending, .. } => self.ended = Some(*ending),
            Entry::Intent { serial, .. } => self.intended = Some(serial.clone()),
            Entry::Revealed { card, custodian, .. } => self.has_seen(*card, *custodian),
            Entry::Began { .. } | Entry::Recovered { .. } | Entry::Remarked { .. } => {}
        }
    }

    /// What a failure leaves in doubt. Only a plain refusal proves that nothing was done.
    fn learn_failure(&mut self, act: &str, fault: &str) {
        match act {
            "initialise" | "change-so-pin" => {
                let refused =
                    ["so-pin-wrong", "so-pin-blocked", "initialise-refused", "pins-missing", "so-pin-not-changed"];
                let refused = refused.contains(&fault);
                self.cut |= !refused;
                // A later refusal does not tell what became of an earlier try.
                let intended = self.intended.take().filter(|_| act == "initialise" && !refused);
                self.perhaps_erased.extend(intended);
                // A device that is known to have refused this SO-PIN is known not to be initialised with it.
                self.cut &= (act, fault) != ("initialise", "so-pin-wrong");
            }
            "make-key" | "restore-key" => self.again |= fault != "key-reference-occupied",
            "find-device" => {
                self.seen.clear();
                self.picked = None;
            }
            _ => {}
        }
    }

    fn learn_fact(&mut self, fact: &Fact) {
        match fact {
            Fact::Room { findings } => self.room.clone_from(findings),
            Fact::Device { role, serial, version, platform, user_pin_tries, so_pin_tries, initialised, keys } => {
                let found = FoundDevice {
                    serial: serial.clone(),
                    version: version.clone(),
                    platform: platform.clone(),
                    initialised: *initialised,
                    keys: *keys,
                    user_pin_tries: *user_pin_tries,
                    so_pin_tries: *so_pin_tries,
                };
                self.seen.clear();
                self.picked = None;
                if self.serial(*role).as_ref() != Some(serial) {
                    // What was cut off on one device is nothing to another.
                    (self.cut, self.again) = (false, false);
                }
                // What was known of a device that was given up says nothing of the one in its place.
                self.tries.retain(|(device, ..)| device != role);
                self.so_pin_on_cards.remove(role);
                self.devices.insert(*role, found);
            }
            Fact::Seen { serials, .. } => {
                self.seen.clone_from(serials);
                self.picked = None;
            }
            Fact::Picked { serial, .. } => self.picked = Some(serial.clone()),
            Fact::Seeded { sources } => self.sources.clone_from(sources),
            Fact::Dealt { share, set, kcv, .. } => {
                self.sets.insert(Purpose::DkekShare(*share), set.clone());
                self.share_kcvs.insert(*share, *kcv);
            }
            Fact::UnderPassword { share, kcv } => {
                self.share_kcvs.insert(*share, *kcv);
            }
            Fact::SoPinDealt { set, .. } => {
                self.sets.insert(Purpose::SoPin, set.clone());
            }
            Fact::DkekDrawn { kcv, .. } => self.kcv = Some(*kcv),
            Fact::Written { file, bytes, sha256 } => self.files.push((file.clone(), *bytes, *sha256)),
            Fact::Seated { share, seat, custodian } => {
                self.has_seen(Purpose::DkekShare(*share), *custodian);
                self.seated.retain(|(taken, _)| taken != seat);
                self.seated.push((*seat, *custodian));
            }
            Fact::SetTyped { card, set } => {
                self.sets.insert(*card, set.clone());
            }
            Fact::Given { card, seat, ids } => {
                let given = self.given.entry(*card).or_default();
                given.retain(|(taken, _)| taken != seat);
                given.push((*seat, ids.clone()));
            }
            Fact::DkekState { shares, outstanding, kcv, .. } => self.dkek = Some((*shares, *outstanding, *kcv)),
            Fact::KcvAsked { log_in, .. } => self.kcv_asked = Some(*log_in),
            Fact::CurrentSoPin { role, on_cards } => {
                self.so_pin_on_cards.remove(role);
                self.so_pin_on_cards.extend(on_cards.then_some(*role));
            }
            Fact::Opened { file, wrong, defects, .. } => {
                self.opened_file = Some(file.clone());
                self.wrong_seats.clone_from(wrong);
                self.defects.clone_from(defects);
                self.extra_seats = 0;
                self.deviations += u16::from(!wrong.is_empty());
            }
            Fact::SoPinRebuilt { wrong, .. } => {
                self.wrong_seats.extend(wrong);
                self.wrong_seats.sort();
                self.wrong_seats.dedup();
                self.deviations += u16::from(!wrong.is_empty());
            }
            Fact::Tries { role, pin, left } => {
                self.tries.retain(|(device, name, _)| (device, name) != (role, pin));
                self.tries.push((*role, *pin, *left));
            }
            Fact::Initialised { role, serial, .. } => {
                (self.cut, self.again) = (false, false);
                self.intended = None;
                self.perhaps_erased.remove(serial);
                self.initialised.insert(*role);
            }
            Fact::Loaded { role, .. } => {
                self.loaded.insert(*role);
            }
            Fact::Made { label, public_key_sha256, .. } => {
                self.made.insert(label.to_string(), *public_key_sha256);
            }
            Fact::Listed { keys, .. } => self.listed.clone_from(keys),
            Fact::BackedUp { label: _, file, sha256 } => self.files.push((file.clone(), 0, *sha256)),
            Fact::Lost { loss } => self.loss = Some(*loss),
            Fact::From { folder, kcv, dkek_shares, so_pin_set, serial, record_sha256, .. } => {
                self.kcv = Some(*kcv);
                for (number, known) in DkekShareNumber::up_to(dkek_shares.len()).zip(dkek_shares) {
                    self.sets.extend(known.set.clone().map(|set| (Purpose::DkekShare(number), set)));
                    self.share_kcvs.extend(known.kcv.map(|kcv| (number, kcv)));
                }
                self.sets.extend(so_pin_set.clone().map(|set| (Purpose::SoPin, set)));
                self.source = Some(Source {
                    folder: folder.clone(),
                    record: *record_sha256,
                    devices: serial.iter().cloned().collect(),
                    not_sealed: None,
                    passed_over: Vec::new(),
                    damaged: Vec::new(),
                });
            }
            Fact::NotSealed { lines } => {
                if let Some(source) = &mut self.source {
                    source.not_sealed = Some(*lines);
                }
            }
            Fact::FoundElsewhere { devices, passed_over, damaged } => {
                if let Some(source) = &mut self.source {
                    source.devices.clone_from(devices);
                    source.passed_over.clone_from(passed_over);
                    source.damaged.clone_from(damaged);
                }
            }
            Fact::Wanted { label, reference } => {
                self.wanted.insert(label.to_string(), *reference);
            }
            Fact::Proven { label, signature_file, .. } => {
                self.proof = Some(signature_file.clone());
                self.proven.insert(label.to_string());
            }
            Fact::NotProvable { .. } => self.deviations += 1,
            Fact::ReadBack { card, custodian } => self.has_seen(*card, *custodian),
            Fact::Bagged { .. }
            | Fact::Enciphered { .. }
            | Fact::SoPinChanged { .. }
            | Fact::VaultEmpty
            | Fact::LoggedIn { .. }
            | Fact::Joined { .. }
            | Fact::Verified { .. }
            | Fact::Present { .. }
            | Fact::Absent { .. }
            | Fact::Decided { .. }
            | Fact::Unwrapped { .. } => {}
        }
    }

    /// A device that was new in the morning and was initialised in this sitting has an SO-PIN by now.
    pub fn asks_for_its_so_pin(&mut self, role: Option<DeviceRole>) {
        let role = role.filter(|role| self.initialised.contains(role));
        if let Some(device) = role.and_then(|role| self.devices.get_mut(&role)) {
            device.initialised = true;
        }
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
