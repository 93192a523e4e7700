//! Plans on the command line: everything wrong with one is reported at once.

use std::fs;
use std::path::PathBuf;

use hsm_ceremony::names::CeremonyKind;
use hsm_ceremony::terms::Digest;
use sha2::{Digest as _, Sha256};

use super::{ceremony, rehearsed, text, unreadable};

#[test]
fn everything_wrong_with_a_plan_is_reported_at_once() {
    let place = tempfile::tempdir().unwrap();
    let mut files: Vec<(PathBuf, Vec<&str>)> =
        unreadable(place.path()).into_iter().map(|(file, said)| (file, vec![said])).collect();
    files.push((place.path().to_owned(), vec!["not a regular file"]));
    let mut add = |name: &str, content: &[u8], said: &[&'static str]| {
        fs::write(place.path().join(name), content).unwrap();
        files.push((place.path().join(name), said.to_vec()));
    };
    add("not-text", b"\xff\xfe{}", &["not UTF-8"]);
    add("empty", b"", &["not valid JSON"]);
    add("cut", br#"{"plan": 1, "title""#, &["not valid JSON", "line 1"]);
    add("deep", &vec![b'['; 60_000], &["not valid JSON"]);
    add("list", b"[]", &["must be one JSON object"]);
    add(
        "many",
        br#"{"plan": 2, "titel": "x", "title": "", "administrator": 7, "custodians": ["A", "A"], "threshold": 9,
             "device": {"so_pin_holder": "B", "pin_holder": "C\u0007", "user_pin_tries": 99, "pin_reset": "perhaps"},
             "keys": [{"label": "../../etc/passwd", "type": "rsa:1", "id": "xyz", "reference": 0, "restore_to": 256}]}"#,
        &[
            "titel is not a known field",
            "must begin with \"plan\": 1",
            "title must be one line of text",
            "administrator",
            "twice",
            "threshold 9 with 2 custodians is not a quorum",
            "pin_holder",
            "user_pin_tries",
            "device.pin_reset must be",
            "not a label",
            "not a key type",
            "not a key id",
            "reference",
            "restore_to",
        ],
    );
    add(
        "alone",
        include_bytes!("../../vectors/cases/single-password/plan-pw.json"),
        &["One password held by one person"],
    );
    let records = place.path().join("records");
    for (file, sentences) in files {
        let print = ceremony(&["plan", "print", text(&file)]);
        let rehearse = ceremony(&["rehearse", "--auto", "--plan", text(&file), "--records", text(&records)]);
        for end in [print, rehearse] {
            assert_eq!(end.code, 3, "{}: {}", file.display(), end.said);
            for said in &sentences {
                assert!(end.said.contains(said), "{}: no {said:?} in {}", file.display(), end.said);
            }
        }
    }
    assert!(!records.exists(), "nothing was begun");
}

#[test]
fn a_plan_may_begin_with_a_utf_8_mark() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("plan.json");
    fs::write(&file, "\u{feff}".to_owned() + include_str!("../../../assets/plan.example.json")).unwrap();
    let end = ceremony(&["plan", "print", text(&file)]);
    assert_eq!(end.code, 0, "{}", end.said);
}

/// The numbers of the steps in a printed script.
fn printed_steps(script: &str) -> Vec<&str> {
    script
        .lines()
        .filter_map(|line| line.strip_prefix("### ")?.split_once(' '))
        .map(|(number, _)| number)
        .filter(|number| number.starts_with(|first: char| first.is_ascii_digit()))
        .collect()
}

#[test]
fn every_ceremony_has_a_script_to_print_from_the_plan_in_its_folder_and_the_record_agrees_with_it() {
    let place = tempfile::tempdir().unwrap();
    let sitting = rehearsed(place.path());
    let plan = sitting.join("plan.json");
    let record = fs::read_to_string(sitting.join("record.jsonl")).unwrap();
    for kind in CeremonyKind::ALL {
        let print = |more: &[&str]| {
            let end = ceremony(&[&["plan", "print", text(&plan), "--for", kind.word()], more].concat());
            assert_eq!(end.code, 0, "{kind:?}: {}", end.said);
            end.said
        };
        let (script, page) = (print(&[]), print(&["--html"]));
        let flat = script.split_whitespace().collect::<Vec<_>>().join(" ");
        let digest = Digest(Sha256::digest(fs::read(&plan).unwrap()).into());
        for paper in [&flat, &page] {
            assert!(paper.contains(&digest.in_groups().join(" ")), "{kind:?}: the digest of the plan");
        }
        assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
        let numbers = printed_steps(&script);
        assert!(!numbers.is_empty());
        for number in &numbers {
            assert_eq!(page.matches(&format!("<td class=\"number\">{number}</td>")).count(), 1, "{kind:?} {number}");
        }
        if kind != CeremonyKind::Establish {
            continue;
        }
        assert_eq!(ceremony(&["plan", "print", text(&plan)]).said, script, "what is printed if nothing is asked for");
        let began: serde_json::Value = serde_json::from_str(record.lines().next().unwrap()).unwrap();
        let of_the_script = began.to_string();
        let groups = flat.split("Script, SHA-256: ").nth(1).unwrap().split(' ').take(16).collect::<String>();
        assert!(of_the_script.contains(&groups), "{groups} is not in {of_the_script}");
        assert!(of_the_script.contains(&digest.to_string()));
        let mut compared = 0;
        for line in record.lines().skip(1) {
            for part in line.split("\"step\":\"").skip(1) {
                let number = part.split('"').next().unwrap();
                assert!(numbers.contains(&number), "{number} is recorded and not printed");
                compared += 1;
            }
        }
        assert!(compared > 20, "only {compared} lines were compared");
    }
}

#[test]
fn a_plan_that_a_backup_was_made_by_is_printed_for_its_restore() {
    let alone = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/cases/single-password/plan-pw.json");
    assert_eq!(ceremony(&["plan", "print", alone]).code, 3, "nothing new is made by it");
    let end = ceremony(&["plan", "print", alone, "--for", "restore"]);
    assert_eq!(end.code, 0, "{}", end.said);
    assert!(end.said.contains("# KEY CEREMONY · RESTORE"));
}
