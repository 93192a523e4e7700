//! Public operations: whether a signature is good.

use super::cvc::{AuthenticatedRequest, CvCertificate};
use super::public_key::PublicKey;
use crate::terms::Curve;
use ecdsa::signature::hazmat::PrehashVerifier;
use rsa::{BoxedUint, Pkcs1v15Sign};
use sha2::{Digest, Sha256};

/// What is known about a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The key signed exactly this.
    Good,
    /// It did not, or the key or signature is no such thing.
    Bad,
    /// No program part computes this curve (brainpoolP512r1) or knows this key; `openssl` may.
    CannotCheck,
}

impl Verdict {
    const fn from_good(good: bool) -> Self {
        if good { Self::Good } else { Self::Bad }
    }
}

/// Checks a signature over SHA-256 of a message: PKCS#1 v1.5 for RSA, r‖s of fixed length for elliptic curves.
pub fn verify_sha256(key: &PublicKey, message: &[u8], signature: &[u8]) -> Verdict {
    verify_digest(key, &Sha256::digest(message).into(), signature)
}

/// As [`verify_sha256`], where the SHA-256 digest is known.
pub fn verify_digest(key: &PublicKey, digest: &[u8; 32], signature: &[u8]) -> Verdict {
    match key {
        PublicKey::Rsa { modulus, exponent } => verify_rsa(modulus, exponent, digest, signature),
        PublicKey::Ec { curve, point } => verify_ec(*curve, point, digest, signature),
    }
}

/// Whether the new key signed its own request.
pub fn request_is_signed_by_its_key(request: &AuthenticatedRequest) -> Verdict {
    request
        .public_key()
        .map_or(Verdict::CannotCheck, |key| verify_sha256(&key, &request.request.signed, &request.request.signature))
}

/// Whether this device signed the request, and so made its key.
pub fn request_is_signed_by_device(request: &AuthenticatedRequest, device: &PublicKey) -> Verdict {
    verify_sha256(device, &request.signed, &request.signature)
}

/// Whether this issuer signed the certificate.
pub fn certificate_is_signed_by(certificate: &CvCertificate, issuer: &PublicKey) -> Verdict {
    verify_sha256(issuer, &certificate.signed, &certificate.signature)
}

fn verify_rsa(modulus: &[u8], exponent: &[u8], digest: &[u8; 32], signature: &[u8]) -> Verdict {
    let key =
        rsa::PublicKey::new(BoxedUint::from_be_slice_vartime(modulus), BoxedUint::from_be_slice_vartime(exponent));
    let good = key.is_ok_and(|key| key.verify(Pkcs1v15Sign::new::<Sha256>(), digest, signature).is_ok());
    Verdict::from_good(good)
}

/// One curve's verification: a macro, for the generic bounds are longer than this. A digest shorter than the field is
/// padded in front, which leaves its number as it is; a high s is as good as its mirror image.
macro_rules! verify_with {
    ($type:ty, $curve:expr, $point:expr, $digest:expr, $signature:expr) => {{
        let mut padded = vec![0; $curve.field_bytes().saturating_sub($digest.len())];
        padded.extend_from_slice($digest);
        let good = ecdsa::VerifyingKey::<$type>::from_sec1_bytes($point)
            .and_then(|key| {
                let signature = ecdsa::Signature::<$type>::from_slice($signature)?;
                key.verify_prehash(&padded, &signature.normalize_s())
            })
            .is_ok();
        Verdict::from_good(good)
    }};
}

fn verify_ec(curve: Curve, point: &[u8], digest: &[u8; 32], signature: &[u8]) -> Verdict {
    match curve {
        Curve::P256 => verify_with!(p256::NistP256, curve, point, digest, signature),
        Curve::P384 => verify_with!(p384::NistP384, curve, point, digest, signature),
        Curve::P521 => verify_with!(p521::NistP521, curve, point, digest, signature),
        Curve::BrainpoolP256r1 => verify_with!(bp256::BrainpoolP256r1, curve, point, digest, signature),
        Curve::BrainpoolP384r1 => verify_with!(bp384::BrainpoolP384r1, curve, point, digest, signature),
        Curve::Secp256k1 => verify_with!(k256::Secp256k1, curve, point, digest, signature),
        Curve::BrainpoolP512r1 => Verdict::CannotCheck,
    }
}
