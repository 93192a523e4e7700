//! A request that a key signs for itself, on the outside, too: of a key that no device generated, no device can vouch for it. It
//! lies beside the key so that PKCS#11 software finds the public key (the protocol reference, section 4.1).

use super::cvc::{ECDSA_SHA256, RSA_SHA256};
use super::tlv::Writer;
use super::{AuthenticatedRequest, PublicKey, curves};

/// Whose request it says it is. No device has this serial.
const NAME: &str = "IMPORTED00001";

/// Whether it is such a request.
pub fn is_own_request(request: &AuthenticatedRequest) -> bool {
    request.device == NAME
}

/// The request (67) for a public key; `sign` signs with its private key, over SHA-256.
///
/// # Errors
/// That of `sign`.
pub fn own_request<E>(public: &PublicKey, mut sign: impl FnMut(&[u8]) -> Result<Vec<u8>, E>) -> Result<Vec<u8>, E> {
    let key = match public {
        PublicKey::Rsa { modulus, exponent } => {
            Writer::new().object(0x06, &RSA_SHA256).object(0x81, modulus).object(0x82, exponent)
        }
        PublicKey::Ec { curve, point } => {
            let domain = curves::domain(*curve);
            Writer::new()
                .object(0x06, &ECDSA_SHA256)
                .object(0x81, domain.p)
                .object(0x82, domain.a)
                .object(0x83, domain.b)
                .object(0x84, domain.generator)
                .object(0x85, domain.order)
                .object(0x86, point)
                .object(0x87, &[1])
        }
    };
    let body = Writer::new()
        .object(0x5F29, &[0])
        .object(0x42, NAME.as_bytes())
        .constructed(0x7F49, &key)
        .object(0x5F20, NAME.as_bytes());
    let body = Writer::new().constructed(0x7F4E, &body).finish();
    let inner = Writer::new().encoded(&body).object(0x5F37, &sign(&body)?);
    let signed = Writer::new().constructed(0x7F21, &inner).object(0x42, NAME.as_bytes()).finish();
    let whole = Writer::new().encoded(&signed).object(0x5F37, &sign(&signed)?);
    Ok(Writer::new().constructed(0x67, &whole).finish())
}
