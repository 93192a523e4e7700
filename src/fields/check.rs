//! Looks at what is typed, key by key. Says how far it has come and what is wrong, never what would be right.

use super::dice::{self, Throws};
use super::password;
use crate::faults::{self, Fault};
use crate::fields::{ExpectedWords, FieldCheck, FieldKind};
use crate::names::FieldName;
use crate::secret::{PinRule, SoPin, TypedText, UserPin};
use crate::share::{
    CHECK_GROUPS, CheckVerdict, Expected, GROUPS, Kind, ReadError, Reading, WordsReading, check_check, check_hex,
    check_words, id_readings, read_check, read_id, read_prime, read_value, suggestion, verdict,
};
use crate::terms::{Handle, KeyReference, Purpose};
use crate::vault::Vault;

/// The longest line that people may add to the record, in characters.
const LONGEST_LINE: usize = 100;

/// How far the text in the field of this name has come.
pub fn check(kind: &FieldKind, name: FieldName, vault: &Vault) -> FieldCheck {
    let empty = TypedText::new();
    let text = vault.typed(name).unwrap_or(&empty);
    match kind {
        FieldKind::Prime { expected } => prime(text, expected.as_deref()),
        FieldKind::ShareId { taken, foreign: true, .. } => foreign_id(text, taken),
        FieldKind::ShareId { expected, taken, .. } => share_id(text, *expected, taken),
        FieldKind::ShareValue => hex_groups(text)
            .unwrap_or_else(|| read_value(text.expose(), true).map_or_else(unreadable, |_| FieldCheck::Good)),
        FieldKind::CheckBytes { optional, prime } => check_bytes(text, *optional, prime.as_deref(), vault),
        FieldKind::ShareWords { card, words, expected } => share_words(text, *card, *words, expected),
        FieldKind::Dice { throws } => match dice::look(text.expose(), usize::from(*throws)) {
            _ if text.is_empty() => FieldCheck::Empty,
            Throws::Typing(done) => typing(done, usize::from(*throws)),
            Throws::Good => FieldCheck::Good,
            Throws::Wrong { fault, at } => FieldCheck::Wrong { fault, at, marks: None },
        },
        FieldKind::NewPassword => password::check(text),
        FieldKind::Password if text.is_empty() => FieldCheck::Empty,
        FieldKind::UserPin => user_pin(text, None, |_| Ok(())),
        FieldKind::NewUserPin { tries } => {
            let rule = |pin: &UserPin| pin.not_published().and_then(|()| pin.allows_tries(*tries));
            user_pin(text, Some(*tries), rule)
        }
        FieldKind::SoPin { .. } => so_pin(text, |_| Ok(())),
        FieldKind::NewSoPin => so_pin(text, SoPin::not_published),
        FieldKind::Again(of) => again(text, vault.typed(*of).unwrap_or(&TypedText::new())),
        FieldKind::Serial(serial) => {
            word(text, serial.as_str(), || Fault::from(faults::SerialNotThis { expected: serial }))
        }
        FieldKind::Word(expected) => word(text, expected, || Fault::from(faults::WordNotThis { word: expected })),
        FieldKind::KeyReference { taken, .. } => key_reference(text, taken),
        FieldKind::Line if text.len() > LONGEST_LINE => wrong(faults::LineTooLong),
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
fn wrong_at(fault: impl Into<Fault>, at: u8) -> FieldCheck {
    FieldCheck::Wrong { fault: fault.into(), at: Some(at), marks: None }
}

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

fn typing(done: usize, all: usize) -> FieldCheck {
    let few = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
    FieldCheck::Typing { done: few(done), all: few(all) }
}

/// What there is to say before all eight groups are there.
fn hex_groups(text: &TypedText) -> Option<FieldCheck> {
    if text.is_empty() {
        return Some(FieldCheck::Empty);
    }
    match check_hex(text.expose()) {
        Reading::Complete => None,
        Reading::Incomplete { groups } => Some(typing(usize::from(groups), usize::from(GROUPS))),
        Reading::WrongCharacter { group, .. } => Some(wrong_at(faults::EntryNotHex { group }, group)),
        Reading::OddGroup { group } => Some(wrong_at(faults::EntryOdd { group }, group)),
        Reading::TooLong => Some(wrong(faults::EntryTooLong)),
    }
}

/// The check bytes of the share whose id and value were typed into other fields of the form.
fn check_bytes(text: &TypedText, optional: bool, prime: Option<&str>, vault: &Vault) -> FieldCheck {
    if text.is_empty() {
        return if optional { FieldCheck::Good } else { FieldCheck::Empty };
    }
    match check_check(text.expose()) {
        Reading::Complete => {}
        Reading::Incomplete { groups } => return typing(usize::from(groups), usize::from(CHECK_GROUPS)),
        Reading::WrongCharacter { group, .. } => {
            return wrong_at(faults::EntryNotHex { group }, group);
        }
        Reading::OddGroup { group } => return wrong_at(faults::EntryOdd { group }, group),
        Reading::TooLong => return wrong(faults::CheckBytesTooLong),
    }
    let typed = |name| vault.typed(name).map(TypedText::expose);
    let prime = prime.map(str::as_bytes).or_else(|| typed(FieldName::Prime));
    // A prime with a typing error is no prime, but it is a number: its check bytes tell which group is wrong.
    let prime = prime.and_then(|text| read_value(text, true).ok()).map(|number| u64::from_be_bytes(*number.expose()));
    let value = typed(FieldName::ShareValue).and_then(|text| read_value(text, true).ok());
    let (Some(prime), Some(value), Ok(check)) = (prime, value, read_check(text.expose())) else {
        return typing(usize::from(CHECK_GROUPS), usize::from(CHECK_GROUPS));
    };
    let ids = typed(FieldName::ShareId).map(id_readings).unwrap_or_default();
    let verdicts: Vec<CheckVerdict> = ids.iter().map(|id| verdict(prime, *id, &value, &check)).collect();
    match verdicts.first() {
        None => typing(usize::from(CHECK_GROUPS), usize::from(CHECK_GROUPS)),
        _ if verdicts.contains(&CheckVerdict::Right) => FieldCheck::Good,
        Some(CheckVerdict::Prime { group }) => wrong(faults::CheckBytesPrime { in_group: group }),
        Some(CheckVerdict::Id) => wrong(faults::CheckBytesId),
        Some(CheckVerdict::Value { group }) => FieldCheck::Wrong {
            fault: Fault::from(faults::CheckBytesValue { in_group: group }),
            at: None,
            marks: Some((FieldName::ShareValue, *group)),
        },
        Some(CheckVerdict::Swapped { group }) => wrong(faults::CheckBytesSwapped { in_group: group, next: group + 1 }),
        Some(CheckVerdict::Check { group }) => wrong_at(faults::CheckBytesCheck { group }, *group),
        Some(CheckVerdict::Right | CheckVerdict::Several) => wrong(faults::CheckBytesSeveral),
    }
}

const fn kind_of(card: Purpose) -> Kind {
    match card {
        Purpose::DkekShare(_) => Kind::Password,
        Purpose::SoPin => Kind::SoPin,
    }
}

/// The words of a share: each one at once, all of them by their check words.
fn share_words(text: &TypedText, card: Purpose, words: u8, expected: &ExpectedWords) -> FieldCheck {
    let known = Expected {
        kind: kind_of(card),
        set: expected.set,
        threshold: expected.threshold,
        number: expected.number,
        taken: &expected.taken,
    };
    match check_words(text.expose(), &known) {
        WordsReading::Empty => FieldCheck::Empty,
        WordsReading::Typing { done, of } => typing(usize::from(done), usize::from(of)),
        WordsReading::Complete => FieldCheck::Good,
        WordsReading::Unknown { place } => wrong_at(faults::WordsUnknown { place }, place),
        WordsReading::OtherSet { place } => wrong_at(faults::WordsOtherSet { place }, place),
        WordsReading::OtherNumber { number } => {
            wrong(faults::WordsOtherNumber { given: number, expected: expected.number.unwrap_or(0) })
        }
        WordsReading::Taken { number } => wrong(faults::IdTaken { id: number }),
        WordsReading::OtherKind => match card {
            Purpose::DkekShare(_) => wrong(faults::WordsOfSoPin),
            Purpose::SoPin => wrong(faults::WordsNotOfSoPin),
        },
        WordsReading::Wrong { place } => wrong_at(faults::WordsWrong { place }, place),
        WordsReading::Swapped { place } => wrong_at(faults::WordsSwapped { place, next: place + 1 }, place),
        WordsReading::Several => wrong(faults::WordsSeveral),
        WordsReading::TooMany => wrong(faults::WordsTooMany { words }),
    }
}

/// Where exactly one word of a share is wrong: puts the word that would be right into the vault, for its owner's eyes.
pub fn suggest(kind: &FieldKind, name: FieldName, vault: &mut Vault) {
    vault.forget(Handle::Suggestion(name));
    if !matches!(kind, FieldKind::ShareWords { .. }) {
        return;
    }
    if let Some(word) = vault.typed(name).and_then(|text| suggestion(text.expose())) {
        vault.keep(Handle::Suggestion(name), word);
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

/// The prime is public: where it is known, the first wrong group is named as soon as it is typed.
fn prime(text: &TypedText, expected: Option<&str>) -> FieldCheck {
    let mut digits = text.expose().iter().filter(|byte| byte.is_ascii_hexdigit()).map(u8::to_ascii_lowercase);
    if let Some(expected) = expected {
        let right = expected.bytes().filter(u8::is_ascii_hexdigit);
        let differs = right.enumerate().find(|(_, right)| digits.next().is_some_and(|typed| typed != *right));
        if let Some((place, _)) = differs {
            let group = place / 2 + 1;
            return FieldCheck::Wrong {
                fault: Fault::from(faults::PrimeDiffers { group }),
                at: u8::try_from(group).ok(),
                marks: None,
            };
        }
    }
    hex_groups(text).unwrap_or_else(|| read_prime(text.expose()).map_or_else(unreadable, |_| FieldCheck::Good))
}

fn share_id(text: &TypedText, expected: Option<u8>, taken: &[u8]) -> FieldCheck {
    if text.is_empty() {
        return FieldCheck::Empty;
    }
    let Ok(id) = read_id(text.expose()) else {
        let digits = text.expose().iter().all(u8::is_ascii_digit);
        return if digits { wrong(faults::IdRange) } else { wrong(faults::IdNotNumber) };
    };
    match expected {
        // The first digit of a longer id is no mistake yet.
        Some(expected) if id != expected && expected >= 10 && text.len() == 1 && expected / 10 == id => typing(1, 2),
        Some(expected) if id != expected => wrong(faults::IdNotYours { expected, given: id }),
        _ if taken.contains(&id) => wrong(faults::IdTaken { id }),
        _ => FieldCheck::Good,
    }
}

/// The id of a set made elsewhere: decimal, or as sc-hsm-tool wants it typed.
fn foreign_id(text: &TypedText, taken: &[u8]) -> FieldCheck {
    if text.is_empty() {
        return FieldCheck::Empty;
    }
    match id_readings(text.expose()).first() {
        None => wrong(faults::IdNotNumber),
        Some(id) if taken.contains(id) => wrong(faults::IdTaken { id }),
        Some(_) => FieldCheck::Good,
    }
}

fn pin_fault(rule: PinRule, tries: Option<u8>) -> Fault {
    match rule {
        PinRule::UserLength => Fault::from(faults::PinUserLength),
        PinRule::UserTries => Fault::from(faults::PinUserTries { tries: tries.unwrap_or_default() }),
        PinRule::SoLength => Fault::from(faults::SoPinLength),
        PinRule::SoAlphabet => Fault::from(faults::SoPinAlphabet),
        PinRule::PublishedDefault => Fault::from(faults::PinPublished),
    }
}

fn user_pin(text: &TypedText, tries: Option<u8>, rule: impl Fn(&UserPin) -> Result<(), PinRule>) -> FieldCheck {
    match text.len() {
        0 => FieldCheck::Empty,
        1..=5 => typing(text.len(), 6),
        _ => match UserPin::from_typed(text).and_then(|pin| rule(&pin)) {
            Ok(()) => FieldCheck::Good,
            Err(rule) => wrong(pin_fault(rule, tries)),
        },
    }
}

fn so_pin(text: &TypedText, rule: impl Fn(&SoPin) -> Result<(), PinRule>) -> FieldCheck {
    match SoPin::from_typed(text).and_then(|pin| rule(&pin)) {
        Ok(()) => FieldCheck::Good,
        Err(PinRule::SoLength) if text.is_empty() => FieldCheck::Empty,
        Err(PinRule::SoLength) if text.len() < 16 => typing(text.len(), 16),
        Err(rule) => wrong(pin_fault(rule, None)),
    }
}

fn again(text: &TypedText, first: &TypedText) -> FieldCheck {
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

fn word(text: &TypedText, expected: &str, fault: impl Fn() -> Fault) -> FieldCheck {
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

fn key_reference(text: &TypedText, taken: &[u8]) -> FieldCheck {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{DkekShareNumber, Serial};

    fn check_text(kind: &FieldKind, text: &str) -> FieldCheck {
        let mut vault = Vault::new();
        for byte in text.bytes() {
            let _ = vault.typing(FieldName::Note).push(byte);
        }
        check(kind, FieldName::Note, &vault)
    }

    fn fault(check: FieldCheck) -> &'static str {
        match check {
            FieldCheck::Wrong { fault, .. } => fault.name.word(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_share_is_checked_while_it_is_typed() {
        let value = FieldKind::ShareValue;
        assert_eq!(check_text(&value, "4c:40:1b"), FieldCheck::Typing { done: 3, all: 8 });
        assert_eq!(check_text(&value, "4C401be2 94:7a 18 0b"), FieldCheck::Good);
        assert_eq!(fault(check_text(&value, "4c:4o")), "entry-not-hex");
        assert_eq!(fault(check_text(&value, "4c:40:1b:e2:94:7a:18:0b:0")), "entry-too-long");
        assert_eq!(fault(check_text(&value, "4c:4:1b")), "entry-odd");
        let prime = FieldKind::Prime { expected: Some("cf:f2:6c:cf:af:f0:1d:63".into()) };
        assert_eq!(check_text(&prime, "CFf26c"), FieldCheck::Typing { done: 3, all: 8 });
        let differs = check_text(&prime, "cf:f2:7");
        assert_eq!(differs, wrong_at(faults::PrimeDiffers { group: 3 }, 3));
        assert_eq!(check_text(&prime, "cf:f2:6c:cf:af:f0:1d:63"), FieldCheck::Good);
        assert_eq!(
            fault(check_text(&FieldKind::Prime { expected: None }, "cf:f2:6c:cf:af:f0:1d:64")),
            "prime-not-prime"
        );
    }

    #[test]
    fn ids_of_two_digits_may_be_typed_digit_by_digit() {
        let twelve =
            FieldKind::ShareId { expected: Some(12), taken: Vec::new(), share: DkekShareNumber::FIRST, foreign: false };
        assert_eq!(check_text(&twelve, "1"), FieldCheck::Typing { done: 1, all: 2 });
        assert_eq!(check_text(&twelve, "12"), FieldCheck::Good);
        assert_eq!(fault(check_text(&twelve, "13")), "id-not-yours");
        assert_eq!(fault(check_text(&twelve, "0")), "id-range");
        assert_eq!(fault(check_text(&twelve, "C")), "id-not-number");
        assert_eq!(fault(check_text(&twelve, "99999999999999999999")), "id-range");
        let taken =
            FieldKind::ShareId { expected: None, taken: vec![3], share: DkekShareNumber::FIRST, foreign: false };
        assert_eq!(fault(check_text(&taken, "3")), "id-taken");
    }

    #[test]
    fn pins_words_and_references_have_their_rules() {
        assert_eq!(fault(check_text(&FieldKind::NewUserPin { tries: 10 }, "123456")), "pin-user-tries");
        assert_eq!(fault(check_text(&FieldKind::NewUserPin { tries: 3 }, "648219")), "pin-published");
        assert_eq!(fault(check_text(&FieldKind::UserPin, "1234567890123456")), "pin-user-length");
        assert_eq!(fault(check_text(&FieldKind::NewSoPin, "3537363231383830")), "pin-published");
        assert_eq!(fault(check_text(&FieldKind::SoPin { chosen_here: false }, "xyz")), "so-pin-alphabet");
        assert_eq!(
            check_text(&FieldKind::SoPin { chosen_here: false }, "35373632"),
            FieldCheck::Typing { done: 8, all: 16 }
        );
        let serial = FieldKind::Serial(Serial::new("REH0000001").unwrap());
        assert_eq!(check_text(&serial, "REH0"), FieldCheck::Typing { done: 4, all: 10 });
        assert_eq!(fault(check_text(&serial, "REH0000002")), "serial-not-this");
        let reference = FieldKind::KeyReference { taken: vec![4], planned: 10 };
        assert_eq!(check_text(&reference, ""), FieldCheck::Good);
        assert_eq!(fault(check_text(&reference, "4")), "key-reference-taken");
        for text in ["0", "256", "0x10", "-1", "1000"] {
            assert_eq!(fault(check_text(&reference, text)), "key-reference-form", "{text}");
        }
    }

    #[test]
    fn no_secret_field_gives_its_text_away() {
        let mut vault = Vault::new();
        let _ = vault.typing(FieldName::Note).push(b'1');
        let secrets = [
            FieldKind::Prime { expected: None },
            FieldKind::ShareId { expected: None, taken: Vec::new(), share: DkekShareNumber::FIRST, foreign: false },
            FieldKind::ShareValue,
            FieldKind::UserPin,
            FieldKind::NewUserPin { tries: 3 },
            FieldKind::SoPin { chosen_here: false },
            FieldKind::NewSoPin,
            FieldKind::Again(FieldName::Note),
        ];
        assert!(secrets.iter().all(|kind| open_text(kind, FieldName::Note, &vault).is_none()));
        assert_eq!(open_text(&FieldKind::Line, FieldName::Note, &vault).as_deref(), Some("1"));
    }
}
