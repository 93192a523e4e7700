//! What lies beside a key (EF `CExx`, or the third part of a wrapped key): the request that the device made, a
//! card-verifiable certificate, or an X.509 certificate that somebody stored instead.
//!
//! Source: the protocol reference, sections 2.11 and 4.4; RFC 5280.

use pem_rfc7468::LineEnding;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::{Decode, Encode};

use super::cvc::{AuthenticatedRequest, CvCertificate};
use super::public_key::PublicKey;
use super::tlv::Reader;

/// The public key that is stated beside a key; anything after it is ignored (a file may be longer than its contents).
/// Nobody vouches for it: no signature is checked. `None` if none of the three is there, or if its key is of a kind that
/// this program does not know.
pub fn public_key_beside(bytes: &[u8]) -> Option<PublicKey> {
    if let Ok(request) = AuthenticatedRequest::parse(bytes) {
        return request.public_key();
    }
    if let Ok((certificate, _)) = CvCertificate::parse(bytes) {
        // One that inherits its curve does not say which.
        return certificate.key.public_key(None);
    }
    let whole = Reader::new(bytes).expect(0x30).ok()?.whole;
    let certificate = CertificateInner::<Raw>::from_der(whole).ok()?;
    let key = certificate.tbs_certificate().subject_public_key_info().to_der().ok()?;
    PublicKey::from_der(&key).ok()
}

/// The X.509 certificate beside a key, as PEM; `None` if something else is there. Anything after it is ignored.
pub fn x509_pem(bytes: &[u8]) -> Option<String> {
    let whole = Reader::new(bytes).expect(0x30).ok()?.whole;
    CertificateInner::<Raw>::from_der(whole).ok()?;
    pem_rfc7468::encode_string("CERTIFICATE", LineEnding::LF, whole).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::double::recorded_requests;
    use crate::dkek::WrappedKeyFile;
    use crate::terms::{Curve, KeyType};
    use proptest::prelude::*;
    use std::path::Path;

    /// What lies beside a key of the cases.
    fn beside(case: &str) -> Vec<u8> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/cases").join(case);
        WrappedKeyFile::parse(&std::fs::read(path).unwrap()).ok().unwrap().certificate.unwrap()
    }

    #[test]
    fn requests_and_both_kinds_of_certificate_state_the_key() {
        for (case, key_type) in [
            ("x509-in-wrapped-key/rsa.bin", KeyType::Rsa(2048)),
            ("x509-in-wrapped-key/p256.bin", KeyType::Ec(Curve::P256)),
            ("x509-in-wrapped-key/bp256.bin", KeyType::Ec(Curve::BrainpoolP256r1)),
            ("x509-in-wrapped-key/k1.bin", KeyType::Ec(Curve::Secp256k1)),
            ("x509-without-description/ec.bin", KeyType::Ec(Curve::P256)),
            ("cvc-certificate/key1.bin", KeyType::Rsa(2048)),
            ("restricted-algorithms/p256.bin", KeyType::Ec(Curve::P256)),
        ] {
            let mut bytes = beside(case);
            let found = public_key_beside(&bytes);
            assert_eq!(found.as_ref().map(PublicKey::key_type), Some(key_type), "{case}");
            bytes.extend([0; 7]);
            assert_eq!(public_key_beside(&bytes), found, "{case}: a longer file");
        }
    }

    proptest! {
        #[test]
        fn damaged_certificates_never_panic(
            case in prop::sample::select(vec!["x509-in-wrapped-key/rsa.bin", "x509-in-wrapped-key/k1.bin"]),
            at in any::<prop::sample::Index>(), byte in any::<u8>(),
            noise in proptest::collection::vec(any::<u8>(), 0..600),
        ) {
            let mut bytes = beside(case);
            let at = at.index(bytes.len());
            prop_assert!(public_key_beside(&bytes[..at]).is_none());
            bytes[at] = byte;
            let _ = public_key_beside(&bytes);
            let _ = public_key_beside(&noise);
            let _ = public_key_beside(&[&[0x30, 0x82, 2, 0][..], &noise].concat());
            prop_assert!(recorded_requests().iter().any(|request| public_key_beside(request).is_some()));
        }
    }
}
