//! Says when the next drill is due.

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::faults::Fault;
use crate::record::Fact;
use crate::terms::Serial;
use crate::vault::Vault;

/// Say on which day the next drill is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetNextDrill {
    /// How many months from today.
    pub months: u8,
}

impl ActKind for SetNextDrill {
    const WORD: &'static str = "set-next-drill";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let day = clerk.today.after_months(self.months);
        Ok(Begun::Done(vec![Fact::NextDrill { day, months: self.months }]))
    }
}
