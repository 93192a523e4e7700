//! Where a sitting goes on after its program ended before the ceremony did. Secrets are gone by design: whoever gave one
//! gives it again, and what nobody can give again is drawn anew.

use crate::ceremony::known::character::Cards;
use crate::ceremony::machine::interlude::Interlude;
use crate::ceremony::machine::{Asking, Machine, Mode};
use crate::ceremony::steps::{Need, Question, Stage, StageKind, Step};
use crate::clerk::{Act, ActName};
use crate::names::{StageName, StepName};
use crate::record::{Again, Ending, Entry, Fact};
use crate::terms::{Handle, Number};

/// Where a sitting goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resumption {
    /// Where it stood.
    pub stood: Number,
    /// The step that it goes on with.
    pub to: Number,
    /// What is done again first.
    pub again: Vec<Again>,
    /// The stages of the step it goes on with that were done already.
    pub done: Vec<StageName>,
    /// Cards that were dealt are void.
    pub void: bool,
    /// Files of the step where it stood, which is done again.
    pub made_again: Vec<String>,
}

/// What tells that an act was done which must not be done twice, or would stumble over what it left. All others are repeated.
type ToldBy = (ActName, fn(&Fact) -> bool);
const RESULTS: &[ToldBy] = &[
    (ActName::ProveKey, |fact| matches!(fact, Fact::Proven { .. } | Fact::NotProvable { .. })),
    (ActName::WriteShareFile, |fact| matches!(fact, Fact::Written { .. })),
    (ActName::Initialise, |fact| matches!(fact, Fact::Initialised { .. })),
    (ActName::ChangeSoPin, |fact| matches!(fact, Fact::SoPinChanged { .. })),
    (ActName::ProveDevice, |fact| matches!(fact, Fact::ThrowAwayKey(_))),
    (ActName::LoadDkek, |fact| matches!(fact, Fact::Loaded { .. })),
    (ActName::MakeKey, |fact| matches!(fact, Fact::Made { .. })),
    (ActName::ImportKey, |fact| matches!(fact, Fact::Imported(_))),
    (ActName::RestoreKey, |fact| matches!(fact, Fact::Unwrapped { .. })),
    (ActName::CopyFolder, |fact| matches!(fact, Fact::Copied { .. })),
];

/// A place in the list to go on with, and what is done again first.
struct Plan {
    to: usize,
    again: Vec<(usize, usize)>,
    done: Vec<StageName>,
    void: bool,
}

impl Machine {
    /// Where this sitting, which was read back from its record, goes on.
    pub fn resumption(&self) -> Resumption {
        let stood = self.known.progress.cursor;
        let plan = self.voided(stood).unwrap_or_else(|| self.opened_again(self.pins_again(stood)));
        let number = |place: usize| self.steps.get(place).map_or_else(|| self.number(), |step| step.number);
        Resumption {
            stood: self.number(),
            to: number(plan.to),
            again: plan
                .again
                .into_iter()
                .map(|(from, until)| Again { from: number(from), until: number(until) })
                .collect(),
            made_again: if plan.done.is_empty() { self.files_here() } else { Vec::new() },
            done: plan.done,
            void: plan.void,
        }
    }

    fn files_here(&self) -> Vec<String> {
        let file = |fact: &Fact| match fact {
            Fact::Written { file, .. } | Fact::BackedUp { file, .. } => Some(file.clone()),
            _ => None,
        };
        self.learned_here.iter().filter_map(file).collect()
    }

    /// Goes on. Nothing is done before people have said whether anything in the room has changed; `to_close`: or before they
    /// have been asked whether to stop, where the sitting is only to be closed.
    pub fn go_on(&mut self, resumed: Entry, to_close: bool) {
        self.emit(resumed);
        self.mode = Mode::Asking(Asking::default());
        self.waits_to_go_on = true;
        if to_close {
            self.ask_next(Interlude::STOP);
        } else if self.known.progress.not_confirmed {
            self.ask_next(Interlude::AfterBreak);
        } else {
            self.start_again();
        }
    }

    /// Whether the login that an act needs was lost when the program ended.
    pub(super) fn needs_a_login(&self, act: &Act, step: &Step) -> bool {
        act.name().in_a_login() && self.detour.is_none() && self.known.devices.login_lost.contains(&step.role)
    }

    /// Starts the step at which the sitting goes on, if it has not been started yet.
    pub(super) fn start_again(&mut self) {
        if std::mem::take(&mut self.waits_to_go_on) {
            if self.steps.get(self.known.progress.cursor).is_some() {
                self.enter_stage(0);
            } else {
                // Only the seal was missing.
                self.seal(Ending::Complete);
            }
        }
    }

    /// The place of the first stage of the current step that was not done before the program ended.
    pub(super) fn first_undone(&self) -> usize {
        let Some(((of, done), step)) = self.known.progress.returns.done.as_ref().zip(self.step()) else { return 0 };
        if self.detour.is_some() || *of != step.number {
            return 0;
        }
        let was_done = |stage: &Stage| done.iter().any(|name| name == stage.name.word());
        step.stages.iter().rposition(was_done).map_or(0, |place| place + 1)
    }

    /// What the steps between had forgotten, where a step ends that was done again.
    pub(super) fn forgotten_before_return(&self, step: Number) -> Vec<Handle> {
        let Some((_, next)) = self.known.progress.returns.after.iter().find(|(until, _)| *until == step) else {
            return Vec::new();
        };
        let between = self.steps.iter().filter(|one| one.number > step && one.number < *next);
        between.flat_map(|one| one.forgets.iter().copied()).filter(|handle| *handle != Handle::Dkek).collect()
    }

    /// What was dealt and is not in its share files yet is lost: everything is drawn and dealt anew. Where the DKEK itself stays,
    /// those who guarded it before open it again.
    fn voided(&self, stood: usize) -> Option<Plan> {
        let is = |id: StepName| move |step: &Step| step.id == id;
        let entropy = self.steps.iter().position(is(StepName::Entropy))?;
        let first = entropy.checked_sub(1).filter(|place| self.steps.get(*place).is_some_and(is(StepName::Dice)));
        let first = first.unwrap_or(entropy);
        let deal = self.steps.iter().position(is(StepName::Deal))?;
        let file = self.steps.iter().rposition(is(StepName::ShareFile))?;
        let written = stood == file && self.learned_here.iter().any(|fact| matches!(fact, Fact::Written { .. }));
        let opening = self.openings().into_iter().find(|(_, end)| *end < first);
        let (begins, to, last, written) = match self.known.ceremony.cards {
            Cards::Changed => opening.map(|(start, end)| (end + 1, start, file, written))?,
            // Until the last key is wrapped anew, the old DKEK is needed, which only those who guarded it before can give.
            Cards::Replaced => {
                let ends = |step: &Step| step.forgets.contains(&Handle::EarlierDkek);
                let last = self.steps.iter().rposition(ends)?;
                opening.map(|(start, end)| (end + 1, start, last, false))?
            }
            Cards::Dealt | Cards::Earlier | Cards::None => (first, first, file, written),
        };
        if stood < begins || stood > last || written {
            return None;
        }
        let dealt = self.learned_here.iter().any(|fact| matches!(fact, Fact::Dealt { .. }));
        Some(Plan { to, again: Vec::new(), done: Vec::new(), void: stood > deal || dealt })
    }

    /// PINs that were typed or drawn for a device that does not have them yet are given again.
    fn pins_again(&self, stood: usize) -> Plan {
        let goes_on = |to| Plan { to, again: Vec::new(), done: Vec::new(), void: false };
        let Some(step) = self.steps.get(stood) else { return goes_on(stood) };
        if matches!(step.need, Some(Need::PinChange(_))) {
            let changed = |fact: &Fact| matches!(fact, Fact::PinChanged { .. } | Fact::SoPinChanged { .. });
            let asks = |stage: &Stage| matches!(stage.kind, StageKind::Choose(Question::PinChange));
            let chosen = self.steps.iter().position(|step| step.stages.iter().any(asks));
            return goes_on(match chosen {
                _ if self.learned_here.iter().any(changed) => stood + 1,
                Some(chosen) => chosen + 1,
                None => stood,
            });
        }
        let begins = self.steps.iter().take(stood + 1).rposition(|step| step.begins_pins);
        let initialises = |step: &Step| step.stages.iter().any(|stage| stage.name == StageName::Initialise);
        let erases = begins.and_then(|begins| {
            let after = self.steps.iter().skip(begins).position(initialises)?;
            Some((begins, begins + after))
        });
        let Some((begins, erases)) = erases.filter(|(_, erases)| stood <= *erases) else {
            return Plan { done: self.done_here(), ..goes_on(stood) };
        };
        let role = step.role;
        let erased = |fact: &Fact| matches!(fact, Fact::Initialised { role: of, .. } if *of == role);
        if stood == erases && self.learned_here.iter().any(erased) {
            let mut done = self.done_here();
            let changes = step.stages.iter().any(|stage| stage.name == StageName::Change && self.due(stage.when));
            if changes && !done.contains(&StageName::Change) {
                return Plan { again: vec![(begins, begins)], done, ..goes_on(stood) };
            }
            // Nobody holds the PIN any more that would log in without being typed: the next step asks for it.
            done.push(StageName::LogIn);
            return Plan { done, ..goes_on(stood) };
        }
        // If its erasure was announced, the act asks the device what came of it.
        goes_on(begins)
    }

    /// The quorum opens the DKEK again, if it was open where the sitting goes on.
    fn opened_again(&self, plan: Plan) -> Plan {
        let Some((start, end)) = self.openings().into_iter().rfind(|(start, _)| *start <= plan.to) else { return plan };
        if plan.to <= end {
            return Plan { to: start, ..plan };
        }
        let ends = |step: &Step| step.forgets.contains(&Handle::Dkek) || step.id == StepName::Deal;
        let forgotten = self.steps.iter().take(plan.to).skip(end + 1).any(ends);
        let opened = self.steps.get(end).is_some_and(|step| self.is_needed(step));
        if forgotten || !opened {
            return plan;
        }
        let again = [(start, end)].into_iter().chain(plan.again).collect();
        Plan { again, ..plan }
    }

    /// The places where quorums open all share files, each from its first seat to the step that combines the DKEK shares.
    fn openings(&self) -> Vec<(usize, usize)> {
        let joins = |step: &Step| step.stages.iter().any(|stage| stage.name == StageName::Join);
        let belongs = |step: &Step| {
            [StepName::Seat, StepName::DepartedShare, StepName::Open, StepName::PasswordOpen].contains(&step.id)
        };
        let ends = self.steps.iter().enumerate().filter(|(_, step)| joins(step)).map(|(place, _)| place);
        let start = |end: usize| {
            let others = self.steps.iter().take(end).rposition(|step| !belongs(step));
            (others.map_or(0, |place| place + 1), end)
        };
        ends.map(start).collect()
    }

    /// The stages of the current step that the record says were done, where doing them again would be wrong.
    fn done_here(&self) -> Vec<StageName> {
        let Some(step) = self.step() else { return Vec::new() };
        let told = |told: fn(&Fact) -> bool| self.learned_here.iter().any(told);
        let done = |stage: &&Stage| match stage.kind {
            StageKind::States(state) => self.learned_here.contains(&state()),
            StageKind::Do(make) => make(&self.known, step).is_some_and(|act| {
                RESULTS.iter().any(|(name, result)| *name == act.name() && told(*result))
            }),
            StageKind::Read
            | StageKind::Tick
            | StageKind::RollCall(_)
            | StageKind::SignOut
            | StageKind::PickKeys
            | StageKind::HandOver
            | StageKind::Form(_)
            | StageKind::FromCard(_)
            | StageKind::Confirm(_)
            | StageKind::Danger(_)
            | StageKind::Choose(_)
            | StageKind::Reveal { .. }
            | StageKind::RevealPin { .. }
            // It is said again: the record says twice what is true once.
            | StageKind::Deviates(_) => false,
        };
        step.stages.iter().filter(done).map(|stage| stage.name).collect()
    }
}
