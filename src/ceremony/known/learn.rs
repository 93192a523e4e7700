//! What an entry of the record changes in what is known.

use crate::ceremony::known::holders::Place;
use crate::ceremony::known::{FoundDevice, Source, State};
use crate::record::{Entry, Fact, Former, Remark};
use crate::terms::{DkekShareNumber, Purpose};

/// Faults of INITIALIZE and of changing the SO-PIN after which the device is as it was.
const REFUSED: [&str; 5] =
    ["so-pin-wrong", "so-pin-blocked", "initialise-refused", "pins-missing", "so-pin-not-changed"];
/// Faults that come up before the first command is sent.
const NOT_SENT: [&str; 4] = ["no-device", "serial-differs", "reader-failed", "card-foreign"];

impl State {
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
                let refused = REFUSED.contains(&fault) || NOT_SENT.contains(&fault);
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
                // A new device takes the SO-PIN of today at once; others keep theirs until it is changed.
                if self.device(*role).is_some_and(|device| !device.initialised) {
                    self.so_pin_of_today.insert(*role);
                }
            }
            Fact::SoPinChanged { role } => {
                self.so_pin_of_today.insert(*role);
            }
            Fact::Loaded { role, .. } => {
                self.loaded.insert(*role);
            }
            Fact::Made { label, public_key_sha256, .. } => {
                self.made.insert(label.to_string(), *public_key_sha256);
            }
            Fact::Absent { people } => self.absent.clone_from(people),
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
            Fact::Formers { people } => {
                let known =
                    |former: &Former| (former.name.clone(), Place { share: former.share, custodian: former.custodian });
                self.knowing.extend(people.iter().map(known));
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
            | Fact::VaultEmpty
            | Fact::LoggedIn { .. }
            | Fact::Joined { .. }
            | Fact::Verified { .. }
            | Fact::Present { .. }
            | Fact::Decided { .. }
            | Fact::Unwrapped { .. } => {}
        }
    }
}
