//! The report as files of a folder.

use sha2::{Digest as _, Sha256};

use super::report;
use crate::faults::Fault;
use crate::folder::{Folder, names};
use crate::paper::{html, markdown};
use crate::plan::Plan;
use crate::record::{Entry, Proof};
use crate::terms::Digest;

/// The reports of a folder, by name, with what is in them.
pub fn reports(folder: &Folder, proof: &Proof) -> [(&'static str, String); 3] {
    let plan = plan_of(folder, proof);
    let report = report(proof, plan.as_ref());
    let [markdown, html] = [(names::REPORT, markdown(&report)), (names::REPORT_HTML, html(&report))];
    let sums = sums(&[&markdown, &html]);
    [markdown, html, (names::REPORT_SUMS, sums)]
}

/// The digests of files, as `sha256sum` prints them.
fn sums(files: &[&(&str, String)]) -> String {
    let line =
        |(name, text): &&(&str, String)| [Digest(Sha256::digest(text).into()).to_string(), format!("  {name}\n")];
    files.iter().flat_map(line).collect()
}

/// Writes the reports of a folder whose record is sealed.
///
/// # Errors
/// One cannot be written.
pub fn write_reports(folder: &Folder, proof: &Proof) -> Result<(), Fault> {
    reports(folder, proof).iter().try_for_each(|(name, text)| folder.write_new(name, text.as_bytes()).map(|_| ()))
}

/// The plan of a folder, if it is the one that the record names.
pub fn plan_of(folder: &Folder, proof: &Proof) -> Option<Plan> {
    let recorded = proof.lines.iter().find_map(|line| match &line.entry {
        Entry::Began { plan_sha256, .. } => Some(*plan_sha256),
        _ => None,
    })?;
    let bytes = folder.read(names::PLAN).ok().filter(|bytes| Digest(Sha256::digest(bytes).into()) == recorded)?;
    Plan::parse_kept(std::str::from_utf8(&bytes).ok()?).ok()
}
