//! A private key with its certificates in PKCS#12 (RFC 7292): one that is under a password and in DER, as openssl 3 and its
//! contemporaries write it.

use super::private_key::PrivateKey;
use super::{INTEGER, KeyFileError, OBJECT_IDENTIFIER, OCTET_STRING, Opened, SEQUENCE, algorithm, mac, pbes2, pkcs8};
use crate::card::public_key_beside;
use crate::card::tlv::{Object, Reader};
use crate::secret::WipingBytes;

/// id-data and id-encryptedData of PKCS#7.
const DATA: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01];
const ENCRYPTED_DATA: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x06];
/// The bags of PKCS#12, by the last byte behind this.
const BAGS: [u8; 10] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x0C, 0x0A, 0x01];
const KEY_BAG: u8 = 1;
const SHROUDED_KEY_BAG: u8 = 2;
const CERTIFICATE_BAG: u8 = 3;
/// x509Certificate
const X509: [u8; 10] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x16, 0x01];

/// What was found so far.
#[derive(Default)]
struct Found {
    keys: Vec<PrivateKey>,
    certificates: Vec<Vec<u8>>,
}

/// Reads a `PFX`.
pub fn read(der: &[u8], password: &[u8]) -> Result<Opened, KeyFileError> {
    let mut outside = Reader::new(der);
    let mut inside = outside.expect(SEQUENCE)?.inside();
    if inside.expect(INTEGER)?.value != [3] {
        return Err(KeyFileError::Damaged);
    }
    let content = data(&inside.expect(SEQUENCE)?)?;
    // Whoever left the code away has nothing but the encryption to tell a wrong password by.
    if let Some(code) = inside.optional(SEQUENCE)? {
        mac::check(&code, content, password)?;
    }
    inside.end()?;
    let mut found = Found::default();
    let mut parts = Reader::new(content).expect(SEQUENCE)?.inside();
    while let Some(part) = parts.read()? {
        let oid = part.inside().expect(OBJECT_IDENTIFIER)?.value;
        if oid == DATA {
            found.take(data(&part)?, password)?;
        } else if oid == ENCRYPTED_DATA {
            found.take(decrypted(&part, password)?.expose(), password)?;
        } else {
            return Err(KeyFileError::Encryption { found: algorithm::shown(oid) });
        }
    }
    let count = found.keys.len();
    let key = found.keys.pop().ok_or(KeyFileError::NotAPrivateKey)?;
    if count > 1 {
        return Err(KeyFileError::SeveralKeys { count });
    }
    let own = |certificate: &Vec<u8>| public_key_beside(certificate).as_ref() == Some(key.public());
    let certificate = found.certificates.into_iter().find(own);
    Ok(Opened { key, certificate })
}

/// The contents of a `ContentInfo` that is not encrypted. One that is signed instead of having a code is for other software.
fn data<'a>(part: &Object<'a>) -> Result<&'a [u8], KeyFileError> {
    let mut fields = part.inside();
    let oid = fields.expect(OBJECT_IDENTIFIER)?.value;
    if oid != DATA {
        return Err(KeyFileError::Encryption { found: algorithm::shown(oid) });
    }
    Ok(fields.expect(0xA0)?.inside().expect(OCTET_STRING)?.value)
}

/// The contents of one that is encrypted under the password.
fn decrypted(part: &Object<'_>, password: &[u8]) -> Result<WipingBytes, KeyFileError> {
    let mut fields = part.inside();
    fields.expect(OBJECT_IDENTIFIER)?;
    let mut encrypted = fields.expect(0xA0)?.inside().expect(SEQUENCE)?.inside();
    encrypted.expect(INTEGER)?;
    let mut content = encrypted.expect(SEQUENCE)?.inside();
    content.expect(OBJECT_IDENTIFIER)?;
    let by = content.expect(SEQUENCE)?;
    let plain = pbes2::decrypt(&by, password, content.expect(0x80)?.value)?;
    if Reader::new(plain.expose()).expect(SEQUENCE).is_err() {
        return Err(KeyFileError::WrongPassword);
    }
    Ok(plain)
}

impl Found {
    /// Takes what lies in a `SafeContents`.
    fn take(&mut self, content: &[u8], password: &[u8]) -> Result<(), KeyFileError> {
        let mut bags = Reader::new(content).expect(SEQUENCE)?.inside();
        while let Some(bag) = bags.read()? {
            let mut fields = bag.inside();
            let kind = fields.expect(OBJECT_IDENTIFIER)?.value.strip_prefix(&BAGS);
            let value = fields.expect(0xA0)?;
            match kind {
                Some([KEY_BAG]) => self.keys.push(pkcs8::read(value.value)?),
                Some([SHROUDED_KEY_BAG]) => self.keys.push(pkcs8::read_encrypted(value.value, password)?),
                Some([CERTIFICATE_BAG]) => self.certificates.extend(certificate(&value)?),
                // Revocation lists, secrets and further bags are nothing for a device.
                _ => {}
            }
        }
        Ok(())
    }
}

/// An X.509 certificate; none: one of another kind.
fn certificate(value: &Object<'_>) -> Result<Option<Vec<u8>>, KeyFileError> {
    let mut fields = value.inside().expect(SEQUENCE)?.inside();
    if fields.expect(OBJECT_IDENTIFIER)?.value != X509 {
        return Ok(None);
    }
    Ok(Some(fields.expect(0xA0)?.inside().expect(OCTET_STRING)?.value.to_vec()))
}
