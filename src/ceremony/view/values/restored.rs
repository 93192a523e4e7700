//! Values about the origin of a restore.

use crate::ceremony::known::restored::Origin;
use crate::script::words;
use crate::terms::{Digest, Serial};

/// The devices that the keys were generated on.
pub fn devices(origin: &Origin) -> String {
    let serials: Vec<String> = origin.devices.iter().map(Serial::to_string).collect();
    if serials.is_empty() { words::UNKNOWN.to_owned() } else { serials.join(", ") }
}

/// The last digest of its record.
pub fn record(origin: &Origin) -> String {
    origin.record.as_ref().map_or_else(|| words::NO_RECORD.to_owned(), Digest::in_lines)
}

/// Files that were passed over.
pub fn passed_over(origin: &Origin) -> String {
    if origin.passed_over.is_empty() { words::NOTHING_PASSED_OVER.to_owned() } else { origin.passed_over.join(", ") }
}

/// Wrapped keys that cannot be read, one per line.
pub fn damaged(origin: &Origin) -> String {
    origin.damaged.iter().map(|file| format!("  {file}")).collect::<Vec<_>>().join("\n")
}
