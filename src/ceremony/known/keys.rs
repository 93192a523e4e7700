//! What is known about the keys.

use std::collections::{BTreeMap, BTreeSet};

use crate::ceremony::known::Known;
use crate::plan::PlannedKey;
use crate::record::{NotProven, StoredKey};
use crate::terms::{Digest, KeyLabel, KeyReference};

/// The keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keys {
    /// Public key digests of the generated keys.
    pub made: BTreeMap<String, Digest>,
    /// What a device listed last.
    pub listed: Vec<StoredKey>,
    /// Where people want keys restored.
    pub wanted: BTreeMap<String, KeyReference>,
    /// The file of the last signature made as proof.
    pub proof: Option<String>,
    /// Keys whose restore was proven.
    pub proven: BTreeSet<String>,
    /// Keys whose proof was left out.
    pub without_proof: BTreeSet<String>,
    /// Keys that were left out of the restore.
    pub left_out: BTreeSet<String>,
    /// Keys under another DKEK than the one that was chosen.
    pub set_aside: BTreeSet<String>,
    /// Keys that nobody here can prove, and why; earlier builds did not record that.
    pub not_provable: BTreeMap<String, Option<NotProven>>,
}

impl Keys {
    pub(super) fn learn_proven(&mut self, label: &KeyLabel, signature_file: &str) {
        self.proof = Some(signature_file.to_owned());
        self.proven.insert(label.to_string());
    }
}

impl Known {
    /// A key of the plan by label.
    pub fn key(&self, label: Option<&KeyLabel>) -> Option<&PlannedKey> {
        self.plan.keys.iter().find(|key| Some(&key.label) == label)
    }

    /// The keys that this sitting is about: not those under another DKEK.
    pub fn keys_of_today(&self) -> impl Iterator<Item = &PlannedKey> {
        self.plan.keys.iter().filter(|key| !self.keys.set_aside.contains(key.label.as_str()))
    }

    /// Those of them that were not left out.
    pub fn keys_that_stay(&self) -> impl Iterator<Item = &PlannedKey> {
        self.keys_of_today().filter(|key| !self.keys.left_out.contains(key.label.as_str()))
    }

    /// Where a key is restored to: what people said, or else what the plan says.
    pub fn restore_to(&self, key: &PlannedKey) -> KeyReference {
        self.keys.wanted.get(key.label.as_str()).copied().unwrap_or(key.restore_to)
    }
}
