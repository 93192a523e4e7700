//! Reads the file itself, straight into a buffer that is wiped.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

use super::LARGEST;
use crate::secret::WipingBytes;

/// Why a file is not read.
#[derive(Debug)]
pub enum Unread {
    /// It is a folder, a pipe or a device.
    NotOrdinary,
    /// It is larger than any file of one key.
    TooLarge,
    /// The disk, or the system, does not give it.
    Failed(io::Error),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

/// The bytes of a file.
///
/// # Errors
/// They cannot be read, or there are too many.
pub fn read(path: &Path) -> Result<WipingBytes, Unread> {
    // A pipe could block before it is asked what it is.
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(Unread::NotOrdinary);
    }
    let length = usize::try_from(metadata.len()).ok().filter(|length| *length <= LARGEST).ok_or(Unread::TooLarge)?;
    whole(file, length).map_err(Unread::Failed)
}

fn whole(mut file: File, length: usize) -> io::Result<WipingBytes> {
    let mut bytes = WipingBytes::zeros(length);
    file.read_exact(bytes.expose_mut())?;
    Ok(bytes)
}
