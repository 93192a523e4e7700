//! What came of a ceremony.

use hsm_ceremony::record::{Ending, Entry, Fact, Manifest};

use super::rig::Rig;

impl Rig {
    pub fn facts(&self) -> Vec<&Fact> {
        let learned = self.entries.iter();
        learned.filter_map(|entry| if let Entry::Learned { fact, .. } = entry { Some(fact) } else { None }).collect()
    }

    /// The names of everything that failed, in order.
    pub fn failed(&self) -> Vec<&str> {
        let failed = self.entries.iter();
        failed
            .filter_map(|entry| if let Entry::Failed { fault, .. } = entry { Some(fault.as_str()) } else { None })
            .collect()
    }

    /// A value of the first failure of this name.
    pub fn value(&self, name: &str, key: &str) -> String {
        let found = self.entries.iter().find_map(|entry| match entry {
            Entry::Failed { fault, values, .. } if fault == name => values.iter().find(|(value, _)| value == key),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("{name} has no {key} in {:?}", self.entries)).1.clone()
    }

    /// Whether it was completed with an empty vault.
    pub fn complete(&self) -> bool {
        self.vault.is_empty() && matches!(self.entries.last(), Some(Entry::Sealed { ending: Ending::Complete, .. }))
    }

    pub fn manifest(&self) -> Manifest {
        Manifest::parse(&std::fs::read_to_string(self.folder.join("manifest.json")).unwrap()).unwrap()
    }
}
