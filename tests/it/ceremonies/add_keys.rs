//! A device in use gets more keys: each is backed up at once, and what was there stays as it is.

use std::fs;
use std::path::{Path, PathBuf};

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::ceremony::{Machine, Recovery};
use hsm_ceremony::faults::FaultName;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Fact, StoredKey};
use hsm_ceremony::softcard::CutOff;
use serde_json::{Value, json};

use super::back_up::restores;
use super::rig::{Rig, Turn, plan_text};
use crate::support::torture;

fn plan() -> String {
    plan_text(2, 3, &[("EC:secp256r1", 10)], false)
}

fn made(records: &Path) -> Rig {
    let mut rig = Rig::establish(&plan(), records);
    rig.run(|_| {});
    assert!(rig.complete());
    rig
}

/// The plan of the first day, with these keys instead of its own.
fn plan_with(keys: Value) -> (Plan, String) {
    let mut plan: Value = serde_json::from_str(&plan()).unwrap();
    plan["keys"] = keys;
    let text = plan.to_string();
    (Plan::parse(&text).unwrap(), text)
}

fn two_keys() -> (Plan, String) {
    plan_with(json!([
        { "label": "issuing", "type": "EC:secp384r1", "id": "21", "reference": 21, "restore_to": 21 },
        { "label": "signing", "type": "rsa:2048", "id": "22", "reference": 22, "restore_to": 22 },
    ]))
}

fn adding(from: &Path, plan: Option<(Plan, String)>, records: &Path) -> Setup {
    Setup::by_addition(CeremonyKind::AddKeys, from, plan, records, Environment::SoftwareCards).unwrap()
}

/// What the device listed last: labels and references.
fn listed(rig: &Rig) -> Vec<(String, u8)> {
    let keys = rig.facts().into_iter().rev().find_map(|fact| match fact {
        Fact::Listed { keys, .. } => Some(keys.clone()),
        _ => None,
    });
    let told = |key: StoredKey| (key.label.unwrap(), key.reference.get());
    keys.unwrap().into_iter().map(told).collect()
}

#[test]
fn new_keys_are_made_beside_the_old_ones_and_come_back_from_their_own_folder() {
    let records = tempfile::tempdir().unwrap();
    let first = made(records.path());
    let (from, before) = (first.folder.clone(), first.manifest());
    let old = listed(&first);
    let setup = adding(&from, Some(two_keys()), records.path());
    let plan = setup.plan.clone();
    let mut rig = Rig::in_hands(setup, |readers| readers).with_papers_of(first);
    rig.run(|_| {});
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    let manifest = rig.manifest();
    assert_eq!((manifest.kcv, &manifest.serial), (before.kcv, &before.serial));
    let labels: Vec<_> = manifest.keys.iter().map(|key| key.label.to_string()).collect();
    assert_eq!(labels, ["issuing", "signing"], "the old key stays in the folder before");
    let new = [("issuing".to_owned(), 21), ("signing".to_owned(), 22)];
    assert_eq!(listed(&rig), old.into_iter().chain(new).collect::<Vec<_>>());
    // The record names the folder before, with its digest.
    let named = rig.facts().into_iter().any(|fact| match fact {
        Fact::From { folder, record_sha256, .. } => from.ends_with(folder) && record_sha256.is_some(),
        _ => false,
    });
    assert!(named);
    let resumed = Machine::resume(CeremonyKind::AddKeys, plan, true, &rig.entries).unwrap();
    assert_eq!(resumed.known(), rig.machine.known());
    restores(records.path(), rig, &["issuing", "signing"]);
}

#[test]
fn a_rehearsal_without_a_plan_adds_one_key_and_then_another() {
    let records = tempfile::tempdir().unwrap();
    let first = made(records.path());
    let mut from = first.folder.clone();
    let mut papers = first;
    for label in ["added-1", "added-2"] {
        let setup = adding(&from, None, records.path());
        let mut rig = Rig::in_hands(setup, |readers| readers).with_papers_of(papers);
        rig.run(|_| {});
        assert!(rig.complete() && rig.faults.is_empty(), "{label}: {:?}", rig.faults);
        assert!(listed(&rig).iter().any(|(listed, _)| listed == label));
        from.clone_from(&rig.folder);
        papers = rig;
    }
    assert_eq!(listed(&papers).len(), 3);
}

#[test]
fn a_place_that_is_taken_is_named_before_anything_is_made() {
    let taken = |key: &str, value: Value| {
        let mut new =
            json!({ "label": "issuing", "type": "EC:secp256r1", "id": "21", "reference": 21, "restore_to": 21 });
        new[key] = value;
        plan_with(json!([new]))
    };
    let first_key = serde_json::from_str::<Value>(&plan()).unwrap()["keys"][0].clone();
    for (key, value) in [("id", first_key["id"].clone()), ("reference", json!(1))] {
        let records = tempfile::tempdir().unwrap();
        let first = made(records.path());
        let setup = adding(&first.folder, Some(taken(key, value)), records.path());
        let mut rig = Rig::in_hands(setup, |readers| readers).with_papers_of(first);
        rig.play(|front| match front.fault() {
            Some(_) => front.goes_on_with(Recovery::Stop),
            None => Turn::Autopilot,
        });
        assert_eq!(rig.failed(), ["new-keys-collide"], "{key}");
        let made = |fact: &&Fact| matches!(fact, Fact::Made { .. });
        assert!(!rig.complete() && !rig.facts().iter().any(made), "{key}");
    }
}

#[test]
fn other_custodians_and_keys_of_the_folder_are_refused_before_anything_begins() {
    let records = tempfile::tempdir().unwrap();
    let first = made(records.path());
    let refused = |(plan, text): (Plan, String)| {
        let begun = || fs::read_dir(records.path()).unwrap().count();
        let before = begun();
        let environment = Environment::SoftwareCards;
        let setup =
            Setup::by_addition(CeremonyKind::AddKeys, &first.folder, Some((plan, text)), records.path(), environment);
        assert_eq!(begun(), before, "no folder");
        setup.err().unwrap().name
    };
    let (known, text) = (Plan::parse(&plan()).unwrap(), plan());
    assert_eq!(refused((known, text)), FaultName::AddKeysKnownKey);
    let text = plan_text(3, 3, &[("EC:secp256r1", 10)], false);
    assert_eq!(refused((Plan::parse(&text).unwrap(), text)), FaultName::AddKeysOtherCustodians);
}

#[test]
fn a_card_that_vanishes_at_any_command_leaves_the_old_keys_and_gets_the_new_one_once() {
    let records = tempfile::tempdir().unwrap();
    let first = made(records.path());
    let from: PathBuf = first.folder.clone();
    let old = listed(&first);
    let one = || {
        plan_with(
            json!([{ "label": "issuing", "type": "EC:secp256r1", "id": "21", "reference": 21, "restore_to": 21 }]),
        )
    };
    let mut papers = first;
    let counting = CutOff::never();
    let setup = adding(&from, Some(one()), records.path());
    let mut rig = Rig::in_hands(setup, |readers| counting.readers(readers)).with_papers_of(papers);
    rig.run(|_| {});
    assert!(rig.complete(), "{:?}", rig.faults);
    papers = rig;
    let step = if torture() { 1 } else { 7 };
    let cuts: [fn(usize) -> CutOff; 2] = [CutOff::before, CutOff::after];
    for n in (1..=counting.sent()).step_by(step) {
        for cut in cuts {
            let cut = cut(n);
            let setup = adding(&from, Some(one()), records.path());
            let mut rig = Rig::in_hands(setup, |readers| cut.readers(readers)).with_papers_of(papers);
            rig.run(|_| {});
            let at = format!("cut at {n}: {:?}", rig.faults);
            assert!(rig.complete() && rig.vault.is_empty(), "{at}");
            let new = ("issuing".to_owned(), 21);
            assert_eq!(listed(&rig), old.iter().cloned().chain([new]).collect::<Vec<_>>(), "{at}");
            assert_eq!(rig.manifest().keys.len(), 1, "{at}");
            papers = rig;
        }
    }
}
