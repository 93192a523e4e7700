//! Everything that can go wrong, one type for each fault of the script, with the values that its sentences need: a fault
//! without sentences, a missing value, or a fault that nobody makes does not compile.

pub use crate::names::FaultName;

/// A fault by its name in the script and the values its sentences need.
///
/// Code holds names and values; the sentences (what happened, what is true now, what to do next) live in
/// the script. No value is ever a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The name in the script.
    pub name: FaultName,
    /// What the sentences' placeholders stand for.
    pub values: Vec<(&'static str, String)>,
}

impl Fault {
    /// Transitional: by a name in quotes. Use the types of this room instead.
    pub fn new(name: &'static str) -> Self {
        #[allow(clippy::panic, reason = "transitional")]
        let name = FaultName::from_word(name).unwrap_or_else(|| panic!("no fault {name}"));
        Self { name, values: Vec::new() }
    }

    /// Transitional: one more value.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl core::fmt::Display) -> Self {
        self.values.push((key, value.to_string()));
        self
    }
}

impl PartialEq<&str> for FaultName {
    fn eq(&self, other: &&str) -> bool {
        self.word() == *other
    }
}

impl PartialEq<FaultName> for &str {
    fn eq(&self, other: &FaultName) -> bool {
        *self == other.word()
    }
}

/// A fault with its values, before it is one among others.
pub(crate) trait Named {
    /// The fault by its name.
    fn named(self) -> Fault;
}

impl<T: Named> From<T> for Fault {
    fn from(fault: T) -> Self {
        fault.named()
    }
}

// Transitional: once every room makes its faults by type, `#![deny(dead_code)]` goes to the top of this file.
include!(concat!(env!("OUT_DIR"), "/faults.rs"));

impl core::fmt::Display for FaultName {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.word())
    }
}
