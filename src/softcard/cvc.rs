//! Card-verifiable certificates and requests, as issued by this card.
//!
//! Source: the protocol reference, sections 2.11 (requests) and 7 (chain).

use super::curves::Curve;
use super::keys::{Key, Material, number};
use super::tlv;
use rsa::traits::PublicKeyParts;
use sha2::{Digest, Sha256};

/// id-TA-RSA-v1-5-SHA-256.
pub(super) const RSA_SHA256: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02, 0x01, 0x02];
/// id-TA-ECDSA-SHA-256.
pub(super) const ECDSA_SHA256: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02, 0x02, 0x03];
/// The object identifier in the authorisation of SmartCard-HSM certificates.
const AUTHORISATION: [u8; 10] = [0x2B, 0x06, 0x01, 0x04, 0x01, 0x81, 0xC3, 0x1F, 0x03, 0x01];

const ROOT_NAME: &[u8] = b"ZZSRCAREH00001";
const ISSUER_NAME: &[u8] = b"ZZDICAREH00001";
const ISSUED: &[u8] = &[2, 4, 0, 1, 0, 1];
const EXPIRES: &[u8] = &[9, 9, 1, 2, 3, 1];

/// A device key with its certificate chain (device, then device issuer), as stored in EF 2F02.
pub(super) struct Device {
    pub key: Key,
    pub chain: Vec<u8>,
}

/// The root certificate of every software card's chain. Its private key is in this program's source, so it proves
/// nothing: it only lets people go through the same checks in a rehearsal as in a real ceremony.
pub fn rehearsal_root_certificate() -> Option<Vec<u8>> {
    let root = published_key("root");
    certificate(&root, &root, ROOT_NAME, ROOT_NAME, 0xC0, true)
}

/// Generates a device key and its certificate chain.
pub(super) fn new_device(serial: &str) -> Option<Device> {
    let key = Key::free(Material::Elliptic(Curve::Brainpool256, Curve::Brainpool256.generate()?.into()));
    let (root, issuer) = (published_key("root"), published_key("issuer"));
    let mut chain = certificate(&issuer, &key, ISSUER_NAME, &device_name(serial), 0x00, false)?;
    chain.extend(certificate(&root, &issuer, ROOT_NAME, ISSUER_NAME, 0x80, false)?);
    Some(Device { key, chain })
}

/// The holder reference of the device certificate: the serial and a five-character sequence number.
pub(super) fn device_name(serial: &str) -> Vec<u8> {
    [serial.as_bytes(), b"00001"].concat()
}

/// The holder reference of the first certificate.
pub(super) fn holder(certificates: &[u8]) -> Option<Vec<u8>> {
    let own = tlv::all(certificates)?.into_iter().find(|object| object.tag == 0x7F21)?;
    let body = tlv::all(tlv::find(&tlv::all(own.value)?, 0x7F4E)?)?;
    tlv::find(&body, 0x5F20).map(<[u8]>::to_vec)
}

/// A key that anyone can compute. About one digest in three is not below the order of this curve; the top bit is
/// cleared so that it always is.
fn published_key(role: &str) -> Key {
    let mut private = Sha256::digest(format!("software SmartCard-HSM rehearsal {role} key, not secret")).to_vec();
    if let Some(top) = private.first_mut() {
        *top &= 0x7F;
    }
    Key::free(Material::Elliptic(Curve::Brainpool256, private.into()))
}

fn certificate(
    issuer: &Key,
    holder: &Key,
    issuer_name: &[u8],
    name: &[u8],
    role: u8,
    with_domain: bool,
) -> Option<Vec<u8>> {
    let authorisation = [tlv::object(0x06, &AUTHORISATION), tlv::object(0x53, &[role])].concat();
    let body = [
        tlv::object(0x5F29, &[0]),
        tlv::object(0x42, issuer_name),
        public_key(holder, with_domain)?,
        tlv::object(0x5F20, name),
        tlv::object(0x7F4C, &authorisation),
        tlv::object(0x5F25, ISSUED),
        tlv::object(0x5F24, EXPIRES),
    ]
    .concat();
    signed(&body, issuer)
}

/// An authenticated request: signed by the new key itself and, on the outside, by the device key.
pub(super) fn request(key: &Key, device: &Key, device_name: &[u8], issuer_name: &[u8], name: &[u8]) -> Option<Vec<u8>> {
    let body =
        [tlv::object(0x5F29, &[0]), tlv::object(0x42, issuer_name), public_key(key, true)?, tlv::object(0x5F20, name)]
            .concat();
    let mut outer = signed(&body, key)?;
    outer.extend(tlv::object(0x42, device_name));
    let signature = device.sign_certificate(&outer)?;
    outer.extend(tlv::object(0x5F37, &signature));
    Some(tlv::object(0x67, &outer))
}

fn signed(body: &[u8], key: &Key) -> Option<Vec<u8>> {
    let body = tlv::object(0x7F4E, body);
    let signature = key.sign_certificate(&body)?;
    Some(tlv::object(0x7F21, &[body, tlv::object(0x5F37, &signature)].concat()))
}

/// The 7F49 object. Without domain parameters, it contains only algorithm and point; the parameters are inherited from
/// the root.
fn public_key(key: &Key, with_domain: bool) -> Option<Vec<u8>> {
    let fields = match &key.material {
        Material::Rsa(key) => [
            tlv::object(0x06, &RSA_SHA256),
            tlv::object(0x81, &number(key.n().as_ref())),
            tlv::object(0x82, &number(key.e())),
        ]
        .concat(),
        Material::Elliptic(curve, private) => {
            let point = tlv::object(0x86, &curve.public(private)?);
            let algorithm = tlv::object(0x06, &ECDSA_SHA256);
            if with_domain {
                let domain = curve.domain();
                [
                    algorithm,
                    tlv::object(0x81, &domain.prime),
                    tlv::object(0x82, &domain.a),
                    tlv::object(0x83, &domain.b),
                    tlv::object(0x84, &domain.generator),
                    tlv::object(0x85, &domain.order),
                    point,
                    tlv::object(0x87, &[1]),
                ]
                .concat()
            } else {
                [algorithm, point].concat()
            }
        }
    };
    Some(tlv::object(0x7F49, &fields))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::genuine;

    /// Splits a certificate: signed body, point, signature.
    fn parts(certificate: &[u8]) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
        let content = tlv::all(certificate).unwrap()[0].value;
        let objects = tlv::all(content).unwrap();
        let body = tlv::find(&objects, 0x7F4E).unwrap();
        let fields = tlv::all(body).unwrap();
        let key = tlv::all(tlv::find(&fields, 0x7F49).unwrap()).unwrap();
        let point = tlv::find(&key, 0x86).unwrap().to_vec();
        (tlv::object(0x7F4E, body), point, tlv::find(&objects, 0x5F37).unwrap().to_vec())
    }

    #[test]
    fn the_chain_leads_from_the_device_to_the_root() {
        let device = new_device("REH0000001").unwrap();
        let objects = tlv::all(&device.chain).unwrap();
        assert_eq!(objects.len(), 2);
        let device_certificate = tlv::object(0x7F21, objects[0].value);
        let issuer_certificate = tlv::object(0x7F21, objects[1].value);
        let root_certificate = rehearsal_root_certificate().unwrap();
        assert_eq!(root_certificate, rehearsal_root_certificate().unwrap());

        let curve = Curve::Brainpool256;
        let (_, root_point, _) = parts(&root_certificate);
        let (_, issuer_point, _) = parts(&issuer_certificate);
        for (certificate, signer) in
            [(&root_certificate, &root_point), (&issuer_certificate, &root_point), (&device_certificate, &issuer_point)]
        {
            let (body, _, signature) = parts(certificate);
            assert!(curve.verifies(signer, &Sha256::digest(body), &signature));
        }
        let Material::Elliptic(_, private) = &device.key.material else { panic!("a device key is an EC key") };
        assert_eq!(parts(&device_certificate).1, curve.public(private).unwrap());
    }

    #[test]
    fn the_driver_knows_the_root_and_accepts_it_in_a_rehearsal_alone() {
        let known = include_bytes!("../../assets/roots/ZZSRCAREH00001.cvc");
        assert_eq!(rehearsal_root_certificate().unwrap(), known);
        let chain = new_device("REH0000001").unwrap().chain;
        let today = "2026-11-28".parse().unwrap();
        assert!(genuine::check(&chain, today, true).is_accepted());
        let real = genuine::check(&chain, today, false);
        assert_eq!(format!("{real:?}"), r#"OtherMaker { root: "ZZSRCAREH00001" }"#);
    }
}
