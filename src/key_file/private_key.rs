//! A private key of a file, ready to be wrapped.

use crate::card::{PublicKey, curves};
use crate::dkek::{BlobType, Dkek, KeyBlob, REWRAP_RANDOM, WrappedKeyError, wrap};
use crate::secret::{WipingBytes, wipe_stack};

/// A private key, and its public key.
pub struct PrivateKey {
    pub(super) public: PublicKey,
    pub(super) parts: Parts,
}

/// The numbers of which a wrapped key is made, at full length, and wiped when dropped.
pub(super) enum Parts {
    /// An RSA key.
    Rsa {
        /// d.
        private: WipingBytes,
        /// d mod (p-1), d mod (q-1), p, q^-1 mod p, q: in the order of a wrapped key.
        chinese: [WipingBytes; 5],
    },
    /// A key on a curve: d.
    Ec(WipingBytes),
}

/// Longer keys are wrapped without their primes (the protocol reference, section 4.2).
const LONGEST_WITH_PRIMES: usize = 256;

impl PrivateKey {
    /// Its public key.
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Wraps it under a DKEK, as a device does. The random bytes must come from a good generator.
    ///
    /// # Errors
    /// Never, for a key that was read from a file.
    pub fn wrap(&self, dkek: &Dkek, random: [u8; REWRAP_RANDOM]) -> Result<KeyBlob, WrappedKeyError> {
        let wrapped = self.wrap_it(dkek, random);
        wipe_stack();
        wrapped
    }

    fn wrap_it(&self, dkek: &Dkek, random: [u8; REWRAP_RANDOM]) -> Result<KeyBlob, WrappedKeyError> {
        match (&self.public, &self.parts) {
            (PublicKey::Rsa { modulus, exponent }, Parts::Rsa { chinese, .. })
                if modulus.len() <= LONGEST_WITH_PRIMES =>
            {
                let fields = chinese.iter().map(WipingBytes::expose).chain([&modulus[..], &exponent[..]]);
                wrap(BlobType::RsaCrt, 8 * modulus.len(), &fields.collect::<Vec<_>>(), dkek, random)
            }
            (PublicKey::Rsa { modulus, exponent }, Parts::Rsa { private, .. }) => {
                wrap(BlobType::Rsa, 8 * modulus.len(), &[private.expose(), modulus, exponent], dkek, random)
            }
            (PublicKey::Ec { curve, point }, Parts::Ec(private)) => {
                let domain = curves::domain(*curve);
                let fields =
                    [domain.a, domain.b, domain.p, domain.order, domain.generator, private.expose(), &point[..]];
                wrap(BlobType::Ec, 8 * curve.field_bytes(), &fields, dkek, random)
            }
            (PublicKey::Rsa { .. }, Parts::Ec(_)) | (PublicKey::Ec { .. }, Parts::Rsa { .. }) => {
                Err(WrappedKeyError::NotAWrappedKey)
            }
        }
    }
}

/// A number at full length; none: it is longer.
pub(super) fn padded(number: &[u8], length: usize) -> Option<WipingBytes> {
    let number = crate::card::tlv::strip_zeros(number);
    let mut bytes = WipingBytes::zeros(length);
    let from = length.checked_sub(number.len())?;
    bytes.expose_mut().get_mut(from..)?.copy_from_slice(number);
    Some(bytes)
}
