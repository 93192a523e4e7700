//! Plans on the command line: everything wrong with one is reported at once.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use hsm_ceremony::plan::Plan;

use super::{ceremony, ended, text, unreadable};
use crate::support::binary;

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
            "titel is not a known field. Is title meant?",
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
        let check = ceremony(&["plan", "check", text(&file)]);
        // A plan that only restores what was made elsewhere can be used.
        let can_be_used = sentences.contains(&"One password held by one person");
        assert_eq!(check.code, if can_be_used { 0 } else { 3 }, "{}: {}", file.display(), check.said);
        for end in [print, rehearse].into_iter().chain((!can_be_used).then_some(check)) {
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

const ASSETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets");

#[test]
fn check_names_every_fault_with_file_line_and_column_and_says_what_the_field_takes() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("plan.json");
    let wrong = "{\n  \"plan\": 1, // the form\n  \"titel\": \"x\",\n  \"administrator\": [],\n  \"custodians\": [\"A\", \"B\", \"a\"],\n  \"threshold\": 9\n  \"keys\": [{ \"label\": \"k\", \"type\": \"rsa:1\", \"id\": \"1\" }],\n  \"device\": { \"pin_holder\": \"P\", \"dice\": 50, \"pin_holder\": \"Q\" },\n}\n";
    fs::write(&file, wrong).unwrap();
    let end = ceremony(&["plan", "check", text(&file)]);
    assert_eq!(end.code, 3, "{}", end.said);
    for said in [
        "1:1: fault: title is missing.",
        "2:14: fault: JSON has no comments.",
        "3:3: fault: titel is not a known field. Is title meant?",
        "4:20: fault: administrator must be one line of text",
        "5:28: fault: custodians: A is listed twice",
        "6:16: fault: threshold 9 with 3 custodians is not a quorum.",
        "6:17: fault: A comma is missing",
        "7:36: fault: keys[1].type: rsa:1 is not a key type.",
        "7:51: fault: keys[1].id: 1 is not a key id.",
        "8:13: fault: device.so_pin_holder is missing.",
        "8:13: fault: device.user_pin_tries is missing.",
        "8:34: fault: device.dice is not a known field there. A plan has it as dice.",
        "8:46: fault: device.pin_holder is there twice: in line 8 and in line 8.",
        "8:65: fault: A comma too many",
    ] {
        let line = format!("{}:{said}", file.display());
        assert!(end.said.contains(&line), "no {line:?} in {}", end.said);
    }
    assert_eq!(end.said.matches(": fault: ").count(), 14, "and nothing else: {}", end.said);
    for hint in ["    title: what the ceremony is for", "    dice: how many throws are typed: 0, or 50 to 250"] {
        assert!(end.said.contains(hint), "no {hint:?} in {}", end.said);
    }
    // Other commands name the same faults, and the way to see where they are.
    let end = ceremony(&["plan", "print", text(&file)]);
    assert!(end.said.contains("Is title meant?"), "{}", end.said);
    assert!(end.said.contains(&format!("ceremony plan check {}", file.display())), "{}", end.said);
}

#[test]
fn check_warns_of_what_a_plan_may_say_but_people_should_decide() {
    let checked = |name: &str| ceremony(&["plan", "check", &format!("{ASSETS}/{name}")]);
    let example = checked("plan.example.json");
    assert_eq!(example.code, 0, "{}", example.said);
    for said in [
        ":8:3: warning: With 2-of-4, two groups that have nobody in common can each open the backup",
        ":7:3: warning: The scheme sc-hsm-tool splits a password of 63 bits.",
        "warning: The plan does not say where these people keep their cards: Ada Lovelace, Grace Hopper",
        "warning: No spare device is listed.",
        "Warnings: 4.",
        "SHA-256 of the file, as on paper, on the first screens and in the record: 127f 362a",
    ] {
        assert!(example.said.contains(said), "no {said:?} in {}", example.said);
    }
    let full = checked("plan.full.json");
    for said in [
        "warning: DKEK share 3 is guarded by one password, held by Radia Perlman.",
        "note: With 2-of-3 (DKEK share 1), any two groups that open the backup have somebody in common.",
        "\"Shelbyville, notary\" and \"Springfield, bank\", keep 2 of the cards (DKEK share 1).",
    ] {
        assert!(full.code == 0 && full.said.contains(said), "no {said:?} in {}", full.said);
    }
}

#[test]
fn a_new_plan_is_explained_can_be_used_and_replaces_nothing() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("root.json");
    let end = ceremony(&["plan", "new", text(&file)]);
    assert_eq!(end.code, 0, "{}", end.said);
    let written = fs::read_to_string(&file).unwrap();
    assert!(Plan::parse(&written).is_ok_and(|plan| plan.check_new().is_ok()));
    let handbook = include_str!("../../../CEREMONY.md");
    let rows: Vec<&str> = handbook.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert!(rows.len() > 40, "the test reads {} rows", rows.len());
    for path in rows.iter().filter(|path| handbook.contains(&format!("| `{path}` | "))) {
        assert!(end.said.contains(&format!("- {path}: ")), "{path} is not explained");
    }
    assert!(end.said.contains("Warnings: 0."), "{}", end.said);
    let end = ceremony(&["plan", "check", text(&file)]);
    assert!(end.code == 0 && end.said.contains("Warnings: 0."), "{}", end.said);

    fs::write(&file, "mine").unwrap();
    let end = ceremony(&["plan", "new", text(&file)]);
    assert!(end.code == 3 && end.said.contains("exists already. It was not touched"), "{}", end.said);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    for nowhere in [place.path().join("no/such/folder.json"), place.path().join("..")] {
        let end = ceremony(&["plan", "new", text(&nowhere)]);
        assert_eq!(end.code, 3, "{}", end.said);
    }
    // Without a name, it is plan.json, here.
    let end = ended(Command::new(binary::delivered()).args(["plan", "new"]).current_dir(place.path()));
    assert_eq!(end.code, 0, "{}", end.said);
    assert_eq!(fs::read_to_string(place.path().join("plan.json")).unwrap(), written);
}

#[test]
fn at_a_terminal_a_new_plan_is_asked_for_and_a_wrong_answer_is_asked_again() {
    let place = tempfile::tempdir().unwrap();
    let answers = "yes\nDemo CA\nRoom 5\nBoard\nAnn\nBea\n\n\nCarl\nDora\nEmil\n\nfour\n4\n2\n\nFay\nGus\n\n\n\nno\n                   ca\n\n01\nno\n";
    // script(1) gives it a terminal, and ends its input as Ctrl-D does.
    let at_a_terminal = |file: &str, answers: &str| {
        let typed = place.path().join("typed");
        fs::write(&typed, answers).unwrap();
        let command = format!("'{}' plan new '{file}'", binary::delivered().display());
        let mut script = Command::new("script");
        let script = script.args(["-qec", &command, "/dev/null"]).stdin(Stdio::from(fs::File::open(typed).unwrap()));
        let end = script.current_dir(place.path()).output().expect("script(1) starts");
        (end.status.code(), String::from_utf8_lossy(&end.stdout).into_owned())
    };
    let (code, said) = at_a_terminal("demo.json", answers);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("threshold must be a whole number from 2 to 16"), "{said}");
    assert!(said.contains("threshold 4 with 3 custodians is not a quorum"), "{said}");
    let plan = Plan::parse(&fs::read_to_string(place.path().join("demo.json")).unwrap()).unwrap();
    assert_eq!((plan.title.as_str(), plan.dkek_shares[0].word().as_str()), ("Demo CA", "2-of-3 words"));
    let end = ceremony(&["plan", "check", text(&place.path().join("demo.json"))]);
    assert!(end.code == 0 && end.said.contains("does not say where"), "{}", end.said);

    let (code, said) = at_a_terminal("cut.json", "yes\nDemo CA\n");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("Nothing was written") && !place.path().join("cut.json").exists(), "{said}");
}
