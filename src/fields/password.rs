//! An upper bound for the strength of a typed password. Returns bits, retains nothing.

use crate::faults;
use crate::fields::FieldCheck;
use crate::secret::TypedText;

/// Shorter passwords for share files are refused. (`sc-hsm-tool` takes 6 or more.)
pub const SHORTEST: usize = 14;

/// `sc-hsm-tool` takes no more at its prompt, and it must be able to open the file.
const LONGEST: usize = 127;

/// Fewer bits are refused: about five unrelated words. Every guess costs 30 million rounds of MD5, which adds 25 bits
/// of work.
const FEWEST_BITS: u16 = 55;

/// Bits per letter out of 26.
const LETTER: f64 = 4.7;

/// The state of a new password.
pub fn check(text: &TypedText) -> FieldCheck {
    match text.len() {
        0 => FieldCheck::Empty,
        length if length > LONGEST => FieldCheck::wrong(faults::PasswordTooLong { most: LONGEST }),
        length if length < SHORTEST => FieldCheck::typing(length, SHORTEST),
        _ => match bits(text.expose()) {
            bits if bits < FEWEST_BITS => FieldCheck::wrong(faults::PasswordWeak { bits, least: FEWEST_BITS }),
            bits => FieldCheck::Strength { bits },
        },
    }
}

/// The existing password of a share file: only the file tells whether it is right.
pub(super) fn check_known(text: &TypedText) -> FieldCheck {
    if text.is_empty() { FieldCheck::Empty } else { FieldCheck::Good }
}

/// Upper bound in bits: a character counts by the character classes in use; a lower-case letter within a word by what
/// is left of it once the word has started; a space between words, and anything that repeats or continues what precedes
/// it, next to nothing. A word of six letters comes to about 13 bits, as in lists of 7,776 words.
fn bits(text: &[u8]) -> u16 {
    let has = |kind: fn(&u8) -> bool| text.iter().any(kind);
    let kinds = [
        (has(u8::is_ascii_lowercase), 26_u32),
        (has(u8::is_ascii_uppercase), 26),
        (has(u8::is_ascii_digit), 10),
        (has(|byte| !byte.is_ascii_alphanumeric()), 33),
    ];
    let alphabet: u32 = kinds.iter().filter(|(there, _)| *there).map(|(_, size)| size).sum();
    let full = f64::from(alphabet.max(2)).log2();
    let mut sum = 0.0;
    for (place, byte) in text.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| text.get(place)).copied();
        let follows = before.is_some_and(|before| before.abs_diff(*byte) <= 1);
        let earlier = text.get(..place).is_some_and(|earlier| {
            let pair = before.map(|before| [before, *byte]);
            pair.is_some_and(|pair| earlier.windows(2).any(|seen| seen == pair))
        });
        let in_word = byte.is_ascii_lowercase() && before.is_some_and(|before| before.is_ascii_lowercase());
        sum += match (follows || earlier, in_word) {
            (true, _) => 0.5,
            (false, true) => 1.6,
            (false, false) if *byte == b' ' => 0.0,
            (false, false) => full.min(if byte.is_ascii_lowercase() { LETTER } else { full }),
        };
    }
    // never more than a few hundred
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 320 characters of 7 bits")]
    let bits = sum as u16;
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_text(text: &str) -> FieldCheck {
        let mut typed = TypedText::new();
        text.bytes().for_each(|byte| assert_eq!(typed.push(byte), Ok(())));
        check(&typed)
    }

    #[test]
    fn short_and_simple_passwords_are_refused() {
        assert_eq!(check_text("correct horse"), FieldCheck::Typing { done: 13, all: 14 });
        for weak in ["aaaaaaaaaaaaaaaaaaaa", "12345678901234567890", "passwordpassword", "qwertyqwertyqwerty"] {
            assert!(matches!(check_text(weak), FieldCheck::Wrong { .. }), "{weak}");
        }
        for strong in ["correct horse battery staple lantern", "vQ7#mW2x!Lz9pT", "four custodians hold this rehearsal"]
        {
            assert!(matches!(check_text(strong), FieldCheck::Strength { .. }), "{strong}: {:?}", check_text(strong));
        }
    }
}
