//! Which part learns what an entry of the record says: every entry and every fact is handled here.

use crate::ceremony::known::Known;
use crate::ceremony::known::devices::FoundDevice;
use crate::clerk::{ActName, Aftermath};
use crate::faults::FaultName;
use crate::record::{Deviation, Entry, Fact, Remark};
use crate::terms::{DeviceRole, Holder, Person, Purpose};

impl Known {
    /// Takes in what one entry says, except for the cursor, which needs the list of steps.
    pub fn learn(&mut self, entry: &Entry) {
        self.learn_deviations(entry);
        self.learn_since(entry);
        match entry {
            Entry::Learned { fact, .. } => self.learn_fact(fact),
            Entry::Failed { act, fault, .. } => self.learn_failure(act, FaultName::from_word(fault)),
            // While something is done again, what was interrupted is still in doubt.
            Entry::Done { .. } if !self.progress.returns.after.is_empty() => {}
            Entry::Done { .. } => self.doubt.settle(),
            Entry::Deviates { name, .. } => {
                self.progress.deviates.push(name.clone());
                if name == Deviation::WrappedKeysLeftOut.word() {
                    self.learn_unusable_left_out();
                }
            }
            Entry::Substituted { share, custodian, name, .. } => {
                self.learn_stands_in(Person::Holder(Holder { share: *share, custodian: *custodian }), name);
            }
            Entry::StoodIn { person, name, .. } => self.learn_stands_in(*person, name),
            Entry::Sealed { ending, .. } => self.progress.ended = Some(*ending),
            Entry::Intent { serial, .. } => self.doubt.intended = Some(serial.clone()),
            Entry::Revealed { card, custodian, .. } => self.learn_seen_card(*card, *custodian),
            Entry::Began { plan_sha256, .. } => {
                self.plan_sha256 = Some(*plan_sha256);
                self.learn_began();
            }
            Entry::Remarked { remark: Remark::BreakEnded, .. } => self.progress.not_confirmed = true,
            Entry::Resumed { to, again, done, void, .. } => self.learn_resumed(*to, again, done, *void),
            Entry::Recovered { .. }
            | Entry::Remarked { remark: Remark::Deviation | Remark::BreakBegan | Remark::Stopped, .. } => {}
        }
    }

    fn learn_failure(&mut self, act: &str, fault: Option<FaultName>) {
        if fault == Some(FaultName::CheckWordsDiffer) {
            self.shares.misheard = self.shares.misheard.saturating_add(1);
        }
        match ActName::from_word(act).map(ActName::aftermath) {
            Some(Aftermath::PerhapsInitialised) => self.doubt.learn_initialise_failed(fault),
            Some(Aftermath::PerhapsOtherSoPin | Aftermath::PerhapsOtherUserPin) => {
                self.doubt.learn_change_failed(fault);
                self.pins.perhaps |= self.doubt.cut;
            }
            Some(Aftermath::PerhapsKey) => self.doubt.learn_key_failed(fault, false),
            Some(Aftermath::PerhapsThrowAwayKey) => self.doubt.learn_throw_away_key_failed(fault),
            Some(Aftermath::PerhapsNewKey) => self.doubt.learn_key_failed(fault, true),
            Some(Aftermath::DevicesUnknown) => self.devices.learn_seen(&[]),
            // After an unknown act, what was announced stays announced.
            Some(Aftermath::Nothing) | None => {}
        }
    }

    fn learn_fact(&mut self, fact: &Fact) {
        match fact {
            Fact::Room { findings } => self.host.findings.clone_from(findings),
            Fact::Absent { people } => self.learn_absent(people),
            Fact::Arrived { name, .. } => self.learn_presence(name, true),
            Fact::Gone { name, .. } => self.learn_presence(name, false),
            Fact::Identified { people } => self.people.learn_identified(people),
            Fact::NotIdentified { name, .. } => self.people.learn_not_identified(name),
            Fact::Formers { people } => self.people.learn_formers(people),
            Fact::ReadBack { card, custodian } => self.learn_seen_card(*card, *custodian),
            Fact::Device {
                role,
                serial,
                version,
                platform,
                user_pin_tries,
                user_pin,
                so_pin_tries,
                so_pin,
                initialised,
                keys,
                certificates,
                data_objects,
                reader: _,
                certified_by: _,
                genuineness,
                advisories,
                token_label,
                peculiar,
            } => {
                if self.devices.serial(*role).as_ref() != Some(serial) {
                    self.doubt.settle();
                }
                let device = FoundDevice {
                    serial: serial.clone(),
                    version: version.clone(),
                    platform: platform.clone(),
                    initialised: *initialised,
                    keys: *keys,
                    certificates: certificates.clone(),
                    data_objects: data_objects.clone(),
                    genuineness: genuineness.clone(),
                    advisories: advisories.clone(),
                    token_label: token_label.clone(),
                    peculiar: peculiar.clone(),
                    user_pin_tries: *user_pin_tries,
                    user_pin: user_pin.clone(),
                    so_pin_tries: *so_pin_tries,
                    so_pin: so_pin.clone(),
                };
                self.devices.learn_found(*role, device);
            }
            Fact::Seen { serials, .. } => self.devices.learn_seen(serials),
            Fact::Picked { serial, .. } => self.devices.picked = Some(serial.clone()),
            Fact::DkekState { shares, outstanding, kcv, without, domains, .. } => {
                self.devices.dkek = Some((*shares, *outstanding, *kcv));
                self.learn_dkek_of_the_device(*kcv);
                self.devices.without_dkek.clone_from(without);
                self.devices.domains.clone_from(domains);
            }
            Fact::KcvAsked { log_in, .. } => self.devices.kcv_asked = Some(*log_in),
            Fact::CurrentSoPin { role, on_cards } => self.devices.learn_current_so_pin(*role, *on_cards),
            Fact::Tries { role, pin, left } => {
                self.devices.learn_tries(*role, *pin, *left);
                self.learn_types_anew();
            }
            Fact::PinsRead { role, user_pin_tries, so_pin_tries, pin_reset, .. } => {
                self.learn_pins_read(*role, *user_pin_tries, *so_pin_tries, *pin_reset);
            }
            Fact::PinChangeChosen { change } => self.pins.chosen = Some(*change),
            Fact::PinChanged { serial, change, .. } => self.pins.learn_changed(serial, *change),
            Fact::Initialised { role, serial, .. } => {
                self.doubt.learn_initialised(serial);
                self.devices.learn_initialised(*role, serial);
            }
            Fact::PinRules(rules) => self.devices.pin_rules.extend(rules.pin_reset.map(|_| rules.role)),
            Fact::ThrowAwayKey(proven) => _ = self.devices.proven.insert(proven.role, proven.outcome),
            Fact::SoPinChanged { role } => {
                self.devices.so_pin_of_today.insert(*role);
                self.learn_so_pin_changed(*role);
            }
            Fact::LoggedIn { role } => {
                self.devices.logged_in.insert(*role);
                self.devices.login_lost.remove(role);
            }
            Fact::Loaded { role, .. } => _ = self.devices.loaded.insert(*role),
            Fact::Seeded { sources } => self.shares.sources.clone_from(sources),
            Fact::Dealt { share, set, kcv, .. } => {
                self.shares.learn_set(Purpose::DkekShare(*share), set);
                self.shares.kcvs.insert(*share, *kcv);
            }
            Fact::UnderPassword { share, kcv } => _ = self.shares.kcvs.insert(*share, *kcv),
            Fact::SoPinDealt { set, .. } => self.shares.learn_set(Purpose::SoPin, set),
            Fact::SetTyped { card, set } => self.shares.learn_set(*card, set),
            Fact::DkekDrawn { kcv, .. } => self.shares.dkek_kcv = Some(*kcv),
            Fact::Seated { share, seat, custodian } => {
                self.learn_seen_card(Purpose::DkekShare(*share), *custodian);
                self.seats.learn_seated(*seat, *custodian);
            }
            Fact::Given { card, seat, ids } => {
                self.learn_card_used(*card, *seat);
                self.seats.learn_given(*card, *seat, ids);
            }
            Fact::Opened { share, file, right, wrong, defects, needed, .. } => {
                self.learn_proven_shares(*share, right);
                self.shares.learn_opened(*share, file, defects, *needed);
                self.seats.learn_opened(wrong);
            }
            Fact::SoPinRebuilt { wrong, .. } => {
                self.seats.learn_so_pin_rebuilt(wrong);
            }
            Fact::Written { file, sha256, .. } | Fact::BackedUp { file, sha256, .. } => {
                self.written.retain(|(written, _)| written != file);
                self.written.push((file.clone(), *sha256));
            }
            Fact::Made { label, public_key_sha256, attested, .. } => {
                self.keys.made.insert(label.to_string(), *public_key_sha256);
                self.keys.attested.extend(attested.then(|| label.to_string()));
            }
            Fact::KeyFileRead(file) => self.keys.read = Some((file.label.clone(), file.form)),
            Fact::Imported(key) => {
                self.keys.made.insert(key.label.to_string(), key.public_key_sha256);
                self.keys.certified.extend(key.certificate.then(|| key.label.to_string()));
            }
            Fact::KeyFiles { all_destroyed } => self.keys.files_destroyed = Some(*all_destroyed),
            Fact::Held { role, keys, same_dkek } => self.devices.learn_held(*role, keys, *same_dkek),
            Fact::Listed { keys, .. } => self.keys.listed.clone_from(keys),
            Fact::Opening { by_quorum } => self.shares.opens = Some(*by_quorum),
            Fact::Traced { keys, .. } => self.keys.traced.clone_from(keys),
            Fact::DrillChosen { drill } => self.learn_drill_chosen(*drill),
            Fact::SetsBefore { sets, .. } => self.drilled.sets_before.clone_from(sets),
            Fact::DepartedShare { share, outcome } => _ = self.drilled.departed.insert(*share, *outcome),
            Fact::NextDrill { day, .. } => self.drilled.next = Some(*day),
            Fact::Surveyed { keys, refused, .. } => self.learn_surveyed(keys, refused),
            Fact::Chosen { keys } => self.learn_chosen(keys),
            Fact::Wanted { label, reference } => _ = self.keys.wanted.insert(label.to_string(), *reference),
            Fact::Proven { label, signature_file, role, .. } => {
                self.keys.learn_proven(role.unwrap_or(DeviceRole::Replacement), label, signature_file);
            }
            Fact::NotProvable { label, why, .. } => {
                self.keys.not_provable.insert(label.to_string(), *why);
            }
            Fact::Lost { loss } => self.restored.loss = Some(*loss),
            Fact::From { folder, kcv, dkek_shares, so_pin_set, serial, record_sha256, shares_elsewhere, .. } => {
                self.shares.learn_earlier(*kcv, dkek_shares, so_pin_set.as_deref());
                self.restored.learn_from(folder, serial.as_ref(), *record_sha256, *shares_elsewhere);
            }
            Fact::AlsoFrom { folder, keys, .. } => self.restored.learn_also_from(folder, keys),
            Fact::OlderKeysIn { folder, .. } => self.restored.older_keys_in = Some(folder.clone()),
            Fact::Bagged { share, custodian, bag } => {
                self.bags.learn_bagged(Holder { share: *share, custodian: *custodian }, bag);
            }
            Fact::BagsOnRecord { bags } => self.bags.learn_on_record(bags),
            Fact::CustodiansChange { cause } => self.restored.cause = Some(*cause),
            Fact::Guarded { shares, keys } => self.learn_guarded(shares, keys),
            Fact::NewCustodians => self.learn_new_custodians(),
            Fact::OldCards { all_destroyed } => self.restored.old_cards_destroyed = Some(*all_destroyed),
            Fact::NotSealed { lines } => self.restored.learn_not_sealed(*lines),
            Fact::FoundElsewhere { devices, passed_over, damaged, copies, keys } => {
                self.restored.learn_found_elsewhere(devices, passed_over, damaged);
                self.restored.learn_found_keys(copies, keys);
            }
            Fact::PublicKeysUnusable { files, found } => self.restored.learn_public_unusable(files, found),
            Fact::WrappedKeysUnusable { keys } => self.restored.learn_wrapped_unusable(keys),
            Fact::SeveralDkeks { dkeks } => self.restored.dkeks.clone_from(dkeks),
            Fact::DkekChosen { kcv } => self.learn_dkek_chosen(*kcv),
            Fact::AfterBreak { .. } => (self.progress.not_confirmed, self.progress.restarted) = (false, None),
            Fact::Medium { number, label, place } => self.media.learn_brought(*number, label, place.as_deref()),
            Fact::Copied { number, label, folder, files, .. } => {
                self.media.learn_copied(*number, label, folder, *files);
            }
            Fact::RecordSigner { label, .. } => self.signing.signer = Some(label.clone()),
            Fact::Compared { .. } | Fact::FingerprintsCompared { .. } => self.shares.misheard = 0,
            Fact::DeviceLeftOut { role, .. } => _ = self.devices.left_out.insert(*role),
            Fact::MediumLeftOut { number, .. } => self.media.learn_left_out(*number),
            Fact::WrongShareRefused { .. }
            | Fact::SignedOut { .. }
            | Fact::PinDrawn { .. }
            | Fact::PinShown { .. }
            | Fact::Enciphered { .. }
            | Fact::VaultEmpty
            | Fact::Joined { .. }
            | Fact::Verified { .. }
            | Fact::Rewrapped { .. }
            | Fact::Present { .. }
            | Fact::Decided { .. }
            | Fact::Settings { .. }
            | Fact::OtherTokenLabel { .. }
            | Fact::Without { .. }
            | Fact::RestoreNotProven
            | Fact::Unwrapped { .. } => {}
        }
    }
}
