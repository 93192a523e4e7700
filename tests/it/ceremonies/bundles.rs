//! The folder of a sitting explains itself, and both verifiers agree on what became of it: `ceremony verify`, and the
//! Python script in the folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hsm_ceremony::app::{Environment, Setup, lay_out};
use hsm_ceremony::bundle::{SignatureState, examine};
use hsm_ceremony::ceremony::{Ceremony, Needs};
use hsm_ceremony::clerk::Context;
use hsm_ceremony::faults::FaultName;
use hsm_ceremony::folder::{Folder, names};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Chain, Ending, Entry, Fact, Keyboard, LaidOutFile, Moment, verify};
use hsm_ceremony::terms::{Digest, Number, Person};
use sha2::{Digest as _, Sha256};

use super::damage::{Damage, Python, both_name, flipped, found_by_the_program, with_other_lines};
use super::rig::Rig;
use super::{Day, Guard};
use crate::support::torture;

/// What explains a folder, as `app` writes it, with the digests that the record names.
pub fn laid_out(folder: &Folder) -> Vec<LaidOutFile> {
    let there = [
        names::RESTORE,
        names::HANDBOOK,
        names::VERIFY,
        names::SCRIPT,
        names::REBUILD,
        names::WORD_LIST,
        names::BLANK_CARDS,
    ];
    let named = |name: &&str| {
        let written = folder.written(name).unwrap();
        LaidOutFile { file: written.name, sha256: written.sha256 }
    };
    there.iter().filter(|name| folder.has(name)).map(named).collect()
}

/// What the record names first. A test that is about what explains a folder has laid it out beforehand; for all others it
/// would only take time, and only the plan is written.
pub fn files_of_the_beginning(context: &Context, plan: &str) -> Vec<LaidOutFile> {
    if !context.folder.has(names::RESTORE) {
        context.folder.write_new(names::PLAN, plan.as_bytes()).unwrap();
    }
    laid_out(&context.folder)
}

/// A rehearsal by a plan, in a folder that explains itself.
pub fn explained(ceremony: CeremonyKind, plan: &str, records: &Path) -> Setup {
    let parsed = Plan::parse(plan).unwrap();
    let setup = Setup::by_plan(ceremony, parsed, plan.to_owned(), records, Environment::SoftwareCards).unwrap();
    lay_out(ceremony, &setup.plan, plan, &setup.context).unwrap();
    setup
}

/// A finished *establish*, the ceremonies that start from it or from its device, and an *inspect*.
fn bundles(records: &Path) -> Vec<PathBuf> {
    let plan = Day::of(&[Guard::Words(2, 3)]).text();
    let mut establish = Rig::in_hands(explained(CeremonyKind::Establish, &plan, records), |readers| readers);
    establish.run(|_| {});
    assert!(establish.complete());
    let made = establish.folder.clone();
    let setup = Setup::from_backup(CeremonyKind::Restore, &made, None, records, Environment::SoftwareCards).unwrap();
    lay_out(CeremonyKind::Restore, &setup.plan, &setup.plan_text, &setup.context).unwrap();
    let mut restore = Rig::in_hands(setup, |readers| readers).with_papers_of(establish);
    restore.run(|_| {});
    assert!(restore.complete());
    let restored = restore.folder.clone();
    let setup = Setup::from_backup(CeremonyKind::BackUp, &made, None, records, Environment::SoftwareCards).unwrap();
    lay_out(CeremonyKind::BackUp, &setup.plan, &setup.plan_text, &setup.context).unwrap();
    let mut back_up = Rig::in_hands(setup, |readers| readers).with_papers_of(restore);
    back_up.run(|_| {});
    assert!(back_up.complete());
    let mut papers = back_up;
    let mut folders = vec![made.clone(), restored, papers.folder.clone()];
    let environment = Environment::SoftwareCards;
    for kind in [
        CeremonyKind::AddKeys,
        CeremonyKind::Import,
        CeremonyKind::Drill,
        CeremonyKind::Retire,
        CeremonyKind::ReSplit,
        CeremonyKind::ReKey,
    ] {
        let parsed = || Plan::parse(&plan).unwrap();
        let setup = match Ceremony::of(kind).character.needs {
            Needs::NewKeysAndBackup => Setup::by_addition(kind, &made, None, records, environment),
            Needs::PlanAndBackup => Setup::by_change(kind, &made, (parsed(), plan.clone()), None, records, environment),
            Needs::Backup | Needs::Plan | Needs::PlanIfAny => {
                Setup::from_backup(kind, &made, None, records, environment)
            }
        };
        let setup = setup.unwrap();
        lay_out(kind, &setup.plan, &setup.plan_text, &setup.context).unwrap();
        let mut rig = Rig::in_hands(setup, |readers| readers).with_papers_of(papers);
        rig.run(|_| {});
        assert!(rig.complete(), "{kind:?}: {:?}", rig.faults);
        folders.push(rig.folder.clone());
        papers = rig;
    }
    let mut inspect = Rig::in_hands(explained(CeremonyKind::Inspect, &plan, records), |readers| readers);
    inspect.run(|_| {});
    assert!(inspect.complete());
    folders.push(inspect.folder.clone());
    let mut fleet = Rig::in_hands(explained(CeremonyKind::Fleet, &plan, records), |readers| readers);
    fleet.run(|_| {});
    assert!(fleet.complete());
    folders.push(fleet.folder.clone());
    let mut pins = Rig::in_hands(explained(CeremonyKind::Pins, &plan, records), |readers| readers);
    pins = pins.with_papers_of(papers);
    pins.run(|_| {});
    assert!(pins.complete());
    folders.push(pins.folder.clone());
    folders
}

fn moment() -> Moment {
    Moment {
        utc: "2026-11-27T00:00:00Z".into(),
        local: "2026-11-27T01:00:00+01:00".into(),
        zone: Some("Europe/Berlin".into()),
        since_start_ms: 1200,
    }
}

/// A small folder with everything that the verifiers tell apart: files named at the beginning, in between, twice, in a
/// folder of their own, and the seal.
fn small(place: &Path, share_file: &[u8]) -> PathBuf {
    let folder = Folder::create(place, "small").unwrap();
    let written = |name: &str, content: &[u8]| {
        let file = folder.write_new(name, content).unwrap();
        Entry::Learned {
            step: Number { section: 1, step: 2 },
            fact: Fact::Written { file: file.name, bytes: file.bytes, sha256: file.sha256 },
        }
    };
    folder.write_new(names::PLAN, b"{}\n").unwrap();
    folder.write_new(names::RESTORE, b"how\n").unwrap();
    let entries = [
        Entry::Began {
            ceremony: CeremonyKind::Establish,
            title: "Ex\u{e4}mple".into(),
            custody: vec!["2-of-4 words".into()],
            program: "0".into(),
            program_sha256: None,
            plan_sha256: Digest(Sha256::digest(b"{}\n").into()),
            script_sha256: Digest([1; 32]),
            short_derivation: true,
            files: laid_out(&folder),
        },
        Entry::Done { step: Number { section: 1, step: 1 }, by: Some("Ada, custodian 1".into()) },
        written("dkek-1.pbe", share_file),
        written("keys/a.wrapped", b"\x30\x00"),
        Entry::Sealed { ending: Ending::Complete, deviations: 0, deviated: Vec::new(), bags: Vec::new() },
    ];
    let mut chain = Chain::new(true);
    let ada = Keyboard::Person(Person::Administrator, "Ada \u{201c}A\u{201d} \\ L.".into());
    let text: String = entries.iter().map(|entry| chain.add(moment(), ada.clone(), entry).unwrap()).collect();
    fs::write(folder.path().join(names::RECORD), text).unwrap();
    folder.path().to_owned()
}

/// Every file below a folder, by its name in it.
fn files_of(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut found, mut places) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(place) = places.pop() {
        for path in fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                places.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

#[test]
fn every_damage_of_a_small_folder_is_named_by_both_verifiers() {
    let (place, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let folder = small(place.path(), b"Salted__");
    fs::create_dir(folder.join("cards")).unwrap();
    let mut python = Python::over(&folder);
    let files = files_of(&folder);
    assert_eq!(files.len(), 5);
    let mut tried = 0;
    let mut name = |damage: &Damage| {
        both_name(&folder, &mut python, damage);
        tried += 1;
    };
    for (file, content) in &files {
        for at in 0..content.len() {
            name(&flipped(file, content, at, [0x01, 0x20, 0x80][at % 3]));
        }
        let gone = if file == names::RECORD { "no record" } else { file };
        name(&Damage::new(file, None, &[gone]));
        let empty = if file == names::RECORD { "empty" } else { file };
        name(&Damage::new(file, Some(Vec::new()), &[empty]));
        if file != names::RECORD {
            name(&Damage::new(file, Some([content, &b"\n"[..]].concat()), &[file]));
        }
    }
    let record = &files[names::RECORD];
    for damage in with_other_lines(record) {
        name(&damage);
    }
    // The line before the seal names a file, which is then unknown.
    let lines: Vec<&[u8]> = record.split_inclusive(|byte| *byte == b'\n').collect();
    let cut = Damage::new(names::RECORD, Some(lines[..3].concat()), &["not sealed", "unnamed keys/a.wrapped"]);
    name(&cut);
    // What the record does not name, and what belongs to a rehearsal without being named.
    name(&Damage::new("stray.txt", Some(b"x".to_vec()), &["unnamed stray.txt"]));
    name(&Damage::new("keys/b.wrapped", Some(b"x".to_vec()), &["unnamed keys/b.wrapped"]));
    name(&Damage::new("cards/REHEARSAL-card-REH1.json", Some(b"x".to_vec()), &[]));
    name(&Damage::new("cards/REHEARSAL-card-.json", Some(b"x".to_vec()), &["unnamed cards/REHEARSAL-card-.json"]));
    name(&Damage::new(names::MANIFEST, Some(b"{}".to_vec()), &[names::MANIFEST, "unnamed manifest.json"]));
    // A file of another ceremony: the same names, other content. Of its record, this folder has another share file.
    let second = small(other.path(), b"Salted_2");
    for (file, content) in files_of(&second) {
        if files[&file] != content {
            let named = if file == names::RECORD { "dkek-1.pbe" } else { &file };
            name(&Damage::new(&file, Some(content), &[named]));
        }
    }
    assert!(tried > record.len(), "{tried}");
}

/// Some bytes of a file. In the long run, every byte of one folder, but for its longest files, and more of the others.
fn places(length: usize, every: bool) -> Vec<usize> {
    let step = match (torture(), every) {
        (true, true) if length < 30_000 => 1,
        (true, true) => 97,
        (true, false) => 1 + length / 64,
        (false, _) => 1 + length / 8,
    };
    (0..length).step_by(step).chain(length.checked_sub(1)).collect()
}

#[test]
fn the_folders_of_all_ceremonies_are_accepted_and_every_damage_is_named() {
    let (records, others) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (folders, other) = (bundles(records.path()), bundles(others.path()));
    assert_eq!(folders.len(), CeremonyKind::ALL.len());
    for (place, (folder, other)) in folders.iter().zip(&other).enumerate() {
        let (files, of_another) = (files_of(folder), files_of(other));
        let mut python = Python::over(folder);
        assert_eq!(found_by_the_program(folder), BTreeSet::new(), "{}", folder.display());
        let recorded = |name: &&String| !name.starts_with("cards/");
        for name in files.keys().filter(recorded) {
            let content = &files[name];
            for at in places(content.len(), place == 0) {
                both_name(folder, &mut python, &flipped(name, content, at, 1));
            }
            if name == names::RECORD {
                continue;
            }
            both_name(folder, &mut python, &Damage::new(name, None, &[name]));
            // The scripts are the same in all folders, and so is what depends on the plan alone.
            if let Some(content) = of_another.get(name).filter(|content| *content != &files[name]) {
                both_name(folder, &mut python, &Damage::new(name, Some(content.clone()), &[name]));
            }
        }
        for damage in with_other_lines(&files[names::RECORD]) {
            // Without the seal nothing else is unknown.
            both_name(folder, &mut python, &damage);
        }
    }
}

#[test]
fn the_folder_of_a_restore_proves_by_itself_that_the_keys_signed() {
    let records = tempfile::tempdir().unwrap();
    let folders = bundles(records.path());
    let examined = |folder: &Path| {
        let proof = verify(&fs::read(folder.join(names::RECORD)).unwrap()).unwrap();
        examine(&Folder::open(folder), &proof)
    };
    let keys = Plan::parse(&Day::of(&[Guard::Words(2, 3)]).text()).unwrap().keys;
    let restored = examined(&folders[1]);
    assert_eq!(restored.proven.len(), keys.len());
    assert!(restored.proven.iter().all(|key| key.state == SignatureState::Good), "{:?}", restored.proven);
    let key = keys[0].label.to_string();
    // With the page's own command, for the first key.
    let page = fs::read_to_string(folders[1].join(names::RESTORE)).unwrap();
    let command = page.lines().find(|line| line.starts_with("    openssl dgst")).unwrap().replace("NAME", &key);
    let ended = Command::new("sh").args(["-c", &command]).current_dir(&folders[1]).output().unwrap();
    assert!(ended.status.success() && String::from_utf8_lossy(&ended.stdout).contains("Verified OK"), "{ended:?}");
    // A record that was written anew, over a proof that does not hold, does not hide that.
    let signature = folders[1].join(names::proof_signature(&keys[0].label, None));
    let mut bytes = fs::read(&signature).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&signature, &bytes).unwrap();
    let proof = verify(&fs::read(folders[1].join(names::RECORD)).unwrap()).unwrap();
    let mut chain = Chain::new(true);
    let mut forged = String::new();
    for line in proof.lines {
        let entry = match line.entry {
            Entry::Learned { step, fact: Fact::Written { file, bytes: size, .. } }
                if folders[1].join(&file) == signature =>
            {
                let sha256 = Digest(Sha256::digest(&bytes).into());
                Entry::Learned { step, fact: Fact::Written { file, bytes: size, sha256 } }
            }
            entry => entry,
        };
        forged += &chain.add(moment(), line.around.unwrap().keyboard, &entry).unwrap();
    }
    fs::write(folders[1].join(names::RECORD), forged).unwrap();
    let forged = examined(&folders[1]);
    assert_eq!(forged.faults.iter().map(|fault| fault.name).collect::<Vec<_>>(), [FaultName::ProofWrong]);
    assert_eq!(forged.proven[0].state, SignatureState::Wrong);
    // An establish without a second device proves no key, and an inspect has none.
    assert!(examined(&folders[2]).proven.is_empty());
}
