//! File identifiers and the PKCS#15 description of a private key (PRKD).
//!
//! Source: the protocol reference, section 5; the bytes are the same as OpenSC writes, so that its tools list the key.

use super::tlv::{Malformed, Object, Reader, Writer, strip_zeros};
use crate::terms::{Curve, KeyId, KeyLabel, KeyReference, KeyType};
use std::fmt;

/// A file's two-byte identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u16);

impl FileId {
    /// The device's certificates.
    pub const CERTIFICATES: Self = Self(0x2F02);
    /// The private key of the device itself.
    pub const OWN_KEY: Self = Self(0xCC00);
    /// What the device is called as a token.
    pub const TOKEN_INFO: Self = Self(0x2F03);
    /// Holds a wrapped key for UNWRAP KEY.
    pub const WRAPPED_KEY: Self = Self(0x2F10);

    /// `CCxx`: the key itself, never readable.
    pub const fn key(reference: KeyReference) -> Self {
        Self(u16::from_be_bytes([0xCC, reference.get()]))
    }

    /// `C4xx`: the description of a key.
    pub const fn description(reference: KeyReference) -> Self {
        Self(u16::from_be_bytes([0xC4, reference.get()]))
    }

    /// `CExx`: the request or certificate of a key.
    pub const fn request(reference: KeyReference) -> Self {
        Self(u16::from_be_bytes([0xCE, reference.get()]))
    }

    /// The key whose own file this is, if any. CC00 is the device's key, not one of ours.
    pub fn as_key(self) -> Option<KeyReference> {
        match self.0.to_be_bytes() {
            [0xCC, number] => KeyReference::new(number),
            _ => None,
        }
    }

    /// The two bytes.
    pub const fn to_bytes(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

/// What a description says about the kind of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DescribedType {
    /// RSA with a modulus of this many bits.
    Rsa {
        /// The modulus length in bits.
        bits: u16,
    },
    /// An elliptic curve with a field of this many bits.
    Ec {
        /// The length of the prime in bits; 521 for P-521. 0 if the writer omitted it.
        field_bits: u16,
    },
    /// AES with a key of this many bits; 0 if the writer omitted it.
    Aes {
        /// The length of the key in bits.
        bits: u16,
    },
    /// Something else.
    Other,
}

impl From<KeyType> for DescribedType {
    fn from(key_type: KeyType) -> Self {
        match key_type {
            KeyType::Rsa(bits) => Self::Rsa { bits },
            KeyType::Ec(curve) => Self::Ec { field_bits: field_bits(curve) },
            KeyType::RsaUnstated => Self::Rsa { bits: 0 },
            KeyType::EcUnstated(bits) => Self::Ec { field_bits: bits.unwrap_or(0) },
            KeyType::Aes(bits) => Self::Aes { bits: bits.unwrap_or(0) },
        }
    }
}

impl DescribedType {
    /// The kind of key, as far as the description states it; a size names a curve only where there is one curve of it.
    pub const fn key_type(self) -> Option<KeyType> {
        Some(match self {
            Self::Rsa { bits: 0 } => KeyType::RsaUnstated,
            Self::Rsa { bits } => KeyType::Rsa(bits),
            Self::Ec { field_bits: 512 } => KeyType::Ec(Curve::BrainpoolP512r1),
            // OpenSCDP writes the size in whole bytes (seen in OpenSC's pull request 3157).
            Self::Ec { field_bits: 521 | 528 } => KeyType::Ec(Curve::P521),
            Self::Ec { field_bits: 0 } => KeyType::EcUnstated(None),
            Self::Ec { field_bits } => KeyType::EcUnstated(Some(field_bits)),
            Self::Aes { bits: 0 } => KeyType::Aes(None),
            Self::Aes { bits } => KeyType::Aes(Some(bits)),
            Self::Other => return None,
        })
    }
}

/// The description of a private key: what PKCS#11 shows as label and id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDescription {
    /// `CKA_LABEL`. Some tools write it in the character set of their terminal: what is not UTF-8 is marked with U+FFFD,
    /// and such a description is not written the same way by [`KeyDescription::encode`].
    pub label: String,
    /// `CKA_ID`.
    pub id: Vec<u8>,
    /// The key reference at the time of writing; outdated after a restore to another reference.
    pub reference: Option<u8>,
    /// The kind of key.
    pub key_type: DescribedType,
}

/// SEQUENCE: the description of an RSA key.
const RSA: u16 = 0x30;
/// [0]: the description of an elliptic curve key.
const EC: u16 = 0xA0;
/// [8]: the description of an AES key.
const AES: u16 = 0xA8;
/// [0]: the attributes of a secret key (its length).
const SECRET_ATTRIBUTES: u16 = 0xA0;
/// [1]: the attributes of the type, at the end.
const TYPE_ATTRIBUTES: u16 = 0xA1;

impl KeyDescription {
    /// The description of a key in this ceremony.
    pub fn new(label: &KeyLabel, id: &KeyId, reference: KeyReference, key_type: KeyType) -> Self {
        Self {
            label: label.as_str().to_owned(),
            id: id.as_bytes().to_vec(),
            reference: Some(reference.get()),
            key_type: key_type.into(),
        }
    }

    /// The bytes OpenSC writes; `None` for a key type that needs another kind of description.
    pub fn encode(&self) -> Option<Vec<u8>> {
        // Usage bits: decrypt, sign, signRecover; or sign, signRecover, derive; or encrypt, decrypt.
        let (tag, usage, size): (_, &[u8], _) = match self.key_type {
            DescribedType::Rsa { bits } => (RSA, &[0x04, 0x70], bits),
            DescribedType::Ec { field_bits } => (EC, &[0x07, 0x30, 0x80], field_bits),
            DescribedType::Aes { bits } => (AES, &[0x06, 0xC0], bits),
            DescribedType::Other => return None,
        };
        let object = Writer::new()
            .object(0x0C, self.label.as_bytes())
            .object(0x03, &[0x06, 0xC0]) // private, modifiable
            .object(0x04, &[0x01]); // needs PIN object 1
        let mut class = Writer::new().object(0x04, &self.id).object(0x03, usage);
        let empty_path = Writer::new().object(0x04, &[]);
        if tag == AES {
            let length = Writer::new().constructed(0x30, &Writer::new().integer(&size.to_be_bytes()));
            let path = Writer::new().constructed(0x30, &Writer::new().constructed(0x30, &empty_path));
            let inside = Writer::new().constructed(0x30, &object).constructed(0x30, &class);
            let inside = if size == 0 { inside } else { inside.constructed(SECRET_ATTRIBUTES, &length) };
            return Some(Writer::new().constructed(tag, &inside.constructed(TYPE_ATTRIBUTES, &path)).finish());
        }
        if let Some(reference) = self.reference {
            class = class.integer(&[reference]);
        }
        let attributes = Writer::new().constructed(0x30, &empty_path).integer(&size.to_be_bytes());
        let attributes = Writer::new().constructed(0x30, &attributes);
        let inside = Writer::new()
            .constructed(0x30, &object)
            .constructed(0x30, &class)
            .constructed(TYPE_ATTRIBUTES, &attributes);
        Some(Writer::new().constructed(tag, &inside).finish())
    }

    /// Reads a description, whoever wrote it. Anything after it is ignored (a file may be longer than its contents).
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let outside = Reader::new(bytes).read()?.ok_or(Malformed("description-empty"))?;
        let mut inside = outside.inside();
        let object = inside.expect(0x30)?.inside();
        let class = inside.expect(0x30)?.inside();
        let label = object.find(0x0C)?.map_or_else(String::new, |label| String::from_utf8_lossy(label.value).into());
        let attributes = if outside.tag == AES { SECRET_ATTRIBUTES } else { TYPE_ATTRIBUTES };
        let size = match inside.find(attributes)? {
            Some(attributes) => attributes.inside().find(0x30)?.map_or(Ok(None), |inner| last_integer(&inner))?,
            None => None,
        }
        .unwrap_or(0);
        Ok(Self {
            label,
            id: class.find(0x04)?.map(|id| id.value.to_vec()).unwrap_or_default(),
            reference: class.find(0x02)?.and_then(|number| u8::try_from(integer(&number)?).ok()),
            key_type: match outside.tag {
                RSA => DescribedType::Rsa { bits: size },
                EC => DescribedType::Ec { field_bits: size },
                AES => DescribedType::Aes { bits: size },
                _ => DescribedType::Other,
            },
        })
    }
}

/// The integer after the path in the type's attributes: the size of the key.
fn last_integer(attributes: &Object<'_>) -> Result<Option<u16>, Malformed> {
    Ok(attributes.inside().find(0x02)?.as_ref().and_then(integer))
}

fn integer(number: &Object<'_>) -> Option<u16> {
    match strip_zeros(number.value) {
        [] if !number.value.is_empty() => Some(0),
        [low] => Some(u16::from(*low)),
        [high, low] => Some(u16::from_be_bytes([*high, *low])),
        _ => None,
    }
}

/// The length of a curve's prime in bits.
const fn field_bits(curve: Curve) -> u16 {
    match curve {
        Curve::P256 | Curve::BrainpoolP256r1 | Curve::Secp256k1 => 256,
        Curve::P384 | Curve::BrainpoolP384r1 => 384,
        Curve::BrainpoolP512r1 => 512,
        Curve::P521 => 521,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::double::{hex, trace, trace_names, vector};
    use proptest::prelude::*;

    /// The contents of every recorded first write by OpenSC to a description.
    fn recorded_descriptions() -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        for name in trace_names() {
            for pair in trace(&name).windows(2) {
                let [(select, _), (write, _)] = pair else { panic!() };
                if select.starts_with("00A4000002C4") && write.starts_with("00D70000") {
                    let objects = &hex(write)[5..];
                    let data = Reader::new(objects).find(0x53).unwrap().unwrap();
                    found.push(data.value.to_vec());
                }
            }
        }
        found
    }

    #[test]
    fn writes_what_the_reference_shows() {
        let label = |text| KeyLabel::new(text).unwrap();
        let id = |text| KeyId::parse(text).unwrap();
        let reference = |number| KeyReference::new(number).unwrap();
        let rsa = KeyDescription::new(&label("rsa-root"), &id("10"), reference(1), KeyType::Rsa(2048));
        assert_eq!(
            rsa.encode().unwrap(),
            hex("302B30110C087273612D726F6F74030206C0040101300A04011003020470020101A10A30083002040002020800")
        );
        let ec = KeyDescription::new(&label("ec-p256"), &id("11"), reference(2), KeyType::Ec(Curve::P256));
        assert_eq!(
            ec.encode().unwrap(),
            hex("A02B30100C0765632D70323536030206C0040101300B0401110303073080020102A10A30083002040002020100")
        );
    }

    #[test]
    fn every_recorded_description_is_read_and_written_identically() {
        let mut seen = std::collections::HashSet::new();
        let mut all = recorded_descriptions();
        for key in vector("wrapped-keys.json").as_array().unwrap() {
            all.push(hex(key["prkd"].as_str().unwrap()));
        }
        for bytes in all {
            // One was rewritten to include a certificate's subject, which is read but never written here.
            let with_subject = bytes.windows(2).any(|pair| pair == [0xA0, 0x13]);
            let description = KeyDescription::decode(&bytes).unwrap();
            assert_eq!(description.encode().unwrap() == bytes, !with_subject, "{description:?}");
            seen.insert(format!("{:?}", description.key_type));
        }
        for kind in ["Rsa { bits: 4096 }", "Ec { field_bits: 521 }", "Ec { field_bits: 512 }", "Ec { field_bits: 192 }"]
        {
            assert!(seen.contains(kind), "{kind} in {seen:?}");
        }
    }

    #[test]
    fn reads_what_others_write() {
        // How Pico HSM describes its own device key.
        let pico = hex(
            "A038300D0C0B45535049434F48534D5452301B041400000000000000000000000000000000000000000303072080A10A30083002040002020100",
        );
        let description = KeyDescription::decode(&pico).unwrap();
        assert_eq!((description.label.as_str(), description.reference), ("ESPICOHSMTR", None));
        assert_eq!(description.key_type, DescribedType::Ec { field_bits: 256 });
        // A file longer than its contents, a symmetric key, and an empty description.
        let longer = [&pico[..], &[0xD3, 0x00]].concat();
        assert_eq!(KeyDescription::decode(&longer), Ok(description));
        let other = KeyDescription::decode(&hex("A40430003000")).unwrap();
        assert_eq!((other.key_type, other.encode()), (DescribedType::Other, None));
        let secret = KeyDescription::decode(&hex("A80430003000")).unwrap();
        assert_eq!(
            (secret.key_type, secret.key_type.key_type()),
            (DescribedType::Aes { bits: 0 }, Some(KeyType::Aes(None)))
        );
        let kek = hex("A82430090C076B6D732D6B656B30070401090302040AA0063004020201 00A106300430020400"
            .replace(' ', "")
            .as_str());
        let kek = KeyDescription::decode(&kek).unwrap();
        assert_eq!((kek.label.as_str(), kek.key_type), ("kms-kek", DescribedType::Aes { bits: 256 }));
        let again = KeyDescription { reference: None, ..kek };
        assert_eq!(KeyDescription::decode(&again.encode().unwrap()), Ok(again));
    }

    #[test]
    fn a_label_in_another_character_set_is_marked_and_hides_nothing_else() {
        let mut bytes =
            hex("302B30110C087273612D726F6F74030206C0040101300A04011003020470020101A10A30083002040002020800");
        bytes[9] = 0xF6;
        let description = KeyDescription::decode(&bytes).unwrap();
        assert_eq!((description.label.as_str(), description.id.as_slice()), ("rsa\u{fffd}root", &[0x10][..]));
        assert_eq!(description.key_type, DescribedType::Rsa { bits: 2048 });
        assert_ne!(description.encode().unwrap(), bytes, "its bytes are only kept as they are");
        assert!(KeyDescription::decode(&[]).is_err());
    }

    #[test]
    fn high_references_stay_positive() {
        let label = KeyLabel::new("x").unwrap();
        let reference = KeyReference::new(200).unwrap();
        let description = KeyDescription::new(&label, &KeyId::parse("00").unwrap(), reference, KeyType::Rsa(2048));
        let bytes = description.encode().unwrap();
        assert!(bytes.windows(4).any(|w| w == [0x02, 0x02, 0x00, 0xC8]));
        assert_eq!(KeyDescription::decode(&bytes), Ok(description));
    }

    proptest! {
        #[test]
        fn damaged_descriptions_never_panic(
            which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
            noise in proptest::collection::vec(any::<u8>(), 0..80),
        ) {
            let all = recorded_descriptions();
            let mut bytes = all[which.index(all.len())].clone();
            let at = at.index(bytes.len());
            prop_assert!(KeyDescription::decode(&bytes[..at]).is_err());
            bytes[at] = byte;
            let _ = KeyDescription::decode(&bytes);
            let _ = KeyDescription::decode(&noise);
        }
    }
}
