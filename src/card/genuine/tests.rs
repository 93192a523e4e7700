//! The real chain, and forged ones: every reason has its case.

use super::*;
use crate::card::double::{chain, hex};
use crate::card::tlv::Writer;
use bp256::BrainpoolP256r1;
use ecdsa::elliptic_curve::SecretKey;
use ecdsa::elliptic_curve::sec1::ToSec1Point as _;
use sha2::{Digest as _, Sha256};

/// Throw-away keys by name: root, issuer, device.
fn secret(name: &str) -> SecretKey<BrainpoolP256r1> {
    let mut bytes = Sha256::digest(name);
    bytes[0] &= 0x7F;
    SecretKey::from_slice(&bytes).unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn digits(day: &str) -> Vec<u8> {
    day[2..].bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect()
}

/// One certificate to forge.
#[derive(Clone)]
struct Forged {
    issuer: &'static str,
    holder: &'static str,
    signer: &'static str,
    kind: &'static str,
    role: u8,
    term: [&'static str; 2],
}

impl Forged {
    const ROOT: Self = Self {
        issuer: "ZZROOT0000001",
        holder: "ZZROOT0000001",
        signer: "ZZROOT0000001",
        kind: "2b0601040181c31f030101",
        role: 0xC0,
        term: ["2020-01-01", "2039-12-31"],
    };
    const ISSUER: Self = Self { holder: "ZZISSUER00001", role: 0x80, term: ["2024-01-01", "2032-12-31"], ..Self::ROOT };
    const DEVICE: Self = Self {
        issuer: "ZZISSUER00001",
        holder: "ZZDEVICE00001",
        signer: "ZZISSUER00001",
        role: 0x00,
        term: ["2026-01-01", "2030-12-31"],
        ..Self::ROOT
    };

    fn bytes(&self) -> Vec<u8> {
        let root = CvCertificate::parse(MAKERS_ROOT).unwrap().0;
        let point = secret(self.holder).public_key().to_sec1_point(false);
        let key = if self.role == 0xC0 {
            // The domain parameters as the maker's root has them.
            let own = root.key.public_key(None).unwrap();
            let crate::card::PublicKey::Ec { point: theirs, .. } = own else { panic!("an EC key") };
            let at = root.signed.windows(theirs.len()).position(|window| window == theirs).unwrap();
            let begins = root.signed.windows(2).position(|window| window == [0x7F, 0x49]).unwrap();
            let fields = [&root.signed[begins + 5..at], point.as_bytes(), &[0x87, 1, 1]].concat();
            Writer::new().encoded(&fields)
        } else {
            Writer::new().object(0x06, &hex("04007f00070202020203")).object(0x86, point.as_bytes())
        };
        let may = Writer::new().object(0x06, &hex(self.kind)).object(0x53, &[self.role]);
        let body = Writer::new()
            .object(0x5F29, &[0])
            .object(0x42, self.issuer.as_bytes())
            .constructed(0x7F49, &key)
            .object(0x5F20, self.holder.as_bytes())
            .constructed(0x7F4C, &may)
            .object(0x5F25, &digits(self.term[0]))
            .object(0x5F24, &digits(self.term[1]));
        let signed = Writer::new().constructed(0x7F4E, &body).finish();
        let signer = secret(self.signer).to_nonzero_scalar();
        let (signature, _) =
            ecdsa::hazmat::sign_prehashed_rfc6979::<BrainpoolP256r1, Sha256>(&signer, &Sha256::digest(&signed), &[]);
        let inside = Writer::new().encoded(&signed).object(0x5F37, &signature.to_bytes());
        Writer::new().constructed(0x7F21, &inside).finish()
    }
}

/// What comes of these certificates where the forged root is the maker's.
fn known(certificates: &[Forged]) -> Genuineness {
    let root = CvCertificate::parse(&Forged::ROOT.bytes()).unwrap().0;
    let bytes = certificates.iter().flat_map(Forged::bytes).collect::<Vec<_>>();
    let chain = parse_chain(&bytes).unwrap();
    follow(&chain, &[(root, false)], day("2026-11-28")).unwrap_or_else(|reason| reason)
}

#[test]
fn a_real_device_is_genuine_within_its_term() {
    let real = chain("nitrokey-hsm-2-ef-2f02");
    let genuine = Genuineness::Genuine { root: "DESRCACC100001".to_owned() };
    for today in ["2026-05-28", "2026-11-28", "2031-05-27"] {
        assert_eq!(check(&real, day(today), false), genuine, "{today}");
        assert_eq!(check(&real, day(today), true), genuine, "{today}");
    }
    let certificate = || "DENK040414400000".to_owned();
    let (first, last) = (day("2026-05-28"), day("2031-05-27"));
    assert_eq!(
        check(&real, day("2031-05-28"), false),
        Genuineness::Expired { certificate: certificate(), last },
        "a day too late"
    );
    assert_eq!(
        check(&real, day("2026-05-27"), false),
        Genuineness::NotYetValid { certificate: certificate(), first },
        "a day too early"
    );
}

#[test]
fn any_changed_byte_of_a_real_chain_is_noticed() {
    let real = chain("nitrokey-hsm-2-ef-2f02");
    for at in 0..real.len() {
        let mut changed = real.clone();
        changed[at] ^= 1;
        let result = check(&changed, day("2026-11-28"), false);
        assert!(!result.is_accepted(), "byte {at}: {result:?}");
    }
}

#[test]
fn the_embedded_roots_are_what_they_should_be() {
    assert_eq!(
        Sha256::digest(MAKERS_ROOT)[..],
        hex("453A391015C5FBB60116C838ED613591828BF62AC8A1ACA276CE4E60525EC3E3")[..]
    );
    assert_eq!(MAKERS_ROOT, chain("DESRCACC100001"));
    for bytes in [MAKERS_ROOT, SOFTWARE_ROOT] {
        let root = CvCertificate::parse(bytes).unwrap().0;
        let key = root.key.public_key(None).unwrap();
        assert_eq!((certificate_is_signed_by(&root, &key), root.role), (Verdict::Good, Some(Role::Root)));
    }
}

#[test]
fn a_device_that_certified_itself_or_whose_issuer_is_missing_is_named() {
    let today = day("2026-11-28");
    assert_eq!(
        check(&chain("pico-hsm-ef-2f02"), today, true),
        Genuineness::SelfSigned { certificate: "ESPICOHSMTR00001".to_owned() }
    );
    let real = chain("nitrokey-hsm-2-ef-2f02");
    assert_eq!(check(&real[..232], today, false), Genuineness::IssuerMissing { issuer: "DEDINK0400001".to_owned() });
    assert_eq!(check(&[], today, false), Genuineness::Unreadable);
    assert_eq!(check(&real[..100], today, false), Genuineness::Unreadable);
}

#[test]
fn forged_chains_are_each_refused_by_name() {
    let (device, issuer) = (Forged::DEVICE, Forged::ISSUER);
    assert_eq!(known(&[device.clone(), issuer.clone()]), Genuineness::Genuine { root: "ZZROOT0000001".to_owned() });
    let (of, by) = ("ZZDEVICE00001".to_owned(), "ZZISSUER00001".to_owned());
    let cases = [
        (
            Forged { signer: "ZZOTHER000001", ..device.clone() },
            issuer.clone(),
            Genuineness::BrokenSignature { certificate: of.clone(), issuer: by.clone() },
        ),
        (
            device.clone(),
            Forged { signer: "ZZOTHER000001", ..issuer.clone() },
            Genuineness::BrokenSignature { certificate: by.clone(), issuer: "ZZROOT0000001".to_owned() },
        ),
        (
            device.clone(),
            Forged { issuer: "ZZOTHER000001", signer: "ZZOTHER000001", ..issuer.clone() },
            Genuineness::OtherMaker { root: "ZZOTHER000001".to_owned() },
        ),
        (
            device.clone(),
            Forged { issuer: "ZZISSUER00001", signer: "ZZISSUER00001", ..issuer.clone() },
            Genuineness::OtherMaker { root: by.clone() },
        ),
        (
            Forged { term: ["2024-01-01", "2026-11-27"], ..device.clone() },
            issuer.clone(),
            Genuineness::Expired { certificate: of.clone(), last: day("2026-11-27") },
        ),
        (
            device.clone(),
            Forged { term: ["2024-01-01", "2026-11-27"], ..issuer.clone() },
            Genuineness::Expired { certificate: by.clone(), last: day("2026-11-27") },
        ),
        (
            Forged { term: ["2026-11-29", "2030-01-01"], ..device.clone() },
            issuer.clone(),
            Genuineness::NotYetValid { certificate: of.clone(), first: day("2026-11-29") },
        ),
        (
            Forged { term: ["2023-12-31", "2030-01-01"], ..device.clone() },
            issuer.clone(),
            Genuineness::OutsideTerm { certificate: of.clone(), issuer: by.clone() },
        ),
        // A device that certifies another, an issuer that poses as a device, a certificate of something else.
        (device.clone(), Forged { role: 0x00, ..issuer.clone() }, Genuineness::NotAllowed { certificate: by.clone() }),
        (Forged { role: 0x80, ..device.clone() }, issuer.clone(), Genuineness::NotAllowed { certificate: of.clone() }),
        (
            Forged { kind: "04007f000703010202", ..device.clone() },
            issuer.clone(),
            Genuineness::NotAllowed { certificate: of.clone() },
        ),
    ];
    for (device, issuer, expected) in cases {
        assert_eq!(known(&[device, issuer]), expected);
    }
}
