//! The device key encryption key: shares in, key check value out, and the two wrapping keys.
//!
//! Source: the protocol reference, sections 2.6 and 4.1.

use crate::card::status::Status;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Its length in bytes.
pub(super) const DKEK: usize = 32;

/// The DKEK of an initialised card.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Dkek {
    /// The number of shares it is made of; 0: the card generated it itself.
    pub shares: u8,
    /// The number of shares still missing.
    pub outstanding: u8,
    /// XOR of the shares so far.
    pub value: Zeroizing<Vec<u8>>,
}

/// The keys that encrypt and authenticate blobs.
pub(super) struct WrappingKeys {
    /// First 8 bytes of SHA-256 of the DKEK.
    pub check_value: [u8; 8],
    /// AES-256 key for the payload.
    pub encipher: Zeroizing<[u8; 32]>,
    /// AES-256 key for the message authentication code.
    pub authenticate: Zeroizing<[u8; 32]>,
}

impl Dkek {
    /// A DKEK that waits for this many shares.
    pub(super) fn awaiting(shares: u8) -> Self {
        Self { shares, outstanding: shares, value: vec![0; DKEK].into() }
    }

    /// Imports one share; 6986 when all are already in.
    pub(super) fn import(&mut self, share: &[u8; DKEK]) -> Result<(), Status> {
        self.outstanding = self.outstanding.checked_sub(1).ok_or(Status::NotAllowed)?;
        self.value.iter_mut().zip(share).for_each(|(byte, other)| *byte ^= other);
        Ok(())
    }

    /// Total, outstanding, key check value; the value is zeros while shares are missing or it is hidden.
    pub(super) fn status(&self, hidden: bool) -> Vec<u8> {
        let check_value = match self.keys() {
            Some(keys) if !hidden => keys.check_value,
            _ => [0; 8],
        };
        [&[self.shares, self.outstanding], &check_value[..]].concat()
    }

    /// The wrapping keys, once all shares are in.
    pub(super) fn keys(&self) -> Option<WrappingKeys> {
        if self.outstanding > 0 {
            return None;
        }
        let numbered = |number: u8| {
            let mut hash = Sha256::new();
            hash.update(&*self.value);
            hash.update([0, 0, 0, number]);
            Zeroizing::new(<[u8; 32]>::from(hash.finalize()))
        };
        let mut check_value = [0; 8];
        check_value.iter_mut().zip(Sha256::digest(&*self.value)).for_each(|(place, byte)| *place = byte);
        Some(WrappingKeys { check_value, encipher: numbered(1), authenticate: numbered(2) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        let mut dkek = Dkek::awaiting(2);
        dkek.import(&[0x0F; 32]).unwrap();
        assert_eq!(dkek.status(false), [2, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
        dkek.import(&[0xFF; 32]).unwrap();
        assert_eq!(**dkek.value, [0xF0; 32]);
        assert_eq!(dkek.status(true), [2, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(dkek.status(false)[2..], Sha256::digest([0xF0; 32])[..8]);
        assert_eq!(dkek.import(&[0xFF; 32]), Err(Status::NotAllowed));
    }
}
