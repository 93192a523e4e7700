//! What is known of this machine and terminal.

use crate::ceremony::known::Known;

/// Findings that a real ceremony does not begin with: secrets could reach a disc, a recording or another machine.
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
    /// What was found against it: name and detail.
    pub findings: Vec<(String, String)>,
}

impl Host {
    fn is_unfit(&self) -> bool {
        self.findings.iter().any(|(finding, _)| UNFIT.contains(&finding.as_str()))
    }
}

impl Known {
    /// Whether a real ceremony may not go on here without a typed decision.
    pub fn is_unfit(&self) -> bool {
        !self.rehearsal && self.host.is_unfit()
    }
}
