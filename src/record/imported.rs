//! Keys that were imported from files.
#![allow(missing_docs, reason = "the fields are the record's own words")]

use serde::{Deserialize, Serialize};

use crate::terms::{Digest, KeyFileForm, KeyLabel, KeyReference};

/// A file with a private key. Nothing is computed of it: an unencrypted one is the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyFile {
    pub label: KeyLabel,
    /// Its path.
    pub file: String,
    pub form: KeyFileForm,
}

/// A key that existed outside a device. It was wrapped under the DKEK, and the device took it and signed with it: the signature is
/// right under the public key of the file. No device attests it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedKey {
    pub label: KeyLabel,
    pub reference: KeyReference,
    pub public_key_sha256: Digest,
    /// That of its file.
    pub form: KeyFileForm,
    /// The X.509 certificate that the file had lies beside the key; without one, a request that the key itself signed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub certificate: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
pub(super) const fn is_false(value: &bool) -> bool {
    !*value
}
