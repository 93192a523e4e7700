//! Tries out what a device that was just initialised does with its PINs, before the DKEK enters it.

use crate::card::{CardError, Device, Pin, PinAnswer, PinState, Status};
use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::pins::{so_pin, state_logged_out, user_pin};
use crate::clerk::workers::card::Reply;
use crate::clerk::workers::devices::Devices;
use crate::faults::{self, Fault};
use crate::plan::PinReset;
use crate::record::{Fact, PinRules, ResetRule};
use crate::secret::{SoPin, UserPin, WipingBytes};
use crate::terms::{DeviceRole, Handle, Serial};
use crate::vault::Vault;

/// Try out whether the SO-PIN may do to the user PIN what the plan says and nothing else, and whether both have the tries
/// that they should have. Nothing is lost by it: both PINs that are sent are right, and a user PIN that is set is the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvePinRules {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
    /// What its SO-PIN may do to the user PIN.
    pub pin_reset: PinReset,
    /// How many wrong tries block the user PIN.
    pub user_pin_tries: u8,
}

/// The right SO-PIN costs no try. If a device took one all the same, this many would be left for what matters.
const SO_TRIES_TO_SPARE: u8 = 3;

impl ActKind for ProvePinRules {
    const WORD: &'static str = "prove-pin-rules";
    const MAY_BE_STOPPED: bool = false;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, _: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        // Where the program ended since they were typed, nobody has to type them for this: the record then has no such fact,
        // and people are told so.
        if vault.lend(Handle::NewSoPin).is_none() || vault.lend(Handle::UserPin).is_none() {
            return Ok(Begun::Done(Vec::new()));
        }
        let so = vault.give(Handle::NewSoPin).ok_or(faults::PinsMissing)?;
        let user = vault.give(Handle::UserPin).ok_or(faults::PinsMissing)?;
        Ok(Begun::OnCard(Box::new(move |devices| {
            let result = self.prove(devices, &so, &user);
            Reply { result, back: vec![(Handle::NewSoPin, so), (Handle::UserPin, user)] }
        })))
    }
}

/// What a device did when it was asked with the right SO-PIN.
enum Did {
    What,
    Refused(Status),
}

impl ProvePinRules {
    fn prove(&self, devices: &mut Devices, so: &WipingBytes, user: &WipingBytes) -> Result<Vec<Fact>, Fault> {
        let (so, user) = (so_pin(so)?, user_pin(user)?);
        devices.with(&self.serial, Device::select)?;
        let (user_pin_tries, so_pin_tries) = (self.user_tries(devices)?, self.so_tries(devices)?);
        let pin_reset = if so_pin_tries.is_none_or(|left| left > SO_TRIES_TO_SPARE) {
            Some(self.rule(devices, &so, &user, so_pin_tries)?)
        } else {
            None
        };
        // Whatever it did has left them as they were.
        if self.user_tries(devices)? != user_pin_tries {
            return Err(Fault::from(faults::PinTriesUnclear { serial: &self.serial }));
        }
        let Self { role, serial, .. } = self;
        Ok(vec![Fact::PinRules(PinRules {
            role: *role,
            serial: serial.clone(),
            pin_reset,
            user_pin_tries,
            so_pin_tries,
        })])
    }

    /// What the SO-PIN may do to the user PIN: what the plan says, or a fault. To set the PIN is tried with the same PIN.
    fn rule(
        &self,
        devices: &mut Devices,
        so: &SoPin,
        user: &UserPin,
        so_tries: Option<u8>,
    ) -> Result<ResetRule, Fault> {
        let serial = &self.serial;
        let sets = self.ask(devices, so, Some(user), so_tries)?;
        match (self.pin_reset, sets) {
            (PinReset::Set, Did::What) => return Ok(ResetRule::Set),
            (PinReset::Set, Did::Refused(status)) => Err(Fault::from(faults::SoPinDoesTooLittle { serial, status })),
            (PinReset::Off | PinReset::Unblock, Did::What) => Err(Fault::from(faults::SoPinSetsUserPin { serial })),
            (PinReset::Off | PinReset::Unblock, Did::Refused(_)) => Ok(()),
        }?;
        match (self.pin_reset, self.ask(devices, so, None, so_tries)?) {
            (PinReset::Unblock, Did::What) => Ok(ResetRule::Unblock),
            (PinReset::Unblock, Did::Refused(status)) => {
                Err(Fault::from(faults::SoPinDoesTooLittle { serial, status }))
            }
            (PinReset::Off, Did::What) => Err(Fault::from(faults::SoPinUnblocksUserPin { serial })),
            (PinReset::Off, Did::Refused(_)) => Ok(ResetRule::Off),
            (PinReset::Set, _) => Ok(ResetRule::Set),
        }
    }

    /// Unblocks the user PIN, or sets it.
    fn ask(
        &self,
        devices: &mut Devices,
        so: &SoPin,
        user: Option<&UserPin>,
        so_tries: Option<u8>,
    ) -> Result<Did, Fault> {
        let answer = devices.with(&self.serial, |device| match device.unblock_user_pin(so, user) {
            Err(CardError::Refused { status, .. }) => Ok(PinAnswer::NotAllowed { status }),
            answer => answer,
        })?;
        let did = match answer {
            PinAnswer::Accepted => Did::What,
            PinAnswer::NotAllowed { status } => Did::Refused(status),
            PinAnswer::Wrong { .. } | PinAnswer::Blocked => {
                return Err(Fault::from(faults::SoPinNotKept { serial: &self.serial }));
            }
        };
        // If the right SO-PIN costs a try, it is not sent once more.
        if self.so_tries(devices)? == so_tries {
            Ok(did)
        } else {
            Err(Fault::from(faults::PinTriesUnclear { serial: &self.serial }))
        }
    }

    /// User PIN tries left, logged out: those of the plan, or a fault. None: it does not say.
    fn user_tries(&self, devices: &mut Devices) -> Result<Option<u8>, Fault> {
        let (serial, planned) = (&self.serial, self.user_pin_tries);
        match devices.with(serial, |device| state_logged_out(device, Pin::User))? {
            PinState::TriesLeft(left) if left == planned => Ok(Some(left)),
            PinState::TriesLeft(left) => Err(Fault::from(faults::UserPinTriesDiffer { serial, planned, left })),
            PinState::Blocked => Err(Fault::from(faults::UserPinTriesDiffer { serial, planned, left: 0u8 })),
            PinState::Verified | PinState::NeverInitialised | PinState::TransportPin | PinState::Unclear(_) => Ok(None),
        }
    }

    /// SO-PIN tries left, logged out. None: it does not say.
    fn so_tries(&self, devices: &mut Devices) -> Result<Option<u8>, Fault> {
        match devices.with(&self.serial, |device| state_logged_out(device, Pin::So))? {
            PinState::TriesLeft(left) => Ok(Some(left)),
            PinState::Blocked => Err(Fault::from(faults::SoPinBlocked)),
            PinState::Verified | PinState::NeverInitialised | PinState::TransportPin | PinState::Unclear(_) => Ok(None),
        }
    }
}
