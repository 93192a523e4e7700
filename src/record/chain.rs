//! The hash chain: each line ends with SHA-256(digest of the previous line ‖ this line without its own digest).

use crate::faults::{self, Fault};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::entry::Entry;
use crate::terms::Digest;

/// One line without its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// 1, 2, 3 …
    pub line: u32,
    /// The time: UTC, RFC 3339, to the second.
    pub utc: String,
    /// Every line of a rehearsal says so.
    pub rehearsal: bool,
    /// What happened.
    #[serde(flatten)]
    pub entry: Entry,
}

/// The current position of a record: the number of its last line and that line's digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The last line's number; 0 before the first.
    pub line: u32,
    /// The last line's digest; all zero before the first.
    pub digest: Digest,
}

impl Mark {
    /// Line number and the digest's first four digits, for the corner of the screen: `07·3fa9`.
    pub fn short(&self) -> String {
        let digits: String = self.digest.to_string().chars().take(4).collect();
        format!("{:02}·{digits}", self.line)
    }
}

/// The open end of a record, where lines are added.
#[derive(Debug, Clone)]
pub struct Chain {
    mark: Mark,
    rehearsal: bool,
}

/// The text between a line and its digest.
pub(super) const SEAM: &str = ",\"sha256\":\"";

/// The text that ends a line after its digest.
pub(super) const END: &str = "\"}";

impl Chain {
    /// A record without lines.
    pub const fn new(rehearsal: bool) -> Self {
        Self { mark: Mark { line: 0, digest: Digest([0; 32]) }, rehearsal }
    }

    /// A record that continues after a verified line.
    pub const fn after(mark: Mark, rehearsal: bool) -> Self {
        Self { mark, rehearsal }
    }

    /// The current position of the record.
    pub const fn mark(&self) -> Mark {
        self.mark
    }

    /// The text of the next line, newline included.
    ///
    /// # Errors
    /// It cannot be put into JSON.
    pub fn add(&mut self, utc: &str, entry: &Entry) -> Result<String, Fault> {
        let line =
            Line { line: self.mark.line + 1, utc: utc.to_owned(), rehearsal: self.rehearsal, entry: entry.clone() };
        let body = body(&line).ok_or_else(|| Fault::from(faults::RecordUnwritable))?;
        let digest = digest(&self.mark.digest, &body);
        self.mark = Mark { line: line.line, digest };
        Ok(format!("{body}{SEAM}{digest}{END}\n"))
    }
}

/// A line's JSON without the closing brace: the part that its digest covers.
pub(super) fn body(line: &Line) -> Option<String> {
    let mut text = serde_json::to_string(line).ok()?;
    (text.pop() == Some('}')).then_some(text)
}

/// The digest of a line whose previous line has the digest `before`.
pub(super) fn digest(before: &Digest, body: &str) -> Digest {
    Digest(Sha256::new().chain_update(before.0).chain_update(body).finalize().into())
}
