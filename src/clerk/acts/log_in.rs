//! Logging in.

use crate::card::{Operation, PinAnswer};
use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::pins::user_pin;
use crate::faults::{self, Fault};
use crate::record::Fact;
use crate::terms::{DeviceRole, Handle, Serial};
use crate::vault::Vault;

/// Log in with the user PIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogIn {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
    /// With the PIN that was just set; otherwise, it was typed for this.
    pub held: bool,
}

impl ActKind for LogIn {
    const WORD: &'static str = "log-in";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    /// The PIN is wiped, right or wrong.
    fn perform(self, _: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let typed = vault.give(Handle::UserPin).ok_or(faults::PinsMissing)?;
        Ok(Begun::on_card(move |devices| {
            let pin = user_pin(&typed)?;
            match devices.with(&self.serial, |device| device.verify_user_pin(&pin))? {
                PinAnswer::Accepted => Ok(vec![Fact::LoggedIn { role: self.role }]),
                PinAnswer::Wrong { tries_left } => Err(Fault::from(faults::PinWrong { left: tries_left })),
                PinAnswer::Blocked => Err(Fault::from(faults::PinBlocked)),
                PinAnswer::NotAllowed { status } => {
                    Err(Fault::from(faults::CardRefused { operation: Operation::VerifyUserPin.word(), status }))
                }
            }
        }))
    }
}
