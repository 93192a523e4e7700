//! What devices and authorities sign: CV certificates and their chains, authenticated requests, and public keys.

use hsm_ceremony::card::cvc::parse_chain;
use hsm_ceremony::card::genuine;
use hsm_ceremony::card::verify::{
    certificate_is_signed_by, request_is_signed_by_device, request_is_signed_by_its_key, verify_as_openssl,
    verify_sha256,
};
use hsm_ceremony::card::{AuthenticatedRequest, CvCertificate, PublicKey};

pub fn check(data: &[u8]) {
    if let Ok((first, rest)) = CvCertificate::parse(data) {
        assert!(rest.len() < data.len());
        certificate(&first);
    }
    if let Ok(chain) = parse_chain(data) {
        for pair in chain.windows(2) {
            if let Some(issuer) = pair[1].key.public_key(None) {
                let _ = certificate_is_signed_by(&pair[0], &issuer);
            }
        }
        chain.iter().for_each(certificate);
        let today = "2026-11-28".parse().unwrap();
        let (real, rehearsed) = (genuine::check(data, today, false), genuine::check(data, today, true));
        assert!(!real.is_accepted() || real == rehearsed, "the software card's root counts in a rehearsal alone");
    }
    if let Ok(request) = AuthenticatedRequest::parse(data) {
        let _ = (request.device_serial(), request_is_signed_by_its_key(&request));
        certificate(&request.request);
        if let Some(key) = request.public_key() {
            let _ = request_is_signed_by_device(&request, &key);
        }
    }
    let text = std::str::from_utf8(data).ok().and_then(|text| PublicKey::from_pem(text).ok());
    for key in [text, PublicKey::from_der(data).ok()].into_iter().flatten() {
        public_key(&key);
    }
}

fn certificate(certificate: &CvCertificate) {
    assert!(certificate.holder.bytes().chain(certificate.authority.bytes()).all(|byte| (b' '..=b'~').contains(&byte)));
    let _ = certificate.serial();
    if let Some(key) = certificate.key.public_key(None) {
        let _ = verify_sha256(&key, &certificate.signed, &certificate.signature);
        public_key(&key);
    }
}

/// It is written as it is read.
pub fn public_key(key: &PublicKey) {
    assert!(PublicKey::from_der(&key.to_der()).is_ok_and(|again| again == *key));
    assert!(PublicKey::from_pem(&key.to_pem()).is_ok_and(|again| again == *key));
    let _ = (key.key_type(), verify_as_openssl(key, b"text", b"signature"));
}
