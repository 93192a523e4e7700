//! A file that holds a private key, by its form. Nothing of the key fits in.

use serde::{Deserialize, Serialize};

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyFileForm {
    /// A private key that is not encrypted.
    Pkcs8,
    /// A private key that is encrypted under a password.
    EncryptedPkcs8,
    /// A private key with its certificates, under a password.
    Pkcs12,
}

impl KeyFileForm {
    /// Whether a password opens it.
    pub const fn has_password(self) -> bool {
        match self {
            Self::Pkcs8 => false,
            Self::EncryptedPkcs8 | Self::Pkcs12 => true,
        }
    }
}

/// What the name of a key file that a rehearsal makes begins with.
pub const THROW_AWAY_NAME: &str = "REHEARSAL-throw-away-key";

/// The password of the key file that a rehearsal makes. It protects nothing, and everybody may know it.
pub const THROW_AWAY_PASSWORD: &str = "sesame";
