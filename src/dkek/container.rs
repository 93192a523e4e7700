//! The share file (`.pbe`): 64 bytes that hold one DKEK share, encrypted under a password.
//!
//! `Salted__` ‖ salt (8) ‖ AES-256-CBC of share (32) ‖ sixteen bytes 10. The file contains nothing else: no version, no
//! quorum, no check value.

use aes::Aes256;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use base64ct::{Base64, Encoding};
use subtle::ConstantTimeEq;
use thiserror::Error;

use crate::secret::{Secret, WipingBytes};

use super::{DerivedKey, DkekShare};

const MAGIC: [u8; 8] = *b"Salted__";

/// The same in base64, as far as it does not depend on the salt.
const MAGIC_IN_BASE64: &[u8] = b"U2FsdGVkX1";

/// The longest text that is read as base64: a share file, with room for any way to break its lines.
const LONGEST_TEXT: usize = 1024;

/// The full block of padding that follows 32 bytes of plaintext.
const PADDING: [u8; 16] = [16; 16];

/// The salt of every share file made in a rehearsal; real ceremonies refuse it.
pub const REHEARSAL_SALT: [u8; 8] = *b"REHEARSE";

/// Why a file is not a share file, or does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ContainerError {
    /// Fewer than 64 bytes.
    #[error("{length} bytes are no share file")]
    TooShort {
        /// The length of the file in bytes.
        length: usize,
    },
    /// It does not begin with `Salted__`.
    #[error("not a share file")]
    NotSalted,
    /// The password, and therefore at least one of the shares it came from, is wrong; or the file was altered.
    #[error("wrong password")]
    WrongPassword,
}

/// A share file. Its password has only 63 bits: as confidential as the record says, never to be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct ShareFile {
    salt: [u8; 8],
    ciphertext: [u8; 48],
    trailing: usize,
}

impl ShareFile {
    /// Reads the first 64 bytes. `sc-hsm-tool` ignores any more; [`ShareFile::trailing`] counts them. Text that is such a
    /// file in base64 is read too: the tool recommends to print it that way.
    pub fn parse(bytes: &[u8]) -> Result<Self, ContainerError> {
        match from_base64(bytes) {
            Some(decoded) => Self::parse_binary(&decoded),
            None => Self::parse_binary(bytes),
        }
    }

    /// Whether a file begins like a share file, as it is or in base64: if it then does not parse, it is most likely a
    /// damaged one.
    pub fn begins(bytes: &[u8]) -> bool {
        bytes.starts_with(&MAGIC) || bytes.trim_ascii_start().starts_with(MAGIC_IN_BASE64)
    }

    fn parse_binary(bytes: &[u8]) -> Result<Self, ContainerError> {
        let too_short = ContainerError::TooShort { length: bytes.len() };
        let (magic, rest) = bytes.split_first_chunk::<8>().ok_or(too_short)?;
        if *magic != MAGIC {
            return Err(ContainerError::NotSalted);
        }
        let (salt, rest) = rest.split_first_chunk::<8>().ok_or(too_short)?;
        let (ciphertext, rest) = rest.split_first_chunk::<48>().ok_or(too_short)?;
        Ok(Self { salt: *salt, ciphertext: *ciphertext, trailing: rest.len() })
    }

    /// The salt of the key derivation.
    pub const fn salt(&self) -> [u8; 8] {
        self.salt
    }

    /// Whether it was made in a rehearsal.
    pub fn is_rehearsal(&self) -> bool {
        self.salt == REHEARSAL_SALT
    }

    /// The number of bytes after the 64; 0 in every file written by a tool.
    pub const fn trailing(&self) -> usize {
        self.trailing
    }

    /// The 64 bytes of the file.
    pub fn to_bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        for (place, byte) in bytes.iter_mut().zip(MAGIC.iter().chain(&self.salt).chain(&self.ciphertext)) {
            *place = *byte;
        }
        bytes
    }
}

/// The bytes that text in base64 stands for, whatever its lines are broken with.
fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    if text.len() > LONGEST_TEXT || !text.trim_ascii_start().starts_with(MAGIC_IN_BASE64) {
        return None;
    }
    let digits: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    Base64::decode_vec(std::str::from_utf8(&digits).ok()?).ok()
}

/// Encrypts a DKEK share. `key` must be derived with `salt`.
pub fn seal(share: &DkekShare, key: &DerivedKey, salt: [u8; 8]) -> ShareFile {
    let mut ciphertext = [0; 48];
    for (place, byte) in ciphertext.iter_mut().zip(share.expose().iter().chain(&PADDING)) {
        *place = *byte;
    }
    let mut cipher = cbc::Encryptor::<Aes256>::new(key.key.expose().into(), key.iv.expose().into());
    for block in ciphertext.as_chunks_mut::<16>().0 {
        cipher.encrypt_block(block.into());
    }
    ShareFile { salt, ciphertext, trailing: 0 }
}

/// Decrypts the DKEK share. Accepts only exactly 32 bytes followed by the full block of padding, so that a wrong
/// password passes once in 2^128, not once in 255 as with `sc-hsm-tool` (protocol reference, trap 3).
pub fn open(file: &ShareFile, key: &DerivedKey) -> Result<DkekShare, ContainerError> {
    let mut plaintext = WipingBytes::from_slice(&file.ciphertext);
    let mut cipher = cbc::Decryptor::<Aes256>::new(key.key.expose().into(), key.iv.expose().into());
    for block in plaintext.expose_mut().as_chunks_mut::<16>().0 {
        cipher.decrypt_block(block.into());
    }
    let (share, padding) = plaintext.expose().split_first_chunk::<32>().ok_or(ContainerError::WrongPassword)?;
    if bool::from(padding.ct_eq(&PADDING)) {
        Ok(DkekShare::new(Secret::init(|place: &mut [u8; 32]| place.copy_from_slice(share))))
    } else {
        Err(ContainerError::WrongPassword)
    }
}

/// The byte strings that a recombined secret can stand for as a password, in the order to try them: its 8 bytes, as
/// every tool writes the file; then, only if it begins with 00, without leading zeros, as `sc-hsm-tool`'s import reads
/// it.
pub fn password_encodings(secret: &Secret<[u8; 8]>) -> Vec<WipingBytes> {
    let whole = secret.expose();
    let leading_zeros = whole.iter().take_while(|byte| **byte == 0).count();
    let mut encodings = vec![WipingBytes::from_slice(whole)];
    if let Some((_, stripped)) = whole.split_at_checked(leading_zeros).filter(|_| leading_zeros > 0) {
        encodings.push(WipingBytes::from_slice(stripped));
    }
    encodings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_file_in_base64_is_the_same_file() {
        let bytes: Vec<u8> = [&b"Salted__"[..], &[0xA5; 56]].concat();
        let file = ShareFile::parse(&bytes).ok().unwrap();
        let text = Base64::encode_string(&bytes);
        let (first, second) = text.split_at(64);
        for text in [
            text.clone(),
            format!("{first}\n{second}\n"),
            format!("\u{feff}{first}\r\n{second}\r\n"),
            format!("  {first}  \n\n  {second}"),
        ] {
            assert!(ShareFile::parse(text.as_bytes()).is_ok_and(|read| read == file), "{text}");
            assert!(ShareFile::begins(text.trim_start_matches('\u{feff}').as_bytes()));
        }
        assert!(ShareFile::parse(first.as_bytes()).is_err(), "half of it");
        assert!(ShareFile::parse(text.replace('=', "?").as_bytes()).is_err());
        assert!(ShareFile::begins(first.as_bytes()) && !ShareFile::begins(b"Salt"));
    }
}
