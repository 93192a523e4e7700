//! Reads a file named on the command line: all of it, up to a limit.

use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

use crate::faults::{self, Fault};
use crate::folder::{Folder, names};
use crate::script::words;

/// Why a named file cannot be read.
pub enum Unreadable {
    /// It is larger than such a file can be.
    TooLarge,
    /// The reason, in words.
    Because(String),
}

/// The text of a record, named by its file or its folder.
///
/// # Errors
/// It cannot be read.
pub fn read_record(path: &Path) -> Result<Vec<u8>, Fault> {
    let file = if path.is_dir() { path.join(names::RECORD) } else { path.to_owned() };
    read_named(&file, Folder::LARGEST_FILE).map_err(|unreadable| {
        let why = match unreadable {
            Unreadable::TooLarge => words::TOO_LARGE.to_owned(),
            Unreadable::Because(why) => why,
        };
        Fault::from(faults::FileRead { file: file.display(), why })
    })
}

/// All bytes of a regular file of at most `most` bytes.
///
/// # Errors
/// It cannot be read, or is longer. A pipe or a device is refused before it is opened: it could block or never end.
pub fn read_named(path: &Path, most: u64) -> Result<Vec<u8>, Unreadable> {
    let because = |error: std::io::Error| {
        let text = error.to_string();
        Unreadable::Because(text.split(" (os error").next().unwrap_or_default().to_lowercase())
    };
    if !path.metadata().map_err(because)?.is_file() {
        return Err(Unreadable::Because(words::NO_ORDINARY_FILE.to_owned()));
    }
    // The file may have been replaced since the check.
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(because)?;
    if !file.metadata().map_err(because)?.is_file() {
        return Err(Unreadable::Because(words::NO_ORDINARY_FILE.to_owned()));
    }
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(because)?;
    if bytes.len() as u64 > most { Err(Unreadable::TooLarge) } else { Ok(bytes) }
}
