//! Text for the record takes no secret: neither one that the vault holds at that moment, nor anything in the form of one.

use zeroize::Zeroize;

use crate::faults::{self, Fault};
use crate::names::FieldName;
use crate::secret::WipingBytes;
use crate::vault::Vault;
use crate::wordlists::{self, Found};

/// Hexadecimal digits of a share value, a prime or an SO-PIN.
const HEX_DIGITS: usize = 16;
/// Words of the list in a row that may be part of a card.
const WORDS: usize = 4;

/// Letters of the longest word that people write; a longer one may be words of a card without spaces.
const LONGEST: usize = 16;

/// What is wrong with a text typed into this field, if it has a secret in it or something that looks like one.
pub(super) fn secret_in(text: &[u8], field: FieldName, vault: &Vault) -> Option<Fault> {
    let plain = plain(text);
    let text = plain.expose();
    if has_digits(text) {
        Some(faults::LineHasDigits.into())
    } else if has_words(text) {
        Some(faults::LineHasWords.into())
    } else if vault.keeps_part_of(text) {
        Some(faults::LineHasSecret.into())
    } else if vault.is_typed_elsewhere(text, field) {
        // Perhaps a secret, perhaps only a word that the screen asks for: the vault does not know which.
        Some(faults::LineRepeatsField.into())
    } else {
        None
    }
}

/// A text whose full-width letters and digits, as an input method makes them, are those of ASCII.
fn plain(text: &[u8]) -> WipingBytes {
    let mut plain = WipingBytes::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            let narrow = u32::from(character).checked_sub(0xfee0).and_then(|code| u8::try_from(code).ok());
            let mut bytes = [0; 4];
            // never longer than the text
            let _ = match narrow.filter(u8::is_ascii_graphic) {
                Some(ascii) => plain.push(ascii),
                None => plain.extend(character.encode_utf8(&mut bytes).as_bytes()),
            };
            bytes.zeroize();
        }
    }
    plain
}

/// Whether there are as many hexadecimal digits as in a share with nothing but separators between them.
fn has_digits(text: &[u8]) -> bool {
    let mut run = 0;
    text.iter().any(|byte| {
        if byte.is_ascii_hexdigit() {
            run += 1;
        } else if byte.is_ascii_alphanumeric() {
            run = 0;
        }
        run >= HEX_DIGITS
    })
}

/// Whether words of the list follow each other, in full or by their first four letters.
fn has_words(text: &[u8]) -> bool {
    let mut run = 0;
    let mut words = text.split(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    words.any(|word| {
        if word.len() >= LONGEST
            && (0..word.len()).any(|from| begins_with_words(word.get(from..).unwrap_or_default(), WORDS))
        {
            return true;
        }
        run = match wordlists::find(word) {
            Found::Word(_) => run + 1,
            Found::Unfinished | Found::None => 0,
        };
        run >= WORDS
    })
}

/// Whether a text begins with this many words of the list without anything between them.
fn begins_with_words(text: &[u8], many: usize) -> bool {
    let rest =
        |length| text.split_at_checked(length).filter(|(word, _)| matches!(wordlists::find(word), Found::Word(_)));
    many == 0 || (3..=wordlists::LONGEST_WORD).filter_map(rest).any(|(_, rest)| begins_with_words(rest, many - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::FaultName;
    use crate::terms::Handle;
    use proptest::prelude::*;

    #[test]
    fn ordinary_lines_pass() {
        for line in [
            "B-0001",
            "A1234567",
            "DENK0404144",
            "the lamp went out",
            "The other laptop is broken.",
            "2026-11-26 22:19, bag 4711",
            "a bad cafe faded",
            "He came ten minutes late; everybody waited.",
            "Ms Wolfeschlegelsteinhausen stood in",
            "a misunderstanding of responsibilities",
            "Jürgen Groß stood in for Bäcker-Däßler, Gräfin von Cäcilienfeld",
        ] {
            assert_eq!(secret_in(line.as_bytes(), FieldName::Note, &Vault::new()), None, "{line}");
        }
    }

    #[test]
    fn a_secret_is_called_one_and_a_word_of_another_field_is_not() {
        let mut vault = Vault::new();
        vault.keep(Handle::UserPin, WipingBytes::from_slice(b"k7Wq42zLmX"));
        b"IMPORT KEY".iter().for_each(|byte| vault.typing(FieldName::Override).push(*byte).unwrap());
        let said = |line: &str| secret_in(line.as_bytes(), FieldName::Reason, &vault).map(|fault| fault.name);
        assert_eq!(said("It is K7WQ-42ZL-MX"), Some(FaultName::LineHasSecret));
        assert_eq!(said("import key of the old CA"), Some(FaultName::LineRepeatsField));
        assert_eq!(said("the key of the old CA"), None);
    }

    #[test]
    fn signs_and_letters_beyond_ascii_hide_no_secret() {
        for line in ["a3é0f·77–c1 5e 90 12 bb", "４ｃ４０１ｂｅ２９４７ａ１８０ｂ", "abandon、ability、able、about"]
        {
            assert!(secret_in(line.as_bytes(), FieldName::Note, &Vault::new()).is_some(), "{line}");
        }
    }

    proptest! {
        #[test]
        fn a_number_of_a_card_is_refused_however_it_is_grouped(
            number: u64, group in 1_usize..17, separator in "[ :.,/-]", upper: bool, before in "[g-z ]{0,9}", after in "[ g-z]{0,9}",
        ) {
            let digits = if upper { format!("{number:016X}") } else { format!("{number:016x}") };
            let groups: Vec<&str> = (0..16).step_by(group).map(|at| &digits[at..(at + group).min(16)]).collect();
            let line = format!("{before}{}{after}", groups.join(&separator));
            prop_assert!(secret_in(line.as_bytes(), FieldName::Note, &Vault::new()).is_some(), "{}", line);
        }

        #[test]
        fn words_of_a_card_are_refused_in_full_and_by_four_letters(
            words in proptest::collection::vec(0..wordlists::WORDS, 5..9), short: bool, separator in "[ ,.-]{0,2}",
        ) {
            let typed = |word: &u16| {
                let word = wordlists::word(*word).unwrap();
                if short { &word[..word.len().min(4)] } else { word }
            };
            let line = words.iter().map(typed).collect::<Vec<_>>().join(&separator);
            prop_assert!(secret_in(line.as_bytes(), FieldName::Note, &Vault::new()).is_some(), "{}", line);
        }
    }
}
