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
    /// Names that appear more than once, or look alike: the path at which one is repeated, and the name as it appears
    /// first.
    pub fn repeated(self, names: &[(String, String)]) -> Vec<(String, String)> {
        let again = repeated(names.iter().map(|(path, name)| (path.clone(), self.same(name))));
        let first = |same: &String| names.iter().find(|(_, name)| self.same(name) == *same);
        again.into_iter().filter_map(|(path, same)| first(&same).map(|(_, name)| (path, short(name)))).collect()
    }

    /// Every name once, as it appears first, with its place in the list.
    pub fn distinct(self, names: &[String]) -> impl Iterator<Item = (usize, &String)> {
        let mut seen = HashSet::new();
        names.iter().enumerate().filter(move |(_, name)| seen.insert(self.same(name)))
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

/// Values that appear more than once, each with the path at which it is repeated first.
pub fn repeated<T: Hash + Eq + Clone>(values: impl Iterator<Item = (String, T)>) -> Vec<(String, T)> {
    let mut seen = HashSet::new();
    let mut twice: Vec<(String, T)> = Vec::new();
    for (path, value) in values {
        if !seen.insert(value.clone()) && !twice.iter().any(|(_, known)| *known == value) {
            twice.push((path, value));
        }
    }
    twice
}
