//! What a device that was just initialised says about itself and proves, before it gets the DKEK.

use serde::{Deserialize, Serialize};

use super::detail::ResetRule;
use crate::terms::{DeviceRole, Digest, Genuineness, Serial};

/// What a device that was just initialised says about its settings. None: it does not say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Which device.
    pub role: DeviceRole,
    /// Wrong tries until the user PIN blocks.
    pub user_pin_tries: Option<u8>,
    /// The same of the SO-PIN.
    pub so_pin_tries: Option<u8>,
    /// What its SO-PIN may do to the user PIN, if that is one of the rules of a plan.
    pub pin_reset: Option<ResetRule>,
    /// Its option word as it reports it, in hexadecimal.
    pub options: Option<String>,
    /// How many DKEK shares it waits for.
    pub dkek_shares: Option<u8>,
    /// What it is called as a PKCS#11 token; none: nothing, or the plan does not say what it should be called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_label: Option<String>,
}

/// What a device does with its PINs, as it was tried out with the right SO-PIN after it was initialised. It is what the plan
/// says: otherwise, the act failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinRules {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
    /// What its SO-PIN did to the user PIN. None: not tried, because too few SO-PIN tries were left.
    pub pin_reset: Option<ResetRule>,
    /// User PIN tries, before and after. None: it does not say.
    pub user_pin_tries: Option<u8>,
    /// SO-PIN tries, before and after. None: it does not say.
    pub so_pin_tries: Option<u8>,
}

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
