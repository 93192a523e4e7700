//! The two PINs, and the initialisation that sets them.

use super::Device;
use crate::card::apdu::Command;
use crate::card::error::{CardError, Operation};
use crate::card::status::Status;
use crate::secret::{SoPin, UserPin};

/// One of the device's two PINs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pin {
    /// The user PIN: keys and backups.
    User,
    /// The SO-PIN: initialising and unblocking.
    So,
}

impl Pin {
    /// The reference in P2.
    const fn reference(self) -> u8 {
        match self {
            Self::User => 0x81,
            Self::So => 0x88,
        }
    }
}

/// The state of a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinState {
    /// It was verified in this session.
    Verified,
    /// It has not been verified; this many tries are left, at least 1.
    TriesLeft(u8),
    /// No tries are left.
    Blocked,
    /// The device was never initialised.
    NeverInitialised,
    /// A transport PIN must be changed first.
    TransportPin,
    /// The device answered something else, which is usual with public key authentication.
    Unclear(Status),
}

/// How the device answered a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinAnswer {
    /// It was right and the command was performed.
    Accepted,
    /// It was wrong; this many tries are left, at least 1.
    Wrong {
        /// Tries left.
        tries_left: u8,
    },
    /// No tries are left, whether before this command or because of it.
    Blocked,
    /// The device does not allow this at all, or refuses without saying whether the PIN was wrong.
    NotAllowed {
        /// Its answer.
        status: Status,
    },
}

/// What someone who knows the SO-PIN may do to the user PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PinReset {
    /// Nothing: a blocked user PIN stays blocked until the device is initialised again.
    Off,
    /// Reset the try counter, keeping the PIN.
    Unblock,
    /// Set a new user PIN: anyone who knows the SO-PIN can then take the keys.
    Set,
}

impl PinReset {
    /// The option word of INITIALIZE: 0001 allows RESET RETRY COUNTER, 0020 limits it to unblocking.
    const fn options(self) -> u16 {
        match self {
            Self::Off => 0x0000,
            Self::Unblock => 0x0021,
            Self::Set => 0x0001,
        }
    }
}

/// The bits of the option word that say who may do what: all but 0004, which some devices set to show a capability.
const TELLING_OPTIONS: u16 = 0x003B;

/// What INITIALIZE DEVICE sets.
#[derive(Clone, Copy)]
pub struct Initialise<'a> {
    /// The SO-PIN: set on a device that was never initialised, and checked on any other.
    pub so_pin: &'a SoPin,
    /// The new user PIN.
    pub user_pin: &'a UserPin,
    /// Wrong tries before the user PIN blocks; see [`UserPin::allows_tries`] for the rule.
    pub user_pin_tries: u8,
    /// How many DKEK shares must be imported; `None`: the device cannot back up keys.
    pub dkek_shares: Option<u8>,
    /// What the SO-PIN may do later.
    pub pin_reset: PinReset,
}

impl Device {
    /// Asks for the state of a PIN; does not cost a try.
    pub fn pin_state(&mut self, pin: Pin) -> Result<PinState, CardError> {
        let answer = self.send(&Command::new(0x00, 0x20, 0x00, pin.reference()))?;
        Ok(match answer.status() {
            Status::Done => PinState::Verified,
            Status::TriesLeft(0) | Status::Blocked => PinState::Blocked,
            Status::TriesLeft(tries) => PinState::TriesLeft(tries),
            Status::ReferenceNotFound => PinState::NeverInitialised,
            Status::NotUsable if self.version().major < 2 => PinState::NeverInitialised,
            Status::NotUsable => PinState::TransportPin,
            other => PinState::Unclear(other),
        })
    }

    /// Whether the device was initialised with this choice, according to its answer when last selected; `None` if it
    /// does not report this, as the oldest do not.
    pub fn has_pin_reset(&self, pin_reset: PinReset) -> Option<bool> {
        self.about.options().map(|options| options & TELLING_OPTIONS == pin_reset.options())
    }

    /// What the SO-PIN may do to the user PIN, according to its answer when last selected; `None`: it does not report this.
    pub fn pin_reset(&self) -> Option<PinReset> {
        let allows = |options: u16, bit: u16| options & bit != 0;
        self.about.options().map(|options| match (allows(options, 0x0001), allows(options, 0x0020)) {
            (false, _) => PinReset::Off,
            (true, true) => PinReset::Unblock,
            (true, false) => PinReset::Set,
        })
    }

    /// Erases everything but the device's own key, and sets PINs, options and the number of DKEK shares. Cannot be
    /// undone. For a device that was never initialised: on any other, a wrong SO-PIN is reported only as far as the
    /// answer says so. A refusal for a reason other than the SO-PIN is [`CardError::Refused`].
    pub fn initialise(&mut self, settings: &Initialise<'_>) -> Result<PinAnswer, CardError> {
        self.initialise_after(settings, None)
    }

    /// Like [`Device::initialise`], for a device that was initialised before and whose SO-PIN had `so_tries` tries
    /// left. How a genuine device refuses a wrong SO-PIN is not known, so after any refusal the tries are read again:
    /// if one was lost, the SO-PIN was wrong.
    pub fn initialise_again(&mut self, settings: &Initialise<'_>, so_tries: u8) -> Result<PinAnswer, CardError> {
        self.initialise_after(settings, Some(so_tries))
    }

    fn initialise_after(&mut self, settings: &Initialise<'_>, so_tries: Option<u8>) -> Result<PinAnswer, CardError> {
        let status = self.send_initialise(settings)?;
        let by_the_answer = match status {
            Status::Done => return Ok(PinAnswer::Accepted),
            // Devices differ in how they answer the try that reaches zero.
            Status::TriesLeft(0) | Status::Blocked => Ok(PinAnswer::Blocked),
            Status::TriesLeft(tries_left) => Ok(PinAnswer::Wrong { tries_left }),
            status => Err(CardError::Refused { operation: Operation::Initialise, status }),
        };
        if so_tries.is_none() && by_the_answer.is_ok() {
            return by_the_answer;
        }
        match (self.pin_state(Pin::So)?, so_tries) {
            (PinState::Blocked, _) => Ok(PinAnswer::Blocked),
            (PinState::TriesLeft(tries_left), Some(before)) if tries_left < before => {
                Ok(PinAnswer::Wrong { tries_left })
            }
            (PinState::TriesLeft(_), Some(_)) => Err(CardError::Refused { operation: Operation::Initialise, status }),
            _ => by_the_answer,
        }
    }

    fn send_initialise(&mut self, settings: &Initialise<'_>) -> Result<Status, CardError> {
        let [options_high, options_low] = settings.pin_reset.options().to_be_bytes();
        let user_pin = settings.user_pin.expose();
        // Its type limits a user PIN to 15 characters.
        let pin_length = u8::try_from(user_pin.len()).unwrap_or(u8::MAX);
        let share_count = settings.dkek_shares.unwrap_or(0);
        let shares: &[u8] = if settings.dkek_shares.is_some() { &[0x92, 0x01, share_count] } else { &[] };
        let pieces = [
            &[0x80, 0x02, options_high, options_low, 0x81, pin_length][..],
            user_pin,
            &[0x82, 0x08],
            settings.so_pin.expose(),
            &[0x91, 0x01, settings.user_pin_tries],
            shares,
        ];
        Ok(self.send(&Command::new(0x80, 0x50, 0x00, 0x00).data(&pieces))?.status())
    }

    /// Logs in with the user PIN.
    pub fn verify_user_pin(&mut self, pin: &UserPin) -> Result<PinAnswer, CardError> {
        self.present(Operation::VerifyUserPin, 0x20, 0x00, Pin::User, &[pin.expose()])
    }

    /// Changes the user PIN.
    pub fn change_user_pin(&mut self, old: &UserPin, new: &UserPin) -> Result<PinAnswer, CardError> {
        self.present(Operation::ChangeUserPin, 0x24, 0x00, Pin::User, &[old.expose(), new.expose()])
    }

    /// Changes the SO-PIN.
    pub fn change_so_pin(&mut self, old: &SoPin, new: &SoPin) -> Result<PinAnswer, CardError> {
        self.present(Operation::ChangeSoPin, 0x24, 0x00, Pin::So, &[old.expose(), new.expose()])
    }

    /// Unblocks the user PIN with the SO-PIN, and sets a new one if given. The answer refers to the SO-PIN.
    pub fn unblock_user_pin(&mut self, so_pin: &SoPin, new: Option<&UserPin>) -> Result<PinAnswer, CardError> {
        let p1 = u8::from(new.is_none()); // 00: and set a PIN; 01: unblock only
        let new = new.map_or(&[][..], UserPin::expose);
        self.present(Operation::UnblockUserPin, 0x2C, p1, Pin::User, &[so_pin.expose(), new])
    }

    fn present(
        &mut self,
        operation: Operation,
        instruction: u8,
        p1: u8,
        pin: Pin,
        pieces: &[&[u8]],
    ) -> Result<PinAnswer, CardError> {
        let answer = self.send(&Command::new(0x00, instruction, p1, pin.reference()).data(pieces))?;
        pin_answer(operation, answer.status())
    }
}

fn pin_answer(operation: Operation, status: Status) -> Result<PinAnswer, CardError> {
    match status {
        Status::Done => Ok(PinAnswer::Accepted),
        // Devices differ in how they answer the try that reaches zero.
        Status::TriesLeft(0) | Status::Blocked => Ok(PinAnswer::Blocked),
        Status::TriesLeft(tries_left) => Ok(PinAnswer::Wrong { tries_left }),
        Status::NotUsable | Status::ConditionNotMet | Status::NotAllowed => Ok(PinAnswer::NotAllowed { status }),
        status => Err(CardError::Refused { operation, status }),
    }
}
