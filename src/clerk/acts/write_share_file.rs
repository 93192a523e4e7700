//! Writes a share file of this sitting.

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::files::{write_once, written};
use crate::faults::{self, Fault};
use crate::folder::names;
use crate::terms::{DkekShareNumber, Serial};
use crate::vault::Vault;

/// Write the share file of a DKEK share, sync it, and read it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteShareFile {
    /// Which DKEK share.
    pub share: DkekShareNumber,
}

impl ActKind for WriteShareFile {
    const WORD: &'static str = "write-share-file";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let sealed = clerk.sealing.file(self.share).ok_or(faults::StepNotPossible)?;
        let file = write_once(&clerk.folder, &names::share_file(self.share), &sealed.to_bytes())?;
        clerk.sealing.forget(self.share);
        Ok(Begun::Done(vec![written(file)]))
    }
}
