//! Files that are missing, changed, in the way or cannot be written: a screen says so, nothing is lost or overwritten.

use hsm_ceremony::record::CeremonyKind;
use std::fs;
use std::path::Path;

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::ceremony::{Asks, Body, Input, Question, Recovery};
use hsm_ceremony::faults::{Fault, FaultName};
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{Entry, Fact, Manifest};
use hsm_ceremony::script;
use hsm_ceremony::terms::Digest;
use sha2::Digest as _;

use super::mistakes::{established, goes_on, plan, stopped};
use super::rig::{Rig, Turn};

/// Does something to a file on the first screen of a step, and repairs it when a fault is on the screen.
fn disturbed(rig: &mut Rig, step: &str, disturb: impl Fn(&Path), repair: impl Fn(&Path)) {
    let folder = rig.folder.clone();
    let mut done = false;
    rig.play(|front| {
        if !done && front.step() == step {
            disturb(&folder);
            done = true;
        }
        if front.fault().is_some() {
            repair(&folder);
            return front.goes_on_with(Recovery::TryAgain);
        }
        Turn::Autopilot
    });
    assert!(done, "{step}");
}

type Disturb = fn(&Path);

#[test]
fn a_missing_or_changed_share_file_is_not_taken_for_wrong_shares() {
    let disturbances: [(&str, Disturb); 3] = [
        ("source-file-missing", |file| fs::remove_file(file).unwrap()),
        ("source-file-changed", |file| fs::write(file, &fs::read(file).unwrap()[..40]).unwrap()),
        ("source-file-changed", |file| {
            let mut content = fs::read(file).unwrap();
            content[63] ^= 1;
            fs::write(file, content).unwrap();
        }),
    ];
    for (fault, disturb) in disturbances {
        // Before the quorum opens it, and after: nothing unproven may be sealed into a manifest.
        for step in ["seat", "back-up"] {
            let records = tempfile::tempdir().unwrap();
            let kept = records.path().join("kept.pbe");
            let mut rig = Rig::establish(&plan(), records.path());
            disturbed(
                &mut rig,
                step,
                |folder| {
                    fs::copy(folder.join("dkek-1.pbe"), &kept).unwrap();
                    disturb(&folder.join("dkek-1.pbe"));
                },
                |folder| {
                    fs::copy(&kept, folder.join("dkek-1.pbe")).unwrap();
                },
            );
            goes_on(&rig, &[fault]);
            let sha256 = Digest(sha2::Sha256::digest(fs::read(kept).unwrap()).into());
            assert_eq!(rig.manifest().dkek_shares[0].share_file_sha256, sha256);
        }
    }
}

#[test]
fn existing_files_are_never_overwritten() {
    for (step, name, fault) in [
        ("plan", "dkek-1.pbe", "file-exists"),
        ("plan", "keys/key-0.pub.pem", "file-exists"),
        ("plan", "keys/key-0.wrapped", "backup-broken"),
        ("plan", "manifest.json", "file-exists"),
    ] {
        let records = tempfile::tempdir().unwrap();
        let mut rig = Rig::establish(&plan(), records.path());
        disturbed(
            &mut rig,
            step,
            |folder| fs::write(folder.join(name), "somebody's").unwrap(),
            |folder| {
                assert_eq!(fs::read(folder.join(name)).unwrap(), b"somebody's", "{name}");
                fs::rename(folder.join(name), folder.join("kept")).unwrap();
            },
        );
        goes_on(&rig, &[fault]);
        let mut restore = Rig::restore(records.path()).with_papers_of(rig);
        restore.run(|_| {});
        goes_on(&restore, &[]);
    }
}

#[test]
fn a_folder_that_cannot_be_written_to_loses_nothing() {
    // A file in place of a folder, or a folder in place of a file: nobody can write there.
    for step in ["make-key", "back-up"] {
        let records = tempfile::tempdir().unwrap();
        let mut rig = Rig::establish(&plan(), records.path());
        let before = if step == "make-key" { "load" } else { "inventory" };
        disturbed(
            &mut rig,
            before,
            |folder| {
                fs::rename(folder.join("keys"), folder.join("aside")).unwrap();
                fs::write(folder.join("keys"), "").unwrap();
            },
            |folder| {
                fs::remove_file(folder.join("keys")).unwrap();
                fs::rename(folder.join("aside"), folder.join("keys")).unwrap();
            },
        );
        goes_on(&rig, &["file-write"]);
        assert_eq!(rig.facts().iter().filter(|fact| matches!(fact, Fact::Made { .. })).count(), 1, "{step}");
    }
}

#[test]
fn a_file_that_cannot_be_written_is_written_at_the_next_attempt() {
    // A folder in place of the temporary file: to the program the disk might as well be full.
    for name in ["dkek-1.pbe", "keys/key-0.pub.pem", "keys/key-0.wrapped", "manifest.json"] {
        let records = tempfile::tempdir().unwrap();
        let mut rig = Rig::establish(&plan(), records.path());
        let part = |folder: &Path| folder.join(format!("{name}.part"));
        let create = |folder: &Path| fs::create_dir(part(folder)).unwrap();
        disturbed(&mut rig, "plan", create, |folder| fs::remove_dir(part(folder)).unwrap());
        goes_on(&rig, &["file-write"]);
        assert_eq!(rig.value("file-write", "file"), name);
        let mut restore = Rig::restore(records.path()).with_papers_of(rig);
        restore.run(|_| {});
        goes_on(&restore, &[]);
    }
    for (name, fault) in [
        ("keys/key-0.proof.txt", "file-exists"),
        ("keys/key-0.proof.sig", "file-exists"),
        ("keys/key-0.proof.txt.part", "file-write"),
        ("keys/key-0.proof.sig.part", "file-write"),
    ] {
        let records = tempfile::tempdir().unwrap();
        let (first, _) = established(records.path());
        let mut rig = Rig::restore(records.path()).with_papers_of(first);
        let repair = |folder: &Path| {
            fs::remove_dir(folder.join(name)).or_else(|_| fs::remove_file(folder.join(name))).unwrap();
        };
        // Somebody else's file under the name itself, a folder under the temporary one.
        let disturb = |folder: &Path| match fault {
            "file-exists" => fs::write(folder.join(name), "somebody's").unwrap(),
            _ => fs::create_dir(folder.join(name)).unwrap(),
        };
        disturbed(&mut rig, "source", disturb, repair);
        goes_on(&rig, &[fault]);
        assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Proven { .. })));
    }
}

#[test]
fn a_changed_backup_is_found_before_any_device_is_erased() {
    // The manifest's digests reveal it; if somebody changed those too, the record does, before anything starts.
    for with_manifest in [false, true] {
        let records = tempfile::tempdir().unwrap();
        let (first, folder) = established(records.path());
        let file = folder.join("keys/key-0.wrapped");
        let mut content = fs::read(&file).unwrap();
        content[60] ^= 0x20;
        fs::write(&file, &content).unwrap();
        if with_manifest {
            let text = fs::read_to_string(folder.join("manifest.json")).unwrap();
            let mut manifest = Manifest::parse(&text).unwrap();
            manifest.keys[0].wrapped_sha256 = Digest(sha2::Sha256::digest(&content).into());
            fs::write(folder.join("manifest.json"), manifest.to_text().unwrap()).unwrap();
        }
        if with_manifest {
            let refused =
                Setup::from_backup(CeremonyKind::Restore, &folder, None, records.path(), Environment::SoftwareCards)
                    .err()
                    .unwrap();
            assert_eq!(
                refused,
                Fault { name: FaultName::SourceFileChanged, values: vec![("file", "manifest.json".to_string())] }
            );
            continue;
        }
        let mut rig = Rig::restore(records.path()).with_papers_of(first);
        rig.play(|front| match front.fault() {
            Some(_) => front.goes_on_with(Recovery::Stop),
            None => Turn::Autopilot,
        });
        stopped(&rig, &["source-no-key-usable"]);
        let touched = |entry: &Entry| matches!(entry, Entry::Intent { .. });
        assert!(!rig.entries.iter().any(touched), "no device was touched");
    }
}

#[test]
fn a_share_file_that_changes_while_people_sit_down_does_not_open_by_chance() {
    let records = tempfile::tempdir().unwrap();
    let (first, folder) = established(records.path());
    let file = folder.join("dkek-1.pbe");
    let kept = fs::read(&file).unwrap();
    let mut rig = Rig::restore(records.path()).with_papers_of(first);
    disturbed(&mut rig, "seat", |_| fs::write(&file, b"Salted__").unwrap(), |_| fs::write(&file, &kept).unwrap());
    goes_on(&rig, &["source-file-changed"]);
}

/// The folder with the first `lines` lines of its record, and the beginning of the next.
fn cut_record(folder: &Path, lines: usize, more: usize) {
    let path = folder.join("record.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    let (kept, rest): (Vec<_>, Vec<_>) = (0..).zip(text.split_inclusive('\n')).partition(|(line, _)| *line < lines);
    let kept: String = kept.into_iter().map(|(_, line)| line).collect();
    let next = rest.first().map_or("", |(_, line)| &line[..more]);
    fs::write(path, kept + next).unwrap();
}

/// The number of lines in the record up to the one that names the manifest.
fn lines_to_the_manifest(rig: &Rig) -> usize {
    let manifest = |entry: &Entry| match entry {
        Entry::Learned { fact: Fact::Written { file, .. }, .. } => file == "manifest.json",
        _ => false,
    };
    rig.entries.iter().position(manifest).unwrap() + 1
}

#[test]
fn a_complete_backup_with_an_unsealed_record_is_restored_with_a_deviation() {
    for (from_the_end, more) in [(true, 0), (true, 30), (false, 0), (false, 1)] {
        let records = tempfile::tempdir().unwrap();
        let (first, folder) = established(records.path());
        let kept = if from_the_end { first.entries.len() - 1 } else { lines_to_the_manifest(&first) };
        cut_record(&folder, kept, more);
        let mut rig = Rig::restore(records.path()).with_papers_of(first);
        let mut said = String::new();
        rig.play(|front| {
            if let ("source", Body::Read { text }) = (front.step(), &front.view.body) {
                said = text.join(" ");
            }
            Turn::Autopilot
        });
        goes_on(&rig, &[]);
        assert!(said.contains("never sealed") && said.contains(&format!("after line {kept}")), "{said}");
        assert_eq!(rig.machine.known().progress.deviates, ["source-record-not-sealed"]);
        assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Proven { .. })));
    }
}

#[test]
fn a_record_that_was_cut_off_too_early_or_changed_proves_nothing_and_the_way_out_is_named_and_works() {
    let (records, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (first, folder) = established(records.path());
    let good = fs::read(folder.join("record.jsonl")).unwrap();
    let refused = || {
        Setup::from_backup(CeremonyKind::Restore, &folder, None, records.path(), Environment::SoftwareCards)
            .err()
            .unwrap()
    };
    // A changed file is no better with an unsealed record.
    cut_record(&folder, first.entries.len() - 1, 0);
    let manifest = fs::read(folder.join("manifest.json")).unwrap();
    fs::write(folder.join("manifest.json"), [&manifest[..], b"\n"].concat()).unwrap();
    assert_eq!(
        refused(),
        Fault { name: FaultName::SourceFileChanged, values: vec![("file", "manifest.json".to_string())] }
    );
    fs::write(folder.join("manifest.json"), manifest).unwrap();
    // A line that was changed, not cut off, is not the result of a power failure.
    let mut changed = good.clone();
    let last_time = String::from_utf8(good.clone()).unwrap().rfind("T00:00:00Z").unwrap();
    changed[last_time + 1] ^= 1;
    fs::write(folder.join("record.jsonl"), changed).unwrap();
    assert_eq!(refused().name, FaultName::RecordLineChanged);
    fs::write(folder.join("record.jsonl"), good).unwrap();
    for more in [20, 0] {
        cut_record(&folder, lines_to_the_manifest(&first) - 1, more);
        assert_eq!(refused().name, FaultName::SourceUnsealed);
    }
    let truth = script::fault(FaultName::SourceUnsealed).truth.join(" ");
    assert!(truth.contains("without the manifest") && truth.contains("--plan"), "{truth}");
    // What the fault says to do: copy share files and the folder keys, nothing else.
    fs::copy(folder.join("dkek-1.pbe"), place.path().join("dkek-1.pbe")).unwrap();
    fs::create_dir(place.path().join("keys")).unwrap();
    for entry in fs::read_dir(folder.join("keys")).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), place.path().join("keys").join(entry.file_name())).unwrap();
    }
    let mut rig = Rig::foreign(place.path(), &plan(), records.path()).unwrap().with_papers_of(first);
    rig.run(|_| {});
    goes_on(&rig, &[]);
    assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Proven { .. })));
}

#[test]
fn a_substitute_is_called_when_the_keys_are_restored() {
    let records = tempfile::tempdir().unwrap();
    let mut first = Rig::establish(&plan(), records.path());
    let mut turn = 0;
    first.play(|front| {
        if let Some(turn) = front.decides() {
            return turn;
        }
        if front.step() != "roll-call" || turn == 7 {
            return Turn::Autopilot;
        }
        turn += 1;
        match turn {
            1 => Turn::Do(Input::Deviation),
            2 => front.item(ItemName::Substitute),
            6 => front.types(FieldName::Reason, "ill today"),
            3 => {
                let Body::Choose { options, .. } = &front.view.body else { panic!("{:?}", front.view) };
                front.pick(options.iter().position(|who| who.text.contains("Custodian 02")).unwrap())
            }
            4 => front.types(FieldName::Substitute, "Niels Bohr"),
            _ => Turn::Do(Input::GoOn),
        }
    });
    goes_on(&first, &[]);
    let mut rig = Rig::restore(records.path()).with_papers_of(first);
    let mut called: Vec<String> = Vec::new();
    rig.play(|front| {
        match &front.view.body {
            Body::Tick { items, .. } if front.step() == "roll-call" => {
                called.extend(items.iter().map(|item| item.text.clone()));
            }
            Body::Choose { options, asks: Asks::Step(Question::Sitter(_)), .. } => {
                called.extend(options.iter().map(|who| who.text.clone()));
            }
            _ => {}
        }
        Turn::Autopilot
    });
    goes_on(&rig, &[]);
    assert!(!called.iter().any(|who| who.contains("Custodian 02")), "{called:?}");
    assert!(called.iter().filter(|who| who.contains("Niels Bohr")).count() >= 2, "{called:?}");
}

#[test]
fn our_own_folder_takes_its_own_plan_and_no_other() {
    let records = tempfile::tempdir().unwrap();
    let (_, folder) = established(records.path());
    let restore = |text: String| {
        let given = Some((Plan::parse(&text).unwrap(), text));
        Setup::from_backup(CeremonyKind::Restore, &folder, given, records.path(), Environment::SoftwareCards)
            .map(|_| ())
    };
    assert_eq!(restore(plan()), Ok(()));
    let other = restore(plan().replace("Custodian 02", "Somebody Else"));
    assert_eq!(
        other,
        Err(Fault { name: FaultName::SourceOtherPlan, values: vec![("folder", folder.display().to_string())] })
    );
}
