//! Where the keys of a device that is retired live on.

use serde::{Deserialize, Serialize};

use super::detail::StoredKey;
use crate::terms::{Digest, KeyLabel};

/// A key on a device that is retired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracedKey {
    /// As the device lists it.
    pub key: StoredKey,
    /// Where it lives on.
    pub lives: LivesOn,
}

/// Where a key lives on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LivesOn {
    /// In a verified backup: the public keys are the same.
    In(Copied),
    /// Perhaps in this one: label and id are the same, and there are no two public keys to compare.
    Perhaps(Copied),
    /// In no verified backup at hand.
    Nowhere,
}

/// A backup of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// What it is called there.
    pub label: KeyLabel,
    /// The further folder that it is in; none: the one that `from` names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// Its file in the folder.
    pub file: String,
    /// The digest of the file.
    pub sha256: Digest,
}

impl Copied {
    /// Its file, with the folder if that is a further one.
    pub fn place(&self) -> String {
        match &self.folder {
            Some(folder) => format!("{folder}/{}", self.file),
            None => self.file.clone(),
        }
    }
}
