//! The files of a sitting's folder: written once, read only as they were written.

use crate::clerk::Clerk;
use crate::faults::{self, Fault};
use crate::folder::{Folder, WrittenFile, names};
use crate::record::Fact;
use crate::terms::DkekShareNumber;

/// Writes a file, or finds identical content there from an earlier attempt.
///
/// # Errors
/// It cannot be written, or its name is taken by something else.
pub fn write_once(folder: &Folder, name: &str, content: &[u8]) -> Result<WrittenFile, Fault> {
    if folder.has(name) && folder.read(name)? == content {
        return folder.written(name);
    }
    folder.write_new(name, content)
}

/// The record's fact about a file that was written.
pub fn written(file: WrittenFile) -> Fact {
    Fact::Written { file: file.name, bytes: file.bytes, sha256: file.sha256 }
}

/// A share file of this sitting, still the one that was written.
///
/// # Errors
/// It has not been written yet, or it was changed.
pub fn own_share_file(clerk: &Clerk, share: DkekShareNumber) -> Result<Vec<u8>, Fault> {
    let sha256 = clerk.manifest.share_files.get(&share).ok_or(faults::StepNotPossible)?;
    clerk.folder.unchanged(&names::share_file(share), *sha256)
}
