//! Reads the DKEK state of a device.

use crate::card::{self, DkekState};
use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::faults::Fault;
use crate::record::{Fact, KeyDomain, WithoutDkek};
use crate::terms::{DeviceRole, Serial};
use crate::vault::Vault;

/// Read the DKEK state of a device. A KCV of all zeros counts as none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadDkek {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
}

impl ActKind for ReadDkek {
    const WORD: &'static str = "read-dkek";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, _: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        Ok(Begun::on_card(move |devices| {
            let (own, others) =
                devices.with(&self.serial, |device| Ok((device.dkek_state()?, device.key_domains()?)))?;
            let domains: Vec<KeyDomain> = others.iter().map(recorded).collect();
            let (shares, outstanding, kcv, without) = match own {
                DkekState::NotConfigured if !domains.is_empty() => (None, 0, None, Some(WithoutDkek::OtherDomain)),
                DkekState::NotConfigured => (None, 0, None, None),
                DkekState::NotTold(status) => (None, 0, None, Some(WithoutDkek::NotTold(status.to_string()))),
                DkekState::Pending { total, outstanding } => (Some(total), outstanding, None, None),
                DkekState::Complete { total, kcv } => (Some(total), 0, kcv, None),
            };
            Ok(vec![Fact::DkekState { role: self.role, shares, outstanding, kcv, without, domains }])
        }))
    }
}

/// A key domain after domain 0, as the record has it.
pub(super) fn recorded(domain: &card::KeyDomain) -> KeyDomain {
    let (shares, outstanding, kcv) = match domain.dkek {
        DkekState::NotConfigured | DkekState::NotTold(_) => (None, 0, None),
        DkekState::Pending { total, outstanding } => (Some(total), outstanding, None),
        DkekState::Complete { total, kcv } => (Some(total), 0, kcv),
    };
    KeyDomain { number: domain.number, shares: shares.filter(|_| !domain.exchange), outstanding, kcv }
}
