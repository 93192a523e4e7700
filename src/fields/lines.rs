//! How confirmation words, serial numbers, key references and lines for the record are typed. None of them is secret.

use super::FieldCheck;
use crate::faults::{self, Fault};
use crate::secret::TypedText;
use crate::terms::KeyReference;

/// The longest line that people may add to the record, in characters.
const LONGEST_LINE: usize = 100;

/// A line; a blank one counts as empty.
pub(super) fn line(text: &TypedText, optional: bool) -> FieldCheck {
    if text.len() > LONGEST_LINE {
        FieldCheck::wrong(faults::LineTooLong)
    } else if !optional && text.expose().iter().all(u8::is_ascii_whitespace) {
        FieldCheck::Empty
    } else {
        FieldCheck::Good
    }
}

/// A known word, typed letter by letter.
pub(super) fn word(text: &TypedText, expected: &str, fault: impl Fn() -> Fault) -> FieldCheck {
    if text.is_empty() {
        FieldCheck::Empty
    } else if text.expose() == expected.as_bytes() {
        FieldCheck::Good
    } else if expected.as_bytes().starts_with(text.expose()) {
        FieldCheck::typing(text.len(), expected.len())
    } else {
        FieldCheck::wrong(fault())
    }
}

pub(super) fn key_reference(text: &TypedText, taken: &[u8]) -> FieldCheck {
    // An empty field keeps the plan's reference.
    if text.is_empty() {
        return FieldCheck::Good;
    }
    match std::str::from_utf8(text.expose()).ok().map(KeyReference::parse) {
        Some(Ok(reference)) if taken.contains(&reference.get()) => {
            FieldCheck::wrong(faults::KeyReferenceTaken { reference })
        }
        Some(Ok(_)) => FieldCheck::Good,
        Some(Err(_)) => FieldCheck::wrong(faults::KeyReferenceForm),
        None => FieldCheck::wrong(faults::NotAscii),
    }
}
