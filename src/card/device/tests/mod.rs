//! The device's methods against recorded OpenSC traffic, and against devices that answer nonsense.

mod keys;
mod pins;

use super::*;
use crate::card::Heard;
use crate::card::double::{Script, Stubborn, chain, hex, hex_of, recorded, so_pin, trace, user_pin};
use crate::card::files::{DescribedType, KeyDescription};
use crate::card::transport::TransportError;
use crate::secret::Secret;
use crate::terms::{Curve, Kcv, KeyReference, KeyType};
use proptest::prelude::*;

const SELECT: (&str, &str) = (
    "00A404000BE82B0601040181C31F020100",
    "62228102000082010183020000840B2B0601040181C31F0201008A010585050001FF06069000",
);

/// The exchanges that open a device whose EF 2F02 contains these bytes.
fn opening(certificates: &[u8]) -> Vec<(String, String)> {
    let mut pairs = vec![(SELECT.0.to_owned(), SELECT.1.to_owned())];
    pairs.extend(reading(0x2F02, certificates));
    pairs
}

/// The exchanges that read a whole file.
fn reading(file: u16, content: &[u8]) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (number, piece) in content.chunks(256).chain([&[][..]]).enumerate() {
        let offset = (number * 256).min(content.len());
        pairs.push((format!("00B1{file:04X}045402{offset:04X}00"), format!("{}9000", hex_of(piece))));
    }
    pairs
}

fn opened() -> (Device, Script) {
    let script = Script::new(&opening(&chain("pico-hsm-ef-2f02")));
    let device = Device::open(Box::new(script.clone())).unwrap();
    script.assert_done();
    (device, script)
}

/// A device behind a transport that carries at most `largest` bytes.
fn opened_small(largest: usize) -> (Device, Script) {
    let script = Script::new(&opening(&chain("pico-hsm-ef-2f02"))).largest(largest);
    (Device::open(Box::new(script.clone())).unwrap(), script)
}

fn reference(number: u8) -> KeyReference {
    KeyReference::new(number).unwrap()
}

fn refused<T>(operation: Operation, status: u16) -> Result<T, CardError> {
    Err(CardError::Refused { operation, status: Status::from(status) })
}

#[test]
fn opening_reads_version_serial_and_certificates() {
    let (device, _) = opened();
    assert_eq!(device.version(), Version { major: 6, minor: 6 });
    assert_eq!(device.platform(), Some(Platform::Other(0xFF)));
    assert_eq!(device.serial().as_str(), "ESPICOHSMTR");
    assert_eq!(device.certificates(), chain("pico-hsm-ef-2f02"));
    assert_eq!(device.certificate_chain().unwrap().len(), 1);
    assert_eq!(device.own_key().unwrap().key_type(), KeyType::Ec(Curve::Secp256k1));
}

#[test]
fn a_genuine_device_opens_too() {
    // Version 1.2 answers 6F; reads end with 6282, and a read may return it although more follows.
    let certificates = chain("nitrokey-hsm-2-ef-2f02");
    let half = certificates.len() / 2;
    let script = Script::new(&[
        (SELECT.0.to_owned(), "6F07820178850201029000".to_owned()),
        ("00B12F02045402000000".to_owned(), format!("{}6282", hex_of(&certificates[..half]))),
        (format!("00B12F02045402{half:04X}00"), format!("{}6282", hex_of(&certificates[half..]))),
        (format!("00B12F02045402{:04X}00", certificates.len()), "6282".to_owned()),
    ]);
    let mut device = Device::open(Box::new(script.clone())).unwrap();
    assert_eq!(device.version(), Version { major: 1, minor: 2 });
    assert_eq!(device.platform(), None, "the oldest devices do not say");
    assert_eq!(device.serial().as_str(), "DENK0404144");
    assert_eq!(device.certificate_chain().unwrap().len(), 2);
    assert_eq!(device.own_key().unwrap().key_type(), KeyType::Ec(Curve::BrainpoolP256r1));
    script.then(&[("00200081", "6984")]);
    assert_eq!(device.pin_state(Pin::User), Ok(PinState::NeverInitialised));
}

#[test]
fn reconnecting_refuses_another_device() {
    let (mut device, script) = opened();
    script.then(&opening(&chain("pico-hsm-ef-2f02")));
    assert_eq!(device.reconnect(), Ok(()));
    script.then(&opening(&chain("nitrokey-hsm-2-ef-2f02")));
    let Err(CardError::OtherDevice { seen }) = device.reconnect() else { panic!("another device") };
    assert_eq!(seen.as_str(), "DENK0404144");
    assert_eq!(device.serial().as_str(), "ESPICOHSMTR");
    // Nothing reaches the other device, not even a question.
    let gone = CardError::Transport(TransportError::NoCard);
    assert_eq!(device.dkek_state(), Err(gone.clone()));
    assert_eq!(device.read_file(FileId(0xC401)), Err(gone.clone()));
    assert_eq!(device.select(), Err(gone));
    script.then(&opening(&chain("pico-hsm-ef-2f02")));
    script.then(&[("00200081", "63C3")]);
    assert_eq!(device.reconnect(), Ok(()));
    assert_eq!(device.pin_state(Pin::User), Ok(PinState::TriesLeft(3)));
}

#[test]
fn random_bytes_come_in_pieces_of_256() {
    let (mut device, script) = opened();
    let answers = [format!("{}9000", "5A".repeat(256)), format!("{}9000", "A5".repeat(44))];
    script.then(&[("0084000000", &answers[0]), ("008400002C", &answers[1])]);
    let random = device.random(300).unwrap();
    assert_eq!((random.len(), random.expose()[255], random.expose()[256]), (300, 0x5A, 0xA5));
    script.then(&[("0084000008", "01029000")]);
    let heard = Heard { status: Status::Done, length: 2, begins: Vec::new() };
    let what = CardError::Malformed { operation: Operation::Random, what: "random-length", heard: Some(heard) };
    assert_eq!(device.random(8).err(), Some(what));
}

#[test]
fn writes_long_files_in_short_commands_and_reads_them_back() {
    let content: Vec<u8> = (0..=255).cycle().take(700).collect();
    let (mut device, script) = opened();
    let piece = |offset: usize, length: usize| {
        let data = hex_of(&content[offset..offset + length]);
        (format!("00D7CE02{:02X}5402{offset:04X}5381{length:02X}{data}", length + 7), "9000".to_owned())
    };
    script.then(&[("00E4020002CE02", "9000"), ("00D7CE0206540200005300", "9000")]);
    script.then(&[piece(0, 248), piece(248, 248), piece(496, 204)]);
    script.then(&reading(0xCE02, &content));
    script.then(&[("00A4000002CE0200", "620083009000"), ("00A4000002CE0300", "6A82"), ("00E4020002CE02", "6982")]);
    assert_eq!(device.store_request(reference(2), &content), Ok(()));
    assert_eq!(device.read_file(FileId(0xCE02)), Ok(content));
    assert_eq!(device.file_exists(FileId(0xCE02)), Ok(true));
    assert_eq!(device.file_exists(FileId(0xCE03)), Ok(false));
    assert_eq!(device.delete_file(FileId(0xCE02)), refused(Operation::DeleteFile, 0x6982));
    script.assert_done();
}

#[test]
fn a_file_ends_in_three_ways_and_a_refusal_is_not_one_of_them() {
    for end in ["9000", "6282", "6B00"] {
        let (mut device, script) = opened();
        script.then(&[("00B1C401045402000000", "AB6282"), ("00B1C401045402000100", end)]);
        assert_eq!(device.read_file(FileId(0xC401)), Ok(vec![0xAB]));
        script.assert_done();
    }
    let (mut device, script) = opened();
    script.then(&[("00B1C401045402000000", "6B00"), ("00B1C402045402000000", "6A82")]);
    assert_eq!(device.read_file(FileId(0xC401)), refused(Operation::ReadFile, 0x6B00));
    assert_eq!(device.read_file(FileId(0xC402)), refused(Operation::ReadFile, 0x6A82));
    script.assert_done();
}

/// Calls every method that reads an answer, once.
fn ask_everything(device: &mut Device) {
    let (user, so) = (user_pin("648219"), so_pin("3537363231383830"));
    let key = reference(1);
    let _ = device.select();
    let _ = device.reconnect();
    let _ = device.certificate_chain();
    let _ = device.random(700).map(|random| assert_eq!(random.len(), 700));
    let _ = device.pin_state(Pin::So);
    let _ = device.verify_user_pin(&user);
    let _ = device.unblock_user_pin(&so, None);
    let _ = device.dkek_state();
    let _ = device.import_dkek_share(&Secret::init(|_: &mut [u8; 32]| ()));
    let _ = device.keys();
    let _ = device.write_file(FileId(0xC401), &[1; 600]);
    let _ = device.generate(key, KeyType::Ec(Curve::P256));
    let _ = device.wrap(key);
    let _ = device.unwrap(key, &[7; 1500]);
    let _ = device.delete_key(key);
    for key_type in [KeyType::Rsa(2048), KeyType::Ec(Curve::P521)] {
        if let Some(algorithm) = SigningAlgorithm::allowed(key_type, &[]) {
            let _ = device.sign(key, key_type, algorithm, &[1; 32]);
        }
    }
}

fn with_stubborn(data: Vec<u8>, status: u16) -> Device {
    let (device, _) = opened();
    Device { transport: Box::new(Stubborn { data, status: Status::from(status) }), ..device }
}

#[test]
fn endless_and_huge_answers_are_cut_off() {
    for (data, status) in [(vec![0x7F; 256], 0x9000), (vec![0xCC; 60_000], 0x9000), (vec![1; 3], 0x6100)] {
        let mut device = with_stubborn(data, status);
        assert!(device.read_file(FileId(0xC401)).is_err());
        ask_everything(&mut device);
    }
    let mut device = with_stubborn(vec![0x30; 256], 0x9000);
    let heard = Heard { status: Status::Done, length: 0x1_0000, begins: Vec::new() };
    let what = CardError::Malformed { operation: Operation::ReadFile, what: "file-without-end", heard: Some(heard) };
    assert_eq!(device.read_file(FileId(0xC401)), Err(what));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn nonsense_answers_never_panic(
        data in proptest::collection::vec(any::<u8>(), 0..40),
        status in prop_oneof![
            Just(0x9000u16), Just(0x6282), Just(0x63C1), Just(0x6700), Just(0x6A82), Just(0x6B00), any::<u16>()
        ],
    ) {
        ask_everything(&mut with_stubborn(data, status));
    }

    #[test]
    fn a_damaged_certificate_file_is_malformed_or_read(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut file = chain("pico-hsm-ef-2f02");
        let at = at.index(file.len());
        let cut = Device::open(Box::new(Script::new(&opening(&file[..at])))).err();
        let is_malformed = |error: &CardError| matches!(error, CardError::Malformed { .. });
        prop_assert!(cut.as_ref().is_some_and(is_malformed), "{:?}", cut);
        file[at] = byte;
        let damaged = Device::open(Box::new(Script::new(&opening(&file)))).err();
        prop_assert!(damaged.as_ref().is_none_or(is_malformed), "{:?}", damaged);
    }
}

#[test]
fn a_new_file_is_written_in_large_pieces_if_the_reader_carries_them() {
    let content: Vec<u8> = (0..=255).cycle().take(1200).collect();
    let (first, second) = (hex_of(&content[..900]), hex_of(&content[900..]));
    // The second is the smallest reader that carries extended commands.
    for (mut device, script) in [opened(), opened_small(1014)] {
        script.then(&[
            (format!("00D7CE0200038C5402000053820384{first}"), "9000"),
            (format!("00D7CE02000134540203845382012C{second}"), "9000"),
        ]);
        assert_eq!(device.write_new_file(FileId(0xCE02), &content), Ok(()));
        script.assert_done();
    }

    let (mut device, script) = opened_small(261);
    script.then(&[
        (format!("00D7CE02FF540200005381F8{}", hex_of(&content[..248])), "9000"),
        (format!("00D7CE0210540200F8530A{}", hex_of(&content[248..258])), "9000"),
    ]);
    assert_eq!(device.write_new_file(FileId(0xCE02), &content[..258]), Ok(()));
    script.assert_done();
}
