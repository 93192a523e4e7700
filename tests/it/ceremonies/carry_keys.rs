//! A re-key that carries the old keys over: a new DKEK and new cards for the same keys, and the old device is erased last.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use hsm_ceremony::app::{Environment, Setup, lay_out};
use hsm_ceremony::bundle::{FileState, examine};
use hsm_ceremony::ceremony::{Body, Machine, Recovery};
use hsm_ceremony::dkek::WrappedKeyError;
use hsm_ceremony::faults::FaultName;
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::folder::{Folder, names};
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::plan::{Concern, Plan};
use hsm_ceremony::record::{CeremonyKind, DeviationName, Entry, Fact, Loss, verify};
use hsm_ceremony::softcard::{CutOff, SoftCard};
use hsm_ceremony::terms::{DeviceRole, Handle, Serial};

use super::re_key::{dkek, established, judged, manifest, setup};
use super::rig::{Rig, Sight, Turn};
use super::{Day, Guard};
use crate::support::torture;

const SENTENCE: &str = "any copy of an old wrapped key still yield these private keys; only new keys revoke that";

/// The old DKEK is held from the change of custodians until the last key is wrapped anew, and the new one only where it is
/// needed.
fn holds_no_more_than_needed(sight: &Sight<'_>) {
    let Some(step) = sight.machine.step() else { return };
    let held: BTreeSet<Handle> = sight.vault.holds().into_iter().collect();
    let word = step.id.word();
    if matches!(word, "custodian" | "share-file" | "close" | "retire-device" | "retire-erase" | "carried-keys") {
        assert!(!held.contains(&Handle::Dkek), "the new DKEK at {} {word}", step.number);
    }
    let late =
        ["kcv-on-cards", "bag", "user-pin", "initialise", "load", "restore-key", "prove-key", "carried-manifest"];
    if late.contains(&word) || word.starts_with("retire-") || word == "close" {
        assert!(!held.contains(&Handle::EarlierDkek), "the old DKEK at {} {word}", step.number);
    }
}

/// What the software card of a folder holds.
fn keys_on(folder: &Path, serial: &Serial) -> usize {
    let file = folder.join(names::SOFTWARE_CARDS).join(names::software_card(serial.as_str()));
    let state: serde_json::Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    assert!(SoftCard::from_json(&state).is_ok());
    state["keys"].as_object().unwrap().len()
}

fn place(rig: &Rig, found: impl Fn(&Fact) -> bool) -> Option<usize> {
    rig.facts().iter().position(|fact| found(fact))
}

fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_same_keys_live_under_the_new_dkek_and_old_shares_open_what_is_old_and_nothing_else() {
    let records = tempfile::tempdir().unwrap();
    let (made, shares) = established(records.path());
    let (old, old_serial) = (made.folder.clone(), made.manifest().serial);
    let after = Day::of(&[Guard::Words(3, 4)]).carrying_keys().text();
    let setup = setup(&old, &after, records.path());
    lay_out(CeremonyKind::ReKey, &setup.plan, &setup.plan_text, &setup.context).unwrap();
    let mut rig = Rig::in_hands(setup, |readers| readers).with_papers_of(made);
    rig.run(holds_no_more_than_needed);
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    let names: Vec<_> = rig.machine.known().progress.deviated.iter().map(|deviated| deviated.name).collect();
    assert_eq!(names, [DeviationName::OldSharesStillYieldKeys]);
    assert!(rig.lines.contains("old-shares-still-yield-keys"));

    let of_old = dkek(&shares, &old).unwrap();
    assert!(dkek(&shares, &rig.folder).is_none());
    let new = manifest(&rig.folder);
    assert_ne!((new.kcv, &new.serial), (of_old.kcv(), &old_serial));
    assert_eq!(judged(&of_old, &old), Ok(()));
    assert_eq!(judged(&of_old, &rig.folder), Err(WrappedKeyError::NotThisDkek { found: new.kcv }));
    let public = |folder: &Path| fs::read(folder.join("keys/key-0.pub.pem")).unwrap();
    assert_eq!(public(&old), public(&rig.folder), "the key is the same");
    let rewrapped = place(&rig, |fact| matches!(fact, Fact::Rewrapped { under, .. } if *under == of_old.kcv()));
    let proven = place(&rig, |fact| matches!(fact, Fact::Proven { .. }));
    let erased = place(
        &rig,
        |fact| matches!(fact, Fact::Initialised { role: DeviceRole::Original, serial, .. } if *serial == old_serial),
    );
    let set_up = place(&rig, |fact| matches!(fact, Fact::Initialised { role: DeviceRole::Replacement, .. }));
    assert!(rewrapped.is_some() && rewrapped < set_up && set_up < proven && proven < erased);
    assert_eq!((keys_on(&rig.folder, &old_serial), keys_on(&rig.folder, &new.serial)), (0, 1));

    let restore = fs::read_to_string(rig.folder.join(names::RESTORE)).unwrap();
    assert!(in_one_line(&restore).contains(SENTENCE), "{restore}");
    let proof = verify(&fs::read(rig.folder.join("record.jsonl")).unwrap()).unwrap();
    let examined = examine(&Folder::open(&rig.folder), &proof);
    assert!(examined.faults.is_empty() && examined.files.iter().all(|file| file.state == FileState::Unchanged));
    let python = Command::new("python3").arg(rig.folder.join(names::VERIFY)).output().unwrap();
    assert_eq!(python.status.code(), Some(0), "{}", String::from_utf8_lossy(&python.stdout));
    let reports = hsm_ceremony::paper::reports(&Folder::open(&rig.folder), &proof);
    let said = |(name, text): &&(&str, String)| *name == names::REPORT && in_one_line(text).contains(SENTENCE);
    assert_eq!(reports.iter().filter(said).count(), 1, "the report says it");
    let resumed = Machine::resume(CeremonyKind::ReKey, Plan::parse(&after).unwrap(), true, &rig.entries).unwrap();
    assert_eq!(resumed.known(), rig.machine.known());

    fs::remove_dir_all(&old).unwrap();
    let mut restore = Rig::restore(records.path()).with_papers_of(rig);
    restore.run(|_| {});
    assert!(restore.complete() && restore.faults.is_empty(), "{:?}", restore.faults);
    assert!(restore.facts().iter().any(|fact| matches!(fact, Fact::Proven { .. })));
}

#[test]
fn the_override_is_typed_and_the_screens_say_what_it_leaves() {
    let records = tempfile::tempdir().unwrap();
    let (made, _) = established(records.path());
    let after = Day::of(&[Guard::Numbers(2, 3), Guard::Password]).carrying_keys().text();
    let mut rig = Rig::in_hands(setup(&made.folder, &after, records.path()), |readers| readers).with_papers_of(made);
    let (mut said, mut asked) = (BTreeSet::new(), 0);
    rig.play(|front| {
        if let Body::Read { text } = &front.view.body {
            let text = text.join("\n");
            if in_one_line(&text).contains(SENTENCE) {
                said.insert(front.step());
            }
        }
        if let Body::Form { fields, .. } = &front.view.body {
            let word = |kind: &FieldKind| matches!(kind, FieldKind::Word("CARRY OLD KEYS"));
            asked += usize::from(fields.iter().any(|field| field.name == FieldName::CarryKeys && word(&field.kind)));
        }
        match &front.view.body {
            Body::Choose { .. } if front.step() == "old-device" => front.item(ItemName::OldDeviceStolen),
            Body::Choose { .. } if front.step() == "carried-keys" => front.item(ItemName::SomeRemain),
            _ => Turn::Autopilot,
        }
    });
    // One DKEK share has become two: the new device takes as many as there are now.
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    assert_eq!(rig.manifest().dkek_shares.len(), 2);
    assert_eq!(said, BTreeSet::from(["carried-source", "carried-keys"]));
    assert!(asked > 0);
    assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Lost { loss: Loss::Stolen })));
    let of_old = |fact: &&&Fact| matches!(fact, Fact::Initialised { role: DeviceRole::Original, .. });
    assert_eq!(rig.facts().iter().filter(of_old).count(), 0, "it is not here");
}

#[test]
fn a_plan_without_a_spare_device_is_refused_and_one_with_it_says_what_the_override_means() {
    let mut day = Day::of(&[Guard::Words(2, 3)]).carrying_keys();
    let good = Plan::parse(&day.text()).unwrap();
    assert!(good.concerns().contains(&Concern::CarriesKeys) && Concern::CarriesKeys.is_warning());
    for devices in [serde_json::json!([]), serde_json::json!([{ "role": "original" }])] {
        day.0["devices"] = devices;
        let refused: Vec<FaultName> = Plan::parse(&day.text()).unwrap_err().iter().map(|fault| fault.name).collect();
        assert_eq!(refused, [FaultName::PlanCarryWithoutSpare]);
    }
    let records = tempfile::tempdir().unwrap();
    let (made, _) = established(records.path());
    let so_pin = Day::of(&[Guard::Words(2, 3)]).so_pin_under_quorum().carrying_keys().text();
    let new = (Plan::parse(&so_pin).unwrap(), so_pin);
    let environment = Environment::SoftwareCards;
    let refused = Setup::by_change(CeremonyKind::ReKey, &made.folder, new, None, records.path(), environment);
    assert_eq!(refused.err().unwrap().name, FaultName::PlanSoPinInCarrying);
}

#[test]
fn a_changed_wrapped_key_is_left_out_and_stays_where_it_is() {
    let records = tempfile::tempdir().unwrap();
    let text = super::plan_text(2, 3, &[("EC:secp256r1", 10), ("EC:secp256k1", 11)], false);
    let mut made = Rig::establish(&text, records.path());
    made.run(|_| {});
    let file = made.folder.join(made.manifest().keys[1].wrapped.clone());
    let mut bytes = fs::read(&file).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&file, &bytes).unwrap();
    let after = Day::of(&[Guard::Words(2, 3)]).carrying_keys().text();
    let mut rig = Rig::in_hands(setup(&made.folder, &after, records.path()), |readers| readers).with_papers_of(made);
    rig.run(|_| {});
    // The device still has it: it would be lost, and that is said and typed.
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    assert_eq!(rig.manifest().keys.len(), 1);
    let word = |entry: &Entry| matches!(entry, Entry::Learned { fact: Fact::Decided { word }, .. } if word == "LOSE THESE KEYS");
    assert!(rig.entries.iter().any(word));
}

#[test]
fn a_card_that_vanishes_at_any_command_ends_with_every_key_on_the_new_device_and_none_on_the_old() {
    let records = tempfile::tempdir().unwrap();
    let (made, _) = established(records.path());
    let (old, serial, mut papers) = (made.folder.clone(), made.manifest().serial, made);
    let plan = || Day::of(&[Guard::Numbers(2, 3)]).carrying_keys().text();
    let counting = CutOff::never();
    // The cards of the old custodians are needed each time: everybody keeps theirs.
    let mut rig = Rig::in_hands(setup(&old, &plan(), records.path()), |readers| counting.readers(readers));
    rig = rig.with_papers_of(papers);
    rig.run(|_| {});
    assert!(rig.complete(), "{:?}", rig.faults);
    papers = rig;
    let step = if torture() { 1 } else { 17 };
    let cuts: [fn(usize) -> CutOff; 2] = [CutOff::before, CutOff::after];
    for n in (1..=counting.sent()).step_by(step) {
        for cut in cuts {
            let (cut, from) = (cut(n), papers.folder.clone());
            let old_serial = papers.manifest().serial;
            let setup = setup(&from, &plan(), records.path());
            let mut rig = Rig::in_hands(setup, |readers| cut.readers(readers)).with_papers_of(papers);
            rig.play(|front| match front.fault() {
                Some(_) if front.machine.choices().is_empty() => front.goes_on_with(Recovery::Stop),
                _ => Turn::Autopilot,
            });
            let at = format!("cut at {n}: {:?}", rig.faults);
            assert!(rig.complete() && rig.vault.is_empty(), "{at}");
            let new = rig.manifest();
            assert_eq!((keys_on(&rig.folder, &old_serial), keys_on(&rig.folder, &new.serial)), (0, 1), "{at}");
            assert_ne!(new.serial, serial);
            papers = rig;
        }
    }
}
