//! Whether a device vouches for a key: it signs the request of every key that it generates with the key of its certificate.
//!
//! Source: the protocol reference, section 2.11.

use super::cvc::{AuthenticatedRequest, CvCertificate};
use super::device::Device;
use super::public_key::PublicKey;
use super::verify::{Verdict, request_is_signed_by_device};

/// What the outer signature of a request proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attestation {
    /// This device generated the key.
    ByThisDevice,
    /// The request names another device, by the reference of its certificate.
    ByOther(String),
    /// The request names this device, and the key of its certificate did not sign it.
    Wrong,
    /// The certificate has a key of a kind that this program does not know.
    CannotCheck,
}

impl Device {
    /// Whether this device vouches for a key, by its own certificate. It counts as much as that certificate does.
    pub fn attestation(&self, request: &AuthenticatedRequest) -> Attestation {
        let Ok((own, _)) = CvCertificate::parse(self.certificates()) else { return Attestation::CannotCheck };
        attested(request, &own.holder, self.own_key().as_ref())
    }
}

fn attested(request: &AuthenticatedRequest, holder: &str, key: Option<&PublicKey>) -> Attestation {
    if request.device != holder {
        return Attestation::ByOther(request.device.clone());
    }
    match key.map(|key| request_is_signed_by_device(request, key)) {
        Some(Verdict::Good) => Attestation::ByThisDevice,
        Some(Verdict::Bad) => Attestation::Wrong,
        Some(Verdict::CannotCheck) | None => Attestation::CannotCheck,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::double::{chain, recorded_requests};

    #[test]
    fn a_request_is_attested_by_the_device_that_made_it_and_by_no_other() {
        let (own, _) = CvCertificate::parse(&chain("pico-hsm-ef-2f02")).unwrap();
        let key = own.key.public_key(None).unwrap();
        let (other, _) = CvCertificate::parse(&chain("nitrokey-hsm-2-ef-2f02")).unwrap();
        let others = other.key.public_key(Some(crate::terms::Curve::BrainpoolP256r1)).unwrap();
        for bytes in recorded_requests() {
            let mut request = AuthenticatedRequest::parse(&bytes).unwrap();
            assert_eq!(attested(&request, &own.holder, Some(&key)), Attestation::ByThisDevice);
            let foreign = Attestation::ByOther("ESPICOHSMTR00001".to_owned());
            assert_eq!(attested(&request, &other.holder, Some(&others)), foreign);
            // Another device that claims to be this one.
            assert_eq!(attested(&request, &own.holder, Some(&others)), Attestation::Wrong);
            assert_eq!(attested(&request, &own.holder, None), Attestation::CannotCheck);
            request.signed[60] ^= 1;
            assert_eq!(attested(&request, &own.holder, Some(&key)), Attestation::Wrong);
        }
    }
}
