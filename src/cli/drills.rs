//! When the drill of a backup is due: its record and plan say when the first is, and the records of later drills in the same
//! place when the next is.

use std::fs;
use std::path::{Path, PathBuf};

use super::read::read_record;
use crate::app::today;
use crate::ceremony::Ceremony;
use crate::folder::{Folder, names};
use crate::paper;
use crate::record::{Ending, Entry, Fact, Proof, verify};
use crate::script::words;
use crate::terms::{Day, Digest};

/// What is said about the next drill of a folder: of a backup, or of the one that a drill was about. Nothing, if it has none.
pub fn sentence(folder: &Path, proof: &Proof) -> Option<String> {
    let from = |fact: &Fact| if let Fact::From { record_sha256, .. } = fact { *record_sha256 } else { None };
    let origin = facts(proof).find_map(from);
    let of_this = next(proof).or_else(|| first(folder, proof))?;
    let backup = if next(proof).is_some() { origin } else { Some(proof.mark.digest) };
    let beside = folder.canonicalize().ok().and_then(|folder| folder.parent().map(Path::to_owned));
    let later = backup.zip(beside).and_then(|(backup, beside)| latest(&beside, &backup));
    Some(said(later.map_or(of_this, |later| later.max(of_this)), today()))
}

/// One line for each backup of a real ceremony in a folder of records.
pub fn of_all(records: &Path) -> Vec<String> {
    let backups = sittings(records).into_iter().filter_map(|folder| {
        let name = folder.file_name()?.to_string_lossy().into_owned();
        if names::is_rehearsal(&name) || !folder.join(names::MANIFEST).exists() {
            return None;
        }
        let proof = verify(&read_record(&folder).ok()?).ok()?;
        Some(words::DrillOf { folder: folder.display(), due: sentence(&folder, &proof)? }.to_string())
    });
    backups.collect()
}

fn said(day: Day, today: Day) -> String {
    if day < today { words::DrillOverdue { day }.to_string() } else { words::DrillDue { day }.to_string() }
}

fn facts(proof: &Proof) -> impl Iterator<Item = &Fact> {
    proof.lines.iter().filter_map(|line| if let Entry::Learned { fact, .. } = &line.entry { Some(fact) } else { None })
}

/// The day of the next drill, as the record of a complete one names it.
fn next(proof: &Proof) -> Option<Day> {
    let complete = matches!(proof.sealed, Some((Ending::Complete, _)));
    let day = facts(proof).find_map(|fact| if let Fact::NextDrill { day, .. } = fact { Some(*day) } else { None });
    day.filter(|_| complete)
}

/// The day of the first drill of a backup.
fn first(folder: &Path, proof: &Proof) -> Option<Day> {
    let made = Ceremony::of(proof.ceremony).character.makes_a_backup();
    let plan = paper::plan_of(&Folder::open(folder), proof).filter(|_| made)?;
    paper::first_drill(proof, &plan)
}

/// The last day that drills of this backup name.
fn latest(beside: &Path, backup: &Digest) -> Option<Day> {
    let about = |fact: &Fact| matches!(fact, Fact::From { record_sha256: Some(digest), .. } if digest == backup);
    let mentions = backup.to_string();
    let days = sittings(beside).into_iter().filter_map(|folder| {
        let text = read_record(&folder).ok()?;
        // Most records are about something else, and need not be verified.
        text.windows(mentions.len()).any(|part| part == mentions.as_bytes()).then_some(())?;
        let proof = verify(&text).ok()?;
        facts(&proof).any(about).then_some(())?;
        next(&proof)
    });
    days.max()
}

/// The folders in a folder of records, in the order of their names.
fn sittings(records: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(records).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    folders.retain(|folder| folder.join(names::RECORD).exists());
    folders.sort();
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drill_is_overdue_from_the_day_after() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let due = |today| said(day("2027-11-27"), day(today));
        assert_eq!(due("2027-11-26"), due("2027-11-27"));
        assert!(due("2027-11-27").contains("is due on 2027-11-27"));
        assert!(due("2027-11-28").contains("OVERDUE"));
    }
}
