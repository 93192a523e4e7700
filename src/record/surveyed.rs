//! What a device says of the keys it holds, when they are to be backed up.

use serde::{Deserialize, Serialize};

use super::detail::StoredKey;
use crate::terms::{Kcv, KeyId, KeyLabel, KeyReference, KeyType};

/// A key that a device wraps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyToBackUp {
    /// What it is called in this sitting.
    pub label: KeyLabel,
    /// Its id in this sitting: that of its description, or a free one.
    pub id: KeyId,
    /// Its kind.
    pub key_type: KeyType,
    /// Where it lives.
    pub reference: KeyReference,
    /// The label in its description; none: it has no description.
    pub described: Option<String>,
    /// The id in its description.
    pub described_id: Option<KeyId>,
}

/// A key that a device does not wrap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedKey {
    /// As the device lists it.
    pub key: StoredKey,
    /// Why.
    pub why: NotWrapped,
}

/// Why a device does not wrap a key under the DKEK at hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotWrapped {
    /// What the key may be used for does not include being wrapped.
    NotExportable,
    /// It belongs to a key domain without a complete DKEK.
    OtherDomain,
    /// The device has no DKEK for it.
    NoDkek,
    /// It is wrapped under another DKEK, with this key check value.
    OtherDkek(Kcv),
    /// The device answered with this status word.
    Refused(String),
}
