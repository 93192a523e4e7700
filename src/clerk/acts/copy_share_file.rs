//! Copies a share file of an earlier sitting, or of another tool, into this sitting's folder.

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::files::{write_once, written};
use crate::faults::{self, Fault};
use crate::folder::names;
use crate::terms::{DkekShareNumber, Kcv, Serial};
use crate::vault::Vault;

/// Copy the share file of a DKEK share as it is, sync the copy, and read it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyShareFile {
    /// Which DKEK share.
    pub share: DkekShareNumber,
    /// The file that was opened for it; none: nobody opened it, and the order of the files decides.
    pub opened: Option<String>,
    /// Who guards each DKEK share, in the words of the record.
    pub custody: Vec<String>,
    /// The prime of its set, or the set's number, if known.
    pub set: Option<String>,
    /// Names the DKEK share, if known.
    pub kcv: Option<Kcv>,
    /// The set that the SO-PIN was split into, if it is under a quorum.
    pub so_pin_set: Option<String>,
}

impl ActKind for CopyShareFile {
    const WORD: &'static str = "copy-share-file";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let source = clerk.source()?;
        let elsewhere = source.shares_elsewhere;
        let files = source.share_files(self.share, &[])?;
        let is_it = |(name, _): &(String, Vec<u8>)| self.opened.as_ref().is_none_or(|opened| opened == name);
        let (_, content) = files.into_iter().find(is_it).ok_or(faults::StepNotPossible)?;
        clerk.manifest.expect_earlier(self.custody, elsewhere, self.so_pin_set);
        clerk.manifest.know_share(self.share, self.set, self.kcv);
        let file = write_once(&clerk.folder, &names::share_file(self.share), &content)?;
        Ok(Begun::Done(vec![written(file)]))
    }
}
