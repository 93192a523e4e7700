//! The loop of the program with everything within reach of a test.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use hsm_ceremony::app::{Environment, Setup, latest_backup};
use hsm_ceremony::autopilot::{Autopilot, Comes};
use hsm_ceremony::card::transport::Readers;
use hsm_ceremony::ceremony::{Body, Event, Input, Machine, Request, View, ViewContext};
use hsm_ceremony::clerk::{Clerk, Context, Outcome};
use hsm_ceremony::dkek::Rounds;
use hsm_ceremony::faults::Fault;
use hsm_ceremony::fields::{check, open_text, suggest};
use hsm_ceremony::plan::{Custody, Plan};
use hsm_ceremony::record::{CeremonyKind, Chain, Entry, Fact};
use hsm_ceremony::script::text as script_text;
use hsm_ceremony::secret::WipingBytes;
use hsm_ceremony::softcard::{Rack, SoftCard};
use hsm_ceremony::terms::{Digest, Drill, HostFinding};
use hsm_ceremony::vault::Vault;
use sha2::{Digest as _, Sha256};

use super::bundles::files_of_the_beginning;
use super::counted::Day;
use super::crash::Crash;
pub use super::front::{Front, Turn};
use super::given::{foreign_setup, moment, on};
pub use super::given::{plan_text, used_card};
use super::listening::Listening;
pub use super::listening::Log;

/// What a test looks at after every change.
pub struct Sight<'a> {
    pub machine: &'a Machine,
    pub vault: &'a Vault,
    pub view: &'a View,
    pub entries: &'a [Entry],
}

/// One ceremony with an autopilot.
pub struct Rig {
    pub machine: Machine,
    pub vault: Vault,
    pub entries: Vec<Entry>,
    pub lines: String,
    pub faults: Vec<String>,
    /// What people waited for while a device was looked for, in order.
    pub waited: Vec<&'static str>,
    pub folder: PathBuf,
    pub log: Log,
    /// What is found in the room; none: what is found where the test runs.
    pub room: Option<Vec<(HostFinding, String)>>,
    pub(super) rehearsal: bool,
    /// How long the autopilot waits while the clerk is at work: with all rounds, looking more often only slows it down.
    pub(super) wait: Duration,
    /// What people had to do.
    pub day: Day,
    /// Milliseconds since it began.
    pub(super) now: u64,
    pub(super) clerk: Clerk,
    pub(super) chain: Chain,
    pub(super) autopilot: Autopilot,
    /// Where the program ends before its ceremony does.
    pub(super) crash: Option<Crash>,
    /// How many acts the clerk has performed.
    pub(super) performed: usize,
    /// It has ended there.
    pub crashed: bool,
    /// Where its cards are, if not in its folder.
    pub rack: Option<Rack>,
    /// What it is about.
    pub(super) source: Option<PathBuf>,
}

impl Rig {
    /// *Establish* with a plan, in a folder under `records`.
    pub fn establish(plan: &str, records: &Path) -> Self {
        Self::establish_with(plan, records, |readers| readers)
    }

    /// Like [`Rig::establish`], with something between the program and its readers.
    pub fn establish_with(
        plan: &str,
        records: &Path,
        between: impl FnOnce(Box<dyn Readers>) -> Box<dyn Readers>,
    ) -> Self {
        let parsed = Plan::parse(plan).unwrap();
        let rehearsal =
            Setup::by_plan(CeremonyKind::Establish, parsed, plan.to_owned(), records, Environment::SoftwareCards)
                .unwrap();
        Self::new(rehearsal, Comes::First, between)
    }

    /// *Restore* from the newest folder under `records`, by the last custodians.
    pub fn restore(records: &Path) -> Self {
        Self::restore_with(records, |readers| readers)
    }

    /// *Restore* from this folder, with as many rounds as the real thing has.
    pub fn restore_with_all_rounds(from: &Path, records: &Path) -> Result<Self, Fault> {
        let setup = Setup::from_backup(CeremonyKind::Restore, from, None, records, Environment::SoftwareCards)?;
        Ok(Self::with_rounds(Rounds::PRODUCT, setup, Comes::Last, |readers| readers))
    }

    /// Like [`Rig::restore`], with something between the program and its readers.
    pub fn restore_with(records: &Path, between: impl FnOnce(Box<dyn Readers>) -> Box<dyn Readers>) -> Self {
        let from = latest_backup(records).unwrap();
        Self::new(
            Setup::from_backup(CeremonyKind::Restore, &from, None, records, Environment::SoftwareCards).unwrap(),
            Comes::Last,
            between,
        )
    }

    /// *Establish* on this card instead of a fresh one.
    pub fn establish_on(
        card: SoftCard,
        plan: &str,
        records: &Path,
        between: impl FnOnce(Box<dyn Readers>) -> Box<dyn Readers>,
    ) -> Self {
        let parsed = Plan::parse(plan).unwrap();
        Self::new(
            on(
                Setup::by_plan(CeremonyKind::Establish, parsed, plan.to_owned(), records, Environment::SoftwareCards)
                    .unwrap(),
                card,
            ),
            Comes::First,
            between,
        )
    }

    /// *Restore* onto this card instead of a fresh one.
    pub fn restore_on(
        card: SoftCard,
        records: &Path,
        between: impl FnOnce(Box<dyn Readers>) -> Box<dyn Readers>,
    ) -> Self {
        let from = latest_backup(records).unwrap();
        Self::new(
            on(
                Setup::from_backup(CeremonyKind::Restore, &from, None, records, Environment::SoftwareCards).unwrap(),
                card,
            ),
            Comes::Last,
            between,
        )
    }

    /// This ceremony with these readers, and nobody who inserts cards into them.
    pub fn held(mut setup: Setup, readers: Box<dyn Readers>) -> Self {
        setup.context.readers = readers;
        setup.context.inserter = None;
        Self::new(setup, Comes::First, |readers| readers)
    }

    /// The real thing with these cards in readers, in a room without findings.
    pub fn real(setup: Setup, cards: Vec<SoftCard>) -> Self {
        assert!(!setup.context.rehearsal);
        let rack = Rack::new(cards.len());
        cards.into_iter().enumerate().for_each(|(slot, card)| assert!(rack.insert(slot, card).is_none()));
        Self { room: Some(Vec::new()), ..Self::held(setup, Box::new(rack)) }
    }

    /// This ceremony as it is, with something between the program and its readers; commands pass
    /// through it before they are logged.
    pub fn in_hands(setup: Setup, between: impl FnOnce(Box<dyn Readers>) -> Box<dyn Readers>) -> Self {
        Self::new(setup, Comes::First, between)
    }

    /// *Restore* from a folder of files made elsewhere, in a rehearsal.
    pub fn foreign(from: &Path, plan: &str, records: &Path) -> Result<Self, Fault> {
        Ok(Self::new(foreign_setup(from, plan, records)?, Comes::First, |readers| readers))
    }

    fn new(rehearsal: Setup, comes: Comes, between: impl FnOnce(Box<dyn Readers>) -> Box<dyn Readers>) -> Self {
        Self::with_rounds(Rounds(1000), rehearsal, comes, between)
    }

    /// Like [`Rig::foreign`], with as many rounds as the real thing has.
    pub fn foreign_with_all_rounds(from: &Path, plan: &str, records: &Path) -> Self {
        Self::with_rounds(Rounds::PRODUCT, foreign_setup(from, plan, records).unwrap(), Comes::First, |readers| readers)
    }

    fn with_rounds(
        rounds: Rounds,
        setup: Setup,
        comes: Comes,
        between: impl FnOnce(Box<dyn Readers>) -> Box<dyn Readers>,
    ) -> Self {
        let Setup { ceremony, plan, plan_text, context } = setup;
        let rehearsal = context.rehearsal;
        let log = Log::default();
        let folder = context.folder.path().to_owned();
        let source = context.source.as_ref().map(|source| source.folder.path().to_owned());
        let files = files_of_the_beginning(&context, &plan_text);
        let readers = Box::new(Listening(context.readers, Arc::clone(&log)));
        let wait = if rounds == Rounds::PRODUCT { Duration::from_millis(20) } else { Duration::from_micros(200) };
        let context = Context { training_files: true, rounds, readers: between(readers), ..context };
        let mut machine = Machine::new(ceremony, plan.clone(), rehearsal);
        machine.begin(Entry::Began {
            ceremony,
            title: plan.title.clone(),
            custody: plan.dkek_shares.iter().map(Custody::word).collect(),
            program: "test".into(),
            program_sha256: None,
            plan_sha256: Digest(Sha256::digest(&plan_text).into()),
            script_sha256: Digest(Sha256::digest(script_text()).into()),
            short_derivation: true,
            files,
        });
        machine.handle(Event::Time(0));
        let mut autopilot = Autopilot::new(Box::new(std::io::sink()));
        autopilot.prefer(comes);
        Self {
            machine,
            vault: Vault::new(),
            entries: Vec::new(),
            lines: String::new(),
            faults: Vec::new(),
            waited: Vec::new(),
            folder,
            log,
            room: None,
            rehearsal,
            wait,
            day: Day::default(),
            now: 0,
            clerk: Clerk::new(context),
            chain: Chain::new(rehearsal),
            autopilot,
            crash: None,
            performed: 0,
            crashed: false,
            rack: None,
            source,
        }
    }

    /// The autopilot brings the papers of another ceremony.
    pub fn with_papers_of(mut self, other: Self) -> Self {
        self.autopilot = other.autopilot;
        self.autopilot.prefer(Comes::Last);
        self
    }

    pub fn drilling(mut self, drill: Drill) -> Self {
        self.autopilot.drill(drill);
        self
    }

    /// Runs to the last screen; `look` sees everything after every change.
    pub fn run(&mut self, look: impl FnMut(&Sight<'_>)) {
        self.run_with(look, |_| Turn::Autopilot);
    }

    /// Runs to the last screen with people who occasionally act on their own.
    pub fn play(&mut self, people: impl FnMut(&mut Front<'_>) -> Turn) {
        self.run_with(|_| {}, people);
    }

    fn run_with(&mut self, mut look: impl FnMut(&Sight<'_>), mut people: impl FnMut(&mut Front<'_>) -> Turn) {
        for _ in 0..200_000 {
            self.drain();
            if self.crashed {
                std::fs::write(self.folder.join("record.jsonl"), &self.lines).unwrap();
                return;
            }
            if let Some(mut outcome) = self.clerk.poll(&mut self.vault) {
                if let (Outcome::Done(facts), Some(room)) = (&mut outcome, &self.room)
                    && let [Fact::Room { findings }] = facts.as_mut_slice()
                {
                    findings.clone_from(room);
                }
                self.performed += usize::from(matches!(outcome, Outcome::Done(_) | Outcome::Failed(_)));
                if self.crash == Some(Crash::AfterAct(self.performed)) {
                    self.crashed = true;
                    continue;
                }
                self.machine.handle(Event::Outcome(outcome));
                continue;
            }
            let around = ViewContext { rehearsal: self.rehearsal, ..ViewContext::default() };
            let view = self.machine.view(&around);
            self.day.sees(&view);
            look(&Sight { machine: &self.machine, vault: &self.vault, view: &view, entries: &self.entries });
            if let Some(fault) = self.machine.waits_for()
                && self.waited.last() != Some(&fault.name.word())
            {
                self.waited.push(fault.name.word());
            }
            if matches!(view.body, Body::Ended { .. }) {
                std::fs::write(self.folder.join("record.jsonl"), &self.lines).unwrap();
                return;
            }
            if let Body::Fault { happened, truth, choices } = &view.body {
                self.faults.push(happened.join(" "));
                assert!(self.faults.len() < 60, "it only fails: {:?}", self.entries.last());
                assert!(!choices.is_empty() && !happened.is_empty() && !truth.is_empty(), "{view:?}");
            }
            let mut front =
                Front { machine: &self.machine, vault: &mut self.vault, view: &view, entries: &self.entries };
            let answer = match (people(&mut front), &view.body) {
                (Turn::Do(people), _) => Some(people),
                (Turn::Wait(time), _) => {
                    self.now += time;
                    self.machine.handle(Event::Time(self.now));
                    None
                }
                (Turn::Hold(input), _) => {
                    self.hold(&input);
                    None
                }
                (Turn::Autopilot, Body::Fault { choices, .. }) => Some(Input::Chose(choices[0].id.clone())),
                (Turn::Autopilot, _) => {
                    let answer = self.autopilot.answer(&view, &mut self.vault, self.wait);
                    answer.unwrap_or_else(|error| panic!("{error:?} at {view:?}"))
                }
            };
            match (&view.body, answer) {
                (_, None) => {}
                (Body::Form { fields, .. }, Some(input @ Input::Edited(_))) => {
                    let names: std::collections::BTreeSet<_> = fields.iter().map(|field| field.name).collect();
                    assert_eq!(names.len(), fields.len(), "no two fields of one form have the same name: {fields:?}");
                    self.day.typed(fields, &input, &self.vault);
                    for field in fields {
                        let check = check(&field.kind, field.name, &self.vault);
                        suggest(&field.kind, field.name, &mut self.vault);
                        let open = open_text(&field.kind, field.name, &self.vault);
                        self.machine.handle(Event::Checked { field: field.name, check, open });
                    }
                }
                (_, Some(input)) => {
                    self.day.keys += 1;
                    // They look at the screen before they press a key, and press it once.
                    for event in [Event::Time(self.now + 1000), Event::Input(input), Event::Time(self.now + 2000)] {
                        self.machine.handle(event);
                    }
                    self.now += 2000;
                }
            }
        }
        panic!("the ceremony does not end after {:?}", self.entries.last());
    }

    /// A key repeats every 30 ms on a screen that has stood for a second, and is let go.
    fn hold(&mut self, input: &Input) {
        self.now += 1000;
        self.machine.handle(Event::Time(self.now));
        for _ in 0..100 {
            self.now += 30;
            self.machine.handle(Event::Time(self.now));
            self.machine.handle(Event::Input(input.clone()));
        }
        self.now += 1000;
        self.machine.handle(Event::Time(self.now));
    }

    fn drain(&mut self) {
        while let Some(request) = self.machine.poll() {
            match request {
                Request::Record(keyboard, entry) => {
                    self.lines += &self.chain.add(moment(self.now), keyboard, &entry).unwrap();
                    self.entries.push(entry);
                    if self.crash == Some(Crash::AfterLine(self.entries.len())) {
                        self.crashed = true;
                        return;
                    }
                }
                Request::Perform(act) => self.clerk.begin(act, &mut self.vault),
                Request::Keep(field, handle) => {
                    let typed = self.vault.typed(field).map(|text| WipingBytes::from_slice(text.expose()));
                    self.vault.keep(handle, typed.unwrap());
                }
                Request::Forget(handles) => handles.into_iter().for_each(|handle| self.vault.forget(handle)),
                Request::ForgetTyped => self.vault.forget_typed(),
                Request::SetAside(true) => self.vault.set_aside(),
                Request::SetAside(false) => self.vault.bring_back(),
                Request::WipeScreen | Request::Close | Request::CompareDigest(_) => {}
                Request::ForgetAll => {
                    self.vault.forget_all();
                    self.clerk.stop();
                }
            }
        }
    }
}

/// Runs *establish* and then *restore* by the same people.
pub fn both(plan: &str, records: &Path, mut look: impl FnMut(CeremonyKind, &Sight<'_>)) -> (Vec<Entry>, Vec<Entry>) {
    let mut establish = Rig::establish(plan, records);
    establish.run(|sight| look(CeremonyKind::Establish, sight));
    let first = establish.entries.clone();
    let mut restore = Rig::restore(records).with_papers_of(establish);
    restore.run(|sight| look(CeremonyKind::Restore, sight));
    (first, restore.entries)
}
