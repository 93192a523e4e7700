//! Lines of the earlier forms, which had no number: each ends with SHA-256(digest of the previous line ‖ this line
//! without its own digest). They are read, and no longer written.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::entry::Entry;
use super::line::Line;
use super::line_error::LineError;
use crate::terms::Digest;

/// One line without its digest.
#[derive(Serialize, Deserialize)]
struct Body {
    line: u32,
    utc: String,
    rehearsal: bool,
    #[serde(flatten)]
    entry: Entry,
}

/// What every line of the earlier forms begins with, and no line of today's.
const START: &[u8] = b"{\"line\":";

/// The text between a line and its digest.
const SEAM: &str = ",\"sha256\":\"";

/// The text that ends a line after its digest.
const END: &str = "\"}";

/// Whether a line is one of the earlier forms.
pub(super) fn is_one(raw: &[u8]) -> bool {
    raw.starts_with(START)
}

/// A line and its digest, or what is wrong with it.
pub(super) fn read(whole: &str, before: &Digest) -> Result<(Line, Digest), LineError> {
    let (covered, rest) = whole.rsplit_once(SEAM).ok_or(LineError::Broken)?;
    let shown = rest.strip_suffix(END).ok_or(LineError::Broken)?;
    let computed = Digest(Sha256::new().chain_update(before.0).chain_update(covered).finalize().into());
    if shown != computed.to_string() {
        return Err(LineError::Changed);
    }
    let body: Body = serde_json::from_str(&format!("{covered}}}")).map_err(|_| LineError::Unknown)?;
    // Only exactly what the program would have written is accepted.
    if serde_json::to_string(&body).ok().as_deref().and_then(|text| text.strip_suffix('}')) != Some(covered) {
        return Err(LineError::Unknown);
    }
    let Body { line, utc, rehearsal, entry } = body;
    Ok((Line { line, utc, rehearsal, around: None, entry }, computed))
}
