//! The files of a sitting's folder: their names, written once, read only if unchanged.

use sha2::{Digest as _, Sha256};

use crate::clerk::Clerk;
use crate::faults::{self, Fault};
use crate::folder::{Folder, WrittenFile};
use crate::record::Fact;
use crate::terms::{Digest, DkekShareNumber, KeyLabel};

/// The manifest.
pub const MANIFEST: &str = "manifest.json";

/// The share file of a DKEK share.
pub fn share_file_name(share: DkekShareNumber) -> String {
    format!("dkek-{share}.pbe")
}

/// The file of a wrapped key.
pub fn wrapped_name(label: &KeyLabel) -> String {
    format!("keys/{label}.wrapped")
}

/// The file of a public key.
pub fn public_name(label: &KeyLabel) -> String {
    format!("keys/{label}.pub.pem")
}

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

/// The content of a file, unchanged since its digest was recorded.
///
/// # Errors
/// It is missing, cannot be read, or was changed.
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

/// A share file of this sitting, unchanged since it was written.
///
/// # Errors
/// It has not been written yet, or it was changed.
pub fn own_share_file(clerk: &Clerk, share: DkekShareNumber) -> Result<Vec<u8>, Fault> {
    let sha256 = clerk.manifest.share_files.get(&share).ok_or(faults::StepNotPossible)?;
    unchanged(&clerk.folder, &share_file_name(share), *sha256)
}
