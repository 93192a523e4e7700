//! Terms for keys: where they live, what they are called, what kind they are.

use std::fmt;

use super::TermError;

/// Where a key lives in the device, 1..=255 (0 is the device's own key). Written in decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyReference(u8);

impl KeyReference {
    /// Checks 1..=255.
    pub fn new(number: u8) -> Option<Self> {
        (number != 0).then_some(Self(number))
    }

    /// Reads decimal text.
    pub fn parse(text: &str) -> Result<Self, TermError> {
        let digits = !text.is_empty() && text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse().ok().and_then(Self::new)).flatten().ok_or(TermError::KeyReference)
    }

    /// This number, or 1 if it is 0.
    pub const fn least(number: u8) -> Self {
        Self(if number == 0 { 1 } else { number })
    }

    /// The number, 1..=255.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl fmt::Display for KeyReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The PKCS#11 `CKA_ID`, 1..=16 bytes, written in hexadecimal (`--id 10` is one byte, 0x10).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyId(Vec<u8>);

impl KeyId {
    /// Reads an even number of hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, TermError> {
        base16ct::mixed::decode_vec(text).ok().and_then(|bytes| Self::from_bytes(&bytes)).ok_or(TermError::KeyId)
    }

    /// Takes 1..=16 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        (1..=16).contains(&bytes.len()).then(|| Self(bytes.to_vec()))
    }

    /// A one-byte id.
    pub fn of(byte: u8) -> Self {
        Self(vec![byte])
    }

    /// The bytes of the id.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base16ct::lower::encode_string(&self.0))
    }
}

/// A key's label: 1..=32 letters, digits, dots, dashes and underscores, so that it can name a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyLabel(String);

impl KeyLabel {
    /// Checks length and alphabet; the first character is a letter or digit.
    pub fn new(text: &str) -> Result<Self, TermError> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(allowed)
            && text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
        if fits { Ok(Self(text.to_owned())) } else { Err(TermError::KeyLabel) }
    }

    /// The label of a key that nobody has named.
    pub fn unnamed() -> Self {
        Self("key".to_owned())
    }

    /// The label.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An elliptic curve the device generates keys on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Curve {
    /// NIST P-256, also secp256r1 or prime256v1.
    P256,
    /// NIST P-384, also secp384r1.
    P384,
    /// NIST P-521, also secp521r1.
    P521,
    /// brainpoolP256r1.
    BrainpoolP256r1,
    /// brainpoolP384r1.
    BrainpoolP384r1,
    /// brainpoolP512r1. No crate implements it: the device can, the software card cannot.
    BrainpoolP512r1,
    /// secp256k1.
    Secp256k1,
}

impl Curve {
    /// All curves, in the order the screens list them.
    pub const ALL: [Self; 7] = [
        Self::P256,
        Self::P384,
        Self::P521,
        Self::BrainpoolP256r1,
        Self::BrainpoolP384r1,
        Self::BrainpoolP512r1,
        Self::Secp256k1,
    ];

    /// The name that pkcs11-tool expects after `EC:`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::P256 => "secp256r1",
            Self::P384 => "secp384r1",
            Self::P521 => "secp521r1",
            Self::BrainpoolP256r1 => "brainpoolP256r1",
            Self::BrainpoolP384r1 => "brainpoolP384r1",
            Self::BrainpoolP512r1 => "brainpoolP512r1",
            Self::Secp256k1 => "secp256k1",
        }
    }

    /// The length of a field element in bytes.
    pub const fn field_bytes(self) -> usize {
        match self {
            Self::P256 | Self::BrainpoolP256r1 | Self::Secp256k1 => 32,
            Self::P384 | Self::BrainpoolP384r1 => 48,
            Self::BrainpoolP512r1 => 64,
            Self::P521 => 66,
        }
    }
}

/// The kind of key the device generates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// RSA with a modulus of 2048, 3072 or 4096 bits.
    Rsa(u16),
    /// A key on an elliptic curve.
    Ec(Curve),
}

impl KeyType {
    /// Reads `rsa:2048` or `EC:secp256r1`, as pkcs11-tool's `--key-type` writes them.
    pub fn parse(text: &str) -> Result<Self, TermError> {
        let fault = || TermError::KeyType;
        let (family, detail) = text.split_once(':').ok_or_else(fault)?;
        match family.to_ascii_lowercase().as_str() {
            "rsa" => match detail {
                "2048" => Ok(Self::Rsa(2048)),
                "3072" => Ok(Self::Rsa(3072)),
                "4096" => Ok(Self::Rsa(4096)),
                _ => Err(fault()),
            },
            "ec" => {
                let name = match detail.to_ascii_lowercase().as_str() {
                    "prime256v1" | "p-256" => "secp256r1".to_owned(),
                    "p-384" => "secp384r1".to_owned(),
                    "p-521" => "secp521r1".to_owned(),
                    other => other.to_owned(),
                };
                Curve::ALL.into_iter().find(|c| c.name().to_ascii_lowercase() == name).map(Self::Ec).ok_or_else(fault)
            }
            _ => Err(fault()),
        }
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(bits) => write!(f, "rsa:{bits}"),
            Self::Ec(curve) => write!(f, "EC:{}", curve.name()),
        }
    }
}
