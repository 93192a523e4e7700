//! What is unusual about a device, and what can be done about it.

use crate::ceremony::known::devices::FoundDevice;
use crate::record::{Peculiar, PinCondition, PublicKeys};
use crate::script::words;

/// The first major version whose devices have RSA keys of more than 2048 bits (the protocol reference, section 10).
const FIRST_WITH_LONG_RSA: u8 = 3;

/// One note per line; empty if nothing is unusual. That a device is new, and what that means, is news only where it is
/// inspected: whoever provisions one expects it.
pub fn notes(device: &FoundDevice, inspected: bool) -> String {
    let Peculiar { contactless, short_only, public_keys, left_over } = &device.peculiar;
    let fixed = |due: bool, words: &str| due.then(|| words.to_owned());
    let notes = [
        fixed(inspected && !device.initialised, words::NOTE_FRESH),
        of_user_pin(device),
        of_so_pin(device),
        public_keys.map(|PublicKeys { total, missing, required }| {
            words::NotePublicKeys { required, total, missing }.to_string()
        }),
        fixed(major(&device.version).is_some_and(|major| major < FIRST_WITH_LONG_RSA), words::NOTE_OLD),
        fixed(*contactless, words::NOTE_CONTACTLESS),
        fixed(*short_only, words::NOTE_SHORT_ONLY),
        (!left_over.is_empty()).then(|| words::NoteLeftOver { names: left_over.join(", ") }.to_string()),
    ];
    notes.into_iter().flatten().map(|note| format!("- {note}")).collect::<Vec<_>>().join("\n")
}

fn of_user_pin(device: &FoundDevice) -> Option<String> {
    match (&device.user_pin, device.user_pin_tries) {
        (Some(PinCondition::Transport), _) => Some(words::NOTE_TRANSPORT.to_owned()),
        (Some(PinCondition::NotTold(_)), _) if device.peculiar.public_keys.is_none() => {
            Some(words::NOTE_USER_PIN_NOT_TOLD.to_owned())
        }
        (None, Some(0)) => Some(words::NOTE_USER_PIN_BLOCKED.to_owned()),
        (Some(PinCondition::NotTold(_) | PinCondition::NotSet) | None, _) => None,
    }
}

fn of_so_pin(device: &FoundDevice) -> Option<String> {
    match (&device.so_pin, device.so_pin_tries) {
        (None, Some(0)) => Some(words::NOTE_SO_PIN_BLOCKED.to_owned()),
        (Some(PinCondition::NotTold(_)), _) if device.initialised => Some(words::NOTE_SO_PIN_NOT_TOLD.to_owned()),
        (Some(PinCondition::NotTold(_) | PinCondition::NotSet | PinCondition::Transport) | None, _) => None,
    }
}

fn major(version: &str) -> Option<u8> {
    version.split_once('.')?.0.parse().ok()
}
