//! How PINs are typed, and fields typed twice. Lengths and alphabets are checked here, so that a slip costs no try.

use super::FieldCheck;
use crate::faults::{self, Fault};
use crate::secret::{PinRule, SoPin, TypedText, UserPin, WipingBytes};
use crate::terms::Handle;
use crate::vault::Vault;

/// An existing user PIN.
pub(super) fn user_pin(text: &TypedText) -> FieldCheck {
    check_user_pin(text, None, |_| Ok(()))
}

/// A new user PIN; its rule depends on the number of tries in the plan. It is not one of the SO-PINs that are held.
pub(super) fn new_user_pin(text: &TypedText, tries: u8, vault: &Vault) -> FieldCheck {
    let so_pins = [Handle::NewSoPin, Handle::SoPin].into_iter().filter_map(|handle| vault.lend(handle));
    let check = check_user_pin(text, Some(tries), |pin| pin.is_fit().and_then(|()| pin.allows_tries(tries)));
    match check {
        FieldCheck::Good if so_pins.into_iter().any(|so_pin| is_of_so_pin(text.expose(), so_pin)) => {
            FieldCheck::wrong(faults::PinIsSoPin)
        }
        check => check,
    }
}

/// Whether a user PIN is what the bytes of an SO-PIN begin with, read as characters: some tools derive one from the other so.
fn is_of_so_pin(user_pin: &[u8], digits: &[u8]) -> bool {
    let mut bytes = WipingBytes::zeros(digits.len() / 2);
    base16ct::mixed::decode(digits, bytes.expose_mut()).is_ok() && bytes.expose().starts_with(user_pin)
}

/// A new user PIN in place of the current one.
pub(super) fn next_user_pin(text: &TypedText, tries: u8, vault: &Vault) -> FieldCheck {
    let current = vault.lend(Handle::UserPin);
    match new_user_pin(text, tries, vault) {
        FieldCheck::Good if current == Some(text.expose()) => FieldCheck::wrong(faults::PinNotNew),
        check => check,
    }
}

/// An existing SO-PIN.
pub(super) fn so_pin(text: &TypedText) -> FieldCheck {
    check_so_pin(text, |_| Ok(()))
}

/// A new SO-PIN, never one that anybody would try first, nor the user PIN that is held.
pub(super) fn new_so_pin(text: &TypedText, user_pin: Option<&[u8]>) -> FieldCheck {
    match check_so_pin(text, SoPin::is_fit) {
        FieldCheck::Good if user_pin.is_some_and(|user_pin| is_of_so_pin(user_pin, text.expose())) => {
            FieldCheck::wrong(faults::PinIsUserPin)
        }
        check => check,
    }
}

/// A new SO-PIN in place of the current one. Its letters are digits: their case makes no difference.
pub(super) fn next_so_pin(text: &TypedText, current: Option<&[u8]>) -> FieldCheck {
    match new_so_pin(text, None) {
        FieldCheck::Good if current.is_some_and(|current| text.expose().eq_ignore_ascii_case(current)) => {
            FieldCheck::wrong(faults::PinNotNew)
        }
        check => check,
    }
}

fn pin_fault(rule: PinRule, tries: Option<u8>) -> Fault {
    match rule {
        PinRule::UserLength => Fault::from(faults::PinUserLength),
        PinRule::UserTries => Fault::from(faults::PinUserTries { tries: tries.unwrap_or_default() }),
        PinRule::SoLength => Fault::from(faults::SoPinLength),
        PinRule::SoAlphabet => Fault::from(faults::SoPinAlphabet),
        PinRule::PublishedDefault => Fault::from(faults::PinPublished),
        PinRule::Repeats => Fault::from(faults::PinRepeats),
        PinRule::Run => Fault::from(faults::PinRun),
    }
}

fn check_user_pin(text: &TypedText, tries: Option<u8>, rule: impl Fn(&UserPin) -> Result<(), PinRule>) -> FieldCheck {
    match text.len() {
        0 => FieldCheck::Empty,
        1..=5 => FieldCheck::typing(text.len(), 6),
        _ => match UserPin::from_typed(text).and_then(|pin| rule(&pin)) {
            Ok(()) => FieldCheck::Good,
            Err(rule) => FieldCheck::wrong(pin_fault(rule, tries)),
        },
    }
}

fn check_so_pin(text: &TypedText, rule: impl Fn(&SoPin) -> Result<(), PinRule>) -> FieldCheck {
    match SoPin::from_typed(text).and_then(|pin| rule(&pin)) {
        Ok(()) => FieldCheck::Good,
        Err(PinRule::SoLength) if text.is_empty() => FieldCheck::Empty,
        Err(PinRule::SoLength) if text.len() < 16 => FieldCheck::typing(text.len(), 16),
        Err(rule) => FieldCheck::wrong(pin_fault(rule, None)),
    }
}

/// A PIN that was drawn, typed from paper. If it is not kept any more, nothing is right.
pub(super) fn drawn(text: &TypedText, drawn: Option<&[u8]>) -> FieldCheck {
    let Some(drawn) = drawn else { return FieldCheck::wrong(faults::PinNotAsShown) };
    if text.is_empty() {
        FieldCheck::Empty
    } else if text.len() < drawn.len() {
        FieldCheck::typing(text.len(), drawn.len())
    } else if text.expose().eq_ignore_ascii_case(drawn) {
        FieldCheck::Good
    } else {
        FieldCheck::wrong(faults::PinNotAsShown)
    }
}

pub(super) fn again(text: &TypedText, first: &TypedText) -> FieldCheck {
    if text.is_empty() {
        FieldCheck::Empty
    } else if text.same(first) {
        FieldCheck::Good
    } else if text.len() < first.len() {
        FieldCheck::typing(text.len(), first.len())
    } else {
        FieldCheck::wrong(faults::AgainDiffers)
    }
}
