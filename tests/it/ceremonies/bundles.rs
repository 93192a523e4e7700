//! The folder of a sitting explains itself, and both verifiers agree on what became of it: `ceremony verify`, and the
//! Python script in the folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hsm_ceremony::app::{Environment, Setup, lay_out};
use hsm_ceremony::bundle::{SignatureState, examine};
use hsm_ceremony::faults::{Fault, FaultName};
use hsm_ceremony::folder::{Folder, names};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Chain, Ending, Entry, Fact, Keyboard, LaidOutFile, Moment, verify};
use hsm_ceremony::terms::{Digest, Number, Person};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::rig::Rig;
use super::{Day, Guard};

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

/// A rehearsal by a plan, in a folder that explains itself.
pub fn explained(ceremony: CeremonyKind, plan: &str, records: &Path) -> Setup {
    let parsed = Plan::parse(plan).unwrap();
    let setup = Setup::by_plan(ceremony, parsed, plan.to_owned(), records, Environment::SoftwareCards).unwrap();
    lay_out(ceremony, &setup.plan, plan, &setup.context).unwrap();
    setup
}

/// A finished *establish*, the *restore* from it, and an *inspect*.
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
    let mut inspect = Rig::in_hands(explained(CeremonyKind::Inspect, &plan, records), |readers| readers);
    inspect.run(|_| {});
    assert!(inspect.complete());
    vec![made, restore.folder.clone(), inspect.folder.clone()]
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
fn small(place: &Path) -> PathBuf {
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
        written("dkek-1.pbe", b"Salted__"),
        written("keys/a.wrapped", b"\x30\x00"),
        Entry::Sealed { ending: Ending::Complete, deviations: 0, deviated: Vec::new(), bags: Vec::new() },
    ];
    let mut chain = Chain::new(true);
    let ada = Keyboard::Person(Person::Administrator, "Ada \u{201c}A\u{201d} \\ L.".into());
    let text: String = entries.iter().map(|entry| chain.add(moment(), ada.clone(), entry).unwrap()).collect();
    fs::write(folder.path().join(names::RECORD), text).unwrap();
    folder.path().to_owned()
}

/// What a folder is damaged by, and what the verifiers must name then, no more and no less.
struct Damage {
    file: String,
    /// `None`: the file is gone.
    content: Option<Vec<u8>>,
    named: BTreeSet<String>,
}

impl Damage {
    fn new(file: &str, content: Option<Vec<u8>>, named: &[&str]) -> Self {
        Self { file: file.to_owned(), content, named: named.iter().map(|name| (*name).to_owned()).collect() }
    }
}

/// What `ceremony verify` finds wrong: `line 3`, the name of a file, `not sealed`, `unnamed` and the name of a file.
fn found_by_the_program(folder: &Path) -> BTreeSet<String> {
    let value = |fault: &Fault, name: &str| {
        let known = fault.values.iter().find(|(key, _)| *key == name);
        known.map(|(_, value)| value.clone())
    };
    let record = match fs::read(folder.join(names::RECORD)) {
        Ok(record) => record,
        Err(_) => return BTreeSet::from(["no record".to_owned()]),
    };
    let proof = match verify(&record) {
        Ok(proof) => proof,
        Err(fault) if fault.name == FaultName::RecordEmpty => return BTreeSet::from(["empty".to_owned()]),
        Err(fault) => return BTreeSet::from([format!("line {}", value(&fault, "line").unwrap())]),
    };
    let examined = examine(&Folder::open(folder), &proof);
    // The files of a proof are named themselves.
    let wrong = examined.faults.iter().filter(|fault| fault.name != FaultName::ProofWrong);
    let mut found: BTreeSet<String> =
        wrong.map(|fault| value(fault, "file").unwrap_or_else(|| names::MANIFEST.to_owned())).collect();
    if found.is_empty() && proof.sealed.is_none() {
        found.insert("not sealed".to_owned());
    }
    found.extend(examined.unnamed.iter().map(|file| format!("unnamed {file}")));
    found
}

/// Runs `verify.py` over a folder, once for each damage, in one process.
const MANY: &str = r#"
import contextlib, io, json, os, sys
script, folder = sys.argv[1:]
program = compile(open(script).read(), "verify.py", "exec")
def put(path, content):
    if content is None: os.remove(path)
    else:
        with open(path, "wb") as file: file.write(content)
for case in map(json.loads, sys.stdin):
    path, code, said = os.path.join(folder, case["file"]), 0, io.StringIO()
    before = open(path, "rb").read() if os.path.exists(path) else None
    put(path, None if case["content"] is None else bytes.fromhex(case["content"]))
    sys.argv = ["verify.py", folder]
    with contextlib.redirect_stdout(said):
        try: exec(program, {"__name__": "__main__", "__file__": script})
        except SystemExit as end: code = end.code
    put(path, before)
    print(json.dumps([code, said.getvalue()]), flush=True)
"#;

/// `verify.py` in a process of its own, which answers for one damage after another.
struct Python {
    child: std::process::Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Python {
    fn over(folder: &Path) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/verify.py");
        let mut child = Command::new("python3")
            .args(["-c", MANY, script])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 can be started");
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, answers }
    }

    /// What it finds wrong, in the words of [`found_by_the_program`].
    fn found(&mut self, file: &str, content: Option<&[u8]>) -> BTreeSet<String> {
        let case = json!({ "file": file, "content": content.map(base16ct::lower::encode_string) });
        writeln!(self.child.stdin.as_mut().unwrap(), "{case}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|_| panic!("no answer for {file}"));
        let (code, said) = (&answer[0], answer[1].as_str().unwrap());
        if code.is_string() {
            return BTreeSet::from(["no record".to_owned()]);
        }
        let mut found = BTreeSet::new();
        for line in said.lines() {
            if let Some(name) = line.strip_prefix("NOT IN THE RECORD: ") {
                found.insert(format!("unnamed {name}"));
            } else if let Some(problem) = line.strip_prefix("WRONG: ") {
                let (name, what) = problem.split_once(": ").unwrap();
                let mut what = what.split(' ');
                found.insert(match (name, what.next().unwrap(), what.next().unwrap()) {
                    (names::RECORD, "line", number) => format!("line {number}"),
                    (names::RECORD, "not", _) => "not sealed".to_owned(),
                    (names::RECORD, ..) => "empty".to_owned(),
                    (name, ..) => name.to_owned(),
                });
            }
        }
        let wrong = found.iter().any(|found| !found.starts_with("unnamed "));
        assert_eq!(*code, if wrong { 3 } else { 4 * i32::from(!found.is_empty()) }, "{said}");
        found
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Both verifiers name exactly what is damaged, and nothing once it is undone.
fn both_name(folder: &Path, python: &mut Python, damage: &Damage) {
    let path = folder.join(&damage.file);
    let before = fs::read(&path).ok();
    let of_python = python.found(&damage.file, damage.content.as_deref());
    match &damage.content {
        Some(content) => fs::write(&path, content).unwrap(),
        None => fs::remove_file(&path).unwrap(),
    }
    let of_the_program = found_by_the_program(folder);
    match &before {
        Some(content) => fs::write(&path, content).unwrap(),
        None => fs::remove_file(&path).unwrap(),
    }
    let at = format!("{} in {}: {:?}", damage.file, folder.display(), damage.content.as_ref().map(Vec::len));
    assert_eq!(of_the_program, damage.named, "{at}");
    assert_eq!(of_python, damage.named, "{at}");
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

/// Every line left out, doubled, or swapped with the next; and what the verifiers must name.
fn with_other_lines(record: &[u8]) -> Vec<Damage> {
    let lines: Vec<&[u8]> = record.split_inclusive(|byte| *byte == b'\n').collect();
    let mut all = Vec::new();
    let mut add = |lines: &[&[u8]], named: &str| {
        all.push(Damage::new(names::RECORD, Some(lines.concat()), &[named]));
    };
    for at in 0..lines.len() {
        let last = at + 1 == lines.len();
        let mut fewer = lines.clone();
        fewer.remove(at);
        // A line that is left out is missed at its place.
        let missed = if last { "not sealed".to_owned() } else { format!("line {}", at + 1) };
        add(&fewer, &missed);
        let mut more = lines.clone();
        more.insert(at, lines[at]);
        add(&more, &format!("line {}", at + 2));
        if !last {
            let mut swapped = lines.clone();
            swapped.swap(at, at + 1);
            add(&swapped, &format!("line {}", at + 1));
        }
    }
    all
}

/// A byte of a file changed.
fn flipped(name: &str, content: &[u8], at: usize, flip: u8) -> Damage {
    let mut changed = content.to_vec();
    changed[at] ^= flip;
    let line = 1 + content[..at].iter().filter(|byte| **byte == b'\n').count();
    let named = if name == names::RECORD { format!("line {line}") } else { name.to_owned() };
    Damage::new(name, Some(changed), &[&named])
}

#[test]
fn every_damage_of_a_small_folder_is_named_by_both_verifiers() {
    let (place, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let folder = small(place.path());
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
    // A file of another ceremony: the same names, other content.
    let second = small(other.path());
    for (file, content) in files_of(&second) {
        if files[&file] != content {
            name(&Damage::new(&file, Some(content), &[&file]));
        }
    }
    assert!(tried > record.len(), "{tried}");
}

/// With `CEREMONY_TORTURE`, every byte; otherwise some of each file.
fn places(length: usize) -> Vec<usize> {
    let step = match std::env::var_os("CEREMONY_TORTURE") {
        Some(_) if length < 30_000 => 1,
        Some(_) => 97,
        None => 1 + length / 8,
    };
    (0..length).step_by(step).chain(length.checked_sub(1)).collect()
}

#[test]
fn the_folders_of_all_ceremonies_are_accepted_and_every_damage_is_named() {
    let (records, others) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (folders, other) = (bundles(records.path()), bundles(others.path()));
    assert_eq!(folders.len(), CeremonyKind::ALL.len());
    for (folder, other) in folders.iter().zip(&other) {
        let (files, of_another) = (files_of(folder), files_of(other));
        let mut python = Python::over(folder);
        assert_eq!(found_by_the_program(folder), BTreeSet::new(), "{}", folder.display());
        let recorded = |name: &&String| !name.starts_with("cards/");
        for name in files.keys().filter(recorded) {
            let content = &files[name];
            for at in places(content.len()) {
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
    let signature = folders[1].join(names::proof_signature(&keys[0].label));
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
