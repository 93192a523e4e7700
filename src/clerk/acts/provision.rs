//! The clerk's acts that make a device ready: finding, erasing and initialising, logging in, loading the DKEK.

use crate::card::{CardError, Device, DkekState, Initialise, Pin, PinAnswer, PinReset, PinState};
use crate::clerk::entropy;
use crate::clerk::workers::card::Reply;
use crate::clerk::workers::devices::Devices;
use crate::faults::{self, Fault};
use crate::plan;
use crate::record::{Fact, PinName};
use crate::secret::{Secret, SoPin, TypedText, UserPin, WipingBytes};
use crate::terms::{DeviceRole, Handle, Kcv, Serial};

/// Identifies the device for a role among those that were found.
pub fn find(
    devices: &mut Devices,
    role: DeviceRole,
    mut found: Vec<Serial>,
    rehearsal: bool,
) -> Result<Vec<Fact>, Fault> {
    found.sort();
    let serial = match found.as_slice() {
        [one] => one.clone(),
        // Which of them it is, people decide, by serial.
        _ => return Ok(vec![Fact::Seen { role, serials: found }]),
    };
    match (serial.is_rehearsal(), rehearsal) {
        (true, false) => return Err(Fault::from(faults::RehearsalArtefact { what: serial })),
        (false, true) => return Err(Fault::from(faults::NoDeviceForRehearsal { what: serial })),
        _ => {}
    }
    let (user, so, version, platform) = devices.with(&serial, |device| {
        let platform = device.platform().map(|platform| platform.to_string());
        Ok((device.pin_state(Pin::User)?, device.pin_state(Pin::So)?, device.version().to_string(), platform))
    })?;
    let keys = u16::try_from(devices.first_list(&serial)?.len()).unwrap_or(u16::MAX);
    Ok(vec![Fact::Device {
        role,
        serial,
        version,
        platform,
        user_pin_tries: tries(user),
        so_pin_tries: tries(so),
        initialised: !(user == PinState::NeverInitialised && so == PinState::NeverInitialised),
        keys,
    }])
}

fn tries(state: PinState) -> Option<u8> {
    match state {
        PinState::TriesLeft(left) => Some(left),
        PinState::Blocked => Some(0),
        _ => None,
    }
}

/// Seeds the generator from the device, the host and what custodians threw. The throws go back into the vault, for the step
/// may have to be tried again.
pub fn mix_entropy(devices: &mut Devices, serial: &Serial, thrown: Option<(WipingBytes, u16)>) -> Reply {
    let mut seeded = || -> Result<(WipingBytes, Vec<String>), Fault> {
        let device = devices.with(serial, |device| device.random(entropy::SOURCE_BYTES))?;
        let thrown = thrown.as_ref().map(|(throws, wanted)| (throws, *wanted));
        entropy::seed((serial, &device), &entropy::host()?, thrown)
    };
    let result = seeded();
    let mut back: Vec<(Handle, WipingBytes)> = thrown.into_iter().map(|(throws, _)| (Handle::Dice, throws)).collect();
    let result = result.map(|(seed, sources)| {
        back.push((Handle::GeneratorSeed, seed));
        vec![Fact::Seeded { sources }]
    });
    Reply { result, back }
}

/// Reads how many tries a PIN has left, logged out, before anyone types it.
pub fn read_tries(devices: &mut Devices, role: DeviceRole, serial: &Serial, pin: PinName) -> Result<Vec<Fact>, Fault> {
    let which = if pin == PinName::User { Pin::User } else { Pin::So };
    let state = devices.with(serial, |device| state_logged_out(device, which))?;
    match (state, pin) {
        (PinState::TriesLeft(left), _) => Ok(vec![Fact::Tries { role, pin, left }]),
        (PinState::Blocked, PinName::User) => Err(Fault::from(faults::PinBlocked)),
        (PinState::Blocked, PinName::So) => Err(Fault::from(faults::SoPinBlocked)),
        (PinState::NeverInitialised, _) => Err(Fault::from(faults::DeviceNotInitialised)),
        (PinState::TransportPin, _) => Err(Fault::from(faults::PinTransport)),
        (PinState::Unclear(status), _) => Err(Fault::from(faults::CardRefused { operation: "pin-state", status })),
        (PinState::Verified, _) => Err(Fault::from(faults::CardMalformed { operation: "pin-state" })),
    }
}

fn state_logged_out(device: &mut Device, pin: Pin) -> Result<PinState, CardError> {
    match device.pin_state(pin)? {
        PinState::Verified => {
            device.select()?;
            device.pin_state(pin)
        }
        state => Ok(state),
    }
}

/// Reads where the DKEK of a device stands. A KCV that reads as zeros is none.
pub fn read_dkek(devices: &mut Devices, role: DeviceRole, serial: &Serial) -> Result<Vec<Fact>, Fault> {
    let (shares, outstanding, kcv) = match devices.with(serial, Device::dkek_state)? {
        DkekState::NotConfigured => (None, 0, None),
        DkekState::Pending { total, outstanding } => (Some(total), outstanding, None),
        DkekState::Complete { total, kcv } => (Some(total), 0, kcv),
    };
    Ok(vec![Fact::DkekState { role, shares, outstanding, kcv }])
}

/// The PINs that initialising needs. They go back into the vault, for the step may have to be tried again.
pub struct Pins {
    /// The SO-PIN as it is; a device that was never initialised has none.
    pub current: Option<WipingBytes>,
    /// The SO-PIN as it shall be.
    pub new: WipingBytes,
    /// The user PIN as it shall be.
    pub user: WipingBytes,
}

/// How a device is to be initialised.
pub struct Target {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
    /// Whether it had been initialised before.
    pub initialised: bool,
    /// Tries left of its SO-PIN as people were told last.
    pub so_pin_tries: Option<u8>,
    /// The retry counter of the user PIN.
    pub user_pin_tries: u8,
    /// What the SO-PIN may do to the user PIN.
    pub pin_reset: plan::PinReset,
    /// How many DKEK shares it will wait for.
    pub dkek_shares: u8,
    /// The SO-PIN that it has is the one that it shall have.
    pub same_so_pin: bool,
    /// An earlier try had no answer.
    pub cut: bool,
}

/// Erases and initialises a device, once: where an earlier try had no answer, finds out first whether it was done.
pub fn initialise(devices: &mut Devices, target: &Target, pins: Pins) -> Reply {
    let result = initialised(devices, target, &pins);
    let back = pins.current.into_iter().map(|pin| (Handle::SoPin, pin));
    let back = back.chain([(Handle::NewSoPin, pins.new), (Handle::UserPin, pins.user)]);
    Reply { result, back: back.collect() }
}

fn initialised(devices: &mut Devices, target: &Target, pins: &Pins) -> Result<Vec<Fact>, Fault> {
    let user_pin = user_pin(&pins.user)?;
    let current = match &pins.current {
        Some(typed) if target.initialised && !target.same_so_pin => so_pin(typed)?,
        None if target.initialised && !target.same_so_pin => return Err(Fault::from(faults::PinsMissing)),
        _ => so_pin(&pins.new)?,
    };
    let Target { role, serial, .. } = target;
    let done = Fact::Initialised { role: *role, serial: serial.clone(), dkek_shares: target.dkek_shares };
    let waits_for_share =
        |state: DkekState| state == DkekState::Pending { total: target.dkek_shares, outstanding: target.dkek_shares };
    let settings = Initialise {
        so_pin: &current,
        user_pin: &user_pin,
        user_pin_tries: target.user_pin_tries,
        dkek_shares: Some(target.dkek_shares),
        pin_reset: match target.pin_reset {
            plan::PinReset::Off => PinReset::Off,
            plan::PinReset::Unblock => PinReset::Unblock,
            plan::PinReset::Set => PinReset::Set,
        },
    };
    if target.cut
        && waits_for_share(devices.with(serial, Device::dkek_state)?)
        && devices.with(serial, |device| is_as_set(device, &settings))?
    {
        return Ok(vec![done]);
    }
    let answer = match so_tries_before(devices, target)? {
        Some(left) => devices.with(serial, |device| device.initialise_again(&settings, left))?,
        None => devices.with(serial, |device| device.initialise(&settings))?,
    };
    match answer {
        PinAnswer::Accepted => {}
        PinAnswer::Wrong { tries_left } => return Err(Fault::from(faults::SoPinWrong { left: tries_left })),
        PinAnswer::Blocked => return Err(Fault::from(faults::SoPinBlocked)),
        PinAnswer::NotAllowed => return Err(Fault::from(faults::InitialiseRefused { status: "" })),
    }
    // What the device says of itself counts, not what it answered.
    if !waits_for_share(devices.with(serial, Device::dkek_state)?) {
        return Err(Fault::from(faults::InitialiseUnclear));
    }
    Ok(vec![done])
}

/// Whether a device that waits for its DKEK shares stands as these settings leave it. It may be an older initialisation,
/// and in the end only the new PIN can tell: the one guess ever made, on a device that is being erased anyway, and only
/// where everything that can be read is right.
fn is_as_set(device: &mut Device, settings: &Initialise<'_>) -> Result<bool, CardError> {
    device.select()?;
    let fresh = PinState::TriesLeft(settings.user_pin_tries);
    if device.has_pin_reset(settings.pin_reset) == Some(false)
        || device.pin_state(Pin::User)? != fresh
        || device.list()?.into_iter().any(|file| file.as_key().is_some())
    {
        return Ok(false);
    }
    let answer = device.verify_user_pin(settings.user_pin)?;
    device.select()?;
    // The right PIN puts its counter back to the limit, which may be a higher one.
    Ok(answer == PinAnswer::Accepted && device.pin_state(Pin::User)? == fresh)
}

/// Tries left of the SO-PIN of a device that was initialised before, where it tells them. Where people were told of more,
/// nothing is sent before they know: an earlier try, whose answer was lost, was wrong.
fn so_tries_before(devices: &mut Devices, target: &Target) -> Result<Option<u8>, Fault> {
    if !target.initialised {
        return Ok(None);
    }
    match devices.with(&target.serial, |device| state_logged_out(device, Pin::So))? {
        PinState::TriesLeft(left) if target.so_pin_tries.is_some_and(|told| left < told) => {
            Err(Fault::from(faults::SoPinWrong { left }))
        }
        PinState::TriesLeft(left) => Ok(Some(left)),
        PinState::Blocked => Err(Fault::from(faults::SoPinBlocked)),
        _ => Ok(None),
    }
}

/// Changes the SO-PIN of a device that was initialised with the one it had before.
pub fn change_so_pin(
    devices: &mut Devices,
    role: DeviceRole,
    serial: &Serial,
    cut: bool,
    pins: (WipingBytes, WipingBytes),
) -> Reply {
    let (current, new) = pins;
    let mut change = || -> Result<Vec<Fact>, Fault> {
        let (old_pin, new_pin) = (so_pin(&current)?, so_pin(&new)?);
        let changed = vec![Fact::SoPinChanged { role }];
        match devices.with(serial, |device| device.change_so_pin(&old_pin, &new_pin))? {
            PinAnswer::Accepted => Ok(changed),
            // An earlier try whose answer was lost may have changed it; then the new one is right, and this puts the
            // counter back. Without such a try nothing is guessed.
            PinAnswer::Wrong { tries_left } if cut && tries_left > 1 => {
                match devices.with(serial, |device| device.change_so_pin(&new_pin, &new_pin))? {
                    PinAnswer::Accepted => Ok(changed),
                    PinAnswer::Wrong { tries_left } => Err(Fault::from(faults::SoPinOldWrong { left: tries_left })),
                    PinAnswer::Blocked => Err(Fault::from(faults::SoPinBlocked)),
                    PinAnswer::NotAllowed => Err(Fault::from(faults::SoPinNotChanged)),
                }
            }
            PinAnswer::Wrong { tries_left } => Err(Fault::from(faults::SoPinOldWrong { left: tries_left })),
            PinAnswer::Blocked => Err(Fault::from(faults::SoPinBlocked)),
            PinAnswer::NotAllowed => Err(Fault::from(faults::SoPinNotChanged)),
        }
    };
    let result = change();
    Reply { result, back: vec![(Handle::SoPin, current), (Handle::NewSoPin, new)] }
}

/// Logs in with the user PIN. The PIN is wiped, right or wrong.
pub fn log_in(
    devices: &mut Devices,
    role: DeviceRole,
    serial: &Serial,
    typed: &WipingBytes,
) -> Result<Vec<Fact>, Fault> {
    let pin = user_pin(typed)?;
    match devices.with(serial, |device| device.verify_user_pin(&pin))? {
        PinAnswer::Accepted => Ok(vec![Fact::LoggedIn { role }]),
        PinAnswer::Wrong { tries_left } => Err(Fault::from(faults::PinWrong { left: tries_left })),
        PinAnswer::Blocked => Err(Fault::from(faults::PinBlocked)),
        PinAnswer::NotAllowed => Err(Fault::from(faults::CardRefused { operation: "verify", status: "" })),
    }
}

/// Loads the DKEK, unless the device has it already, and compares the KCV.
pub fn load_dkek(devices: &mut Devices, role: DeviceRole, serial: &Serial, expected: Kcv, dkek: WipingBytes) -> Reply {
    let mut load = || -> Result<Vec<Fact>, Fault> {
        let shares: Vec<&[u8]> = dkek.expose().chunks(32).collect();
        let mut state = devices.with(serial, Device::dkek_state)?;
        // They go in one after the other; how many are still missing says which is next.
        while let DkekState::Pending { total, outstanding } = state {
            let next = total.checked_sub(outstanding).filter(|_| usize::from(total) == shares.len());
            let share = next.and_then(|next| shares.get(usize::from(next))).and_then(|share| Secret::from_slice(share));
            let share = share.ok_or_else(|| Fault::from(faults::DkekIncomplete { outstanding }))?;
            state = devices.with(serial, |device| device.import_dkek_share(&share))?;
            if state == (DkekState::Pending { total, outstanding }) {
                return Err(Fault::from(faults::DkekIncomplete { outstanding }));
            }
        }
        match state {
            DkekState::Complete { kcv: Some(kcv), .. } if kcv == expected => Ok(vec![Fact::Loaded { role, kcv }]),
            DkekState::Complete { kcv: Some(found), .. } => {
                Err(Fault::from(faults::DeviceKcvDiffers { found, expected }))
            }
            DkekState::Complete { kcv: None, .. } => Err(Fault::from(faults::CardLoginLost)),
            DkekState::Pending { outstanding, .. } => Err(Fault::from(faults::DkekIncomplete { outstanding })),
            DkekState::NotConfigured => Err(Fault::from(faults::DkekNotConfigured)),
        }
    };
    let result = load();
    Reply { result, back: vec![(Handle::Dkek, dkek)] }
}

fn typed_text(bytes: &WipingBytes) -> Result<TypedText, Fault> {
    let mut text = TypedText::new();
    let whole = bytes.expose().iter().try_for_each(|byte| text.push(*byte));
    whole.map_err(|_| Fault::from(faults::PinsMissing))?;
    Ok(text)
}

fn so_pin(bytes: &WipingBytes) -> Result<SoPin, Fault> {
    SoPin::from_typed(&typed_text(bytes)?).map_err(|_| Fault::from(faults::PinsMissing))
}

fn user_pin(bytes: &WipingBytes) -> Result<UserPin, Fault> {
    UserPin::from_typed(&typed_text(bytes)?).map_err(|_| Fault::from(faults::PinsMissing))
}
