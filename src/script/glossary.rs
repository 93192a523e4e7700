//! The words of the field, each explained in a sentence or two.

/// A word and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GlossaryTerm {
    /// The word.
    pub word: &'static str,
    /// Other forms in which it is on screens.
    pub also: &'static [&'static str],
    /// What it means.
    pub meaning: &'static str,
}

impl GlossaryTerm {
    /// Whether a text has the word, in any of its forms, not as a part of another word.
    pub fn is_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let part = |c: char| c.is_alphanumeric() || c == '-';
        [self.word].iter().chain(self.also).any(|form| {
            let form = form.to_lowercase();
            text.match_indices(&form).any(|(at, _)| {
                let (before, after) = (text.get(..at), text.get(at + form.len()..));
                !before.is_some_and(|before| before.ends_with(part))
                    && !after.is_some_and(|after| after.starts_with(part))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_in_its_forms_and_not_in_others() {
        let term = GlossaryTerm { word: "PIN", also: &["PINs", "key of doors"], meaning: "" };
        for text in ["Type the PIN.", "pin", "both PINs:", "(PIN)", "a Key of doors"] {
            assert!(term.is_in(text), "{text}");
        }
        for text in ["", "the SO-PIN", "pinned", "opinion", "key", "PIN-less"] {
            assert!(!term.is_in(text), "{text}");
        }
    }
}
