//! Wraps a key that was not in a device, as a device would (the protocol reference, section 4.2).

use aes::Aes256;
use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
use cmac::{Cmac, KeyInit, Mac};

use super::Dkek;
use super::rewrap::RANDOM;
use super::wrapped_key::{BlobType, KeyBlob, WrappedKeyError};
use crate::secret::WipingBytes;

const BLOCK: usize = 16;
/// The default algorithms, by their object identifiers: id-TA-RSA-v1-5-SHA-256 and id-TA-ECDSA-SHA-256.
const RSA: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02, 0x01, 0x02];
const EC: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02, 0x02, 0x03];

/// Wraps the fields of a key, of `bits` bits, under the DKEK; it may be used for everything. The random bytes must come from a
/// good generator. The payload is in one buffer, which is wiped.
///
/// # Errors
/// A field or the key is longer than the form allows, or it is a key that has no fields.
pub fn wrap(
    kind: BlobType,
    bits: usize,
    fields: &[&[u8]],
    dkek: &Dkek,
    random: [u8; RANDOM],
) -> Result<KeyBlob, WrappedKeyError> {
    let (byte, algorithm) = match kind {
        BlobType::Rsa => (0x05, RSA),
        BlobType::RsaCrt => (0x06, RSA),
        BlobType::Ec => (0x0C, EC),
        BlobType::Aes => return Err(WrappedKeyError::UnknownType { found: 0x0F }),
    };
    let length: usize = RANDOM + 2 + fields.iter().map(|field| 2 + field.len()).sum::<usize>();
    let padded = (length + 1).next_multiple_of(BLOCK);
    let mut payload = WipingBytes::with_capacity(padded);
    let mut put = |bytes: &[u8]| payload.extend(bytes).map_err(|_| WrappedKeyError::Truncated);
    put(&random)?;
    put(&two_bytes(bits)?)?;
    for field in fields {
        put(&two_bytes(field.len())?)?;
        put(field)?;
    }
    put(&[0x80])?;
    for _ in length + 1..padded {
        put(&[0])?;
    }
    let mut cipher = cbc::Encryptor::<Aes256>::new(dkek.cipher_key().expose().into(), &[0; BLOCK].into());
    for block in payload.expose_mut().as_chunks_mut::<BLOCK>().0 {
        cipher.encrypt_block(block.into());
    }
    let mut bytes = dkek.kcv().0.to_vec();
    bytes.push(byte);
    bytes.extend(two_bytes(algorithm.len())?);
    bytes.extend(algorithm);
    // Allowed algorithms, access conditions and object identifier: none.
    bytes.extend([0; 6]);
    bytes.extend(payload.expose());
    let mac = <Cmac<Aes256> as KeyInit>::new(dkek.mac_key().expose().into()).chain_update(&bytes).finalize();
    bytes.extend(mac.into_bytes());
    let wrapped = KeyBlob::parse(&bytes)?;
    wrapped.verify(dkek)?;
    Ok(wrapped)
}

fn two_bytes(number: usize) -> Result<[u8; 2], WrappedKeyError> {
    u16::try_from(number).map(u16::to_be_bytes).map_err(|_| WrappedKeyError::Truncated)
}
