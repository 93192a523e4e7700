//! Which program this is.

use std::fs::File;
use std::io::Read as _;

use sha2::{Digest as _, Sha256};

use crate::terms::Digest;

/// The digest of the file that this process runs, even if another has taken its place since. `None`: it cannot be read.
pub fn digest() -> Option<Digest> {
    let mut file = File::open("/proc/self/exe").ok()?;
    let (mut hash, mut piece) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut piece).ok()? {
            0 => return Some(Digest(hash.finalize().into())),
            read => hash.update(piece.get(..read)?),
        }
    }
}
