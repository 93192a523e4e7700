//! Whether this machine and terminal are fit for a ceremony.

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::faults::Fault;
use crate::host;
use crate::record::Fact;
use crate::terms::Serial;
use crate::vault::Vault;

/// Check whether this machine and terminal are fit for a ceremony.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExamineRoom;

impl ActKind for ExamineRoom {
    const WORD: &'static str = "examine-room";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, _: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        Ok(Begun::Done(vec![Fact::Room { findings: host::examine() }]))
    }
}
