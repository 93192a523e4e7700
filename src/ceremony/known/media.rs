//! What is known about the copies of the folder.

use std::collections::{BTreeMap, BTreeSet};

use crate::ceremony::known::Known;
use crate::plan::Plan;

/// What people brought for a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// What is written on it.
    pub label: String,
    /// Where its files appear; none: a rehearsal's folder beside that of the sitting.
    pub place: Option<String>,
}

/// A copy that was made and read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderCopy {
    /// What is written on its medium.
    pub label: String,
    /// Where it is.
    pub folder: String,
    /// How many files it had when it was read back.
    pub files: u32,
}

/// The copies of the folder, by number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Media {
    /// What people brought.
    pub brought: BTreeMap<u8, Brought>,
    /// Copies for which another medium is used than the plan names.
    pub other: BTreeSet<u8>,
    /// What was copied.
    pub copies: BTreeMap<u8, FolderCopy>,
    /// Copies that people leave out.
    pub left_out: BTreeSet<u8>,
}

impl Media {
    pub(super) fn learn_brought(&mut self, number: u8, label: &str, place: Option<&str>) {
        let place = place.map(str::to_owned);
        self.left_out.remove(&number);
        self.brought.insert(number, Brought { label: label.to_owned(), place });
    }

    pub(super) fn learn_copied(&mut self, number: u8, label: &str, folder: &str, files: u32) {
        let copy = FolderCopy { label: label.to_owned(), folder: folder.to_owned(), files };
        self.copies.insert(number, copy);
    }

    pub(super) fn learn_left_out(&mut self, number: u8) {
        self.left_out.insert(number);
    }
}

/// What the plan says is written on the medium of a copy; `None`: it says nothing.
pub fn planned_label(plan: &Plan, number: u8) -> Option<&str> {
    plan.arrangements.media.get(usize::from(number).checked_sub(1)?)?.as_deref()
}

impl Known {
    /// What is written on the medium of a copy, as far as that is known.
    pub fn medium_label(&self, number: u8) -> Option<&str> {
        let brought = self.media.brought.get(&number).map(|brought| brought.label.as_str());
        brought.or_else(|| planned_label(&self.plan, number).filter(|_| !self.media.other.contains(&number)))
    }
}
