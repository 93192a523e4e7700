//! How people were identified.
#![allow(missing_docs, reason = "the fields are the record's own words")]

use serde::{Deserialize, Serialize};

use crate::terms::Person;

/// How one person was identified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identified {
    pub person: Person,
    pub name: String,
    /// In which way: the plan's, or as people say.
    pub by: String,
    /// What the plan asked for, where it was another way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<String>,
}
