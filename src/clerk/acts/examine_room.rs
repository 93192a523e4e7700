//! Whether this machine and terminal are fit for a ceremony, and whether what it needs outside this program is there.

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::faults::Fault;
use crate::host;
use crate::record::Fact;
use crate::terms::Serial;
use crate::vault::Vault;

/// Check whether this machine and terminal are fit for a ceremony, and whether readers and folder are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExamineRoom {
    /// Whether devices take part, which are reached through readers.
    pub readers: bool,
}

impl ActKind for ExamineRoom {
    const WORD: &'static str = "examine-room";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let mut findings = host::examine();
        findings.extend(clerk.folder.obstacle());
        if !self.readers {
            return Ok(Begun::Done(vec![Fact::Room { findings }]));
        }
        Ok(Begun::on_card(move |devices| {
            findings.extend(devices.obstacle().map(|finding| (finding, String::new())));
            Ok(vec![Fact::Room { findings }])
        }))
    }
}
