//! Ends all work with devices.

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::faults::Fault;
use crate::terms::Serial;
use crate::vault::Vault;

/// Release the devices: nobody is logged in any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseFolder;

impl ActKind for CloseFolder {
    const WORD: &'static str = "close-folder";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        clerk.card_worker.let_go();
        Ok(Begun::Done(Vec::new()))
    }
}
