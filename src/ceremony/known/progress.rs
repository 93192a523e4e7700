//! How far a ceremony has got, and how well.

use std::collections::BTreeSet;

use crate::record::Ending;
use crate::terms::Number;

/// How far the ceremony has got.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// The current step; equal to the list's length when the last is done.
    pub cursor: usize,
    /// Steps that were skipped because they were not needed.
    pub not_needed: BTreeSet<Number>,
    /// How many deviations there were.
    pub deviations: u16,
    /// The names of deviations built into the script itself.
    pub deviates: Vec<String>,
    /// How it ended.
    pub ended: Option<Ending>,
}

impl Progress {
    pub(super) fn learn_deviates(&mut self, name: &str) {
        self.deviations += 1;
        self.deviates.push(name.to_owned());
    }
}
