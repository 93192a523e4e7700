//! The outcome of an act.

use crate::faults::Fault;
use crate::record::Fact;

/// The clerk's answer to an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is in progress; units done and in total.
    Progress {
        /// Done so far.
        done: u64,
        /// In total.
        total: u64,
    },
    /// It cannot start yet; it starts by itself as soon as what is missing is there.
    Waiting(Fault),
    /// It is done; what was found out or achieved.
    Done(Vec<Fact>),
    /// It failed; nothing was changed beyond what the fault itself says.
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
