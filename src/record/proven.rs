//! What a throw-away key proves about a device, before it gets the DKEK.

use serde::{Deserialize, Serialize};

use crate::terms::{DeviceRole, Digest, Genuineness, Serial};

/// A throw-away key was generated on a device that was just initialised, and deleted again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThrowAwayKey {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
    /// What came of it.
    pub outcome: KeyOfCertificate,
    /// The digest of its certificates, if they are no longer those that it had when it was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificates_sha256: Option<Digest>,
    /// What those prove.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genuineness: Option<Genuineness>,
}

/// Whether a device has the key of its certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyOfCertificate {
    /// It signed for the throw-away key with it.
    Held,
    /// The certificate has a key of a kind that this program does not know.
    CannotCheck,
    /// The device generated no throw-away key, and people had decided to go on with it although it is not proven genuine.
    NotGenerated,
}
