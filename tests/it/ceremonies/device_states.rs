//! Devices in the states that people have: *inspect* says what each of them is, and what needs a usable device says
//! before anybody sits down that this is none.

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::ceremony::Body;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::CeremonyKind;
use hsm_ceremony::softcard::{Faults, Rack, SoftCard};

use super::mistakes::stopped;
use super::rig::{Rig, Turn, plan_text, used_card};
use crate::support::answering::{Answering, Answers, SELECT, SO, STATES, USER};

/// No key, but a certificate without one and a private data object, written with OpenSC's tools.
const OBJECTS: &str = include_str!("../../vectors/cases/erased-without-a-word/card-state.json");

fn held(kind: CeremonyKind, plan: &str, card: SoftCard, answers: Answers, records: &std::path::Path) -> Rig {
    let rack = Rack::new(1);
    rack.insert(0, card);
    let parsed = Plan::parse(plan).unwrap();
    let setup = Setup::by_plan(kind, parsed, plan.to_owned(), records, Environment::SoftwareCards).unwrap();
    Rig::held(setup, Answering::readers(Box::new(rack), answers))
}

/// Everything that the screens of *inspect* say about a device that answers so. Nothing fails.
fn inspected(card: SoftCard, answers: Answers) -> String {
    let records = tempfile::tempdir().unwrap();
    let plan = plan_text(2, 3, &[("EC:secp256r1", 10)], false);
    let mut rig = held(CeremonyKind::Inspect, &plan, card, answers, records.path());
    let mut screens = String::new();
    rig.play(|front| {
        if let Body::Read { text } | Body::Choose { text, .. } = &front.view.body {
            screens.extend(text.iter().map(|line| line.clone() + "\n"));
        }
        Turn::Autopilot
    });
    assert!(rig.complete() && rig.failed().is_empty(), "{:?}", rig.failed());
    screens
}

/// The fault that *establish* ends with at a device that answers so, and the step's number.
fn refused(key: &str, answers: Answers) -> (String, String) {
    let records = tempfile::tempdir().unwrap();
    let plan = plan_text(2, 3, &[(key, 10)], false);
    let card = SoftCard::new("REH0000001").unwrap();
    let mut rig = held(CeremonyKind::Establish, &plan, card, answers, records.path());
    let (mut fault, mut step) = (String::new(), String::new());
    rig.play(|front| match front.fault() {
        Some(name) => {
            (fault, step) = (name.to_owned(), front.view.header.title.clone());
            front.goes_on_with(hsm_ceremony::ceremony::Recovery::Stop)
        }
        None => Turn::Autopilot,
    });
    stopped(&rig, &[&fault]);
    (fault, step)
}

#[test]
fn inspect_says_what_state_each_device_is_in() {
    for (state, answers, sentence) in STATES {
        let screens = inspected(used_card("REH0000043", Faults::default()), answers);
        assert!(screens.contains(sentence), "{state}:\n{screens}");
        assert!(screens.contains("Nothing on the device was changed"), "{state}: it goes on to the keys:\n{screens}");
    }
}

#[test]
fn the_oldest_devices_report_no_so_pin_and_are_told_from_new_ones_by_the_user_pin() {
    let answers: Answers = &[(SELECT, "6F07820178850201029000"), (SO, "6D00"), (USER, "6984")];
    let screens = inspected(SoftCard::new("REH0000045").unwrap(), answers);
    assert!(screens.contains("State        never initialised"), "{screens}");
    assert!(screens.contains("SO-PIN: not told (status word 6D00)"), "{screens}");
}

#[test]
fn inspect_names_what_a_device_holds_besides_keys() {
    let card = SoftCard::from_json(&serde_json::from_str(OBJECTS).unwrap()).ok().unwrap();
    let screens = inspected(card, &[]);
    assert!(screens.contains("certificates: Issuing CA; data objects: dkek-share-1.pbe"), "{screens}");
    let nothing = inspected(SoftCard::new("REH0000047").unwrap(), &[]);
    assert!(nothing.contains("nothing else"), "{nothing}");
}

#[test]
fn a_device_that_cannot_do_what_the_plan_wants_is_refused_when_it_is_found() {
    for (key, answers, fault) in [
        ("EC:secp256r1", &[(SO, "6983")][..], "device-so-pin-spent"),
        ("EC:secp256r1", &[(SELECT, "6285")], "device-terminated"),
        ("EC:secp256r1", &[("00B12F02", "6A82")], "device-without-certificate"),
        ("rsa:4096", &[(SELECT, "6207850500000002069000")], "device-too-old"),
    ] {
        let (named, step) = refused(key, answers);
        assert_eq!((named.as_str(), step.as_str()), (fault, "Device"));
    }
}

#[test]
fn a_key_that_a_full_device_made_all_the_same_is_said_to_be_there() {
    // The card behind these answers does what it is asked to. The throw-away key is on another curve.
    let (named, _) = refused("EC:secp384r1", &[("004601000001", "6A84")]);
    assert_eq!(named, "key-unfinished");
}

#[test]
fn what_a_device_answered_and_nobody_understood_is_in_the_record_unless_it_may_be_secret() {
    for (answers, operation, what, length, begins) in [
        // A list of one file and a half; random bytes, of which there are too few.
        (&[("8058", "CC01C49000")][..], "list", "list-odd-length", "3", "CC01C4"),
        (&[("0084", "0102039000")], "random", "random-length", "3", "-"),
    ] {
        let records = tempfile::tempdir().unwrap();
        let plan = plan_text(2, 3, &[("EC:secp256r1", 10)], false);
        let card = SoftCard::new("REH0000001").unwrap();
        let mut rig = held(CeremonyKind::Establish, &plan, card, answers, records.path());
        rig.play(|front| match front.fault() {
            Some(_) => front.goes_on_with(hsm_ceremony::ceremony::Recovery::Stop),
            None => Turn::Autopilot,
        });
        stopped(&rig, &["card-malformed"]);
        let values =
            [("operation", operation), ("what", what), ("status", "9000"), ("length", length), ("begins", begins)];
        for (name, value) in values {
            assert_eq!(rig.value("card-malformed", name), value, "{operation}");
        }
        assert!(!rig.lines.contains("010203"), "nothing of the random bytes is in the record");
    }
}

#[test]
fn what_another_card_answered_to_the_selection_is_named() {
    let records = tempfile::tempdir().unwrap();
    let plan = plan_text(2, 3, &[("EC:secp256r1", 10)], false);
    let card = SoftCard::new("REH0000001").unwrap();
    let mut rig = held(CeremonyKind::Inspect, &plan, card, &[(SELECT, "6A82")], records.path());
    let mut waited = String::new();
    rig.play(|front| match (&front.view.body, front.machine.waits_for()) {
        (Body::Working { text, .. }, Some(_)) if waited.is_empty() => {
            waited = text.join(" ");
            Turn::Do(hsm_ceremony::ceremony::Input::Stop)
        }
        _ => Turn::Autopilot,
    });
    assert!(waited.contains("does not answer as a SmartCard-HSM") && waited.contains("it answered 6A82"), "{waited}");
}
