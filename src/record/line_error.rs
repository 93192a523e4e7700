//! What can be wrong with a line of a record.

use crate::faults::{self, Fault};

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineError {
    /// It is truncated.
    Cut,
    /// It is not a line of a record.
    Broken,
    /// Its digest does not match.
    Changed,
    /// It contains something this program does not know.
    Unknown,
    /// Its number is not the next one.
    Number,
    /// It cannot appear at this point.
    Order,
}

impl LineError {
    /// The fault that names the line.
    pub(super) fn at(self, line: u32) -> Fault {
        match self {
            Self::Cut => Fault::from(faults::RecordLineCut { line }),
            Self::Broken => Fault::from(faults::RecordLineBroken { line }),
            Self::Changed => Fault::from(faults::RecordLineChanged { line }),
            Self::Unknown => Fault::from(faults::RecordLineUnknown { line }),
            Self::Number => Fault::from(faults::RecordLineNumber { line }),
            Self::Order => Fault::from(faults::RecordLineOrder { line }),
        }
    }
}
