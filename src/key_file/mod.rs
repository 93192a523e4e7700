//! Private keys that live in files: PKCS#8 (RFC 5958) and PKCS#12 (RFC 7292) are read, and their key is wrapped under a DKEK, so
//! that a device takes it. This is the only way by which a private key of a device passes through this machine: everything of
//! it is in buffers that are wiped, and what computations leave on the stack is wiped when [`open`] and [`PrivateKey::wrap`]
//! return.

mod algorithm;
mod ec;
mod file;
mod mac;
mod pbes2;
mod pkcs12;
mod pkcs8;
mod private_key;
mod rsa;
mod throw_away;

pub use file::{Unread, read};
pub use private_key::PrivateKey;
pub use throw_away::throw_away;

use pem_rfc7468::{decode, decode_label};
use thiserror::Error;

use crate::card::tlv::{Malformed, Reader};
use crate::secret::{WipingBytes, wipe_stack};
pub use crate::terms::{KeyFileForm, THROW_AWAY_PASSWORD};

/// More bytes than a file of one key and its certificates needs.
pub const LARGEST: usize = 256 * 1024;

/// Why a file gives no key. Never contains anything of the key or of its password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyFileError {
    /// It is something else: a certificate, a public key, or a private key in another form.
    #[error("not a private key in PKCS#8 or PKCS#12")]
    NotAPrivateKey,
    /// It begins like one, but is cut short, or its parts contradict each other.
    #[error("damaged")]
    Damaged,
    /// The password does not open it; or what it would open was altered.
    #[error("the password does not open it")]
    WrongPassword,
    /// It is encrypted, or authenticated, in a way that is not supported.
    #[error("encrypted with {found}")]
    Encryption {
        /// The object identifier.
        found: String,
    },
    /// A key of another algorithm, or on another curve.
    #[error("a key of {found}")]
    Algorithm {
        /// The object identifier.
        found: String,
    },
    /// An RSA key of a length that a ceremony does not give to a device.
    #[error("RSA of {bits} bits")]
    RsaSize {
        /// Its length.
        bits: usize,
    },
    /// Which of several keys is meant is not known.
    #[error("{count} private keys")]
    SeveralKeys {
        /// How many there are.
        count: usize,
    },
}

impl From<Malformed> for KeyFileError {
    fn from(_: Malformed) -> Self {
        Self::Damaged
    }
}

/// What a file holds.
pub struct Opened {
    /// The key.
    pub key: PrivateKey,
    /// The X.509 certificate of this very key, if one lies beside it.
    pub certificate: Option<Vec<u8>>,
}

/// What kind of file it is; nothing is opened.
///
/// # Errors
/// It is none, or is cut short.
pub fn form(file: &WipingBytes) -> Result<KeyFileForm, KeyFileError> {
    form_of(der_of(file)?.as_ref().unwrap_or(file).expose())
}

/// Reads the key of a file. The password is that of an encrypted file; one that is not encrypted ignores it.
///
/// # Errors
/// It does not give a key that a device takes.
pub fn open(file: &WipingBytes, password: &[u8]) -> Result<Opened, KeyFileError> {
    let opened = open_it(file, password);
    wipe_stack();
    opened
}

fn open_it(file: &WipingBytes, password: &[u8]) -> Result<Opened, KeyFileError> {
    let from_pem = der_of(file)?;
    let der = from_pem.as_ref().unwrap_or(file).expose();
    let alone = |key| Opened { key, certificate: None };
    match form_of(der)? {
        KeyFileForm::Pkcs8 => pkcs8::read(der).map(alone),
        KeyFileForm::EncryptedPkcs8 => pkcs8::read_encrypted(der, password).map(alone),
        KeyFileForm::Pkcs12 => pkcs12::read(der, password),
    }
}

/// The contents of a PEM file; none: it is not PEM.
fn der_of(file: &WipingBytes) -> Result<Option<WipingBytes>, KeyFileError> {
    let text = file.expose();
    if !text.windows(BEGIN.len()).any(|window| window == BEGIN) {
        return Ok(None);
    }
    match decode_label(text) {
        Ok("PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" | "PKCS12") => {}
        Ok(_) | Err(_) => return Err(KeyFileError::NotAPrivateKey),
    }
    let mut room = WipingBytes::zeros(text.len());
    let (_, der) = decode(text, room.expose_mut()).map_err(|_| KeyFileError::Damaged)?;
    Ok(Some(WipingBytes::from_slice(der)))
}

const BEGIN: &[u8] = b"-----BEGIN ";

const SEQUENCE: u16 = 0x30;
const INTEGER: u16 = 0x02;
const OCTET_STRING: u16 = 0x04;
const OBJECT_IDENTIFIER: u16 = 0x06;

/// All forms are a sequence: of a version and two more, or of an algorithm and what is encrypted with it.
fn form_of(der: &[u8]) -> Result<KeyFileForm, KeyFileError> {
    if der.first() != Some(&0x30) {
        return Err(KeyFileError::NotAPrivateKey);
    }
    let mut outside = Reader::new(der);
    let mut inside = outside.expect(SEQUENCE)?.inside();
    outside.end()?;
    let tags = [inside.read()?, inside.read()?, inside.read()?].map(|object| object.map(|object| object.tag));
    match tags {
        [Some(SEQUENCE), Some(OCTET_STRING), None] => Ok(KeyFileForm::EncryptedPkcs8),
        [Some(INTEGER), Some(SEQUENCE), Some(OCTET_STRING)] => Ok(KeyFileForm::Pkcs8),
        [Some(INTEGER), Some(SEQUENCE), Some(SEQUENCE) | None] => Ok(KeyFileForm::Pkcs12),
        _ => Err(KeyFileError::NotAPrivateKey),
    }
}
