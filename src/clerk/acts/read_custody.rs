//! Reads who guarded the DKEK shares of a folder until today, and which keys it holds.

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::faults::{self, Fault};
use crate::plan::Custody;
use crate::record::{BackedUpKey, Fact, GuardedShare, KeyToBackUp};
use crate::terms::Serial;
use crate::vault::Vault;

/// Say who guarded the DKEK shares until today, and which keys are backed up under their DKEK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadCustody {
    /// How many DKEK shares the plan of today has.
    pub shares: Option<usize>,
}

impl ActKind for ReadCustody {
    const WORD: &'static str = "read-custody";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let source = clerk.source()?;
        let found = source.plan.dkek_shares.len();
        if let Some(planned) = self.shares.filter(|planned| *planned != found) {
            return Err(Fault::from(faults::OtherNumberOfShares { found, planned }));
        }
        // The new folder has to name the device; nobody deals cards for a folder that cannot be written.
        let device_needed =
            self.shares.and_then(|_| source.keys_of_today().next()).filter(|_| source.device().is_none());
        if let Some(key) = device_needed {
            return Err(Fault::from(faults::DeviceOfKeysUnknown { file: &key.wrapped }));
        }
        let shares = source.plan.dkek_shares.iter().map(guarded).collect();
        let keys = source.keys_of_today().map(key).collect();
        Ok(Begun::Done(vec![Fact::Guarded { shares, keys }]))
    }
}

/// Who guards a DKEK share, as the record says it.
pub fn guarded(custody: &Custody) -> GuardedShare {
    GuardedShare { quorum: custody.quorum(), scheme: custody.scheme(), people: custody.people().to_vec() }
}

fn key(key: &BackedUpKey) -> KeyToBackUp {
    KeyToBackUp {
        label: key.label.clone(),
        id: key.id.clone(),
        key_type: key.key_type,
        reference: key.reference,
        described: None,
        described_id: None,
    }
}
