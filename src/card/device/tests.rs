//! The device's methods against what OpenSC was recorded to send, and against devices that answer nonsense.

use super::*;
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

/// The exchanges that open a device whose EF 2F02 holds these bytes.
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

/// A device behind a transport that carries no more than this.
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
fn opening_tells_version_serial_and_certificates() {
    let (device, _) = opened();
    assert_eq!(device.version(), Version { major: 6, minor: 6 });
    assert_eq!(device.serial().as_str(), "ESPICOHSMTR");
    assert_eq!(device.certificates(), chain("pico-hsm-ef-2f02"));
    assert_eq!(device.certificate_chain().unwrap().len(), 1);
}

#[test]
fn a_genuine_device_opens_too() {
    // Version 1.2 answers 6F; reads end with 6282, and a read may say so although more follows.
    let certificates = chain("nitrokey-hsm-2-ef-2f02");
    let half = certificates.len() / 2;
    let script = Script::new(&[
        (SELECT.0.to_owned(), "6F078201788502010 29000".replace(' ', "")),
        ("00B12F02045402000000".to_owned(), format!("{}6282", hex_of(&certificates[..half]))),
        (format!("00B12F02045402{half:04X}00"), format!("{}6282", hex_of(&certificates[half..]))),
        (format!("00B12F02045402{:04X}00", certificates.len()), "6282".to_owned()),
    ]);
    let mut device = Device::open(Box::new(script.clone())).unwrap();
    assert_eq!(device.version(), Version { major: 1, minor: 2 });
    assert_eq!(device.serial().as_str(), "DENK0404144");
    assert_eq!(device.certificate_chain().unwrap().len(), 2);
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
}

#[test]
fn initialises_as_sc_hsm_tool_does() {
    for (name, so, shares) in [
        ("sc-hsm-tool-initialize", "3537363231383830", 1),
        ("sc-hsm-tool-initialize-label", "3537363231383830", 2),
        ("sc-hsm-tool-initialize-wrong-sopin", "0000000000000000", 1),
    ] {
        let (mut device, script) = opened();
        script.then(&[recorded(name, "8050")]);
        let (so_pin, user_pin) = (so_pin(so), user_pin("648219"));
        let settings = Initialise {
            so_pin: &so_pin,
            user_pin: &user_pin,
            user_pin_tries: 3,
            dkek_shares: Some(shares),
            pin_reset: PinReset::Set,
        };
        assert_eq!(device.initialise(&settings), Ok(PinAnswer::Accepted), "{name}");
        script.assert_done();
    }
}

#[test]
fn initialising_says_what_became_of_the_so_pin() {
    let (so_pin, user_pin) = (so_pin("3537363231383830"), user_pin("12345678"));
    let command = "8050000019800200008108313233343536373882083537363231383830910103";
    let command = command.replace("8050000019", "805000001B");
    for (status, then, answer) in [
        ("63CE", None, Ok(PinAnswer::Wrong { tries_left: 14 })),
        ("63C0", None, Ok(PinAnswer::Blocked)),
        ("6983", None, Ok(PinAnswer::Blocked)),
        ("6985", Some("63C9"), Ok(PinAnswer::Wrong { tries_left: 9 })),
        ("6986", Some("6983"), Ok(PinAnswer::Blocked)),
        ("6900", Some("6A88"), Ok(PinAnswer::NotAllowed)),
        ("6A80", None, refused(Operation::Initialise, 0x6A80)),
    ] {
        let (mut device, script) = opened();
        script.then(&[(command.as_str(), status)]);
        if let Some(then) = then {
            script.then(&[("00200088", then)]);
        }
        let settings = Initialise {
            so_pin: &so_pin,
            user_pin: &user_pin,
            user_pin_tries: 3,
            dkek_shares: None,
            pin_reset: PinReset::Off,
        };
        assert_eq!(device.initialise(&settings), answer, "{status}");
        script.assert_done();
    }
}

#[test]
fn pin_commands_equal_the_recorded_ones() {
    let (old, new, wrong) = (user_pin("648219"), user_pin("64821900"), user_pin("111111"));
    let so = so_pin("3537363231383830");
    let (mut device, script) = opened();
    script.then(&[
        recorded("sc-hsm-tool-info", "00200088"),
        recorded("sc-hsm-tool-info", "00200081"),
        recorded("pkcs11-tool-login-wrong-pin", "0020008106"),
        recorded("sc-hsm-tool-wrap-key-ec-p256", "0020008106"),
        recorded("pkcs11-tool-change-pin", "0024"),
        recorded("pkcs11-tool-init-pin-by-so", "002C"),
    ]);
    assert_eq!(device.pin_state(Pin::So), Ok(PinState::TriesLeft(15)));
    assert_eq!(device.pin_state(Pin::User), Ok(PinState::TriesLeft(3)));
    assert_eq!(device.verify_user_pin(&wrong), Ok(PinAnswer::Wrong { tries_left: 2 }));
    assert_eq!(device.verify_user_pin(&old), Ok(PinAnswer::Accepted));
    assert_eq!(device.change_user_pin(&old, &new), Ok(PinAnswer::Accepted));
    assert_eq!(device.unblock_user_pin(&so, Some(&old)), Ok(PinAnswer::Accepted));
    script.then(&[("002C0181083537363231383830", "63CE"), ("00240088103537363231383830000102030405A6FF", "6986")]);
    assert_eq!(device.unblock_user_pin(&so, None), Ok(PinAnswer::Wrong { tries_left: 14 }));
    assert_eq!(device.change_so_pin(&so, &so_pin("000102030405a6ff")), Ok(PinAnswer::NotAllowed));
    script.assert_done();
}

#[test]
fn every_pin_state_is_told_apart() {
    for (status, state) in [
        ("9000", PinState::Verified),
        ("63C1", PinState::TriesLeft(1)),
        ("63C0", PinState::Blocked),
        ("6983", PinState::Blocked),
        ("6984", PinState::TransportPin),
        ("6A88", PinState::NeverInitialised),
        ("6F00", PinState::Unclear(Status::Other(0x6F00))),
    ] {
        let (mut device, script) = opened();
        script.then(&[("00200081", status)]);
        assert_eq!(device.pin_state(Pin::User), Ok(state));
    }
    for (status, answer) in [("63C0", Ok(PinAnswer::Blocked)), ("6700", refused(Operation::VerifyUserPin, 0x6700))] {
        let (mut device, script) = opened();
        script.then(&[("0020008106363438323139", status)]);
        assert_eq!(device.verify_user_pin(&user_pin("648219")), answer);
    }
}

#[test]
fn dkek_states_are_told_and_no_early_check_value() {
    for (answer, state) in [
        ("010000000000000000009000", Ok(DkekState::Complete { total: 1, kcv: None })),
        (
            "0200F5158BFB3C94C5179000",
            Ok(DkekState::Complete { total: 2, kcv: Some(Kcv([0xF5, 0x15, 0x8B, 0xFB, 0x3C, 0x94, 0xC5, 0x17])) }),
        ),
        ("0201F5158BFB3C94C517AABB9000", Ok(DkekState::Pending { total: 2, outstanding: 1 })),
        ("6A88", Ok(DkekState::NotConfigured)),
        ("6D00", Ok(DkekState::NotConfigured)),
        ("6400", refused(Operation::DkekStatus, 0x6400)),
        ("0201F5159000", Err(CardError::Malformed { operation: Operation::DkekStatus, what: "dkek-state-length" })),
        (
            "010200000000000000009000",
            Err(CardError::Malformed { operation: Operation::DkekStatus, what: "dkek-state-counts" }),
        ),
    ] {
        let (mut device, script) = opened();
        script.then(&[("8052000000", answer)]);
        assert_eq!(device.dkek_state(), state, "{answer}");
    }
}

#[test]
fn imports_a_share_as_sc_hsm_tool_does() {
    for (name, state) in [
        ("sc-hsm-tool-import-dkek-share-1of2", Ok(DkekState::Pending { total: 2, outstanding: 1 })),
        ("sc-hsm-tool-import-dkek-share", Ok(DkekState::Complete { total: 1, kcv: None })),
        ("sc-hsm-tool-import-dkek-share-toomany", refused(Operation::ImportDkekShare, 0x6986)),
    ] {
        let (mut device, script) = opened();
        let pair = recorded(name, "8052000020");
        let share = Secret::from_slice(&hex(&pair.0)[5..37]).unwrap();
        script.then(&[pair]);
        assert_eq!(device.import_dkek_share(&share), state, "{name}");
        script.assert_done();
    }
}

#[test]
fn random_bytes_come_in_pieces_of_256() {
    let (mut device, script) = opened();
    let answers = [format!("{}9000", "5A".repeat(256)), format!("{}9000", "A5".repeat(44))];
    script.then(&[("0084000000", &answers[0]), ("008400002C", &answers[1])]);
    let random = device.random(300).unwrap();
    assert_eq!((random.len(), random.expose()[255], random.expose()[256]), (300, 0x5A, 0xA5));
    script.then(&[("0084000008", "01029000")]);
    let what = CardError::Malformed { operation: Operation::Random, what: "random-length" };
    assert_eq!(device.random(8).err(), Some(what));
}

#[test]
fn generates_every_kind_of_key_as_opensc_does() {
    let kinds = [
        ("rsa-2048", KeyType::Rsa(2048)),
        ("rsa-4096", KeyType::Rsa(4096)),
        ("ec-prime256v1", KeyType::Ec(Curve::P256)),
        ("ec-secp384r1", KeyType::Ec(Curve::P384)),
        ("ec-secp521r1", KeyType::Ec(Curve::P521)),
        ("ec-brainpoolP256r1", KeyType::Ec(Curve::BrainpoolP256r1)),
        ("ec-brainpoolP384r1", KeyType::Ec(Curve::BrainpoolP384r1)),
        ("ec-brainpoolP512r1", KeyType::Ec(Curve::BrainpoolP512r1)),
        ("ec-secp256k1", KeyType::Ec(Curve::Secp256k1)),
    ];
    for (name, key_type) in kinds {
        let (mut device, script) = opened();
        let (command, response) = recorded(&format!("pkcs11-tool-keypairgen-{name}"), "0046");
        let reference = reference(hex(&command)[2]);
        script.then(&[(command, response.clone())]);
        let request = device.generate(reference, key_type).unwrap();
        assert_eq!(format!("{}9000", hex_of(&request)), response, "{name}");
        script.assert_done();
    }
}

#[test]
fn describes_keys_with_the_bytes_opensc_writes() {
    let kinds = ["rsa-2048", "rsa-4096", "ec-prime256v1", "ec-secp521r1", "ec-brainpoolP512r1", "ec-secp256k1"];
    for name in kinds {
        let trace = trace(&format!("pkcs11-tool-keypairgen-{name}"));
        let at = trace.iter().rposition(|(command, _)| command.starts_with("00A4000002C4")).unwrap();
        let number = hex(&trace[at].0)[6];
        let recorded = trace[at + 1].0.replacen("00D70000", &format!("00D7C4{number:02X}"), 1);
        let description = KeyDescription::decode(&hex(&recorded)[11..]).unwrap();
        let (mut device, script) = opened();
        script.then(&[
            (format!("00E4020002C4{number:02X}"), "6A82"),
            (format!("00D7C4{number:02X}06540200005300"), "9000"),
            (recorded, "9000"),
        ]);
        assert_eq!(device.describe(reference(number), &description), Ok(()), "{name}");
        script.assert_done();
    }
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
fn lists_keys_in_order_whatever_their_descriptions_are_worth() {
    let (mut device, script) = opened();
    script.then(&[recorded("pkcs11-tool-init-pin-by-so", "8058")]);
    let rsa = hex("302B30110C087273612D726F6F74030206C0040101300A04011003020470020101A10A30083002040002020800");
    script.then(&reading(0xC401, &rsa));
    script.then(&reading(0xC402, &hex("302B3011FFFF")));
    script.then(&[("00B1C414045402000000", "6A82")]);
    let keys = device.keys().unwrap();
    script.assert_done();
    let numbers: Vec<_> = keys.iter().map(|key| key.reference.get()).collect();
    assert_eq!(numbers, [1, 2, 20], "CC00 is not ours");
    let description = keys[0].description.as_ref().unwrap();
    assert_eq!((description.label.as_str(), &description.id[..]), ("rsa-root", &[0x10][..]));
    assert_eq!(description.key_type, DescribedType::Rsa { bits: 2048 });
    assert_eq!(keys[0].description_bytes, rsa);
    assert!(keys[1].description.is_none() && keys[1].description_bytes.len() == 6);
    assert!(keys[2].description.is_none() && keys[2].description_bytes.is_empty());

    // A device that vanishes is no malformed description.
    script.then(&[("80580000000000", "CC019000")]);
    script.then_fails("00B1C401045402000000", TransportError::CutOff);
    assert_eq!(device.keys(), Err(CardError::Transport(TransportError::CutOff)));
    script.then(&[("80580000000000", "CC01C49000")]);
    let what = CardError::Malformed { operation: Operation::List, what: "list-odd-length" };
    assert_eq!(device.list(), Err(what));
}

#[test]
fn deletes_a_key_with_all_that_belongs_to_it() {
    let (mut device, script) = opened();
    let [key, description] = ["00E4020002CC", "00E4020002C4"].map(|c| recorded("pkcs11-tool-delete-object-privkey", c));
    script.then(&[key, description]);
    script.then(&[("00E4020002CE03", "6A82")]);
    assert_eq!(device.delete_key(reference(3)), Ok(true));
    script.then(&[("00E4020002CC04", "6A82"), ("00E4020002C404", "6A82"), ("00E4020002CE04", "9000")]);
    assert_eq!(device.delete_key(reference(4)), Ok(false));
    script.assert_done();
}

#[test]
fn wraps_as_sc_hsm_tool_does() {
    for name in ["ec-p256", "ec-brainpoolP256r1", "rsa2048", "rsa4096", "missing"] {
        let (mut device, script) = opened();
        let (command, response) = recorded(&format!("sc-hsm-tool-wrap-key-{name}"), "8072");
        let reference = reference(hex(&command)[2]);
        script.then(&[(command, response.clone())]);
        match device.wrap(reference) {
            Ok(blob) => assert_eq!(format!("{}9000", hex_of(&blob)), response),
            Err(error) => assert_eq!((name, error.refusal().map(|s| s.to_string())), ("missing", Some(response))),
        }
        script.assert_done();
    }
}

#[test]
fn unwraps_in_the_command_as_sc_hsm_tool_does() {
    for name in ["new", "force", "rsa4096", "wrong-dkek"] {
        let (mut device, script) = opened();
        let (command, response) = recorded(&format!("sc-hsm-tool-unwrap-key-{name}"), "8074");
        let bytes = hex(&command);
        script.then(&[(command, response)]);
        let expected = if name == "wrong-dkek" { refused(Operation::Unwrap, 0x6400) } else { Ok(()) };
        assert_eq!(device.unwrap(reference(bytes[2]), &bytes[7..]), expected, "{name}");
        script.assert_done();
    }
}

#[test]
fn unwraps_through_the_file_where_the_command_is_no_way() {
    let blob = [0xB1; 300];
    let (first, second) = (hex_of(&blob[..248]), hex_of(&blob[248..]));
    let in_command = format!("8074099300012C{first}{second}");
    let pieces =
        [(format!("00D72F10FF540200005381F8{first}"), "9000"), (format!("00D72F103A540200F85334{second}"), "9000")];
    let begin = [("00E4020002 2F10".replace(' ', ""), "6982"), ("00D72F1006540200005300".to_owned(), "9000")];
    let tidy = ("00E40200022F10", "9000");

    // Too large for the transport: never sent in one piece.
    let (mut device, script) = opened_small(261);
    script.then(&begin);
    script.then(&pieces);
    script.then(&[("80740993", "9000"), tidy]);
    assert_eq!(device.unwrap(reference(9), &blob), Ok(()));
    script.assert_done();

    // Refused as a form, though the transport carried it.
    let (mut device, script) = opened();
    script.then(&[(in_command.as_str(), "6700")]);
    script.then(&begin);
    script.then(&pieces);
    script.then(&[("80740993", "6A80"), tidy]);
    assert_eq!(device.unwrap(reference(9), &blob), refused(Operation::Unwrap, 0x6A80));
    script.assert_done();

    // Both refused as a form: the first answer is told.
    let (mut device, script) = opened();
    script.then(&[(in_command.as_str(), "6700")]);
    script.then(&begin);
    script.then(&pieces);
    script.then(&[("80740993", "6D00"), tidy]);
    assert_eq!(device.unwrap(reference(9), &blob), refused(Operation::Unwrap, 0x6700));
    script.assert_done();

    // An old device behind a small reader: chained blocks are left.
    let (mut device, script) = opened_small(261);
    script.then(&begin);
    script.then(&pieces);
    script.then(&[("80740993", "6700"), tidy]);
    script.then(&[
        (format!("90740993FF{}", hex_of(&blob[..255])), "9000"),
        (format!("807409932D{}", hex_of(&blob[255..])), "9000"),
    ]);
    assert_eq!(device.unwrap(reference(9), &blob), Ok(()));
    script.assert_done();

    // A cut answer is never followed by a second try.
    let (mut device, script) = opened();
    script.then_fails(&in_command, TransportError::CutOff);
    assert_eq!(device.unwrap(reference(9), &blob), Err(CardError::Transport(TransportError::CutOff)));
    script.assert_done();
}

#[test]
fn signs_as_opensc_does() {
    let (mut device, script) = opened();
    let (command, response) = recorded("pkcs11-tool-sign-sha256-rsa-pkcs", "80680120");
    let bytes = hex(&command);
    let digest = bytes[bytes.len() - 34..bytes.len() - 2].try_into().unwrap();
    script.then(&[(command, response.clone())]);
    let signature = device.sign(reference(1), KeyType::Rsa(2048), &digest).unwrap();
    assert_eq!(format!("{}9000", hex_of(&signature)), response);

    let (command, response) = recorded("pkcs11-tool-sign-ecdsa", "80680270");
    let digest = hex(&command)[7..39].try_into().unwrap();
    script.then(&[(command.clone(), response.clone())]);
    let signature = device.sign(reference(2), KeyType::Ec(Curve::P256), &digest).unwrap();
    assert_eq!(signature[..32], hex(&response)[4..36]);
    assert_eq!(signature[32..], hex(&response)[39..71], "the zero in front of s is no part of it");
    let (_, generated) = recorded("pkcs11-tool-keypairgen-ec-prime256v1", "0046");
    let request = crate::card::cvc::AuthenticatedRequest::parse(&hex(&generated)).unwrap();
    let verdict = crate::card::verify::verify_digest(&request.public_key().unwrap(), &digest, &signature);
    assert_eq!(verdict, crate::card::verify::Verdict::Good);

    for (answer, what) in [
        ("9000", "tlv-missing"),
        ("3003020101 9000", "tlv-missing"),
        ("30060201010201019999 9000", "tlv-trailing"),
        ("", ""),
    ] {
        if !answer.is_empty() {
            script.then(&[(command.clone(), answer.replace(' ', ""))]);
            let error = CardError::Malformed { operation: Operation::Sign, what };
            assert_eq!(device.sign(reference(2), KeyType::Ec(Curve::P256), &digest), Err(error));
        }
    }
    script.assert_done();
}

/// Everything that reads an answer, once.
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
        let _ = device.sign(key, key_type, &[1; 32]);
    }
}

fn with_stubborn(data: Vec<u8>, status: u16) -> Device {
    let (device, _) = opened();
    Device { transport: Box::new(Stubborn { data, status: Status::from(status) }), ..device }
}

#[test]
fn endless_and_huge_answers_end() {
    for (data, status) in [(vec![0x7F; 256], 0x9000), (vec![0xCC; 60_000], 0x9000), (vec![1; 3], 0x6100)] {
        let mut device = with_stubborn(data, status);
        assert!(device.read_file(FileId(0xC401)).is_err());
        ask_everything(&mut device);
    }
    let mut device = with_stubborn(vec![0x30; 256], 0x9000);
    let what = CardError::Malformed { operation: Operation::ReadFile, what: "file-without-end" };
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
