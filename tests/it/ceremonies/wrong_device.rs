//! The wrong device in the reader is changed and looked for again: nobody has to stop for it.

use std::path::Path;
use std::sync::{Arc, Mutex};

use hsm_ceremony::app::{Environment, Setup, latest_backup};
use hsm_ceremony::card::transport::Readers;
use hsm_ceremony::ceremony::{Asks, Body, Question, Recovery};
use hsm_ceremony::names::ItemName;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Entry};
use hsm_ceremony::softcard::{Rack, SoftCard};
use hsm_ceremony::terms::DeviceRole;

use super::rig::{Front, Rig, Turn, plan_text};
use super::so_pin_tries::Refusing;

const WRONG: &str = "REH0000001";
const RIGHT: &str = "REH0000002";

fn card(serial: &str) -> SoftCard {
    SoftCard::new(serial).unwrap()
}

fn by_plan(kind: CeremonyKind, records: &Path) -> Setup {
    let text = plan_text(2, 3, &[("EC:secp256r1", 10)], false);
    let plan = Plan::parse(&text).unwrap();
    Setup::by_plan(kind, plan, text, records, Environment::SoftwareCards).unwrap()
}

/// Whether the screen asks if this is the right device.
fn asks(front: &Front<'_>) -> bool {
    matches!(front.view.body, Body::Choose { asks: Asks::Step(Question::RightDevice), .. })
}

/// Somebody sees that the wrong device is in the reader, and changes it.
fn changes(front: &Front<'_>, rack: &Rack) -> Turn {
    if !asks(front) {
        return Turn::Autopilot;
    }
    let Body::Choose { text, .. } = &front.view.body else { unreachable!() };
    let wrong = text.join(" ").contains(WRONG);
    if wrong {
        rack.remove(0);
        rack.insert(0, card(RIGHT));
        return front.item(ItemName::LookAgain);
    }
    assert!(text.join(" ").contains(RIGHT));
    Turn::Autopilot
}

fn looked_again(rig: &Rig) -> usize {
    let again =
        |entry: &&Entry| matches!(entry, Entry::Recovered { choice, step, to } if choice == "look-again" && step == to);
    rig.entries.iter().filter(again).count()
}

#[test]
fn whoever_sees_the_wrong_device_changes_it_and_has_the_program_look_again() {
    let records = tempfile::tempdir().unwrap();
    let rack = Rack::new(1);
    for kind in [CeremonyKind::Establish, CeremonyKind::Inspect] {
        rack.remove(0);
        rack.insert(0, card(WRONG));
        let mut rig = Rig::held(by_plan(kind, records.path()), Box::new(rack.clone()));
        rig.play(|front| changes(front, &rack));
        assert!(rig.complete() && rig.faults.is_empty(), "{kind:?}: {:?}", rig.faults);
        assert_eq!(rig.machine.known().devices.serial(DeviceRole::Original).unwrap().as_str(), RIGHT, "{kind:?}");
        assert_eq!(looked_again(&rig), 1, "the record says so");
        if kind == CeremonyKind::Establish {
            let original = rack.remove(0).unwrap();
            assert_eq!(original.serial(), RIGHT);
            // The replacement: first the wrong one, then the right one.
            let from = latest_backup(records.path()).unwrap();
            let setup =
                Setup::from_backup(CeremonyKind::Restore, &from, None, records.path(), Environment::SoftwareCards);
            rack.insert(0, card(WRONG));
            let mut restore = Rig::held(setup.unwrap(), Box::new(rack.clone())).with_papers_of(rig);
            restore.play(|front| {
                if !asks(front) || looked(front) {
                    return Turn::Autopilot;
                }
                rack.remove(0);
                rack.insert(0, card("REH0000003"));
                front.item(ItemName::LookAgain)
            });
            assert!(restore.complete() && restore.faults.is_empty(), "{:?}", restore.faults);
            let serial = restore.machine.known().devices.serial(DeviceRole::Replacement).unwrap();
            assert_eq!(serial.as_str(), "REH0000003");
        }
    }
}

/// Whether people have had the program look again.
fn looked(front: &Front<'_>) -> bool {
    front.entries.iter().any(|entry| matches!(entry, Entry::Recovered { choice, .. } if choice == "look-again"))
}

#[test]
fn a_device_that_was_given_up_and_is_still_in_the_reader_is_named_and_changed() {
    let records = tempfile::tempdir().unwrap();
    let rack = Rack::new(1);
    rack.insert(0, card(WRONG));
    let first = Some(Arc::new(Mutex::new(true)));
    let mut setup = by_plan(CeremonyKind::Establish, records.path());
    setup.context.readers = Box::new(rack.clone());
    setup.context.inserter = None;
    let mut rig = Rig::in_hands(setup, |inner| Box::new(Refusing { inner, word: 0x6985, first }) as Box<dyn Readers>);
    let mut looked = 0;
    rig.play(|front| match front.fault() {
        Some("initialise-refused") => front.goes_on_with(Recovery::AnotherDevice),
        Some("device-given-up") => {
            let Body::Fault { happened, truth, .. } = &front.view.body else { unreachable!() };
            let said = happened.iter().chain(truth).cloned().collect::<Vec<_>>().join(" ");
            assert!(
                said.contains(WRONG) && said.contains("still in the reader") && !said.contains("keys were"),
                "{said}"
            );
            looked += 1;
            // Once without having changed anything.
            if looked == 2 {
                rack.remove(0);
                rack.insert(0, card(RIGHT));
            }
            front.goes_on_with(Recovery::LookAgain)
        }
        Some(other) => panic!("{other}"),
        None => Turn::Autopilot,
    });
    assert!(rig.complete());
    assert_eq!((looked, rig.failed()), (2, vec!["initialise-refused", "device-given-up"]), "the same is recorded once");
    assert_eq!(rig.manifest().serial.as_str(), RIGHT);
    // It gets PINs of its own: the ceremony goes on where they begin.
    let after = rig
        .entries
        .iter()
        .skip_while(|entry| !matches!(entry, Entry::Recovered { choice, .. } if choice == "another-device"));
    let done: Vec<String> = after
        .filter_map(|entry| if let Entry::Done { step, .. } = entry { Some(step.to_string()) } else { None })
        .take(3)
        .collect();
    let begin = rig.machine.steps().iter().find(|step| step.begins_pins).unwrap().number.to_string();
    assert_eq!(done[0], begin, "{done:?}");
}
