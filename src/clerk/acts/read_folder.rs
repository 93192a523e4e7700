//! Reads the finished folder that keys are restored from.

use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::{Clerk, as_fault, opening};
use crate::dkek::ShareFile;
use crate::faults::{self, Fault};
use crate::terms::{DkekShareNumber, Serial};
use crate::vault::Vault;

/// Find the finished folder that keys are restored from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadFolder;

impl ActKind for ReadFolder {
    const WORD: &'static str = "read-folder";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let source = clerk.source()?;
        if source.is_foreign() {
            // Of a folder of ours, the manifest says it.
            for (name, content) in source.share_files(DkekShareNumber::FIRST, &[])? {
                let file = ShareFile::parse(&content).map_err(|error| as_fault::share_file(&error))?;
                opening::of_this_kind(&name, &file, true, clerk)?;
            }
            if let Some(serial) = source.devices.iter().find(|serial| serial.is_rehearsal() && !clerk.rehearsal) {
                return Err(Fault::from(faults::RehearsalArtefact { what: serial }));
            }
        }
        Ok(Begun::Done(source.facts(clerk.rehearsal)?))
    }
}
