//! Reads the finished folder that keys are restored from.

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::faults::Fault;
use crate::terms::Serial;
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
        Ok(Begun::Done(clerk.source()?.facts(clerk.rehearsal)?))
    }
}
