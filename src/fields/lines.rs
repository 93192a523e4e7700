//! How confirmation words, serial numbers, key references and lines for the record are typed. None of them is secret.

use super::FieldCheck;
use crate::faults::{self, Fault};
use crate::secret::TypedText;
use crate::terms::{KeyReference, can_be_seen};

/// The longest line that people may add to the record, in characters.
const LONGEST_LINE: usize = 100;

/// A line; a blank one counts as empty.
pub(super) fn line(text: &TypedText, optional: bool) -> FieldCheck {
    let Ok(line) = std::str::from_utf8(text.expose()) else { return FieldCheck::wrong(faults::LineUnseen) };
    if !line.chars().all(can_be_seen) {
        FieldCheck::wrong(faults::LineUnseen)
    } else if line.chars().count() > LONGEST_LINE {
        FieldCheck::wrong(faults::LineTooLong)
    } else if !optional && text.expose().iter().all(u8::is_ascii_whitespace) {
        FieldCheck::Empty
    } else {
        FieldCheck::Good
    }
}

/// The number of a bag, in upper or lower case: not one that another bag has or had.
pub(super) fn bag(text: &TypedText, taken: &[String]) -> FieldCheck {
    let number = text.expose().trim_ascii();
    let same = |other: &&String| other.as_bytes().trim_ascii().eq_ignore_ascii_case(number);
    match line(text, true) {
        FieldCheck::Good if number.is_empty() => FieldCheck::Skipped,
        FieldCheck::Good if taken.iter().any(|other| same(&other)) => FieldCheck::wrong(faults::BagTaken),
        check => check,
    }
}

/// What is written on a medium, in upper or lower case: not what is written on that of another copy.
pub(super) fn medium(text: &TypedText, optional: bool, taken: &[String]) -> FieldCheck {
    let label = text.expose().trim_ascii();
    let same = |other: &String| other.as_bytes().trim_ascii().eq_ignore_ascii_case(label);
    match line(text, optional) {
        FieldCheck::Good if label.is_empty() => FieldCheck::Skipped,
        FieldCheck::Good if taken.iter().any(same) => FieldCheck::wrong(faults::MediumTaken),
        check => check,
    }
}

/// The whole path of a folder.
pub(super) fn place(text: &TypedText, optional: bool) -> FieldCheck {
    match line(text, optional) {
        FieldCheck::Good if text.expose().trim_ascii().is_empty() => FieldCheck::Skipped,
        FieldCheck::Good if !text.expose().trim_ascii().starts_with(b"/") => {
            FieldCheck::wrong(faults::PlaceNotAbsolute)
        }
        check => check,
    }
}

/// A reason: a line that says something to whoever reads the record later.
pub(super) fn reason(text: &TypedText) -> FieldCheck {
    match line(text, false) {
        FieldCheck::Good if !says_something(text.expose()) => FieldCheck::wrong(faults::ReasonSaysNothing),
        check => check,
    }
}

/// Two different words of two letters or more. What is not ASCII is a letter of some language.
fn says_something(text: &[u8]) -> bool {
    let letters = |word: &&[u8]| word.iter().filter(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii()).count();
    let mut words = text.split(u8::is_ascii_whitespace).filter(|word| letters(word) > 1);
    words.next().is_some_and(|first| words.any(|other| !other.eq_ignore_ascii_case(first)))
}

/// A line as it stands on the screen, to the letter.
pub(super) fn copy(text: &TypedText, line: &str) -> FieldCheck {
    if text.is_empty() {
        FieldCheck::Empty
    } else if text.expose() == line.as_bytes() {
        FieldCheck::Good
    } else if line.as_bytes().starts_with(text.expose()) {
        FieldCheck::typing(text.len(), line.len())
    } else {
        FieldCheck::wrong(faults::CopyNotThis)
    }
}

/// One of the signs of the person whose turn it is, in upper or lower case.
pub(super) fn sign(text: &TypedText, signs: &[String]) -> FieldCheck {
    let typed = text.expose();
    let begins = |sign: &&String| sign.as_bytes().get(..typed.len()).is_some_and(|it| it.eq_ignore_ascii_case(typed));
    if text.is_empty() {
        FieldCheck::Empty
    } else if signs.iter().any(|sign| sign.as_bytes().eq_ignore_ascii_case(typed)) {
        FieldCheck::Good
    } else if let Some(sign) = signs.iter().find(begins) {
        FieldCheck::typing(typed.len(), sign.len())
    } else {
        FieldCheck::wrong(faults::SignNotThis { sign: signs.join(" / ") })
    }
}

/// A known word, typed letter by letter, in upper or lower case.
pub(super) fn word(text: &TypedText, expected: &str, fault: impl Fn() -> Fault) -> FieldCheck {
    if text.is_empty() {
        FieldCheck::Empty
    } else if text.expose().eq_ignore_ascii_case(expected.as_bytes()) {
        FieldCheck::Good
    } else if expected.as_bytes().get(..text.len()).is_some_and(|it| it.eq_ignore_ascii_case(text.expose())) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something() {
        let check = |text: &str| {
            let mut typed = TypedText::new();
            // A field holds one character more than a line may have.
            let _ = text.bytes().try_for_each(|byte| typed.push(byte));
            reason(&typed)
        };
        for nothing in ["x", "xx", "x x x", ".. ..", "no", "no no", "No nO NO", "a test-", "1 2 3 4", "ok."] {
            assert_eq!(check(nothing), FieldCheck::wrong(faults::ReasonSaysNothing), "{nothing}");
        }
        for empty in ["", "   "] {
            assert_eq!(check(empty), FieldCheck::Empty);
        }
        for reason in ["no reader", "The other laptop is broken.", "  fire alarm "] {
            assert_eq!(check(reason), FieldCheck::Good, "{reason}");
        }
        assert_eq!(check(&"a reason ".repeat(12)), FieldCheck::wrong(faults::LineTooLong));
    }
}
