//! Everything that can go wrong: one type for each fault in the script, with the values that its sentences need. A fault
//! without sentences, a missing value, or a fault that no code raises does not compile.

pub use crate::names::FaultName;

/// A fault: its name in the script, and the values that its sentences need.
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

pub(crate) use made::*;

/// A fault as a type of its own, before it becomes a [`Fault`] like any other.
pub(crate) trait Named {
    /// The fault, by name.
    fn named(self) -> Fault;
}

impl<T: Named> From<T> for Fault {
    fn from(fault: T) -> Self {
        fault.named()
    }
}

#[deny(dead_code, reason = "a fault that nobody makes")]
#[allow(clippy::doc_markdown, reason = "made from the script")]
mod made {
    use super::{Fault, FaultName, Named};

    include!(concat!(env!("OUT_DIR"), "/faults.rs"));
}

impl core::fmt::Display for FaultName {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.word())
    }
}
