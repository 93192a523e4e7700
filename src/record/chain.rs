//! The open end of a record: each line ends with SHA-256(digest of the previous line ‖ digest of the leaves of this line).

use serde_json::Value;

use super::entry::Entry;
use super::leaves::{Salt, chained, leaves, line_digest, line_text};
use super::line::{Body, Keyboard, Moment};
use crate::faults::{self, Fault};
use crate::terms::Digest;

/// The current position of a record: the number of its last line and that line's digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The last line's number; 0 before the first.
    pub line: u32,
    /// The last line's digest; all zero before the first.
    pub digest: Digest,
}

impl Mark {
    /// Before the first line.
    pub const START: Self = Self { line: 0, digest: Digest([0; 32]) };

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

impl Chain {
    /// A record without lines.
    pub const fn new(rehearsal: bool) -> Self {
        Self { mark: Mark::START, rehearsal }
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
    /// The operating system gives no random bytes for the salts, or the line cannot be put into JSON.
    pub fn add(&mut self, moment: Moment, keyboard: Keyboard, entry: &Entry) -> Result<String, Fault> {
        let unwritable = || Fault::from(faults::RecordUnwritable);
        let number = self.mark.line + 1;
        let body = Body::new(number, moment, self.rehearsal, keyboard, entry.clone());
        let value = serde_json::to_value(body).map_err(|_| unwritable())?;
        let mut salts = vec![Salt::default(); leaves(&value).len()];
        for salt in &mut salts {
            getrandom::fill(salt).map_err(|_| Fault::from(faults::RandomFailed))?;
        }
        let digest = chained(&self.mark.digest, &line_digest(&value, &salts).ok_or_else(unwritable)?);
        let Value::Object(members) = value else { return Err(unwritable()) };
        let text = line_text(members, &salts, &digest).ok_or_else(unwritable)?;
        self.mark = Mark { line: number, digest };
        Ok(text)
    }
}
