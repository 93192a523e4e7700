//! Public-key operations: checking signatures.

use super::cvc::{AuthenticatedRequest, CvCertificate};
use super::public_key::PublicKey;
use super::tlv::{Reader, strip_zeros};
use crate::terms::Curve;
use ecdsa::signature::hazmat::PrehashVerifier;
use rsa::{BoxedUint, Pkcs1v15Sign};
use sha2::{Digest, Sha256};

/// The result of checking a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The key signed exactly this.
    Good,
    /// It did not, or the key or signature is invalid.
    Bad,
    /// This program does not implement this curve (brainpoolP512r1) or kind of key; `openssl` may.
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

/// Like [`verify_sha256`], for a known SHA-256 digest.
pub fn verify_digest(key: &PublicKey, digest: &[u8; 32], signature: &[u8]) -> Verdict {
    match key {
        PublicKey::Rsa { modulus, exponent } => verify_rsa(modulus, exponent, digest, signature),
        PublicKey::Ec { curve, point } => verify_ec(*curve, point, digest, signature),
    }
}

/// Like [`verify_sha256`], for a signature as `openssl dgst -verify` takes it: with elliptic curves, SEQUENCE { r, s }.
pub fn verify_as_openssl(key: &PublicKey, message: &[u8], signature: &[u8]) -> Verdict {
    match key {
        PublicKey::Rsa { .. } => verify_sha256(key, message, signature),
        PublicKey::Ec { curve, .. } => fixed_length(signature, curve.field_bytes())
            .map_or(Verdict::Bad, |signature| verify_sha256(key, message, &signature)),
    }
}

/// r‖s, each of `size` bytes, of SEQUENCE { r, s }.
fn fixed_length(signature: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut outside = Reader::new(signature);
    let mut inside = outside.expect(0x30).ok()?.inside();
    outside.end().ok()?;
    let mut fixed = Vec::new();
    for _ in 0..2 {
        let number = strip_zeros(inside.expect(0x02).ok()?.value);
        fixed.resize(fixed.len() + size.checked_sub(number.len())?, 0);
        fixed.extend_from_slice(number);
    }
    inside.end().ok()?;
    Some(fixed)
}

/// Whether the new key signed its own request.
pub fn request_is_signed_by_its_key(request: &AuthenticatedRequest) -> Verdict {
    request
        .public_key()
        .map_or(Verdict::CannotCheck, |key| verify_sha256(&key, &request.request.signed, &request.request.signature))
}

/// Whether this device signed the request, and therefore generated its key.
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

/// Verification on one curve: a macro, because the generic bounds would be longer. A digest shorter than the field is
/// padded in front, which does not change its value; a high s is as valid as its negation.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::cvc::{CvCertificate, parse_chain};
    use crate::card::double::{chain, hex, recorded, recorded_requests};
    use crate::terms::KeyType;

    #[test]
    fn only_two_numbers_in_a_sequence_are_a_signature_of_openssl() {
        let fixed = |der: &[u8]| fixed_length(der, 2);
        assert_eq!(fixed(&[0x30, 7, 2, 1, 5, 2, 2, 0x12, 0x34]), Some(vec![0, 5, 0x12, 0x34]));
        assert_eq!(fixed(&[0x30, 8, 2, 1, 5, 2, 3, 0, 0x92, 0x34]), Some(vec![0, 5, 0x92, 0x34]));
        let wrong: [&[u8]; 5] = [
            &[],
            &[0x30, 3, 2, 1, 5],
            &[0x30, 9, 2, 1, 5, 2, 4, 1, 0, 0x92, 0x34],
            &[0x30, 7, 2, 1, 5, 2, 2, 0x12, 0x34, 0],
            &[0x30, 8, 2, 1, 5, 2, 1, 7, 5, 0],
        ];
        assert!(wrong.iter().all(|der| fixed(der).is_none()));
    }

    fn pico_device_key() -> PublicKey {
        let (certificate, _) = CvCertificate::parse(&chain("pico-hsm-ef-2f02")).unwrap();
        certificate.key.public_key(None).unwrap()
    }

    #[test]
    fn recorded_requests_are_signed_by_their_keys_and_by_the_device() {
        let device = pico_device_key();
        let mut kinds = std::collections::HashMap::new();
        for bytes in recorded_requests() {
            let mut request = AuthenticatedRequest::parse(&bytes).unwrap();
            let kind = request.public_key().map(|key| key.key_type());
            let expected = match kind {
                None | Some(KeyType::Ec(Curve::BrainpoolP512r1)) => Verdict::CannotCheck,
                Some(_) => Verdict::Good,
            };
            *kinds.entry(kind).or_insert(0) += 1;
            assert_eq!(request_is_signed_by_its_key(&request), expected, "{kind:?}");
            assert_eq!(request_is_signed_by_device(&request, &device), Verdict::Good, "{kind:?}");

            request.request.signed[40] ^= 1;
            request.signed[40] ^= 1;
            assert_ne!(request_is_signed_by_its_key(&request), Verdict::Good, "{kind:?}");
            assert_eq!(request_is_signed_by_device(&request, &device), Verdict::Bad, "{kind:?}");
        }
        for curve in Curve::ALL {
            assert!(kinds.contains_key(&Some(KeyType::Ec(curve))), "{curve:?}");
        }
    }

    #[test]
    fn a_genuine_chain_verifies_up_to_its_root() {
        let (root, _) = CvCertificate::parse(&chain("DESRCACC100001")).unwrap();
        let root_key = root.key.public_key(None).unwrap();
        let curve = Some(Curve::BrainpoolP256r1);
        let certificates = parse_chain(&chain("nitrokey-hsm-2-ef-2f02")).unwrap();
        let [device, issuer] = &certificates[..] else { panic!("two certificates") };
        let issuer_key = issuer.key.public_key(curve).unwrap();
        assert_eq!(certificate_is_signed_by(&root, &root_key), Verdict::Good);
        assert_eq!(certificate_is_signed_by(issuer, &root_key), Verdict::Good);
        assert_eq!(certificate_is_signed_by(device, &issuer_key), Verdict::Good);
        assert_eq!(certificate_is_signed_by(device, &root_key), Verdict::Bad);
    }

    #[test]
    fn a_high_s_is_as_valid_as_a_low_one() {
        // On secp256k1, the crate by itself refuses a high s.
        let key = pico_device_key();
        let order = crypto_bigint::U256::from_be_slice(crate::card::curves::domain(Curve::Secp256k1).order);
        let request = AuthenticatedRequest::parse(&recorded_requests()[0]).unwrap();
        let mut mirrored = request.signature.clone();
        let s = crypto_bigint::U256::from_be_slice(&mirrored[32..]);
        mirrored[32..].copy_from_slice(&order.wrapping_sub(&s).to_be_bytes()[..]);
        assert_ne!(mirrored, request.signature);
        assert_eq!(verify_sha256(&key, &request.signed, &request.signature), Verdict::Good);
        assert_eq!(verify_sha256(&key, &request.signed, &mirrored), Verdict::Good);
    }

    #[test]
    fn a_recorded_rsa_signature_is_good_for_its_digest_alone() {
        let request =
            AuthenticatedRequest::parse(&hex(&recorded("pkcs11-tool-keypairgen-rsa-2048", "0046").1)).unwrap();
        let key = request.public_key().unwrap();
        let (command, response) = recorded("pkcs11-tool-sign-sha256-rsa-pkcs", "80680120");
        let (command, signature) = (hex(&command), hex(&response));
        let mut digest: [u8; 32] = command[command.len() - 34..command.len() - 2].try_into().unwrap();
        let signature = &signature[..256];
        assert_eq!(verify_digest(&key, &digest, signature), Verdict::Good);
        digest[0] ^= 1;
        assert_eq!(verify_digest(&key, &digest, signature), Verdict::Bad);
    }

    #[test]
    fn nonsense_is_bad_and_never_panics() {
        let huge = vec![0xFF; 2000];
        let mut keys = vec![
            PublicKey::rsa(&[1], &[1]).unwrap(),
            PublicKey::rsa(&[2; 256], &[2]).unwrap(),
            PublicKey::rsa(&[0xFF; 1024], &[0xFF; 8]).unwrap(),
        ];
        for curve in Curve::ALL {
            for fill in [0x00, 0x01, 0xFF] {
                let mut point = vec![fill; 1 + 2 * curve.field_bytes()];
                point[0] = 4;
                keys.push(PublicKey::ec(curve, &point).unwrap());
            }
            let generator = crate::card::curves::domain(curve).generator;
            keys.push(PublicKey::ec(curve, generator).unwrap());
        }
        for key in &keys {
            for signature in
                [&[][..], &[0], &huge, &huge[..64], &[0; 64], &[0; 96], &huge[..96], &[0; 132], &huge[..132]]
            {
                assert_ne!(verify_sha256(key, b"message", signature), Verdict::Good, "{key:?}");
            }
        }
    }
}
