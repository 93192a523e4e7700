//! PINs as the vault holds them, and as a device reports them.

use crate::card::{CardError, Device, Pin, PinState};
use crate::faults::{self, Fault};
use crate::secret::{SoPin, TypedText, UserPin, WipingBytes};

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
