//! CV certificates, and the authenticated requests that key generation returns.
//!
//! Source: BSI TR-03110 part 3 annex D; the protocol reference, sections 2.11 and 7.

use super::curves;
use super::public_key::PublicKey;
use super::tlv::{Malformed, Object, Reader};
use crate::terms::{Curve, Day, Serial};

/// id-TA-RSA-v1-5-SHA-256
pub(super) const RSA_SHA256: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02, 0x01, 0x02];
/// id-TA-ECDSA-SHA-256
pub(super) const ECDSA_SHA256: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02, 0x02, 0x03];

/// What the authorisations of SmartCard-HSM certificates begin with: 1.3.6.1.4.1.24991.3.1. On genuine ones, a further 1 follows.
const SMARTCARD_HSM: [u8; 10] = [0x2B, 0x06, 0x01, 0x04, 0x01, 0x81, 0xC3, 0x1F, 0x03, 0x01];

/// The number of characters of a holder reference that form its sequence number.
const SEQUENCE: usize = 5;

/// What a certificate says about its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateKey {
    /// A complete key.
    Whole(PublicKey),
    /// Only a point 04‖x‖y: the curve is the issuer's.
    Inherited(Vec<u8>),
    /// An algorithm or curve that this program does not know, for example secp192r1.
    Unknown,
}

impl CertificateKey {
    /// The public key; `issuer_curve` completes a key that inherits its curve.
    pub fn public_key(&self, issuer_curve: Option<Curve>) -> Option<PublicKey> {
        match self {
            Self::Whole(key) => Some(key.clone()),
            Self::Inherited(point) => PublicKey::ec(issuer_curve?, point),
            Self::Unknown => None,
        }
    }
}

/// What the holder of a SmartCard-HSM certificate may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Certify issuers.
    Root,
    /// Certify devices.
    Issuer,
    /// Certify nothing: it is a device.
    Device,
}

/// A card-verifiable certificate, or the request for one: body 7F4E and signature 5F37 in 7F21.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CvCertificate {
    /// Whose key signed (CAR). In a request it is meaningless: the request is self-signed.
    pub authority: String,
    /// Whose key it is (CHR).
    pub holder: String,
    /// The key.
    pub key: CertificateKey,
    /// What its holder may do; none: a request, or the certificate of something else.
    pub role: Option<Role>,
    /// Its first and its last day; none: a request.
    pub term: Option<(Day, Day)>,
    /// The signed data: the body with its header.
    pub signed: Vec<u8>,
    /// The signature: PKCS#1 v1.5 block, or r‖s.
    pub signature: Vec<u8>,
}

impl CvCertificate {
    /// Reads one certificate and returns what follows it.
    pub fn parse(bytes: &[u8]) -> Result<(Self, &[u8]), Malformed> {
        let mut reader = Reader::new(bytes);
        let certificate = reader.expect(0x7F21)?;
        Ok((Self::from_object(&certificate)?, reader.rest()))
    }

    fn from_object(certificate: &Object<'_>) -> Result<Self, Malformed> {
        let mut inside = certificate.inside();
        let body = inside.expect(0x7F4E)?;
        let signature = inside.expect(0x5F37)?;
        inside.end()?;
        let fields = body.inside();
        Ok(Self {
            authority: reference(fields.find(0x42)?)?,
            holder: reference(fields.find(0x5F20)?)?,
            key: certificate_key(&fields.find(0x7F49)?.ok_or(Malformed("cvc-no-key"))?)?,
            role: fields.find(0x7F4C)?.and_then(|authorisation| role(&authorisation)),
            term: day(fields.find(0x5F25)?).zip(day(fields.find(0x5F24)?)),
            signed: body.whole.to_vec(),
            signature: signature.value.to_vec(),
        })
    }

    /// The device's serial: the holder reference without its sequence number.
    pub fn serial(&self) -> Result<Serial, Malformed> {
        serial_in(&self.holder)
    }
}

fn serial_in(holder: &str) -> Result<Serial, Malformed> {
    let end = holder.len().checked_sub(SEQUENCE).ok_or(Malformed("cvc-holder-short"))?;
    let text = holder.get(..end).ok_or(Malformed("cvc-holder-short"))?;
    Serial::new(text).map_err(|_| Malformed("cvc-serial-form"))
}

/// Reads the consecutive certificates in EF 2F02: the device's first, then its issuer's. Anything after the last
/// certificate is ignored (a file may be longer than its contents).
pub fn parse_chain(bytes: &[u8]) -> Result<Vec<CvCertificate>, Malformed> {
    let (first, mut rest) = CvCertificate::parse(bytes)?;
    let mut chain = vec![first];
    while rest.starts_with(&[0x7F, 0x21]) {
        let (next, after) = CvCertificate::parse(rest)?;
        chain.push(next);
        rest = after;
    }
    Ok(chain)
}

/// A request for a certificate, signed by the new key, and again by the device that generated it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatedRequest {
    /// The request, signed by its own key.
    pub request: CvCertificate,
    /// The holder reference of the device certificate whose key signed.
    pub device: String,
    /// The data that the device signed: the request and its own reference, with their headers.
    pub signed: Vec<u8>,
    /// The device's signature.
    pub signature: Vec<u8>,
}

impl AuthenticatedRequest {
    /// Reads an authenticated request (67). Anything after it is ignored (a file may be longer than its contents).
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut inside = Reader::new(bytes).expect(0x67)?.inside();
        let request = inside.expect(0x7F21)?;
        let device = inside.expect(0x42)?;
        let signature = inside.expect(0x5F37)?;
        inside.end()?;
        Ok(Self {
            request: CvCertificate::from_object(&request)?,
            device: reference(Some(device))?,
            signed: [request.whole, device.whole].concat(),
            signature: signature.value.to_vec(),
        })
    }

    /// The serial of the device that generated the key. The device itself writes it, whereas the host chooses the name
    /// inside the request.
    pub fn device_serial(&self) -> Result<Serial, Malformed> {
        serial_in(&self.device)
    }

    /// The public key to be certified.
    pub fn public_key(&self) -> Option<PublicKey> {
        self.request.key.public_key(None)
    }
}

fn reference(object: Option<Object<'_>>) -> Result<String, Malformed> {
    let value = object.ok_or(Malformed("cvc-no-reference"))?.value;
    let fits = (1..=16).contains(&value.len()) && value.iter().all(|b| (0x20..0x7F).contains(b));
    let text = std::str::from_utf8(value).ok().filter(|_| fits);
    text.map(str::to_owned).ok_or(Malformed("cvc-reference-form"))
}

fn role(authorisation: &Object<'_>) -> Option<Role> {
    let fields = authorisation.inside();
    let kind = fields.find(0x06).ok().flatten()?.value;
    if !kind.starts_with(&SMARTCARD_HSM) {
        return None;
    }
    match *fields.find(0x53).ok().flatten()?.value {
        [0xC0] => Some(Role::Root),
        [0x80] => Some(Role::Issuer),
        [0x00] => Some(Role::Device),
        _ => None,
    }
}

/// Six digits, one in each byte: YYMMDD of this century.
fn day(object: Option<Object<'_>>) -> Option<Day> {
    let digits: [u8; 6] = object?.value.try_into().ok()?;
    if digits.iter().any(|digit| *digit > 9) {
        return None;
    }
    let text: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    let (year, month_and_day) = text.split_at_checked(2)?;
    let (month, day) = month_and_day.split_at_checked(2)?;
    format!("20{year}-{month}-{day}").parse().ok()
}

fn certificate_key(object: &Object<'_>) -> Result<CertificateKey, Malformed> {
    let fields = object.inside();
    let value = |tag| Ok(fields.find(tag)?.map(|field| field.value));
    let algorithm = value(0x06)?.ok_or(Malformed("cvc-no-algorithm"))?;
    if algorithm == RSA_SHA256 {
        let (Some(modulus), Some(exponent)) = (value(0x81)?, value(0x82)?) else {
            return Err(Malformed("cvc-key-incomplete"));
        };
        return PublicKey::rsa(modulus, exponent).map(CertificateKey::Whole).ok_or(Malformed("cvc-key-form"));
    }
    if algorithm != ECDSA_SHA256 {
        return Ok(CertificateKey::Unknown);
    }
    let point = value(0x86)?.ok_or(Malformed("cvc-key-incomplete"))?;
    let Some(p) = value(0x81)? else { return Ok(CertificateKey::Inherited(point.to_vec())) };
    let (Some(a), Some(b), Some(generator), Some(order)) = (value(0x82)?, value(0x83)?, value(0x84)?, value(0x85)?)
    else {
        return Err(Malformed("cvc-key-incomplete"));
    };
    match curves::recognise(p, a, b, generator, order) {
        Some(curve) => PublicKey::ec(curve, point).map(CertificateKey::Whole).ok_or(Malformed("cvc-key-form")),
        None => Ok(CertificateKey::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::double::{hex, recorded_requests, vector};
    use crate::terms::KeyType;
    use proptest::prelude::*;

    #[test]
    fn every_recorded_request_is_read() {
        let requests = recorded_requests();
        assert_eq!(requests.len(), 14);
        let mut unknown = 0;
        for bytes in &requests {
            let request = AuthenticatedRequest::parse(bytes).unwrap();
            assert_eq!(request.request.serial().unwrap().as_str(), "ESPICOHSMTR");
            assert_eq!(request.device, "ESPICOHSMTR00001");
            match request.public_key() {
                Some(key) => assert!(key.to_pem().starts_with("-----BEGIN PUBLIC KEY-----\n")),
                None => unknown += 1,
            }
        }
        assert_eq!(unknown, 1, "secp192r1 alone is unknown");
    }

    #[test]
    fn requests_of_wrapped_keys_contain_their_public_keys() {
        for key in vector("wrapped-keys.json").as_array().unwrap() {
            let Some(public) = key["ec"]["public_point_in_cert"].as_str().or(key["rsa"]["modulus_in_cert"].as_str())
            else {
                continue;
            };
            let request = AuthenticatedRequest::parse(&hex(key["cert"].as_str().unwrap())).unwrap();
            let (PublicKey::Ec { point: found, .. } | PublicKey::Rsa { modulus: found, .. }) =
                request.public_key().unwrap();
            assert_eq!(found, hex(public), "{}", key["name"]);
        }
    }

    #[test]
    fn reads_a_genuine_chain_and_its_inherited_keys() {
        let chains = vector("cvc-chains.json");
        let bytes = hex(chains[2]["hex"].as_str().unwrap());
        let chain = parse_chain(&[&bytes[..], &[0, 0]].concat()).unwrap();
        let [device, issuer] = &chain[..] else { panic!("two certificates") };
        assert_eq!(device.serial().unwrap().as_str(), "DENK0404144");
        assert_eq!((device.authority.as_str(), issuer.authority.as_str()), ("DEDINK0400001", "DESRCACC100001"));
        assert_eq!(device.key.public_key(None), None);
        let key = device.key.public_key(Some(Curve::BrainpoolP256r1)).unwrap();
        assert_eq!(key.key_type(), KeyType::Ec(Curve::BrainpoolP256r1));
        assert_eq!(device.key.public_key(Some(Curve::P384)), None, "a point of another length");
    }

    #[test]
    fn a_foreign_generator_is_not_a_known_curve() {
        let mut bytes = recorded_requests().swap_remove(0);
        let curve = curves::domain(Curve::Secp256k1).generator;
        let request = AuthenticatedRequest::parse(&bytes).unwrap();
        if let Some(at) = bytes.windows(curve.len()).position(|w| w == curve) {
            bytes[at + 40] ^= 1;
            assert_eq!(AuthenticatedRequest::parse(&bytes).unwrap().public_key(), None);
        } else {
            panic!("the first recorded request is on secp256k1, not {:?}", request.public_key());
        }
    }

    proptest! {
        #[test]
        fn damaged_requests_never_panic(
            which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
            noise in proptest::collection::vec(any::<u8>(), 0..600),
        ) {
            let all = recorded_requests();
            let mut bytes = all[which.index(all.len())].clone();
            let at = at.index(bytes.len());
            prop_assert!(AuthenticatedRequest::parse(&bytes[..at]).is_err());
            prop_assert!(CvCertificate::parse(&bytes[..at]).is_err());
            bytes[at] = byte;
            let _ = AuthenticatedRequest::parse(&bytes);
            let _ = parse_chain(&bytes[4..]);
            let _ = AuthenticatedRequest::parse(&noise);
            let _ = parse_chain(&noise);
        }
    }
}
