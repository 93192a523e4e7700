//! A folder damaged in one place, and what both verifiers find wrong with it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use hsm_ceremony::bundle::examine;
use hsm_ceremony::faults::{Fault, FaultName};
use hsm_ceremony::folder::{Folder, names};
use hsm_ceremony::record::verify;
use serde_json::{Value, json};

/// What a folder is damaged by, and what the verifiers must name then, no more and no less.
pub struct Damage {
    file: String,
    /// `None`: the file is gone.
    content: Option<Vec<u8>>,
    named: BTreeSet<String>,
}

impl Damage {
    pub fn new(file: &str, content: Option<Vec<u8>>, named: &[&str]) -> Self {
        Self { file: file.to_owned(), content, named: named.iter().map(|name| (*name).to_owned()).collect() }
    }
}

/// What `ceremony verify` finds wrong: `line 3`, the name of a file, `not sealed`, `unnamed` and the name of a file.
pub fn found_by_the_program(folder: &Path) -> BTreeSet<String> {
    let value = |fault: &Fault, name: &str| {
        let known = fault.values.iter().find(|(key, _)| *key == name);
        known.map(|(_, value)| value.clone())
    };
    let Ok(record) = fs::read(folder.join(names::RECORD)) else { return BTreeSet::from(["no record".to_owned()]) };
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
pub struct Python {
    child: std::process::Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Python {
    pub fn over(folder: &Path) -> Self {
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
pub fn both_name(folder: &Path, python: &mut Python, damage: &Damage) {
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

/// Every line left out, doubled, or swapped with the next; and what the verifiers must name.
pub fn with_other_lines(record: &[u8]) -> Vec<Damage> {
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
pub fn flipped(name: &str, content: &[u8], at: usize, flip: u8) -> Damage {
    let mut changed = content.to_vec();
    changed[at] ^= flip;
    let line = content[..at].split(|byte| *byte == b'\n').count();
    let named = if name == names::RECORD { format!("line {line}") } else { name.to_owned() };
    Damage::new(name, Some(changed), &[&named])
}
