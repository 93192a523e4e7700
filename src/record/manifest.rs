//! The manifest of a sitting: what a restore needs to know, all of it public.

use serde::{Deserialize, Serialize};

use crate::terms::{Digest, Fault, Kcv, KeyId, KeyLabel, KeyReference, KeyType, Quorum, Serial};

/// One key that was backed up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackedUpKey {
    /// Its label.
    pub label: KeyLabel,
    /// Its PKCS#11 id.
    pub id: KeyId,
    /// What kind of key.
    pub key_type: KeyType,
    /// Where it lived on the original.
    pub reference: KeyReference,
    /// The wrapped key's file in the folder.
    pub wrapped: String,
    /// Its digest.
    pub wrapped_sha256: Digest,
    /// The public key's file in the folder.
    pub public: String,
    /// Its digest.
    pub public_sha256: Digest,
}

/// What a sitting left behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of this form: 1.
    pub manifest: u8,
    /// A rehearsal can never be mistaken.
    pub rehearsal: bool,
    /// What the ceremony was for.
    pub title: String,
    /// M of N of the share file.
    pub quorum: Quorum,
    /// The prime of the set (public).
    pub prime: String,
    /// Names the DKEK.
    pub kcv: Kcv,
    /// The share file in the folder.
    pub share_file: String,
    /// Its digest.
    pub share_file_sha256: Digest,
    /// How many rounds its key derivation has.
    pub rounds: u32,
    /// The device the keys were made on.
    pub serial: Serial,
    /// The keys.
    pub keys: Vec<BackedUpKey>,
}

impl Manifest {
    /// Reads a manifest file.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let manifest: Self = serde_json::from_str(text).map_err(|error| {
            Fault::new("manifest-unreadable").with("line", error.line()).with("column", error.column())
        })?;
        let inside = |name: &str| !name.starts_with('/') && !name.contains("..") && !name.contains('\\');
        let names = manifest.keys.iter().flat_map(|key| [&key.wrapped, &key.public]);
        if manifest.manifest != 1 || !names.chain([&manifest.share_file]).all(|name| inside(name)) {
            return Err(Fault::new("manifest-unreadable").with("line", 1).with("column", 1));
        }
        Ok(manifest)
    }

    /// The text of the manifest file.
    pub fn to_text(&self) -> Result<String, Fault> {
        serde_json::to_string_pretty(self).map(|text| text + "\n").map_err(|_| Fault::new("manifest-unwritable"))
    }
}
