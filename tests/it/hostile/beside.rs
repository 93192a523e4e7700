//! What lies beside a key in its file (EF `CExx`): a request, a CV certificate, or an X.509 certificate.

use hsm_ceremony::card::{public_key_beside, x509_pem};

use super::certificates::public_key;

pub fn check(data: &[u8]) {
    if let Some(key) = public_key_beside(data) {
        public_key(&key);
    }
    if let Some(pem) = x509_pem(data) {
        assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\n") && pem.ends_with("-----END CERTIFICATE-----\n"));
        assert!(pem.is_ascii() && !pem.contains('\r'));
    }
}
