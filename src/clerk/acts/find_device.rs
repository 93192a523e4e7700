//! Looks for the device for a role again and again until it is there.

use std::thread::sleep;
use std::time::Duration;

use crate::card::{Pin, PinState};
use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::workers::card::{Job, Reply};
use crate::clerk::workers::devices::Devices;
use crate::faults::{self, Fault};
use crate::record::Fact;
use crate::terms::{DeviceRole, Serial};
use crate::vault::Vault;

/// Find the device for a role, excluding those that cannot be it. Looking sends nothing that changes a device, so it
/// can be repeated whatever came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindDevice {
    /// The role.
    pub role: DeviceRole,
    /// Serials that cannot be it: the keys were generated on them.
    pub not: Vec<Serial>,
    /// Serials that people gave up in this sitting: another device replaces them.
    pub given_up: Vec<Serial>,
    /// The one that people picked if there were several; no other is accepted.
    pub picked: Option<Serial>,
}

impl ActKind for FindDevice {
    const WORD: &'static str = "find-device";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const AFTERMATH: Aftermath = Aftermath::DevicesUnknown;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let rehearsal = clerk.rehearsal;
        Ok(Begun::Looking(Box::new(move |pause: Duration| -> Job {
            let act = self.clone();
            Box::new(move |devices| {
                sleep(pause);
                Reply::plain(act.look(devices, rehearsal))
            })
        })))
    }
}

impl FindDevice {
    /// Identifies the device for the role among those present.
    fn look(&self, devices: &mut Devices, rehearsal: bool) -> Result<Vec<Fact>, Fault> {
        let role = self.role;
        let mut found = match &self.picked {
            Some(picked) => devices.find_picked(role, picked)?,
            None => devices.find(role, &self.not, &self.given_up)?,
        };
        found.sort();
        let serial = match found.as_slice() {
            [one] => one.clone(),
            // People decide by serial which of them it is.
            _ => return Ok(vec![Fact::Seen { role, serials: found }]),
        };
        match (serial.is_rehearsal(), rehearsal) {
            (true, false) => return Err(Fault::from(faults::RehearsalArtefact { what: serial })),
            (false, true) => return Err(Fault::from(faults::NoDeviceForRehearsal { what: serial })),
            (true, true) | (false, false) => {}
        }
        let (user, so, version, platform) = devices.with(&serial, |device| {
            let platform = device.platform().map(|platform| platform.to_string());
            Ok((device.pin_state(Pin::User)?, device.pin_state(Pin::So)?, device.version().to_string(), platform))
        })?;
        let keys = u16::try_from(devices.first_list(&serial)?.len()).unwrap_or(u16::MAX);
        Ok(vec![Fact::Device {
            role,
            serial,
            version,
            platform,
            user_pin_tries: tries(user),
            so_pin_tries: tries(so),
            initialised: !(user == PinState::NeverInitialised && so == PinState::NeverInitialised),
            keys,
        }])
    }
}

const fn tries(state: PinState) -> Option<u8> {
    match state {
        PinState::TriesLeft(left) => Some(left),
        PinState::Blocked => Some(0),
        PinState::Verified | PinState::NeverInitialised | PinState::TransportPin | PinState::Unclear(_) => None,
    }
}
