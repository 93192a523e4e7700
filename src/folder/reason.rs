//! Why a disk does not do what it should, in words that name it. The operating system calls a disk a device; here, a device is
//! the HSM.

use std::io::{self, ErrorKind};

use rustix::io::Errno;

/// The cause, without an error number and without a full stop.
pub fn reason(error: &io::Error) -> String {
    let errno = error.raw_os_error().map(Errno::from_raw_os_error);
    let known = match (errno, error.kind()) {
        (Some(Errno::NOSPC), _) | (_, ErrorKind::StorageFull) => "the disk is full",
        (Some(Errno::DQUOT), _) | (_, ErrorKind::QuotaExceeded) => "this user may not use more of the disk",
        (Some(Errno::ROFS), _) | (_, ErrorKind::ReadOnlyFilesystem) => "the disk can only be read",
        (Some(Errno::IO | Errno::REMOTEIO), _) => "the disk does not answer, or is broken",
        (Some(Errno::NODEV | Errno::NXIO | Errno::NOMEDIUM), _) => "the disk is not there any more",
        (Some(Errno::LOOP), _) => "a link is in its place",
        _ => return system_words(error),
    };
    known.to_owned()
}

/// The operating system's own words.
fn system_words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_never_called_a_device() {
        for errno in [Errno::NOSPC, Errno::DQUOT, Errno::ROFS, Errno::IO, Errno::NODEV, Errno::NXIO, Errno::NOMEDIUM] {
            let why = reason(&io::Error::from_raw_os_error(errno.raw_os_error()));
            assert!(why.contains("disk") && !why.contains("device"), "{errno:?}: {why}");
        }
        assert_eq!(reason(&io::ErrorKind::PermissionDenied.into()), "permission denied");
    }
}
