//! What is unusual about a device, and what can be done about it.

use crate::ceremony::known::Known;
use crate::ceremony::known::devices::FoundDevice;
use crate::ceremony::steps::Step;
use crate::ceremony::view::values::genuine::advisory;
use crate::record::{Peculiar, PinCondition, PublicKeys};
use crate::script::words;

/// The first major version whose devices have RSA keys of more than 2048 bits (the protocol reference, section 10).
const FIRST_WITH_LONG_RSA: u8 = 3;

/// One note per line; empty if nothing is unusual. That a device is new, and what that means, is news only where it is
/// inspected: whoever provisions one expects it.
pub fn notes(device: &FoundDevice, inspected: bool, other_label: Option<String>) -> String {
    let Peculiar { contactless, short_only, public_keys, left_over } = &device.peculiar;
    let fixed = |due: bool, words: &str| due.then(|| words.to_owned());
    let notes = [
        other_label,
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
    let known_against_it = device.advisories.iter().map(|known| advisory(*known));
    let notes = known_against_it.chain(notes.into_iter().flatten());
    notes.map(|note| format!("- {note}")).collect::<Vec<_>>().join("\n")
}

/// That a device is not called what the plan says, and what follows.
pub fn other_label(known: Option<&Known>, step: &Step) -> Option<String> {
    let known = known?;
    let (planned, device) = (known.other_label(step.role)?, known.devices.get(step.role)?);
    let found = device.token_label.as_ref();
    let called = found.map_or_else(|| words::LABEL_NONE.to_owned(), |label| words::LabelFound { label }.to_string());
    if known.label_to_write().is_some() {
        // What has no label yet gets one, and nobody need hear of it.
        found.map(|_| words::NoteLabelWritten { found: called, planned }.to_string())
    } else {
        Some(words::NoteOtherLabel { found: called, planned }.to_string())
    }
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
