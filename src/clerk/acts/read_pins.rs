//! What a device says about its PINs.

use crate::card::{Device, Pin, PinReset};
use crate::clerk::Clerk;
use crate::clerk::acts::find_device::tries;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::pins::state_logged_out;
use crate::faults::Fault;
use crate::record::{Fact, ResetRule};
use crate::terms::{DeviceRole, Serial};
use crate::vault::Vault;

/// Read how many tries both PINs have left, logged out, and what the SO-PIN may do to the user PIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadPins {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
}

impl ActKind for ReadPins {
    const WORD: &'static str = "read-pins";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, _: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        Ok(Begun::on_card(move |devices| {
            let read = |device: &mut Device| {
                // Whoever is logged in is logged out, and the device says its options again.
                device.select()?;
                let (user, so) = (state_logged_out(device, Pin::User)?, state_logged_out(device, Pin::So)?);
                Ok(Fact::PinsRead {
                    role: self.role,
                    user_pin_tries: tries(user),
                    so_pin_tries: tries(so),
                    pin_reset: device.pin_reset().map(|rule| match rule {
                        PinReset::Off => ResetRule::Off,
                        PinReset::Unblock => ResetRule::Unblock,
                        PinReset::Set => ResetRule::Set,
                    }),
                    options: device.options().map(|options| format!("{options:04X}")),
                })
            };
            Ok(vec![devices.with(&self.serial, read)?])
        }))
    }
}
