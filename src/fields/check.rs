//! Checks text key by key as it is typed. Reports how far it has come and what is wrong, never what would be right.

use super::{FieldCheck, FieldKind, Privacy, check_words, deciders, dice, lines, password, pins, public_text, shares};
use crate::faults;
use crate::names::FieldName;
use crate::secret::{TypedText, wiping_stack};
use crate::terms::Handle;
use crate::vault::Vault;

/// The state of the text in the field of this name. What was computed from it to find out is wiped.
pub fn check(kind: &FieldKind, name: FieldName, vault: &Vault) -> FieldCheck {
    wiping_stack(|| judge(kind, name, vault))
}

fn judge(kind: &FieldKind, name: FieldName, vault: &Vault) -> FieldCheck {
    let empty = TypedText::new();
    let text = vault.typed(name).unwrap_or(&empty);
    match kind {
        FieldKind::Prime { expected } => shares::prime(text, expected.as_deref()),
        FieldKind::ShareId { taken, .. } => shares::foreign_id(text, taken),
        FieldKind::ShareValue => shares::value(text),
        FieldKind::CheckBytes { optional, prime, of } => {
            shares::check_bytes(text, *optional, prime.as_deref(), of.map(|(_, id)| id), vault)
        }
        FieldKind::ShareWords { card, words, expected } => shares::words(text, *card, *words, expected),
        FieldKind::Dice { throws } => dice::check(text, *throws),
        FieldKind::NewPassword => password::check(text),
        FieldKind::Password => password::check_known(text),
        // Only the file tells whether it is right.
        FieldKind::KeyFilePassword => FieldCheck::Good,
        FieldKind::UserPin => pins::user_pin(text),
        FieldKind::NewUserPin { tries } => pins::new_user_pin(text, *tries, vault),
        FieldKind::NextUserPin { tries } => pins::next_user_pin(text, *tries, vault),
        FieldKind::SoPin { .. } => pins::so_pin(text),
        FieldKind::NewSoPin => pins::new_so_pin(text, vault.lend(Handle::UserPin)),
        FieldKind::NextSoPin => pins::next_so_pin(text, vault.lend(Handle::SoPin)),
        FieldKind::DrawnSoPin => pins::drawn(text, vault.lend(Handle::NewSoPin)),
        FieldKind::DrawnUserPin => pins::drawn(text, vault.lend(Handle::UserPin)),
        FieldKind::Again(of) => pins::again(text, vault.typed(*of).unwrap_or(&empty)),
        FieldKind::Serial(serial) => {
            lines::word(text, serial.as_str(), || faults::SerialNotThis { expected: serial }.into())
        }
        FieldKind::Copy(line) => lines::copy(text, line),
        FieldKind::Sign(signs) => lines::sign(text, signs),
        FieldKind::Word(word) => lines::word(text, word, || faults::WordNotThis { word }.into()),
        FieldKind::KeyReference { taken, .. } => lines::key_reference(text, taken),
        FieldKind::Decider { people, about } => public(text, name, vault, |text| deciders::check(text, people, about)),
        FieldKind::Confirmer { people, reader } => {
            public(text, name, vault, |text| deciders::confirmer(text, people, reader))
        }
        FieldKind::CheckWords { places } => check_words::check(text.expose(), *places),
        FieldKind::Line => public(text, name, vault, |text| lines::line(text, false)),
        FieldKind::Bag { taken } => public(text, name, vault, |text| lines::bag(text, taken)),
        FieldKind::Medium { planned, taken } => {
            public(text, name, vault, |text| lines::medium(text, planned.is_some(), taken))
        }
        FieldKind::Place { optional } => public(text, name, vault, |text| lines::place(text, *optional)),
        FieldKind::Reason => public(text, name, vault, lines::reason),
    }
}

/// Text for the record: no secret, and then what its own rule says.
fn public(text: &TypedText, name: FieldName, vault: &Vault, rule: impl Fn(&TypedText) -> FieldCheck) -> FieldCheck {
    match public_text::secret_in(text.expose(), name, vault) {
        Some(fault) => FieldCheck::wrong(fault),
        None => rule(text),
    }
}

/// The text of a field that the machine has to know: a line for the record, a key reference. No other field's text,
/// because people may type into the wrong one.
pub fn open_text(kind: &FieldKind, name: FieldName, vault: &Vault) -> Option<String> {
    match kind.properties().privacy {
        Privacy::Secret | Privacy::Shown => None,
        Privacy::Told => std::str::from_utf8(vault.typed(name)?.expose()).ok().map(str::to_owned),
    }
}
