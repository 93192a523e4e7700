//! Loads the DKEK into a device.

use crate::card::{CardError, Device, DkekState, Operation};
use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::as_fault;
use crate::clerk::workers::card::Reply;
use crate::clerk::workers::devices::Devices;
use crate::faults::{self, Fault};
use crate::record::Fact;
use crate::secret::{Secret, WipingBytes};
use crate::terms::{DeviceRole, Handle, Kcv, Serial};
use crate::vault::Vault;

/// Load the DKEK unless the device already has it, and compare the KCV.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadDkek {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
    /// The KCV it must show.
    pub kcv: Kcv,
}

impl ActKind for LoadDkek {
    const WORD: &'static str = "load-dkek";
    const MAY_BE_STOPPED: bool = false;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = true;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, _: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let dkek = vault.give(Handle::Dkek).ok_or(faults::DkekMissing)?;
        Ok(Begun::OnCard(Box::new(move |devices| {
            let result = self.load(devices, &dkek);
            Reply { result, back: vec![(Handle::Dkek, dkek)] }
        })))
    }
}

impl LoadDkek {
    fn load(&self, devices: &mut Devices, dkek: &WipingBytes) -> Result<Vec<Fact>, Fault> {
        let Self { role, serial, kcv: expected } = self;
        let shares: Vec<&[u8]> = dkek.expose().chunks(32).collect();
        let mut state = devices.with(serial, Device::dkek_state)?;
        // They are loaded one after the other; the number outstanding tells which is next.
        while let DkekState::Pending { total, outstanding } = state {
            let next = total.checked_sub(outstanding).filter(|_| usize::from(total) == shares.len());
            let share = next.and_then(|next| shares.get(usize::from(next))).and_then(|share| Secret::from_slice(share));
            let share = share.ok_or_else(|| Fault::from(faults::DkekIncomplete { outstanding }))?;
            state = devices.with(serial, |device| device.import_dkek_share(&share))?;
            if state == (DkekState::Pending { total, outstanding }) {
                return Err(Fault::from(faults::DkekIncomplete { outstanding }));
            }
        }
        match state {
            DkekState::Complete { kcv: Some(kcv), .. } if kcv == *expected => {
                Ok(vec![Fact::Loaded { role: *role, kcv }])
            }
            DkekState::Complete { kcv: Some(found), .. } => {
                Err(Fault::from(faults::DeviceKcvDiffers { found, expected }))
            }
            DkekState::Complete { kcv: None, .. } => Err(Fault::from(faults::CardLoginLost)),
            DkekState::Pending { outstanding, .. } => Err(Fault::from(faults::DkekIncomplete { outstanding })),
            DkekState::NotTold(status) => {
                Err(as_fault::card(&CardError::Refused { operation: Operation::DkekStatus, status }, ""))
            }
            DkekState::NotConfigured => Err(Fault::from(faults::DkekNotConfigured)),
        }
    }
}
