//! Findings about this machine and terminal.

use crate::ceremony::known::Known;
use crate::script::words;
use crate::terms::{HostFinding, Severity};

/// One finding per line.
pub fn findings(found: &[(HostFinding, String)]) -> String {
    let lines: Vec<String> =
        found.iter().map(|(finding, detail)| format!("- {}", self::finding(finding, detail))).collect();
    if lines.is_empty() { words::ROOM_FIT.to_owned() } else { lines.join("\n") }
}

/// What is missing, one finding per line.
pub fn missing(known: &Known) -> String {
    let missing = known.host.findings.iter().filter(|(finding, _)| finding.severity() == Severity::Missing);
    missing.map(|(finding, detail)| format!("- {}", self::finding(finding, detail))).collect::<Vec<_>>().join("\n")
}

/// What makes the machine unfit, in a few words each: everybody has just read the sentences.
pub fn unfit(found: &[(HostFinding, String)]) -> String {
    found.iter().filter_map(|(finding, _)| in_short(finding)).collect::<Vec<_>>().join(", ")
}

fn in_short(finding: &HostFinding) -> Option<&str> {
    match finding {
        HostFinding::MemoryNotLocked => Some(words::UNFIT_MEMORY_NOT_LOCKED),
        HostFinding::CoresEnabled => Some(words::UNFIT_CORES_ENABLED),
        HostFinding::InsideTmux => Some(words::UNFIT_TMUX),
        HostFinding::InsideScreen => Some(words::UNFIT_SCREEN),
        HostFinding::OverSsh => Some(words::UNFIT_SSH),
        HostFinding::Recorded => Some(words::UNFIT_RECORDED),
        HostFinding::Traced => Some(words::UNFIT_TRACED),
        HostFinding::FilesOpen => Some(words::UNFIT_FILES_OPEN),
        HostFinding::CallsOpen => Some(words::UNFIT_CALLS_OPEN),
        HostFinding::Unknown(word) => Some(word),
        HostFinding::Swap
        | HostFinding::Network
        | HostFinding::ClockUnset
        | HostFinding::NoReaderService
        | HostFinding::NoReader
        | HostFinding::FolderNotWritable
        | HostFinding::FolderFull => None,
    }
}

/// A finding in a sentence; what was found is its detail.
pub fn finding(finding: &HostFinding, detail: &str) -> String {
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
        HostFinding::FilesOpen => words::ROOM_FILES_OPEN.to_owned(),
        HostFinding::CallsOpen => words::ROOM_CALLS_OPEN.to_owned(),
        HostFinding::ClockUnset => words::ROOM_CLOCK.to_owned(),
        HostFinding::NoReaderService => words::ROOM_NO_SERVICE.to_owned(),
        HostFinding::NoReader => words::ROOM_NO_READER.to_owned(),
        HostFinding::FolderNotWritable => words::RoomFolderNotWritable { detail }.to_string(),
        HostFinding::FolderFull => words::RoomFolderFull { detail }.to_string(),
        HostFinding::Unknown(word) => word.clone(),
    }
}
