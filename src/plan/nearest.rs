//! The word that somebody probably meant.

use strsim::damerau_levenshtein;

/// The word that a misspelt one is closest to, if only slips of the fingers are between the two: one in three letters.
/// Case, dashes and spaces do not count.
pub fn nearest<'a>(misspelt: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // What is longer than any word is not compared letter by letter.
    if misspelt.len() > LONGEST {
        return None;
    }
    let plain = |word: &str| word.to_lowercase().replace(['-', ' '], "_");
    let typed = plain(misspelt);
    let apart = |word: &'a str| (damerau_levenshtein(&typed, &plain(word)), word);
    let (apart, word) = words.map(apart).min_by_key(|(apart, _)| *apart)?;
    (apart <= word.len() / 3).then_some(word)
}

/// The longest misspelt word, in bytes.
const LONGEST: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_fingers_are_understood_and_other_words_are_not() {
        let words = ["title", "threshold", "witnesses", "prove_restore", "dice"];
        let meant = |typed: &str| nearest(typed, words.into_iter());
        assert_eq!(meant("titel"), Some("title"));
        assert_eq!(meant("treshhold"), Some("threshold"));
        assert_eq!(meant("wittnesses"), Some("witnesses"));
        assert_eq!(meant("Prove-Restore"), Some("prove_restore"));
        assert_eq!(meant("dise"), Some("dice"));
        for other in ["", "comment", "note", "d", "people", &"title".repeat(30)] {
            assert_eq!(meant(other), None, "{other}");
        }
    }
}
