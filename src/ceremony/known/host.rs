//! What is known about this machine and terminal.

use crate::ceremony::known::Known;

/// Findings with which a real ceremony does not start: secrets could reach a disk, a recording or another machine.
const UNFIT: [&str; 7] = [
    "room-memory-not-locked",
    "room-cores-enabled",
    "room-tmux",
    "room-screen",
    "room-ssh",
    "room-recorded",
    "room-traced",
];

/// This machine and terminal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Host {
    /// Findings: name and detail.
    pub findings: Vec<(String, String)>,
}

impl Host {
    fn is_unfit(&self) -> bool {
        self.findings.iter().any(|(finding, _)| UNFIT.contains(&finding.as_str()))
    }
}

impl Known {
    /// Whether a real ceremony needs a typed decision to continue here.
    pub fn is_unfit(&self) -> bool {
        !self.rehearsal && self.host.is_unfit()
    }
}
