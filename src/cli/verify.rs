//! `ceremony verify`: checks a record and the files in its folder, and says what it proves.

use std::path::Path;

use super::Exit;
use super::disclose::withheld;
use super::read::read_record;
use super::say::{explain, print_all};
use crate::bundle::compare_files;
use crate::folder::Folder;
use crate::record::{Ending, verify};
use crate::script::words;

/// Checks a record and, in a finished folder, every file that the record names. Says what was checked and what it proves.
pub fn verify_record(path: &Path) -> Exit {
    let is_folder = path.is_dir();
    let checked = read_record(path).and_then(|text| verify(&text));
    let proof = match checked {
        Ok(proof) => proof,
        Err(fault) => return explain(&[fault]),
    };
    let compared = if is_folder { compare_files(&Folder::open(path), &proof) } else { Ok(None) };
    let files = match compared {
        Ok(files) => files,
        Err(fault) => return explain(&[fault]),
    };
    let (lines, digest) = (proof.mark.line, proof.mark.digest.in_groups().join(" "));
    let state = match proof.sealed {
        Some((Ending::Complete, deviations)) => words::VerifySealed { lines, deviations }.to_string(),
        Some((Ending::Aborted, deviations)) => words::VerifyAborted { lines, deviations }.to_string(),
        None => words::VerifyUnsealed { lines }.to_string(),
    };
    let checked = match files {
        Some(files) => words::VerifyFiles { files }.to_string(),
        None => words::VERIFY_RECORD_ALONE.to_owned(),
    };
    let rehearsal = proof.rehearsal.then(|| words::VERIFY_REHEARSAL.to_owned());
    let rest = [words::VerifyDigest { digest }.to_string(), checked, words::VERIFY_PROVES.to_owned()];
    let lines: Vec<String> = [state].into_iter().chain(rehearsal).chain(withheld(&proof)).chain(rest).collect();
    let printed = print_all(lines.iter().map(String::as_str));
    printed.max(if proof.sealed.is_some() { Exit::Done } else { Exit::Fault })
}
