//! The machine: a cursor over the list of steps. Events go in, requests come out; what is known changes only through
//! entries, so that a record can recreate the same machine.

mod after_break;
pub mod answers;
mod at_keyboard;
mod conditions;
mod cursor;
pub mod deliberate;
pub mod event;
pub mod failures;
pub(in crate::ceremony) mod farewell;
mod identify;
pub mod input;
pub mod interlude;
pub mod left_alone;
mod media;
mod presence;
pub mod recovery;
#[cfg(test)]
mod recovery_tests;
pub mod resumption;
pub mod roll_call;
mod screens;
mod seal;

use crate::faults::{self, Fault};
use crate::names::FieldName;
use std::collections::{BTreeMap, VecDeque};

use crate::ceremony::kinds::Ceremony;
use crate::ceremony::known::Known;
use crate::ceremony::machine::deliberate::Deliberate;
use crate::ceremony::machine::event::Event;
use crate::ceremony::machine::failures::Repeats;
use crate::ceremony::machine::farewell::Farewell;
use crate::ceremony::machine::input::TickId;
use crate::ceremony::machine::interlude::Interlude;
use crate::ceremony::machine::recovery::Recovery;
use crate::ceremony::machine::screens::Screens;
use crate::ceremony::steps::{Actor, Condition, Stage, StageKind, Step, hand_over};
use crate::clerk::{Act, acts};
use crate::fields::{Field, FieldCheck};
use crate::plan::Plan;
use crate::record::{CeremonyKind, Ending, Entry, Fact, Keyboard};
use crate::script;
use crate::terms::{Handle, Number};

/// How long a share stays on the screen, in seconds.
pub const REVEAL_SECONDS: u32 = 120;

/// What the machine asks for. Take requests with [`Machine::poll`] until there are none, then hand in the next event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "there are a few at a time, and most of them are records")]
pub enum Request {
    /// Write an entry to the record, synced, before anything else happens. It is made by whoever was at the keyboard.
    Record(Keyboard, Entry),
    /// Let the clerk perform an act.
    Perform(Act),
    /// Move the text typed into the field of this name to a handle.
    Keep(FieldName, Handle),
    /// Wipe these secrets.
    Forget(Vec<Handle>),
    /// Wipe everything that was typed.
    ForgetTyped,
    /// Set typed text aside for a question in between, or bring it back.
    SetAside(bool),
    /// Wipe the screen and everything it may have left behind.
    WipeScreen,
    /// Wipe all secrets and stop all work: the ceremony was stopped.
    ForgetAll,
    /// Compare the two words that were typed with those at these places of the record's last digest.
    CompareDigest([u8; 2]),
    /// The last screen has been left.
    Close,
}

/// What the current stage is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ceremony) enum Mode {
    /// People are asked.
    Asking(Asking),
    /// The clerk is working.
    Working { act: Act, progress: Option<(u64, u64)>, waiting: Option<Fault>, since: u64 },
    /// It failed; people choose.
    Faulted { act: Act, fault: Fault, choices: Vec<Recovery> },
}

/// How far people have got with what the stage asks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::ceremony) struct Asking {
    pub ticks: Vec<(TickId, bool)>,
    pub fields: Vec<Field>,
    pub checks: Vec<FieldCheck>,
    pub open: Vec<Option<String>>,
    pub shown_at: Option<u64>,
    pub seen: bool,
    /// When somebody last typed something secret that is still there.
    pub typed_at: Option<u64>,
    /// What was typed here was wiped, because it had been left alone.
    pub wiped: bool,
}

/// An inserted step that is not in the list: logging in again. Afterwards the stage that lost its login continues.
pub(in crate::ceremony) struct Detour {
    pub step: Step,
    pub back_to: usize,
}

/// The machine.
pub struct Machine {
    pub(in crate::ceremony) known: Known,
    pub(in crate::ceremony) steps: Vec<Step>,
    pub(in crate::ceremony) stage: usize,
    pub(in crate::ceremony) mode: Mode,
    pub(in crate::ceremony) detour: Option<Detour>,
    pub(in crate::ceremony) interlude: Option<Interlude>,
    /// The state of each field of the question in between that somebody has typed into.
    pub(in crate::ceremony) between: BTreeMap<FieldName, FieldCheck>,
    /// Milliseconds since the program began.
    pub(in crate::ceremony) now: u64,
    screens: Screens,
    /// The stage waits for somebody to act in place of a person who is absent.
    pub(in crate::ceremony) nobody_acts: bool,
    deliberate: Deliberate,
    repeats: Repeats,
    requests: VecDeque<Request>,
    begun: bool,
    /// What the record says of the current step, of a machine that was read back from it.
    learned_here: Vec<Fact>,
    /// It was read back, and nothing has been started yet.
    waits_to_go_on: bool,
    /// After the seal: the last digest, and whether somebody has confirmed it.
    pub(in crate::ceremony) farewell: Option<Farewell>,
}

impl Machine {
    /// A ceremony before its first entry.
    pub fn new(ceremony: CeremonyKind, plan: Plan, rehearsal: bool) -> Self {
        let ceremony = Ceremony::by(ceremony, &plan);
        let steps = (ceremony.steps)(&plan);
        Self {
            known: Known::new(&ceremony.character, plan, rehearsal),
            steps,
            stage: 0,
            mode: Mode::Asking(Asking::default()),
            detour: None,
            interlude: None,
            between: BTreeMap::new(),
            now: 0,
            screens: Screens::default(),
            nobody_acts: false,
            deliberate: Deliberate::default(),
            repeats: Repeats::default(),
            requests: VecDeque::new(),
            begun: false,
            learned_here: Vec::new(),
            waits_to_go_on: false,
            farewell: None,
        }
    }

    /// The machine that these entries of a record lead to: equal to the live one at the same step. `None` if the record
    /// names a way to continue after a failure that this version does not know: what it changed is unknown too, and an
    /// abandoned device must not be used again.
    pub fn resume(ceremony: CeremonyKind, plan: Plan, rehearsal: bool, entries: &[Entry]) -> Option<Self> {
        let mut machine = Self::new(ceremony, plan, rehearsal);
        let unknown = |entry: &Entry| match entry {
            Entry::Recovered { choice, to, .. } => machine.recorded(choice, *to).is_none(),
            _ => false,
        };
        if entries.iter().any(unknown) {
            return None;
        }
        for entry in entries {
            machine.take_in(entry);
            match entry {
                Entry::Learned { fact, .. } => machine.learned_here.push(fact.clone()),
                Entry::Done { .. } | Entry::Recovered { .. } | Entry::Resumed { .. } => machine.learned_here.clear(),
                Entry::Began { .. }
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
        machine.begun = !entries.is_empty();
        Some(machine)
    }

    /// Records the first entry and starts the first step.
    pub fn begin(&mut self, began: Entry) {
        if !self.begun {
            self.begun = true;
            self.emit(began);
            self.enter_stage(0);
        }
    }

    /// What is known.
    pub const fn known(&self) -> &Known {
        &self.known
    }

    /// Milliseconds since the program began, as last told.
    pub const fn now(&self) -> u64 {
        self.now
    }

    /// The numbered steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The current step; `None` after the last.
    pub fn step(&self) -> Option<&Step> {
        self.detour.as_ref().map(|detour| &detour.step).or_else(|| self.steps.get(self.known.progress.cursor))
    }

    /// What can be done about a failure, in the order of the screen; empty if nothing has failed.
    pub fn choices(&self) -> &[Recovery] {
        match &self.mode {
            Mode::Faulted { choices, .. } => choices,
            _ => &[],
        }
    }

    /// What the act in progress is waiting for, if something is missing that may come at any moment.
    pub const fn waits_for(&self) -> Option<&Fault> {
        match &self.mode {
            Mode::Working { waiting, .. } => waiting.as_ref(),
            _ => None,
        }
    }

    /// The number of the current step, or of the last one.
    pub fn number(&self) -> Number {
        let last = || self.steps.last().map(|step| step.number);
        self.step().map(|step| step.number).or_else(last).unwrap_or(Number { section: 1, step: 1 })
    }

    /// The next thing to do; `None`: hand in the next event.
    pub fn poll(&mut self) -> Option<Request> {
        self.requests.pop_front()
    }

    /// Takes in one event.
    pub fn handle(&mut self, event: Event) {
        match event {
            Event::Time(now) => {
                self.now = now;
                self.let_ripen();
                self.hide_when_due();
                self.wipe_what_was_left_alone();
            }
            Event::Outcome(outcome) => self.outcome(outcome),
            Event::Sealed(digest) => self.sealed(digest),
            Event::DigestHeard(right) => self.digest_heard(right),
            Event::Checked { field, check, open } => {
                self.checked(field, check, open);
                self.typed_something();
            }
            Event::Input(input) => self.pressed(input),
        }
        self.look();
    }

    pub(in crate::ceremony) fn stage(&self) -> Option<&Stage> {
        self.step()?.stages.get(self.stage)
    }

    pub(in crate::ceremony) fn emit(&mut self, entry: Entry) {
        let keyboard = self.at_the_keyboard();
        self.take_in(&entry);
        self.repeats.note(&entry);
        self.requests.push_back(Request::Record(keyboard, entry));
    }

    pub(in crate::ceremony) fn request(&mut self, request: Request) {
        self.requests.push_back(request);
    }

    /// Starts the first due stage from `from` on, or ends the step.
    pub(in crate::ceremony) fn enter_stage(&mut self, from: usize) {
        let from = from.max(self.first_undone());
        let Some(step) = self.step() else { return };
        let next = step.stages.iter().enumerate().skip(from).find(|(_, stage)| self.due(stage.when));
        let Some((place, stage)) = next.map(|(place, stage)| (place, *stage)) else {
            self.end_step();
            return;
        };
        let step = step.clone();
        self.stage = place;
        self.note_screen(place);
        if self.waits_for_somebody() {
            return;
        }
        let mut asking = Asking::default();
        match stage.kind {
            StageKind::Do(make) => {
                match make(&self.known, &step) {
                    Some(act) if self.needs_a_login(&act, &step) => self.log_in_first(place),
                    Some(act) => self.perform(act),
                    None => self.fail(acts::ProveVaultEmpty.into(), Fault::from(faults::StepNotPossible)),
                }
                return;
            }
            StageKind::Tick => {
                let items = script::step(step.id).stage(stage.name).map_or(&[][..], |texts| texts.items);
                asking.ticks = items.iter().map(|(item, _)| (TickId::Item(*item), false)).collect();
            }
            StageKind::RollCall(_) => {
                let called = self.known.called().into_iter();
                asking.ticks = called.map(|called| (TickId::Person(called.person), false)).collect();
            }
            StageKind::PickKeys => {
                let keys = self.known.keys.surveyed.iter();
                asking.ticks = keys.map(|key| (TickId::Key(key.reference), true)).collect();
            }
            StageKind::HandOver => asking.fields = hand_over::fields(&self.known, &step),
            StageKind::Form(fields)
            | StageKind::FromCard(fields)
            | StageKind::Confirm(fields)
            | StageKind::Danger(fields) => {
                asking.fields = fields(&self.known, &step);
            }
            StageKind::Read
            | StageKind::SignOut
            | StageKind::Choose(_)
            | StageKind::Reveal { .. }
            | StageKind::States(_)
            | StageKind::RevealPin { .. }
            | StageKind::Deviates(_) => {}
        }
        self.requests.push_back(Request::ForgetTyped);
        self.mode = Mode::Asking(asking);
        self.ask_anew();
    }

    /// Asks for the fields of the current form again, from empty.
    pub(in crate::ceremony) fn ask_anew(&mut self) {
        if let Mode::Asking(asking) = &mut self.mode {
            asking.checks = asking.fields.iter().map(Field::untouched).collect();
            asking.open = vec![None; asking.fields.len()];
        }
    }

    pub(in crate::ceremony) fn perform(&mut self, act: Act) {
        if let Some(serial) = act.irreversible_on().cloned() {
            self.emit(Entry::Intent { step: self.number(), act: act.word().to_owned(), serial });
        }
        if !act.reads_typed() {
            self.requests.push_back(Request::ForgetTyped);
        }
        self.requests.push_back(Request::Perform(act.clone()));
        self.mode = Mode::Working { act, progress: None, waiting: None, since: self.now };
    }

    fn end_step(&mut self) {
        if let Some(Detour { step, back_to }) = self.detour.take() {
            let other = self.step().filter(|back| back.person(&self.known) != step.person(&self.known)).cloned();
            if let Some(back) = other {
                // Whoever was interrupted takes the keyboard again.
                let stages = vec![Stage { when: Condition::Always, ..hand_over::HAND_OVER }];
                self.detour = Some(Detour { step: Step { stages, ..back }, back_to });
                self.enter_stage(0);
            } else {
                self.enter_stage(back_to);
            }
            return;
        }
        let Some(step) = self.steps.get(self.known.progress.cursor).cloned() else { return };
        self.requests.push_back(Request::ForgetTyped);
        if !step.forgets.is_empty() {
            self.requests.push_back(Request::Forget(step.forgets.clone()));
        }
        let gone = self.forgotten_before_return(step.number);
        if !gone.is_empty() {
            self.requests.push_back(Request::Forget(gone));
        }
        if !matches!(step.actor, Actor::Administrator) {
            self.requests.push_back(Request::WipeScreen);
        }
        self.emit(Entry::Done { step: step.number, by: None });
        if self.steps.get(self.known.progress.cursor).is_some() {
            self.enter_stage(0);
        } else {
            self.seal(Ending::Complete);
        }
    }
}
