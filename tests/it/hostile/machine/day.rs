//! A ceremony with people who do anything.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use hsm_ceremony::app::Setup;
use hsm_ceremony::autopilot::{Autopilot, Comes};
use hsm_ceremony::ceremony::{Body, Event as Told, FieldState, Input, Machine, Request, View, ViewContext};
use hsm_ceremony::clerk::{Clerk, Context};
use hsm_ceremony::dkek::Rounds;
use hsm_ceremony::fields::{check, open_text, read_check_words, suggest};
use hsm_ceremony::names::FieldName;
use hsm_ceremony::plan::{Custody, Plan};
use hsm_ceremony::record::{CeremonyKind, Chain, Ending, Entry, Moment, verify};
use hsm_ceremony::secret::WipingBytes;
use hsm_ceremony::terms::Digest;
use hsm_ceremony::vault::Vault;

use super::laws::{Numbers, erased_as_announced, no_guess_costs_a_try, vault};
use super::people::{Event, Hostile, HostileReaders, field, picked, pressed, text};

/// So many turns are enough for an end from anywhere.
const ENOUGH: usize = 400;
/// The longest that people wait for the clerk in one turn.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Day {
    ceremony: CeremonyKind,
    plan: Plan,
    machine: Machine,
    vault: Vault,
    clerk: Clerk,
    chain: Chain,
    entries: Vec<Entry>,
    lines: String,
    folder: PathBuf,
    autopilot: Autopilot,
    hostile: Hostile,
    numbers: Numbers,
    now: u64,
    closed: bool,
}

impl Day {
    /// A ceremony, by the people of another one if there was one.
    pub fn new(setup: Setup, before: Option<Self>) -> Self {
        let Setup { ceremony, plan, plan_text, context } = setup;
        let hostile = Hostile::default();
        let folder = context.folder.path().to_owned();
        context.folder.write_new("plan.json", plan_text.as_bytes()).expect("the plan");
        let written = context.folder.written("plan.json").expect("it was written");
        let readers = Box::new(HostileReaders(context.readers, hostile.clone()));
        let context = Context { training_files: true, rounds: Rounds(10), readers, ..context };
        let mut machine = Machine::new(ceremony, plan.clone(), true);
        machine.begin(Entry::Began {
            ceremony,
            title: plan.title.clone(),
            custody: plan.dkek_shares.iter().map(Custody::word).collect(),
            program: "hostile".into(),
            program_sha256: None,
            plan_sha256: written.sha256,
            script_sha256: Digest(hsm_ceremony::script::digest()),
            short_derivation: true,
            files: Vec::new(),
        });
        machine.handle(Told::Time(0));
        let mut autopilot = Autopilot::new(Box::new(std::io::sink()));
        if let Some(before) = before {
            autopilot = before.autopilot;
            autopilot.prefer(Comes::Last);
        }
        Self {
            ceremony,
            plan,
            machine,
            vault: Vault::new(),
            clerk: Clerk::new(context),
            chain: Chain::new(true),
            entries: Vec::new(),
            lines: String::new(),
            folder,
            autopilot,
            hostile,
            numbers: Numbers::new(),
            now: 0,
            closed: false,
        }
    }

    /// Its folder, if it is whole.
    pub fn made_a_backup(&self) -> Option<PathBuf> {
        let whole = matches!(self.entries.last(), Some(Entry::Sealed { ending: Ending::Complete, .. }));
        whole.then(|| self.folder.clone())
    }

    /// What happens, and then the end.
    pub fn play(&mut self, events: &mut dyn Iterator<Item = Event>) {
        self.settle();
        for event in events {
            self.happens(event);
            if self.closed {
                break;
            }
        }
        self.hostile.is_well_again();
        self.comes_to_an_end();
        self.is_in_order();
    }

    fn happens(&mut self, event: Event) {
        let view = self.view();
        match event {
            Event::Attentive(turns) => {
                for _ in 0..=turns {
                    if self.closed {
                        return;
                    }
                    self.attentive();
                }
            }
            Event::Picks(which) => picked(&view, which).into_iter().for_each(|input| self.presses(input, true)),
            Event::Presses(which) => self.presses(pressed(which), which % 2 == 0),
            Event::Types(which) => {
                if let Some(name) = field(&view, which) {
                    self.types(name, text(which));
                }
            }
            Event::Waits(which) => self.waits(u64::from(which) * u64::from(which) * 100),
            Event::CardSays(which) => self.hostile.says(which),
        }
    }

    /// The next right thing; where nobody knows it, something that is there.
    fn attentive(&mut self) {
        let view = self.view();
        if matches!(view.body, Body::Working { .. }) {
            self.settle();
            return;
        }
        let answer = match &view.body {
            Body::Fault { choices, .. } => choices.first().map(|choice| Input::Chose(choice.id.clone())),
            _ => self.autopilot.answer(&view, &mut self.vault, Duration::ZERO).unwrap_or(None),
        };
        match (answer, &view.body) {
            (Some(Input::Edited(name)), _) => self.edited(name),
            (Some(input), _) => self.presses(input, true),
            (None, Body::Form { fields, .. }) => {
                for field in fields.iter().filter(|field| field.state != FieldState::Empty) {
                    self.types(field.name, "");
                }
            }
            (None, _) => self.presses(Input::GoOn, true),
        }
    }

    fn presses(&mut self, input: Input, in_no_hurry: bool) {
        let pause = if in_no_hurry { 1000 } else { 10 };
        self.now += pause;
        self.told(Told::Time(self.now));
        self.told(Told::Input(input));
        self.waits(pause);
        self.settle();
    }

    fn waits(&mut self, milliseconds: u64) {
        self.now += milliseconds;
        self.told(Told::Time(self.now));
    }

    fn types(&mut self, name: FieldName, text: &str) {
        let typing = self.vault.typing(name);
        typing.clear();
        for character in text.chars() {
            let _ = typing.put(typing.len(), character);
        }
        self.edited(name);
    }

    fn edited(&mut self, name: FieldName) {
        let Body::Form { fields, .. } = self.view().body else { return };
        self.told(Told::Input(Input::Edited(name)));
        for field in &fields {
            let check = check(&field.kind, field.name, &self.vault);
            suggest(&field.kind, field.name, &mut self.vault);
            let open = open_text(&field.kind, field.name, &self.vault);
            self.told(Told::Checked { field: field.name, check, open });
        }
    }

    fn told(&mut self, event: Told) {
        self.machine.handle(event);
        self.drain();
    }

    /// Until the clerk has nothing more to say.
    fn settle(&mut self) {
        let began = Instant::now();
        self.drain();
        while matches!(self.view().body, Body::Working { .. }) && self.machine.waits_for().is_none() {
            match self.clerk.poll(&mut self.vault) {
                Some(outcome) => self.told(Told::Outcome(outcome)),
                None => std::thread::sleep(Duration::from_micros(50)),
            }
            assert!(began.elapsed() < PATIENCE, "the clerk does not come back");
        }
        if let Some(outcome) = self.clerk.poll(&mut self.vault) {
            self.told(Told::Outcome(outcome));
        }
    }

    fn drain(&mut self) {
        while let Some(request) = self.machine.poll() {
            match request {
                Request::Record(keyboard, entry) => {
                    let moment = Moment {
                        utc: "2026-11-23T00:00:00Z".into(),
                        local: "2026-11-23T01:00:00+01:00".into(),
                        zone: None,
                        since_start_ms: self.now,
                    };
                    self.lines += &self.chain.add(moment, keyboard, &entry).expect("a line");
                    let sealed = matches!(entry, Entry::Sealed { .. });
                    self.entries.push(entry);
                    if sealed {
                        self.machine.handle(Told::Sealed(self.chain.mark().digest));
                    }
                }
                Request::Perform(act) => self.clerk.begin(act, &mut self.vault),
                Request::Keep(field, handle) => {
                    let typed = self.vault.typed(field).map(|text| WipingBytes::from_slice(text.expose()));
                    self.vault.keep(handle, typed.expect("what is kept was typed"));
                }
                Request::Forget(handles) => handles.into_iter().for_each(|handle| self.vault.forget(handle)),
                Request::ForgetTyped => self.vault.forget_typed(),
                Request::SetAside(true) => self.vault.set_aside(),
                Request::SetAside(false) => self.vault.bring_back(),
                Request::CompareDigest(places) => {
                    let typed = self
                        .vault
                        .typed(FieldName::CheckWords)
                        .and_then(|text| read_check_words(text.expose(), places));
                    let digest = self.chain.mark().digest;
                    let right = typed.is_some_and(|bytes| {
                        places.iter().zip(bytes).all(|(place, byte)| digest.0[usize::from(*place) - 1] == byte)
                    });
                    self.machine.handle(Told::DigestHeard(right));
                }
                Request::WipeScreen => {}
                Request::Close => self.closed = true,
                Request::ForgetAll => {
                    self.vault.forget_all();
                    self.clerk.stop();
                }
            }
        }
    }

    /// The screen, on which every law holds.
    fn view(&mut self) -> View {
        let mark = self.chain.mark();
        let view = self.machine.view(&ViewContext {
            rehearsal: true,
            mark: mark.short(),
            digest: mark.digest.in_lines(),
            digest_words: mark.digest.numbered_words(),
            ..ViewContext::default()
        });
        vault(&self.machine, &self.vault, &view);
        self.numbers.see(&self.machine, &self.entries);
        match &view.body {
            Body::Fault { happened, truth, choices } => {
                assert!(
                    !happened.is_empty() && !truth.is_empty() && choices.iter().any(|choice| !choice.closed),
                    "{view:?}"
                );
            }
            Body::Choose { options, .. } => assert!(!options.is_empty(), "{view:?}"),
            Body::Form { fields, .. } => assert!(!fields.is_empty(), "{view:?}"),
            _ => {}
        }
        view
    }

    /// From here a way to an end exists: somebody stops it, with the word and a reason.
    fn comes_to_an_end(&mut self) {
        for turn in 0..ENOUGH {
            if self.closed {
                return;
            }
            let view = self.view();
            match (&view.body, turn % 4) {
                (Body::Ended { .. }, _) => self.presses(Input::Close, true),
                // It is written, or it waits for a device: both end.
                (Body::Working { .. }, _) => {
                    self.settle();
                    self.presses(Input::Stop, true);
                }
                (Body::Form { may_leave: true, .. }, _) if turn < ENOUGH / 2 => self.attentive(),
                (_, 0 | 2) => self.presses(Input::Stop, true),
                (_, 1) => self.attentive(),
                (_, _) => self.presses(Input::Leave, true),
            }
        }
        panic!("no way to an end from {:?}", self.view());
    }

    /// What is left behind.
    fn is_in_order(&self) {
        assert!(self.vault.is_empty());
        std::fs::write(self.folder.join("record.jsonl"), &self.lines).expect("the record");
        let proof = verify(self.lines.as_bytes()).unwrap_or_else(|fault| panic!("{fault:?} in {}", self.lines));
        assert!(proof.sealed.is_some(), "it is sealed");
        let again = Machine::resume(self.ceremony, self.plan.clone(), true, &self.entries);
        let again = again.expect("this version wrote it");
        assert_eq!(again.number(), self.machine.number(), "the record leads to the same step");
        assert!(again.known() == self.machine.known(), "the record says all that is known");
        let sent = self.hostile.sent.lock().expect("nobody panicked");
        no_guess_costs_a_try(&sent);
        erased_as_announced(&sent, &self.entries);
    }
}
