//! Values about what can be done to the PINs of a device.

use crate::ceremony::known::Known;
use crate::ceremony::known::pins::Closed;
use crate::ceremony::steps::Step;
use crate::record::{PinChange, ResetRule};
use crate::script::words;

impl Closed {
    /// What is said behind something that cannot be chosen.
    pub const fn words(self) -> &'static str {
        match self {
            Self::UserPinBlocked => words::CLOSED_USER_PIN_BLOCKED,
            Self::TransportPin => words::CLOSED_TRANSPORT_PIN,
            Self::SoPinBlocked => words::CLOSED_SO_PIN_BLOCKED,
            Self::SoPinOnCards => words::CLOSED_ON_CARDS,
            Self::NotAllowed => words::CLOSED_NOT_ALLOWED,
        }
    }
}

/// What the SO-PIN may do to the user PIN of the device.
pub fn so_pin_may(known: &Known) -> String {
    let rule = match known.pins.reset {
        Some(ResetRule::Off) => words::PIN_RESET_OFF,
        Some(ResetRule::Unblock) => words::PIN_RESET_UNBLOCK,
        Some(ResetRule::Set) => words::PIN_RESET_SET,
        None => words::PIN_RESET_NOT_TOLD,
    };
    let on_cards = known.plan.so_pin_share().map(|_| words::SO_PIN_ON_CARDS_ONLY);
    std::iter::once(rule).chain(on_cards).collect::<Vec<_>>().join(" ")
}

/// Whether it was tried out that the SO-PIN of a step's device does what the plan says. On paper, it was.
pub fn tried(known: Option<&Known>, step: &Step) -> &'static str {
    match known {
        Some(known) if !known.devices.pin_rules.contains(&step.role) => words::PIN_RULES_NOT_TRIED,
        Some(_) | None => words::PIN_RULES_TRIED,
    }
}

/// What was done to a PIN in this sitting, for people who stop halfway as well.
pub fn changed(known: &Known) -> Option<String> {
    let serial = known.pins.done.as_ref().map(|(serial, _)| serial);
    let done = known.pins.done.as_ref().map(|(serial, change)| match change {
        PinChange::ChangeUserPin => words::ChangedUserPin { serial }.to_string(),
        PinChange::UnblockUserPin => words::UnblockedUserPin { serial }.to_string(),
        PinChange::SetUserPin => words::SetUserPin { serial }.to_string(),
        PinChange::ChangeSoPin => words::ChangedSoPin { serial }.to_string(),
    });
    let at_hand = known.devices.serial(crate::terms::DeviceRole::Original);
    let perhaps = known.pins.perhaps.then(|| at_hand.as_ref().or(serial)).flatten();
    done.or_else(|| perhaps.map(|serial| words::ChangedPinPerhaps { serial }.to_string()))
}
