//! Keys that are wrapped anew under another DKEK: against recorded wrapped keys, and against the software card.

use hsm_ceremony::card::transport::Readers;
use hsm_ceremony::card::verify::verify_sha256;
use hsm_ceremony::card::{AuthenticatedRequest, Device, Initialise, PinAnswer, PinReset, SigningAlgorithm, Verdict};
use hsm_ceremony::dkek::{Dkek, DkekShare, KeyBlob, WrappedKeyError, rewrap};
use hsm_ceremony::secret::{Secret, SoPin, TypedText, UserPin};
use hsm_ceremony::softcard::{Rack, SoftCard};
use hsm_ceremony::terms::{Curve, KeyReference, KeyType};
use proptest::prelude::*;
use serde_json::Value;

fn dkek(bytes: &[u8]) -> Dkek {
    Dkek::from_shares(&[&DkekShare::new(Secret::from_slice(bytes).unwrap())]).ok().unwrap()
}

fn hex(value: &Value) -> Vec<u8> {
    base16ct::mixed::decode_vec(value.as_str().unwrap()).unwrap()
}

fn recorded() -> Vec<(Dkek, KeyBlob)> {
    let all: Vec<Value> = serde_json::from_str(include_str!("../../vectors/wrapped-keys.json")).unwrap();
    all.iter().map(|key| (dkek(&hex(&key["dkek"])), KeyBlob::parse(&hex(&key["blob"])).ok().unwrap())).collect()
}

/// What is the same under every DKEK: all but KCV, random bytes and what depends on them.
fn about(blob: &KeyBlob) -> (usize, Vec<u8>) {
    (blob.as_bytes().len(), blob.as_bytes()[8..27].to_vec())
}

#[test]
fn recorded_keys_go_to_another_dkek_and_come_back_the_same() {
    let other = dkek(&[0x5A; 32]);
    for (own, blob) in recorded() {
        let moved = rewrap(&blob, &own, &other, [1; 8]).unwrap();
        assert_eq!((moved.verify(&other), moved.kcv()), (Ok(()), other.kcv()));
        assert_eq!(moved.verify(&own), Err(WrappedKeyError::NotThisDkek { found: other.kcv() }));
        assert_eq!((about(&moved), moved.key_type()), (about(&blob), blob.key_type()));
        // The same random bytes make the same blob: nothing but them can have changed on the way.
        let there = rewrap(&blob, &own, &own, [7; 8]).unwrap();
        let back = rewrap(&moved, &other, &own, [7; 8]).unwrap();
        assert_eq!(back.as_bytes(), there.as_bytes());
        assert_ne!(there.as_bytes(), blob.as_bytes(), "its random bytes are new");
        // The old DKEK opens the old blob only.
        assert_eq!(blob.verify(&own), Ok(()));
        let wrong = rewrap(&moved, &own, &other, [1; 8]).err();
        assert_eq!(wrong, Some(WrappedKeyError::NotThisDkek { found: other.kcv() }));
    }
}

#[test]
fn what_was_altered_is_never_opened() {
    let (own, blob) = recorded().into_iter().next().unwrap();
    for at in 0..blob.as_bytes().len() {
        let mut bytes = blob.as_bytes().to_vec();
        bytes[at] ^= 1;
        let done = KeyBlob::parse(&bytes).and_then(|blob| rewrap(&blob, &own, &dkek(&[1; 32]), [0; 8]));
        assert!(done.is_err(), "byte {at}");
    }
}

fn typed(text: &str) -> TypedText {
    let mut typed = TypedText::new();
    text.bytes().for_each(|byte| typed.push(byte).unwrap());
    typed
}

/// A device with this DKEK, and somebody logged in.
fn device(serial: &str, dkek: &[u8; 32]) -> Device {
    let rack = Rack::new(1);
    rack.insert(0, SoftCard::new(serial).unwrap());
    let mut device = Device::open(rack.clone().connect(&Rack::name(0)).unwrap()).unwrap();
    let so_pin = SoPin::from_typed(&typed("3537363231383830")).ok().unwrap();
    let user_pin = UserPin::from_typed(&typed("648219")).ok().unwrap();
    let settings = Initialise {
        so_pin: &so_pin,
        user_pin: &user_pin,
        user_pin_tries: 3,
        dkek_shares: Some(1),
        pin_reset: PinReset::Off,
    };
    assert_eq!(device.initialise(&settings).unwrap(), PinAnswer::Accepted);
    device.import_dkek_share(&Secret::from_slice(dkek).unwrap()).unwrap();
    assert_eq!(device.verify_user_pin(&user_pin).unwrap(), PinAnswer::Accepted);
    device
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_device_with_the_new_dkek_takes_the_key_and_signs_with_it(old: [u8; 32], new: [u8; 32], random: [u8; 8]) {
        prop_assume!(old != new && old != [0; 32] && new != [0; 32]);
        let (mut from, mut to) = (device("REH0000001", &old), device("REH0000002", &new));
        let at = KeyReference::new(1).unwrap();
        for key_type in [KeyType::Ec(Curve::P256), KeyType::Ec(Curve::P521), KeyType::Ec(Curve::BrainpoolP384r1)] {
            let request = from.generate(at, key_type).unwrap();
            let public = AuthenticatedRequest::parse(&request).unwrap().public_key().unwrap();
            let blob = KeyBlob::parse(&from.wrap(at).unwrap()).ok().unwrap();
            prop_assert!(to.unwrap(at, blob.as_bytes()).is_err(), "it is still under the old DKEK");
            let moved = rewrap(&blob, &dkek(&old), &dkek(&new), random).unwrap();
            to.unwrap(at, moved.as_bytes()).unwrap();
            let algorithm = SigningAlgorithm::allowed(key_type, &[]).unwrap();
            let signature = to.sign(at, key_type, algorithm, b"message").unwrap();
            prop_assert_eq!(verify_sha256(&public, b"message", &signature), Verdict::Good);
            prop_assert!(from.unwrap(KeyReference::new(2).unwrap(), moved.as_bytes()).is_err());
            for device in [&mut from, &mut to] {
                device.delete_key(at).unwrap();
            }
        }
    }
}
