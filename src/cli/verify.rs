//! `ceremony verify`: checks a record, and the files of its folder, and says what it proves.

use crate::faults::{self, Fault};
use crate::script::words;
use std::path::Path;

use super::Exit;
use super::read::{Unreadable, read_named};
use super::say::{explain, print_all};
use crate::bundle::compare_files;
use crate::folder::{Folder, names};
use crate::record::{Ending, verify};
use crate::script::{Script, fill};

/// Checks a record and, of a finished folder, every file that the record names; says what was checked and what it proves.
pub fn verify_record(path: &Path, script: &Script) -> Exit {
    let is_folder = path.is_dir();
    let file = if is_folder { path.join(names::RECORD) } else { path.to_owned() };
    let read = read_named(&file, Folder::LARGEST_FILE, script).map_err(|unreadable| {
        let why = match unreadable {
            Unreadable::TooLarge => words::TOO_LARGE.to_owned(),
            Unreadable::Because(why) => why,
        };
        Fault::from(faults::FileRead { file: file.display(), why })
    });
    let checked = read.and_then(|text| verify(&text));
    let proof = match checked {
        Ok(proof) => proof,
        Err(fault) => return explain(script, &[fault]),
    };
    let compared = if is_folder { compare_files(&Folder::open(path), &proof) } else { Ok(None) };
    let files = match compared {
        Ok(files) => files,
        Err(fault) => return explain(script, &[fault]),
    };
    let values = [
        ("files", files.unwrap_or_default().to_string()),
        ("ceremony", proof.ceremony.word().to_owned()),
        ("lines", proof.mark.line.to_string()),
        ("digest", proof.mark.digest.in_groups().join(" ")),
        ("deviations", proof.sealed.map_or(0, |(_, deviations)| deviations).to_string()),
    ];
    let state = match proof.sealed {
        Some((Ending::Complete, _)) => "verify-sealed",
        Some((Ending::Aborted, _)) => "verify-aborted",
        None => "verify-unsealed",
    };
    let mut words = vec![state];
    if proof.rehearsal {
        words.push("verify-rehearsal");
    }
    let checked = if files.is_some() { "verify-files" } else { "verify-record-alone" };
    words.extend(["verify-digest", checked, "verify-proves"]);
    let lines: Vec<String> = words.into_iter().map(|word| fill(script.word(word), &values)).collect();
    let printed = print_all(lines.iter().map(String::as_str));
    printed.max(if proof.sealed.is_some() { Exit::Done } else { Exit::Fault })
}
