//! How PINs are typed, and what is typed twice. No guess costs a try: lengths and alphabets are looked at here.

use super::FieldCheck;
use super::check::{typing, wrong};
use crate::faults::{self, Fault};
use crate::secret::{PinRule, SoPin, TypedText, UserPin};

fn pin_fault(rule: PinRule, tries: Option<u8>) -> Fault {
    match rule {
        PinRule::UserLength => Fault::from(faults::PinUserLength),
        PinRule::UserTries => Fault::from(faults::PinUserTries { tries: tries.unwrap_or_default() }),
        PinRule::SoLength => Fault::from(faults::SoPinLength),
        PinRule::SoAlphabet => Fault::from(faults::SoPinAlphabet),
        PinRule::PublishedDefault => Fault::from(faults::PinPublished),
    }
}

pub(super) fn user_pin(
    text: &TypedText,
    tries: Option<u8>,
    rule: impl Fn(&UserPin) -> Result<(), PinRule>,
) -> FieldCheck {
    match text.len() {
        0 => FieldCheck::Empty,
        1..=5 => typing(text.len(), 6),
        _ => match UserPin::from_typed(text).and_then(|pin| rule(&pin)) {
            Ok(()) => FieldCheck::Good,
            Err(rule) => wrong(pin_fault(rule, tries)),
        },
    }
}

pub(super) fn so_pin(text: &TypedText, rule: impl Fn(&SoPin) -> Result<(), PinRule>) -> FieldCheck {
    match SoPin::from_typed(text).and_then(|pin| rule(&pin)) {
        Ok(()) => FieldCheck::Good,
        Err(PinRule::SoLength) if text.is_empty() => FieldCheck::Empty,
        Err(PinRule::SoLength) if text.len() < 16 => typing(text.len(), 16),
        Err(rule) => wrong(pin_fault(rule, None)),
    }
}

pub(super) fn again(text: &TypedText, first: &TypedText) -> FieldCheck {
    if text.is_empty() {
        FieldCheck::Empty
    } else if text.same(first) {
        FieldCheck::Good
    } else if text.len() < first.len() {
        typing(text.len(), first.len())
    } else {
        wrong(faults::AgainDiffers)
    }
}
