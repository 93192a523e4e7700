//! Outcomes of acts, and how a ceremony continues after one has failed.

use crate::ceremony::machine::interlude::Interlude;
use crate::ceremony::machine::recovery::{Recovery, recoveries};
use crate::ceremony::machine::{Detour, Machine, Mode, Request};
use crate::ceremony::steps::{
    self, Actor, Need, Part, Question, Stage, StageKind, Step, device, hand_over, provisioning,
};
use crate::clerk::{Act, Outcome};
use crate::faults::Fault;
use crate::names::{StageName, StepName};
use crate::record::Entry;
use crate::terms::{Handle, MOST_CUSTODIANS, Number, Purpose, Seat};

/// The end of the record, as long as it is a failure after which people only tried again. The same failure once more is not
/// recorded once more: whoever presses a key in front of a full disk must not fill it.
#[derive(Debug, Clone, Default)]
pub(super) struct Repeats {
    failed: Option<Entry>,
    tried: Option<Entry>,
}

impl Repeats {
    /// An entry is recorded.
    pub(super) fn note(&mut self, entry: &Entry) {
        let same = |choice: &str| Recovery::recorded(choice, None).is_some_and(Recovery::tries_the_same);
        match entry {
            Entry::Failed { .. } => (self.failed, self.tried) = (Some(entry.clone()), None),
            Entry::Recovered { choice, .. } if self.failed.is_some() && same(choice) => {
                self.tried = Some(entry.clone());
            }
            Entry::Recovered { .. }
            | Entry::Began { .. }
            | Entry::Learned { .. }
            | Entry::Intent { .. }
            | Entry::Revealed { .. }
            | Entry::Done { .. }
            | Entry::Deviates { .. }
            | Entry::Remarked { .. }
            | Entry::Substituted { .. }
            | Entry::StoodIn { .. }
            | Entry::Resumed { .. }
            | Entry::Sealed { .. } => *self = Self::default(),
        }
    }

    /// The same has failed before, and people have tried again.
    fn has_failed_so(&self, failed: &Entry) -> bool {
        self.tried.is_some() && self.failed.as_ref() == Some(failed)
    }

    fn was_tried_so(&self, recovered: &Entry) -> bool {
        self.tried.as_ref() == Some(recovered)
    }
}

impl Machine {
    /// Whether an entry changes anything in what is known: then it is recorded in any case.
    fn teaches(&self, entry: &Entry) -> bool {
        let mut after = self.known.clone();
        after.learn(entry);
        after != self.known
    }

    pub(in crate::ceremony) fn outcome(&mut self, outcome: Outcome) {
        let step = self.number();
        let Mode::Working { act, progress, waiting, .. } = &mut self.mode else { return };
        match outcome {
            Outcome::Progress { done, total } => *progress = Some((done, total)),
            Outcome::Waiting(fault) => *waiting = Some(fault),
            Outcome::Done(facts) => {
                for fact in facts {
                    let fact = self.with_people(fact);
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
        let recorded = fault.values.iter().filter(|(key, _)| !fault.name.screen_only().contains(key));
        let values = recorded.map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        self.request(Request::ForgetTyped);
        let (step, word) = (self.number(), act.word().to_owned());
        let failed = Entry::Failed { step, act: word, fault: fault.name.word().to_owned(), values };
        if !self.repeats.has_failed_so(&failed) || self.teaches(&failed) {
            self.emit(failed);
        }
        let choices = self.of_a_fleet(recoveries(&self.known, &act, &fault));
        self.mode = Mode::Faulted { act, fault, choices };
    }

    /// A further device of a fleet is like the others, or it is left out: none goes without a key of its own.
    fn of_a_fleet(&self, mut choices: Vec<Recovery>) -> Vec<Recovery> {
        let part = self.steps.get(self.known.progress.cursor).map(|step| step.part);
        if matches!(part, Some(Part::OfDevice(_))) {
            choices.retain(|choice| !matches!(choice, Recovery::LeaveOut | Recovery::WithoutProof));
            choices.insert(choices.len().saturating_sub(1), Recovery::WithoutDevice);
        }
        choices
    }

    pub(in crate::ceremony) fn recover(&mut self, recovery: Recovery) {
        if recovery == Recovery::Stop {
            self.ask_between(Interlude::STOP);
            return;
        }
        // What is on the device that is to be erased is read once more; dealing is not repeated.
        let rereads = recovery == Recovery::DeviceAgain && self.was_to_erase();
        if rereads || matches!(recovery, Recovery::PinsAgain | Recovery::AnotherDevice) {
            // What was typed as the current SO-PIN was for this attempt: it must not be sent instead of the one from
            // the cards.
            self.request(Request::Forget(vec![Handle::SoPin]));
        }
        if recovery == Recovery::WithoutDevice {
            self.detour = None;
            // Where the custodians' cards have the SO-PIN, the next device needs it.
            let whole = self.known.plan.so_pin_share().is_none().then_some(Handle::NewSoPin);
            self.request(Request::Forget([Handle::SoPin, Handle::UserPin].into_iter().chain(whole).collect()));
        }
        if recovery == Recovery::OtherChange {
            let typed = [Handle::UserPin, Handle::NewUserPin, Handle::SoPin, Handle::NewSoPin];
            self.request(Request::Forget(typed.to_vec()));
        }
        let from = self.number();
        let target = if rereads { Recovery::PinsAgain } else { recovery };
        let to = self.recovery_step(target).unwrap_or(from);
        let recovered = Entry::Recovered { step: from, choice: recovery.word().to_owned(), to };
        if !recovery.tries_the_same() || !self.repeats.was_tried_so(&recovered) {
            self.emit(recovered);
        }
        if rereads {
            self.find_before(to);
            return;
        }
        match recovery {
            Recovery::TryAgain => self.enter_stage(self.stage),
            Recovery::LookAgain => {
                let looks = |stage: &Stage| matches!(stage.kind, StageKind::Do(_));
                let place = self.step().and_then(|step| step.stages.iter().position(looks)).unwrap_or(0);
                self.enter_stage(place);
            }
            Recovery::TypeAgain => {
                let form = |stage: &Stage| stage.kind.asks_for_text() && self.due(stage.when);
                let stages = self.step().map(|step| step.stages.as_slice()).unwrap_or_default();
                let place = stages.iter().take(self.stage).rposition(form).unwrap_or(0);
                self.enter_stage(place);
            }
            Recovery::LogIn => self.log_in_first(self.stage),
            Recovery::SeatAgain(seat) => {
                let Some(step) = self.step() else { return };
                // Whoever sits there stays; Esc leads to the question who it is.
                let form = step.stages.iter().position(|stage| stage.kind.fields().is_some()).unwrap_or(0);
                self.request(Request::Forget(vec![Handle::SeatShare(Purpose::DkekShare(step.share), seat)]));
                self.enter_stage(form);
            }
            Recovery::SeatsAgain => {
                let cards = self.step().map(|step| Purpose::DkekShare(step.share)).into_iter().chain([Purpose::SoPin]);
                let seats = (1..=MOST_CUSTODIANS).map(Seat);
                let given = cards.flat_map(|card| seats.clone().map(move |seat| Handle::SeatShare(card, seat)));
                self.request(Request::Forget(given.collect()));
                self.enter_stage(0);
            }
            Recovery::AnotherDevice => self.find_before(to),
            // The next step is the login by its holder.
            Recovery::WithoutProof
            | Recovery::NotConfirmed
            | Recovery::WithoutSignature
            | Recovery::LeaveOut
            | Recovery::WithoutMedium
            | Recovery::TypePin => {
                self.next_stage();
            }
            Recovery::LeaveHidden => {
                self.detour = None;
                self.enter_stage(0);
            }
            // Whoever acts has the keyboard already.
            Recovery::FromStart => self.enter_stage(self.step().map_or(0, Step::begins_at)),
            Recovery::AnotherCustodian
            | Recovery::PinsAgain
            | Recovery::WithoutDevice
            | Recovery::DeviceAgain
            | Recovery::AnotherMedium
            | Recovery::OtherChange => {
                self.enter_stage(0);
            }
            Recovery::Stop => {}
        }
    }

    /// Whether the command failed that erases a device.
    pub(in crate::ceremony) const fn was_to_erase(&self) -> bool {
        matches!(&self.mode, Mode::Faulted { act: Act::Initialise(_), .. })
    }

    /// A device is found before this step begins.
    fn find_before(&mut self, number: Number) {
        let Some(step) = self.step() else { return };
        let step = Step { number, ..device::device(step.role) };
        self.detour = Some(Detour { step, back_to: 0 });
        self.enter_stage(0);
    }

    /// The PIN holder logs in before the stage at this place.
    pub(super) fn log_in_first(&mut self, back_to: usize) {
        let Some(step) = self.step() else { return };
        let mut detour = steps::step(StepName::LogIn, Actor::PinHolder).on(step.role);
        detour.stages.push(hand_over::HAND_OVER);
        let step = Step { number: step.number, ..provisioning::with_log_in(detour) };
        self.detour = Some(Detour { step, back_to });
        self.enter_stage(0);
    }

    /// The step that a recovery continues with, if it is a different one.
    fn recovery_step(&self, recovery: Recovery) -> Option<Number> {
        let before = || self.steps.iter().take(self.known.progress.cursor + 1).rev();
        match recovery {
            // Nearest first, because a DKEK share is opened more than once in some ceremonies.
            Recovery::SeatAgain(seat) => before().find(|step| step.seat() == Some(seat)).map(|step| step.number),
            Recovery::SeatsAgain => before().find(|step| step.seat() == Some(Seat(1))).map(|step| step.number),
            Recovery::AnotherCustodian => {
                let next = self.step().map_or(0, |step| self.known.open_seats(step.share)) + 1;
                before().find(|step| step.seat() == Some(Seat(next))).map(|step| step.number)
            }
            Recovery::PinsAgain | Recovery::AnotherDevice => {
                before().find(|step| step.begins_pins).map(|step| step.number)
            }
            Recovery::DeviceAgain => {
                let finds = |step: &&Step| step.stages.iter().any(|stage| stage.name == StageName::Find);
                before().find(finds).map(|step| step.number)
            }
            Recovery::WithoutDevice => {
                let left_out = |step: &&Step| matches!(step.need, Some(Need::DeviceLeftOut(_)));
                self.steps.iter().skip(self.known.progress.cursor).find(left_out).map(|step| step.number)
            }
            Recovery::OtherChange => {
                let asks = |stage: &Stage| matches!(stage.kind, StageKind::Choose(Question::PinChange));
                before().find(|step| step.stages.iter().any(asks)).map(|step| step.number)
            }
            Recovery::TryAgain
            | Recovery::LookAgain
            | Recovery::TypeAgain
            | Recovery::FromStart
            | Recovery::LogIn
            | Recovery::TypePin
            | Recovery::LeaveHidden
            | Recovery::WithoutProof
            | Recovery::NotConfirmed
            | Recovery::LeaveOut
            | Recovery::AnotherMedium
            | Recovery::WithoutMedium
            | Recovery::WithoutSignature
            | Recovery::Stop => None,
        }
    }
}
