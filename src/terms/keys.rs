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

/// The most bytes of an id: what OpenSC keeps of a `CKA_ID`.
const LONGEST_ID: usize = 255;

/// The most bytes of an id that a screen shows in full: they fill one line.
const SHOWN_ID: usize = 28;

/// The PKCS#11 `CKA_ID`, 1..=255 bytes, written in hexadecimal (`--id 10` is one byte, 0x10). Tools that are given none
/// make one of 20 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyId(Vec<u8>);

impl KeyId {
    /// Reads an even number of hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, TermError> {
        base16ct::mixed::decode_vec(text).ok().and_then(|bytes| Self::from_bytes(&bytes)).ok_or(TermError::KeyId)
    }

    /// Takes 1..=255 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        (1..=LONGEST_ID).contains(&bytes.len()).then(|| Self(bytes.to_vec()))
    }

    /// A one-byte id.
    pub fn of(byte: u8) -> Self {
        Self(vec![byte])
    }

    /// The bytes of the id.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// In full as far as one line of a screen holds it; otherwise its ends, and how long it is.
    pub fn shown(&self) -> String {
        if self.0.len() <= SHOWN_ID { self.to_string() } else { format!("{} ({} bytes)", self.ends(12), self.0.len()) }
    }

    /// In a column of ten characters: in full up to five bytes, otherwise its ends.
    pub fn in_column(&self) -> String {
        if self.0.len() <= 5 { self.to_string() } else { self.ends(2) }
    }

    /// So many bytes of its beginning and of its end, with a mark between them.
    fn ends(&self, bytes: usize) -> String {
        let (first, last) = (self.0.iter().take(bytes), self.0.iter().skip(self.0.len().saturating_sub(bytes)));
        let hex = |part: Vec<u8>| base16ct::lower::encode_string(&part);
        format!("{}…{}", hex(first.copied().collect()), hex(last.copied().collect()))
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

/// The kind of a key: one that the device generates or, in what was made elsewhere, as much as is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// RSA with a modulus of this many bits.
    Rsa(u16),
    /// A key on an elliptic curve.
    Ec(Curve),
    /// RSA of a length that nothing here states.
    RsaUnstated,
    /// On an elliptic curve that nothing here states, or that this program does not know; the bits of its field, if they
    /// are stated.
    EcUnstated(Option<u16>),
    /// AES; the bits, if they are stated.
    Aes(Option<u16>),
}

impl KeyType {
    /// Reads `rsa:2048` or `EC:secp256r1`, as pkcs11-tool's `--key-type` writes them, and what [`KeyType`] itself writes.
    pub fn parse(text: &str) -> Result<Self, TermError> {
        let fault = || TermError::KeyType;
        let Some((family, detail)) = text.split_once(':') else {
            return match text.to_ascii_lowercase().as_str() {
                "rsa" => Ok(Self::RsaUnstated),
                "ec" => Ok(Self::EcUnstated(None)),
                "aes" => Ok(Self::Aes(None)),
                _ => Err(fault()),
            };
        };
        match family.to_ascii_lowercase().as_str() {
            "rsa" => number(detail).map(Self::Rsa).ok_or_else(fault),
            "aes" => number(detail).map(|bits| Self::Aes(Some(bits))).ok_or_else(fault),
            "ec" if number(detail).is_some() => Ok(Self::EcUnstated(number(detail))),
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

    /// Whether a ceremony generates such keys.
    pub const fn is_generated(self) -> bool {
        match self {
            Self::Rsa(bits) => matches!(bits, 2048 | 3072 | 4096),
            Self::Ec(_) => true,
            Self::RsaUnstated | Self::EcUnstated(_) | Self::Aes(_) => false,
        }
    }

    /// As people call it, on every screen and in the list of a device: `RSA-2048`, `EC secp256r1`, `AES-256`.
    pub fn name(self) -> String {
        match self {
            Self::Rsa(bits) => format!("RSA-{bits}"),
            Self::Ec(curve) => format!("EC {}", curve.name()),
            Self::RsaUnstated => "RSA".to_owned(),
            Self::EcUnstated(Some(bits)) => format!("EC-{bits}"),
            Self::EcUnstated(None) => "EC".to_owned(),
            Self::Aes(Some(bits)) => format!("AES-{bits}"),
            Self::Aes(None) => "AES".to_owned(),
        }
    }
}

/// A decimal number without sign or leading zeros, so that every key type is written in one way.
fn number(digits: &str) -> Option<u16> {
    digits.parse().ok().filter(|number: &u16| number.to_string() == digits)
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(bits) => write!(f, "rsa:{bits}"),
            Self::Ec(curve) => write!(f, "EC:{}", curve.name()),
            Self::RsaUnstated => f.write_str("rsa"),
            Self::EcUnstated(Some(bits)) => write!(f, "EC:{bits}"),
            Self::EcUnstated(None) => f.write_str("EC"),
            Self::Aes(Some(bits)) => write!(f, "AES:{bits}"),
            Self::Aes(None) => f.write_str("AES"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_shown_whole_as_far_as_it_fits_and_never_cut_without_a_mark() {
        let id = |bytes: usize| KeyId::from_bytes(&(1..=u8::MAX).take(bytes).collect::<Vec<_>>()).unwrap();
        assert_eq!((id(5).in_column(), id(5).shown()), ("0102030405".to_owned(), "0102030405".to_owned()));
        assert_eq!(id(6).in_column(), "0102…0506");
        assert_eq!(id(28).shown(), id(28).to_string());
        assert_eq!(id(29).shown(), "0102030405060708090a0b0c…12131415161718191a1b1c1d (29 bytes)");
        for bytes in [1, 16, 20, 255] {
            let id = id(bytes);
            assert_eq!(KeyId::parse(&id.to_string()), Ok(id));
        }
        assert!(KeyId::from_bytes(&[]).is_none() && KeyId::from_bytes(&[0; 256]).is_none());
    }

    #[test]
    fn every_key_type_is_read_as_it_is_written_and_only_some_are_generated() {
        let generated = Curve::ALL.map(KeyType::Ec).into_iter().chain([2048, 3072, 4096].map(KeyType::Rsa));
        let others = [
            KeyType::Rsa(1024),
            KeyType::RsaUnstated,
            KeyType::EcUnstated(None),
            KeyType::EcUnstated(Some(384)),
            KeyType::Aes(None),
            KeyType::Aes(Some(256)),
        ];
        for (key_type, is_generated) in generated.map(|one| (one, true)).chain(others.map(|one| (one, false))) {
            assert_eq!(KeyType::parse(&key_type.to_string()), Ok(key_type));
            assert_eq!(key_type.is_generated(), is_generated, "{key_type}");
        }
        for text in ["", "rsa:", "rsa:02048", "rsa:-1", "EC:secp256", "AES:x", "dsa", "rsa:2048:1"] {
            assert!(KeyType::parse(text).is_err(), "{text}");
        }
        assert_eq!(KeyType::EcUnstated(Some(384)).name(), "EC-384", "a size, not a curve");
    }
}
