//! The DKEK (device key encryption key), the shares it is made of, and the two files that depend on it: the share file
//! and the wrapped key.
//!
//! Source: the protocol reference, "The DKEK share file" and "DKEK and the wrapped key"; both checked against
//! `sc-hsm-tool`.

mod container;
mod kdf;
mod rewrap;
#[cfg(test)]
mod tests;
mod wrap;
mod wrapped_key;

pub use container::{ContainerError, REHEARSAL_SALT, ShareFile, open, password_encodings, seal};
pub use kdf::{Derivation, DerivedKey, Progress, Rounds, derive};
pub use rewrap::{RANDOM as REWRAP_RANDOM, rewrap};
pub use wrap::wrap;
pub use wrapped_key::{BlobType, KeyBlob, WrappedKeyError, WrappedKeyFile};

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use thiserror::Error;

use crate::secret::Secret;
use crate::terms::Kcv;

/// One of the k secrets whose XOR is the DKEK; 32 bytes.
pub struct DkekShare(Secret<[u8; 32]>);

/// The key that wraps the keys of a device; 32 bytes.
pub struct Dkek(Secret<[u8; 32]>);

/// Why shares do not make a DKEK. Indices count from 0, in the given list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DkekError {
    /// No share was given.
    #[error("no DKEK share")]
    NoShares,
    /// A share given twice cancels itself out: the DKEK would consist of the other shares alone.
    #[error("the DKEK shares {first} and {second} are the same")]
    EqualShares {
        /// The index of the first.
        first: usize,
        /// The index of the second.
        second: usize,
    },
    /// The shares cancel each other out: the DKEK would be all zeros, which everyone knows.
    #[error("the DKEK shares cancel each other")]
    Cancelled,
}

impl DkekShare {
    /// Takes 32 random bytes, or the contents of a share file.
    pub const fn new(bytes: Secret<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// Borrows the bytes, for the device or the share file.
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    /// Compares in constant time.
    pub fn same(&self, other: &Self) -> bool {
        self.0.same(&other.0)
    }

    /// The key check value of the DKEK made of this share alone.
    pub fn kcv(&self) -> Kcv {
        key_check_value(&self.0)
    }
}

impl Dkek {
    /// The XOR of all shares, in any order.
    pub fn from_shares(shares: &[&DkekShare]) -> Result<Self, DkekError> {
        if shares.is_empty() {
            return Err(DkekError::NoShares);
        }
        for (second, share) in shares.iter().enumerate() {
            if let Some(first) = shares.iter().take(second).position(|earlier| earlier.same(share)) {
                return Err(DkekError::EqualShares { first, second });
            }
        }
        let sum = Secret::init(|sum: &mut [u8; 32]| {
            for share in shares {
                for (byte, part) in sum.iter_mut().zip(share.expose()) {
                    *byte ^= part;
                }
            }
        });
        if sum.expose().ct_eq(&[0; 32]).into() { Err(DkekError::Cancelled) } else { Ok(Self(sum)) }
    }

    /// Borrows the bytes.
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    /// The key check value: the first 8 bytes of SHA-256 of the DKEK. Public.
    pub fn kcv(&self) -> Kcv {
        key_check_value(&self.0)
    }

    /// `K_ENC`, the key that encrypts wrapped keys: SHA-256(DKEK ‖ 00000001).
    fn cipher_key(&self) -> Secret<[u8; 32]> {
        Secret::init(|place: &mut [u8; 32]| {
            Sha256::new().chain_update(self.expose()).chain_update(1_u32.to_be_bytes()).finalize_into(place.into());
        })
    }

    /// `K_MAC`, the key that authenticates wrapped keys: SHA-256(DKEK ‖ 00000002).
    fn mac_key(&self) -> Secret<[u8; 32]> {
        Secret::init(|place: &mut [u8; 32]| {
            Sha256::new().chain_update(self.expose()).chain_update(2_u32.to_be_bytes()).finalize_into(place.into());
        })
    }
}

fn key_check_value(key: &Secret<[u8; 32]>) -> Kcv {
    let digest = Secret::init(|place: &mut [u8; 32]| {
        Sha256::new().chain_update(key.expose()).finalize_into(place.into());
    });
    let mut value = Kcv([0; 8]);
    for (byte, part) in value.0.iter_mut().zip(digest.expose()) {
        *byte = *part;
    }
    value
}
