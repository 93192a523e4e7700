//! Wraps a key anew, under another DKEK: the only place in this program where a private key of a device is ever in plain text.
//! It stays in one buffer, which is wiped when the function returns.

use aes::Aes256;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use cmac::{Cmac, KeyInit, Mac};

use super::Dkek;
use super::wrapped_key::{KeyBlob, WrappedKeyError};
use crate::secret::WipingBytes;

/// The payload begins with this many random bytes; what follows them is the key.
pub const RANDOM: usize = 8;

const BLOCK: usize = 16;

/// Opens a wrapped key with the DKEK it is under, and wraps the same key under another one. The payload gets new random bytes,
/// which must come from a good generator; everything else about the key (its kind, what it may be used for) stays as it is.
///
/// # Errors
/// It is not under this DKEK, or was altered; or it is an AES key in the form of early devices, whose lists cannot be read.
pub fn rewrap(blob: &KeyBlob, under: &Dkek, anew: &Dkek, random: [u8; RANDOM]) -> Result<KeyBlob, WrappedKeyError> {
    blob.verify(under)?;
    let (head, ciphertext) = blob.head_and_ciphertext()?;
    let mut payload = WipingBytes::from_slice(ciphertext);
    let mut cipher = cbc::Decryptor::<Aes256>::new(under.cipher_key().expose().into(), &[0; BLOCK].into());
    for block in payload.expose_mut().as_chunks_mut::<BLOCK>().0 {
        cipher.decrypt_block(block.into());
    }
    for (place, byte) in payload.expose_mut().iter_mut().zip(random) {
        *place = byte;
    }
    let mut cipher = cbc::Encryptor::<Aes256>::new(anew.cipher_key().expose().into(), &[0; BLOCK].into());
    for block in payload.expose_mut().as_chunks_mut::<BLOCK>().0 {
        cipher.encrypt_block(block.into());
    }
    let mut bytes = anew.kcv().0.to_vec();
    bytes.extend(head);
    bytes.extend(payload.expose());
    let mac = <Cmac<Aes256> as KeyInit>::new(anew.mac_key().expose().into()).chain_update(&bytes).finalize();
    bytes.extend(mac.into_bytes());
    let wrapped = KeyBlob::parse(&bytes)?;
    wrapped.verify(anew)?;
    Ok(wrapped)
}
