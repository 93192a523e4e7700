//! Compares the DKEK of a device that is backed up with the one that the share files guard.

use crate::card::DkekState;
use crate::clerk::Clerk;
use crate::clerk::acts::read_dkek::recorded;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::faults::{self, Fault};
use crate::record::{Fact, KeyDomain};
use crate::terms::{DeviceRole, Kcv, Serial};
use crate::vault::Vault;

/// Read the DKEK state of a device whose keys are to be wrapped: it must have a whole DKEK, made of as many shares as the
/// plan names, and show its KCV, which must be that of the share files where it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompareDkek {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
    /// How many DKEK shares the plan names.
    pub shares: u8,
    /// The KCV of the share files, if known.
    pub kcv: Option<Kcv>,
}

impl ActKind for CompareDkek {
    const WORD: &'static str = "compare-dkek";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = true;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, _: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        Ok(Begun::on_card(move |devices| {
            let (own, others) =
                devices.with(&self.serial, |device| Ok((device.dkek_state()?, device.key_domains()?)))?;
            self.judge(own, others.iter().map(recorded).collect())
        }))
    }
}

impl CompareDkek {
    fn judge(self, state: DkekState, domains: Vec<KeyDomain>) -> Result<Vec<Fact>, Fault> {
        let Self { role, serial, shares: planned, kcv: expected } = self;
        let (total, found) = match state {
            DkekState::NotConfigured if !domains.is_empty() => {
                return Err(Fault::from(faults::DeviceOtherDomain { serial }));
            }
            DkekState::NotConfigured | DkekState::Complete { total: 0, .. } => {
                return Err(Fault::from(faults::DeviceWrapsNothing { serial }));
            }
            DkekState::NotTold(status) => return Err(Fault::from(faults::DeviceDkekNotTold { serial, status })),
            DkekState::Pending { total, outstanding } => {
                let present = total.saturating_sub(outstanding);
                return Err(Fault::from(faults::DeviceDkekPending { serial, present, total }));
            }
            DkekState::Complete { kcv: None, .. } => return Err(Fault::from(faults::DeviceKcvHidden { serial })),
            DkekState::Complete { total, kcv: Some(found) } => (total, found),
        };
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            return Err(Fault::from(faults::DeviceOtherDkek { serial, found, expected }));
        }
        if total != planned {
            return Err(Fault::from(faults::DeviceOtherShares { serial, total, planned }));
        }
        let (shares, kcv) = (Some(total), Some(found));
        Ok(vec![Fact::DkekState { role, shares, outstanding: 0, kcv, without: None, domains }])
    }
}
