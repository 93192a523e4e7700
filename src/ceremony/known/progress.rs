//! How far a ceremony has got, and how well.

use std::collections::BTreeSet;

use crate::ceremony::known::resumed::{Restarted, Return};
use crate::record::{Deviated, Ending};
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
    /// What they were.
    pub deviated: Vec<Deviated>,
    /// The names of deviations built into the script itself.
    pub deviates: Vec<String>,
    /// A break is over, and nobody has said yet whether anything was moved.
    pub not_confirmed: bool,
    /// The program was started again, and nobody has looked at the room yet.
    pub restarted: Option<Restarted>,
    /// What is done again since the program was started again.
    pub returns: Return,
    /// How it ended.
    pub ended: Option<Ending>,
}

impl Progress {
    /// One more deviation.
    pub(in crate::ceremony) fn add_deviation(&mut self, deviated: Deviated) {
        self.deviations = self.deviations.saturating_add(1);
        self.deviated.push(deviated);
    }
}
