//! The position of the ceremony. Only entries move it: live, and when a record is read back.

use crate::ceremony::kinds::Ceremony;
use crate::ceremony::known::custodians::Whose;
use crate::ceremony::machine::Machine;
use crate::ceremony::machine::recovery::Recovery;
use crate::ceremony::steps::{Need, Part, Step};
use crate::names::StepName;
use crate::record::{Deviated, DeviationName, Entry, Loss};
use crate::terms::{Drill, KeyLabel, Number, Purpose};

impl Machine {
    /// The only place where the ceremony moves.
    pub(super) fn take_in(&mut self, entry: &Entry) {
        self.known.learn(entry);
        if self.known.changes_the_list(entry) {
            let plan = self.known.plan_of_the_list();
            self.steps = (Ceremony::by(self.known.ceremony.kind, &plan).steps)(&plan);
        }
        match entry {
            Entry::Done { step, .. } => {
                if let Some(place) = self.place(*step) {
                    if self.steps.get(place).is_some_and(|step| step.frees_seats) {
                        self.known.seats.free();
                    }
                    let next = self.known.progress.returns.after(*step).and_then(|next| self.place(next));
                    self.move_to(next.unwrap_or(place + 1));
                }
            }
            Entry::Resumed { to, again, .. } => {
                let to = again.first().map_or(*to, |again| again.from);
                let of_before = |step: &Step| step.whose == Whose::OfBefore;
                if let Some(place) = self.place(to) {
                    if self.steps.get(place).is_some_and(of_before) {
                        self.known.back_to_those_before();
                    }
                    self.move_to(place);
                }
            }
            Entry::Recovered { step, choice, to } => {
                // Whoever decides at that step decides about all of it.
                self.known.progress.returns.done.take_if(|(of, _)| of == step);
                let place = self.place(*to);
                let role = place.and_then(|place| self.steps.get(place)).map(|step| step.role);
                let key = place.and_then(|place| self.steps.get(place)).and_then(|step| step.key.as_ref());
                let key = key.map(KeyLabel::to_string);
                let medium = place.and_then(|place| self.steps.get(place)).and_then(|step| step.medium);
                match self.recorded(choice, *to) {
                    Some(Recovery::AnotherCustodian) => self.known.seats.extra += 1,
                    Some(Recovery::AnotherDevice) => {
                        self.known.devices.given_up.extend(role.and_then(|role| self.known.devices.serial(role)));
                    }
                    Some(Recovery::WithoutDevice) => {
                        self.known.devices.left_out.extend(role);
                        self.known.devices.given_up.extend(role.and_then(|role| self.known.devices.serial(role)));
                    }
                    Some(Recovery::PinsAgain) => self.known.devices.asks_for_its_so_pin(role),
                    Some(Recovery::LookAgain) => self.known.devices.look_again(role),
                    Some(Recovery::LeaveHidden) => self.known.devices.kcv_asked = Some(false),
                    Some(Recovery::WithoutProof) => {
                        self.deviates(*to, DeviationName::KeyNotProven, key.as_ref());
                        self.known.keys.without_proof.extend(key);
                    }
                    Some(Recovery::NotConfirmed) => {
                        let step = place.and_then(|place| self.steps.get(place)).map(|step| step.id);
                        if step == Some(StepName::Fingerprints) {
                            let digest = self.known.fingerprint().map(|digest| digest.to_string());
                            self.deviates(*to, DeviationName::FingerprintsNotConfirmed, digest.as_ref());
                        } else {
                            let kcv = self.known.shares.dkek_kcv.map(|kcv| kcv.to_string());
                            self.deviates(*to, DeviationName::KcvNotConfirmed, kcv.as_ref());
                        }
                    }
                    Some(Recovery::LeaveOut) => {
                        self.deviates(*to, DeviationName::KeyLeftOut, key.as_ref());
                        self.known.keys.left_out.extend(key);
                    }
                    Some(Recovery::SeatAgain(seat)) => {
                        let share = place.and_then(|place| self.steps.get(place)).map(|step| step.share);
                        self.known.seats.gives_again(share.map(Purpose::DkekShare), seat);
                    }
                    Some(Recovery::WithoutSignature) => {
                        let label = self.known.plan.arrangements.sign_record.as_ref().map(KeyLabel::to_string);
                        self.deviates(*to, DeviationName::RecordNotSigned, label.as_ref());
                        self.known.signing.without = true;
                    }
                    Some(Recovery::AnotherMedium) => self.known.media.other.extend(medium),
                    Some(Recovery::WithoutMedium) => self.known.media.left_out.extend(medium),
                    Some(Recovery::SeatsAgain) => self.known.seats.free(),
                    // One that is unknown here is in no record that `resume` accepts.
                    Some(
                        Recovery::TryAgain
                        | Recovery::TypeAgain
                        | Recovery::FromStart
                        | Recovery::LogIn
                        | Recovery::TypePin
                        | Recovery::DeviceAgain
                        | Recovery::OtherChange
                        | Recovery::Stop,
                    )
                    | None => {}
                }
                if let Some(place) = place {
                    self.move_to(place);
                }
            }
            Entry::Began { .. }
            | Entry::Learned { .. }
            | Entry::Intent { .. }
            | Entry::Revealed { .. }
            | Entry::Failed { .. }
            | Entry::Deviates { .. }
            | Entry::Remarked { .. }
            | Entry::Substituted { .. }
            | Entry::StoodIn { .. }
            | Entry::Sealed { .. } => {}
        }
    }

    /// What people chose is a deviation, about a key or a key check value.
    fn deviates(&mut self, step: Number, name: DeviationName, about: Option<&String>) {
        let new = Deviated::new(step, name);
        self.known.progress.add_deviation(match about {
            Some(about) => new.happened(about.as_str()),
            None => new,
        });
    }

    fn place(&self, number: Number) -> Option<usize> {
        self.steps.iter().position(|step| step.number == number)
    }

    /// The way to continue that an entry names.
    pub(super) fn recorded(&self, choice: &str, to: Number) -> Option<Recovery> {
        let seat = self.place(to).and_then(|place| self.steps.get(place)).and_then(Step::seat);
        Recovery::recorded(choice, seat)
    }

    /// Puts the cursor on the first needed step from `place` on. A seat that has given its share is passed over: it gave
    /// it before another seat typed again.
    fn move_to(&mut self, mut place: usize) {
        while let Some(step) = self.steps.get(place) {
            if self.is_needed(step) {
                self.known.progress.not_needed.remove(&step.number);
                if !step.seat().is_some_and(|seat| self.known.has_given(step.share, seat)) {
                    break;
                }
            } else {
                self.known.progress.not_needed.insert(step.number);
            }
            place += 1;
        }
        self.known.progress.cursor = place;
    }

    pub(super) fn is_needed(&self, step: &Step) -> bool {
        if step.key.as_ref().is_some_and(|key| self.known.keys.set_aside.contains(key.as_str())) {
            return false;
        }
        let left_out = match step.part {
            Part::Always => false,
            Part::IfOpened => self.known.shares.opens == Some(false),
            Part::OldDevice => self.known.restored.loss.is_some_and(|loss| loss != Loss::Nothing),
            Part::OnSpare => self.known.drilled.chosen != Some(Drill::Spare),
            Part::OfDevice(role) => self.known.devices.left_out.contains(&role),
        };
        if left_out {
            return false;
        }
        match step.need {
            None => true,
            Some(Need::Seat(seat)) => seat.0 <= self.known.open_seats(step.share),
            Some(Need::CardUsed(holder)) => self.known.bags.used.contains(&holder),
            Some(Need::PinChange(change)) => self.known.pins.chosen == Some(change),
            Some(Need::SetBefore(share)) => self.known.set_before(share).is_some(),
            Some(Need::HiddenKcv) => self.known.devices.hides_kcv(),
            Some(Need::DeviceLeftOut(role)) => self.known.devices.left_out.contains(&role),
            Some(Need::LogIn(role)) => !self.known.devices.logged_in.contains(&role),
        }
    }
}
