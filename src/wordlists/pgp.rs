//! The PGP word list: two words for each byte, one of two syllables for an even place and one of three for an odd place, so
//! that a word that is left out, doubled or swapped does not fit.

use std::sync::LazyLock;

/// The number of letters from which the beginning of a word stands for it, if no other word of its list begins like that.
pub const TELLING_LETTERS: usize = 3;

/// The number of letters in the longest word.
pub const LONGEST_WORD: usize = 11;

static LISTS: LazyLock<[Vec<&'static str>; 2]> = LazyLock::new(|| {
    let pairs = || include_str!("../../assets/words/pgp.txt").lines().filter_map(|line| line.split_once(' '));
    [pairs().map(|(even, _)| even).collect(), pairs().map(|(_, odd)| odd).collect()]
});

/// What somebody typed stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// This byte.
    Byte(u8),
    /// No word yet, but more letters can make it one.
    Unfinished,
    /// No word of this list, whatever follows.
    Nothing,
}

/// The list for a place, counted from 1: the first word is of the list for even places, which counts from 0.
fn list(place: u8) -> &'static [&'static str] {
    let [even, odd] = &*LISTS;
    if place % 2 == 1 { even } else { odd }
}

/// The words of these bytes, in order.
pub fn words(bytes: &[u8]) -> Vec<&'static str> {
    let lists = [1, 2].into_iter().cycle().map(list);
    bytes.iter().zip(lists).filter_map(|(byte, list)| list.get(usize::from(*byte)).copied()).collect()
}

/// What was typed as the word at a place, counted from 1: the word, as much of its beginning as tells it from the others of
/// its list, or the two hexadecimal digits of the byte. Case does not matter.
pub fn heard(typed: &[u8], place: u8) -> Heard {
    let mut byte = [0];
    if typed.len() == 2 && base16ct::mixed::decode(typed, &mut byte).is_ok() {
        return Heard::Byte(byte[0]);
    }
    let begins = |word: &str| word.as_bytes().get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed));
    let mut found = (0..=u8::MAX).zip(list(place)).filter(|(_, word)| begins(word));
    match (found.next(), found.next()) {
        (Some((byte, word)), None) if typed.len() >= TELLING_LETTERS || word.len() == typed.len() => Heard::Byte(byte),
        (Some(_), _) => Heard::Unfinished,
        (None, _) => Heard::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_list_is_the_published_one() {
        let digest = Sha256::digest(include_bytes!("../../assets/words/pgp.txt"));
        assert_eq!(
            base16ct::lower::encode_string(&digest),
            "f816e91d6148165fc67361aa1886eb71ad6b19c9d65673ca40fa96e160f02f5a"
        );
        let all: BTreeSet<String> = LISTS.iter().flatten().map(|word| word.to_lowercase()).collect();
        assert_eq!((LISTS[0].len(), LISTS[1].len(), all.len()), (256, 256, 512), "no word stands in both lists");
        assert!(all.iter().all(|word| (4..=LONGEST_WORD).contains(&word.len())));
        assert!(all.iter().all(|word| word.bytes().all(|letter| letter.is_ascii_lowercase())));
    }

    #[test]
    fn the_published_example_has_its_words() {
        let mut bytes = [0; 20];
        base16ct::upper::decode("E58294F2E9A227486E8B061B31CC528FD7FA3F19", &mut bytes).unwrap();
        let published = "topmost Istanbul Pluto vagabond treadmill Pacific brackish dictator goldfish Medusa afflict \
                         bravado chatter revolver Dupont midsummer stopwatch whimsical cowbell bottomless";
        assert_eq!(words(&bytes).join(" "), published);
    }

    #[test]
    fn every_byte_is_heard_by_its_word_by_enough_of_it_and_by_its_digits() {
        for place in [1, 2] {
            for (byte, word) in (0..=u8::MAX).zip(list(place)) {
                assert_eq!(heard(word.as_bytes(), place), Heard::Byte(byte));
                assert_eq!(heard(word.to_uppercase().as_bytes(), place), Heard::Byte(byte));
                assert_eq!(heard(format!("{byte:02x}").as_bytes(), place), Heard::Byte(byte));
                assert_eq!(heard(&word.as_bytes()[..1], place), Heard::Unfinished);
                assert_eq!(heard(format!("{word}q").as_bytes(), place), Heard::Nothing);
                assert_eq!(heard(word.as_bytes(), 3 - place), Heard::Nothing, "the other list does not have {word}");
                // Wherever the beginning of a word is taken for it, no other word begins like that.
                for letters in TELLING_LETTERS..word.len() {
                    let start = word[..letters].to_lowercase();
                    let alone =
                        list(place).iter().filter(|other| other.to_lowercase().starts_with(&start)).count() == 1;
                    let expected = if alone { Heard::Byte(byte) } else { Heard::Unfinished };
                    assert_eq!(heard(start.as_bytes(), place), expected, "{start}");
                }
                assert_eq!(heard(&word.as_bytes()[..word.len().min(6)], place), Heard::Byte(byte), "six are enough");
            }
        }
        for nothing in ["xx", "topmosts", "z9", "\u{e4}", "top most", "123"] {
            assert_eq!(heard(nothing.as_bytes(), 1), Heard::Nothing, "{nothing}");
        }
        assert_eq!(heard(b"", 1), Heard::Unfinished);
    }
}
