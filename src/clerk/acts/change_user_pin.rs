//! Changes a device's user PIN to the new one.

use crate::card::{Pin, PinAnswer, PinState};
use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::pins::{state_logged_out, user_pin};
use crate::clerk::workers::card::Reply;
use crate::clerk::workers::devices::Devices;
use crate::faults::{self, Fault};
use crate::record::{Fact, PinChange};
use crate::secret::WipingBytes;
use crate::terms::{DeviceRole, Handle, Serial};
use crate::vault::Vault;

/// Change the user PIN. The device has accepted the current one since it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeUserPin {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
    /// An earlier attempt got no answer.
    pub cut: bool,
}

impl ActKind for ChangeUserPin {
    const WORD: &'static str = "change-user-pin";
    const MAY_BE_STOPPED: bool = false;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::PerhapsOtherUserPin;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, _: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let current = vault.give(Handle::UserPin).ok_or(faults::PinsMissing)?;
        let new = vault.give(Handle::NewUserPin).ok_or(faults::PinsMissing)?;
        Ok(Begun::OnCard(Box::new(move |devices| {
            let result = self.change(devices, &current, &new);
            Reply { result, back: vec![(Handle::UserPin, current), (Handle::NewUserPin, new)] }
        })))
    }
}

impl ChangeUserPin {
    fn change(&self, devices: &mut Devices, current: &WipingBytes, new: &WipingBytes) -> Result<Vec<Fact>, Fault> {
        let (old_pin, new_pin) = (user_pin(current)?, user_pin(new)?);
        if self.cut {
            // The old PIN may be wrong by now: it costs a try to find out, and the last one is not spent on that.
            match devices.with(&self.serial, |device| state_logged_out(device, Pin::User))? {
                PinState::TriesLeft(1) => return Err(Fault::from(faults::UserPinEither { left: 1 })),
                PinState::Blocked => return Err(Fault::from(faults::PinBlocked)),
                PinState::TriesLeft(_)
                | PinState::Verified
                | PinState::NeverInitialised
                | PinState::TransportPin
                | PinState::Unclear(_) => {}
            }
        }
        let mut answer = devices.with(&self.serial, |device| device.change_user_pin(&old_pin, &new_pin))?;
        // The old one was right before: if it is wrong now, the attempt whose answer was lost has changed it. Then the new
        // one is right, and this resets the counter. Without such an attempt nothing is guessed.
        if let PinAnswer::Wrong { .. } = answer
            && self.cut
        {
            answer = devices.with(&self.serial, |device| device.change_user_pin(&new_pin, &new_pin))?;
        }
        match answer {
            PinAnswer::Accepted => Ok(vec![Fact::PinChanged {
                role: self.role,
                serial: self.serial.clone(),
                change: PinChange::ChangeUserPin,
            }]),
            PinAnswer::Wrong { tries_left } => Err(Fault::from(faults::UserPinEither { left: tries_left })),
            PinAnswer::Blocked => Err(Fault::from(faults::PinBlocked)),
            PinAnswer::NotAllowed { status } => Err(Fault::from(faults::PinChangeRefused { status })),
        }
    }
}
