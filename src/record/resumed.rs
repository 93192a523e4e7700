//! What the record says about a sitting that goes on after its program ended before the seal.
#![allow(missing_docs, reason = "the fields are the record's own words")]

use serde::{Deserialize, Serialize};

use crate::terms::{Digest, Number};

/// Steps that are done again, because the secrets of the first time are gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    /// The first of them.
    pub from: Number,
    /// The last of them.
    pub until: Number,
}

/// A file that no longer counts, and where it is now: nothing is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// The name that it had.
    pub file: String,
    /// The name that it has now.
    pub now: String,
    /// Its digest.
    pub sha256: Digest,
}
