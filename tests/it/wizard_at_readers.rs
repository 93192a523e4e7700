//! The wizard itself at real readers: establish, then restore with both devices inserted, which swap places halfway.

use crate::support::{Owned, Table, at_readers};
use hsm_ceremony::app::{Environment, FrontEnd, FrontError, Setup, Sitting};
use hsm_ceremony::autopilot::Autopilot;
use hsm_ceremony::ceremony::{Body, Input, View};
use hsm_ceremony::dkek::Rounds;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Ending};
use hsm_ceremony::terms::KeyReference;
use hsm_ceremony::vault::Vault;
use std::time::Duration;

const PLAN: &str = include_str!("../../assets/plan.example.json");

/// An autopilot that does something before the step with this title, and after a fault chooses the first way to
/// continue.
struct Eventful<'a> {
    autopilot: Autopilot,
    title: &'static str,
    event: Option<Box<dyn FnOnce() + 'a>>,
    faults: Vec<String>,
}

impl FrontEnd for Eventful<'_> {
    fn show(&mut self, view: &View, vault: &Vault) -> Result<(), FrontError> {
        if view.header.title == self.title
            && let Some(event) = self.event.take()
        {
            event();
        }
        self.autopilot.show(view, vault)
    }

    fn next(&mut self, view: &View, vault: &mut Vault, wait: Duration) -> Result<Option<Input>, FrontError> {
        if let Body::Fault { happened, choices, .. } = &view.body {
            assert!(self.faults.len() < 10, "it goes on and on: {:?}", self.faults);
            self.faults.push(happened.join(" "));
            return Ok(Some(Input::Chose(choices[0].id.clone())));
        }
        FrontEnd::next(&mut self.autopilot, view, vault, wait)
    }

    fn wipe(&mut self) -> Result<(), FrontError> {
        self.autopilot.wipe()
    }

    fn pause(&self) -> Duration {
        FrontEnd::pause(&self.autopilot)
    }
}

/// Holds a ceremony, with few rounds: how long a key takes does not matter here.
fn run(setup: Setup, front: &mut dyn FrontEnd) {
    let Setup { ceremony, plan, plan_text, mut context } = setup;
    context.rounds = Rounds(1000);
    let mut sitting = Sitting::begin(ceremony, plan, &plan_text, context).unwrap();
    assert_eq!(sitting.run(front).unwrap().progress.ended, Some(Ending::Complete));
}

/// The cards swap readers.
fn swap(table: &mut Table, cards: &mut Vec<Owned>) {
    cards.drain(..).for_each(|card| assert!(card.end().success()));
    table.wait_for(0, false);
    table.wait_for(1, false);
    cards.extend([table.insert(0, "REH0000002"), table.insert(1, "REH0000001")]);
}

#[test]
fn devices_that_swap_places_during_a_restore_are_told_apart() {
    at_readers("wizard_at_readers::devices_that_swap_places_during_a_restore_are_told_apart", |table| {
        let records = table.file("records");
        let mut cards = vec![table.insert(0, "REH0000001")];
        let mut front = Eventful {
            autopilot: Autopilot::new(Box::new(std::io::stderr())),
            title: "",
            event: None,
            faults: Vec::new(),
        };
        let (plan, environment) = (Plan::parse(PLAN).unwrap(), Environment::VirtualReaders);
        let setup = Setup::by_plan(CeremonyKind::Establish, plan, PLAN.to_owned(), &records, environment).unwrap();
        let folder = setup.folder();
        run(setup, &mut front);
        assert_eq!(front.faults, Vec::<String>::new());

        cards.push(table.insert(1, "REH0000002"));
        let autopilot = front.autopilot;
        let faults = {
            let event: Box<dyn FnOnce() + '_> = Box::new(|| swap(table, &mut cards));
            let mut front = Eventful { autopilot, title: "Restore rsa-root", event: Some(event), faults: Vec::new() };
            run(Setup::from_backup(CeremonyKind::Restore, &folder, None, &records, environment).unwrap(), &mut front);
            assert!(front.event.is_none(), "no step has this title");
            front.faults
        };
        assert!(faults.iter().any(|fault| fault.contains("There is a card in the reader now")), "{faults:?}");

        // The key went to the replacement and nowhere else, wherever it is now.
        let references = |table: &mut Table, slot: u16| -> Vec<KeyReference> {
            table.device(slot).keys().unwrap().into_iter().map(|entry| entry.reference).collect()
        };
        assert_eq!(table.device(0).serial().as_str(), "REH0000002");
        assert_eq!(references(table, 0), [KeyReference::new(10).unwrap()]);
        assert_eq!(references(table, 1), [KeyReference::new(1).unwrap()]);
        drop(cards);
    });
}

#[test]
fn the_program_rehearses_by_itself_at_real_readers() {
    at_readers("wizard_at_readers::the_program_rehearses_by_itself_at_real_readers", |table| {
        let rehearse = ["rehearse", "--auto", "--pcsc", "--records", "records"];
        let cards = [table.insert(0, "REH0000001"), table.insert(1, "REH0000002")];
        let said = table.run(env!("CARGO_BIN_EXE_ceremony"), &rehearse);
        for serial in ["REH0000001", "REH0000002"] {
            assert!(said.contains(&format!("initialised: {serial}")), "{said}");
        }
        assert_eq!(table.device(1).keys().unwrap().len(), 1);
        drop(cards);
    });
}
