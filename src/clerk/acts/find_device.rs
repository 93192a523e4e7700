//! Looks for the device for a role again and again until it is there.

use std::thread::sleep;
use std::time::Duration;

use crate::card::{
    CardError, Device, Heard, Operation, Pin, PinState, PublicKeyLogin, Status, TransportError, Version, genuine,
};
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::workers::card::{Job, Reply};
use crate::clerk::workers::devices::Devices;
use crate::clerk::{Clerk, as_fault};
use crate::faults::{self, Fault, FaultName};
use crate::record::{Fact, Peculiar, PinCondition, PublicKeys};
use crate::terms::{Advisory, Day, DeviceRole, Serial, can_be_seen, short};
use crate::vault::Vault;

/// Find the device for a role, excluding those that cannot be it. Looking sends nothing that changes a device, so it
/// can be repeated whatever came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindDevice {
    /// The role.
    pub role: DeviceRole,
    /// Serials that cannot be it: the keys were generated on them.
    pub not: Vec<Serial>,
    /// Serials that people gave up in this sitting: another device replaces them.
    pub given_up: Vec<Serial>,
    /// The other devices of the fleet, with their numbers: each is set up once.
    pub fleet: Vec<(Serial, u8)>,
    /// Serials that are taken only if there is no other: the keys were generated on them.
    pub last_resort: Vec<Serial>,
    /// The one that people picked if there were several; no other is accepted.
    pub picked: Option<Serial>,
    /// What it is for.
    pub purpose: DevicePurpose,
}

/// What a device is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DevicePurpose {
    /// It is only looked at.
    Inspection,
    /// It gets more keys.
    Adding {
        /// The length in bits of the longest RSA key among them.
        longest_rsa: Option<u16>,
        /// Whether one of them is a key on an elliptic curve.
        generates_ec: bool,
    },
    /// One of its PINs will be changed.
    Pins,
    /// It will be erased, initialised and given keys.
    Provisioning {
        /// The length in bits of the longest RSA key among them.
        longest_rsa: Option<u16>,
        /// Whether one of them is a key on an elliptic curve that the device generates: the command for that is long.
        generates_ec: bool,
    },
}

/// What the certificates of a device are compared with.
#[derive(Debug, Clone, Copy)]
struct Sitting {
    rehearsal: bool,
    today: Day,
}

/// The longest RSA keys of every device, in bits (the protocol reference, section 10).
const RSA_OF_ALL: u16 = 2048;
/// The first version whose devices have longer ones.
const FIRST_WITH_LONG_RSA: Version = Version { major: 3, minor: 0 };

impl ActKind for FindDevice {
    const WORD: &'static str = "find-device";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::DevicesUnknown;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let now = Sitting { rehearsal: clerk.rehearsal, today: clerk.today };
        if self.role.further().is_some() {
            // It may be missing for good: people then go on without it.
            return Ok(Begun::on_card(move |devices| self.look(devices, now)));
        }
        Ok(Begun::Looking(Box::new(move |pause: Duration| -> Job {
            let act = self.clone();
            Box::new(move |devices| {
                sleep(pause);
                Reply::plain(act.look(devices, now))
            })
        })))
    }
}

impl FindDevice {
    /// Identifies the device for the role among those present.
    fn look(&self, devices: &mut Devices, now: Sitting) -> Result<Vec<Fact>, Fault> {
        let role = self.role;
        let mut found = if let Some(picked) = &self.picked {
            devices.find_picked(role, picked)?
        } else {
            let fleet = self.fleet.iter().map(|(serial, _)| serial.clone());
            let not: Vec<Serial> = self.not.iter().cloned().chain(fleet).collect();
            let found = devices.find(role, &not, &self.given_up, &self.last_resort);
            found.map_err(|fault| self.of_the_fleet(fault))?
        };
        found.sort();
        let serial = match found.as_slice() {
            [one] => one.clone(),
            // People decide by serial which of them it is.
            _ => return Ok(vec![Fact::Seen { role, serials: found }]),
        };
        match (serial.is_rehearsal(), now.rehearsal) {
            (true, false) => return Err(Fault::from(faults::RehearsalArtefact { what: serial })),
            (false, true) => return Err(Fault::from(faults::NoDeviceForRehearsal { what: serial })),
            (true, true) | (false, false) => {}
        }
        let (user, so, version, platform) = devices.with(&serial, |device| {
            let platform = device.platform().map(|platform| platform.to_string());
            Ok((device.pin_state(Pin::User)?, device.pin_state(Pin::So)?, device.version(), platform))
        })?;
        let (certified_by, genuineness) = devices.with(&serial, |device| {
            Ok((device.certified_by(), genuine::check(device.certificates(), now.today, now.rehearsal)))
        })?;
        let reader = devices.reader_of(&serial).map(short);
        let mut peculiar = devices.with(&serial, |device| {
            let public_keys = device
                .public_key_login()?
                .map(|PublicKeyLogin { total, missing, required }| PublicKeys { total, missing, required });
            Ok(Peculiar { contactless: device.is_contactless(), public_keys, ..Peculiar::default() })
        })?;
        self.purpose.fits(&serial, version, was_initialised(user, so), so)?;
        // Where a current SO-PIN would be asked for that nobody ever set, no way leads on. Who only looks sees it as it is. What
        // devices before 2.0 say about their SO-PIN is not known: the real tools do not ask them.
        if self.purpose != DevicePurpose::Inspection && version.major >= 2 && contradict(user, so) {
            let heard = Heard::of_data(Operation::PinStatus, Status::ReferenceNotFound, &[]);
            return Err(as_fault::not_understood(Operation::PinStatus, "one-pin-never-set", Some(&heard)));
        }
        let contents = devices.first_list(&serial)?;
        // Only now is it known whether the reader transfers what it claims to.
        peculiar.short_only = devices.with(&serial, |device| Ok(device.is_short_only()))?;
        if self.purpose.needs_long_commands() {
            let too_large = CardError::Transport(TransportError::TooLarge);
            devices.with(&serial, |device| if device.takes_long_commands()? { Ok(()) } else { Err(too_large) })?;
        }
        let token_label = devices.with(&serial, Device::token_label)?;
        peculiar.left_over = contents.left_over.iter().map(|name| short(name)).collect();
        Ok(vec![Fact::Device {
            role,
            serial,
            version: version.to_string(),
            platform,
            user_pin_tries: tries(user),
            user_pin: condition(user),
            so_pin_tries: tries(so),
            so_pin: condition(so),
            initialised: was_initialised(user, so),
            keys: u16::try_from(contents.keys.len()).unwrap_or(u16::MAX),
            certificates: contents.certificates.iter().map(|name| short(name)).collect(),
            data_objects: contents.data_objects.iter().map(|name| short(name)).collect(),
            reader,
            certified_by,
            genuineness: Some(genuineness),
            advisories: Advisory::of_version(&version.to_string()),
            token_label: token_label.as_deref().map(called),
            peculiar,
        }])
    }
}

/// The longest label that is shown; a plan has shorter ones.
const LONGEST_LABEL: usize = 64;

/// A label that anyone may have written, for one line of a screen.
fn called(label: &str) -> String {
    label
        .chars()
        .map(|c| if can_be_seen(c) || c == char::REPLACEMENT_CHARACTER { c } else { '?' })
        .take(LONGEST_LABEL)
        .collect()
}

impl FindDevice {
    /// Of a device that was set up before, people are told which one of the fleet it is.
    fn of_the_fleet(&self, fault: Fault) -> Fault {
        if fault.name != FaultName::DeviceExcluded {
            return fault;
        }
        let seen = |serial: &Serial| fault.values.iter().any(|(_, value)| value.contains(serial.as_str()));
        match self.fleet.iter().find(|(serial, _)| seen(serial)) {
            Some((serial, number)) => Fault::from(faults::DeviceOfFleet { serial, number }),
            None => fault,
        }
    }
}

impl DevicePurpose {
    const fn needs_long_commands(self) -> bool {
        match self {
            Self::Provisioning { generates_ec, .. } | Self::Adding { generates_ec, .. } => generates_ec,
            Self::Pins | Self::Inspection => false,
        }
    }

    /// What can be known before anybody sits down is said before.
    fn fits(self, serial: &Serial, version: Version, initialised: bool, so: PinState) -> Result<(), Fault> {
        match self {
            Self::Pins if !initialised => Err(Fault::from(faults::DeviceWithoutPins { serial })),
            Self::Provisioning { .. } if so == PinState::Blocked => {
                Err(Fault::from(faults::DeviceSoPinSpent { serial }))
            }
            Self::Provisioning { longest_rsa: Some(bits), .. } | Self::Adding { longest_rsa: Some(bits), .. }
                if bits > RSA_OF_ALL && version < FIRST_WITH_LONG_RSA =>
            {
                Err(Fault::from(faults::DeviceTooOld { serial, version, bits, first: FIRST_WITH_LONG_RSA }))
            }
            Self::Provisioning { .. } | Self::Adding { .. } | Self::Pins | Self::Inspection => Ok(()),
        }
    }
}

/// Whether a device was ever initialised. The oldest do not report the SO-PIN.
const fn was_initialised(user: PinState, so: PinState) -> bool {
    !matches!((user, so), (PinState::NeverInitialised, PinState::NeverInitialised | PinState::Unclear(_)))
}

/// Whether one PIN was never set and the other was: INITIALIZE sets both.
const fn contradict(user: PinState, so: PinState) -> bool {
    matches!(
        (user, so),
        (
            PinState::TriesLeft(_) | PinState::Blocked | PinState::Verified | PinState::Unclear(_),
            PinState::NeverInitialised
        ) | (PinState::NeverInitialised, PinState::TriesLeft(_) | PinState::Blocked | PinState::Verified)
    )
}

pub(super) const fn tries(state: PinState) -> Option<u8> {
    match state {
        PinState::TriesLeft(left) => Some(left),
        PinState::Blocked => Some(0),
        PinState::Verified | PinState::NeverInitialised | PinState::TransportPin | PinState::Unclear(_) => None,
    }
}

fn condition(state: PinState) -> Option<PinCondition> {
    match state {
        PinState::NeverInitialised => Some(PinCondition::NotSet),
        PinState::TransportPin => Some(PinCondition::Transport),
        PinState::Unclear(status) => Some(PinCondition::NotTold(status.to_string())),
        PinState::TriesLeft(_) | PinState::Blocked | PinState::Verified => None,
    }
}
