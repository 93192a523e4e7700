//! The rules for the names in a plan.

use std::collections::HashSet;
use std::hash::Hash;

use crate::terms::{folded, invisible, short};

/// How strict the rules for names are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// A plan of today: look-alikes are one name, and what nobody sees is refused.
    New,
    /// A plan that was accepted before.
    Kept,
}

impl Names {
    /// Names that appear more than once, or look alike, each as it appears first.
    pub fn repeated<'a, I: Iterator<Item = &'a String>>(self, names: impl Fn() -> I) -> Vec<String> {
        let first = |twice: &String| names().find(|name| self.same(name) == *twice).map(|name| short(name));
        repeated(names().map(|name| self.same(name))).iter().filter_map(first).collect()
    }

    /// Every name once, as it appears first.
    pub fn distinct<'a>(self, names: &'a [String]) -> impl Iterator<Item = &'a String> {
        let mut seen = HashSet::new();
        names.iter().filter(move |name| seen.insert(self.same(name)))
    }

    /// What two names have in common that are one.
    fn same(self, name: &str) -> String {
        match self {
            Self::New => folded(name),
            Self::Kept => name.to_lowercase(),
        }
    }

    /// The first character that nobody sees or that turns the direction of reading, where that is refused.
    pub fn hidden(self, text: &str) -> Option<char> {
        match self {
            Self::New => invisible(text),
            Self::Kept => None,
        }
    }
}

/// A line of text of at most `most` characters.
pub fn as_name(text: &str, most: usize) -> Option<String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

/// Values that appear more than once, in the order in which they do.
pub fn repeated<T: Hash + Eq + Clone>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = HashSet::new();
    let mut twice = Vec::new();
    for value in values {
        if !seen.insert(value.clone()) && !twice.contains(&value) {
            twice.push(value);
        }
    }
    twice
}
