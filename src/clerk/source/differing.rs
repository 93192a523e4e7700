//! Which files of the keys of a backup are not those that its manifest names. One key never blocks the others.

use sha2::{Digest as _, Sha256};

use crate::clerk::source::Source;
use crate::clerk::wrapped_keys::public_key;
use crate::faults::{self, Fault};
use crate::folder::Folder;
use crate::record::{Fact, FoundInstead, UnusableFile};
use crate::terms::Digest;

impl Source {
    /// What the record says about files that cannot be used. Those made elsewhere are in no manifest: their digests were
    /// taken when the folder was opened.
    ///
    /// # Errors
    /// A file made elsewhere is missing or was changed since, or no wrapped key can be used.
    pub(super) fn differing(&self) -> Result<Vec<Fact>, Fault> {
        if self.is_foreign() {
            for key in self.keys_of_today() {
                self.folder.unchanged(&key.wrapped, key.wrapped_sha256)?;
            }
            return Ok(Vec::new());
        }
        let (mut keys, mut found) = (Vec::new(), Vec::new());
        for key in &self.keys {
            let wrapped = instead(&self.folder, &key.wrapped, key.wrapped_sha256);
            keys.extend(wrapped.map(|file| (key.label.clone(), file)));
            // Without its public key, a key can be brought back all the same; only the proof needs it.
            let public = instead(&self.folder, &key.public, key.public_sha256);
            let none = || match public_key(&self.folder, key) {
                Ok(Some(_)) => None,
                Ok(None) | Err(_) => Some(unusable(&key.public, key.public_sha256, FoundInstead::NoPublicKey)),
            };
            found.extend(public.or_else(none));
        }
        if keys.len() == self.keys.len() && !keys.is_empty() {
            let files: Vec<&str> = keys.iter().map(|(_, file)| file.file.as_str()).collect();
            return Err(Fault::from(faults::SourceNoKeyUsable { files: files.join(", ") }));
        }
        let wrapped = (!keys.is_empty()).then_some(Fact::WrappedKeysUnusable { keys });
        let files = found.iter().map(|file| file.file.clone()).collect();
        let public = (!found.is_empty()).then_some(Fact::PublicKeysUnusable { files, found });
        Ok(wrapped.into_iter().chain(public).collect())
    }
}

/// What is in the place of a file; `None`: the file itself.
fn instead(folder: &Folder, name: &str, expected: Digest) -> Option<UnusableFile> {
    let found = if folder.has(name) {
        match folder.read(name) {
            Ok(content) => Some(Digest(Sha256::digest(&content).into()))
                .filter(|found| *found != expected)
                .map(FoundInstead::Changed),
            Err(fault) => {
                let why = fault.values.iter().find(|(name, _)| *name == "why").map(|(_, why)| why.clone());
                Some(FoundInstead::Unreadable(why.unwrap_or_else(|| fault.name.word().to_owned())))
            }
        }
    } else {
        Some(FoundInstead::Missing)
    };
    found.map(|found| unusable(name, expected, found))
}

fn unusable(name: &str, expected: Digest, found: FoundInstead) -> UnusableFile {
    UnusableFile { file: name.to_owned(), expected, found }
}
