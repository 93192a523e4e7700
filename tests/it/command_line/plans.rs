//! Plans on the command line: everything wrong with one is reported at once.

use std::fs;
use std::path::PathBuf;

use super::{ceremony, text, unreadable};

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
