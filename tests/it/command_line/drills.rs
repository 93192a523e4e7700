//! Rehearsals of drills and of a retirement from an empty folder of records, and who says when the next drill is due.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hsm_ceremony::folder::names;
use hsm_ceremony::record::{Fact, verify};
use hsm_ceremony::terms::Day;

use super::{Ended, ended, text};
use crate::support::binary;

fn short(arguments: &[&str]) -> Ended {
    ended(Command::new(binary::short()).args(arguments))
}

/// The folder of a ceremony.
fn folder_of(records: &Path, ceremony: &str) -> PathBuf {
    let folders = fs::read_dir(records).unwrap().map(|entry| entry.unwrap().path());
    folders.into_iter().find(|path| text(path).contains(&format!("-{ceremony}-"))).unwrap()
}

/// Both verifiers accept it.
fn verified(folder: &Path) -> String {
    let end = short(&["verify", text(folder)]);
    assert_eq!(end.code, 0, "{}", end.said);
    let python = ended(Command::new("python3").arg(folder.join(names::VERIFY)).current_dir(folder));
    assert_eq!(python.code, 0, "{}", python.said);
    end.said
}

fn day_of(folder: &Path) -> Day {
    let proof = verify(&fs::read(folder.join(names::RECORD)).unwrap()).unwrap();
    Day::of_time(&proof.lines.last().unwrap().utc).unwrap()
}

#[test]
fn a_drill_of_each_kind_is_rehearsed_from_nothing_and_says_when_the_next_is_due() {
    for (drill, months) in [("quorum", 12), ("everyone", 6), ("spare", 24)] {
        let place = tempfile::tempdir().unwrap();
        let records = place.path().join("ceremony-records");
        let plan = place.path().join("plan.json");
        let example = include_str!("../../../assets/plan.example.json");
        let with = format!("{{ \"drill\": \"{drill}\", \"drill_months\": {months},");
        fs::write(&plan, example.replacen('{', &with, 1)).unwrap();
        let end = short(&["rehearse", "drill", "--auto", "--plan", text(&plan), "--records", text(&records)]);
        assert_eq!(end.code, 0, "{drill}: {}", end.said);
        let (made, drilled) = (folder_of(&records, "establish"), folder_of(&records, "drill"));
        let due = format!("due on {}", day_of(&drilled).after_months(months));
        for folder in [&made, &drilled] {
            let said = verified(folder);
            assert!(said.contains(&due), "{drill}: {said}");
        }
        let report = fs::read_to_string(drilled.join(names::REPORT)).unwrap();
        assert!(report.contains(&day_of(&drilled).after_months(months).to_string()), "{report}");
        let proof = verify(&fs::read(drilled.join(names::RECORD)).unwrap()).unwrap();
        let restored = proof
            .lines
            .iter()
            .any(|line| matches!(&line.entry, hsm_ceremony::record::Entry::Learned { fact: Fact::Proven { .. }, .. }));
        assert_eq!(restored, drill == "spare");
        // Only real backups are named without being asked for.
        let alone = || ended(Command::new(binary::short()).current_dir(place.path())).said;
        assert!(!alone().contains("due on"));
        fs::rename(&made, records.join("2026-11-27-establish-0123")).unwrap();
        assert!(alone().contains(&due) && alone().contains("2026-11-27-establish-0123"), "{}", alone());
    }
}

#[test]
fn a_device_is_retired_from_nothing_and_its_report_says_where_its_keys_live_on() {
    let place = tempfile::tempdir().unwrap();
    let end = short(&["rehearse", "retire", "--auto", "--records", text(place.path())]);
    assert_eq!(end.code, 0, "{}", end.said);
    let retired = folder_of(place.path(), "retire");
    let said = verified(&retired);
    assert!(!said.contains("due on"), "{said}");
    let flat = |name: &str| {
        let text = fs::read_to_string(retired.join(name)).unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let report = flat(names::REPORT);
    assert!(report.contains("keys/rsa-root.wrapped, same public key, intact (MAC)"), "{report}");
    let explained = flat(names::RESTORE);
    assert!(explained.contains("erased for good"), "{explained}");
}
