//! Keys: list, generate, describe, delete, wrap, unwrap, sign.

use super::Device;
use crate::card::apdu::{self, Command};
use crate::card::curves;
use crate::card::error::{CardError, Operation};
use crate::card::files::{FileId, KeyDescription};
use crate::card::status::Status;
use crate::card::tlv::{Malformed, Reader, Writer, strip_zeros};
use crate::terms::{Curve, KeyReference, KeyType};
use sha2::{Digest as _, Sha256};

/// The authority reference that OpenSC writes into every request; nobody reads it.
const AUTHORITY: &[u8] = b"UTCA00001";
/// The sequence number after the serial in a request's holder reference.
const FIRST_SEQUENCE: &str = "00001";
/// Le of SIGN, as in OpenSC: the longest signature.
const LONGEST_SIGNATURE: usize = 512;
/// Instead of a longer UNWRAP command, EF 2F10 is tried first: devices with applet 3.x and readers with small buffers
/// fail on the 1106 bytes of an RSA-4096 key, whatever size they claim. The vendor's own software sends no command
/// above 1000 bytes (the protocol reference, section 3); an RSA-2048 key with its CRT parts takes 981.
const LARGEST_UNWRAP: usize = 1000;
/// Header, Lc and Le of a short command.
const SHORT_OVERHEAD: usize = 6;
/// DER of a `DigestInfo` with SHA-256, up to the digest (RFC 8017, section 9.2).
const DIGEST_INFO_SHA256: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// How a device signs so that the signature is one over SHA-256: PKCS#1 v1.5, or ECDSA. A key may be restricted to some
/// (the protocol reference, section 2.14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningAlgorithm {
    /// RSA over a block that is padded here.
    RsaRaw,
    /// RSA over a `DigestInfo`, which the device pads.
    RsaPadded,
    /// RSA over a message, which the device hashes.
    RsaSha256,
    /// ECDSA over a digest.
    Ecdsa,
    /// ECDSA over a message, which the device hashes.
    EcdsaSha256,
}

impl SigningAlgorithm {
    /// Those of a kind of key, the most common first; none for a key that does not sign, or of an unknown curve.
    const fn of(key_type: KeyType) -> &'static [Self] {
        match key_type {
            KeyType::Rsa(_) => &[Self::RsaRaw, Self::RsaSha256, Self::RsaPadded],
            KeyType::Ec(_) => &[Self::Ecdsa, Self::EcdsaSha256],
            KeyType::RsaUnstated | KeyType::EcUnstated(_) | KeyType::Aes(_) => &[],
        }
    }

    /// The one to use with a key that may be used with these algorithms (none listed: all); `None` if it may not sign in
    /// any of these ways.
    pub fn allowed(key_type: KeyType, list: &[u8]) -> Option<Self> {
        Self::of(key_type).iter().copied().find(|algorithm| list.is_empty() || list.contains(&algorithm.number()))
    }

    /// The same, for a transport that carries commands of at most `largest` bytes: one whose input fits, if there is any.
    fn allowed_within(key_type: KeyType, list: &[u8], largest: usize) -> Option<Self> {
        let fits = |algorithm: &Self| match (algorithm, key_type) {
            (Self::RsaRaw, KeyType::Rsa(bits)) => usize::from(bits).div_ceil(8) + SHORT_OVERHEAD <= largest,
            (Self::RsaRaw | Self::RsaPadded | Self::RsaSha256 | Self::Ecdsa | Self::EcdsaSha256, _) => true,
        };
        let allowed = |algorithm: &Self| list.is_empty() || list.contains(&algorithm.number());
        let fitting = Self::of(key_type).iter().copied().find(|algorithm| allowed(algorithm) && fits(algorithm));
        fitting.or_else(|| Self::allowed(key_type, list))
    }

    /// Whether it signs a digest, so that the message may have any length.
    pub const fn takes_a_digest(self) -> bool {
        match self {
            Self::RsaRaw | Self::RsaPadded | Self::Ecdsa => true,
            Self::RsaSha256 | Self::EcdsaSha256 => false,
        }
    }

    const fn number(self) -> u8 {
        match self {
            Self::RsaRaw => 0x20,
            Self::RsaPadded => 0x30,
            Self::RsaSha256 => 0x33,
            Self::Ecdsa => 0x70,
            Self::EcdsaSha256 => 0x73,
        }
    }

    /// What the device gets for this message.
    pub(super) fn input(self, key_type: KeyType, message: &[u8], digest: &[u8; 32]) -> Vec<u8> {
        match (self, key_type) {
            (Self::RsaRaw, KeyType::Rsa(bits)) => padded_block(usize::from(bits).div_ceil(8), digest),
            (Self::RsaRaw | Self::RsaPadded, _) => [&DIGEST_INFO_SHA256[..], digest].concat(),
            (Self::Ecdsa, _) => digest.to_vec(),
            (Self::RsaSha256 | Self::EcdsaSha256, _) => message.to_vec(),
        }
    }
}

/// A key that lives in the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEntry {
    /// Where it lives.
    pub reference: KeyReference,
    /// What its description says; `None` when it has none, or one that cannot be read.
    pub description: Option<KeyDescription>,
    /// The raw bytes of the description; empty when it has none.
    pub description_bytes: Vec<u8>,
}

impl Device {
    /// All files that the device lists. Devices differ in which kinds they list; keys (`CCxx`) are always listed. A list without
    /// the device's own key, of a device that listed it before, is none.
    pub fn list(&mut self) -> Result<Vec<FileId>, CardError> {
        let operation = Operation::List;
        let command = Command::new(0x80, 0x58, 0x00, 0x00).expect(apdu::MOST_EXTENDED);
        let answer = self.done(operation, &command)?;
        let (pairs, odd) = answer.data().as_chunks::<2>();
        if !odd.is_empty() {
            return Err(CardError::malformed(operation, &answer)(Malformed("list-odd-length")));
        }
        let files: Vec<FileId> = pairs.iter().map(|pair| FileId(u16::from_be_bytes(*pair))).collect();
        if !files.contains(&FileId::OWN_KEY) && self.lists_own_key {
            return Err(CardError::malformed(operation, &answer)(Malformed("list-without-own-key")));
        }
        self.lists_own_key |= files.contains(&FileId::OWN_KEY);
        Ok(files)
    }

    /// All keys in order of their references, each with its description. A description that is missing, refused or
    /// malformed is `None`, so that one bad file does not hide a key.
    pub fn keys(&mut self) -> Result<Vec<KeyEntry>, CardError> {
        let files = self.list()?;
        self.keys_among(&files)
    }

    /// The keys among listed files.
    pub(super) fn keys_among(&mut self, files: &[FileId]) -> Result<Vec<KeyEntry>, CardError> {
        let mut references: Vec<_> = files.iter().copied().filter_map(FileId::as_key).collect();
        references.sort_unstable();
        references.dedup();
        references.into_iter().map(|reference| self.key_entry(reference)).collect()
    }

    fn key_entry(&mut self, reference: KeyReference) -> Result<KeyEntry, CardError> {
        let description_bytes = match self.read_file(FileId::description(reference)) {
            Ok(bytes) => bytes,
            Err(CardError::Transport(error)) => return Err(error.into()),
            Err(_) => Vec::new(),
        };
        let description = KeyDescription::decode(&description_bytes).ok();
        Ok(KeyEntry { reference, description, description_bytes })
    }

    /// Generates a key pair in the device and returns the authenticated request (tag 67) that proves it. Needs the user
    /// PIN. RSA may take minutes. Afterwards the key exists, but PKCS#11 tools do not show it until
    /// [`Device::describe`].
    pub fn generate(&mut self, reference: KeyReference, key_type: KeyType) -> Result<Vec<u8>, CardError> {
        let operation = Operation::Generate;
        let template = generation_template(&format!("{}{FIRST_SEQUENCE}", self.serial), key_type)
            .ok_or(CardError::Malformed { operation, what: "generation-key-type", heard: None })?;
        let pieces = [&template[..]];
        let command = Command::new(0x00, 0x46, reference.get(), 0x00).data(&pieces).expect(apdu::MOST_EXTENDED);
        let answer = self.done(operation, &command)?;
        let request = Reader::new(answer.data()).expect(0x67).map_err(CardError::malformed(operation, &answer))?;
        Ok(request.whole.to_vec())
    }

    /// Deletes a key with its description and request; `false` when there was no key. Needs the user PIN.
    pub fn delete_key(&mut self, reference: KeyReference) -> Result<bool, CardError> {
        let was_there = self.delete_file(FileId::key(reference))?;
        self.delete_file(FileId::description(reference))?;
        self.delete_file(FileId::request(reference))?;
        Ok(was_there)
    }

    /// Writes a key's description, so that OpenSC lists label and id. The key reference written is `reference`,
    /// whatever the description says. Needs the user PIN.
    pub fn describe(&mut self, reference: KeyReference, description: &KeyDescription) -> Result<(), CardError> {
        let bytes = description_of(reference, description)?;
        self.write_file(FileId::description(reference), &bytes)
    }

    /// Like [`Device::describe`], but in one command, for when the list of files shows no such description.
    pub fn describe_new(&mut self, reference: KeyReference, description: &KeyDescription) -> Result<(), CardError> {
        let bytes = description_of(reference, description)?;
        self.write_new_file(FileId::description(reference), &bytes)
    }

    /// Writes a key's request if the device did not store it, for example after unwrapping. Needs the user PIN.
    pub fn store_request(&mut self, reference: KeyReference, request: &[u8]) -> Result<(), CardError> {
        self.write_file(FileId::request(reference), request)
    }

    /// Wraps a key under the DKEK. Needs the user PIN. 6A82 or 6A88: no such key, or no complete DKEK.
    pub fn wrap(&mut self, reference: KeyReference) -> Result<Vec<u8>, CardError> {
        let operation = Operation::Wrap;
        let command = Command::new(0x80, 0x72, reference.get(), 0x92).expect(apdu::MOST_EXTENDED);
        let answer = self.done(operation, &command)?;
        if answer.data().is_empty() {
            return Err(CardError::malformed(operation, &answer)(Malformed("wrapped-key-empty")));
        }
        Ok(answer.data().to_vec())
    }

    /// Loads a wrapped key. Needs the user PIN. The wrapped key travels in the command if that is small enough for
    /// every transport and device, otherwise through EF 2F10; if the device does not support one way, the other is
    /// tried. Whether an existing key at that reference is replaced or the command refused depends on the device: look
    /// first.
    pub fn unwrap(&mut self, reference: KeyReference, wrapped: &[u8]) -> Result<(), CardError> {
        let pieces = [wrapped];
        let whole = Command::new(0x80, 0x74, reference.get(), 0x93).data(&pieces);
        let largest = self.transport.largest_command().min(LARGEST_UNWRAP);
        let fits = whole.encode().is_some_and(|wire| wire.len() <= largest);
        if !fits {
            return match self.unwrap_from_file(reference, wrapped) {
                // In one piece or, if the transport cannot carry that, in chained blocks: the last resort.
                Err(CardError::Refused { operation, status }) if is_file_refusal(operation, status) => {
                    self.done(Operation::Unwrap, &whole).map(|_| ())
                }
                result => result,
            };
        }
        match self.done(Operation::Unwrap, &whole) {
            Err(CardError::Refused { operation, status }) if is_form_refusal(status) => {
                match self.unwrap_from_file(reference, wrapped) {
                    // Neither way is supported: the first answer says more.
                    Err(CardError::Refused { operation: at, status: second }) if is_file_refusal(at, second) => {
                        Err(CardError::Refused { operation, status })
                    }
                    result => result,
                }
            }
            result => result.map(|_| ()),
        }
    }

    fn unwrap_from_file(&mut self, reference: KeyReference, wrapped: &[u8]) -> Result<(), CardError> {
        // Leftovers of an earlier, longer key must not follow this one; if the file cannot be deleted, it is
        // overwritten.
        match self.delete_file(FileId::WRAPPED_KEY) {
            Ok(_) | Err(CardError::Refused { .. }) => {}
            Err(error) => return Err(error),
        }
        self.create_and_fill(FileId::WRAPPED_KEY, wrapped)?;
        let result = self.done(Operation::Unwrap, &Command::new(0x80, 0x74, reference.get(), 0x93)).map(|_| ());
        if !matches!(result, Err(CardError::Transport(_))) {
            // Only tidying up: it does not matter whether it works.
            let _ = self.delete_file(FileId::WRAPPED_KEY);
        }
        result
    }

    /// How a key is best used here that may be used with these algorithms (none listed: all); `None` if it may not sign.
    pub fn signing_algorithm(&self, key_type: KeyType, list: &[u8]) -> Option<SigningAlgorithm> {
        SigningAlgorithm::allowed_within(key_type, list, self.transport.largest_command())
    }

    /// Signs a message of at most 200 bytes with SHA-256. Needs the user PIN. RSA: PKCS#1 v1.5; elliptic curves: r‖s, each
    /// as long as a field element.
    pub fn sign(
        &mut self,
        reference: KeyReference,
        key_type: KeyType,
        algorithm: SigningAlgorithm,
        message: &[u8],
    ) -> Result<Vec<u8>, CardError> {
        self.sign_input(
            reference,
            key_type,
            algorithm,
            &algorithm.input(key_type, message, &Sha256::digest(message).into()),
        )
    }

    /// Signs a message of any length, of which this is the SHA-256, with an algorithm that takes a digest.
    pub fn sign_digest(
        &mut self,
        reference: KeyReference,
        key_type: KeyType,
        algorithm: SigningAlgorithm,
        digest: &[u8; 32],
    ) -> Result<Vec<u8>, CardError> {
        self.sign_input(reference, key_type, algorithm, &algorithm.input(key_type, &[], digest))
    }

    /// Signs what the algorithm takes.
    pub(super) fn sign_input(
        &mut self,
        reference: KeyReference,
        key_type: KeyType,
        algorithm: SigningAlgorithm,
        input: &[u8],
    ) -> Result<Vec<u8>, CardError> {
        let operation = Operation::Sign;
        let pieces = [input];
        let command =
            Command::new(0x80, 0x68, reference.get(), algorithm.number()).data(&pieces).expect(LONGEST_SIGNATURE);
        let answer = self.done(operation, &command)?;
        match key_type {
            KeyType::Rsa(bits) if answer.data().len() == usize::from(bits).div_ceil(8) => Ok(answer.data().to_vec()),
            KeyType::Ec(curve) => {
                fixed_signature(curve, answer.data()).map_err(CardError::malformed(operation, &answer))
            }
            KeyType::Rsa(_) | KeyType::RsaUnstated | KeyType::EcUnstated(_) | KeyType::Aes(_) => {
                Err(CardError::malformed(operation, &answer)(Malformed("signature-length")))
            }
        }
    }
}

/// A refusal of the way the wrapped key was sent, not of the key.
const fn is_form_refusal(status: Status) -> bool {
    matches!(
        status,
        Status::WrongLength
            | Status::UnknownInstruction
            | Status::UnknownClass
            | Status::WrongParameters
            | Status::NotFound
    )
}

/// A refusal of the way through EF 2F10: the file cannot be written, or the command without data finds nothing.
const fn is_file_refusal(operation: Operation, status: Status) -> bool {
    matches!(operation, Operation::WriteFile) || is_form_refusal(status) || matches!(status, Status::ReferenceNotFound)
}

fn description_of(reference: KeyReference, description: &KeyDescription) -> Result<Vec<u8>, CardError> {
    let own = KeyDescription { reference: Some(reference.get()), ..description.clone() };
    own.encode().ok_or(CardError::Malformed {
        operation: Operation::WriteFile,
        what: "description-key-type",
        heard: None,
    })
}

/// The data of GENERATE: the body of the request, without the key; `None` for a kind that is never generated.
pub(super) fn generation_template(holder: &str, key_type: KeyType) -> Option<Vec<u8>> {
    let key = match key_type {
        KeyType::Rsa(bits) => Writer::new()
            .object(0x06, &[0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02, 0x01, 0x02])
            .object(0x82, &[0x01, 0x00, 0x01])
            .object(0x02, &bits.to_be_bytes()),
        KeyType::Ec(curve) => {
            let domain = curves::domain(curve);
            Writer::new()
                .object(0x06, &[0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02, 0x02, 0x03])
                .object(0x81, domain.p)
                .object(0x82, domain.a)
                .object(0x83, domain.b)
                .object(0x84, domain.generator)
                .object(0x85, domain.order)
                .object(0x87, &[0x01])
        }
        KeyType::RsaUnstated | KeyType::EcUnstated(_) | KeyType::Aes(_) => return None,
    };
    let body = Writer::new().object(0x5F29, &[0x00]).object(0x42, AUTHORITY).constructed(0x7F49, &key);
    Some(body.object(0x5F20, holder.as_bytes()).finish())
}

/// EMSA-PKCS1-v1_5 of a SHA-256 digest: 00 01 FF … FF 00 `DigestInfo`.
fn padded_block(length: usize, digest: &[u8; 32]) -> Vec<u8> {
    let tail = [&[0x00][..], &DIGEST_INFO_SHA256, digest].concat();
    let mut block = vec![0x00, 0x01];
    block.resize(length.saturating_sub(tail.len()), 0xFF);
    block.extend_from_slice(&tail);
    block
}

/// r‖s of fixed length from the device's DER SEQUENCE { r, s }.
fn fixed_signature(curve: Curve, der: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut outside = Reader::new(der);
    let mut inside = outside.expect(0x30)?.inside();
    outside.end()?;
    let mut fixed = Vec::with_capacity(2 * curve.field_bytes());
    for number in [inside.expect(0x02)?.value, inside.expect(0x02)?.value] {
        let digits = strip_zeros(number);
        let zeros = curve.field_bytes().checked_sub(digits.len()).ok_or(Malformed("signature-number"))?;
        fixed.resize(fixed.len() + zeros, 0);
        fixed.extend_from_slice(digits);
    }
    inside.end()?;
    Ok(fixed)
}
