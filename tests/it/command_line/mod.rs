//! The commands without a terminal: what they say, how they exit, and that no bad input named on the command line makes
//! them panic, hang or read endlessly.

mod changed_folder;
mod disclose;
mod drills;
mod output;
mod plans;
mod printed;
mod reports;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::wizard::Wizard;
use crate::support::{binary, walk};

/// How a command ended: its exit code, and its output on both streams.
struct Ended {
    code: i32,
    said: String,
}

fn ceremony(arguments: &[&str]) -> Ended {
    ended(Command::new(binary::delivered()).args(arguments))
}

fn ended(command: &mut Command) -> Ended {
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    // a program with much output must not wait for its reader
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let read = std::thread::spawn(move || {
        let mut said = Vec::new();
        out.read_to_end(&mut said).map(|_| said)
    });
    let complaints = std::thread::spawn(move || {
        let mut said = Vec::new();
        err.read_to_end(&mut said).map(|_| said)
    });
    // a program that hangs must not hang the tests
    let until = Instant::now() + Duration::from_secs(90);
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > until {
            child.kill().unwrap();
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let (said, complaints) = (read.join().unwrap().unwrap(), complaints.join().unwrap().unwrap());
    let complaints = String::from_utf8(complaints).expect("what it complains of is text");
    assert!(!complaints.contains("panicked") && !complaints.contains("bug in the program"), "{complaints}");
    let said = String::from_utf8(said).expect("what it says is text") + &complaints;
    Ended { code: status.code().expect("no signal ended it"), said }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A complete automatic rehearsal with a short key derivation; returns the folder of its establish.
fn rehearsed(records: &Path) -> PathBuf {
    let mut command = Command::new(binary::short());
    let end = ended(command.args(["rehearse", "--auto", "--records", text(records)]));
    assert_eq!(end.code, 0, "{}", end.said);
    let folders = fs::read_dir(records).unwrap().map(|entry| entry.unwrap().path());
    folders.into_iter().find(|path| text(path).contains("-establish-")).expect("a folder of establish")
}

#[test]
fn what_a_ceremony_needs_is_rehearsed_before_it_and_both_verifiers_accept_what_it_leaves() {
    for name in ["restore", "back-up", "add-keys", "import", "re-split", "re-key", "drill", "retire", "pins", "inspect"]
    {
        let place = tempfile::tempdir().unwrap();
        let records = place.path().join("records");
        let mut command = Command::new(binary::short());
        let end = ended(command.args(["rehearse", "--auto", name, "--records", text(&records)]));
        // To import a key is a deviation, always.
        assert_eq!(end.code, if name == "import" { 4 } else { 0 }, "{name}: {}", end.said);
        let folders =
            || fs::read_dir(&records).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
        assert_eq!(folders().count(), if name == "inspect" { 1 } else { 2 }, "{name}");
        let own = folders().find(|path| text(path).contains(&format!("-{name}-")));
        let own = own.unwrap_or_else(|| panic!("no folder of {name}"));
        if ["back-up", "add-keys"].contains(&name) {
            let made = folders().find(|path| text(path).contains("-establish-")).expect("a folder of establish");
            let share_file = |folder: &Path| fs::read(folder.join("dkek-1.pbe")).unwrap();
            assert_eq!(share_file(&made), share_file(&own), "{name}");
        }
        let end = ceremony(&["verify", text(&own)]);
        assert!(end.code == 0 && end.said.contains("Each file is there"), "{name}: {}", end.said);
        let mut python = Command::new("python3");
        let end = ended(python.arg("verify.py").current_dir(&own));
        assert_eq!(end.code, 0, "{name}: {}", end.said);
    }
}

#[test]
fn without_a_terminal_it_names_the_alternative() {
    for arguments in [&["rehearse"][..], &["rehearse", "establish"], &["rehearse", "restore"]] {
        let end = ceremony(arguments);
        assert_eq!(end.code, 2, "{}", end.said);
        assert!(end.said.contains("needs a terminal") && end.said.contains("--auto"), "{}", end.said);
    }
}

#[test]
fn unknown_arguments_exit_with_2_and_name_the_help() {
    for arguments in [
        &["rehearse", "--bogus"][..],
        &["--bogus"],
        &["-x"],
        &["frobnicate"],
        &["rehearse", "frobnicate"],
        &["rehearse", "establish", "restore"],
        &["rehearse", "--plan"],
        &["rehearse", "--records"],
        &["rehearse", "--auto=yes"],
        &["rehearse", "--auto", "restore", "--from", "a"],
        &["rehearse", "--auto", "back-up", "--from", "a"],
        &["verify"],
        &["verify", "a", "b"],
        &["verify", "a", "--auto"],
        &["verify", "a", "--records", "b"],
        &["disclose"],
        &["disclose", "a"],
        &["disclose", "a", "--withhold", "names"],
        &["disclose", "a", "--out", "b"],
        &["disclose", "a", "--withhold", "names,serials", "--out", "b"],
        &["verify", "a", "--out", "b"],
        &["plan"],
        &["plan", "print"],
        &["plan", "frobnicate", "a"],
        &["plan", "check"],
        &["plan", "check", "a", "b"],
        &["plan", "new", "a", "b"],
        &["plan", "new", "a", "--auto"],
        &["plan", "print", "a", "b"],
        &["plan", "print", "a", "--for"],
        &["plan", "print", "a", "--for", "frobnicate"],
        &["plan", "print", "a", "--html=yes"],
        &["handbook", "--html"],
        &["verify", "a", "--for", "restore"],
        &["handbook", "more"],
        &["softcard"],
        &["establish"],
        &["restore"],
        &["inspect", "--from", "a", "b"],
        &["establish", "--plan", "a", "--auto"],
        &["verify", "a", "--from", "b"],
        &["verify", "a", "--vpcd", "localhost:1"],
        &[""],
    ] {
        let end = ceremony(arguments);
        assert_eq!(end.code, 2, "{arguments:?}: {}", end.said);
        assert!(end.said.contains("--help"), "{arguments:?}: {}", end.said);
    }
    for (arguments, lacks) in [
        (&["establish"][..], "--plan FILE is missing"),
        (&["restore"], "--from FOLDER is missing"),
        (&["softcard"], "--vpcd HOST:PORT is missing"),
        (&["verify"], "FOLDER is missing"),
    ] {
        let end = ceremony(arguments);
        assert!(end.said.contains(lacks), "{arguments:?}: {}", end.said);
    }
    for arguments in [&["--help"][..], &["-h"], &["help"], &["rehearse", "--help"], &[]] {
        let end = ceremony(arguments);
        assert!(end.code == 0 && end.said.contains("ceremony verify FILE|FOLDER"), "{arguments:?}: {}", end.said);
    }
    assert!(ceremony(&["--version"]).said.starts_with("ceremony "));
}

#[test]
fn a_changed_record_is_found_and_its_line_named() {
    let place = tempfile::tempdir().unwrap();
    let record = rehearsed(place.path()).join("record.jsonl");
    let good = fs::read(&record).unwrap();
    let end = ceremony(&["verify", text(&record)]);
    assert!(end.code == 0 && end.said.contains("Intact"), "{}", end.said);
    let lines: Vec<&[u8]> = good.split_inclusive(|byte| *byte == b'\n').collect();
    let mut from = 0;
    for (number, line) in (1..).zip(&lines) {
        // at the beginning, the middle and the end of every line, including its newline
        for place in [from, from + line.len() / 2, from + line.len() - 3, from + line.len() - 1] {
            let mut bad = good.clone();
            bad[place] ^= 1;
            fs::write(&record, bad).unwrap();
            let end = ceremony(&["verify", text(&record)]);
            assert_eq!(end.code, 3, "byte {place} of line {number}: {}", end.said);
            assert!(end.said.contains(&format!("Line {number} of the record")), "line {number}: {}", end.said);
        }
        from += line.len();
    }
    fs::write(&record, lines[..lines.len() - 1].concat()).unwrap();
    let end = ceremony(&["verify", text(&record)]);
    assert!(end.code == 3 && end.said.contains("not sealed"), "{}", end.said);
    fs::write(&record, b"").unwrap();
    let end = ceremony(&["verify", text(&record)]);
    assert!(end.code == 3 && end.said.contains("The record is empty"), "{}", end.said);
}

#[test]
fn verify_compares_every_file_of_a_finished_folder_and_says_what_it_checked() {
    let place = tempfile::tempdir().unwrap();
    let sitting = rehearsed(place.path());
    let verified = |path: &Path| ceremony(&["verify", text(path)]);
    let end = verified(&sitting);
    let made = ["manifest.json", "dkek-1.pbe", "keys/rsa-root.wrapped", "keys/rsa-root.pub.pem"];
    let explaining = ["RESTORE.txt", "CEREMONY.md", "verify.py", "script.txt", "rebuild.py", "cards.txt"];
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let certificates = fs::read_dir(&sitting)
        .unwrap()
        .map(name)
        .find(|name| hsm_ceremony::folder::names::device_of_certificates(name).is_some())
        .unwrap();
    let names = [&["plan.json", certificates.as_str()][..], &made, &explaining].concat();
    let checked = format!("all {} files", names.len());
    assert!(end.code == 0 && end.said.contains("Intact") && end.said.contains(&checked), "{}", end.said);
    for name in names {
        let path = sitting.join(name);
        let good = fs::read(&path).unwrap();
        for at in [0, good.len() / 2, good.len() - 1] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(&path, bad).unwrap();
            let end = verified(&sitting);
            assert!(end.code == 3 && end.said.contains(name) && end.said.contains("differs"), "{name}: {}", end.said);
        }
        fs::remove_file(&path).unwrap();
        let end = verified(&sitting);
        assert!(
            end.code == 3 && end.said.contains("is missing from the folder") && end.said.contains(name),
            "{name}: {}",
            end.said
        );
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let end = verified(&sitting);
        assert!(end.code == 3 && end.said.contains("not a regular file"), "{name}: {}", end.said);
        fs::remove_file(&path).unwrap();
        fs::write(&path, good).unwrap();
    }
    // A record alone: it says that nothing else was checked. And the folder of a restore, with its proof.
    let alone = place.path().join("alone");
    fs::create_dir(&alone).unwrap();
    fs::copy(sitting.join("record.jsonl"), alone.join("copy.jsonl")).unwrap();
    let restored = fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().path());
    let restored = restored.into_iter().find(|path| text(path).contains("-restore-")).unwrap();
    let end = verified(&alone.join("copy.jsonl"));
    assert!(end.code == 0 && end.said.contains("the record alone"), "{}", end.said);
    let end = verified(&restored);
    assert!(end.code == 0 && end.said.contains("all 9 files") && end.said.contains("signature"), "{}", end.said);
    // A manifest that is not in the record is not ignored.
    let lines: Vec<String> = fs::read_to_string(sitting.join("record.jsonl"))
        .unwrap()
        .lines()
        .take(5)
        .map(|line| format!("{line}\n"))
        .collect();
    fs::write(sitting.join("record.jsonl"), lines.concat()).unwrap();
    let end = verified(&sitting);
    assert!(end.code == 3 && end.said.contains("does not name it"), "{}", end.said);
}

#[test]
fn the_handbook_and_the_scripts_of_both_example_plans_are_printed() {
    let end = ceremony(&["handbook"]);
    assert_eq!((end.code, end.said.as_str()), (0, include_str!("../../../CEREMONY.md")));
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    for (file, people) in [
        ("plan.example.json", include_str!("../../../assets/plan.example.json")),
        ("plan.full.json", include_str!("../../../assets/plan.full.json")),
    ] {
        let plan = hsm_ceremony::plan::Plan::parse(people).unwrap();
        let end = ceremony(&["plan", "print", text(&assets.join(file))]);
        assert_eq!(end.code, 0, "{file}: {}", end.said);
        for name in plan.guards().chain([&plan.title, &plan.pin_holder]) {
            assert!(end.said.contains(name.as_str()), "{file}: {name} is not in it");
        }
    }
}

#[test]
fn a_restore_from_our_own_folder_takes_no_other_plan() {
    let place = tempfile::tempdir().unwrap();
    let sitting = rehearsed(place.path());
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let other = assets.join("plan.full.json");
    let before = fs::read_dir(place.path()).unwrap().count();
    let arguments = ["rehearse", "restore", "--records", text(place.path()), "--plan"];
    let mut wizard = Wizard::start(&[&arguments[..], &[text(&other)]].concat());
    assert_eq!(wizard.exit(), 3);
    wizard.assert_given_back();
    assert!(wizard.screen().contains("has a plan of its own"), "{}", wizard.screen());
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), before, "nothing was begun");
    // In a rehearsal of both, the plan is for the new sitting, and the last folder keeps its own.
    let both = ["rehearse", "--records", text(place.path()), "--plan", text(&other)];
    let mut wizard = Wizard::start(&both);
    walk::menu(&mut wizard, "Restore:");
    wizard.wait_for("The folder is complete, and its files are unchanged");
    drop(wizard);
    // The folder's own plan does not count as a different one.
    let mut wizard = Wizard::start(&[&arguments[..], &[text(&sitting.join("plan.json"))]].concat());
    walk::leave_open(&mut wizard);
    wizard.wait_for("The folder is complete, and its files are unchanged");
}

/// Paths that cannot be read as the expected kind of file: the path, and a word from the message.
fn unreadable(place: &Path) -> Vec<(PathBuf, &'static str)> {
    let fifo = place.join("pipe");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let huge = place.join("huge");
    fs::File::create(&huge).unwrap().set_len(1 << 33).unwrap();
    vec![
        (place.join("missing"), "no such file"),
        (fifo, "not a regular file"),
        (PathBuf::from("/dev/zero"), "not a regular file"),
        (huge, "larger than"),
    ]
}

#[test]
fn verify_says_what_is_wrong_with_a_file_that_is_not_a_record() {
    let place = tempfile::tempdir().unwrap();
    let mut files = unreadable(place.path());
    let mut add = |name: &str, content: &[u8], said| {
        fs::write(place.path().join(name), content).unwrap();
        files.push((place.path().join(name), said));
    };
    add("binary", &[0xff; 5000], "Line 1");
    add("text", b"not a record\n", "Line 1");
    add("json", b"{}\n", "Line 1");
    add("array", b"[[[[[[[[", "Line 1");
    files.push((place.path().to_owned(), "no such file"));
    for (file, said) in files {
        let end = ceremony(&["verify", text(&file)]);
        assert_eq!(end.code, 3, "{}: {}", file.display(), end.said);
        assert!(end.said.contains(said), "{}: {}", file.display(), end.said);
    }
}

#[test]
fn records_that_cannot_be_written_are_reported_before_anything_starts() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("file");
    fs::write(&file, b"x").unwrap();
    for records in [text(&file), text(&file.join("below")), "/proc/none", ""] {
        let end = ceremony(&["rehearse", "--auto", "--records", records]);
        assert_eq!(end.code, 3, "{records:?}: {}", end.said);
        assert!(end.said.contains("cannot be used"), "{records:?}: {}", end.said);
    }
}

#[test]
fn a_binary_with_a_short_derivation_refuses_real_ceremonies() {
    let place = tempfile::tempdir().unwrap();
    let (plan, records) = (place.path().join("plan.json"), place.path().join("records"));
    fs::write(&plan, include_str!("../../../assets/plan.example.json")).unwrap();
    let sitting = rehearsed(&place.path().join("rehearsed"));
    for arguments in [
        ["establish", "--plan", text(&plan), "--records", text(&records)],
        ["inspect", "--plan", text(&plan), "--records", text(&records)],
        ["restore", "--from", text(&sitting), "--records", text(&records)],
    ] {
        let mut wizard = Wizard::start(&arguments);
        assert_eq!(wizard.exit(), 3, "{arguments:?}");
        wizard.assert_given_back();
        assert!(wizard.screen().contains("short"), "{}", wizard.screen());
    }
    assert!(!records.exists(), "nothing was begun");
}

#[test]
fn there_is_nothing_to_restore_before_an_establish() {
    let place = tempfile::tempdir().unwrap();
    let arguments = ["rehearse", "restore", "--records", text(place.path())];
    let mut wizard = Wizard::start(&arguments);
    assert_eq!(wizard.exit(), 3);
    wizard.assert_given_back();
    assert!(wizard.screen().contains("no finished establish"), "{}", wizard.screen());
    assert!(wizard.screen().contains("Rehearse establish first"), "{}", wizard.screen());
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0, "nothing was begun");
}
