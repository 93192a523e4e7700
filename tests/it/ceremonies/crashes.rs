//! The program is killed after every line of the record, and after every act before its line; the sitting goes on in a new
//! process, to an end that is as good as any. Outside the long run, after some of them.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use hsm_ceremony::app::OpenSitting;
use hsm_ceremony::autopilot::Comes;
use hsm_ceremony::bundle::examine;
use hsm_ceremony::ceremony::{Asks, Body, Input};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::folder::Folder;
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::record::{CeremonyKind, Ending, Entry, Fact, verify};
use hsm_ceremony::secret::TypedText;
use hsm_ceremony::terms::Drill;

use super::crash::Crash;
use super::kinds::{
    adding, by_change, by_plan, from_backup, importing, nothing, on_a_used_device, pins, plan, two_custodians,
};
use super::rig::{Front, Rig, Turn};
use super::{Day, Guard};
use crate::support::torture;

/// Erasures of devices that were carried out.
fn erased(rig: &Rig) -> usize {
    rig.log.lock().unwrap().iter().filter(|command| command.starts_with(&[0x80, 0x50])).count()
}

/// After a restart, two people say that nothing has changed; all else is the autopilot's.
pub fn looks_at_the_room(front: &mut Front<'_>) -> Turn {
    match &front.view.body {
        Body::Choose { asks: Asks::Between, .. } => front.item(ItemName::Unchanged),
        Body::Form { fields, .. } if fields.iter().any(|field| field.name == FieldName::AdministratorSigns) => {
            let signs = fields.iter().find_map(|field| match &field.kind {
                FieldKind::Sign(signs) => signs.first().cloned(),
                _ => None,
            });
            let confirmer = fields.iter().find_map(|field| match &field.kind {
                FieldKind::Confirmer { people, .. } => people.first().map(|one| one.name.clone()),
                _ => None,
            });
            let empty = |name| front.vault.typed(name).is_none_or(TypedText::is_empty);
            if empty(FieldName::AdministratorSigns) {
                front.types(FieldName::AdministratorSigns, &signs.unwrap())
            } else if empty(FieldName::ConfirmedBy) {
                front.types(FieldName::ConfirmedBy, &confirmer.unwrap())
            } else {
                Turn::Do(Input::GoOn)
            }
        }
        _ => Turn::Autopilot,
    }
}

fn uncut(make: impl Fn(&Path) -> Rig) -> (usize, usize) {
    let records = tempfile::tempdir().unwrap();
    let mut rig = make(records.path());
    rig.run(|_| {});
    assert!(rig.complete());
    (rig.entries.len(), rig.performed())
}

fn every_crash(comes: Comes, make: impl Fn(&Path) -> Rig, check: impl Fn(&Rig)) {
    let (lines, acts) = uncut(&make);
    let crashes = (1..lines).map(Crash::AfterLine).chain((1..=acts).map(Crash::AfterAct));
    some_crashes(crashes, comes, make, check);
}

fn some_crashes(crashes: impl Iterator<Item = Crash>, comes: Comes, make: impl Fn(&Path) -> Rig, check: impl Fn(&Rig)) {
    for crash in crashes.step_by(if torture() { 1 } else { 13 }) {
        let records = tempfile::tempdir().unwrap();
        let mut rig = make(records.path()).crashing(crash);
        rig.run(|_| {});
        assert!(rig.crashed, "{crash:?}");
        println!("{crash:?} at {}", rig.machine.number());
        let mut rig = rig.resumed(comes);
        let told = rig.entries.len();
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| rig.play(looks_at_the_room)));
        if let Err(panic) = ended {
            rig.entries.iter().skip(told).for_each(|entry| println!("{entry:?}"));
            std::panic::resume_unwind(panic);
        }
        assert!(rig.complete(), "{crash:?}: {:?}", rig.entries.last());
        assert!(rig.entries.iter().any(|entry| matches!(entry, Entry::Resumed { .. })), "{crash:?}");
        let proof = verify(rig.lines.as_bytes()).unwrap();
        let seen = examine(&Folder::open(&rig.folder), &proof);
        assert!(seen.faults.is_empty() && seen.unnamed.is_empty(), "{crash:?}: {seen:?}");
        check(&rig);
    }
}

fn once(rig: &Rig) {
    assert_eq!(erased(rig), 1, "the device is erased once");
}

fn never(rig: &Rig) {
    assert_eq!(erased(rig), 0, "no device is erased");
}

#[test]
fn establish_goes_on_wherever_it_was_killed() {
    every_crash(
        Comes::First,
        |records| Rig::establish(&plan(), records),
        |rig| {
            once(rig);
            assert_eq!(rig.manifest().keys.len(), 1);
            assert!(
                rig.folder.join("keys/key-0.pub.pem").exists(),
                "its public key is there, whenever the program ended"
            );
        },
    );
}

#[test]
fn establish_on_a_device_in_use_goes_on_wherever_it_was_killed() {
    every_crash(Comes::First, |records| on_a_used_device(records, nothing), once);
}

#[test]
fn the_fullest_establish_goes_on_wherever_it_was_killed() {
    // Its PINs are drawn: where a device may or may not have one of them, it is erased once more.
    every_crash(
        Comes::First,
        |records| Rig::establish(&Day::full().text(), records),
        |rig| {
            assert!((2..=3).contains(&erased(rig)), "{}", erased(rig));
        },
    );
}

#[test]
fn restore_goes_on_wherever_it_was_killed() {
    every_crash(Comes::Last, |records| from_backup(CeremonyKind::Restore, records, nothing), once);
}

#[test]
fn back_up_goes_on_wherever_it_was_killed() {
    every_crash(Comes::Last, |records| from_backup(CeremonyKind::BackUp, records, nothing), never);
}

#[test]
fn a_drill_goes_on_wherever_it_was_killed() {
    every_crash(Comes::Last, |records| from_backup(CeremonyKind::Drill, records, nothing), never);
    let spare = |records: &Path| from_backup(CeremonyKind::Drill, records, nothing).drilling(Drill::Spare);
    every_crash(Comes::Last, spare, once);
}

#[test]
fn retire_goes_on_wherever_it_was_killed() {
    every_crash(
        Comes::Last,
        |records| from_backup(CeremonyKind::Retire, records, nothing),
        |rig| {
            assert!((1..=2).contains(&erased(rig)), "{}", erased(rig));
        },
    );
}

#[test]
fn add_keys_goes_on_wherever_it_was_killed() {
    every_crash(Comes::Last, |records| adding(records, nothing), never);
}

#[test]
fn an_import_goes_on_wherever_it_was_killed() {
    every_crash(
        Comes::Last,
        |records| importing(records, nothing),
        |rig| {
            never(rig);
            for key in &rig.manifest().keys {
                let file = format!("keys/{}.pub.pem", key.label);
                assert!(rig.lines.contains(&file) && rig.folder.join(&file).exists(), "{file}");
            }
        },
    );
}

#[test]
fn re_split_goes_on_wherever_it_was_killed() {
    every_crash(Comes::Last, |records| by_change(CeremonyKind::ReSplit, &two_custodians(), records, nothing), never);
}

#[test]
fn re_key_goes_on_wherever_it_was_killed() {
    every_crash(Comes::First, |records| by_change(CeremonyKind::ReKey, &two_custodians(), records, nothing), once);
}

#[test]
fn a_re_key_that_carries_keys_goes_on_wherever_it_was_killed() {
    // The spare and then, once it has all keys, the old device.
    let text = Day::of(&[Guard::Numbers(2, 2)]).carrying_keys().text();
    every_crash(
        Comes::First,
        |records| by_change(CeremonyKind::ReKey, &text, records, nothing),
        |rig| {
            assert!((2..=4).contains(&erased(rig)), "{}", erased(rig));
        },
    );
}

#[test]
fn a_fleet_goes_on_wherever_it_was_killed() {
    every_crash(
        Comes::First,
        |records| by_plan(CeremonyKind::Fleet, records, nothing),
        |rig| {
            assert_eq!(erased(rig), 3, "each device is erased once");
        },
    );
}

#[test]
fn pins_go_on_wherever_they_were_killed() {
    let pins = |records: &Path| pins(records, nothing);
    // Between the change of a PIN and its line, nobody can tell which one the device has: people are told so.
    let lines = uncut(pins).0;
    some_crashes((1..lines).map(Crash::AfterLine), Comes::Last, pins, |rig| {
        never(rig);
        assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::PinChanged { .. })));
    });
}

#[test]
fn inspect_goes_on_wherever_it_was_killed() {
    every_crash(Comes::Last, |records| by_plan(CeremonyKind::Inspect, records, nothing), never);
}

#[test]
fn a_sitting_that_is_closed_instead_starts_nothing_and_is_sealed_once() {
    for (make, lines) in [
        (CeremonyKind::Inspect, uncut(|records| by_plan(CeremonyKind::Inspect, records, nothing)).0),
        (CeremonyKind::Establish, uncut(|records| by_plan(CeremonyKind::Establish, records, nothing)).0),
    ] {
        for crash in [1, lines / 2, lines - 1].map(Crash::AfterLine) {
            let records = tempfile::tempdir().unwrap();
            let mut rig = by_plan(make, records.path(), nothing).crashing(crash);
            rig.run(|_| {});
            let before = erased(&rig);
            let mut rig = rig.closing();
            rig.play(|front| match &front.view.body {
                Body::Form { .. } if front.vault.typed(FieldName::StopWord).is_none_or(TypedText::is_empty) => {
                    front.types(FieldName::StopWord, "ABORT")
                }
                Body::Form { .. } if front.vault.typed(FieldName::Reason).is_none_or(TypedText::is_empty) => {
                    front.types(FieldName::Reason, "the power failed")
                }
                Body::Form { .. } => Turn::Do(Input::GoOn),
                _ => Turn::Autopilot,
            });
            assert_eq!((rig.performed(), erased(&rig)), (0, before), "{crash:?}: nothing was started");
            let proof = verify(rig.lines.as_bytes()).unwrap();
            assert!(matches!(proof.sealed, Some((Ending::Aborted, _))), "{crash:?}: {:?}", proof.sealed);
            assert!(rig.vault.is_empty());
        }
    }
}

#[test]
fn of_open_sittings_that_ended_in_the_same_second_the_newer_is_offered_first() {
    let place = tempfile::tempdir().unwrap();
    let mut rig = by_plan(CeremonyKind::Inspect, place.path(), nothing).crashing(Crash::AfterLine(3));
    rig.run(|_| {});
    // Their records are equal, so that only the file system knows the order, whatever the names are.
    let records = tempfile::tempdir().unwrap();
    let written = SystemTime::now();
    let names = ["m", "b", "x", "a", "q", "k", "z", "e"];
    for (name, later) in names.into_iter().zip(0..) {
        let folder = records.path().join(name);
        fs::create_dir(&folder).unwrap();
        for file in ["plan.json", "record.jsonl"] {
            fs::copy(rig.folder.join(file), folder.join(file)).unwrap();
        }
        let record = fs::File::options().write(true).open(folder.join("record.jsonl")).unwrap();
        record.set_modified(written + Duration::from_millis(10 * later)).unwrap();
    }
    let found: Vec<String> = OpenSitting::all(records.path()).iter().map(|open| open.folder.name()).collect();
    assert_eq!(found, names.into_iter().rev().collect::<Vec<_>>());
}
