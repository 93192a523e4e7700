//! Changes a device's SO-PIN to the new one.

use crate::card::PinAnswer;
use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::pins::so_pin;
use crate::clerk::workers::card::Reply;
use crate::clerk::workers::devices::Devices;
use crate::faults::{self, Fault};
use crate::record::Fact;
use crate::secret::WipingBytes;
use crate::terms::{DeviceRole, Handle, Serial};
use crate::vault::Vault;

/// Change the SO-PIN from the device's previous one to the new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSoPin {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
    /// An earlier attempt got no answer.
    pub cut: bool,
    /// The device was initialised just before: what is wrong then is told otherwise.
    pub just_initialised: bool,
}

impl ActKind for ChangeSoPin {
    const WORD: &'static str = "change-so-pin";
    const MAY_BE_STOPPED: bool = false;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::PerhapsOtherSoPin;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, _: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let current = vault.give(Handle::SoPin).ok_or(faults::PinsMissing)?;
        let new = vault.give(Handle::NewSoPin).ok_or(faults::PinsMissing)?;
        Ok(Begun::OnCard(Box::new(move |devices| {
            let result = self.change(devices, &current, &new);
            Reply { result, back: vec![(Handle::SoPin, current), (Handle::NewSoPin, new)] }
        })))
    }
}

impl ChangeSoPin {
    fn change(&self, devices: &mut Devices, current: &WipingBytes, new: &WipingBytes) -> Result<Vec<Fact>, Fault> {
        let (old_pin, new_pin) = (so_pin(current)?, so_pin(new)?);
        let mut answer = devices.with(&self.serial, |device| device.change_so_pin(&old_pin, &new_pin))?;
        // An earlier attempt whose answer was lost may have changed it; then the new one is right, and this resets the
        // counter. Without such an attempt nothing is guessed.
        if let PinAnswer::Wrong { tries_left } = answer
            && self.cut
            && tries_left > 1
        {
            answer = devices.with(&self.serial, |device| device.change_so_pin(&new_pin, &new_pin))?;
        }
        match answer {
            PinAnswer::Accepted => Ok(vec![Fact::SoPinChanged { role: self.role }]),
            PinAnswer::Wrong { tries_left: left } => Err(match (self.just_initialised, self.cut) {
                (true, _) => Fault::from(faults::SoPinOldWrong { left }),
                (false, true) => Fault::from(faults::SoPinEither { left }),
                (false, false) => Fault::from(faults::SoPinNotAccepted { left }),
            }),
            PinAnswer::Blocked => Err(Fault::from(faults::SoPinBlocked)),
            PinAnswer::NotAllowed { .. } if self.just_initialised => Err(Fault::from(faults::SoPinNotChanged)),
            PinAnswer::NotAllowed { status } => Err(Fault::from(faults::PinChangeRefused { status })),
        }
    }
}
