//! The file of the record: one line at a time, synced before anything else happens. A line that could not be written is kept, and
//! written again at its place.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::{Advice, OFlags, fadvise};

use super::{Folder, names, reason, sync_folder, write_fault};
use crate::faults::{self, Fault};

/// The file of the record. What it holds, it knows by heart: a record is a few hundred kilobytes, and nothing in it is secret.
pub struct RecordFile {
    file: File,
    folder: Folder,
    /// The lines that are on the disk, synced.
    whole: Vec<u8>,
    /// The line that could not be written, if there is one. How much of it is on the disk is not known.
    pending: Option<Vec<u8>>,
}

impl RecordFile {
    /// Begins a new record.
    ///
    /// # Errors
    /// It exists already, or cannot be written.
    pub fn create(folder: &Folder) -> Result<Self, Fault> {
        Self::create_with(folder, Vec::new())
    }

    /// Begins it with these lines, in a folder of its own.
    pub(super) fn create_with(folder: &Folder, lines: Vec<u8>) -> Result<Self, Fault> {
        let fault = |error: io::Error| write_fault(names::RECORD, &error);
        let path = folder.path().join(names::RECORD);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(fault)?;
        file.write_all_at(&lines, 0).and_then(|()| file.sync_all()).map_err(fault)?;
        sync_folder(folder.path()).map_err(fault)?;
        Ok(Self { file, folder: folder.clone(), whole: lines, pending: None })
    }

    /// Goes on with a record that is there already.
    ///
    /// # Errors
    /// It is missing, or cannot be written.
    pub fn go_on(folder: &Folder) -> Result<Self, Fault> {
        let whole = folder.read(names::RECORD)?;
        let file = open(folder.path()).map_err(|error| write_fault(names::RECORD, &error))?;
        Ok(Self { file, folder: folder.clone(), whole, pending: None })
    }

    /// Adds a line. If it cannot be written, [`RecordFile::try_again`] writes it.
    ///
    /// # Errors
    /// It cannot be written, or an earlier line is still missing.
    pub fn add(&mut self, line: &str) -> Result<(), Fault> {
        if self.pending.is_some() {
            return self.try_again().and_then(|()| self.add(line));
        }
        let place = self.whole.len() as u64;
        match self.file.write_all_at(line.as_bytes(), place).and_then(|()| self.file.sync_data()) {
            Ok(()) => {
                self.whole.extend_from_slice(line.as_bytes());
                Ok(())
            }
            Err(error) => {
                self.pending = Some(line.as_bytes().to_vec());
                Err(Fault::from(faults::RecordLineUnwritten { why: reason(&error) }))
            }
        }
    }

    /// Writes the line that is missing. The file is opened again, because its disk may have been out, and compared with what it has
    /// to hold. The whole line goes to its place once more, and not only the bytes that are missing: after a sync that failed, the
    /// system takes bytes for written that never reached the disk. What was synced before stays untouched. Then all is read back.
    ///
    /// # Errors
    /// It still cannot be written, or the file holds something else.
    pub fn try_again(&mut self) -> Result<(), Fault> {
        let Some(line) = &self.pending else { return Ok(()) };
        let fault = |error: io::Error| Fault::from(faults::RecordLineUnwritten { why: reason(&error) });
        let mut expected = self.whole.clone();
        expected.extend_from_slice(line);
        let mut file = open(self.folder.path()).map_err(fault)?;
        let found = content(&mut file).map_err(fault)?;
        if !expected.starts_with(&found) {
            return Err(Fault::from(faults::RecordChanged));
        }
        // A disk that lost what it had synced gets that again, too.
        let from = found.len().min(self.whole.len());
        let rest = expected.get(from..).unwrap_or_default();
        file.write_all_at(rest, from as u64).and_then(|()| file.sync_all()).map_err(fault)?;
        sync_folder(self.folder.path()).map_err(fault)?;
        // Through a descriptor of its own, so that nothing is left of what was written through the other.
        let mut back = open(self.folder.path()).map_err(fault)?;
        if content(&mut back).map_err(fault)? != expected {
            return Err(Fault::from(faults::RecordChanged));
        }
        (self.file, self.whole, self.pending) = (file, expected, None);
        Ok(())
    }

    /// Whether a line is missing on the disk.
    pub const fn lacks_a_line(&self) -> bool {
        self.pending.is_some()
    }

    /// Every line so far, the missing one included.
    pub(super) fn all_lines(&self) -> Vec<u8> {
        [self.whole.as_slice(), self.pending.as_deref().unwrap_or_default()].concat()
    }
}

/// Opens the record of a folder for reading and writing: never a link, and never a new file.
fn open(folder: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW.bits().cast_signed();
    OpenOptions::new().read(true).write(true).custom_flags(flags).open(folder.join(names::RECORD))
}

/// What is in it, from the disk where the system lets us ask for that.
fn content(file: &mut File) -> io::Result<Vec<u8>> {
    let _ = fadvise(&*file, 0, None, Advice::DontNeed);
    let mut content = Vec::new();
    file.take(Folder::LARGEST_FILE + 1).read_to_end(&mut content)?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::faults::FaultName;

    /// A record whose second line did not get onto the disk, but for its first bytes.
    fn torn(place: &Path) -> (Folder, RecordFile) {
        let folder = Folder::create(place, "sitting").unwrap();
        let mut record = RecordFile::create(&folder).unwrap();
        record.add("one\n").unwrap();
        record.pending = Some(b"two\n".to_vec());
        fs::write(folder.path().join(names::RECORD), "one\ntw").unwrap();
        (folder, record)
    }

    #[test]
    fn a_line_that_is_missing_is_written_once_and_at_its_place() {
        let place = tempfile::tempdir().unwrap();
        let (folder, mut record) = torn(place.path());
        assert!(record.lacks_a_line());
        record.try_again().unwrap();
        record.try_again().unwrap();
        record.add("three\n").unwrap();
        assert_eq!(folder.read(names::RECORD).unwrap(), b"one\ntwo\nthree\n");
        assert_eq!(RecordFile::go_on(&folder).unwrap().all_lines(), b"one\ntwo\nthree\n");
    }

    #[test]
    fn a_disk_that_comes_back_without_its_last_bytes_gets_them_again() {
        let place = tempfile::tempdir().unwrap();
        let (folder, mut record) = torn(place.path());
        let path = folder.path().join(names::RECORD);
        fs::remove_file(&path).unwrap();
        assert_eq!(record.try_again().unwrap_err().name, FaultName::RecordLineUnwritten, "its disk is out");
        fs::write(&path, "on").unwrap();
        record.try_again().unwrap();
        assert_eq!(folder.read(names::RECORD).unwrap(), b"one\ntwo\n");
    }

    #[test]
    fn another_record_in_its_place_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let (folder, mut record) = torn(place.path());
        let path = folder.path().join(names::RECORD);
        for other in ["other\n", "one\ntwo\nthree\n"] {
            fs::write(&path, other).unwrap();
            assert_eq!(record.try_again().unwrap_err().name, FaultName::RecordChanged);
            assert_eq!(fs::read_to_string(&path).unwrap(), other);
        }
        fs::remove_file(&path).unwrap();
        fs::write(place.path().join("elsewhere"), "one\n").unwrap();
        std::os::unix::fs::symlink(place.path().join("elsewhere"), &path).unwrap();
        let fault = record.try_again().unwrap_err();
        assert_eq!(fault.values, [("why", "a link is in its place".to_owned())]);
    }
}
