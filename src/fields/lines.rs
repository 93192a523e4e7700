//! How words that decide, serial numbers, key references and lines for the record are typed. None of them is secret.

use super::FieldCheck;
use super::check::{typing, wrong};
use crate::faults::{self, Fault};
use crate::secret::TypedText;
use crate::terms::KeyReference;

/// The longest line that people may add to the record, in characters.
pub(super) const LONGEST_LINE: usize = 100;

pub(super) fn word(text: &TypedText, expected: &str, fault: impl Fn() -> Fault) -> FieldCheck {
    if text.is_empty() {
        FieldCheck::Empty
    } else if text.expose() == expected.as_bytes() {
        FieldCheck::Good
    } else if expected.as_bytes().starts_with(text.expose()) {
        typing(text.len(), expected.len())
    } else {
        wrong(fault())
    }
}

pub(super) fn key_reference(text: &TypedText, taken: &[u8]) -> FieldCheck {
    // Empty keeps the plan's reference.
    if text.is_empty() {
        return FieldCheck::Good;
    }
    match std::str::from_utf8(text.expose()).ok().map(KeyReference::parse) {
        Some(Ok(reference)) if taken.contains(&reference.get()) => wrong(faults::KeyReferenceTaken { reference }),
        Some(Ok(_)) => FieldCheck::Good,
        Some(Err(_)) => wrong(faults::KeyReferenceForm),
        None => wrong(faults::NotAscii),
    }
}
