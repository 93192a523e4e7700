//! PINs as the vault holds them, and as a device reports them.

use crate::card::{CardError, Device, Pin, PinAnswer, PinState};
use crate::clerk::workers::devices::Devices;
use crate::faults::{self, Fault};
use crate::secret::{SoPin, TypedText, UserPin, WipingBytes};
use crate::terms::Serial;

/// An SO-PIN as it was typed.
///
/// # Errors
/// It is not an SO-PIN.
pub fn so_pin(bytes: &WipingBytes) -> Result<SoPin, Fault> {
    SoPin::from_typed(&typed_text(bytes)?).map_err(|_| faults::PinsMissing.into())
}

/// A user PIN as it was typed.
///
/// # Errors
/// It is not a user PIN.
pub fn user_pin(bytes: &WipingBytes) -> Result<UserPin, Fault> {
    UserPin::from_typed(&typed_text(bytes)?).map_err(|_| faults::PinsMissing.into())
}

fn typed_text(bytes: &WipingBytes) -> Result<TypedText, Fault> {
    let mut text = TypedText::new();
    let whole = bytes.expose().iter().try_for_each(|byte| text.push(*byte));
    whole.map_err(|_| faults::PinsMissing)?;
    Ok(text)
}

/// The state of a PIN while nobody is logged in with it; anyone who is logged in is logged out.
///
/// # Errors
/// The device does not report it.
pub fn state_logged_out(device: &mut Device, pin: Pin) -> Result<PinState, CardError> {
    match device.pin_state(pin)? {
        PinState::Verified => {
            device.select()?;
            device.pin_state(pin)
        }
        state => Ok(state),
    }
}

/// How a PIN that was sent before was answered, if the answer was lost and the device has fewer tries left than people were
/// told of: then it was wrong, and it is not sent again.
///
/// # Errors
/// The device does not report it.
pub fn spent(devices: &mut Devices, serial: &Serial, pin: Pin, told: Option<u8>) -> Result<Option<PinAnswer>, Fault> {
    Ok(match devices.with(serial, |device| state_logged_out(device, pin))? {
        PinState::Blocked => Some(PinAnswer::Blocked),
        PinState::TriesLeft(left) => {
            told.is_some_and(|told| left < told).then_some(PinAnswer::Wrong { tries_left: left })
        }
        PinState::Verified | PinState::NeverInitialised | PinState::TransportPin | PinState::Unclear(_) => None,
    })
}
