//! What is missing outside the program is found before people are called, and looked for again once it is put right.

use std::sync::{Arc, Mutex};

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::card::transport::{Readers, Transport, TransportError};
use hsm_ceremony::ceremony::{Asks, Body, Question};
use hsm_ceremony::names::ItemName;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Entry, Fact};
use hsm_ceremony::softcard::{Rack, SoftCard};
use hsm_ceremony::terms::HostFinding;

use super::rig::{Front, Rig, Turn, plan_text};

/// Readers that cannot be reached for this reason, for as long as there is one.
struct OutOfReach(Box<dyn Readers>, Arc<Mutex<Option<TransportError>>>);

impl Readers for OutOfReach {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        match *self.1.lock().unwrap() {
            Some(error) => Err(error),
            None => self.0.occupied(),
        }
    }
    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        self.0.connect(reader)
    }
}

/// What the screen says is missing, if it asks.
fn missing(front: &Front<'_>) -> Option<String> {
    match &front.view.body {
        Body::Choose { text, asks: Asks::Step(Question::Missing), .. } => Some(text.join(" ")),
        _ => None,
    }
}

fn nobody_was_called(front: &Front<'_>) -> bool {
    !front.entries.iter().any(|entry| matches!(entry, Entry::Learned { fact: Fact::Present { .. }, .. }))
}

fn setup(records: &std::path::Path) -> Setup {
    let text = plan_text(2, 3, &[("EC:secp256r1", 10)], false);
    let plan = Plan::parse(&text).unwrap();
    Setup::by_plan(CeremonyKind::Establish, plan, text, records, Environment::SoftwareCards).unwrap()
}

#[test]
fn a_service_or_reader_that_is_missing_is_found_before_people_are_called() {
    for (error, finding, to_do) in [
        (TransportError::NoService, HostFinding::NoReaderService, "systemctl start pcscd"),
        (TransportError::NoReader, HostFinding::NoReader, "Connect it"),
    ] {
        let records = tempfile::tempdir().unwrap();
        let rack = Rack::new(1);
        rack.insert(0, SoftCard::new("REH0000001").unwrap());
        let why = Arc::new(Mutex::new(Some(error)));
        let mut rig = Rig::held(setup(records.path()), Box::new(OutOfReach(Box::new(rack), Arc::clone(&why))));
        let mut asked = 0;
        rig.play(|front| {
            let Some(said) = missing(front) else { return Turn::Autopilot };
            asked += 1;
            assert!(said.contains(to_do) && nobody_was_called(front), "{said}");
            // Once without having put it right.
            if asked == 2 {
                *why.lock().unwrap() = None;
            }
            front.item(ItemName::LookAgain)
        });
        assert!(rig.complete() && rig.faults.is_empty() && rig.waited.is_empty(), "{:?}", rig.faults);
        assert_eq!(asked, 2);
        let rooms = rig.facts().into_iter().filter_map(|fact| match fact {
            Fact::Room { findings } => Some(findings.iter().any(|(found, _)| *found == finding)),
            _ => None,
        });
        assert_eq!(rooms.collect::<Vec<_>>(), [true, true, false], "every look is in the record");
    }
}

#[test]
fn people_may_go_on_without_a_reader_that_comes_later() {
    let records = tempfile::tempdir().unwrap();
    let rack = Rack::new(1);
    rack.insert(0, SoftCard::new("REH0000001").unwrap());
    let why = Arc::new(Mutex::new(Some(TransportError::NoReader)));
    let mut rig = Rig::held(setup(records.path()), Box::new(OutOfReach(Box::new(rack), Arc::clone(&why))));
    rig.play(|front| {
        if front.step() == "device" {
            *why.lock().unwrap() = None;
        }
        if missing(front).is_some() { front.item(ItemName::GoOn) } else { Turn::Autopilot }
    });
    assert!(rig.complete() && rig.machine.known().progress.deviations == 0);
}

#[test]
fn a_rehearsal_on_built_in_cards_asks_for_no_reader() {
    let records = tempfile::tempdir().unwrap();
    let why = Arc::new(Mutex::new(Some(TransportError::NoService)));
    let text = plan_text(2, 3, &[("EC:secp256r1", 10)], false);
    let until = Arc::clone(&why);
    let mut rig = Rig::establish_with(&text, records.path(), |readers| Box::new(OutOfReach(readers, until)));
    let mut asked = false;
    rig.play(|front| {
        asked |= missing(front).is_some();
        if front.step() == "device" {
            *why.lock().unwrap() = None;
        }
        Turn::Autopilot
    });
    assert!(rig.complete() && !asked);
}

#[test]
fn a_folder_that_cannot_be_written_is_found_before_people_are_called() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan_text(2, 3, &[("EC:secp256r1", 10)], false), records.path());
    let keys = rig.folder.join("keys");
    std::fs::remove_dir(&keys).unwrap();
    let mut asked = 0;
    rig.play(|front| {
        let Some(said) = missing(front) else { return Turn::Autopilot };
        asked += 1;
        assert!(said.contains("cannot be written: no such file or directory") && nobody_was_called(front), "{said}");
        std::fs::create_dir(&keys).unwrap();
        front.item(ItemName::LookAgain)
    });
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    assert_eq!(asked, 1);
}
