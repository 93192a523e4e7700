//! Findings about this machine and terminal.

use crate::ceremony::known::Known;
use crate::script::words;

/// One finding per line.
pub fn findings(known: &Known) -> String {
    let lines: Vec<String> =
        known.host.findings.iter().map(|(name, detail)| format!("- {}", sentence(name, detail))).collect();
    if lines.is_empty() { words::ROOM_FIT.to_owned() } else { lines.join("\n") }
}

fn sentence(name: &str, detail: &str) -> String {
    match name {
        "room-clock" => words::ROOM_CLOCK.to_owned(),
        "room-cores-enabled" => words::ROOM_CORES_ENABLED.to_owned(),
        "room-memory-not-locked" => words::ROOM_MEMORY_NOT_LOCKED.to_owned(),
        "room-network" => words::RoomNetwork { detail }.to_string(),
        "room-recorded" => words::RoomRecorded { detail }.to_string(),
        "room-screen" => words::ROOM_SCREEN.to_owned(),
        "room-ssh" => words::ROOM_SSH.to_owned(),
        "room-swap" => words::RoomSwap { detail }.to_string(),
        "room-tmux" => words::ROOM_TMUX.to_owned(),
        "room-traced" => words::ROOM_TRACED.to_owned(),
        other => other.to_owned(),
    }
}
