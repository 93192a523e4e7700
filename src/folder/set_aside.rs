//! What a sitting left unfinished when its program ended. Nothing is deleted: what no longer counts is set aside.

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::DirBuilderExt;

use sha2::{Digest as _, Sha256};

use super::{Folder, WrittenFile, move_new, names, sync_folder, write_fault};
use crate::faults::{self, Fault};
use crate::terms::Digest;

/// As many entries as a folder of a sitting can have.
const MOST: usize = 10_000;

impl Folder {
    /// Moves a file to a place of its own, and says where it is now.
    ///
    /// # Errors
    /// It is missing, or cannot be moved.
    pub fn set_aside(&self, name: &str) -> Result<WrittenFile, Fault> {
        let file = self.written(name)?;
        let fault = |error: std::io::Error| write_fault(name, &error);
        let place = (1..=MOST).map(names::set_aside).find(|place| !self.has(&format!("{place}{}", flat(name))));
        let place = place.ok_or_else(|| Fault::from(faults::FileExists { file: name }))?;
        if !self.has(place.trim_end_matches('/')) {
            DirBuilder::new().mode(0o700).create(self.path().join(&place)).map_err(fault)?;
        }
        let now = format!("{place}{}", flat(name));
        let (from, to) = (self.path().join(name), self.path().join(&now));
        move_new(&from, &to).map_err(fault)?;
        for changed in [from.parent(), to.parent(), Some(self.path())].into_iter().flatten() {
            sync_folder(changed).map_err(fault)?;
        }
        Ok(WrittenFile { name: now, ..file })
    }

    /// Sets aside what stands after this many bytes of the record: a line that was being written when the program ended.
    /// Nothing, if nothing does.
    ///
    /// # Errors
    /// It cannot be written elsewhere, or the record cannot be cut.
    pub fn cut_record(&self, intact: usize) -> Result<Option<WrittenFile>, Fault> {
        let record = self.read(names::RECORD)?;
        let Some(torn) = record.get(intact..).filter(|torn| !torn.is_empty()) else { return Ok(None) };
        let fault = |error: std::io::Error| write_fault(names::RECORD, &error);
        let named = (1..=MOST).map(|number| format!("{}{}", names::set_aside(number), names::TORN_LINE));
        let name = named.into_iter().find(|name| !self.has(name));
        let name = name.ok_or_else(|| Fault::from(faults::FileExists { file: names::TORN_LINE }))?;
        let place = self.path().join(&name);
        if let Some(parent) = place.parent().filter(|parent| !parent.exists()) {
            DirBuilder::new().mode(0o700).create(parent).map_err(fault)?;
            sync_folder(self.path()).map_err(fault)?;
        }
        let mut written = self.write_new(&name, torn)?;
        written.sha256 = Digest(Sha256::digest(torn).into());
        let open = OpenOptions::new().write(true).open(self.path().join(names::RECORD)).map_err(fault)?;
        open.set_len(intact as u64).and_then(|()| open.sync_all()).map_err(fault)?;
        Ok(Some(written))
    }
}

/// The name of a file without its folders: `keys/a.wrapped` becomes `keys-a.wrapped`.
fn flat(name: &str) -> String {
    name.replace('/', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_longer_counts_is_kept_under_another_name() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::create(place.path(), "sitting").unwrap();
        for turn in 1..=2 {
            folder.write_new("keys/a.wrapped", b"one").unwrap();
            let moved = folder.set_aside("keys/a.wrapped").unwrap();
            assert_eq!(moved.name, format!("set-aside-{turn}/keys-a.wrapped"));
            assert!(!folder.has("keys/a.wrapped"));
            assert_eq!(folder.written(&moved.name).unwrap().sha256, moved.sha256);
        }
    }

    #[test]
    fn a_torn_line_is_cut_off_and_kept() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::create(place.path(), "sitting").unwrap();
        folder.write_new(names::RECORD, b"whole\ntor").unwrap();
        assert_eq!(folder.cut_record(6).unwrap().unwrap().name, "set-aside-1/torn-line.txt");
        assert_eq!(folder.read(names::RECORD).unwrap(), b"whole\n");
        assert_eq!(folder.read("set-aside-1/torn-line.txt").unwrap(), b"tor");
        assert_eq!(folder.cut_record(6).unwrap(), None);
    }
}
