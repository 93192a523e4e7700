//! The key file of a rehearsal of an import: a throw-away key in the folder of records, and named so.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::faults::{self, Fault};
use crate::folder::reason;
use crate::key_file;
use crate::terms::THROW_AWAY_NAME;

/// Makes one. Its password is known to everybody, and the screen that asks for it says it.
///
/// # Errors
/// It cannot be written.
pub fn throw_away_key(records: &Path) -> Result<String, Fault> {
    let key = key_file::throw_away().ok_or(faults::RandomFailed)?;
    let path = written(records, &key).map_err(|error| faults::ThrowAwayNotMade { why: reason(&error) })?;
    path.into_os_string().into_string().map_err(|_| {
        let why = reason(&io::Error::from(ErrorKind::InvalidFilename));
        Fault::from(faults::ThrowAwayNotMade { why })
    })
}

/// An earlier one stays: its sitting may still be open.
fn written(records: &Path, key: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(records)?;
    let records = records.canonicalize()?;
    for number in 1..=u16::MAX {
        let path = records.join(format!("{THROW_AWAY_NAME}-{number}.pem"));
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => {
                file.write_all(key.as_bytes())?;
                file.sync_all()?;
                return Ok(path);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}
