//! A private key in PKCS#8 (RFC 5958), encrypted or not.

use super::private_key::PrivateKey;
use super::{INTEGER, KeyFileError, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, algorithm, ec, pbes2, rsa};
use crate::card::curves;
use crate::card::tlv::Reader;

/// Reads a `PrivateKeyInfo`.
pub fn read(der: &[u8]) -> Result<PrivateKey, KeyFileError> {
    let mut outside = Reader::new(der);
    let mut inside = outside.expect(SEQUENCE)?.inside();
    outside.end()?;
    if !matches!(inside.expect(INTEGER)?.value, [0 | 1]) {
        return Err(KeyFileError::Damaged);
    }
    let mut by = inside.expect(SEQUENCE)?.inside();
    let key = inside.expect(OCTET_STRING)?.value;
    let oid = by.expect(OBJECT_IDENTIFIER)?.value;
    if oid == algorithm::RSA {
        return rsa::read(key);
    }
    if oid != algorithm::EC {
        return Err(KeyFileError::Algorithm { found: algorithm::shown(oid) });
    }
    // A curve that is written out instead of named is not looked up.
    let curve = by.optional(OBJECT_IDENTIFIER)?;
    let curve = curve.ok_or_else(|| KeyFileError::Algorithm { found: algorithm::shown(oid) })?.value;
    let known = curves::by_oid(curve);
    ec::read(known.ok_or_else(|| KeyFileError::Algorithm { found: algorithm::shown(curve) })?, key)
}

/// Reads an `EncryptedPrivateKeyInfo`.
pub fn read_encrypted(der: &[u8], password: &[u8]) -> Result<PrivateKey, KeyFileError> {
    let mut outside = Reader::new(der);
    let mut inside = outside.expect(SEQUENCE)?.inside();
    outside.end()?;
    let (by, encrypted) = pbes2::parts(&mut inside)?;
    inside.end()?;
    let plain = pbes2::decrypt(&by, password, encrypted)?;
    // By chance, one wrong password in 256 seems to open it.
    if super::form_of(plain.expose()) != Ok(super::KeyFileForm::Pkcs8) {
        return Err(KeyFileError::WrongPassword);
    }
    read(plain.expose())
}
