//! The wrapped key: a private key that left the device encrypted under the DKEK. It is parsed and verified here but
//! never decrypted, because that would put the key into this computer's memory; only `rewrap` does that.
//!
//! File of `sc-hsm-tool --wrap-key`: `30 L { 04 L blob, PRKD, certificate or request }`, the last two optional.
//! Blob: KCV (8) ‖ type (1) ‖ four lists, each u16 length and value ‖ AES-256-CBC ciphertext ‖ AES-CMAC (16).

use aes::Aes256;
use cmac::{Cmac, KeyInit, Mac};
use thiserror::Error;

use crate::terms::Kcv;

use super::Dkek;

const SEQUENCE: u8 = 0x30;
const OCTET_STRING: u8 = 0x04;
const MAC_LENGTH: usize = 16;

/// Why a file is not a wrapped key, or cannot be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WrappedKeyError {
    /// Neither a file of `sc-hsm-tool` nor a bare blob.
    #[error("not a wrapped key")]
    NotAWrappedKey,
    /// The file ends before its contents are complete.
    #[error("the wrapped key is cut short")]
    Truncated,
    /// A key type that the protocol reference does not list.
    #[error("unknown type {found:#04x}")]
    UnknownType {
        /// The type byte.
        found: u8,
    },
    /// Wrapped under another DKEK.
    #[error("wrapped under the DKEK {found}")]
    NotThisDkek {
        /// The key check value in the blob.
        found: Kcv,
    },
    /// The blob names this DKEK, but its MAC is wrong: it was altered or damaged.
    #[error("the MAC is wrong")]
    MacWrong,
}

/// What kind of key a blob holds, and in which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlobType {
    /// 05: RSA as d, n, e.
    Rsa,
    /// 06: RSA in Chinese-remainder form.
    RsaCrt,
    /// 0C: a key on an elliptic curve.
    Ec,
    /// 0F: an AES key.
    Aes,
}

impl BlobType {
    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0x05 => Some(Self::Rsa),
            0x06 => Some(Self::RsaCrt),
            0x0C => Some(Self::Ec),
            0x0F => Some(Self::Aes),
            _ => None,
        }
    }
}

/// The blob that WRAP KEY returns and UNWRAP KEY takes.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyBlob {
    bytes: Vec<u8>,
    kcv: Kcv,
    key_type: BlobType,
    allowed: Vec<u8>,
    ciphertext: usize,
}

impl KeyBlob {
    /// Checks the format only; [`KeyBlob::verify`] says whether it is genuine.
    pub fn parse(bytes: &[u8]) -> Result<Self, WrappedKeyError> {
        let (kcv, rest) = bytes.split_first_chunk::<8>().ok_or(WrappedKeyError::Truncated)?;
        let (&found, rest) = rest.split_first().ok_or(WrappedKeyError::Truncated)?;
        let key_type = BlobType::from_byte(found).ok_or(WrappedKeyError::UnknownType { found })?;
        let (allowed, ciphertext) = match key_type {
            // applets 3.0 to 3.2 write the lists of AES keys wrongly: only the MAC can judge those
            BlobType::Aes if rest.len() >= 4 * 2 + 16 + MAC_LENGTH => (&[][..], 0),
            BlobType::Rsa | BlobType::RsaCrt | BlobType::Ec => {
                let (allowed, rest) = lists(rest).ok_or(WrappedKeyError::Truncated)?;
                (allowed, rest.len().checked_sub(MAC_LENGTH).ok_or(WrappedKeyError::Truncated)?)
            }
            BlobType::Aes => return Err(WrappedKeyError::Truncated),
        };
        if key_type != BlobType::Aes && (ciphertext == 0 || !ciphertext.is_multiple_of(16)) {
            return Err(WrappedKeyError::Truncated);
        }
        Ok(Self { bytes: bytes.to_vec(), kcv: Kcv(*kcv), key_type, allowed: allowed.to_vec(), ciphertext })
    }

    /// The bytes for UNWRAP KEY.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The key check value of the DKEK it claims to be wrapped under.
    pub const fn kcv(&self) -> Kcv {
        self.kcv
    }

    /// The kind of key it claims to hold.
    pub const fn key_type(&self) -> BlobType {
        self.key_type
    }

    /// The algorithms that the key may be used with, by their numbers in the device's commands (the protocol reference,
    /// sections 2.14 and 4.2); empty: all, or an AES key.
    pub fn allowed(&self) -> &[u8] {
        &self.allowed
    }

    /// The size that fits the length of the ciphertext: bits of an RSA modulus or of the prime of a curve. An estimate,
    /// for want of a description; `None` for an AES key and for a length that fits nothing.
    pub fn size_by_length(&self) -> Option<u16> {
        let longest = |bits: &u16| {
            let bytes = usize::from(bits.div_ceil(8));
            // Random bytes, size, then each field with its length; padding may take another block.
            let payload = match self.key_type {
                BlobType::Rsa => 10 + 3 * 2 + 2 * bytes + 3,
                BlobType::RsaCrt => 10 + 7 * 2 + 5 * bytes / 2 + bytes + 3,
                BlobType::Ec => 10 + 7 * 2 + 5 * bytes + 2 * (1 + 2 * bytes),
                BlobType::Aes => return false,
            };
            self.ciphertext <= (payload + 1).next_multiple_of(16)
        };
        let sizes: &[u16] = match self.key_type {
            BlobType::Rsa | BlobType::RsaCrt => &[1024, 1536, 2048, 3072, 4096],
            BlobType::Ec => &[192, 224, 256, 320, 384, 512, 521],
            BlobType::Aes => &[],
        };
        sizes.iter().copied().find(longest)
    }

    /// What stands before the ciphertext, without the KCV, and the ciphertext.
    pub(super) fn head_and_ciphertext(&self) -> Result<(&[u8], &[u8]), WrappedKeyError> {
        let (_, behind_kcv) = self.bytes.split_first_chunk::<8>().ok_or(WrappedKeyError::Truncated)?;
        let (body, _) = behind_kcv.split_last_chunk::<MAC_LENGTH>().ok_or(WrappedKeyError::Truncated)?;
        // The lists of an AES key may be written wrongly: then nobody can say where they end.
        let found = behind_kcv.first().copied().unwrap_or_default();
        let ciphertext = match self.key_type {
            BlobType::Rsa | BlobType::RsaCrt | BlobType::Ec => self.ciphertext,
            BlobType::Aes => body
                .split_first()
                .and_then(|(_, rest)| lists(rest))
                .map(|(_, rest)| rest.len())
                .filter(|length| *length > 0 && length.is_multiple_of(16))
                .ok_or(WrappedKeyError::UnknownType { found })?,
        };
        let head = body.len().checked_sub(ciphertext).ok_or(WrappedKeyError::Truncated)?;
        body.split_at_checked(head).ok_or(WrappedKeyError::Truncated)
    }

    /// Checks that it was wrapped under `dkek` and is unchanged: the key check value is equal and the MAC over
    /// everything else is right.
    pub fn verify(&self, dkek: &Dkek) -> Result<(), WrappedKeyError> {
        if self.kcv != dkek.kcv() {
            return Err(WrappedKeyError::NotThisDkek { found: self.kcv });
        }
        let (body, mac) = self.bytes.split_last_chunk::<MAC_LENGTH>().ok_or(WrappedKeyError::Truncated)?;
        <Cmac<Aes256> as KeyInit>::new(dkek.mac_key().expose().into())
            .chain_update(body)
            .verify(mac.into())
            .map_err(|_| WrappedKeyError::MacWrong)
    }
}

/// A wrapped key with what is needed to restore it: its description and its certificate. The MAC covers only the blob:
/// description and certificate are hints that anyone could have altered.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedKeyFile {
    /// The wrapped key itself.
    pub blob: KeyBlob,
    /// The private key description (contents of EF `C4xx`): label, id, usage.
    pub description: Option<Vec<u8>>,
    /// The certificate or request (contents of EF `CExx`).
    pub certificate: Option<Vec<u8>>,
}

impl WrappedKeyFile {
    /// Reads a file of `sc-hsm-tool --wrap-key`, or a bare blob.
    pub fn parse(bytes: &[u8]) -> Result<Self, WrappedKeyError> {
        match Header::read(bytes) {
            Ok(header) if header.begins_file() => Self::parse_sequence(bytes),
            _ => match KeyBlob::parse(bytes) {
                Ok(blob) => Ok(Self { blob, description: None, certificate: None }),
                Err(WrappedKeyError::UnknownType { .. }) => Err(WrappedKeyError::NotAWrappedKey),
                Err(fault) => Err(fault),
            },
        }
    }

    /// Whether a file begins like one of `sc-hsm-tool --wrap-key`: if it then does not parse, it is most likely a
    /// damaged wrapped key.
    pub fn begins(bytes: &[u8]) -> bool {
        Header::read(bytes).is_ok_and(|header| !header.behind.is_empty() && header.begins_file())
    }

    /// What follows the sequence, or the certificate inside it, is ignored, as `sc-hsm-tool` does: the MAC decides.
    fn parse_sequence(bytes: &[u8]) -> Result<Self, WrappedKeyError> {
        let (sequence, _) = read_element(bytes)?;
        let (blob, rest) = read_element(sequence.content)?;
        let mut file = Self { blob: KeyBlob::parse(blob.content)?, description: None, certificate: None };
        let mut rest = rest;
        while !rest.is_empty() && file.certificate.is_none() {
            let (element, behind) = read_element(rest)?;
            // 30 describes an RSA key, A0 an EC key, A8 an AES key; certificates begin with 67, 7F21 or 30 (X.509)
            let describes = matches!(element.first_tag, SEQUENCE | 0xA0 | 0xA8) && !element.is_x509();
            if describes && file.description.is_none() {
                file.description = Some(element.whole.to_vec());
            } else {
                file.certificate = Some(element.whole.to_vec());
            }
            rest = behind;
        }
        Ok(file)
    }

    /// Whether it is the same wrapped key as another one, with nothing beside it that the other lacks.
    pub fn says_no_more_than(&self, other: &Self) -> bool {
        let within = |own: &Option<Vec<u8>>, others: &Option<Vec<u8>>| own.is_none() || own == others;
        self.blob == other.blob
            && within(&self.description, &other.description)
            && within(&self.certificate, &other.certificate)
    }

    /// The file as `sc-hsm-tool --wrap-key` writes it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut content = element(OCTET_STRING, self.blob.as_bytes());
        content.extend(self.description.iter().chain(&self.certificate).flatten());
        element(SEQUENCE, &content)
    }
}

/// The second of the four lists of a blob, and what follows them: ciphertext and MAC.
fn lists(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, rest) = list(bytes)?;
    let (allowed, rest) = list(rest)?;
    let (_, rest) = list(rest)?;
    let (_, rest) = list(rest)?;
    Some((allowed, rest))
}

fn list(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(u16::from_be_bytes(*length).into())
}

struct Header<'a> {
    first_tag: u8,
    length: usize,
    behind: &'a [u8],
}

impl<'a> Header<'a> {
    /// Reads a tag of one or two bytes and a definite length of at most three.
    fn read(bytes: &'a [u8]) -> Result<Self, WrappedKeyError> {
        let mut behind = bytes;
        let mut next = || {
            let (&byte, rest) = behind.split_first().ok_or(WrappedKeyError::Truncated)?;
            behind = rest;
            Ok(byte)
        };
        let first_tag = next()?;
        if first_tag & 0x1F == 0x1F {
            next()?;
        }
        let length = match next()? {
            short @ ..=0x7F => usize::from(short),
            long @ 0x81..=0x83 => {
                let mut length = 0;
                for _ in 0x80..long {
                    length = length << 8 | usize::from(next()?);
                }
                length
            }
            _ => return Err(WrappedKeyError::NotAWrappedKey),
        };
        Ok(Self { first_tag, length, behind })
    }

    /// Whether this is the beginning of a file, rather than of a bare blob whose key check value looks like a tag.
    fn begins_file(&self) -> bool {
        self.first_tag == SEQUENCE && self.behind.first().is_none_or(|tag| *tag == OCTET_STRING)
    }
}

struct Element<'a> {
    first_tag: u8,
    content: &'a [u8],
    whole: &'a [u8],
}

impl Element<'_> {
    /// Whether it is an X.509 certificate: what is signed begins with a version (A0) or a serial number (02), and the
    /// description of a key with a label or with flags.
    fn is_x509(&self) -> bool {
        let signed = read_element(self.content).ok().filter(|(signed, _)| signed.first_tag == SEQUENCE);
        self.first_tag == SEQUENCE
            && signed.is_some_and(|(signed, _)| matches!(signed.content.first(), Some(0xA0 | 0x02)))
    }
}

/// Reads one element; returns what follows it.
fn read_element(bytes: &[u8]) -> Result<(Element<'_>, &[u8]), WrappedKeyError> {
    let Header { first_tag, length, behind } = Header::read(bytes)?;
    let (content, behind) = behind.split_at_checked(length).ok_or(WrappedKeyError::Truncated)?;
    let whole = bytes.get(..bytes.len() - behind.len()).unwrap_or(bytes);
    Ok((Element { first_tag, content, whole }, behind))
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let leading_zeros = length.iter().take_while(|byte| **byte == 0).count();
    let significant = length.get(leading_zeros..).unwrap_or_default();
    let mut bytes = vec![tag];
    match significant {
        [] => bytes.push(0),
        [short @ ..=0x7F] => bytes.push(*short),
        long => {
            // the length has at most eight bytes
            bytes.push(0x80 | u8::try_from(long.len()).unwrap_or(8));
            bytes.extend(long);
        }
    }
    bytes.extend(content);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_blob_fits_the_size_of_its_key() {
        let all: Vec<serde_json::Value> =
            serde_json::from_str(include_str!("../../tests/vectors/wrapped-keys.json")).unwrap();
        for vector in &all {
            let blob =
                KeyBlob::parse(&base16ct::mixed::decode_vec(vector["blob"].as_str().unwrap()).unwrap()).ok().unwrap();
            let name = vector["name"].as_str().unwrap();
            // Pico HSM leaves leading zeros and coefficients away: a shorter blob than its curve needs.
            let size = vector["key_size_field"].as_u64().and_then(|bits| u16::try_from(bits).ok()).unwrap();
            let found = blob.size_by_length().unwrap();
            assert!(found == size || name.starts_with("ec-") && found <= size, "{name}: {found}, not {size}");
            assert!(blob.allowed().is_empty());
        }
    }
}
