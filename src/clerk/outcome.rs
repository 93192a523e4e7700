//! What becomes of an act.

use crate::faults::Fault;
use crate::record::Fact;

/// The clerk's answer to an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It goes on; units done and in all.
    Progress {
        /// Done so far.
        done: u64,
        /// In all.
        total: u64,
    },
    /// It cannot begin yet; it goes on by itself as soon as what is missing is there.
    Waiting(Fault),
    /// It is done; what was found out or brought about.
    Done(Vec<Fact>),
    /// It failed; nothing beyond the fault's own words was changed.
    Failed(Fault),
}

impl From<Result<Vec<Fact>, Fault>> for Outcome {
    fn from(result: Result<Vec<Fact>, Fault>) -> Self {
        match result {
            Ok(facts) => Self::Done(facts),
            Err(fault) => Self::Failed(fault),
        }
    }
}
