//! Erases and initialises a device, once: if an earlier attempt got no answer, it first finds out whether that was
//! carried out.

use crate::card::{self, CardError, Device, DkekState, FileId, Pin, PinAnswer, PinState};
use crate::clerk::acts::find_device::tries;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::pins::{so_pin, state_logged_out, user_pin};
use crate::clerk::workers::card::Reply;
use crate::clerk::workers::devices::Devices;
use crate::clerk::{Clerk, as_fault};
use crate::faults::{self, Fault};
use crate::plan::PinReset;
use crate::record::{Fact, ResetRule, Settings};
use crate::secret::{UserPin, WipingBytes};
use crate::terms::{DeviceRole, Handle, KeyReference, Serial};
use crate::vault::Vault;

/// Erase and initialise a device. Cannot be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initialise {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial; any other device is refused.
    pub serial: Serial,
    /// Whether it had been initialised before, so that the SO-PIN must match.
    pub initialised: bool,
    /// SO-PIN tries left, as last shown to people.
    pub so_pin_tries: Option<u8>,
    /// The retry counter of the user PIN.
    pub user_pin_tries: u8,
    /// What the SO-PIN may do to the user PIN.
    pub pin_reset: PinReset,
    /// How many DKEK shares it will wait for.
    pub dkek_shares: u8,
    /// What it is to be called as a PKCS#11 token; none: the plan does not say.
    pub token_label: Option<String>,
    /// The keys on it that were named before people decided: with any other on it, it is not erased.
    pub named: Vec<KeyReference>,
    /// The current SO-PIN is also the one it must have.
    pub same_so_pin: bool,
    /// An earlier attempt got no answer: whether it was carried out has to be found out first.
    pub cut: bool,
}

/// The PINs needed. They go back into the vault, because the step may have to be repeated.
struct Pins {
    /// The current SO-PIN; a device that was never initialised has none.
    current: Option<WipingBytes>,
    /// The SO-PIN it must have.
    new: WipingBytes,
    /// The user PIN it must have.
    user: WipingBytes,
}

impl ActKind for Initialise {
    const WORD: &'static str = "initialise";
    const MAY_BE_STOPPED: bool = false;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::PerhapsInitialised;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = Some(|act| &act.serial);

    fn perform(self, _: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let pins = Pins {
            current: vault.give(Handle::SoPin),
            new: vault.give(Handle::NewSoPin).ok_or(faults::PinsMissing)?,
            user: vault.give(Handle::UserPin).ok_or(faults::PinsMissing)?,
        };
        Ok(Begun::OnCard(Box::new(move |devices| {
            let result = self.initialise(devices, &pins);
            let back = pins.current.into_iter().map(|pin| (Handle::SoPin, pin));
            let back = back.chain([(Handle::NewSoPin, pins.new), (Handle::UserPin, pins.user)]);
            Reply { result, back: back.collect() }
        })))
    }
}

impl Initialise {
    fn initialise(&self, devices: &mut Devices, pins: &Pins) -> Result<Vec<Fact>, Fault> {
        let Self { role, serial, dkek_shares, .. } = self;
        let user_pin = user_pin(&pins.user)?;
        let current = if self.initialised && !self.same_so_pin {
            so_pin(pins.current.as_ref().ok_or(faults::PinsMissing)?)?
        } else {
            so_pin(&pins.new)?
        };
        let done = Fact::Initialised { role: *role, serial: serial.clone(), dkek_shares: *dkek_shares };
        let waiting = DkekState::Pending { total: *dkek_shares, outstanding: *dkek_shares };
        let settings = card::Initialise {
            so_pin: &current,
            user_pin: &user_pin,
            user_pin_tries: self.user_pin_tries,
            dkek_shares: Some(*dkek_shares),
            pin_reset: match self.pin_reset {
                PinReset::Off => card::PinReset::Off,
                PinReset::Unblock => card::PinReset::Unblock,
                PinReset::Set => card::PinReset::Set,
            },
        };
        if self.cut {
            let state = devices.with(serial, Device::dkek_state)?;
            if state == waiting && devices.with(serial, |device| is_as_set(device, &settings))? {
                self.name_it(devices, &user_pin)?;
                return Ok([done].into_iter().chain(self.read_back(devices)?).collect());
            }
            // It may have been initialised and does not say: it is not erased once more.
            let never = |device: &mut Device| Ok(device.pin_state(Pin::User)? == PinState::NeverInitialised);
            if matches!(state, DkekState::NotTold(_)) && !devices.with(serial, never)? {
                return Err(Fault::from(faults::InitialiseUnclear));
            }
        }
        self.no_other_keys(devices)?;
        let answer = match self.so_tries_before(devices)? {
            Some(left) => devices.with(serial, |device| device.initialise_again(&settings, left)),
            None => devices.with(serial, |device| device.initialise(&settings)),
        };
        let refused = match answer {
            Ok(PinAnswer::Accepted) => None,
            Ok(PinAnswer::Wrong { tries_left }) => Some(Fault::from(faults::SoPinWrong { left: tries_left })),
            Ok(PinAnswer::Blocked) => Some(Fault::from(faults::SoPinBlocked)),
            Ok(PinAnswer::NotAllowed { status }) => Some(Fault::from(faults::InitialiseRefused { status })),
            Err(fault) if fault.name.leaves_device_as_it_was() => Some(fault),
            Err(fault) => return Err(fault),
        };
        // What the device reports about itself counts, not its answer: one that erased itself and says that it refused is
        // not erased once more.
        let waits = devices.with(serial, Device::dkek_state)? == waiting;
        match refused {
            Some(fault) if !waits || !devices.with(serial, |device| is_as_set(device, &settings))? => {
                return Err(fault);
            }
            None if !waits => return Err(Fault::from(faults::InitialiseUnclear)),
            Some(_) | None => {}
        }
        self.name_it(devices, &user_pin)?;
        Ok([done].into_iter().chain(self.read_back(devices)?).collect())
    }

    /// Writes the label of the plan, as the real tool does right after it has initialised a device: the user PIN is in use for
    /// that alone. A device that does not take it is initialised all the same; what it is called then is read back.
    fn name_it(&self, devices: &mut Devices, user_pin: &UserPin) -> Result<(), Fault> {
        let Some(label) = &self.token_label else { return Ok(()) };
        devices.with(&self.serial, |device| {
            if device.verify_user_pin(user_pin)? == PinAnswer::Accepted {
                match device.write_token_label(label) {
                    Ok(()) | Err(CardError::Refused { .. } | CardError::Malformed { .. }) => {}
                    Err(lost @ (CardError::Transport(_) | CardError::OtherDevice { .. })) => return Err(lost),
                }
            }
            // Logs out.
            device.select()
        })
    }

    /// What the device says about its settings; nothing, if it does not say. It is initialised already: if the answer is
    /// lost, the next attempt finds that out and asks again.
    fn read_back(&self, devices: &mut Devices) -> Result<Option<Fact>, Fault> {
        let read = |device: &mut Device| {
            device.select()?;
            let (user, so) = (device.pin_state(Pin::User)?, device.pin_state(Pin::So)?);
            let rules = [
                (card::PinReset::Off, ResetRule::Off),
                (card::PinReset::Unblock, ResetRule::Unblock),
                (card::PinReset::Set, ResetRule::Set),
            ];
            let pin_reset = rules.into_iter().find(|(reset, _)| device.has_pin_reset(*reset) == Some(true));
            let dkek_shares = match device.dkek_state()? {
                DkekState::Pending { total, .. } | DkekState::Complete { total, .. } => Some(total),
                DkekState::NotConfigured | DkekState::NotTold(_) => None,
            };
            let token_label = if self.token_label.is_some() { device.token_label()? } else { None };
            Ok(Fact::Settings(Settings {
                role: self.role,
                user_pin_tries: tries(user),
                so_pin_tries: tries(so),
                pin_reset: pin_reset.map(|(_, rule)| rule),
                options: device.options().map(|options| format!("{options:04X}")),
                dkek_shares,
                token_label,
            }))
        };
        devices.with(&self.serial, |device| match read(device) {
            Ok(settings) => Ok(Some(settings)),
            Err(CardError::Refused { .. } | CardError::Malformed { .. }) => Ok(None),
            Err(lost @ (CardError::Transport(_) | CardError::OtherDevice { .. })) => Err(lost),
        })
    }

    /// Keys can come onto a device after it was found: none is erased that nobody has named.
    fn no_other_keys(&self, devices: &mut Devices) -> Result<(), Fault> {
        let files = devices.with(&self.serial, Device::list).map_err(as_fault::while_reading)?;
        let keys = files.into_iter().filter_map(FileId::as_key).filter(|key| !self.named.contains(key));
        let keys: Vec<String> = keys.map(|key| key.to_string()).collect();
        if keys.is_empty() {
            return Ok(());
        }
        Err(Fault::from(faults::DeviceOtherKeys { serial: &self.serial, references: keys.join(", ") }))
    }

    /// SO-PIN tries left on a device that was initialised before, if it reports them. If people were told of more,
    /// nothing is sent until they know: an earlier attempt, whose answer was lost, was wrong.
    fn so_tries_before(&self, devices: &mut Devices) -> Result<Option<u8>, Fault> {
        if !self.initialised {
            return Ok(None);
        }
        match devices.with(&self.serial, |device| state_logged_out(device, Pin::So))? {
            PinState::TriesLeft(left) if self.so_pin_tries.is_some_and(|told| left < told) => {
                Err(Fault::from(faults::SoPinWrong { left }))
            }
            PinState::TriesLeft(left) => Ok(Some(left)),
            PinState::Blocked => Err(Fault::from(faults::SoPinBlocked)),
            PinState::Verified | PinState::NeverInitialised | PinState::TransportPin | PinState::Unclear(_) => Ok(None),
        }
    }
}

/// Whether a device that waits for its DKEK shares is in the state that these settings produce. It may come from an
/// older initialisation, and in the end only the new PIN can tell: this is the only guess ever made, on a device that
/// is being erased anyway, and only if everything that can be read is right.
fn is_as_set(device: &mut Device, settings: &card::Initialise<'_>) -> Result<bool, CardError> {
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
    // The right PIN resets its counter to the limit, which may be higher.
    Ok(answer == PinAnswer::Accepted && device.pin_state(Pin::User)? == fresh)
}
