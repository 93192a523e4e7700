//! Files that are gone, changed, in the way or cannot be written: a screen names it, nothing is lost or written over.

use std::fs;
use std::path::Path;

use hsm_ceremony::app::{Occasion, Setting};
use hsm_ceremony::ceremony::Recovery;
use hsm_ceremony::record::{Entry, Fact, Manifest};
use hsm_ceremony::terms::{Digest, Fault};
use sha2::Digest as _;

use super::mistakes::{established, goes_on, plan, stopped};
use super::rig::{Rig, Turn};

/// Does something to a file on the first screen of a step, and puts it right when a fault is on the screen.
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
        Turn::Audience
    });
    assert!(done, "{step}");
}

type Disturb = fn(&Path);

#[test]
fn a_share_file_that_is_gone_or_changed_is_not_taken_for_wrong_shares() {
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
        // Before the quorum opens it, and after: nothing may be sealed into a manifest that was not proven.
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
fn files_that_are_there_already_are_never_written_over() {
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
        let before = if step == "make-key" { "log-in" } else { "inventory" };
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
fn a_file_that_cannot_be_written_is_written_at_the_next_try() {
    // A folder in place of the file for the time being: the disc is as good as full for it.
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
        // A file of somebody else's under the name itself, a folder under the one for the time being.
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
    // The manifest's digests find it; where somebody changed those too, the record does, before anything begins.
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
            let refused = Occasion::restore(&folder, None, records.path(), Setting::SoftwareCards).err().unwrap();
            assert_eq!(refused, Fault::new("source-file-changed").with("file", "manifest.json"));
            continue;
        }
        let mut rig = Rig::restore(records.path()).with_papers_of(first);
        rig.play(|front| match front.fault() {
            Some(_) => front.goes_on_with(Recovery::Stop),
            None => Turn::Audience,
        });
        stopped(&rig, &["source-file-changed"]);
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
