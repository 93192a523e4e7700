//! Waits until the DKEK shares are encrypted.

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::faults::Fault;
use crate::terms::Serial;
use crate::vault::Vault;

/// Wait until the DKEK shares are encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishSealing;

impl ActKind for FinishSealing {
    const WORD: &'static str = "finish-sealing";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        Ok(if clerk.sealing.is_done() { Begun::Done(Vec::new()) } else { Begun::Sealing })
    }
}
