//! The program is killed after every line of the record, and after every act before its line; the sitting goes on in a new
//! process, to an end that is as good as any.

use std::path::Path;

use hsm_ceremony::app::latest_backup;
use hsm_ceremony::autopilot::Comes;
use hsm_ceremony::bundle::examine;
use hsm_ceremony::ceremony::{Asks, Body, Input};
use hsm_ceremony::folder::Folder;
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::record::{Entry, Fact, verify};

use super::rig::{Crash, Front, Rig, Turn, plan_text};
use crate::support::torture;

fn plan() -> String {
    plan_text(2, 3, &[("EC:secp256r1", 10)], false)
}

/// Erasures of devices.
fn initialised(rig: &Rig) -> usize {
    rig.log.lock().unwrap().iter().filter(|command| command.starts_with(&[0x80, 0x50])).count()
}

fn uncut(make: impl Fn(&Path) -> Rig) -> (usize, usize) {
    let records = tempfile::tempdir().unwrap();
    let mut rig = make(records.path());
    rig.run(|_| {});
    assert!(rig.complete());
    (rig.entries.len(), rig.performed())
}

/// After a restart, two people say that nothing has changed; all else is the autopilot's.
fn looks_at_the_room(front: &mut Front<'_>) -> Turn {
    match &front.view.body {
        Body::Choose { asks: Asks::Between, .. } => front.item(ItemName::Unchanged),
        Body::Form { fields, .. } if fields.iter().any(|field| field.name == FieldName::AdministratorSigns) => {
            let empty = |name| front.vault.typed(name).is_none_or(|text| text.is_empty());
            if empty(FieldName::AdministratorSigns) {
                front.types(FieldName::AdministratorSigns, "A")
            } else if empty(FieldName::ConfirmedBy) {
                front.types(FieldName::ConfirmedBy, "Custodian 01")
            } else {
                Turn::Do(Input::GoOn)
            }
        }
        _ => Turn::Autopilot,
    }
}

fn every_crash(comes: Comes, step: usize, make: impl Fn(&Path) -> Rig, check: impl Fn(&Rig, Crash)) {
    let (lines, acts) = uncut(&make);
    let crashes = (1..lines).map(Crash::AfterLine).chain((1..=acts).map(Crash::AfterAct));
    for crash in crashes.step_by(step) {
        let records = tempfile::tempdir().unwrap();
        let mut rig = make(records.path()).crashing(crash);
        rig.run(|_| {});
        assert!(rig.crashed, "{crash:?} of {lines} lines and {acts} acts");
        let stood = rig.machine.number();
        println!("{crash:?} at {stood}");
        let mut rig = rig.resumed(comes);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| rig.play(looks_at_the_room)));
        if panicked.is_err() {
            for entry in &rig.entries {
                println!("{entry:?}");
            }
            panic!();
        }
        assert!(rig.complete(), "{crash:?} at {stood}: {:?}", rig.entries.last());
        assert!(rig.entries.iter().any(|entry| matches!(entry, Entry::Resumed { .. })), "{crash:?}");
        let proof = verify(rig.lines.as_bytes()).unwrap();
        let seen = examine(&Folder::open(&rig.folder), &proof);
        assert!(seen.faults.is_empty() && seen.unnamed.is_empty(), "{crash:?} at {stood}: {seen:?}");
        check(&rig, crash);
    }
}

#[test]
fn establish_goes_on_wherever_it_was_killed() {
    let step = if torture() { 1 } else { 5 };
    every_crash(Comes::First, step, |records| Rig::establish(&plan(), records), |rig, crash| {
        assert!(initialised(rig) <= 1 + usize::from(rig.facts().iter().any(|fact| matches!(fact, Fact::PinDrawn { .. }))), "{crash:?}");
        let keys = rig.manifest().keys.len();
        assert_eq!(keys, 1, "{crash:?}");
    });
}

#[test]
fn restore_goes_on_wherever_it_was_killed() {
    let step = if torture() { 1 } else { 5 };
    let make = |records: &Path| {
        let mut first = Rig::establish(&plan(), records);
        first.run(|_| {});
        assert!(latest_backup(records).is_some());
        Rig::restore(records).with_papers_of(first)
    };
    every_crash(Comes::Last, step, make, |rig, crash| {
        assert_eq!(initialised(rig), 1, "{crash:?}");
    });
}
