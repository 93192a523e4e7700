//! The script of the day, as the command prints it.

use std::fs;
use std::path::{Path, PathBuf};

use hsm_ceremony::names::CeremonyKind;
use hsm_ceremony::terms::Digest;
use sha2::{Digest as _, Sha256};

use super::{ceremony, rehearsed, text};

/// The numbers of the steps in a printed script.
fn printed_steps(script: &str) -> Vec<&str> {
    script
        .lines()
        .filter_map(|line| line.strip_prefix("### ")?.split_once(' '))
        .map(|(number, _)| number)
        .filter(|number| number.starts_with(|first: char| first.is_ascii_digit()))
        .collect()
}

/// The same plan, with a file for every key.
fn from_files(plan: &Path, folder: &Path) -> PathBuf {
    let mut plan: serde_json::Value = serde_json::from_slice(&fs::read(plan).unwrap()).unwrap();
    for key in plan["keys"].as_array_mut().unwrap() {
        key["file"] = "/media/key.p8".into();
    }
    let path = folder.join("import.json");
    fs::write(&path, plan.to_string()).unwrap();
    path
}

#[test]
fn every_ceremony_has_a_script_to_print_from_the_plan_in_its_folder_and_the_record_agrees_with_it() {
    let place = tempfile::tempdir().unwrap();
    let sitting = rehearsed(place.path());
    let plan = sitting.join("plan.json");
    let record = fs::read_to_string(sitting.join("record.jsonl")).unwrap();
    for kind in CeremonyKind::ALL {
        // Only an import takes its keys from files, and it takes all of them from there.
        let plan = if kind == CeremonyKind::Import { from_files(&plan, place.path()) } else { plan.clone() };
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
