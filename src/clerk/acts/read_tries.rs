//! How many tries a PIN has left.

use crate::card::{Heard, Operation, Pin, PinState, Status};
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::pins::state_logged_out;
use crate::clerk::{Clerk, as_fault};
use crate::faults::{self, Fault};
use crate::record::{Fact, PinName};
use crate::terms::{DeviceRole, Serial};
use crate::vault::Vault;

/// Read how many tries a PIN has left, logged out, before anyone types it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadTries {
    /// On which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
    /// Which PIN.
    pub pin: PinName,
}

impl ActKind for ReadTries {
    const WORD: &'static str = "read-tries";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, _: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let Self { role, serial, pin } = self;
        let which = match pin {
            PinName::User => Pin::User,
            PinName::So => Pin::So,
        };
        Ok(Begun::on_card(move |devices| {
            let state = devices.with(&serial, |device| state_logged_out(device, which))?;
            match (state, pin) {
                (PinState::TriesLeft(left), _) => Ok(vec![Fact::Tries { role, pin, left }]),
                (PinState::Blocked, PinName::User) => Err(Fault::from(faults::PinBlocked)),
                (PinState::Blocked, PinName::So) => Err(Fault::from(faults::SoPinBlocked)),
                (PinState::NeverInitialised, _) => Err(Fault::from(faults::DeviceNotInitialised)),
                (PinState::TransportPin, _) => Err(Fault::from(faults::PinTransport)),
                // The oldest devices do not tell: people were told so when the device was found.
                (PinState::Unclear(_), PinName::So) => Ok(Vec::new()),
                (PinState::Unclear(status), PinName::User) => {
                    Err(Fault::from(faults::CardRefused { operation: Operation::PinStatus.word(), status }))
                }
                (PinState::Verified, _) => {
                    let heard = Heard::of_data(Operation::PinStatus, Status::Done, &[]);
                    Err(as_fault::not_understood(Operation::PinStatus, "verified-after-selection", Some(&heard)))
                }
            }
        }))
    }
}
