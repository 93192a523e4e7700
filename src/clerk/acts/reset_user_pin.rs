//! Gives a device's user PIN its tries back, or sets a new one, with the SO-PIN.

use crate::card::{Pin, PinAnswer};
use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::pins::{so_pin, spent, user_pin};
use crate::clerk::workers::card::Reply;
use crate::clerk::workers::devices::Devices;
use crate::faults::{self, Fault};
use crate::record::{Fact, PinChange};
use crate::secret::WipingBytes;
use crate::terms::{DeviceRole, Handle, Serial};
use crate::vault::Vault;

/// Unblock the user PIN with the SO-PIN, or set the new one. Doing it twice is doing it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetUserPin {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
    /// The new user PIN is set; otherwise, it stays the same.
    pub set: bool,
    /// How many SO-PIN tries its holder was told of; none: the device does not say.
    pub tries: Option<u8>,
}

impl ActKind for ResetUserPin {
    const WORD: &'static str = "reset-user-pin";
    const MAY_BE_STOPPED: bool = false;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::PerhapsOtherUserPin;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, _: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let so_pin = vault.give(Handle::SoPin).ok_or(faults::PinsMissing)?;
        let new = if self.set { Some(vault.give(Handle::NewUserPin).ok_or(faults::PinsMissing)?) } else { None };
        Ok(Begun::OnCard(Box::new(move |devices| {
            let result = self.reset(devices, &so_pin, new.as_ref());
            let back = [(Handle::SoPin, so_pin)].into_iter().chain(new.map(|new| (Handle::NewUserPin, new)));
            Reply { result, back: back.collect() }
        })))
    }
}

impl ResetUserPin {
    fn reset(self, devices: &mut Devices, typed: &WipingBytes, new: Option<&WipingBytes>) -> Result<Vec<Fact>, Fault> {
        let (so_pin, new) = (so_pin(typed)?, new.map(user_pin).transpose()?);
        // If an earlier attempt, whose answer was lost, was wrong, the SO-PIN is not sent again.
        let answer = match spent(devices, &self.serial, Pin::So, self.tries)? {
            Some(answer) => answer,
            None => devices.with(&self.serial, |device| device.unblock_user_pin(&so_pin, new.as_ref()))?,
        };
        let Self { role, serial, set, .. } = self;
        let change = if set { PinChange::SetUserPin } else { PinChange::UnblockUserPin };
        match answer {
            PinAnswer::Accepted => Ok(vec![Fact::PinChanged { role, serial, change }]),
            PinAnswer::Wrong { tries_left } => Err(Fault::from(faults::SoPinNotAccepted { left: tries_left })),
            PinAnswer::Blocked => Err(Fault::from(faults::SoPinBlocked)),
            PinAnswer::NotAllowed { status } => Err(Fault::from(faults::PinResetRefused { status })),
        }
    }
}
