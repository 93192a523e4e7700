//! The list of words that strong shares are written in, and which of them a typed token stands for. Check values have words
//! of their own, [`pgp`].

pub mod pgp;

use std::sync::LazyLock;

/// The number of words in the list: each carries 11 bits.
pub const WORDS: u16 = 2048;

/// The number of letters in the longest word of the list.
pub const LONGEST_WORD: usize = 8;

/// The number of letters that are enough to tell a word from all others.
pub const TELLING_LETTERS: usize = 4;

static ENGLISH: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("../assets/words/english.txt").lines().collect());

/// What a token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// The word with this index in the list, 0..2048.
    Word(u16),
    /// Not a word yet, but more letters can make it one.
    Unfinished,
    /// Not a word, whatever follows.
    None,
}

/// The word with this index in the list, 0..2048.
pub fn word(index: u16) -> Option<&'static str> {
    ENGLISH.get(usize::from(index)).copied()
}

/// The word that `token` stands for: an exact match or, from four letters on, the word that begins with it. Case does
/// not matter. Makes no copy of the token.
pub fn find(token: &[u8]) -> Found {
    let lower = || token.iter().map(u8::to_ascii_lowercase);
    // the list is sorted, so the words that begin with the token start here
    let place = ENGLISH.partition_point(|word| word.bytes().lt(lower()));
    let Some(word) = ENGLISH.get(place) else { return Found::None };
    let begins = word.len() >= token.len() && word.bytes().zip(lower()).all(|(one, other)| one == other);
    match u16::try_from(place) {
        Ok(index) if begins && (word.len() == token.len() || token.len() >= TELLING_LETTERS) => Found::Word(index),
        _ if begins => Found::Unfinished,
        _ => Found::None,
    }
}

/// The letters missing from `prefix` to complete the word it stands for: empty when it is a whole word, `None` when it
/// does not identify a word yet.
pub fn completion(prefix: &[u8]) -> Option<&'static str> {
    let Found::Word(index) = find(prefix) else { return None };
    word(index)?.get(prefix.len()..)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_list_is_the_published_one() {
        let digest = Sha256::digest(include_bytes!("../assets/words/english.txt"));
        assert_eq!(
            base16ct::lower::encode_string(&digest),
            "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"
        );
        assert_eq!(ENGLISH.len(), usize::from(WORDS));
        assert!(ENGLISH.is_sorted_by(|one, next| one < next));
        assert!(ENGLISH.iter().all(|word| (3..=LONGEST_WORD).contains(&word.len())));
        assert!(ENGLISH.iter().all(|word| word.bytes().all(|letter| letter.is_ascii_lowercase())));
        let starts: std::collections::BTreeSet<&str> =
            ENGLISH.iter().map(|word| &word[..word.len().min(TELLING_LETTERS)]).collect();
        assert_eq!(starts.len(), ENGLISH.len());
    }

    #[test]
    fn every_word_is_found_in_any_case_and_by_its_first_four_letters() {
        for index in 0..WORDS {
            let whole = word(index).unwrap();
            assert_eq!(find(whole.as_bytes()), Found::Word(index));
            assert_eq!(find(whole.to_uppercase().as_bytes()), Found::Word(index));
            for letters in TELLING_LETTERS..whole.len() {
                assert_eq!(find(&whole.as_bytes()[..letters]), Found::Word(index), "{whole} by {letters}");
                assert_eq!(completion(&whole.as_bytes()[..letters]), Some(&whole[letters..]));
            }
            assert_eq!(completion(whole.as_bytes()), Some(""));
            assert_eq!(find(format!("{whole}q").as_bytes()), Found::None);
        }
        assert_eq!(word(WORDS), None);
    }

    #[test]
    fn fewer_letters_may_still_become_a_word() {
        for unfinished in ["", "a", "ab", "aba", "z", "ZO"] {
            assert_eq!(find(unfinished.as_bytes()), Found::Unfinished, "{unfinished}");
            assert_eq!(completion(unfinished.as_bytes()), None);
        }
        // a whole three-letter word, although others begin with it
        assert_eq!(find(b"act"), Found::Word(19));
        assert_eq!(word(19), Some("act"));
        for none in ["x", "zz", "zoox", "1", "abandonn", "aband ", "\u{e4}"] {
            assert_eq!(find(none.as_bytes()), Found::None, "{none}");
        }
    }
}
