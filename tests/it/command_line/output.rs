//! What is printed reaches its reader whole, or it is said that it did not; and nothing printed hides or turns other text.

use std::fs::{self, File, OpenOptions};
use std::io::Read as _;
use std::process::{Command, Stdio};

use hsm_ceremony::folder::names;
use hsm_ceremony::record::{Chain, Entry, Keyboard, Moment, verify};
use serde_json::{Value, json};

use super::{ceremony, ended, rehearsed, text};
use crate::support::binary;

const RECORD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/record/record.jsonl");

/// What it complains of, and its exit code, with this as its standard output.
fn into(arguments: &[&str], out: impl Into<Stdio>) -> (String, i32) {
    let mut command = Command::new(binary::delivered());
    let mut child = command.args(arguments).stdin(Stdio::null()).stdout(out).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (said, child.wait().unwrap().code().expect("no signal ended it"))
}

/// A pipe that nobody reads.
fn closed() -> impl Into<Stdio> {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer
}

/// A disc that is full.
fn full() -> File {
    OpenOptions::new().write(true).open("/dev/full").unwrap()
}

const PRINTS: [&[&str]; 6] = [
    &["--help"],
    &["--version"],
    &["handbook"],
    &["report", RECORD],
    &["verify", RECORD],
    &["verify", RECORD, "--json"],
];

#[test]
fn a_closed_pipe_is_no_fault() {
    for arguments in PRINTS {
        let whole = ceremony(arguments).code;
        assert_eq!(into(arguments, closed()), (String::new(), whole), "{arguments:?}");
    }
}

#[test]
fn a_full_disc_is_named() {
    for arguments in PRINTS {
        let (said, code) = into(arguments, full());
        assert_eq!(code, 3, "{arguments:?}");
        assert!(said.contains("The output is not whole") && said.contains("no space left"), "{arguments:?}: {said}");
    }
}

#[test]
fn a_rehearsal_whose_lines_nobody_reads_goes_on_to_its_end() {
    let place = tempfile::tempdir().unwrap();
    let mut command = Command::new(binary::short());
    command.args(["rehearse", "--auto", "establish", "--records", text(place.path())]);
    let status = command.stdin(Stdio::null()).stdout(closed()).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(0));
    let sitting = fs::read_dir(place.path()).unwrap().next().unwrap().unwrap().path();
    let proof = verify(&fs::read(sitting.join(names::RECORD)).unwrap()).unwrap();
    assert!(proof.sealed.is_some());
}

const TURNED: &str = "Eve\u{202e}nimda \u{1b}[2J\u{200b}";

/// A record in which somebody has such a name and title.
fn turned() -> String {
    let first = fs::read_to_string(RECORD).unwrap().lines().next().unwrap().to_owned();
    let mut began: Value = serde_json::from_str(&first).unwrap();
    began["title"] = TURNED.into();
    let began: Entry = serde_json::from_value(began).unwrap();
    let absent = json!({"what": "learned", "step": "1.1", "fact": {"fact": "absent", "people": [TURNED]}});
    let absent: Entry = serde_json::from_value(absent).unwrap();
    let mut chain = Chain::new(false);
    let add = |entry: &Entry| {
        let (utc, local) = ("2026-11-23T10:00:00Z".to_owned(), "2026-11-23T10:00:00+00:00".to_owned());
        chain.add(Moment { utc, local, zone: None, since_start_ms: 0 }, Keyboard::NobodyYet, entry).unwrap()
    };
    [began, absent].iter().map(add).collect()
}

#[test]
fn no_mark_that_hides_or_turns_text_is_printed_raw() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join(names::RECORD);
    fs::write(&file, turned()).unwrap();
    fs::write(place.path().join("a\u{202e}gpj.exe"), "x").unwrap();
    let hidden = |said: &str| said.chars().find(|c| matches!(c, '\u{202e}' | '\u{200b}' | '\u{1b}'));
    let (record, folder) = (text(&file).to_owned(), text(place.path()).to_owned());
    for arguments in [
        &["verify", &record][..],
        &["verify", &folder],
        &["verify", &record, "--json"],
        &["verify", &folder, "--json"],
        &["report", &record],
        &["report", &record, "--html"],
        &["verify", "no\u{202e}such"],
        &["--fr\u{202e}ob"],
    ] {
        let said = ceremony(arguments).said;
        assert_eq!(hidden(&said), None, "{arguments:?}: {said:?}");
        if !arguments.contains(&"--json") && arguments[0] == "verify" && arguments[1] != folder {
            assert!(said.contains("[U+202E]"), "it is named: {said}");
        }
    }
    // To a machine, it is the same text.
    let json = ceremony(&["verify", &folder, "--json"]).said;
    assert!(json.contains("a\\u202egpj.exe"), "{json}");
    let value: Value = serde_json::from_str(&json).unwrap();
    assert!(value["not_in_the_record"].as_array().unwrap().contains(&"a\u{202e}gpj.exe".into()));
}

/// The lines of a record with another time in one of them, chained anew.
fn with_times(lines: &str, change: impl Fn(usize, &mut Value)) -> String {
    let mut chain = Chain::new(true);
    let one = |(place, line): (usize, &str)| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        change(place, &mut line);
        let text = |name: &str| line[name].as_str().unwrap().to_owned();
        let moment = Moment {
            utc: text("utc"),
            local: text("local"),
            zone: line["zone"].as_str().map(str::to_owned),
            since_start_ms: line["since_start_ms"].as_u64().unwrap(),
        };
        let keyboard: Keyboard = serde_json::from_value(line["keyboard"].clone()).unwrap();
        chain.add(moment, keyboard, &serde_json::from_value(line).unwrap()).unwrap()
    };
    lines.lines().enumerate().map(one).collect()
}

#[test]
fn verify_names_odd_times_where_a_sitting_stopped_and_which_device_was_erased() {
    let place = tempfile::tempdir().unwrap();
    let sitting = rehearsed(place.path());
    let record = sitting.join(names::RECORD);
    let good = fs::read_to_string(&record).unwrap();
    let said = ceremony(&["verify", text(&sitting)]);
    assert_eq!(said.code, 0);
    assert!(said.said.contains("was erased and set up") && !said.said.contains("LOOK AT THE TIMES"), "{}", said.said);
    assert!(!said.said.contains("It stopped at step"));

    let alone = place.path().join("record.jsonl");
    let verified = |text_of_it: &str| {
        fs::write(&alone, text_of_it).unwrap();
        ceremony(&["verify", text(&alone)])
    };
    let odd = |place: usize, time: &'static str| {
        with_times(&good, move |at, line| {
            if at == place {
                line["utc"] = time.into();
            }
        })
    };
    let none = verified(&odd(4, "about noon"));
    assert!(none.code == 4 && none.said.contains("LOOK AT THE TIMES: line 5 has no time"), "{}", none.said);
    assert!(none.said.contains("about noon"));
    let back = verified(&with_times(&good, |at, line| {
        if at == 6 {
            line["utc"] = "2020-02-20T20:20:20Z".into();
            line["local"] = "2020-02-20T20:20:20+00:00".into();
        }
    }));
    assert!(back.code == 4 && back.said.contains("line 7 is of 2020-02-20T20:20:20Z, before"), "{}", back.said);
    let json: Value = serde_json::from_str(&ceremony(&["verify", text(&alone), "--json"]).said).unwrap();
    assert_eq!((&json["verdict"], &json["odd_times"][0]["line"]), (&"odd-times".into(), &7.into()));

    // Cut off after the intent: nobody knows whether the device was erased.
    let intent = good.lines().position(|line| line.contains("\"what\":\"intent\"")).unwrap();
    let until: String = good.split_inclusive('\n').take(intent + 1).collect();
    let step: Value = serde_json::from_str(good.lines().nth(intent).unwrap()).unwrap();
    let stopped = format!("It stopped at step {}.", step["step"].as_str().unwrap());
    for cut in [until.clone(), until + "{\"record\":2,\"line\""] {
        let said = verified(&cut);
        assert_eq!(said.code, 3);
        assert!(said.said.contains(&stopped) && said.said.contains("was about to be erased"), "{}", said.said);
        assert!(said.said.contains(step["serial"].as_str().unwrap()));
    }
    let python = ended(Command::new("python3").arg("verify.py").current_dir(&sitting));
    assert_eq!(python.code, 0, "{}", python.said);
}
