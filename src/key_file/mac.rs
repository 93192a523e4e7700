//! The code over the contents of a PKCS#12 file (RFC 7292, section 5.1 and appendix B): HMAC under a key that is derived of the
//! password. It is as long as the digest, so one block of the derivation is enough.

use hmac::{HmacReset, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use zeroize::{Zeroize, Zeroizing};

use super::pbes2::MOST_ROUNDS;
use super::{INTEGER, KeyFileError, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, algorithm};
use crate::card::tlv::Object;
use crate::secret::WipingBytes;

const SHA1: [u8; 5] = [0x2B, 0x0E, 0x03, 0x02, 0x1A];
const SHA256: [u8; 9] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
const SHA384: [u8; 9] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02];
const SHA512: [u8; 9] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03];

/// The purpose of a derived key: integrity.
const FOR_MAC: u8 = 3;

macro_rules! code_with {
    ($digest:ty, $block:expr, $password:expr, $salt:expr, $rounds:expr, $content:expr, $code:expr) => {{
        let mut derived = <$digest>::new()
            .chain_update([FOR_MAC; $block])
            .chain_update(repeated($salt, $block).expose())
            .chain_update(repeated($password, $block).expose())
            .finalize();
        for _ in 1..$rounds {
            derived = <$digest>::digest(&derived);
        }
        let mac = <HmacReset<$digest> as KeyInit>::new_from_slice(&derived);
        derived.as_mut_slice().zeroize();
        mac.is_ok_and(|mac| mac.chain_update($content).verify_slice($code).is_ok())
    }};
}

/// Checks the code of a `MacData` over the contents.
///
/// # Errors
/// It is another one: the password is wrong, or the contents were altered. Or it is of a kind that is not supported.
pub fn check(data: &Object<'_>, content: &[u8], password: &[u8]) -> Result<(), KeyFileError> {
    let mut fields = data.inside();
    let mut digest_info = fields.expect(SEQUENCE)?.inside();
    let oid = digest_info.expect(SEQUENCE)?.inside().expect(OBJECT_IDENTIFIER)?.value;
    let code = digest_info.expect(OCTET_STRING)?.value;
    let salt = fields.expect(OCTET_STRING)?.value;
    let rounds = fields.optional(INTEGER)?.map_or(Some(1), |rounds| number(rounds.value));
    let unsupported = || KeyFileError::Encryption { found: algorithm::shown(oid) };
    let rounds = rounds.filter(|rounds| *rounds <= MOST_ROUNDS).ok_or_else(unsupported)?;
    let spelled = spelled(password).ok_or(KeyFileError::WrongPassword)?;
    // Without a password, some write none, and some an empty one.
    let none: &[u8] = &[];
    let candidates = [spelled.as_slice(), if password.is_empty() { none } else { spelled.as_slice() }];
    for password in candidates {
        let holds = if oid == SHA1 {
            code_with!(Sha1, 64, password, salt, rounds, content, code)
        } else if oid == SHA256 {
            code_with!(Sha256, 64, password, salt, rounds, content, code)
        } else if oid == SHA384 {
            code_with!(Sha384, 128, password, salt, rounds, content, code)
        } else if oid == SHA512 {
            code_with!(Sha512, 128, password, salt, rounds, content, code)
        } else {
            return Err(unsupported());
        };
        if holds {
            return Ok(());
        }
    }
    Err(KeyFileError::WrongPassword)
}

fn number(bytes: &[u8]) -> Option<u32> {
    let digits = crate::card::tlv::strip_zeros(bytes);
    (digits.len() <= 4).then(|| digits.iter().fold(0, |sum, digit| sum << 8 | u32::from(*digit)))
}

/// A password as the derivation takes it: two bytes for each character, and two zeros behind them.
fn spelled(password: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let text = std::str::from_utf8(password).ok()?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * password.len() + 2));
    for unit in text.encode_utf16() {
        bytes.extend(unit.to_be_bytes());
    }
    bytes.extend([0, 0]);
    Some(bytes)
}

/// As many copies as fill whole blocks.
fn repeated(bytes: &[u8], block: usize) -> WipingBytes {
    let mut filled = WipingBytes::zeros(bytes.len().next_multiple_of(block));
    for (place, byte) in filled.expose_mut().iter_mut().zip(bytes.iter().cycle()) {
        *place = *byte;
    }
    filled
}
