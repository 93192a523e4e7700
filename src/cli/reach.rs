//! What a ceremony may reach besides the terminal and the readers, from the moment it has the screen.

use std::fs;
use std::path::{Path, PathBuf};

use super::arguments::{Hold, Resume};
use super::read_plan;
use crate::app::OpenSitting;
use crate::folder::names;
use crate::host::Reach;
use crate::plan::Plan;

/// The records, in which it writes, and what the command line names, which it reads.
pub(super) fn of_holding(hold: &Hold) -> Reach {
    let key_files = hold.plan.iter().filter_map(|file| read_plan(Some(file)).ok());
    let key_files = key_files.flat_map(|(plan, _)| files_of_keys(&plan)).collect::<Vec<_>>();
    let files = hold.plan.iter().chain(&hold.old_plan).cloned().chain(key_files);
    let folders = hold.from.iter().chain(&hold.also_from).flat_map(|folder| with_those_beside(folder));
    Reach { written: vec![hold.records.clone()], read: files.chain(folders).chain(on_request()).collect() }
}

/// The same for sittings that go on: their own folders are where their records are.
pub(super) fn of_resuming(resume: &Resume, open: &[OpenSitting]) -> Reach {
    let above = |one: &OpenSitting| above(one.folder.path());
    let written = open.iter().filter_map(above).collect();
    let sources = open.iter().filter_map(OpenSitting::source).chain(resume.from.clone());
    let folders = sources.flat_map(|folder| with_those_beside(&folder));
    let plans = open.iter().filter_map(|one| Plan::parse_kept(&one.plan_text).ok());
    let folders = folders.chain(plans.flat_map(|plan| files_of_keys(&plan)));
    Reach { written, read: folders.chain(resume.old_plan.clone()).chain(on_request()).collect() }
}

/// The files from which a plan imports keys.
fn files_of_keys(plan: &Plan) -> Vec<PathBuf> {
    plan.keys.iter().filter_map(|key| key.file.as_ref().map(PathBuf::from)).collect()
}

/// The folder that this one is in, also where its path does not say so.
fn above(folder: &Path) -> Option<PathBuf> {
    Some(folder.canonicalize().ok()?.parent()?.to_owned())
}

/// A folder, and the sittings beside it: one of them may have been the one before.
fn with_those_beside(folder: &Path) -> Vec<PathBuf> {
    let beside = above(folder).and_then(|above| fs::read_dir(above).ok()).into_iter().flatten().flatten();
    let sittings = beside.map(|entry| entry.path()).filter(|path| path.join(names::RECORD).is_file());
    std::iter::once(folder.to_owned()).chain(sittings).collect()
}

/// Where tests ask for a mishap.
fn on_request() -> Option<PathBuf> {
    #[cfg(feature = "short-derivation")]
    return Path::new(&std::env::var_os(super::mishap::VARIABLE)?).parent().map(Path::to_owned);
    #[cfg(not(feature = "short-derivation"))]
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sittings_beside_a_folder_are_read_and_nothing_else_there() {
        let place = tempfile::tempdir().unwrap();
        let here = place.path().canonicalize().unwrap();
        for folder in ["one", "two", "photographs"] {
            fs::create_dir(here.join(folder)).unwrap();
        }
        for sitting in ["one", "two"] {
            fs::write(here.join(sitting).join(names::RECORD), "").unwrap();
        }
        fs::write(here.join("letter"), "").unwrap();
        let mut reached = with_those_beside(&here.join("one"));
        reached.sort();
        reached.dedup();
        assert_eq!(reached, [here.join("one"), here.join("two")]);
    }
}
