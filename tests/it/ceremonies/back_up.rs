//! The keys of a device that has them already are wrapped into a folder of their own, and come back from there.

use std::fs;
use std::path::{Path, PathBuf};

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::bundle::{FileState, examine};
use hsm_ceremony::ceremony::{Body, Input, Machine, Recovery, TickId};
use hsm_ceremony::folder::Folder;
use hsm_ceremony::names::ItemName;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Entry, Fact, NotWrapped, verify};
use hsm_ceremony::softcard::{CutOff, Rack, SoftCard};
use hsm_ceremony::terms::KeyReference;

use super::rig::{Rig, Turn, plan_text};

const KEYS: [(&str, u8); 3] = [("EC:secp256r1", 10), ("EC:secp384r1", 11), ("EC:brainpoolP256r1", 12)];

fn plan() -> String {
    plan_text(2, 3, &KEYS, false)
}

/// A finished *establish* and the state of its card.
struct Made {
    rig: Rig,
    folder: PathBuf,
}

fn made(records: &Path) -> Made {
    let mut rig = Rig::establish(&plan(), records);
    rig.run(|_| {});
    assert!(rig.complete());
    Made { folder: rig.folder.clone(), rig }
}

impl Made {
    /// The file with the state of its card.
    fn card_file(&self) -> PathBuf {
        fs::read_dir(self.folder.join("cards")).unwrap().next().unwrap().unwrap().path()
    }

    fn state(&self) -> serde_json::Value {
        serde_json::from_slice(&fs::read(self.card_file()).unwrap()).unwrap()
    }

    /// Changes what the card holds, as other tools could.
    fn changes(&self, change: impl FnOnce(&mut serde_json::Value)) {
        let mut state = self.state();
        change(&mut state);
        fs::write(self.card_file(), state.to_string()).unwrap();
    }
}

fn setup(from: &Path, records: &Path) -> Setup {
    Setup::from_backup(CeremonyKind::BackUp, from, None, records, Environment::SoftwareCards).unwrap()
}

/// The record is intact, names every file, and every file is the one that was written.
fn verifies(rig: &Rig) {
    let proof = verify(&fs::read(rig.folder.join("record.jsonl")).unwrap()).unwrap();
    let examined = examine(&Folder::open(&rig.folder), &proof);
    assert!(examined.files.len() >= 4, "{:?}", examined.files);
    assert!(examined.files.iter().all(|file| file.state == FileState::Unchanged), "{:?}", examined.files);
}

/// What the record alone leads to is what the sitting knew.
fn resumes(rig: &Rig, setup_plan: &hsm_ceremony::plan::Plan) {
    let resumed = Machine::resume(CeremonyKind::BackUp, setup_plan.clone(), true, &rig.entries).unwrap();
    assert_eq!(resumed.known(), rig.machine.known());
    let numbers = |machine: &Machine| machine.steps().iter().map(|step| step.number).collect::<Vec<_>>();
    assert_eq!(numbers(&resumed), numbers(&rig.machine));
}

pub fn restores(records: &Path, papers: Rig, labels: &[&str]) {
    let mut restore = Rig::restore(records).with_papers_of(papers);
    restore.run(|_| {});
    assert!(restore.complete() && restore.faults.is_empty(), "{:?}", restore.faults);
    let proven = restore.facts().into_iter().filter_map(|fact| match fact {
        Fact::Proven { label, .. } => Some(label.to_string()),
        _ => None,
    });
    assert_eq!(proven.collect::<Vec<_>>(), labels);
}

#[test]
fn every_key_of_a_device_is_backed_up_and_comes_back_from_there() {
    let records = tempfile::tempdir().unwrap();
    let made = made(records.path());
    let setup = setup(&made.folder, records.path());
    let plan = setup.plan.clone();
    let state = made.state();
    let share_file = fs::read(made.folder.join("dkek-1.pbe")).unwrap();
    let first = made.rig.manifest();
    let mut rig = Rig::in_hands(setup, |readers| readers).with_papers_of(made.rig);
    rig.run(|_| {});
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    verifies(&rig);
    resumes(&rig, &plan);
    let manifest = rig.manifest();
    assert_eq!((manifest.kcv, &manifest.serial), (first.kcv, &first.serial));
    assert_eq!((manifest.manifest, manifest.macs_not_verified, manifest.shares_elsewhere), (4, false, false));
    assert_eq!(fs::read(rig.folder.join("dkek-1.pbe")).unwrap(), share_file);
    let told = |manifest: &hsm_ceremony::record::Manifest| {
        let key =
            |key: &hsm_ceremony::record::BackedUpKey| (key.label.clone(), key.id.clone(), key.key_type, key.reference);
        manifest.keys.iter().map(key).collect::<Vec<_>>()
    };
    assert_eq!(told(&manifest), told(&first));
    for key in &manifest.keys {
        let public = |folder: &Path| fs::read_to_string(folder.join(&key.public)).unwrap();
        assert_eq!(public(&rig.folder), public(&made.folder));
    }
    let kept = fs::read_dir(rig.folder.join("cards")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&fs::read(kept).unwrap()).unwrap(), state);
    restores(records.path(), rig, &["key-0", "key-1", "key-2"]);
}

#[test]
fn keys_that_people_untick_are_named_and_not_in_the_backup() {
    let records = tempfile::tempdir().unwrap();
    let made = made(records.path());
    let setup = setup(&made.folder, records.path());
    let plan = setup.plan.clone();
    let mut rig = Rig::in_hands(setup, |readers| readers).with_papers_of(made.rig);
    let (mut unticked, mut alone, mut said) = (0, false, String::new());
    rig.play(|front| match &front.view.body {
        Body::Tick { items, enough, .. } if items.iter().all(|item| matches!(item.id, TickId::Key(_))) => {
            // All three, to see that one has to stay; and the first again.
            unticked += 1;
            match unticked {
                1..=3 => front.tick(unticked - 1),
                4 => {
                    assert!(!enough, "a backup without keys is none");
                    Turn::Do(Input::GoOn)
                }
                5 => {
                    alone = true;
                    front.tick(1)
                }
                _ => {
                    assert!(*enough);
                    Turn::Do(Input::GoOn)
                }
            }
        }
        Body::Read { text } if front.step() == "back-up-manifest" => {
            said = text.join("\n");
            Turn::Autopilot
        }
        _ => Turn::Autopilot,
    });
    assert!(alone && rig.complete());
    verifies(&rig);
    resumes(&rig, &plan);
    let manifest = rig.manifest();
    let labels: Vec<_> = manifest.keys.iter().map(|key| key.label.to_string()).collect();
    assert_eq!(labels, ["key-1"]);
    assert!(said.contains("In the backup: key-1. On the device, but not in the backup: key-0, key-2."), "{said}");
    assert!(!rig.folder.join("keys/key-0.wrapped").exists());
    restores(records.path(), rig, &["key-1"]);
}

#[test]
fn a_key_that_may_not_be_exported_is_named_with_the_reason_and_the_others_are_backed_up() {
    let records = tempfile::tempdir().unwrap();
    let made = made(records.path());
    // ECDSA alone: not the 92 of WRAP KEY.
    made.changes(|state| state["keys"]["01"]["allowed"] = "73".into());
    let mut rig = Rig::in_hands(setup(&made.folder, records.path()), |readers| readers).with_papers_of(made.rig);
    let mut said = String::new();
    rig.play(|front| {
        if let Body::Read { text } = &front.view.body
            && front.step() == "back-up-keys"
        {
            said = text.join("\n");
        }
        Turn::Autopilot
    });
    assert!(rig.complete(), "{:?}", rig.faults);
    assert!(said.contains("1 key-0: what it may be used for does not include being wrapped (6985)"), "{said}");
    let refused = rig.facts().into_iter().find_map(|fact| match fact {
        Fact::Surveyed { refused, .. } => Some(refused.clone()),
        _ => None,
    });
    let refused = refused.unwrap();
    assert_eq!((refused.len(), &refused[0].why), (1, &NotWrapped::NotExportable));
    assert_eq!(rig.manifest().keys.len(), 2);
    verifies(&rig);
}

#[test]
fn a_device_without_a_key_that_it_wraps_is_refused_before_anything_is_written() {
    let records = tempfile::tempdir().unwrap();
    let made = made(records.path());
    made.changes(|state| {
        for key in ["01", "02", "03"] {
            state["keys"][key]["allowed"] = "73".into();
        }
    });
    let mut rig = Rig::in_hands(setup(&made.folder, records.path()), |readers| readers).with_papers_of(made.rig);
    stops_at(&mut rig, "no-key-is-wrapped");
    assert!(rig.value("no-key-is-wrapped", "refused").contains("key-0 (1): 6985"));
}

/// Stops at the first fault, which is this one; nothing was written.
fn stops_at(rig: &mut Rig, fault: &str) {
    rig.play(|front| match front.fault() {
        Some(_) => front.goes_on_with(Recovery::Stop),
        None => Turn::Autopilot,
    });
    assert_eq!(rig.failed(), [fault]);
    assert!(!rig.folder.join("manifest.json").exists() && !rig.folder.join("dkek-1.pbe").exists());
    assert!(fs::read_dir(rig.folder.join("keys")).unwrap().next().is_none());
}

#[test]
fn a_device_whose_dkek_nobody_could_open_is_refused_with_the_reason() {
    let records = tempfile::tempdir().unwrap();
    let made = made(records.path());
    let as_it_was = made.state();
    let own = serde_json::json!({ "shares": 0, "outstanding": 0, "value": as_it_was["dkek"]["value"] });
    for (place, value, fault) in [
        ("/dkek", serde_json::Value::Null, "device-wraps-nothing"),
        ("/dkek", own, "device-wraps-nothing"),
        ("/dkek/outstanding", 1.into(), "device-dkek-pending"),
        ("/dkek/shares", 2.into(), "device-other-shares"),
    ] {
        made.changes(|state| {
            state.clone_from(&as_it_was);
            *state.pointer_mut(place).unwrap() = value;
        });
        stops_at(&mut Rig::in_hands(setup(&made.folder, records.path()), |readers| readers), fault);
    }
}

#[test]
fn a_device_with_another_dkek_is_refused_by_name_and_the_right_one_goes_on() {
    let records = tempfile::tempdir().unwrap();
    let other = made(records.path());
    let wrong: serde_json::Value = other.state();
    let made = made(records.path());
    let right = SoftCard::from_json(&made.state()).unwrap();
    let kcv = |rig: &Rig| rig.manifest().kcv.to_string();
    let (expected, found) = (kcv(&made.rig), kcv(&other.rig));
    let rack = Rack::new(1);
    rack.insert(0, SoftCard::from_json(&wrong).unwrap());
    let (hands, mut right) = (rack.clone(), Some(right));
    let mut rig = Rig::held(setup(&made.folder, records.path()), Box::new(rack)).with_papers_of(made.rig);
    rig.play(|front| {
        if front.fault() == Some("device-other-dkek") {
            if let Some(right) = right.take() {
                hands.insert(0, right);
            }
            return front.goes_on_with(Recovery::DeviceAgain);
        }
        Turn::Autopilot
    });
    assert!(rig.complete(), "{:?}", rig.failed());
    assert_eq!(rig.failed(), ["device-other-dkek"]);
    assert_eq!(rig.value("device-other-dkek", "expected"), expected);
    assert_eq!(rig.value("device-other-dkek", "found"), found);
    verifies(&rig);
}

#[test]
fn without_a_quorum_record_and_manifest_say_that_no_mac_was_verified() {
    let records = tempfile::tempdir().unwrap();
    let made = made(records.path());
    let setup = setup(&made.folder, records.path());
    let plan = setup.plan.clone();
    let mut rig = Rig::in_hands(setup, |readers| readers);
    let (mut said, mut seats) = (String::new(), 0);
    rig.play(|front| {
        match (&front.view.body, front.step()) {
            (Body::Choose { .. }, "back-up-source") => return front.item(ItemName::ByNobody),
            (Body::Read { text }, "back-up") => said = text.join("\n"),
            (_, "seat" | "open" | "bag") => seats += 1,
            _ => {}
        }
        Turn::Autopilot
    });
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    assert_eq!(seats, 0, "nobody sits down");
    assert!(said.contains("nobody has verified"), "{said}");
    verifies(&rig);
    resumes(&rig, &plan);
    let unverified = |fact: &&Fact| matches!(fact, Fact::BackedUp { mac_not_verified: true, .. });
    assert_eq!(rig.facts().into_iter().filter(|fact| unverified(fact)).count(), 3);
    let manifest = rig.manifest();
    assert_eq!((manifest.manifest, manifest.macs_not_verified), (4, true));
    restores(records.path(), made.rig, &["key-0", "key-1", "key-2"]);
}

#[test]
fn a_card_that_vanishes_at_any_command_of_a_back_up_does_not_stop_it() {
    let records = tempfile::tempdir().unwrap();
    let made = made(records.path());
    let mut papers = Some(made.rig);
    let mut run = |cut: &CutOff| {
        let place = tempfile::tempdir().unwrap();
        let setup = setup(&made.folder, place.path());
        let mut rig = Rig::in_hands(setup, |readers| cut.readers(readers)).with_papers_of(papers.take().unwrap());
        rig.run(|_| {});
        assert!(rig.complete(), "{:?}", rig.faults);
        verifies(&rig);
        assert_eq!(rig.manifest().keys.len(), 3);
        let named = !rig.faults.is_empty() || !rig.waited.is_empty();
        papers = Some(rig);
        named
    };
    let counting = CutOff::never();
    assert!(!run(&counting));
    let of = counting.sent();
    assert!(of > 40, "{of}");
    for n in 1..=of {
        for cut in [CutOff::before(n), CutOff::after(n)] {
            assert!(run(&cut), "cut at {n} of {of}: a screen named it");
        }
    }
}

#[test]
fn a_key_that_is_refused_only_when_it_is_wrapped_can_be_left_out() {
    let records = tempfile::tempdir().unwrap();
    let made = made(records.path());
    let rack = Rack::new(1);
    rack.insert(0, SoftCard::from_json(&made.state()).unwrap());
    let mut state = made.state();
    state["keys"]["02"]["allowed"] = "20".into();
    let mut changed = Some(SoftCard::from_json(&state).unwrap());
    let held = Rig::held(setup(&made.folder, records.path()), Box::new(rack.clone()));
    let mut rig = held.with_papers_of(made.rig);
    let mut left_out = false;
    rig.play(|front| {
        if front.step() == "copy-share-file"
            && let Some(card) = changed.take()
        {
            rack.insert(0, card);
        }
        if front.fault() == Some("wrap-refused") {
            left_out = true;
            return front.goes_on_with(Recovery::LeaveOut);
        }
        Turn::Autopilot
    });
    assert!(left_out && rig.complete(), "{:?}", rig.faults);
    let labels: Vec<_> = rig.manifest().keys.iter().map(|key| key.label.to_string()).collect();
    assert_eq!(labels, ["key-0", "key-2"]);
    assert!(matches!(rig.entries.last(), Some(Entry::Sealed { deviations: 1, .. })), "{:?}", rig.entries.last());
    verifies(&rig);
    restores(records.path(), rig, &["key-0", "key-2"]);
}

#[test]
fn what_another_tool_left_undescribed_is_backed_up_under_a_name_of_its_own() {
    let records = tempfile::tempdir().unwrap();
    let made = made(records.path());
    made.changes(|state| {
        let files = state["files"].as_object_mut().unwrap();
        assert!(files.remove("C401").or_else(|| files.remove("c401")).is_some());
    });
    let mut rig = Rig::in_hands(setup(&made.folder, records.path()), |readers| readers).with_papers_of(made.rig);
    rig.run(|_| {});
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    let manifest = rig.manifest();
    // The other two are called key-1 and key-2.
    let first = &manifest.keys[0];
    assert_eq!((first.label.as_str(), first.reference), ("key-3", KeyReference::new(1).unwrap()));
    verifies(&rig);
    restores(records.path(), rig, &["key-3", "key-1", "key-2"]);
}

#[test]
fn share_files_without_a_record_guard_a_backup_whether_or_not_they_are_opened() {
    for opened in [true, false] {
        let (records, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let made = made(records.path());
        fs::copy(made.folder.join("dkek-1.pbe"), theirs.path().join("theirs.pbe")).unwrap();
        let given = Some((Plan::parse(&plan()).unwrap(), plan()));
        let (kind, environment) = (CeremonyKind::BackUp, Environment::SoftwareCards);
        let setup = Setup::from_backup(kind, theirs.path(), given, records.path(), environment).unwrap();
        let (begun, rack) = (setup.plan.clone(), Rack::new(1));
        rack.insert(0, SoftCard::from_json(&made.state()).unwrap());
        let mut rig = Rig::held(setup, Box::new(rack)).with_papers_of(made.rig);
        rig.play(|front| match (&front.view.body, front.step()) {
            (Body::Choose { .. }, "back-up-source") if !opened => front.item(ItemName::ByNobody),
            _ => Turn::Autopilot,
        });
        assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
        verifies(&rig);
        resumes(&rig, &begun);
        let manifest = rig.manifest();
        assert_eq!((manifest.manifest, manifest.shares_elsewhere, manifest.macs_not_verified), (4, true, !opened));
        // Only opening a file shows which DKEK share is in it, and which set its cards are.
        let share = &manifest.dkek_shares[0];
        assert_eq!((share.kcv.is_some(), share.set.is_some()), (opened, opened));
        restores(records.path(), rig, &["key-0", "key-1", "key-2"]);
    }
}
