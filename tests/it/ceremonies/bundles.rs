//! The folder of a sitting explains itself, and both verifiers agree on what became of it.

use hsm_ceremony::folder::{Folder, names};
use hsm_ceremony::record::LaidOutFile;

/// What explains a folder, as `app` writes it, with the digests that the record names.
pub fn laid_out(folder: &Folder) -> Vec<LaidOutFile> {
    let there = [
        names::RESTORE,
        names::HANDBOOK,
        names::VERIFY,
        names::SCRIPT,
        names::REBUILD,
        names::WORD_LIST,
        names::BLANK_CARDS,
    ];
    let named = |name: &&str| {
        let written = folder.written(name).unwrap();
        LaidOutFile { file: written.name, sha256: written.sha256 }
    };
    there.iter().filter(|name| folder.has(name)).map(named).collect()
}
