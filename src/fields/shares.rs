//! How shares are typed: prime, id, value and check bytes, or words. Reports which group or word is wrong, never what
//! would be right.

use super::{ExpectedWords, FieldCheck, FieldKind};
use crate::faults::{self, Fault};
use crate::names::FieldName;
use crate::secret::TypedText;
use crate::share::{
    CHECK_GROUPS, CheckVerdict, Expected, GROUPS, Kind, Part, PasswordShare, ReadError, Reading, SwappedDigits,
    WordsReading, check_check, check_hex, check_words, id_readings, ids_together, read_check, read_prime, read_value,
    suggestion, verdict,
};
use crate::terms::{Handle, Purpose};
use crate::vault::Vault;

/// Wrong: cannot be read.
fn unreadable(error: ReadError) -> FieldCheck {
    let at = match error {
        ReadError::WrongCharacter { group, .. } | ReadError::OddGroup { group } => Some(group),
        ReadError::TooLong
        | ReadError::Short { .. }
        | ReadError::NotPrime
        | ReadError::PrimeTooSmall
        | ReadError::NotAnId => None,
    };
    FieldCheck::Wrong { fault: read_fault(error), at, marks: None }
}

/// What can be said before all eight groups are there.
fn hex_groups(text: &TypedText) -> Option<FieldCheck> {
    if text.is_empty() {
        return Some(FieldCheck::Empty);
    }
    match check_hex(text.expose()) {
        Reading::Complete => None,
        Reading::Incomplete { groups } => Some(FieldCheck::typing(usize::from(groups), usize::from(GROUPS))),
        Reading::WrongCharacter { group, .. } => Some(FieldCheck::wrong_at(faults::EntryNotHex { group }, group)),
        Reading::OddGroup { group } => Some(FieldCheck::wrong_at(faults::EntryOdd { group }, group)),
        Reading::TooLong => Some(FieldCheck::wrong(faults::EntryTooLong)),
    }
}

/// A value that can be read. Whether it is right, its check bytes tell.
pub(super) fn value(text: &TypedText) -> FieldCheck {
    hex_groups(text)
        .unwrap_or_else(|| read_value(text.expose(), true).map_or_else(unreadable, |_| FieldCheck::Complete))
}

/// The check bytes of the share whose value was typed into another field of the form; so were prime and id where they are
/// not known.
pub(super) fn check_bytes(
    text: &TypedText,
    optional: bool,
    prime: Option<&str>,
    id: Option<u8>,
    vault: &Vault,
) -> FieldCheck {
    if text.is_empty() {
        return if optional { FieldCheck::Skipped } else { FieldCheck::Empty };
    }
    match check_check(text.expose()) {
        Reading::Complete => {}
        Reading::Incomplete { groups } => return FieldCheck::typing(usize::from(groups), usize::from(CHECK_GROUPS)),
        Reading::WrongCharacter { group, .. } => return FieldCheck::wrong_at(faults::EntryNotHex { group }, group),
        Reading::OddGroup { group } => return FieldCheck::wrong_at(faults::EntryOdd { group }, group),
        Reading::TooLong => return FieldCheck::wrong(faults::CheckBytesTooLong),
    }
    let typed = |name| vault.typed(name).map(TypedText::expose);
    let prime = prime.map(str::as_bytes).or_else(|| typed(FieldName::Prime));
    // A prime with a typing error is not a prime, but it is a number: its check bytes tell which group is wrong.
    let prime = prime.and_then(|text| read_value(text, true).ok()).map(|number| u64::from_be_bytes(*number.expose()));
    let value = typed(FieldName::ShareValue).and_then(|text| read_value(text, true).ok());
    let (Some(prime), Some(value), Ok(check)) = (prime, value, read_check(text.expose())) else {
        return FieldCheck::typing(usize::from(CHECK_GROUPS), usize::from(CHECK_GROUPS));
    };
    let ids = match id {
        Some(id) => vec![id],
        None => typed(FieldName::ShareId).map(id_readings).unwrap_or_default(),
    };
    let verdicts: Vec<CheckVerdict> = ids.iter().map(|id| verdict(prime, *id, &value, &check)).collect();
    match verdicts.first() {
        None => FieldCheck::typing(usize::from(CHECK_GROUPS), usize::from(CHECK_GROUPS)),
        _ if verdicts.contains(&CheckVerdict::Right) => FieldCheck::Good,
        Some(CheckVerdict::Prime { group }) => FieldCheck::wrong(faults::CheckBytesPrime { in_group: group }),
        Some(CheckVerdict::Id) => match id {
            Some(expected) => FieldCheck::wrong(faults::CheckBytesNotYours { expected }),
            None => FieldCheck::wrong(faults::CheckBytesId),
        },
        Some(CheckVerdict::Value { group }) => FieldCheck::Wrong {
            fault: Fault::from(faults::CheckBytesValue { in_group: group }),
            at: None,
            marks: Some((FieldName::ShareValue, *group)),
        },
        Some(CheckVerdict::Digits { part, swapped }) => swapped_digits(*part, *swapped),
        Some(CheckVerdict::Swapped { group }) => {
            FieldCheck::wrong(faults::CheckBytesSwapped { in_group: group, next: group + 1 })
        }
        Some(CheckVerdict::Check { group }) => FieldCheck::wrong_at(faults::CheckBytesCheck { group }, *group),
        Some(CheckVerdict::Right | CheckVerdict::Several) => FieldCheck::wrong(faults::CheckBytesSeveral),
    }
}

/// Two neighbouring digits are swapped: it is said where, and marked where the typist can correct it.
fn swapped_digits(part: Part, swapped: SwappedDigits) -> FieldCheck {
    let SwappedDigits { group, across } = swapped;
    let what = part_name(part);
    let fault = if across {
        Fault::from(faults::CheckBytesDigitsAcross { what, in_group: group, next: group + 1 })
    } else {
        Fault::from(faults::CheckBytesDigits { what, in_group: group })
    };
    match part {
        Part::Prime => FieldCheck::Wrong { fault, at: None, marks: Some((FieldName::Prime, group)) },
        Part::Value => FieldCheck::Wrong { fault, at: None, marks: Some((FieldName::ShareValue, group)) },
        Part::Check => FieldCheck::Wrong { fault, at: Some(group), marks: None },
    }
}

/// What a part of a share is called.
pub const fn part_name(part: Part) -> &'static str {
    match part {
        Part::Prime => "prime",
        Part::Value => "value",
        Part::Check => "check bytes",
    }
}

const fn kind_of(card: Purpose) -> Kind {
    match card {
        Purpose::DkekShare(_) => Kind::Password,
        Purpose::SoPin => Kind::SoPin,
    }
}

/// The words of a share: each checked at once, all of them by their check words.
pub(super) fn words(text: &TypedText, card: Purpose, words: u8, expected: &ExpectedWords) -> FieldCheck {
    let known = Expected {
        kind: kind_of(card),
        set: expected.set,
        threshold: expected.threshold,
        number: expected.number,
        taken: &expected.taken,
    };
    match check_words(text.expose(), &known) {
        WordsReading::Empty => FieldCheck::Empty,
        WordsReading::Typing { done, of } => FieldCheck::typing(usize::from(done), usize::from(of)),
        WordsReading::Complete => FieldCheck::Good,
        WordsReading::Unknown { place } => FieldCheck::wrong_at(faults::WordsUnknown { place }, place),
        WordsReading::OtherSet { place } => FieldCheck::wrong_at(faults::WordsOtherSet { place }, place),
        WordsReading::OtherNumber { number } => {
            FieldCheck::wrong(faults::WordsOtherNumber { given: number, expected: expected.number.unwrap_or(0) })
        }
        WordsReading::Taken { number } => FieldCheck::wrong(faults::IdTaken { id: number }),
        WordsReading::OtherKind => match card {
            Purpose::DkekShare(_) => FieldCheck::wrong(faults::WordsOfSoPin),
            Purpose::SoPin => FieldCheck::wrong(faults::WordsNotOfSoPin),
        },
        WordsReading::Wrong { place } => FieldCheck::wrong_at(faults::WordsWrong { place }, place),
        WordsReading::Swapped { place } => FieldCheck::wrong_at(faults::WordsSwapped { place, next: place + 1 }, place),
        WordsReading::Several => FieldCheck::wrong(faults::WordsSeveral),
        WordsReading::TooMany => FieldCheck::wrong(faults::WordsTooMany { words }),
    }
}

/// If exactly one word of a share is wrong: puts the right word into the vault, for its owner's eyes.
pub fn suggest(kind: &FieldKind, name: FieldName, vault: &mut Vault) {
    vault.forget(Handle::Suggestion(name));
    if let FieldKind::ShareWords { .. } = kind
        && let Some(word) = vault.typed(name).and_then(|text| suggestion(text.expose()))
    {
        vault.keep(Handle::Suggestion(name), word);
    }
}

/// Whether the number that was typed as a value can be one of the set whose prime was typed: it is below the prime. Anything
/// that cannot be read yet is judged by its own field.
pub fn typed_share_is_possible(vault: &Vault) -> bool {
    let typed = |name| vault.typed(name).map(TypedText::expose);
    let prime = typed(FieldName::Prime).and_then(|text| read_prime(text).ok());
    let value = typed(FieldName::ShareValue).and_then(|text| read_value(text, true).ok());
    match (prime, value) {
        (Some(prime), Some(value)) => PasswordShare { prime, id: 1, value }.check().is_ok(),
        (None, _) | (_, None) => true,
    }
}

/// What is wrong with a prime, value or id that cannot be read.
pub fn read_fault(error: ReadError) -> Fault {
    match error {
        ReadError::WrongCharacter { group, .. } => Fault::from(faults::EntryNotHex { group }),
        ReadError::OddGroup { group } => Fault::from(faults::EntryOdd { group }),
        ReadError::TooLong => Fault::from(faults::EntryTooLong),
        ReadError::Short { groups } => Fault::from(faults::EntryShort { groups }),
        ReadError::NotPrime | ReadError::PrimeTooSmall => Fault::from(faults::PrimeNotPrime),
        ReadError::NotAnId => Fault::from(faults::IdRange),
    }
}

/// The prime is public: if it is known, the first wrong group is named as soon as it is typed.
pub(super) fn prime(text: &TypedText, expected: Option<&str>) -> FieldCheck {
    let mut digits = text.expose().iter().filter(|byte| byte.is_ascii_hexdigit()).map(u8::to_ascii_lowercase);
    if let Some(expected) = expected {
        let right = expected.bytes().filter(u8::is_ascii_hexdigit);
        let differs = right.enumerate().find(|(_, right)| digits.next().is_some_and(|typed| typed != *right));
        if let Some((place, _)) = differs {
            let group = place / 2 + 1;
            let at = u8::try_from(group).ok();
            return FieldCheck::Wrong { fault: faults::PrimeDiffers { group }.into(), at, marks: None };
        }
    }
    let right = if expected.is_some() { FieldCheck::Good } else { FieldCheck::Complete };
    hex_groups(text).unwrap_or_else(|| read_prime(text.expose()).map_or_else(unreadable, |_| right))
}

/// The id of a set made elsewhere: decimal, or the way sc-hsm-tool expects it. It is taken only if no reading of all ids
/// leaves it one of its own.
pub(super) fn foreign_id(text: &TypedText, taken: &[Vec<u8>]) -> FieldCheck {
    if text.is_empty() {
        return FieldCheck::Empty;
    }
    let meanings = id_readings(text.expose());
    match meanings.first() {
        None => FieldCheck::wrong(faults::IdNotNumber),
        Some(id) if ids_together(&[taken, std::slice::from_ref(&meanings)].concat()).is_empty() => {
            FieldCheck::wrong(faults::IdTaken { id })
        }
        Some(_) => FieldCheck::Good,
    }
}
