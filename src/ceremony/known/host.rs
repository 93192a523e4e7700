//! What is known about this machine and terminal.

use crate::ceremony::known::Known;
use crate::terms::{HostFinding, Severity};

/// This machine and terminal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Host {
    /// What was found against it, with its detail.
    pub findings: Vec<(HostFinding, String)>,
}

impl Host {
    fn is_unfit(&self) -> bool {
        self.has(Severity::Unfit)
    }

    /// Whether something outside this program is missing that a ceremony needs.
    pub fn misses_something(&self) -> bool {
        self.has(Severity::Missing)
    }

    fn has(&self, severity: Severity) -> bool {
        self.findings.iter().any(|(finding, _)| finding.severity() == severity)
    }
}

impl Known {
    /// Whether a real ceremony needs a typed decision to continue here.
    pub fn is_unfit(&self) -> bool {
        !self.rehearsal && self.host.is_unfit()
    }
}
