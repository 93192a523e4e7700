//! Encryption under a password: PBES2 (RFC 8018, section 6.2) with PBKDF2 or scrypt, and AES.

use pkcs5::EncryptionScheme;
use pkcs5::der::{Decode, Encode};
use pkcs5::pbes2::Kdf;

use super::{KeyFileError, algorithm};
use crate::card::tlv::{Object, Reader};
use crate::secret::WipingBytes;

/// Nothing is shown while a password is tried: more rounds would keep people waiting for many seconds.
pub const MOST_ROUNDS: u32 = 2_000_000;

/// All that scrypt may write, one lane after the other, for the same reason.
const MOST_MEMORY: u64 = 512 * 1024 * 1024;

/// Decrypts what was encrypted with an algorithm (its whole `AlgorithmIdentifier`).
pub fn decrypt(by: &Object<'_>, password: &[u8], encrypted: &[u8]) -> Result<WipingBytes, KeyFileError> {
    let oid = by.inside().expect(super::OBJECT_IDENTIFIER)?.value;
    let unsupported = || KeyFileError::Encryption { found: algorithm::shown(oid) };
    let scheme =
        EncryptionScheme::from_der(by.whole).map_err(|_| KeyFileError::Encryption { found: inside(by, oid) })?;
    let parameters = scheme.pbes2().ok_or_else(unsupported)?;
    if !is_within_reason(&parameters.kdf) {
        return Err(unsupported());
    }
    let mut buffer = WipingBytes::from_slice(encrypted);
    let length = match parameters.decrypt_in_place(password, buffer.expose_mut()) {
        Ok(plain) => plain.len(),
        Err(pkcs5::Error::DecryptFailed) => return Err(KeyFileError::WrongPassword),
        Err(_) => return Err(unsupported()),
    };
    Ok(WipingBytes::from_slice(buffer.expose().get(..length).unwrap_or_default()))
}

fn is_within_reason(kdf: &Kdf) -> bool {
    if let Some(pbkdf2) = kdf.pbkdf2() {
        return pbkdf2.iteration_count <= MOST_ROUNDS;
    }
    kdf.scrypt().is_some_and(|scrypt| {
        let memory = scrypt.cost_parameter.checked_mul(128 * u64::from(scrypt.block_size));
        let written = memory.and_then(|memory| memory.checked_mul(u64::from(scrypt.parallelization)));
        written.is_some_and(|bytes| bytes <= MOST_MEMORY)
    })
}

/// What an algorithm that cannot be read says about itself: the cipher inside PBES2, if that is what it is.
fn inside(by: &Object<'_>, oid: &[u8]) -> String {
    let cipher = || {
        let mut fields = by.inside();
        fields.expect(super::OBJECT_IDENTIFIER).ok()?;
        let mut schemes = fields.expect(super::SEQUENCE).ok()?.inside();
        schemes.expect(super::SEQUENCE).ok()?;
        let cipher = schemes.expect(super::SEQUENCE).ok()?.inside().expect(super::OBJECT_IDENTIFIER).ok()?;
        Some(format!("{}, {}", algorithm::shown(oid), algorithm::shown(cipher.value)))
    };
    cipher().unwrap_or_else(|| algorithm::shown(oid))
}

/// Encrypts with AES-256 under a password, as `openssl pkcs8 -topk8` does: the `EncryptedPrivateKeyInfo`, algorithm first.
pub fn encrypt(password: &[u8], plain: &[u8], salt: [u8; 16], iv: [u8; 16]) -> Option<(Vec<u8>, Vec<u8>)> {
    let kdf = pkcs5::pbes2::Pbkdf2Params::hmac_sha256(FEW_ROUNDS, &salt).ok()?;
    let encryption = pkcs5::pbes2::EncryptionScheme::Aes256Cbc { iv };
    let scheme: EncryptionScheme = pkcs5::pbes2::Parameters { kdf: kdf.into(), encryption }.into();
    Some((scheme.to_der().ok()?, scheme.encrypt(password, plain).ok()?))
}

/// Of a file for rehearsals, whose password everybody knows.
const FEW_ROUNDS: u32 = 2048;

/// Reads the sequence of an algorithm and what is encrypted with it.
pub fn parts<'a>(reader: &mut Reader<'a>) -> Result<(Object<'a>, &'a [u8]), KeyFileError> {
    Ok((reader.expect(super::SEQUENCE)?, reader.expect(super::OCTET_STRING)?.value))
}
