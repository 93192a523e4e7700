//! The folder of one sitting: each file is created, synced and read back; none is ever replaced.

mod copies;
mod moved;
pub mod names;
mod reason;
mod record_file;
mod set_aside;

pub use copies::Copied;
pub use reason::reason;
pub use record_file::RecordFile;

use crate::faults::{self, Fault};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Advice, OFlags, fadvise, statvfs};
use sha2::{Digest as _, Sha256};

use crate::terms::{Digest, HostFinding};

/// What a sitting needs on its disk, in bytes, many times over: files are a few hundred kilobytes.
const LEAST_FREE: u64 = 8 * 1024 * 1024;

/// Name, size and digest of a file that was written and read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// Its name in the folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Digest,
}

/// What is in a folder.
#[derive(Debug, Default)]
pub struct Listing {
    /// Regular files, by the names that [`Folder::read`] takes.
    pub files: Vec<String>,
    /// Everything else, folders with a trailing slash: to show to people, not to read.
    pub others: Vec<String>,
}

/// The folder of one sitting.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The largest file that is read, in bytes.
    pub const LARGEST_FILE: u64 = 4 * 1024 * 1024;

    /// As many files as a folder of ours can have, many times over.
    const MOST_FILES: usize = 10_000;

    /// Creates a new folder under `records`, with a folder for keys in it, and `records` itself if only that is missing. Only
    /// its owner can read it.
    ///
    /// # Errors
    /// It cannot be created, or its name is taken.
    pub fn create(records: &Path, name: &str) -> Result<Self, Fault> {
        let path = records.join(name);
        let fault = |error: io::Error| write_fault(&path.display().to_string(), &error);
        if records.as_os_str().is_empty() {
            return Err(unusable(records, &io::ErrorKind::NotFound.into()));
        }
        let mut builder = DirBuilder::new();
        builder.mode(0o700);
        if fs::symlink_metadata(records).is_ok_and(|found| found.is_symlink()) {
            return Err(Fault::from(faults::FolderIsLink { folder: records.display() }));
        }
        // Not what is above it: where a disk is not mounted, the records must not end up on another one.
        match builder.create(records) {
            Err(_) if records.is_dir() => {}
            made => made.map_err(|error| unusable(records, &error))?,
        }
        builder.create(&path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => fault(error),
            _ => unusable(records, &error),
        })?;
        builder.create(path.join(names::KEYS)).map_err(fault)?;
        sync_folder(records).map_err(fault)?;
        Ok(Self { path })
    }

    /// What stands against writing a whole sitting here, and its detail: a file is written, synced and removed again where
    /// those of a sitting go.
    pub fn obstacle(&self) -> Option<(HostFinding, String)> {
        let free = statvfs(&self.path).map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
        if let Ok(free) = free
            && free < LEAST_FREE
        {
            return Some((HostFinding::FolderFull, format!("{} KiB", free / 1024)));
        }
        let probes = [names::PROBE.to_owned(), format!("{}{}", names::KEYS, names::PROBE)];
        let error = probes.iter().find_map(|probe| try_out(&self.path.join(probe)).err())?;
        Some((HostFinding::FolderNotWritable, reason(&error)))
    }

    /// An existing folder.
    pub fn open(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its own name.
    pub fn name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Whether it has a file of this name.
    pub fn has(&self, name: &str) -> bool {
        self.path.join(name).symlink_metadata().is_ok()
    }

    /// Writes a file that does not exist yet: under a temporary name first, synced and read back, and only then moved to its
    /// own name. So a file under its own name is always complete.
    ///
    /// # Errors
    /// It exists already, cannot be written, or reads back as something else.
    pub fn write_new(&self, name: &str, content: &[u8]) -> Result<WrittenFile, Fault> {
        let target = self.path.join(name);
        if self.has(name) {
            return Err(Fault::from(faults::FileExists { file: name }));
        }
        // Whoever put a link in the place of a folder would decide where keys and shares are written.
        for folder in [Some(self.path.as_path()), target.parent()].into_iter().flatten() {
            if fs::symlink_metadata(folder).is_ok_and(|found| found.is_symlink()) {
                return Err(Fault::from(faults::FolderIsLink { folder: folder.display() }));
            }
        }
        let part = self.path.join(format!("{name}{}", names::UNFINISHED));
        let fault = |error: io::Error| write_fault(name, &error);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.custom_flags(OFlags::NOFOLLOW.bits().cast_signed()).open(&part).map_err(fault)?;
        file.write_all(content).and_then(|()| file.sync_all()).map_err(fault)?;
        drop(file);
        if self.read(&format!("{name}.part"))? != content {
            return Err(Fault::from(faults::FileDiffers { file: name }));
        }
        move_new(&part, &target).map_err(fault)?;
        if let Some(parent) = target.parent() {
            sync_folder(parent).map_err(fault)?;
        }
        self.written(name)
    }

    /// Name, size and digest of an existing file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn written(&self, name: &str) -> Result<WrittenFile, Fault> {
        let content = self.read(name)?;
        let sha256 = Digest(Sha256::digest(&content).into());
        Ok(WrittenFile { name: name.to_owned(), bytes: content.len() as u64, sha256 })
    }

    /// The content of a file, if it still has this digest.
    ///
    /// # Errors
    /// It is missing, cannot be read, or was changed.
    pub fn unchanged(&self, name: &str, sha256: Digest) -> Result<Vec<u8>, Fault> {
        if !self.has(name) {
            return Err(Fault::from(faults::SourceFileMissing { file: name }));
        }
        let content = self.read(name)?;
        if Digest(Sha256::digest(&content).into()) != sha256 {
            return Err(Fault::from(faults::SourceFileChanged { file: name }));
        }
        Ok(content)
    }

    /// What is in the folder itself (`""`) or in one inside it (such as `keys/`); `None` if there are more than `most`
    /// entries.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn list(&self, place: &str, most: usize) -> Result<Option<Listing>, Fault> {
        let path = self.path.join(place);
        let shown = path.display();
        let fault = |error: io::Error| Fault::from(faults::FileRead { file: &shown, why: reason(&error) });
        let mut listing = Listing::default();
        for entry in fs::read_dir(&path).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            let kind = entry.file_type().map_err(fault)?;
            match entry.file_name().into_string() {
                Ok(name) if kind.is_file() => listing.files.push(format!("{place}{name}")),
                Ok(name) if kind.is_dir() => listing.others.push(format!("{place}{name}/")),
                Ok(name) => listing.others.push(format!("{place}{name}")),
                Err(name) => listing.others.push(format!("{place}{}", name.to_string_lossy())),
            }
            if listing.files.len() + listing.others.len() > most {
                return Ok(None);
            }
        }
        Ok(Some(listing))
    }

    /// Reads a whole file, from the disk where the system lets us ask for that. Only a regular file is read: a pipe or a
    /// device could block or never end, and a link could lead to a file in another folder.
    ///
    /// # Errors
    /// It is missing, too large or not a regular file, or cannot be read.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, Fault> {
        let path = self.path.join(name);
        let fault = |error: io::Error| Fault::from(faults::FileRead { file: name, why: reason(&error) });
        let not_regular = || Fault::from(faults::FileNotOrdinary { file: name });
        if !path.symlink_metadata().map_err(fault)?.is_file() {
            return Err(not_regular());
        }
        // The file may have been replaced since the check.
        let flags = (OFlags::NONBLOCK | OFlags::NOFOLLOW).bits().cast_signed();
        let file = OpenOptions::new().read(true).custom_flags(flags).open(&path).map_err(fault)?;
        if !file.metadata().map_err(fault)?.is_file() {
            return Err(not_regular());
        }
        // What was just written is also in memory, and reading it back from there would prove nothing about the disk. Some
        // file systems cannot drop their cache: then memory is all there is.
        let _ = fadvise(&file, 0, None, Advice::DontNeed);
        let mut content = Vec::new();
        file.take(Self::LARGEST_FILE + 1).read_to_end(&mut content).map_err(fault)?;
        if content.len() as u64 > Self::LARGEST_FILE {
            return Err(Fault::from(faults::FileTooLarge { file: name }));
        }
        Ok(content)
    }
}

/// Gives a file its own name; fails if the name is taken. Falls back to a hard link if the file system cannot do that.
fn move_new(part: &Path, target: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, part, CWD, target, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        Err(rustix::io::Errno::EXIST) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => fs::hard_link(part, target).and_then(|()| fs::remove_file(part)),
    }
}

fn write_fault(name: &str, error: &io::Error) -> Fault {
    Fault::from(faults::FileWrite { file: name, why: reason(error) })
}

/// Writes a file, syncs it and removes it.
fn try_out(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    let written = file.write_all(&[0; 4096]).and_then(|()| file.sync_all());
    fs::remove_file(path).and(written)
}

/// The folder for the records is not there, or nothing can be written into it.
fn unusable(records: &Path, error: &io::Error) -> Fault {
    Fault::from(faults::RecordsUnusable { folder: records.display(), why: reason(error) })
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::FaultName;

    #[test]
    fn a_file_is_written_once_and_never_replaced() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::create(&place.path().join("records"), "sitting").unwrap();
        let written = folder.write_new("keys/a.wrapped", b"abc").unwrap();
        assert_eq!(written, folder.written("keys/a.wrapped").unwrap());
        assert_eq!(folder.write_new("keys/a.wrapped", b"xyz").unwrap_err().name, FaultName::FileExists);
        assert_eq!(folder.read("keys/a.wrapped").unwrap(), b"abc");
        assert_eq!(fs::read_dir(folder.path().join("keys")).unwrap().count(), 1, "nothing half-written is left");
        assert_eq!(Folder::create(&place.path().join("records"), "sitting").unwrap_err().name, FaultName::FileWrite);
        assert_eq!(folder.read("keys/none").unwrap_err().name, FaultName::FileRead);
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        let (place, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let records = place.path().join("records");
        std::os::unix::fs::symlink(elsewhere.path(), &records).unwrap();
        assert_eq!(Folder::create(&records, "sitting").unwrap_err().name, FaultName::FolderIsLink);
        let folder = Folder::create(place.path(), "sitting").unwrap();
        fs::remove_dir(folder.path().join("keys")).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("keys")).unwrap();
        assert_eq!(folder.write_new("keys/a.wrapped", b"abc").unwrap_err().name, FaultName::FolderIsLink);
        std::os::unix::fs::symlink(elsewhere.path().join("b"), folder.path().join("b.part")).unwrap();
        assert_eq!(folder.write_new("b", b"abc").unwrap_err().values[1].1, "a link is in its place");
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_stands_against_writing_a_sitting_is_found_before_it_is_written() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::create(place.path(), "sitting").unwrap();
        assert_eq!(folder.obstacle(), None);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left of the trial");
        fs::remove_dir(folder.path().join("keys")).unwrap();
        let missing = (HostFinding::FolderNotWritable, "no such file or directory".to_owned());
        assert_eq!(folder.obstacle(), Some(missing));
        // A file system that never has any room.
        let full = Folder::open(Path::new("/proc")).obstacle();
        assert_eq!(full, Some((HostFinding::FolderFull, "0 KiB".to_owned())));
    }

    #[test]
    fn records_are_not_kept_where_their_disk_is_not_mounted() {
        let place = tempfile::tempdir().unwrap();
        let mounted = place.path().join("mounted");
        let fault = Folder::create(&mounted.join("records"), "sitting").unwrap_err();
        assert_eq!(fault.name, FaultName::RecordsUnusable);
        assert!(!mounted.exists(), "nothing is made in its place");
        fs::write(&mounted, b"").unwrap();
        assert_eq!(Folder::create(&mounted, "sitting").unwrap_err().name, FaultName::RecordsUnusable);
        assert_eq!(Folder::create(Path::new(""), "sitting").unwrap_err().name, FaultName::RecordsUnusable);
    }

    #[test]
    fn only_regular_files_are_read_and_nothing_blocks() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path());
        let pipe = place.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        fs::write(place.path().join("file"), b"abc").unwrap();
        std::os::unix::fs::symlink(place.path().join("file"), place.path().join("link")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", place.path().join("device")).unwrap();
        fs::create_dir(place.path().join("folder")).unwrap();
        for name in ["pipe", "link", "device", "folder"] {
            assert_eq!(folder.read(name), Err(Fault::from(faults::FileNotOrdinary { file: name })));
        }
        File::create(place.path().join("huge")).unwrap().set_len(Folder::LARGEST_FILE + 1).unwrap();
        assert_eq!(folder.read("huge"), Err(Fault::from(faults::FileTooLarge { file: "huge" })));
        assert_eq!(folder.read("file").unwrap(), b"abc");
    }
}
