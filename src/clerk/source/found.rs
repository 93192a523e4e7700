//! What the files of a folder made elsewhere are: share files, wrapped keys, copies of either, and the rest.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::dkek::{ShareFile, WrappedKeyFile};
use crate::faults::{self, Fault, FaultName};
use crate::folder::{Folder, names};
use crate::terms::Digest;

/// A folder with more files than this is not a backup.
const MOST_FILES: usize = 1000;

/// A file of one of the two kinds, with what was read from it.
pub struct FoundFile<T> {
    /// Its name in the folder.
    pub name: String,
    /// Its digest.
    pub digest: Digest,
    /// What it holds.
    pub content: T,
}

/// What the files of a folder are. A file that says the same as another one is only a copy.
#[derive(Default)]
pub struct Found {
    /// One of each share file, by name.
    pub share_files: Vec<FoundFile<ShareFile>>,
    /// One of each wrapped key, by name.
    pub keys: Vec<FoundFile<WrappedKeyFile>>,
    /// Copies, each with the file that is used instead.
    pub copies: Vec<(String, String)>,
    /// Files that are neither.
    pub passed_over: Vec<String>,
    /// Files that begin like a wrapped key but cannot be read as one.
    pub damaged: Vec<String>,
    /// Files that begin like a share file but cannot be read as one. They are among those passed over, too.
    pub damaged_shares: Vec<String>,
}

impl Found {
    /// Goes through the folder's files: what parses as a share file is one, what parses as a wrapped key is one.
    ///
    /// # Errors
    /// It is no folder, has too many files, or cannot be read.
    pub fn look_through(folder: &Folder) -> Result<Self, Fault> {
        let (files, others) = list(folder)?;
        let mut found = Self { passed_over: others, ..Self::default() };
        for name in files {
            match folder.read(&name) {
                Err(fault) if fault.name == FaultName::FileTooLarge => found.passed_over.push(name),
                content => found.sort(name, &content?),
            }
        }
        let share = |one: &FoundFile<ShareFile>, other: &FoundFile<ShareFile>| {
            one.content.to_bytes() == other.content.to_bytes()
        };
        let key = |one: &FoundFile<WrappedKeyFile>, other: &FoundFile<WrappedKeyFile>| {
            one.content.says_no_more_than(&other.content)
        };
        found.keys.sort_by_key(|file| std::cmp::Reverse(parts(&file.content)));
        let copies = [keep_one(&mut found.share_files, share), keep_one(&mut found.keys, key)].concat();
        found.copies = copies;
        let copies = found.copies.iter_mut().flat_map(|(copy, of)| [copy, of]);
        let listed = found.passed_over.iter_mut().chain(&mut found.damaged).chain(&mut found.damaged_shares);
        for name in listed.chain(copies) {
            *name = printable(name);
        }
        found.passed_over.sort();
        Ok(found)
    }

    fn sort(&mut self, name: String, content: &[u8]) {
        let digest = Digest(Sha256::digest(content).into());
        if let Ok(content) = ShareFile::parse(content) {
            self.share_files.push(FoundFile { name, digest, content });
            return;
        }
        match WrappedKeyFile::parse(content) {
            Ok(content) => self.keys.push(FoundFile { name, digest, content }),
            Err(_) if WrappedKeyFile::begins(content) || is_named_wrapped(&name) => self.damaged.push(name),
            Err(_) => {
                self.damaged_shares.extend(ShareFile::begins(content).then(|| name.clone()));
                self.passed_over.push(name);
            }
        }
    }
}

/// Only people read them, and no name may look like a sentence of the program.
fn printable(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// The names of the folder's files, and of everything else in it.
fn list(folder: &Folder) -> Result<(Vec<String>, Vec<String>), Fault> {
    if !folder.path().is_dir() {
        return Err(Fault::from(faults::SourceMissing { folder: folder.path().display() }));
    }
    let too_many = || Fault::from(faults::SourceTooManyFiles { folder: folder.path().display(), most: MOST_FILES });
    let mut listing = folder.list("", MOST_FILES)?.ok_or_else(too_many)?;
    // A sitting of ours that was broken off before its manifest was written has its keys in a folder of their own.
    if let Some(place) = listing.others.iter().position(|name| name == names::KEYS) {
        listing.others.remove(place);
        let inside = folder.list(names::KEYS, MOST_FILES)?.ok_or_else(too_many)?;
        listing.files.extend(inside.files);
        listing.others.extend(inside.others);
    }
    // The copy of a file has the longer name: "key (copy).bin", "key.bin.old".
    listing.files.sort_by_key(|name| (name.len(), name.clone()));
    Ok((listing.files, listing.others))
}

/// Takes out files that say no more than an earlier one, and orders the others by name; returns those taken out, with
/// the file that stays.
fn keep_one<T>(
    files: &mut Vec<FoundFile<T>>,
    is_copy: impl Fn(&FoundFile<T>, &FoundFile<T>) -> bool,
) -> Vec<(String, String)> {
    let (mut kept, mut copies): (Vec<FoundFile<T>>, Vec<_>) = (Vec::new(), Vec::new());
    for file in files.drain(..) {
        match kept.iter().find(|other| is_copy(&file, other)) {
            Some(other) => copies.push((file.name, other.name.clone())),
            None => kept.push(file),
        }
    }
    kept.sort_by(|one, other| one.name.cmp(&other.name));
    *files = kept;
    copies
}

/// How much a wrapped key has with it.
fn parts(file: &WrappedKeyFile) -> usize {
    usize::from(file.description.is_some()) + usize::from(file.certificate.is_some())
}

/// Whether a file has a name that this program gives only to wrapped keys.
fn is_named_wrapped(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|end| end == names::WRAPPED)
}
