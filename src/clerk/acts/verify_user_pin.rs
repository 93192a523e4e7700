//! Whether the device accepts a user PIN that is about to be replaced, or the one that replaced it.

use crate::card::{Operation, Pin, PinAnswer};
use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::pins::{spent, user_pin};
use crate::clerk::workers::card::Reply;
use crate::clerk::workers::devices::Devices;
use crate::faults::{self, Fault};
use crate::record::Fact;
use crate::secret::WipingBytes;
use crate::terms::{DeviceRole, Handle, Serial};
use crate::vault::Vault;

/// Log in with the current user PIN, which stays in the vault if it is right, or with the new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyUserPin {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
    /// The new one.
    pub new: bool,
    /// How many tries its holder was told of; none: nobody was.
    pub tries: Option<u8>,
}

impl ActKind for VerifyUserPin {
    const WORD: &'static str = "verify-user-pin";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, _: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let handle = if self.new { Handle::NewUserPin } else { Handle::UserPin };
        let typed = vault.give(handle).ok_or(faults::PinsMissing)?;
        Ok(Begun::OnCard(Box::new(move |devices| {
            let (result, keep) = match self.verify(devices, &typed) {
                Ok(PinAnswer::Accepted) => (Ok(vec![Fact::LoggedIn { role: self.role }]), true),
                Ok(PinAnswer::Wrong { tries_left: left }) => {
                    (Err(Fault::from(faults::UserPinNotAccepted { left })), false)
                }
                Ok(PinAnswer::Blocked) => (Err(Fault::from(faults::PinBlocked)), false),
                Ok(PinAnswer::NotAllowed { status }) => {
                    let operation = Operation::VerifyUserPin.word();
                    (Err(Fault::from(faults::CardRefused { operation, status })), true)
                }
                Err(fault) => (Err(fault), true),
            };
            Reply { result, back: if keep { vec![(handle, typed)] } else { Vec::new() } }
        })))
    }
}

impl VerifyUserPin {
    /// If an earlier attempt, whose answer was lost, was wrong, the PIN is not sent again.
    fn verify(&self, devices: &mut Devices, typed: &WipingBytes) -> Result<PinAnswer, Fault> {
        let pin = user_pin(typed)?;
        if let Some(answer) = spent(devices, &self.serial, Pin::User, self.tries)? {
            return Ok(answer);
        }
        devices.with(&self.serial, |device| device.verify_user_pin(&pin))
    }
}
