//! Combines the DKEK shares into the DKEK.

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::wrapped_keys::dkek_of;
use crate::faults::{self, Fault};
use crate::record::Fact;
use crate::secret::WipingBytes;
use crate::terms::{DkekShareNumber, Handle, Kcv, Serial};
use crate::vault::Vault;

/// Combine the opened DKEK shares into the DKEK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinDkek {
    /// How many there are.
    pub shares: u8,
    /// Identifies the DKEK.
    pub kcv: Kcv,
}

impl ActKind for JoinDkek {
    const WORD: &'static str = "join-dkek";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    /// They are kept one after the other, as the device will get them; their XOR must be the DKEK.
    fn perform(self, _: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let Self { shares, kcv: expected } = self;
        let mut all = WipingBytes::with_capacity(usize::from(shares) * 32);
        for number in DkekShareNumber::up_to(shares.into()) {
            let share = vault.lend(Handle::DkekShare(number)).ok_or(faults::DkekMissing)?;
            all.extend(share).map_err(|_| faults::DkekMissing)?;
        }
        let kcv = dkek_of(&all)?.kcv();
        if kcv != expected {
            return Err(Fault::from(faults::DkekDiffers { found: kcv, expected }));
        }
        for number in DkekShareNumber::up_to(shares.into()) {
            vault.forget(Handle::DkekShare(number));
        }
        vault.keep(Handle::Dkek, all);
        Ok(Begun::Done(vec![Fact::Joined { kcv }]))
    }
}
