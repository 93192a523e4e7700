//! Looks at what is typed, key by key. Says how far it has come and what is wrong, never what would be right.

use super::dice::{self, Throws};
use super::{FieldCheck, FieldKind, lines, password, pins, shares};
use crate::faults::{self, Fault};
use crate::names::FieldName;
use crate::secret::{SoPin, TypedText, UserPin};
use crate::share::read_value;
use crate::vault::Vault;

/// How far the text in the field of this name has come.
pub fn check(kind: &FieldKind, name: FieldName, vault: &Vault) -> FieldCheck {
    let empty = TypedText::new();
    let text = vault.typed(name).unwrap_or(&empty);
    match kind {
        FieldKind::Prime { expected } => shares::prime(text, expected.as_deref()),
        FieldKind::ShareId { taken, foreign: true, .. } => shares::foreign_id(text, taken),
        FieldKind::ShareId { expected, taken, .. } => shares::share_id(text, *expected, taken),
        FieldKind::ShareValue => shares::hex_groups(text)
            .unwrap_or_else(|| read_value(text.expose(), true).map_or_else(shares::unreadable, |_| FieldCheck::Good)),
        FieldKind::CheckBytes { optional, prime } => shares::check_bytes(text, *optional, prime.as_deref(), vault),
        FieldKind::ShareWords { card, words, expected } => shares::share_words(text, *card, *words, expected),
        FieldKind::Dice { throws } => match dice::look(text.expose(), usize::from(*throws)) {
            _ if text.is_empty() => FieldCheck::Empty,
            Throws::Typing(done) => typing(done, usize::from(*throws)),
            Throws::Good => FieldCheck::Good,
            Throws::Wrong { fault, at } => FieldCheck::Wrong { fault, at, marks: None },
        },
        FieldKind::NewPassword => password::check(text),
        FieldKind::Password if text.is_empty() => FieldCheck::Empty,
        FieldKind::UserPin => pins::user_pin(text, None, |_| Ok(())),
        FieldKind::NewUserPin { tries } => {
            let rule = |pin: &UserPin| pin.not_published().and_then(|()| pin.allows_tries(*tries));
            pins::user_pin(text, Some(*tries), rule)
        }
        FieldKind::SoPin { .. } => pins::so_pin(text, |_| Ok(())),
        FieldKind::NewSoPin => pins::so_pin(text, SoPin::not_published),
        FieldKind::Again(of) => pins::again(text, vault.typed(*of).unwrap_or(&TypedText::new())),
        FieldKind::Serial(serial) => {
            lines::word(text, serial.as_str(), || Fault::from(faults::SerialNotThis { expected: serial }))
        }
        FieldKind::Word(expected) => {
            lines::word(text, expected, || Fault::from(faults::WordNotThis { word: expected }))
        }
        FieldKind::KeyReference { taken, .. } => lines::key_reference(text, taken),
        FieldKind::Line if text.len() > lines::LONGEST_LINE => wrong(faults::LineTooLong),
        FieldKind::Password | FieldKind::Line => FieldCheck::Good,
    }
}

/// The text of a field that the machine has to know: a line for the record, a key reference. Of no other field, for people
/// type into the wrong one.
pub fn open_text(kind: &FieldKind, name: FieldName, vault: &Vault) -> Option<String> {
    if !matches!(kind, FieldKind::Line | FieldKind::KeyReference { .. }) {
        return None;
    }
    let text = vault.typed(name)?;
    std::str::from_utf8(text.expose()).ok().map(str::to_owned)
}

/// Wrong; where cannot be said.
pub(super) fn wrong(fault: impl Into<Fault>) -> FieldCheck {
    FieldCheck::Wrong { fault: fault.into(), at: None, marks: None }
}

/// Wrong in this group or word, from 1.
pub(super) fn wrong_at(fault: impl Into<Fault>, at: u8) -> FieldCheck {
    FieldCheck::Wrong { fault: fault.into(), at: Some(at), marks: None }
}

pub(super) fn typing(done: usize, all: usize) -> FieldCheck {
    let few = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
    FieldCheck::Typing { done: few(done), all: few(all) }
}
