//! The card as seen by a host: commands in, answers out.

mod conditions;
mod files;

use super::*;
use serde_json::Value;
use std::sync::LazyLock;

pub(super) const SELECT: &str = "00A404000BE82B0601040181C31F020100";
pub(super) const VERIFY: &str = "0020008106363438323139";

pub(super) fn hex(text: &str) -> Vec<u8> {
    base16ct::mixed::decode_vec(text).unwrap()
}

pub(super) fn field<'a>(entry: &'a Value, name: &str) -> &'a str {
    entry[name].as_str().unwrap()
}

fn word(answer: &[u8]) -> u16 {
    u16::from_be_bytes(*answer.last_chunk().unwrap())
}

impl SoftCard {
    /// Sends a command in hexadecimal; returns data and status word.
    pub(super) fn send(&mut self, command: &str) -> (Vec<u8>, u16) {
        self.send_bytes(&hex(command))
    }

    pub(super) fn send_bytes(&mut self, command: &[u8]) -> (Vec<u8>, u16) {
        let mut answer = self.execute(command);
        let status = word(&answer);
        answer.truncate(answer.len() - 2);
        (answer, status)
    }

    fn expect(&mut self, command: &str, status: u16) -> Vec<u8> {
        let (data, seen) = self.send(command);
        assert_eq!(format!("{seen:04X}"), format!("{status:04X}"), "answer to {command}");
        data
    }
}

fn fresh() -> SoftCard {
    let mut card = SoftCard::new("REH0000001").unwrap();
    card.expect(SELECT, 0x9000);
    card
}

/// INITIALIZE with the SO-PIN 57621880 and the user PIN 648219.
pub(super) fn initialise(shares: &str) -> String {
    let objects = format!("80020001810636343832313982083537363231383830910103{shares}");
    format!("80500000{:02X}{objects}", objects.len() / 2)
}

/// Initialised, with this DKEK, logged in.
pub(super) fn ready(dkek: &str) -> SoftCard {
    let mut card = fresh();
    card.expect(&initialise("920101"), 0x9000);
    card.expect(&format!("8052000020{dkek}00"), 0x9000);
    card.expect(VERIFY, 0x9000);
    card
}

pub(super) fn unwrap_command(reference: u8, blob: &[u8]) -> Vec<u8> {
    let length = u16::try_from(blob.len()).unwrap();
    [&[0x80, 0x74, reference, 0x93, 0][..], &length.to_be_bytes(), blob].concat()
}

static WRAPPED: LazyLock<Vec<Value>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../tests/vectors/wrapped-keys.json")).unwrap());

pub(super) fn wrapped(name: &str) -> &'static Value {
    WRAPPED.iter().find(|entry| field(entry, "name") == name).unwrap()
}

fn generate_rsa(bits: &str) -> String {
    format!(
        "004601000000 3A 5F290100 4209 555443413030303031 7F4915 060A04007F00070202020102 8203010001 0202{bits} \
         5F2010 52454830303030303031585830303031 0000"
    )
    .replace(' ', "")
}

/// Modulus or point of a stored key.
fn public(card: &SoftCard, reference: u8) -> Vec<u8> {
    use rsa::traits::PublicKeyParts;
    match &card.state.keys[&reference].material {
        keys::Material::Rsa(key) => keys::number(key.n()),
        keys::Material::Elliptic(curve, private) => curve.public(private).unwrap(),
    }
}

#[test]
fn a_fresh_card_has_no_pin() {
    let mut card = SoftCard::new("REH0000001").unwrap();
    card.expect("00200081", 0x6E00);
    card.expect("00A4040007627601FF000000", 0x6A82);
    let information = card.expect(SELECT, 0x9000);
    assert_eq!(information, hex("6F0A82017885050000000305"));
    card.expect("00200081", 0x6A88);
    card.expect("00200088", 0x6A88);
    card.expect("00200085", 0x6A88);
    card.expect("8052000000", 0x6D00);
    card.expect("8054000004", 0x6D00);
    card.expect("80AA0000", 0x6D00);
    assert!(SoftCard::new("DENK0404144").is_none(), "only rehearsal serials");
}

#[test]
fn initialising_sets_the_so_pin_once_and_checks_it_from_then_on() {
    let mut card = fresh();
    card.expect(&initialise("920101"), 0x9000);
    card.expect("00200081", 0x63C3);
    card.expect("00200088", 0x63CF);
    let wrong = initialise("920101").replace("3537363231383830", "0000000000000000");
    for left in (1..15).rev() {
        card.expect(&wrong, 0x63C0 | left);
    }
    card.expect(&wrong, 0x6983);
    card.expect(&initialise("920101"), 0x6983);
    card.expect("00200088", 0x6983);
    card.expect(VERIFY, 0x9000);

    let mut pico = fresh();
    pico.expect(&initialise("920101"), 0x9000);
    pico.faults = Faults::PICO;
    pico.expect(&wrong, 0x9000);
    pico.faults = Faults::default();
    pico.expect(&wrong, 0x9000);
}

#[test]
fn initialising_refuses_what_is_not_allowed() {
    let mut card = fresh();
    for objects in [
        "80020001 8105363438323139 8208 3537363231383830 910103",
        "80020001 8110 36343832313936343832313936343832 8208 3537363231383830 910103",
        "80020001 8106 363438323139 8208 3537363231383830 910104",
        "80020001 8107 36343832313930 8208 3537363231383830 910106",
        "80020001 8108 3634383231393030 8208 3537363231383830 91010B",
        "80020001 8106 363438323139 8207 35373632313838 910103",
        "80020001 8106 363438323139 910103",
        "80020001 8106 363438323139 8208 3537363231383830 910103 93020103",
        "80020001 8106 363438323139 8208 3537363231383830 910103 920101 970102",
    ] {
        let objects = objects.replace(' ', "");
        card.expect(&format!("80500000{:02X}{objects}", objects.len() / 2), 0x6A80);
        card.expect("00200088", 0x6A88);
    }
}

#[test]
fn initialising_erases_all_but_the_device() {
    let mut card = ready("11".repeat(32).as_str());
    card.expect(&String::from_utf8(generate_ec().into()).unwrap(), 0x9000);
    let certificates = card.state.files[&0x2F02].clone();
    assert_eq!(card.expect("80580000000000", 0x9000), hex("CC00CC01"));
    card.expect(&initialise(""), 0x9000);
    card.expect(VERIFY, 0x9000);
    assert_eq!(card.expect("80580000000000", 0x9000), hex("CC00"));
    card.expect("00A4000002CE0100", 0x6A82);
    card.expect("8052000000", 0x6D00);
    card.expect("80720192000000", 0x6D00);
    assert_eq!(card.state.files[&0x2F02], certificates);
}

fn generate_ec() -> String {
    let trace: Value = serde_json::from_str(include_str!(
        "../../../tests/vectors/apdu-traces/pkcs11-tool-keypairgen-ec-prime256v1.json"
    ))
    .unwrap();
    let command = trace.as_array().unwrap().iter().map(|entry| field(entry, "command")).find(|c| c.starts_with("0046"));
    command.unwrap().replacen("00460200", "00460100", 1)
}

#[test]
fn selecting_again_or_losing_power_logs_out() {
    let mut card = ready(&"11".repeat(32));
    card.expect("00200081", 0x9000);
    card.expect(SELECT, 0x9000);
    card.expect("00200081", 0x63C3);
    card.expect(VERIFY, 0x9000);
    card.reset();
    card.expect("00200081", 0x6E00);
    card.expect(SELECT, 0x9000);
    card.expect("00200081", 0x63C3);
    for command in [
        "80720192000000",
        "80740193",
        &generate_ec(),
        "8068017000000102 0100",
        "00E4020002CC01",
        "00D72F0306540200005300",
    ] {
        card.expect(&command.replace(' ', ""), 0x6982);
    }
}

#[test]
fn shares_make_a_dkek() {
    let mut card = fresh();
    card.expect(&initialise("920102"), 0x9000);
    assert_eq!(card.expect("8052000000", 0x9000), hex("02020000000000000000"));
    card.expect("805200001F0102030405060708091011121314151617181920212223242526272829303100", 0x6700);
    card.expect(&format!("8052000020{}00", "01".repeat(32)), 0x9000);
    card.expect("80720192000000", 0x6982);
    card.expect(VERIFY, 0x9000);
    card.expect("80720192000000", 0x6A88);
    let dkek = hex(field(wrapped("rsa-2048"), "dkek"));
    let second = base16ct::lower::encode_string(&dkek.iter().map(|byte| byte ^ 1).collect::<Vec<_>>());
    let status = card.expect(&format!("8052000020{second}00"), 0x9000);
    assert_eq!(status, hex(&format!("0200{}", field(wrapped("rsa-2048"), "kcv"))));
    card.expect(&format!("8052000020{second}00"), 0x6986);
    card.expect("8052000100", 0x6A86);

    card.faults = Faults::PICO;
    card.expect(SELECT, 0x9000);
    assert_eq!(card.expect("8052000000", 0x9000), hex("02000000000000000000"));
    card.expect(VERIFY, 0x9000);
    assert_eq!(card.expect("8052000000", 0x9000), status);
}

#[test]
fn every_golden_blob_loads_and_shows_its_public_key() {
    for entry in WRAPPED.iter() {
        let mut card = ready(field(entry, "dkek"));
        let command = unwrap_command(1, &hex(field(entry, "blob")));
        let (_, status) = card.send_bytes(&command);
        if field(entry, "name") == "ec-brainpoolP512r1" {
            assert_eq!(status, 0x6A81, "a curve without an implementation");
            continue;
        }
        assert_eq!(status, 0x9000, "{}", field(entry, "name"));
        let stated = entry.get("modulus_in_cert").or(entry.get("public_point_in_cert")).and_then(Value::as_str);
        let computed = || match entry.get("rsa") {
            Some(rsa) => field(rsa, "n"),
            None => field(&entry["ec"], "q"),
        };
        let stated = stated.unwrap_or_else(computed);
        assert_eq!(public(&card, 1), hex(stated), "{}", field(entry, "name"));
        // The reference is now in use.
        assert_eq!(card.send_bytes(&command).1, 0x6985);
    }
}

#[test]
fn a_flipped_byte_anywhere_is_refused() {
    for name in ["ec-prime256v1", "rsa-1024", "rsa-2048-crt-type6"] {
        let mut card = ready(field(wrapped(name), "dkek"));
        let blob = hex(field(wrapped(name), "blob"));
        for index in 0..blob.len() {
            let mut changed = blob.clone();
            changed[index] ^= 0x40;
            assert_eq!(card.send_bytes(&unwrap_command(1, &changed)).1, 0x6A80, "{name}, byte {index}");
        }
        for cut in [1, 16, blob.len() - 1] {
            assert_eq!(card.send_bytes(&unwrap_command(1, &blob[..cut])).1, 0x6A80, "{name}, cut to {cut}");
        }
        assert!(card.state.keys.is_empty());
        card.faults = Faults::PICO;
        assert_eq!(card.send_bytes(&unwrap_command(1, &[&blob[..], &[0]].concat())).1, 0x6400);
    }
}

#[test]
fn a_key_survives_wrapping_in_both_layouts() {
    for (name, kind, length, pico_kind, pico_length) in [
        ("rsa-1024", 6, 0, 5, 331),
        ("rsa-2048", 6, 971, 5, 587),
        ("rsa-4096", 5, 1099, 5, 1099),
        ("ec-prime256v1", 12, 363, 12, 331),
        ("ec-brainpoolP256r1", 12, 363, 12, 363),
        ("ec-secp384r1", 12, 507, 12, 459),
        ("ec-secp521r1", 12, 0, 12, 0),
        ("ec-secp256k1", 12, 363, 12, 299),
        ("ec-brainpoolP384r1", 12, 507, 12, 507),
    ] {
        let mut card = ready(field(wrapped(name), "dkek"));
        assert_eq!(card.send_bytes(&unwrap_command(1, &hex(field(wrapped(name), "blob")))).1, 0x9000);
        let before = public(&card, 1);
        for (faults, kind, length) in [(Faults::default(), kind, length), (Faults::PICO, pico_kind, pico_length)] {
            card.faults = faults;
            let blob = card.expect("80720192000000", 0x9000);
            assert_eq!(blob[8], kind, "{name}");
            if length > 0 {
                // A leading zero in d makes Pico's form shorter, by at most one block.
                let shorter = length - if faults == Faults::PICO { 16 } else { 0 };
                assert!((shorter..=length).contains(&blob.len()), "{name}: {} bytes", blob.len());
            }
            card.expect("00E4020002CC01", 0x9000);
            card.expect("80720192000000", 0x6A88);
            assert_eq!(card.send_bytes(&unwrap_command(1, &blob)).1, 0x9000, "{name}");
            assert_eq!(public(&card, 1), before, "{name}");
            // The same through EF 2F10.
            card.expect("00E4020002CC01", 0x9000);
            let (first, second) = blob.split_at(200);
            let write = |offset: usize, part: &[u8]| {
                let data =
                    [vec![0x54, 2], u16::try_from(offset).unwrap().to_be_bytes().to_vec(), tlv::object(0x53, part)]
                        .concat();
                [vec![0, 0xD7, 0x2F, 0x10, 0], u16::try_from(data.len()).unwrap().to_be_bytes().to_vec(), data].concat()
            };
            assert_eq!(card.send_bytes(&write(0, first)).1, 0x9000);
            assert_eq!(card.send_bytes(&write(200, second)).1, 0x9000);
            card.expect("80740193", 0x9000);
            assert_eq!(public(&card, 1), before, "{name}");
        }
    }
}

#[test]
fn an_rsa_key_is_generated_and_attested() {
    let mut card = ready(&"11".repeat(32));
    let request = card.expect(&generate_rsa("0800"), 0x9000);
    assert_eq!(request.len(), 676 - 1, "a serial one character shorter than in the golden trace");
    card.expect(&generate_rsa("0800"), 0x6985);
    card.expect(&generate_rsa("0801").replacen("00460100", "00460200", 1), 0x6A80);
    card.expect("00A4000002CE0100", 0x9000);
    let read = card.expect("00B10000000004540200000000", 0x6282);
    assert_eq!(read, request, "stored as it was answered");
    card.expect("00B1CE01000004540200000004", 0x9000);
    card.expect("00A4000002C40100", 0x6A82);
    card.expect("00A4000002CC0100", 0x9000);
    card.expect("00B10000045402000000", 0x6982);

    let objects = tlv::all(&request).unwrap();
    let outer = tlv::all(objects[0].value).unwrap();
    let signed = [tlv::object(0x7F21, outer[0].value), tlv::object(0x42, outer[1].value)].concat();
    assert_eq!(outer[1].value, b"REH000000100001");
    let keys::Material::Elliptic(curve, private) = &card.state.device_key.material else { panic!("EC") };
    let digest = <sha2::Sha256 as sha2::Digest>::digest(signed);
    assert!(curve.verifies(&curve.public(private).unwrap(), &digest, outer[2].value));
}

#[test]
fn long_answers_and_long_commands_come_in_parts() {
    let mut card = ready(&"11".repeat(32));
    let whole = card.expect(&generate_ec(), 0x9000);
    card.expect("00A4000002CE0100", 0x9000);
    let (blob, status) = card.send("8072019200");
    assert_eq!((blob.len(), status), (256, 0x616B));
    let (rest, status) = card.send("00C0000000");
    assert_eq!((rest.len(), status), (107, 0x9000));
    card.expect("00C0000000", 0x6985);

    card.expect("00E4020002CC01", 0x9000);
    let blob = [blob, rest].concat();
    let (first, second) = blob.split_at(250);
    let part = |class: u8, part: &[u8]| [&[class, 0x74, 0x01, 0x93, u8::try_from(part.len()).unwrap()], part].concat();
    assert_eq!(card.send_bytes(&part(0x90, first)).1, 0x9000);
    assert_eq!(card.send_bytes(&part(0x80, second)).1, 0x9000);
    assert!(whole.windows(65).any(|window| window == public(&card, 1)));
    assert_eq!(card.send_bytes(&part(0x90, first)).1, 0x9000);
    card.expect("00200081", 0x6883);
}
