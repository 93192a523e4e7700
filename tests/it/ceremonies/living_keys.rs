//! A device with keys on it is erased only after people have read which keys those are, and have typed so.

use std::path::Path;

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::ceremony::{Body, Input, Recovery};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Entry, Fact, HeldKey, InBackup};
use hsm_ceremony::softcard::{Faults, Rack, SoftCard};
use serde_json::Value;

use super::mistakes::plan;
use super::rig::{Front, Rig, Turn, used_card};

fn is_erase(kind: &FieldKind) -> bool {
    *kind == FieldKind::Word("ERASE THESE KEYS")
}

/// The text of the screen, if it asks for the words.
fn warning(front: &Front<'_>) -> Option<String> {
    front.empty(is_erase)?;
    let Body::Form { text, .. } = &front.view.body else { return None };
    Some(text.join("\n"))
}

fn held(rig: &Rig) -> Vec<HeldKey> {
    let held = rig.facts().into_iter().find_map(|fact| match fact {
        Fact::Held { keys, .. } => Some(keys.clone()),
        _ => None,
    });
    held.unwrap_or_default()
}

fn erased(rig: &Rig) -> bool {
    rig.entries.iter().any(|entry| matches!(entry, Entry::Intent { .. }))
}

#[test]
fn keys_on_the_device_of_an_establish_are_named_and_typed_before_it_is_erased() {
    let records = tempfile::tempdir().unwrap();
    let card = used_card("REH0000077", Faults::default());
    let mut rig = Rig::establish_on(card, &plan(), records.path(), |readers| readers);
    let mut warned = String::new();
    rig.play(|front| {
        if let Some(text) = warning(front) {
            assert!(!front.entries.iter().any(|entry| matches!(entry, Entry::Intent { .. })));
            warned = text;
        }
        Turn::Autopilot
    });
    assert!(rig.complete(), "{:?}", rig.failed());
    assert!(warned.contains("in no backup known here"), "{warned}");
    assert!(erased(&rig) && held(&rig).iter().all(|key| key.backup == InBackup::No));
    let typed = |fact: &&Fact| matches!(fact, Fact::Decided { word } if word == "ERASE THESE KEYS");
    assert!(rig.facts().iter().any(typed), "that it was typed is in the record");
}

/// An *establish* that is over, whose people have their papers, and its device.
fn original(records: &Path) -> (Rig, SoftCard) {
    let rack = Rack::new(1);
    rack.insert(0, SoftCard::new("REH0000001").unwrap());
    let parsed = Plan::parse(&plan()).unwrap();
    let setup = Setup::by_plan(CeremonyKind::Establish, parsed, plan(), records, Environment::SoftwareCards);
    let mut rig = Rig::held(setup.unwrap(), Box::new(rack.clone()));
    rig.run(|_| {});
    assert!(rig.complete());
    (rig, rack.remove(0).unwrap())
}

/// The same state on another device, as after a restore to it, with these changes.
fn renamed(card: &SoftCard, change: impl FnOnce(&mut Value)) -> SoftCard {
    let mut state = card.to_json();
    // Another device: its certificate is its own.
    let other = SoftCard::new("REH0000099").unwrap().to_json();
    for own in ["serial", "device_key"] {
        state[own] = other[own].clone();
    }
    state["files"]["2f02"] = other["files"]["2f02"].clone();
    change(&mut state);
    SoftCard::from_json(&state).ok().unwrap()
}

/// What *restore* says to a device before it is to be erased. People stop there.
fn warned_of(card: SoftCard, people: Rig, records: &Path) -> (String, Rig) {
    let mut rig = Rig::restore_on(card, records, |readers| readers).with_papers_of(people);
    let mut warned = String::new();
    rig.play(|front| {
        if let Some(text) = warning(front) {
            warned = text;
            return Turn::Do(Input::Stop);
        }
        match front.fault() {
            Some(_) => front.goes_on_with(Recovery::Stop),
            None => Turn::Autopilot,
        }
    });
    (warned, rig)
}

#[test]
fn a_living_copy_of_the_backup_is_named_as_such_before_a_restore_erases_it() {
    type Change = fn(&mut Value);
    let cases: [(&str, Change, &str, &str); 3] = [
        ("with its request", |_| {}, "in this backup", "It shows the key check value of this backup."),
        (
            "without anything beside its key",
            |state| {
                state["files"].as_object_mut().unwrap().remove("ce01");
            },
            "perhaps in this backup: same label and id",
            "It shows the key check value of this backup.",
        ),
        (
            "under another DKEK",
            |state| state["dkek"]["value"] = "11".repeat(32).into(),
            "in this backup",
            "A key on it is a key of this backup.",
        ),
    ];
    for (what, change, standing, reason) in cases {
        let records = tempfile::tempdir().unwrap();
        let (people, card) = original(records.path());
        let (warned, rig) = warned_of(renamed(&card, change), people, records.path());
        assert!(warned.contains("This device answers"), "{what}: {warned}");
        assert!(warned.contains(standing) && warned.contains(reason), "{what}: {warned}");
        assert!(!erased(&rig), "{what}");
    }
}

#[test]
fn keys_of_another_life_on_a_replacement_are_in_no_backup_known_here() {
    let records = tempfile::tempdir().unwrap();
    let (people, _) = original(records.path());
    let (warned, rig) = warned_of(used_card("REH0000078", Faults::default()), people, records.path());
    assert!(warned.contains("in no backup known here") && !warned.contains("alive"), "{warned}");
    assert!(!erased(&rig));
}
