//! The field's terms as types. Nothing here can hold a secret.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A fault by its name in `assets/script/faults.json` and the values its sentences need.
///
/// Code holds names and values; the sentences (what happened, what is true now, what to do next) live in
/// the script. No value is ever a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The name in the script, for example `plan-quorum-range`.
    pub name: &'static str,
    /// What the sentences' placeholders stand for.
    pub values: Vec<(&'static str, String)>,
}

impl Fault {
    /// A fault without values.
    pub const fn new(name: &'static str) -> Self {
        Self { name, values: Vec::new() }
    }

    /// The same fault with one more value.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        self.values.push((key, value.to_string()));
        self
    }
}

/// The largest number of custodians: what one table, one terminal and one day can carry.
pub const MOST_CUSTODIANS: u8 = 16;

/// M of N: any `threshold` of `custodians` restore. 2 ≤ M ≤ N ≤ 16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quorum {
    threshold: u8,
    custodians: u8,
}

impl Quorum {
    /// Checks 2 ≤ M ≤ N ≤ 16.
    pub fn new(threshold: u8, custodians: u8) -> Result<Self, Fault> {
        if threshold < 2 || threshold > custodians || custodians > MOST_CUSTODIANS {
            return Err(Fault::new("quorum-range").with("threshold", threshold).with("custodians", custodians));
        }
        Ok(Self { threshold, custodians })
    }

    /// M, the threshold.
    pub const fn threshold(self) -> u8 {
        self.threshold
    }

    /// N, the number of custodians.
    pub const fn custodians(self) -> u8 {
        self.custodians
    }

    /// Whether one lost share loses everything.
    pub const fn needs_everyone(self) -> bool {
        self.threshold == self.custodians
    }

    /// Every custodian's number, 1 to N.
    pub fn numbers(self) -> impl Iterator<Item = CustodianNumber> {
        (1..=self.custodians).map(CustodianNumber)
    }
}

impl fmt::Display for Quorum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-of-{}", self.threshold, self.custodians)
    }
}

/// A custodian's number in the plan, 1..=16; also the id of the password share they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustodianNumber(u8);

impl CustodianNumber {
    /// Checks 1..=16.
    pub fn new(number: u8) -> Option<Self> {
        (1..=MOST_CUSTODIANS).contains(&number).then_some(Self(number))
    }

    /// The number, 1..=16.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Its place in a list, 0..=15.
    pub const fn index(self) -> usize {
        self.0 as usize - 1
    }
}

impl fmt::Display for CustodianNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A place at the terminal where one member of a quorum types a share, 1..=16. Who sits there is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seat(pub u8);

impl fmt::Display for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A device's serial number: the holder reference of its certificate without the last five characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial(String);

impl Serial {
    /// Checks 4..=16 characters, letters and digits.
    pub fn new(text: &str) -> Result<Self, Fault> {
        let fits = (4..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if fits { Ok(Self(text.to_owned())) } else { Err(Fault::new("serial-form")) }
    }

    /// The serial as printed on the device.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Software cards carry serials that begin with `REH`; production refuses them.
    pub fn is_rehearsal(&self) -> bool {
        self.0.starts_with("REH")
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a key lives in the device, 1..=255 (0 is the device's own key). Written in decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyReference(u8);

impl KeyReference {
    /// Checks 1..=255.
    pub fn new(number: u8) -> Option<Self> {
        (number != 0).then_some(Self(number))
    }

    /// Reads decimal text.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let digits = !text.is_empty() && text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit());
        digits
            .then(|| text.parse().ok().and_then(Self::new))
            .flatten()
            .ok_or_else(|| Fault::new("key-reference-form").with("text", short(text)))
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
    pub fn parse(text: &str) -> Result<Self, Fault> {
        base16ct::mixed::decode_vec(text)
            .ok()
            .and_then(|bytes| Self::from_bytes(&bytes))
            .ok_or_else(|| Fault::new("key-id-form").with("text", short(text)))
    }

    /// Takes 1..=16 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        (1..=16).contains(&bytes.len()).then(|| Self(bytes.to_vec()))
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
    pub fn new(text: &str) -> Result<Self, Fault> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(allowed)
            && text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
        if fits { Ok(Self(text.to_owned())) } else { Err(Fault::new("key-label-form").with("text", short(text))) }
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

/// Key check value: the first 8 bytes of SHA-256 of a DKEK. Public; it names the DKEK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kcv(pub [u8; 8]);

impl Kcv {
    /// Reads 16 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 8];
        (base16ct::mixed::decode(text, &mut bytes).ok()?.len() == 8).then_some(Self(bytes))
    }
}

impl fmt::Display for Kcv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base16ct::upper::encode_string(&self.0))
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
    /// brainpoolP512r1. No crate computes it: the device can, the software card cannot.
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

    /// The name that pkcs11-tool takes after `EC:`.
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

/// What kind of key the device makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// RSA with a modulus of 2048, 3072 or 4096 bits.
    Rsa(u16),
    /// A key on an elliptic curve.
    Ec(Curve),
}

impl KeyType {
    /// Reads `rsa:2048` or `EC:secp256r1`, as pkcs11-tool's `--key-type` writes them.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let fault = || Fault::new("key-type-unknown").with("text", short(text));
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

/// Names a secret that the vault keeps. A handle says which secret, never what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Handle {
    /// The seed of the one generator that everything random comes from.
    GeneratorSeed,
    /// The dealt share value of one custodian, until their turn ends.
    DealtShare(CustodianNumber),
    /// What a person is typing into the field with this place on the screen, 0..
    Entry(u8),
    /// The share typed at one seat of the quorum: prime, id and value.
    SeatShare(Seat),
    /// The DKEK that a quorum opened, until the last backup is verified or it is loaded.
    Dkek,
    /// The user PIN of the device at hand.
    UserPin,
    /// The SO-PIN of the device at hand, as it is now.
    SoPin,
    /// The SO-PIN that the device shall have when the ceremony ends.
    NewSoPin,
}

/// Which device a step means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeviceRole {
    /// The device the keys are made on.
    Original,
    /// The device that is restored to.
    Replacement,
}

impl DeviceRole {
    /// The word of the record and the script.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Replacement => "replacement",
        }
    }
}

/// At most 24 printable characters of what a person gave, to quote it back without flooding a screen.
pub fn short(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { '?' } else { c }).take(24).collect();
    if text.chars().count() > 24 { format!("{clean}…") } else { clean }
}

/// Terms travel through records and manifests as the text that people read, checked on the way in.
macro_rules! as_text {
    ($($term:ty => $read:expr;)*) => {$(
        impl Serialize for $term {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $term {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let read: fn(&str) -> Option<Self> = $read;
                read(&text).ok_or_else(|| serde::de::Error::custom(concat!("no ", stringify!($term))))
            }
        }
    )*};
}

as_text! {
    Quorum => |text| {
        let (threshold, custodians) = text.split_once("-of-")?;
        Quorum::new(threshold.parse().ok()?, custodians.parse().ok()?).ok()
    };
    Serial => |text| Serial::new(text).ok();
    KeyReference => |text| KeyReference::parse(text).ok();
    KeyId => |text| KeyId::parse(text).ok();
    KeyLabel => |text| KeyLabel::new(text).ok();
    KeyType => |text| KeyType::parse(text).ok();
    Kcv => Kcv::parse;
    CustodianNumber => |text| CustodianNumber::new(text.parse().ok()?);
    Seat => |text| text.parse().ok().map(Seat);
    Number => Number::parse;
    DeviceRole => |text| [DeviceRole::Original, DeviceRole::Replacement].into_iter().find(|role| role.word() == text);
    Digest => Digest::parse;
}

/// The number of a step: section and step, as on paper and screen (`4.2`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number {
    /// The section, 1..
    pub section: u8,
    /// The step in its section, 1..
    pub step: u8,
}

impl Number {
    /// Reads `4.2`.
    pub fn parse(text: &str) -> Option<Self> {
        let (section, step) = text.split_once('.')?;
        Some(Self { section: section.parse().ok()?, step: step.parse().ok()? })
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.section, self.step)
    }
}

/// A SHA-256 digest of something public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        (base16ct::mixed::decode(text, &mut bytes).ok()?.len() == 32).then_some(Self(bytes))
    }

    /// The digest in 16 groups of four digits, to read aloud.
    pub fn in_groups(&self) -> Vec<String> {
        self.0.chunks(2).map(base16ct::lower::encode_string).collect()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base16ct::lower::encode_string(&self.0))
    }
}

impl fmt::Display for DeviceRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
