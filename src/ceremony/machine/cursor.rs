//! The position of the ceremony. Only entries move it: live, and when a record is read back.

use crate::ceremony::machine::Machine;
use crate::ceremony::machine::recovery::Recovery;
use crate::record::Entry;
use crate::terms::Number;

impl Machine {
    /// The only place where the ceremony moves.
    pub(super) fn take_in(&mut self, entry: &Entry) {
        self.known.learn(entry);
        match entry {
            Entry::Done { step } => {
                if let Some(place) = self.place(*step) {
                    if self.steps.get(place).is_some_and(|step| step.frees_seats) {
                        self.known.seats.free();
                    }
                    self.move_to(place + 1);
                }
            }
            Entry::Recovered { choice, to, .. } => {
                let place = self.place(*to);
                let role = place.and_then(|place| self.steps.get(place)).map(|step| step.role);
                match Recovery::from_word(choice) {
                    Some(Recovery::AnotherCustodian) => self.known.seats.extra += 1,
                    Some(Recovery::AnotherDevice) => {
                        self.known.devices.given_up.extend(role.and_then(|role| self.known.devices.serial(role)));
                    }
                    Some(Recovery::PinsAgain) => self.known.devices.asks_for_its_so_pin(role),
                    Some(Recovery::LeaveHidden) => self.known.devices.kcv_asked = Some(false),
                    Some(Recovery::SeatsAgain) => self.known.seats.free(),
                    // One that is unknown here is in no record that `resume` accepts.
                    Some(
                        Recovery::TryAgain
                        | Recovery::TypeAgain
                        | Recovery::FromStart
                        | Recovery::LogIn
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
            | Entry::Sealed { .. } => {}
        }
    }

    fn place(&self, number: Number) -> Option<usize> {
        self.steps.iter().position(|step| step.number == number)
    }

    /// Puts the cursor on the first needed step from `place` on.
    fn move_to(&mut self, mut place: usize) {
        while let Some(step) = self.steps.get(place).filter(|step| step.if_needed) {
            let opened = self.known.open_seats(step.share);
            if step.seat().is_some_and(|seat| seat.0 <= opened) {
                self.known.progress.not_needed.remove(&step.number);
                break;
            }
            self.known.progress.not_needed.insert(step.number);
            place += 1;
        }
        self.known.progress.cursor = place;
    }
}
