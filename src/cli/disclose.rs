//! `ceremony disclose`: a copy of a record for an outsider, without names, notes or bag numbers.

use std::path::{Path, PathBuf};

use super::Exit;
use super::read::read_record;
use super::say::{explain, print_all};
use crate::faults::{self, Fault};
use crate::folder::Folder;
use crate::record::{Part, Proof, disclose, verify};
use crate::script::words;

/// What to withhold, and where the copy goes.
pub struct Disclosure {
    /// The record, or its folder.
    pub record: PathBuf,
    /// What is not in the copy.
    pub parts: Vec<Part>,
    /// The copy; it must not be there yet.
    pub copy: PathBuf,
}

/// The parts in a list of words: `names,notes`.
pub fn parts(list: &str) -> Option<Vec<Part>> {
    list.split(',').map(|word| Part::from_word(word.trim())).collect()
}

/// Writes the copy, reads it back, and says what is not in it.
pub fn write_copy(disclosure: &Disclosure) -> Exit {
    match written(disclosure) {
        Ok(proof) => {
            let file = disclosure.copy.display();
            let (lines, digest) = (proof.mark.line, proof.mark.digest.in_groups().join(" "));
            let written = words::DiscloseWritten { file, lines }.to_string();
            let same = words::DiscloseDigest { digest }.to_string();
            let said: Vec<String> = [written].into_iter().chain(withheld(&proof)).chain([same]).collect();
            print_all(said.iter().map(String::as_str).chain([words::DISCLOSE_READ_IT]))
        }
        Err(fault) => explain(&[fault]),
    }
}

fn written(disclosure: &Disclosure) -> Result<Proof, Fault> {
    let Disclosure { record, parts, copy } = disclosure;
    let text = disclose(&read_record(record)?, parts)?;
    let proof = verify(text.as_bytes())?;
    let name = copy.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| Fault::from(faults::FileNameNeeded { file: copy.display() }))?;
    let place = copy.parent().filter(|place| !place.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Folder::open(place).write_new(name, text.as_bytes())?;
    Ok(proof)
}

/// What a copy of a record does not say; nothing for a whole record.
pub fn withheld(proof: &Proof) -> Option<String> {
    let [names, notes, bags] = [Part::Names, Part::Notes, Part::Bags].map(|part| proof.withheld(part));
    (names + notes + bags > 0).then(|| words::VerifyWithheld { names, notes, bags }.to_string())
}
