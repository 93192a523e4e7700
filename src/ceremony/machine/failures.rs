//! What becomes of acts, and how a ceremony goes on after one failed.

use crate::ceremony::machine::interlude::Interlude;
use crate::ceremony::machine::recovery::{Recovery, recoveries};
use crate::ceremony::machine::{Detour, Machine, Mode, Request};
use crate::ceremony::steps::parts;
use crate::ceremony::steps::provisioning;
use crate::ceremony::steps::{self, Actor, Kind, Stage, Step};
use crate::clerk::{Act, Outcome};
use crate::faults::Fault;
use crate::record::Entry;
use crate::terms::{DeviceRole, Handle, MOST_CUSTODIANS, Number, Purpose, Seat};

impl Machine {
    pub(in crate::ceremony) fn outcome(&mut self, outcome: Outcome) {
        let step = self.number();
        let Mode::Working { act, progress, waiting, .. } = &mut self.mode else { return };
        match outcome {
            Outcome::Progress { done, total } => *progress = Some((done, total)),
            Outcome::Waiting(fault) => *waiting = Some(fault),
            Outcome::Done(facts) => {
                for fact in facts {
                    self.emit(Entry::Learned { step, fact });
                }
                self.next_stage();
            }
            Outcome::Failed(fault) => {
                let act = act.clone();
                self.fail(act, fault);
            }
        }
    }

    pub(in crate::ceremony) fn fail(&mut self, act: Act, fault: Fault) {
        let values = fault.values.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        self.request(Request::ForgetTyped);
        let (step, word) = (self.number(), act.word().to_owned());
        self.emit(Entry::Failed { step, act: word, fault: fault.name.word().to_owned(), values });
        let choices = recoveries(&self.state, &act, &fault);
        self.mode = Mode::Faulted { act, fault, choices };
    }

    pub(in crate::ceremony) fn recover(&mut self, recovery: Recovery) {
        if recovery == Recovery::Stop {
            self.ask_between(Interlude::Stop);
            return;
        }
        if matches!(recovery, Recovery::PinsAgain | Recovery::AnotherDevice) {
            // What was typed as the current SO-PIN was for this try: it must not be sent in place of the one of the cards.
            self.request(Request::Forget(vec![Handle::SoPin]));
        }
        let from = self.number();
        let to = self.recovery_step(recovery).unwrap_or(from);
        self.emit(Entry::Recovered { step: from, choice: recovery.word().to_owned(), to });
        match recovery {
            Recovery::TryAgain => self.enter_stage(self.stage),
            Recovery::TypeAgain => {
                let form = |stage: &Stage| matches!(stage.kind, Kind::Form(_)) && self.due(stage.when);
                let stages = self.step().map(|step| step.stages.as_slice()).unwrap_or_default();
                let place = stages.iter().take(self.stage).rposition(form).unwrap_or(0);
                self.enter_stage(place);
            }
            Recovery::LogIn => {
                let Some(step) = self.step() else { return };
                let detour = crate::ceremony::steps::step("log-in", Actor::PinHolder).on(step.role);
                let step = Step { number: from, ..provisioning::with_log_in(detour) };
                self.detour = Some(Detour { step, back_to: self.stage });
                self.enter_stage(0);
            }
            Recovery::SeatsAgain => {
                let cards = self.step().map(|step| Purpose::DkekShare(step.share)).into_iter().chain([Purpose::SoPin]);
                let seats = (1..=MOST_CUSTODIANS).map(Seat);
                let given = cards.flat_map(|card| seats.clone().map(move |seat| Handle::SeatShare(card, seat)));
                self.request(Request::Forget(given.collect()));
                self.enter_stage(0);
            }
            Recovery::AnotherDevice => {
                let Some(step) = self.step() else { return };
                let id = if step.role == DeviceRole::Original { "device" } else { "replacement" };
                let detour = parts::found_device(crate::ceremony::steps::step(id, Actor::Administrator).on(step.role));
                self.detour = Some(Detour { step: Step { number: from, ..detour }, back_to: 0 });
                self.enter_stage(0);
            }
            Recovery::LeaveHidden => {
                self.detour = None;
                self.enter_stage(0);
            }
            Recovery::FromStart | Recovery::AnotherCustodian | Recovery::PinsAgain => self.enter_stage(0),
            Recovery::Stop => {}
        }
    }

    /// The step a recovery goes on with, where it is another one.
    fn recovery_step(&self, recovery: Recovery) -> Option<Number> {
        let before = || self.steps.iter().take(self.state.cursor + 1).rev();
        match recovery {
            Recovery::SeatsAgain => {
                let first = |step: &&Step| matches!(step.actor, Actor::Seat(seat) if seat.0 == 1);
                before().find(first).map(|step| step.number)
            }
            Recovery::AnotherCustodian => {
                let next = self.step().map_or(0, |step| self.state.open_seats(step.share)) + 1;
                let seat = |step: &&Step| matches!(step.actor, Actor::Seat(seat) if seat.0 == next);
                before().find(seat).map(|step| step.number)
            }
            Recovery::PinsAgain | Recovery::AnotherDevice => {
                before().find(|step| matches!(step.id, "so-pin" | "so-pin-quorum")).map(|step| step.number)
            }
            _ => None,
        }
    }
}
