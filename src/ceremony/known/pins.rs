//! What is known about the PINs of a device that is in use, and what is done to one of them.

use crate::ceremony::known::Known;
use crate::ceremony::known::character::DeviceUse;
use crate::record::{PinChange, PinCondition, PinName, ResetRule};
use crate::terms::{DeviceRole, Serial};

/// The PINs, in a ceremony that changes one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pins {
    /// What the SO-PIN may do to the user PIN; `None`: the device does not say.
    pub reset: Option<ResetRule>,
    /// What people chose.
    pub chosen: Option<PinChange>,
    /// What was done, on which device.
    pub done: Option<(Serial, PinChange)>,
    /// The answer to a change was lost, and nothing has told since whether it was done.
    pub perhaps: bool,
}

/// Why something cannot be done to a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// The user PIN is blocked.
    UserPinBlocked,
    /// The device has a transport PIN.
    TransportPin,
    /// The SO-PIN is blocked.
    SoPinBlocked,
    /// The SO-PIN is under a quorum, so that nobody can type it.
    SoPinOnCards,
    /// The device does not allow it.
    NotAllowed,
}

impl Pins {
    pub(super) fn learn_changed(&mut self, serial: &Serial, change: PinChange) {
        self.done = Some((serial.clone(), change));
        self.perhaps = false;
    }
}

impl Known {
    /// Why this cannot be done to a PIN of the device; `None`: as far as is known, it can.
    pub fn why_closed(&self, change: PinChange) -> Option<Closed> {
        let role = DeviceRole::Original;
        let blocked = |pin| self.devices.tries_left(role, pin) == Some(0);
        let without_so_pin = if self.plan.so_pin_share().is_some() {
            Some(Closed::SoPinOnCards)
        } else if blocked(PinName::So) {
            Some(Closed::SoPinBlocked)
        } else {
            None
        };
        let may = |allowed: &[ResetRule]| self.pins.reset.is_none_or(|rule| allowed.contains(&rule));
        match change {
            PinChange::ChangeUserPin if blocked(PinName::User) => Some(Closed::UserPinBlocked),
            PinChange::ChangeUserPin => {
                let found = self.devices.get(role).and_then(|device| device.user_pin.as_ref());
                (found == Some(&PinCondition::Transport)).then_some(Closed::TransportPin)
            }
            PinChange::UnblockUserPin if !may(&[ResetRule::Unblock, ResetRule::Set]) => Some(Closed::NotAllowed),
            PinChange::SetUserPin if !may(&[ResetRule::Set]) => Some(Closed::NotAllowed),
            PinChange::UnblockUserPin | PinChange::SetUserPin | PinChange::ChangeSoPin => without_so_pin,
        }
    }

    /// The most tries that the device is known to have given the user PIN: a new one must be long enough for them.
    pub fn most_user_pin_tries(&self) -> u8 {
        let told = self.devices.tries_left(DeviceRole::Original, PinName::User);
        told.unwrap_or_default().max(self.plan.user_pin_tries)
    }

    pub(super) fn learn_pins_read(
        &mut self,
        role: DeviceRole,
        user: Option<u8>,
        so: Option<u8>,
        reset: Option<ResetRule>,
    ) {
        for (pin, left) in [(PinName::User, user), (PinName::So, so)] {
            if let Some(left) = left {
                self.devices.learn_tries(role, pin, left);
            }
        }
        self.pins.reset = reset;
    }

    pub(super) fn learn_so_pin_changed(&mut self, role: DeviceRole) {
        if let (DeviceUse::ChangesPins, Some(serial)) = (self.ceremony.devices, self.devices.serial(role)) {
            self.pins.learn_changed(&serial, PinChange::ChangeSoPin);
        }
    }

    /// The tries are read before a PIN is typed. What is typed then has nothing to do with an earlier attempt, whose answer
    /// was lost.
    pub(super) fn learn_types_anew(&mut self) {
        match self.ceremony.devices {
            DeviceUse::ChangesPins => self.doubt.settle(),
            DeviceUse::Provisions
            | DeviceUse::Fleet
            | DeviceUse::Keeps
            | DeviceUse::Adds
            | DeviceUse::Retires
            | DeviceUse::None => {}
        }
    }
}
