//! Copies of a sitting's folder on other disks: each file is written, synced and read back.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::{Folder, names, reason, sync_folder};
use crate::faults::{self, Fault, FaultName};
use crate::terms::Digest;

/// What a copy holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// How many files.
    pub files: u32,
    /// Their sizes together.
    pub bytes: u64,
}

impl Folder {
    /// The folder that stands for a medium in a rehearsal, beside this one.
    ///
    /// # Errors
    /// It cannot be created.
    pub fn medium_beside(&self, number: u8) -> Result<PathBuf, Fault> {
        let place = self.path().with_file_name(names::rehearsed_medium(number));
        match DirBuilder::new().mode(0o700).create(&place) {
            Err(error) if !place.is_dir() => Err(not_there(&place, &error)),
            Ok(()) | Err(_) => Ok(place),
        }
    }

    /// Whether a place is on another disk than this folder and than these copies: what lies on one disk is lost together.
    ///
    /// # Errors
    /// It is not, or is not there.
    pub fn check_other_disk(&self, place: &Path, copies: &[String]) -> Result<(), Fault> {
        let disk = fs::metadata(place).map_err(|error| not_there(place, &error))?.dev();
        let same = |other: &Path| fs::metadata(other).is_ok_and(|other| other.dev() == disk);
        if same(self.path()) {
            return Err(Fault::from(faults::MediumIsThisDisk { place: place.display() }));
        }
        match copies.iter().find(|copy| same(Path::new(copy))) {
            Some(other) => Err(Fault::from(faults::MediumHasACopy { place: place.display(), other })),
            None => Ok(()),
        }
    }

    /// Copies the folder as it is now into a place, under its own name, and reads every file back. A copy that an earlier
    /// attempt left incomplete is completed; nothing else there is touched.
    ///
    /// # Errors
    /// The place is not there, cannot be written, or reads back as something else.
    pub fn copy_to(&self, place: &Path) -> Result<Copied, Fault> {
        if !place.is_dir() {
            let error = fs::metadata(place).err().unwrap_or_else(|| io::ErrorKind::NotADirectory.into());
            return Err(not_there(place, &error));
        }
        let copy = Self::open(&place.join(self.name()));
        for folder in [copy.path().to_owned(), copy.path().join(names::KEYS)] {
            match DirBuilder::new().mode(0o700).create(&folder) {
                Err(error) if !folder.is_dir() => return Err(fails(place, &self.name(), reason(&error))),
                Ok(()) | Err(_) => {}
            }
        }
        sync_folder(place).map_err(|error| fails(place, &self.name(), reason(&error)))?;
        self.bring_up_to_date(&copy)
    }

    /// Brings a copy that was made earlier up to date: what was written here since then is added to it, and everything is
    /// read back.
    ///
    /// # Errors
    /// It is not there, cannot be written, or reads back as something else.
    pub fn complete_copy(&self, copy: &Path) -> Result<Copied, Fault> {
        if !copy.is_dir() {
            return Err(not_there(copy, &io::ErrorKind::NotFound.into()));
        }
        self.bring_up_to_date(&Self::open(copy))
    }

    fn bring_up_to_date(&self, copy: &Self) -> Result<Copied, Fault> {
        let place = copy.path().parent().unwrap_or_else(|| copy.path());
        let mut written = Vec::new();
        let mut bytes = 0;
        for name in self.files_to_copy()? {
            let content = self.read(&name)?;
            let added = if !copy.has(&name) {
                copy.write_new(&name, &content).map(|_| ())
            } else if name == names::RECORD {
                copy.add_what_follows(&name, &content)
            } else {
                Ok(())
            };
            added.map_err(|fault| about(place, &name, fault))?;
            bytes += content.len() as u64;
            written.push((name, Digest(Sha256::digest(&content).into())));
        }
        for (name, sha256) in &written {
            copy.unchanged(name, *sha256).map_err(|fault| about(place, name, fault))?;
        }
        Ok(Copied { files: u32::try_from(written.len()).unwrap_or(u32::MAX), bytes })
    }

    /// The files of a sitting. A software card is no part of it: it is used after its rehearsal, too.
    fn files_to_copy(&self) -> Result<Vec<String>, Fault> {
        let mut files = Vec::new();
        for place in ["", names::KEYS] {
            let listing = self.list(place, Self::MOST_FILES)?;
            files.extend(listing.into_iter().flat_map(|listing| listing.files));
        }
        files.retain(|name| !name.ends_with(names::UNFINISHED));
        files.sort();
        Ok(files)
    }

    /// Adds the rest of a file that begins like this one.
    fn add_what_follows(&self, name: &str, content: &[u8]) -> Result<(), Fault> {
        let before = self.read(name)?;
        let Some(rest) = content.strip_prefix(before.as_slice()) else {
            return Err(Fault::from(faults::FileDiffers { file: name }));
        };
        if rest.is_empty() {
            return Ok(());
        }
        let added = || {
            let mut file = OpenOptions::new().append(true).mode(0o600).open(self.path().join(name))?;
            file.write_all(rest).and_then(|()| file.sync_all())
        };
        added().map_err(|error: io::Error| Fault::from(faults::FileWrite { file: name, why: reason(&error) }))
    }
}

fn not_there(place: &Path, error: &io::Error) -> Fault {
    Fault::from(faults::MediumNotThere { place: place.display(), why: reason(error) })
}

fn fails(place: &Path, file: &str, why: String) -> Fault {
    Fault::from(faults::MediumFails { place: place.display(), file, why })
}

/// A fault of a file, as one of the medium that it is on.
fn about(place: &Path, file: &str, fault: Fault) -> Fault {
    match fault.name {
        FaultName::FileDiffers | FaultName::SourceFileChanged => {
            Fault::from(faults::MediumDiffers { place: place.display(), file })
        }
        FaultName::FileWrite | FaultName::FileRead => {
            let why = fault.values.iter().find(|(name, _)| *name == "why").map(|(_, why)| why.clone());
            fails(place, file, why.unwrap_or_default())
        }
        _ => fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sitting(records: &Path) -> Folder {
        let folder = Folder::create(records, "REHEARSAL-sitting").unwrap();
        for (name, content) in [("plan.json", "{}"), ("keys/a.wrapped", "abc"), ("record.jsonl", "one\n")] {
            folder.write_new(name, content.as_bytes()).unwrap();
        }
        folder
    }

    #[test]
    fn a_copy_is_the_same_and_gets_what_was_written_later() {
        let (records, medium) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = sitting(records.path());
        assert_eq!(folder.copy_to(medium.path()).unwrap(), Copied { files: 3, bytes: 9 });
        let copy = medium.path().join("REHEARSAL-sitting");
        fs::write(folder.path().join("record.jsonl"), "one\ntwo\n").unwrap();
        folder.write_new("report.md", b"report").unwrap();
        assert_eq!(folder.complete_copy(&copy).unwrap(), Copied { files: 4, bytes: 19 });
        for name in ["plan.json", "keys/a.wrapped", "record.jsonl", "report.md"] {
            assert_eq!(Folder::open(&copy).read(name), folder.read(name), "{name}");
        }
        assert_eq!(folder.copy_to(medium.path()).unwrap().files, 4, "an attempt can be repeated");
    }

    #[test]
    fn a_medium_that_fails_is_named_and_keeps_what_was_on_it() {
        let (records, medium) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = sitting(records.path());
        let name = |place: &Path| folder.copy_to(place).unwrap_err().name;
        assert_eq!(name(&medium.path().join("none")), FaultName::MediumNotThere);
        assert_eq!(name(Path::new("/proc/self")), FaultName::MediumFails, "nothing can be written there");
        let in_the_way = medium.path().join("REHEARSAL-sitting");
        fs::write(&in_the_way, "something else").unwrap();
        assert_eq!(name(medium.path()), FaultName::MediumFails);
        assert_eq!(fs::read(&in_the_way).unwrap(), b"something else");
        fs::remove_file(&in_the_way).unwrap();
        folder.copy_to(medium.path()).unwrap();
        for (file, content) in [("plan.json", "{ }"), ("record.jsonl", "two\n")] {
            let good = fs::read(in_the_way.join(file)).unwrap();
            fs::write(in_the_way.join(file), content).unwrap();
            let fault = folder.complete_copy(&in_the_way).unwrap_err();
            assert_eq!(fault.name, FaultName::MediumDiffers, "{file}");
            fs::write(in_the_way.join(file), good).unwrap();
        }
        fs::remove_dir_all(&in_the_way).unwrap();
        assert_eq!(folder.complete_copy(&in_the_way).unwrap_err().name, FaultName::MediumNotThere);
    }

    #[test]
    fn a_copy_on_the_same_disk_is_none() {
        let records = tempfile::tempdir().unwrap();
        let folder = sitting(records.path());
        let here = records.path();
        assert_eq!(folder.check_other_disk(here, &[]).unwrap_err().name, FaultName::MediumIsThisDisk);
        let other = Path::new("/proc");
        assert_eq!(folder.check_other_disk(other, &[]), Ok(()));
        let copies = ["/proc/self".to_owned()];
        assert_eq!(folder.check_other_disk(other, &copies).unwrap_err().name, FaultName::MediumHasACopy);
    }
}
