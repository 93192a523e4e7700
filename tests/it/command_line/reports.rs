//! The report of a ceremony: written when its record is sealed, made again by anybody, and compared.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hsm_ceremony::folder::names;
use hsm_ceremony::record::verify;
use hsm_ceremony::terms::{Day, Digest as Sha256Digest};
use sha2::{Digest as _, Sha256};

use super::{ceremony, ended, text};
use crate::support::binary;

const FORMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/forms");
const RECORD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/record/record.jsonl");

/// How many months lie between two drills in that plan.
const MONTHS: u8 = 6;

/// The folders of *establish* and *restore* with a plan that has everything.
fn rehearsed(records: &Path) -> Vec<PathBuf> {
    let plan = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/plan.full.json");
    let end =
        ended(Command::new(binary::short()).args(["rehearse", "--auto", "--plan", plan, "--records", text(records)]));
    assert_eq!(end.code, 0, "{}", end.said);
    let sitting = |path: &PathBuf| path.join(names::RECORD).exists();
    let all = fs::read_dir(records).unwrap().map(|entry| entry.unwrap().path());
    // The others stand for media.
    let mut folders: Vec<PathBuf> = all.filter(sitting).collect();
    folders.sort();
    assert_eq!(folders.len(), 2);
    folders
}

fn short(arguments: &[&str]) -> super::Ended {
    ended(Command::new(binary::short()).args(arguments))
}

/// The day of the first drill, counted from the last line of the record.
fn next_drill(folder: &Path) -> Day {
    let proof = verify(&fs::read(folder.join(names::RECORD)).unwrap()).unwrap();
    Day::of_time(&proof.lines.last().unwrap().utc).unwrap().after_months(MONTHS)
}

/// A text on one line.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_sealed_folder_has_the_report_of_its_record_and_any_change_of_it_is_named() {
    let records = tempfile::tempdir().unwrap();
    for folder in rehearsed(records.path()) {
        let verified = short(&["verify", text(&folder)]);
        assert_eq!(verified.code, 0, "{}", verified.said);
        assert!(verified.said.contains("report.md, report.html"), "{}", verified.said);
        for (name, html) in [(names::REPORT, false), (names::REPORT_HTML, true)] {
            let file = folder.join(name);
            let written = fs::read_to_string(&file).unwrap();
            let arguments = ["report", text(&folder), "--html"];
            let printed = short(&arguments[..if html { 3 } else { 2 }]);
            assert!(printed.code == 0 && printed.said == written, "{name} is not what is printed");
            for at in (0..written.len()).step_by(written.len() / 7).chain([written.len() - 1]) {
                let mut changed = written.clone().into_bytes();
                changed[at] ^= 1;
                fs::write(&file, &changed).unwrap();
                let end = short(&["verify", text(&folder)]);
                assert!(end.code == 3 && end.said.contains(name), "byte {at} of {name}: {}", end.said);
            }
            // A report can be thrown away and made again.
            fs::remove_file(&file).unwrap();
            assert_eq!(short(&["verify", text(&folder)]).code, 0);
            fs::write(&file, &written).unwrap();
        }
        // The record of another day under this report.
        fs::write(folder.join(names::REPORT), "# REPORT OF A KEY CEREMONY\n").unwrap();
        let json: serde_json::Value =
            serde_json::from_str(&short(&["verify", "--json", text(&folder)]).said).expect("JSON");
        assert_eq!(json["verdict"], "damaged");
        assert_eq!(json["faults"][0]["fault"], "report-differs");
        assert_eq!(json["reports"][0]["file"], names::REPORT_HTML);
    }
}

#[test]
fn the_report_answers_who_what_where_and_when() {
    let records = tempfile::tempdir().unwrap();
    let folders = rehearsed(records.path());
    let folder = &folders[0];
    let report = flat(&fs::read_to_string(folder.join(names::REPORT)).unwrap());
    let record = fs::read_to_string(folder.join(names::RECORD)).unwrap();
    let last: serde_json::Value = serde_json::from_str(record.lines().last().unwrap()).unwrap();
    let digest = last["sha256"].as_str().unwrap().as_bytes().chunks(4).map(|four| std::str::from_utf8(four).unwrap());
    let plan = hex(&fs::read(folder.join(names::PLAN)).unwrap());
    for expected in [
        &format!("Record, as read aloud: {}", digest.collect::<Vec<_>>().join(" ")),
        "Place: Room 101, Main Street 1, Springfield",
        "Approved by: Vinton Cerf",
        "Video, file or tape: camera 2, file 2026-11-27-root",
        "Role: custodian 1.1 · Name: Ada Lovelace · Identified by: passport · Came:",
        "At the keyboard: Ada Lovelace (custodian 1.1) · Planned (min): 15 · Took (min:s):",
        "Read back from the device. Tries of the user PIN: 3",
        "was opened by Ada Lovelace, Grace Hopper",
        "dkek-3.pbe (DKEK share 3,",
        "256 bits of password",
        "88 bits of work, not 128",
        "Whose: Ada Lovelace · Bag now: B-0001 · Kept where: Springfield, bank",
        "proven by a signature, keys/rsa-root.proof.sig",
        &format!("File: plan.json · Line: 1 · SHA-256, as sha256sum prints it: {plan}"),
        "None is recorded.",
        "The program no longer held any secret.",
        "Standard: ETSI EN 319 411-1, 6.5.1",
        "Only people can say: The auditor's opinion.",
        "Agrees: [ ] yes [ ] no, because · Signature, date, time: ____________",
        &format!("Next drill on: {}", next_drill(folder)),
    ] {
        assert!(report.contains(expected), "{expected}\n{report}");
    }
    assert!(!report.contains('{') && !report.contains("no line"), "{report}");
    let restored = flat(&fs::read_to_string(folders[1].join(names::REPORT)).unwrap());
    let from = folder.file_name().unwrap().to_str().unwrap();
    assert!(restored.contains(&format!("Folder used: {from}")), "{restored}");
    // Another record under the same plan has another report.
    assert_ne!(report, restored);
}

#[test]
fn what_did_not_go_as_planned_is_in_the_report() {
    let report = flat(&ceremony(&["report", &format!("{FORMS}/fifth/mishaps")]).said);
    for expected in [
        "What: break",
        "takes the place; the person replaced may still know the share · Who: Hedy Lamarr (custodian 3) · Instead of: \
         Alan Turing · Why: on leave today",
        "noted by people: the lamp went out",
    ] {
        assert!(report.contains(expected), "{expected}\n{report}");
    }
}

#[test]
fn every_record_that_can_be_read_has_a_report_that_fits_the_page() {
    let mut read = 0;
    for form in fs::read_dir(FORMS).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for folder in fs::read_dir(form).unwrap().map(|entry| entry.unwrap().path()) {
            let (report, verified) = (ceremony(&["report", text(&folder)]), ceremony(&["verify", text(&folder)]));
            if report.code != 0 {
                assert_eq!(verified.code, 3, "{}: {}", folder.display(), report.said);
                continue;
            }
            read += 1;
            for line in report.said.lines() {
                assert!(line.chars().count() <= 78 || line.starts_with('#'), "{}: {line}", folder.display());
            }
            // Nothing is said that the record does not say: earlier forms did not say who was at the keyboard.
            assert!(report.said.contains("## Signatures") && !report.said.contains('{'), "{}", folder.display());
            let html = ceremony(&["report", text(&folder), "--html"]);
            assert!(html.said.starts_with("<!DOCTYPE html>") && html.said.ends_with("</html>\n"));
            assert!(!html.said.contains("http") && !html.said.contains("src="), "{}", folder.display());
        }
    }
    assert!(read > 20, "{read}");
}

#[test]
fn a_copy_without_names_has_a_report_without_names_and_a_damaged_record_has_none() {
    let place = tempfile::tempdir().unwrap();
    let copy = place.path().join("copy.jsonl");
    let end = ceremony(&["disclose", RECORD, "--withhold", "names,notes,bags", "--out", text(&copy)]);
    assert_eq!(end.code, 0, "{}", end.said);
    let (whole, report) = (ceremony(&["report", RECORD]), ceremony(&["report", text(&copy)]));
    assert_eq!((whole.code, report.code), (0, 0), "{}", report.said);
    assert!(whole.said.contains("Example") && !report.said.contains("Example"), "{}", whole.said);
    assert!(report.said.contains("Withheld from this copy"), "{}", report.said);
    let bad = fs::read_to_string(RECORD).unwrap().replacen("Ada", "Eva", 1);
    fs::write(place.path().join("bad.jsonl"), bad).unwrap();
    let end = ceremony(&["report", text(&place.path().join("bad.jsonl"))]);
    assert!(end.code == 3 && end.said.contains("Line 2"), "{}", end.said);
    assert_eq!(ceremony(&["report"]).code, 2);
}

fn hex(bytes: &[u8]) -> String {
    Sha256Digest(Sha256::digest(bytes).into()).to_string()
}
