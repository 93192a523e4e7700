//! The device answers wrongly at any command of any ceremony: a screen names it, no wrong PIN is sent, no try is lost,
//! and the sitting goes on to an end as good as any, or is stopped by people.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use hsm_ceremony::bundle::examine;
use hsm_ceremony::ceremony::{Body, ChoiceId, Input, Recovery};
use hsm_ceremony::folder::Folder;
use hsm_ceremony::record::{CeremonyKind, Ending, Entry, verify};
use hsm_ceremony::terms::Drill;
use serde_json::Value;

use super::kinds::{adding, by_change, by_plan, from_backup, on_a_used_device, pins, plan, two_custodians};
use super::misanswering::{Kind, Misanswer, Misanswering, When, kind};
use super::rig::{Front, Rig, Turn};
use super::{Day, Guard};
use crate::support::torture;

/// After so many screens of failures, people stop.
const ENOUGH: usize = 6;
/// So often is looked whether the device is there, a fraction of a millisecond each: then it is never found.
const STUCK: usize = 100_000;

/// What a sitting left on its cards.
struct Cards(Vec<Value>);

impl Cards {
    fn of(rig: &Rig) -> Self {
        if let Some(rack) = &rig.rack {
            return Self(rack.with_card(0, |card| card.to_json()).into_iter().collect());
        }
        let files = std::fs::read_dir(rig.folder.join("cards")).into_iter().flatten();
        let read = |file: std::io::Result<std::fs::DirEntry>| {
            serde_json::from_slice(&std::fs::read(file.unwrap().path()).unwrap()).unwrap()
        };
        Self(files.map(read).collect())
    }

    fn keys(&self) -> usize {
        self.0.iter().map(|card| card["keys"].as_object().unwrap().len()).sum()
    }

    /// Every PIN has all its tries.
    fn all_tries_left(&self) -> bool {
        let whole = |pin: &Value| pin["left"] == pin["limit"];
        self.0.iter().all(|card| card["pins"].is_null() || ["user", "so"].iter().all(|pin| whole(&card["pins"][pin])))
    }
}

fn erased(rig: &Rig) -> usize {
    rig.log.lock().unwrap().iter().filter(|command| command.starts_with(&[0x80, 0x50])).count()
}

/// What a sitting without a wrong answer is like.
struct Usual {
    commands: Vec<Vec<u8>>,
    keys: usize,
    erased: usize,
}

/// The commands of each kind, by their places.
fn kinds(commands: &[Vec<u8>]) -> Vec<(Kind, Vec<usize>)> {
    let mut places: BTreeMap<Kind, Vec<usize>> = BTreeMap::new();
    for (place, command) in commands.iter().enumerate() {
        places.entry(kind(command)).or_default().push(place + 1);
    }
    places.into_iter().collect()
}

/// People who take the first way on with this device, until they have had enough.
fn patient(front: &Front<'_>, failures: &mut usize, waits: &mut usize) -> Turn {
    match &front.view.body {
        Body::Fault { choices, .. } => {
            *failures += 1;
            let open = choices.iter().filter(|choice| !choice.closed).map(|choice| &choice.id);
            let mut here = open.filter(|id| **id != ChoiceId::Recovery(Recovery::AnotherDevice));
            let first = here.next().expect("one can be chosen").clone();
            let stop = ChoiceId::Recovery(Recovery::Stop);
            Turn::Do(Input::Chose(if *failures > ENOUGH { stop } else { first }))
        }
        Body::Working { .. } if front.machine.waits_for().is_some() => {
            *waits += 1;
            if *waits > STUCK { Turn::Do(Input::Stop) } else { Turn::Autopilot }
        }
        _ => Turn::Autopilot,
    }
}

/// One sitting in which the device answers so.
fn sitting(bad: &Misanswering, make: &impl Fn(&Path, &Misanswering) -> Rig) -> (Rig, usize, usize, tempfile::TempDir) {
    let records = tempfile::tempdir().unwrap();
    let mut rig = make(records.path(), bad);
    let (mut failures, mut waits) = (0, 0);
    let ended = catch_unwind(AssertUnwindSafe(|| rig.play(|front| patient(front, &mut failures, &mut waits))));
    if let Err(panic) = ended {
        rig.entries.iter().rev().take(12).rev().for_each(|entry| println!("{entry:?}"));
        resume_unwind(panic);
    }
    (rig, failures, waits, records)
}

/// What holds however it went.
fn in_order(rig: &Rig, bad: &Misanswering, usual: &Usual) -> Ending {
    assert!(rig.vault.is_empty(), "the vault is empty");
    let proof = verify(rig.lines.as_bytes()).unwrap();
    let (ending, _) = proof.sealed.clone().expect("it is sealed");
    let seen = examine(&Folder::open(&rig.folder), &proof);
    assert!(seen.faults.is_empty() && seen.unnamed.is_empty(), "{seen:?}");
    let wrong = bad.seen.lock().unwrap().wrong_pins.len();
    assert_eq!(wrong, 0, "no wrong PIN is sent");
    assert!(Cards::of(rig).all_tries_left(), "no try is lost");
    assert!(erased(rig) <= usual.erased, "erased {} times, not {}", erased(rig), usual.erased);
    ending
}

fn every_misanswer(name: &str, make: impl Fn(&Path, &Misanswering) -> Rig) {
    let counting = Misanswering::never();
    let (rig, _, _, _records) = sitting(&counting, &make);
    assert!(rig.complete());
    let commands = counting.seen.lock().unwrap().sent.clone();
    let usual = Usual { commands, keys: Cards::of(&rig).keys(), erased: erased(&rig) };
    assert_eq!(in_order(&rig, &counting, &usual), Ending::Complete);
    let all = Misanswer::all();
    let kinds = kinds(&usual.commands);
    let mut cases = Vec::new();
    for (place, (_, places)) in kinds.iter().enumerate() {
        for (number, what) in all.iter().enumerate() {
            // Each answer meets each kind of command, by turns at another of its places.
            cases.push((places[(number + place) % places.len()], *what));
        }
    }
    let step = if torture() { 1 } else { 61 };
    let mut bad_ones = Vec::new();
    let mut run = 0;
    for (at, what) in cases.into_iter().step_by(step) {
        run += 1;
        let bad = Misanswering::new(When::Once(at), what);
        let result = catch_unwind(AssertUnwindSafe(|| {
            let (rig, failures, waits, _records) = sitting(&bad, &make);
            let ended = catch_unwind(AssertUnwindSafe(|| in_order(&rig, &bad, &usual)));
            if ended.is_err() {
                println!("{name}: {what:?} at {at}");
                rig.entries.iter().filter(|one| matches!(one, Entry::Failed{..}|Entry::Recovered{..}|Entry::Sealed{..})).for_each(|entry| println!("{entry:?}"));
            }
            let ending = ended.unwrap_or_else(|panic| resume_unwind(panic));
            if ending != Ending::Complete {
                println!("{name}: {what:?} at {at}");
                rig.entries.iter().filter(|one| matches!(one, Entry::Failed{..}|Entry::Recovered{..}|Entry::Sealed{..})).for_each(|entry| println!("{entry:?}"));
            }
            assert_eq!(ending, Ending::Complete, "{:?}", rig.failed());
            assert_eq!(Cards::of(&rig).keys(), usual.keys, "all keys are there: {:?}", rig.failed());
            let _ = (failures, waits);
        }));
        if let Err(panic) = result {
            let why = panic.downcast_ref::<String>().cloned().unwrap_or_else(|| panic.downcast_ref::<&str>().unwrap_or(&"?").to_string());
            bad_ones.push(format!("{name}: {what:?} at {at} {}: {}", hex(&usual.commands[at - 1]), why.chars().take(300).collect::<String>()));
        }
    }
    println!("{name}: {run} cases, {} commands of {} kinds", usual.commands.len(), kinds.len());
    assert!(bad_ones.is_empty(), "{}\n{}", bad_ones.len(), bad_ones.join("\n"));
}

fn hex(command: &[u8]) -> String {
    base16ct::upper::encode_string(&command[..command.len().min(12)])
}

#[test]
fn establish_goes_on_after_any_wrong_answer() {
    every_misanswer("establish", |records, bad| Rig::establish_with(&plan(), records, |readers| bad.readers(readers)));
}

#[test]
fn establish_on_a_device_in_use_goes_on_after_any_wrong_answer() {
    every_misanswer("establish-used", |records, bad| on_a_used_device(records, |readers| bad.readers(readers)));
}

#[test]
fn the_fullest_establish_goes_on_after_any_wrong_answer() {
    let text = Day::full().text();
    every_misanswer("establish-full", |records, bad| Rig::establish_with(&text, records, |readers| bad.readers(readers)));
}

#[test]
fn ceremonies_about_a_backup_go_on_after_any_wrong_answer() {
    for kind in [CeremonyKind::Restore, CeremonyKind::BackUp, CeremonyKind::Drill, CeremonyKind::Retire] {
        every_misanswer(&format!("{kind:?}"), |records, bad| from_backup(kind, records, |readers| bad.readers(readers)));
    }
}

#[test]
fn a_drill_on_a_spare_goes_on_after_any_wrong_answer() {
    every_misanswer("spare", |records, bad| {
        from_backup(CeremonyKind::Drill, records, |readers| bad.readers(readers)).drilling(Drill::Spare)
    });
}

#[test]
fn add_keys_goes_on_after_any_wrong_answer() {
    every_misanswer("add-keys", |records, bad| adding(records, |readers| bad.readers(readers)));
}

#[test]
fn a_change_of_custodians_goes_on_after_any_wrong_answer() {
    let carrying = Day::of(&[Guard::Numbers(2, 2)]).carrying_keys().text();
    for (kind, text) in [
        (CeremonyKind::ReSplit, &two_custodians()),
        (CeremonyKind::ReKey, &two_custodians()),
        (CeremonyKind::ReKey, &carrying),
    ] {
        every_misanswer(&format!("{kind:?}"), |records, bad| by_change(kind, text, records, |readers| bad.readers(readers)));
    }
}

#[test]
fn a_fleet_and_an_inspection_go_on_after_any_wrong_answer() {
    for kind in [CeremonyKind::Fleet, CeremonyKind::Inspect] {
        every_misanswer(&format!("{kind:?}"), |records, bad| by_plan(kind, records, |readers| bad.readers(readers)));
    }
}

#[test]
fn a_change_of_pins_goes_on_after_any_wrong_answer() {
    every_misanswer("pins", |records, bad| pins(records, |readers| bad.readers(readers)));
}
