//! How PINs are typed, and fields typed twice. Lengths and alphabets are checked here, so that a slip costs no try.

use super::FieldCheck;
use crate::faults::{self, Fault};
use crate::secret::{PinRule, SoPin, TypedText, UserPin};

/// An existing user PIN.
pub(super) fn user_pin(text: &TypedText) -> FieldCheck {
    check_user_pin(text, None, |_| Ok(()))
}

/// A new user PIN; its rule depends on the number of tries in the plan.
pub(super) fn new_user_pin(text: &TypedText, tries: u8) -> FieldCheck {
    check_user_pin(text, Some(tries), |pin| pin.is_fit().and_then(|()| pin.allows_tries(tries)))
}

/// A new user PIN in place of the current one.
pub(super) fn next_user_pin(text: &TypedText, tries: u8, current: Option<&[u8]>) -> FieldCheck {
    match new_user_pin(text, tries) {
        FieldCheck::Good if current == Some(text.expose()) => FieldCheck::wrong(faults::PinNotNew),
        check => check,
    }
}

/// An existing SO-PIN.
pub(super) fn so_pin(text: &TypedText) -> FieldCheck {
    check_so_pin(text, |_| Ok(()))
}

/// A new SO-PIN, never one that anybody would try first.
pub(super) fn new_so_pin(text: &TypedText) -> FieldCheck {
    check_so_pin(text, SoPin::is_fit)
}

/// A new SO-PIN in place of the current one. Its letters are digits: their case makes no difference.
pub(super) fn next_so_pin(text: &TypedText, current: Option<&[u8]>) -> FieldCheck {
    match new_so_pin(text) {
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
