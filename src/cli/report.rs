//! `ceremony report`: the report of a record, and whether the one in a folder is still what the record says.

use std::path::Path;

use super::Exit;
use super::read::read_record;
use super::say::{explain, print_text};
use crate::faults::{self, Fault};
use crate::folder::{Folder, names};
use crate::paper;
use crate::record::{Proof, verify};

/// Prints the report of a record or, with more names in it, of a folder. A record that is not sealed has one, too, which
/// says so.
pub fn print(path: &Path, html: bool) -> Exit {
    let proof = match read_record(path).and_then(|text| verify(&text)) {
        Ok(proof) => proof,
        Err(fault) => return explain(&[fault]),
    };
    let plan = path.is_dir().then(|| paper::plan_of(&Folder::open(path), &proof)).flatten();
    let report = paper::report(&proof, plan.as_ref());
    print_text(&if html { paper::html(&report) } else { paper::markdown(&report) })
}

/// How the reports in a folder compare with its record, by name.
#[derive(Default)]
pub struct Compared {
    /// They say what the record says.
    pub same: Vec<&'static str>,
    /// Another version of the program made them, in other words.
    pub other_version: Vec<&'static str>,
    /// They say something else, or cannot be read.
    pub faults: Vec<Fault>,
}

/// Makes the reports of a folder again, and compares. A folder of an earlier version has none.
pub fn compare(folder: &Folder, proof: &Proof) -> Compared {
    let mut compared = Compared::default();
    let there = |name: &str| folder.path().join(name).symlink_metadata().is_ok();
    if ![names::REPORT, names::REPORT_HTML].into_iter().any(there) {
        return compared;
    }
    for (name, text) in paper::reports(folder, proof) {
        if !there(name) {
            continue;
        }
        match folder.read(name) {
            Ok(bytes) if bytes == text.as_bytes() => compared.same.push(name),
            Ok(_) if !paper::makes_the_same_report(proof) => compared.other_version.push(name),
            Ok(_) => compared.faults.push(Fault::from(faults::ReportDiffers { file: name })),
            Err(fault) => compared.faults.push(fault),
        }
    }
    compared
}
