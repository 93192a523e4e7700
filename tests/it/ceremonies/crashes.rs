//! The program is killed after every line of the record, and after every act before its line; the sitting goes on in a new
//! process, to an end that is as good as any. Outside the long run, after some of them.

use std::path::Path;

use hsm_ceremony::app::{Environment, Setup, latest_backup};
use hsm_ceremony::autopilot::Comes;
use hsm_ceremony::bundle::examine;
use hsm_ceremony::ceremony::{Asks, Body, Input};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::folder::Folder;
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Ending, Entry, Fact, verify};
use hsm_ceremony::secret::TypedText;
use hsm_ceremony::softcard::{Faults, Rack};
use hsm_ceremony::terms::Drill;

use super::crash::Crash;
use super::rig::{Front, Rig, Turn, plan_text, used_card};
use super::{Day, Guard};
use crate::support::torture;

fn plan() -> String {
    plan_text(2, 3, &[("EC:secp256r1", 10)], false)
}

fn two_custodians() -> String {
    plan_text(2, 2, &[("EC:secp256r1", 10)], false)
}

/// Erasures of devices that were carried out.
fn erased(rig: &Rig) -> usize {
    rig.log.lock().unwrap().iter().filter(|command| command.starts_with(&[0x80, 0x50])).count()
}

/// The sitting that another made a backup for, held by the same people.
fn after_establish(plan: &str, records: &Path, setup: impl FnOnce(&Path, &Path) -> Setup) -> Rig {
    let mut first = Rig::establish(plan, records);
    first.run(|_| {});
    assert!(first.complete());
    let setup = setup(&latest_backup(records).unwrap(), records);
    let rig = Rig::in_hands(setup, |readers| readers).with_papers_of(first);
    rig.log.lock().unwrap().clear();
    rig
}

fn from_backup(kind: CeremonyKind, records: &Path) -> Rig {
    after_establish(&plan(), records, |from, records| {
        Setup::from_backup(kind, from, None, records, Environment::SoftwareCards).unwrap()
    })
}

fn by_change(kind: CeremonyKind, text: &str, records: &Path) -> Rig {
    after_establish(&plan(), records, |from, records| {
        let text = text.to_owned();
        let new = (Plan::parse(&text).unwrap(), text);
        Setup::by_change(kind, from, new, None, records, Environment::SoftwareCards).unwrap()
    })
}

fn by_plan(kind: CeremonyKind, records: &Path) -> Rig {
    let setup = Setup::by_plan(kind, Plan::parse(&plan()).unwrap(), plan(), records, Environment::SoftwareCards);
    Rig::in_hands(setup.unwrap(), |readers| readers)
}

/// After a restart, two people say that nothing has changed; all else is the autopilot's.
fn looks_at_the_room(front: &mut Front<'_>) -> Turn {
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
        },
    );
}

#[test]
fn establish_on_a_device_in_use_goes_on_wherever_it_was_killed() {
    let used = |records: &Path| {
        let rack = Rack::new(1);
        assert!(rack.insert(0, used_card("REH0000001", Faults::default())).is_none());
        let new = (Plan::parse(&plan()).unwrap(), plan());
        let setup = Setup::by_plan(CeremonyKind::Establish, new.0, new.1, records, Environment::SoftwareCards).unwrap();
        let rig = Rig::held(setup, Box::new(rack.clone()));
        Rig { rack: Some(rack), ..rig }
    };
    every_crash(Comes::First, used, once);
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
    every_crash(Comes::Last, |records| from_backup(CeremonyKind::Restore, records), once);
}

#[test]
fn back_up_goes_on_wherever_it_was_killed() {
    every_crash(Comes::Last, |records| from_backup(CeremonyKind::BackUp, records), never);
}

#[test]
fn a_drill_goes_on_wherever_it_was_killed() {
    every_crash(Comes::Last, |records| from_backup(CeremonyKind::Drill, records), never);
    let spare = |records: &Path| from_backup(CeremonyKind::Drill, records).drilling(Drill::Spare);
    every_crash(Comes::Last, spare, once);
}

#[test]
fn retire_goes_on_wherever_it_was_killed() {
    every_crash(
        Comes::Last,
        |records| from_backup(CeremonyKind::Retire, records),
        |rig| {
            assert!((1..=2).contains(&erased(rig)), "{}", erased(rig));
        },
    );
}

#[test]
fn add_keys_goes_on_wherever_it_was_killed() {
    let add = |records: &Path| {
        after_establish(&plan(), records, |from, records| {
            Setup::by_addition(CeremonyKind::AddKeys, from, None, records, Environment::SoftwareCards).unwrap()
        })
    };
    every_crash(Comes::Last, add, never);
}

#[test]
fn re_split_goes_on_wherever_it_was_killed() {
    every_crash(Comes::Last, |records| by_change(CeremonyKind::ReSplit, &two_custodians(), records), never);
}

#[test]
fn re_key_goes_on_wherever_it_was_killed() {
    every_crash(Comes::First, |records| by_change(CeremonyKind::ReKey, &two_custodians(), records), once);
}

#[test]
fn a_re_key_that_carries_keys_goes_on_wherever_it_was_killed() {
    // The spare and then, once it has all keys, the old device.
    let text = Day::of(&[Guard::Numbers(2, 2)]).carrying_keys().text();
    every_crash(
        Comes::First,
        |records| by_change(CeremonyKind::ReKey, &text, records),
        |rig| {
            assert!((2..=4).contains(&erased(rig)), "{}", erased(rig));
        },
    );
}

#[test]
fn a_fleet_goes_on_wherever_it_was_killed() {
    every_crash(
        Comes::First,
        |records| by_plan(CeremonyKind::Fleet, records),
        |rig| {
            assert_eq!(erased(rig), 3, "each device is erased once");
        },
    );
}

#[test]
fn pins_go_on_wherever_they_were_killed() {
    let pins = |records: &Path| {
        after_establish(&plan(), records, |_, records| {
            let new = (Plan::parse(&plan()).unwrap(), plan());
            Setup::by_plan(CeremonyKind::Pins, new.0, new.1, records, Environment::SoftwareCards).unwrap()
        })
    };
    // Between the change of a PIN and its line, nobody can tell which one the device has: people are told so.
    let lines = uncut(pins).0;
    some_crashes((1..lines).map(Crash::AfterLine), Comes::Last, pins, |rig| {
        never(rig);
        assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::PinChanged { .. })));
    });
}

#[test]
fn inspect_goes_on_wherever_it_was_killed() {
    every_crash(Comes::Last, |records| by_plan(CeremonyKind::Inspect, records), never);
}

#[test]
fn a_sitting_that_is_closed_instead_starts_nothing_and_is_sealed_once() {
    for (make, lines) in [
        (CeremonyKind::Inspect, uncut(|records| by_plan(CeremonyKind::Inspect, records)).0),
        (CeremonyKind::Establish, uncut(|records| by_plan(CeremonyKind::Establish, records)).0),
    ] {
        for crash in [1, lines / 2, lines - 1].map(Crash::AfterLine) {
            let records = tempfile::tempdir().unwrap();
            let mut rig = by_plan(make, records.path()).crashing(crash);
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
