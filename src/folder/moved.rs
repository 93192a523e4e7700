//! The folder of a sitting goes on in another place, because its disk takes no more.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use super::record_file::RecordFile;
use super::{Folder, names, reason, sync_folder};
use crate::faults::{self, Fault};

impl Folder {
    /// Copies everything into a new folder of the same name in `place`, reads it back, and goes on with the record there, the line
    /// that is missing here included. The record here gets another name, so that nobody goes on with both; if that is not possible,
    /// `false` says so. Everything else here stays. `also`: what else has to happen before the record there counts.
    ///
    /// # Errors
    /// The place is not there, is a link, is in this folder, has such a folder already, or cannot be written; or a file here cannot
    /// be read. Then nothing is left there.
    pub fn move_to(
        &self,
        place: &Path,
        record: &RecordFile,
        also: impl FnOnce(&Self) -> Result<(), Fault>,
    ) -> Result<(Self, RecordFile, bool), Fault> {
        let not_there =
            |error: &io::Error| Fault::from(faults::MoveNotThere { place: place.display(), why: reason(error) });
        let found = fs::symlink_metadata(place).map_err(|error| not_there(&error))?;
        if found.is_symlink() {
            return Err(Fault::from(faults::FolderIsLink { folder: place.display() }));
        }
        if !found.is_dir() {
            return Err(not_there(&io::ErrorKind::NotADirectory.into()));
        }
        let inside = |here: std::path::PathBuf| fs::canonicalize(place).is_ok_and(|there| there.starts_with(here));
        let moved = Self::open(&place.join(self.name()));
        if moved.path().symlink_metadata().is_ok() || fs::canonicalize(self.path()).is_ok_and(inside) {
            return Err(Fault::from(faults::MoveTaken { folder: moved.path().display() }));
        }
        let goes_on = self.fill(&moved, record).and_then(|goes_on| also(&moved).map(|()| goes_on)).inspect_err(|_| {
            // It was made here, and nobody has used it.
            let _ = fs::remove_dir_all(moved.path());
        });
        let goes_on = goes_on.map_err(|fault| failed(place, &fault))?;
        let left = self.path().join(names::RECORD);
        let out_of_use =
            fs::rename(&left, self.path().join(names::MOVED_RECORD)).and_then(|()| sync_folder(self.path()));
        Ok((moved, goes_on, out_of_use.is_ok()))
    }

    fn fill(&self, moved: &Self, record: &RecordFile) -> Result<RecordFile, Fault> {
        let mut folders = vec![String::new(), names::KEYS.to_owned()];
        let listing = self.list("", Self::MOST_FILES)?.unwrap_or_default();
        folders.extend(listing.others.into_iter().filter(|name| names::is_set_aside(name)));
        for folder in &folders {
            let path = moved.path().join(folder);
            let made = DirBuilder::new().mode(0o700).create(&path);
            made.map_err(|error| Fault::from(faults::FileWrite { file: path.display(), why: reason(&error) }))?;
        }
        for folder in &folders {
            for name in self.list(folder, Self::MOST_FILES)?.unwrap_or_default().files {
                if name != names::RECORD && !name.ends_with(names::UNFINISHED) {
                    moved.write_new(&name, &self.read(&name)?)?;
                }
            }
        }
        let lines = record.all_lines();
        let goes_on = RecordFile::create_with(moved, lines.clone())?;
        if moved.read(names::RECORD)? != lines {
            return Err(Fault::from(faults::FileDiffers { file: names::RECORD }));
        }
        if let Some(place) = moved.path().parent() {
            let synced = sync_folder(place);
            synced.map_err(|error| Fault::from(faults::FileWrite { file: place.display(), why: reason(&error) }))?;
        }
        Ok(goes_on)
    }
}

/// A fault of a file, as one of the move.
fn failed(place: &Path, fault: &Fault) -> Fault {
    let value = |wanted: &str| fault.values.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.clone());
    let differs = || "what was read back is not what was written".to_owned();
    Fault::from(faults::MoveFails {
        place: place.display(),
        file: value("file").unwrap_or_default(),
        why: value("why").unwrap_or_else(differs),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::faults::FaultName;

    #[test]
    fn a_sitting_goes_on_in_another_place_and_only_there() {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = Folder::create(here.path(), "sitting").unwrap();
        folder.write_new("keys/a.wrapped", b"abc").unwrap();
        folder.set_aside("keys/a.wrapped").unwrap();
        folder.write_new("keys/a.wrapped", b"abcd").unwrap();
        let mut record = RecordFile::create(&folder).unwrap();
        record.add("one\n").unwrap();
        let (moved, mut goes_on, out_of_use) = folder.move_to(there.path(), &record, |_| Ok(())).unwrap();
        assert!(out_of_use);
        goes_on.add("two\n").unwrap();
        assert_eq!(moved.path(), there.path().join("sitting"));
        assert_eq!(moved.read(names::RECORD).unwrap(), b"one\ntwo\n");
        assert_eq!(moved.read("keys/a.wrapped").unwrap(), b"abcd");
        assert_eq!(moved.read("set-aside-1/keys-a.wrapped").unwrap(), b"abc");
        assert!(!folder.has(names::RECORD), "nobody goes on with it");
        assert_eq!(folder.read(names::MOVED_RECORD).unwrap(), b"one\n");
        assert_eq!(folder.read("keys/a.wrapped").unwrap(), b"abcd", "everything else stays");
    }

    #[test]
    fn a_place_that_does_not_do_is_named_and_nothing_is_left_there() {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = Folder::create(here.path(), "sitting").unwrap();
        let mut record = RecordFile::create(&folder).unwrap();
        record.add("one\n").unwrap();
        let refused = |place: &Path| folder.move_to(place, &record, |_| Ok(())).err().unwrap().name;
        assert_eq!(refused(&there.path().join("none")), FaultName::MoveNotThere);
        assert_eq!(refused(here.path()), FaultName::MoveTaken, "it is there already");
        assert_eq!(refused(&folder.path().join("keys")), FaultName::MoveTaken, "in itself");
        let link = there.path().join("link");
        std::os::unix::fs::symlink(here.path(), &link).unwrap();
        assert_eq!(refused(&link), FaultName::FolderIsLink);
        assert_eq!(refused(Path::new("/proc")), FaultName::MoveFails);
        fs::create_dir(folder.path().join("plan.json")).unwrap();
        fs::remove_dir(folder.path().join("keys")).unwrap();
        assert_eq!(refused(there.path()), FaultName::MoveFails, "a folder here cannot be read");
        assert!(!there.path().join("sitting").exists());
        assert!(folder.has(names::RECORD));
    }
}
