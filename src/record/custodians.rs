//! What a record says where the custodians of a DKEK change.
#![allow(missing_docs, reason = "the fields are the record's own words")]

use serde::{Deserialize, Serialize};

use crate::terms::{Quorum, Scheme};

/// Why the custodians change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeCause {
    /// A card is lost or damaged, or somebody may have seen it.
    CardLost,
    /// Somebody leaves, or can no longer come.
    CustodianLeaves,
    /// Anything else: another threshold, another scheme, other people.
    Other,
}

/// Who guarded a DKEK share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardedShare {
    /// M of N; none: one person held its password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quorum: Option<Quorum>,
    /// How the password was split; none: one person held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Scheme>,
    /// The custodians in the order of their numbers, or the holder of the password.
    pub people: Vec<String>,
}
