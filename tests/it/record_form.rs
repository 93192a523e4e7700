//! The form of the record: test vectors made without this program, and the Python of `docs/record.md`.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use hsm_ceremony::record::{Part, disclose, verify};
use serde_json::Value;

use crate::support::schema::Schema;

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/record");
const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs");

fn vector(name: &str) -> Vec<u8> {
    fs::read(Path::new(VECTORS).join(name)).unwrap()
}

const COPIES: [(&str, &[Part]); 3] = [
    ("record.jsonl", &[]),
    ("without-names.jsonl", &[Part::Names]),
    ("without-names-notes-bags.jsonl", &[Part::Names, Part::Notes, Part::Bags]),
];

/// The entries that came later.
const LATER: [(&str, &[Part]); 2] =
    [("later.jsonl", &[]), ("later-without-names-notes-bags.jsonl", &[Part::Names, Part::Notes, Part::Bags])];

#[test]
fn a_record_made_without_this_program_is_verified_and_disclosed_to_the_byte() {
    let whole = vector("record.jsonl");
    let proof = verify(&whole).unwrap();
    let last = fs::read_to_string(Path::new(VECTORS).join("README.md")).unwrap();
    assert!(last.contains(&proof.mark.digest.to_string()));
    for (name, parts) in COPIES {
        assert_eq!(disclose(&whole, parts).unwrap().into_bytes(), vector(name), "{name}");
        assert_eq!(verify(&vector(name)).unwrap().mark, proof.mark, "{name}");
        for line in String::from_utf8(vector(name)).unwrap().lines() {
            assert!(Schema::of_a_line().fits(line), "{name}: {line}");
        }
    }
    let leaves: Vec<Value> = serde_json::from_slice(&vector("leaves.json")).unwrap();
    let text = String::from_utf8(whole).unwrap();
    for line in &leaves {
        let number = usize::try_from(line["line"].as_u64().unwrap()).unwrap();
        let written: Value = serde_json::from_str(text.lines().nth(number - 1).unwrap()).unwrap();
        assert_eq!(written["sha256"], line["sha256"]);
        assert_eq!(written["salts"].as_array().unwrap().len(), line["leaves"].as_array().unwrap().len());
    }
}

/// The Python in `docs/record.md`, which prints the last digest.
fn python() -> String {
    let text = fs::read_to_string(Path::new(DOCS).join("record.md")).unwrap();
    let (_, from) = text.split_once("```python\n").expect("a block of Python");
    from.split_once("```").unwrap().0.to_owned()
}

/// Runs it on a record; its last digest, or nothing if it refuses the record.
pub fn by_python(record: &[u8]) -> Option<String> {
    let mut child = Command::new("python3")
        .args(["-c", &python()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("python3");
    child.stdin.take().unwrap().write_all(record).unwrap();
    let output = child.wait_with_output().unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

#[test]
fn entries_that_came_later_are_read_withheld_and_described_to_the_byte() {
    let whole = vector("later.jsonl");
    let proof = verify(&whole).unwrap();
    let readme = fs::read_to_string(Path::new(VECTORS).join("README.md")).unwrap();
    assert!(readme.contains(&proof.mark.digest.to_string()) && proof.lines.len() == 39);
    for (name, parts) in LATER {
        let text = vector(name);
        assert_eq!(disclose(&whole, parts).unwrap().into_bytes(), text, "{name}");
        assert_eq!(by_python(&text), Some(proof.mark.digest.to_string()), "{name}");
        for line in String::from_utf8(text).unwrap().lines() {
            assert!(Schema::of_a_line().fits(line), "{name}: {line}");
        }
    }
    let copy = String::from_utf8(vector(LATER[1].0)).unwrap();
    for private in ["Ada", "Vera", "embassy", "driving licence", "passport", "A-0007"] {
        assert!(proof.lines.len() > 1 && !copy.contains(private), "{private}");
    }
}

#[test]
fn what_devices_prove_is_read_and_described_to_the_byte() {
    let whole = vector("devices.jsonl");
    let proof = verify(&whole).unwrap();
    let readme = fs::read_to_string(Path::new(VECTORS).join("README.md")).unwrap();
    assert!(readme.contains(&proof.mark.digest.to_string()) && proof.lines.len() == 25);
    assert_eq!(by_python(&whole), Some(proof.mark.digest.to_string()));
    assert_eq!(disclose(&whole, &[]).unwrap().into_bytes(), whole, "written as it was read");
    for line in String::from_utf8(whole).unwrap().lines() {
        assert!(Schema::of_a_line().fits(line), "{line}");
    }
}

#[test]
fn the_python_of_the_documentation_comes_to_the_same_digest_and_refuses_what_was_changed() {
    assert!(python().lines().count() <= 60);
    for (name, _) in COPIES {
        let record = vector(name);
        assert_eq!(by_python(&record), Some(verify(&record).unwrap().mark.digest.to_string()), "{name}");
        // A few of the bytes; the program's own test changes every one.
        for place in (0..record.len()).step_by(record.len() / 15) {
            let mut bad = record.clone();
            bad[place] ^= 1;
            assert_eq!((by_python(&bad), verify(&bad).is_err()), (None, true), "{name}: byte {place}");
        }
        let text = String::from_utf8(record).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for bad in [[&lines[..2], &lines[3..]].concat(), [&lines[..3], &lines[2..]].concat()] {
            assert_eq!(by_python(bad.concat().as_bytes()), None, "{name}");
        }
    }
}
