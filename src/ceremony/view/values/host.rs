//! Findings about this machine and terminal.

use crate::ceremony::known::Known;
use crate::script::words;
use crate::terms::HostFinding;

/// One finding per line.
pub fn findings(known: &Known) -> String {
    let lines: Vec<String> =
        known.host.findings.iter().map(|(finding, detail)| format!("- {}", sentence(finding, detail))).collect();
    if lines.is_empty() { words::ROOM_FIT.to_owned() } else { lines.join("\n") }
}

fn sentence(finding: &HostFinding, detail: &str) -> String {
    match finding {
        HostFinding::MemoryNotLocked => words::ROOM_MEMORY_NOT_LOCKED.to_owned(),
        HostFinding::CoresEnabled => words::ROOM_CORES_ENABLED.to_owned(),
        HostFinding::Swap => words::RoomSwap { detail }.to_string(),
        HostFinding::Network => words::RoomNetwork { detail }.to_string(),
        HostFinding::InsideTmux => words::ROOM_TMUX.to_owned(),
        HostFinding::InsideScreen => words::ROOM_SCREEN.to_owned(),
        HostFinding::OverSsh => words::ROOM_SSH.to_owned(),
        HostFinding::Recorded => words::RoomRecorded { detail }.to_string(),
        HostFinding::Traced => words::ROOM_TRACED.to_owned(),
        HostFinding::ClockUnset => words::ROOM_CLOCK.to_owned(),
        HostFinding::Unknown(word) => word.clone(),
    }
}
