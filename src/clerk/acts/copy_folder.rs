//! Copies the folder to a medium.

use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::thread;

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::faults::{self, Fault};
use crate::folder::Folder;
use crate::record::Fact;
use crate::terms::Serial;
use crate::vault::Vault;

/// Write the folder to a medium and read every file back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyFolder {
    /// Which copy, from 1.
    pub number: u8,
    /// What is written on the medium.
    pub label: String,
    /// Where its files appear; none: a rehearsal's folder beside that of the sitting.
    pub place: Option<String>,
    /// Where the other copies are.
    pub others: Vec<String>,
}

impl ActKind for CopyFolder {
    const WORD: &'static str = "copy-folder";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let (folder, rehearsal) = (clerk.folder.clone(), clerk.rehearsal);
        let (send, worker) = channel();
        // A slow medium must not stop the screen. If no thread can be started, the receiver finds its worker gone.
        let _ = thread::Builder::new().spawn(move || send.send(self.copy(&folder, rehearsal)));
        Ok(Begun::Copying(worker))
    }
}

impl CopyFolder {
    fn copy(self, folder: &Folder, rehearsal: bool) -> Result<Vec<Fact>, Fault> {
        let place = match &self.place {
            Some(place) => PathBuf::from(place),
            None if rehearsal => folder.medium_beside(self.number)?,
            None => return Err(Fault::from(faults::StepNotPossible)),
        };
        // In a rehearsal, folders stand for media.
        if !rehearsal {
            folder.check_other_disk(&place, &self.others)?;
        }
        let copied = folder.copy_to(&place)?;
        let copy = place.join(folder.name()).display().to_string();
        Ok(vec![Fact::Copied {
            number: self.number,
            label: self.label,
            folder: copy,
            files: copied.files,
            bytes: copied.bytes,
        }])
    }
}
