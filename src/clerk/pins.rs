//! PINs as the vault holds them, and as a device speaks of them.

use crate::card::{CardError, Device, Pin, PinState};
use crate::faults::{self, Fault};
use crate::secret::{SoPin, TypedText, UserPin, WipingBytes};

/// An SO-PIN as it was typed.
///
/// # Errors
/// It is none.
pub fn so_pin(bytes: &WipingBytes) -> Result<SoPin, Fault> {
    SoPin::from_typed(&typed_text(bytes)?).map_err(|_| faults::PinsMissing.into())
}

/// A user PIN as it was typed.
///
/// # Errors
/// It is none.
pub fn user_pin(bytes: &WipingBytes) -> Result<UserPin, Fault> {
    UserPin::from_typed(&typed_text(bytes)?).map_err(|_| faults::PinsMissing.into())
}

fn typed_text(bytes: &WipingBytes) -> Result<TypedText, Fault> {
    let mut text = TypedText::new();
    let whole = bytes.expose().iter().try_for_each(|byte| text.push(*byte));
    whole.map_err(|_| faults::PinsMissing)?;
    Ok(text)
}

/// Where a PIN stands while nobody is logged in with it; whoever is logged in is not any more.
///
/// # Errors
/// The device does not say.
pub fn state_logged_out(device: &mut Device, pin: Pin) -> Result<PinState, CardError> {
    match device.pin_state(pin)? {
        PinState::Verified => {
            device.select()?;
            device.pin_state(pin)
        }
        state => Ok(state),
    }
}
