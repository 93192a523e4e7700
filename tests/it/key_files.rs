//! Private keys in files that the real openssl wrote: wrapped under a DKEK, they work in a device, and come back from what that
//! device wraps.

use std::fs;
use std::path::Path;
use std::process::Command;

use hsm_ceremony::card::transport::Readers;
use hsm_ceremony::card::verify::verify_sha256;
use hsm_ceremony::card::{Device, Initialise, PinReset, PublicKey, Verdict};
use hsm_ceremony::dkek::{Dkek, DkekShare};
use hsm_ceremony::key_file::{self, KeyFileError, KeyFileForm, Opened};
use hsm_ceremony::secret::{Secret, SoPin, TypedText, UserPin, WipingBytes};
use hsm_ceremony::softcard::{Rack, SoftCard};
use hsm_ceremony::terms::{Curve, KeyReference, KeyType};

const PASSWORD: &str = "Grüße an alle";

/// Every kind of key that a ceremony gives to a device and the software card has, as openssl calls it.
const KINDS: [(&str, KeyType); 9] = [
    ("rsa:2048", KeyType::Rsa(2048)),
    ("rsa:3072", KeyType::Rsa(3072)),
    ("rsa:4096", KeyType::Rsa(4096)),
    ("prime256v1", KeyType::Ec(Curve::P256)),
    ("secp384r1", KeyType::Ec(Curve::P384)),
    ("secp521r1", KeyType::Ec(Curve::P521)),
    ("brainpoolP256r1", KeyType::Ec(Curve::BrainpoolP256r1)),
    ("brainpoolP384r1", KeyType::Ec(Curve::BrainpoolP384r1)),
    ("secp256k1", KeyType::Ec(Curve::Secp256k1)),
];

fn openssl(folder: &Path, arguments: &str) {
    let arguments = arguments.split(' ').map(|argument| argument.replace("PASSWORD", PASSWORD));
    let done = Command::new("openssl").args(arguments).current_dir(folder).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// A folder with a new key of a kind, `key.pem`.
fn with_key(kind: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let what = match kind.strip_prefix("rsa:") {
        Some(bits) => format!("RSA -pkeyopt rsa_keygen_bits:{bits}"),
        None if kind.starts_with("ed") => kind.to_owned(),
        None => format!("EC -pkeyopt ec_paramgen_curve:{kind} -pkeyopt ec_param_enc:named_curve"),
    };
    openssl(folder.path(), &format!("genpkey -out key.pem -algorithm {what}"));
    folder
}

fn read(folder: &Path, name: &str) -> WipingBytes {
    WipingBytes::from_slice(&fs::read(folder.join(name)).unwrap())
}

fn opened(file: &WipingBytes, password: &str) -> Result<Opened, KeyFileError> {
    key_file::open(file, password.as_bytes())
}

fn refusal(file: &WipingBytes, password: &str) -> KeyFileError {
    opened(file, password).err().unwrap()
}

fn typed(text: &str) -> TypedText {
    let mut typed = TypedText::new();
    text.bytes().for_each(|byte| typed.push(byte).unwrap());
    typed
}

/// A device with this DKEK share, logged in.
fn device(share: &Secret<[u8; 32]>) -> Device {
    let rack = Rack::new(1);
    rack.insert(0, SoftCard::new("REH0000042").unwrap());
    let mut device = Device::open(rack.clone().connect(&Rack::name(0)).unwrap()).unwrap();
    let so_pin = SoPin::from_typed(&typed("57621880A1B2C3D4")).ok().unwrap();
    let user_pin = UserPin::from_typed(&typed("a-user-pin")).ok().unwrap();
    let settings = Initialise {
        so_pin: &so_pin,
        user_pin: &user_pin,
        user_pin_tries: 3,
        dkek_shares: Some(1),
        pin_reset: PinReset::Off,
    };
    device.initialise(&settings).unwrap();
    device.verify_user_pin(&user_pin).unwrap();
    device.import_dkek_share(share).unwrap();
    device
}

fn signs(device: &mut Device, at: KeyReference, public: &PublicKey) {
    let kind = public.key_type();
    let algorithm = device.signing_algorithm(kind, &[]).unwrap();
    let signature = device.sign(at, kind, algorithm, b"a message").unwrap();
    assert_eq!(verify_sha256(public, b"a message", &signature), Verdict::Good, "{}", kind.name());
}

#[test]
fn a_key_of_a_file_signs_on_a_device_and_comes_back_from_its_backup() {
    let share = Secret::from_slice(&[0x42; 32]).unwrap();
    let dkek = Dkek::from_shares(&[&DkekShare::new(Secret::from_slice(&[0x42; 32]).unwrap())]).ok().unwrap();
    let (mut first, mut second) = (device(&share), device(&share));
    for (number, (kind, key_type)) in (1..).zip(KINDS) {
        let folder = with_key(kind);
        let path = folder.path();
        openssl(path, "pkey -in key.pem -pubout -out public.pem");
        openssl(path, "pkcs8 -topk8 -nocrypt -in key.pem -outform DER -out plain.p8");
        openssl(path, "pkcs8 -topk8 -in key.pem -out encrypted.pem -passout pass:PASSWORD");
        openssl(path, "pkcs8 -topk8 -scrypt -in key.pem -out scrypt.pem -passout pass:PASSWORD");
        openssl(path, "req -x509 -new -key key.pem -out certificate.pem -days 1 -subj /CN=x -config /dev/null");
        openssl(path, "pkcs12 -export -inkey key.pem -in certificate.pem -out key.p12 -passout pass:PASSWORD");
        let public = PublicKey::from_pem(&fs::read_to_string(path.join("public.pem")).unwrap()).unwrap();
        for (name, form, password) in [
            ("key.pem", KeyFileForm::Pkcs8, ""),
            ("plain.p8", KeyFileForm::Pkcs8, ""),
            ("encrypted.pem", KeyFileForm::EncryptedPkcs8, PASSWORD),
            ("scrypt.pem", KeyFileForm::EncryptedPkcs8, PASSWORD),
            ("key.p12", KeyFileForm::Pkcs12, PASSWORD),
        ] {
            let file = read(path, name);
            assert_eq!(key_file::form(&file), Ok(form));
            let opened = opened(&file, password).unwrap_or_else(|error| panic!("{kind} in {name}: {error}"));
            assert_eq!((opened.key.public(), opened.key.public().key_type()), (&public, key_type));
            assert_eq!(opened.certificate.is_some(), form == KeyFileForm::Pkcs12, "{name}");
            if name == "key.p12" {
                let at = KeyReference::new(number).unwrap();
                first.unwrap(at, opened.key.wrap(&dkek, [7; 8]).unwrap().as_bytes()).unwrap();
                signs(&mut first, at, &public);
                let backup = first.wrap(at).unwrap();
                second.unwrap(at, &backup).unwrap();
                signs(&mut second, at, &public);
            }
        }
    }
}

#[test]
fn what_gives_no_key_is_refused_by_name() {
    let folder = with_key("prime256v1");
    let path = folder.path();
    openssl(path, "pkcs8 -topk8 -in key.pem -outform DER -out key.p8 -passout pass:PASSWORD");
    openssl(path, "req -x509 -new -key key.pem -out certificate.pem -days 1 -subj /CN=x -config /dev/null");
    openssl(path, "pkcs12 -export -inkey key.pem -in certificate.pem -out key.p12 -passout pass:PASSWORD");
    openssl(path, "pkcs12 -export -nokeys -in certificate.pem -out none.p12 -passout pass:PASSWORD");
    for name in ["key.p8", "key.p12"] {
        for wrong in ["", "Grüße an all", "x"] {
            assert_eq!(refusal(&read(path, name), wrong), KeyFileError::WrongPassword, "{name}");
        }
    }
    openssl(path, "ec -in key.pem -out traditional.pem");
    openssl(path, "pkey -in key.pem -pubout -out public.pem");
    openssl(path, "x509 -in certificate.pem -outform DER -out certificate.der");
    for name in ["certificate.pem", "certificate.der", "traditional.pem", "public.pem", "none.p12"] {
        assert_eq!(refusal(&read(path, name), PASSWORD), KeyFileError::NotAPrivateKey, "{name}");
    }
    assert_eq!(refusal(&WipingBytes::from_slice(b"a text"), ""), KeyFileError::NotAPrivateKey);
    openssl(path, "pkcs12 -export -legacy -inkey key.pem -in certificate.pem -out old.p12 -passout pass:PASSWORD");
    openssl(path, "pkcs8 -topk8 -v2 des3 -in key.pem -out des3.pem -passout pass:PASSWORD");
    openssl(path, "pkcs8 -topk8 -v1 PBE-SHA1-3DES -in key.pem -out pbes1.pem -passout pass:PASSWORD");
    for (name, by) in [("old.p12", "RC2"), ("des3.pem", "3DES"), ("pbes1.pem", "3DES")] {
        let KeyFileError::Encryption { found } = refusal(&read(path, name), PASSWORD) else { panic!("{name}") };
        assert!(found.contains(by), "{name}: {found}");
    }
    for (kind, name) in [("secp224r1", "secp224r1"), ("ed25519", "Ed25519"), ("brainpoolP512r1", "brainpoolP512r1")] {
        let KeyFileError::Algorithm { found } = refusal(&read(with_key(kind).path(), "key.pem"), "") else {
            panic!("{kind}")
        };
        assert!(found.starts_with(name), "{found}");
    }
    let short = with_key("rsa:1024");
    assert_eq!(refusal(&read(short.path(), "key.pem"), ""), KeyFileError::RsaSize { bits: 1024 });
}

/// No single altered byte gives another key than the one that was in the file.
#[test]
fn a_damaged_file_gives_no_other_key() {
    for kind in ["rsa:2048", "prime256v1"] {
        let folder = with_key(kind);
        openssl(folder.path(), "pkcs8 -topk8 -nocrypt -in key.pem -outform DER -out key.p8");
        let whole = fs::read(folder.path().join("key.p8")).unwrap();
        let key = opened(&WipingBytes::from_slice(&whole), "").ok().unwrap();
        for cut in [1, 20, whole.len() / 2, whole.len() - 1] {
            assert_eq!(refusal(&WipingBytes::from_slice(&whole[..cut]), ""), KeyFileError::Damaged, "{cut}");
        }
        for place in (0..whole.len()).step_by(7) {
            let mut altered = whole.clone();
            altered[place] ^= 0x10;
            if let Ok(other) = opened(&WipingBytes::from_slice(&altered), "") {
                assert_eq!(other.key.public(), key.key.public(), "byte {place} of {kind}");
            }
        }
    }
}

#[test]
fn the_throw_away_key_of_a_rehearsal_opens_with_its_password() {
    let file = WipingBytes::from_slice(key_file::throw_away().unwrap().as_bytes());
    assert_eq!(key_file::form(&file), Ok(KeyFileForm::EncryptedPkcs8));
    assert!(opened(&file, key_file::THROW_AWAY_PASSWORD).is_ok());
    assert_eq!(refusal(&file, "Rehearsal"), KeyFileError::WrongPassword);
}
