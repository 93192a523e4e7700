//! The manifest of a sitting: what a restore needs to know, all of it public.

use crate::faults::{self, Fault};
use serde::{Deserialize, Serialize};

use crate::terms::{Digest, Kcv, KeyId, KeyLabel, KeyReference, KeyType, MOST_DKEK_SHARES, Serial};

/// One key that was backed up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackedUpKey {
    /// Its label.
    pub label: KeyLabel,
    /// Its PKCS#11 id.
    pub id: KeyId,
    /// The kind of key.
    pub key_type: KeyType,
    /// Where it lived on the original.
    pub reference: KeyReference,
    /// The wrapped key's file in the folder.
    pub wrapped: String,
    /// Its digest.
    pub wrapped_sha256: Digest,
    /// The public key's file in the folder; empty: the device states no public key for it.
    pub public: String,
    /// Its digest.
    pub public_sha256: Digest,
}

/// One DKEK share in its share file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackedUpDkekShare {
    /// Who guards it, in the words of the record: `2-of-4 words`, `password`.
    pub custody: String,
    /// The prime of its set, or the set's number (public); none under a password.
    pub set: Option<String>,
    /// Names the DKEK share; none: nobody has opened the share file since it was made elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kcv: Option<Kcv>,
    /// The share file in the folder.
    pub share_file: String,
    /// Its digest.
    pub share_file_sha256: Digest,
}

/// The certificates of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceCertificates {
    /// The device.
    pub serial: Serial,
    /// Their file in the folder: its own certificate, then its issuer's.
    pub file: String,
    /// Its digest.
    pub sha256: Digest,
}

/// The form of a manifest.
pub const FORM: u8 = 2;

/// The form of one that says what only a back-up of a device can say.
pub const FORM_OF_BACK_UP: u8 = 3;

/// The form of one that names the certificates of devices.
pub const FORM_WITH_CERTIFICATES: u8 = 4;

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// The results of a sitting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of this format: 2, 3 if the share files were made elsewhere or the MACs were not verified,
    /// or 4 if it names certificates of devices.
    pub manifest: u8,
    /// Whether this is a rehearsal, so that nobody mistakes it for a real ceremony.
    pub rehearsal: bool,
    /// What the ceremony was for.
    pub title: String,
    /// The DKEK shares in the order of their numbers.
    pub dkek_shares: Vec<BackedUpDkekShare>,
    /// The set that the SO-PIN was split into, if it is under a quorum.
    pub so_pin_set: Option<String>,
    /// Names the DKEK.
    pub kcv: Kcv,
    /// The number of key derivation rounds of the share files.
    pub rounds: u32,
    /// The device the keys were generated on, or that they were backed up from.
    pub serial: Serial,
    /// Whether the share files, and what is on the cards, were made with another tool.
    #[serde(default, skip_serializing_if = "is_false")]
    pub shares_elsewhere: bool,
    /// Whether only the KCV and the structure of the wrapped keys were verified: nobody opened the share files.
    #[serde(default, skip_serializing_if = "is_false")]
    pub macs_not_verified: bool,
    /// The certificates of the devices that were there before this was written; earlier builds kept none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<DeviceCertificates>,
    /// The keys.
    pub keys: Vec<BackedUpKey>,
}

impl Manifest {
    /// Reads a manifest file.
    ///
    /// # Errors
    /// It is none, or has the form of an earlier or later version.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        // The format that earlier versions of this program wrote.
        let form =
            serde_json::from_str::<serde_json::Value>(text).ok().and_then(|value| value.get("manifest")?.as_u64());
        if form == Some(1) {
            return Err(Fault::from(faults::ManifestOfOldForm));
        }
        let manifest: Self = serde_json::from_str(text)
            .map_err(|error| Fault::from(faults::ManifestUnreadable { line: error.line(), column: error.column() }))?;
        let inside = |name: &str| !name.starts_with('/') && !name.contains("..") && !name.contains('\\');
        let count = (1..=usize::from(MOST_DKEK_SHARES)).contains(&manifest.dkek_shares.len());
        if ![FORM, FORM_OF_BACK_UP, FORM_WITH_CERTIFICATES].contains(&manifest.manifest)
            || !count
            || !manifest.files().all(|(name, _)| inside(name))
        {
            return Err(Fault::from(faults::ManifestUnreadable { line: 1, column: 1 }));
        }
        Ok(manifest)
    }

    /// Every file it names, with its digest.
    pub fn files(&self) -> impl Iterator<Item = (&str, Digest)> {
        let keys = self
            .keys
            .iter()
            .flat_map(|key| [(key.wrapped.as_str(), key.wrapped_sha256), (key.public.as_str(), key.public_sha256)])
            // A key that nothing beside it states a public key for has no such file.
            .filter(|(name, _)| !name.is_empty());
        let certificates = self.certificates.iter().map(|chain| (chain.file.as_str(), chain.sha256));
        keys.chain(certificates)
            .chain(self.dkek_shares.iter().map(|share| (share.share_file.as_str(), share.share_file_sha256)))
    }

    /// The text of the manifest file.
    ///
    /// # Errors
    /// It cannot be put into JSON.
    pub fn to_text(&self) -> Result<String, Fault> {
        serde_json::to_string_pretty(self).map(|text| text + "\n").map_err(|_| Fault::from(faults::ManifestUnwritable))
    }
}
