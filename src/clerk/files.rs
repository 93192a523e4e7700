//! The files of a sitting's folder: written once, read only as they were written.

use sha2::{Digest as _, Sha256};

use crate::clerk::Clerk;
use crate::faults::{self, Fault};
use crate::folder::{Folder, WrittenFile, names};
use crate::record::Fact;
use crate::terms::{Digest, DkekShareNumber};

/// Writes a file, or finds the very same content there from an earlier try.
///
/// # Errors
/// It cannot be written, or something else has its name.
pub fn write_once(folder: &Folder, name: &str, content: &[u8]) -> Result<WrittenFile, Fault> {
    if folder.has(name) && folder.read(name)? == content {
        return folder.written(name);
    }
    folder.write_new(name, content)
}

/// What the record says of a file that was written.
pub fn written(file: WrittenFile) -> Fact {
    Fact::Written { file: file.name, bytes: file.bytes, sha256: file.sha256 }
}

/// The content of a file, unchanged since its digest was noted.
///
/// # Errors
/// It is not there, cannot be read, or was changed.
pub fn unchanged(folder: &Folder, name: &str, sha256: Digest) -> Result<Vec<u8>, Fault> {
    if !folder.has(name) {
        return Err(Fault::from(faults::SourceFileMissing { file: name }));
    }
    let content = folder.read(name)?;
    if Digest(Sha256::digest(&content).into()) != sha256 {
        return Err(Fault::from(faults::SourceFileChanged { file: name }));
    }
    Ok(content)
}

/// A share file of this sitting, still the one that was written.
///
/// # Errors
/// It was not written yet, or it was changed.
pub fn own_share_file(clerk: &Clerk, share: DkekShareNumber) -> Result<Vec<u8>, Fault> {
    let sha256 = clerk.manifest.share_files.get(&share).ok_or(faults::StepNotPossible)?;
    unchanged(&clerk.folder, &names::share_file(share), *sha256)
}
