//! What the wizard makes works with OpenSC's tools, and what they make works with the wizard.

use crate::support::{PIN, SO_PIN, Table, Written, at_readers, so_pin, user_pin};
use hsm_ceremony::app::{Environment, FrontEnd, FrontError, Setup, Sitting};
use hsm_ceremony::autopilot::{Autopilot, Comes};
use hsm_ceremony::card::verify::verify_sha256;
use hsm_ceremony::card::{
    AuthenticatedRequest, Device, FileId, Initialise, KeyDescription, PinReset, PublicKey, SigningAlgorithm, Verdict,
};
use hsm_ceremony::ceremony::{Body, CardView, Input, View};
use hsm_ceremony::dkek::WrappedKeyFile;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::CeremonyKind;
use hsm_ceremony::secret::Secret;
use hsm_ceremony::terms::{Curve, KeyId, KeyLabel, KeyReference, KeyType};
use hsm_ceremony::vault::Vault;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Type in the plan, id, label.
const KEYS: [(&str, &str, &str); 5] = [
    ("rsa:2048", "10", "rsa-root"),
    ("EC:secp256r1", "11", "p256-root"),
    ("EC:brainpoolP256r1", "12", "brainpool-root"),
    ("EC:secp256k1", "13", "k256-root"),
    ("EC:secp384r1", "14", "p384-root"),
];

/// An autopilot that keeps its custodians' cards, written as each screen says.
struct Custodians {
    autopilot: Autopilot,
    cards: Vec<Written>,
}

impl FrontEnd for Custodians {
    fn show(&mut self, view: &View, vault: &Vault) -> Result<(), FrontError> {
        if let Body::Reveal { shown: true, card: CardView::Numbers { prime, id, value, .. }, .. } = &view.body {
            let value = String::from_utf8(vault.lend(*value).unwrap().to_vec()).unwrap();
            // What is typed into sc-hsm-tool: the number, or the letter if the screen names one.
            let letter = id.split_once("(type ").map(|(_, rest)| rest.split(' ').next().unwrap());
            let id = letter.unwrap_or(id.as_str()).to_owned();
            self.cards.push(Written { prime: prime.clone(), id, value });
        }
        self.autopilot.show(view, vault)
    }

    fn next(&mut self, view: &View, vault: &mut Vault, wait: Duration) -> Result<Option<Input>, FrontError> {
        FrontEnd::next(&mut self.autopilot, view, vault, wait)
    }

    fn wipe(&mut self) -> Result<(), FrontError> {
        self.autopilot.wipe()
    }

    fn pause(&self) -> Duration {
        FrontEnd::pause(&self.autopilot)
    }
}

/// A complete *establish* by the wizard, 2 of 12, on software cards: its folder, and the custodians' cards.
fn established(records: &Path) -> (PathBuf, Vec<Written>) {
    let custodians: Vec<String> =
        ["Ada", "Ben", "Cyn", "Dan", "Eva", "Flo", "Gus", "Hal", "Ida", "Jan", "Kay", "Lea"].map(str::to_owned).into();
    let key = |(reference, (key_type, id, label)): (u8, (&str, &str, &str))| serde_json::json!({ "label": label, "type": key_type, "id": id, "reference": reference, "restore_to": reference });
    let mut plan: serde_json::Value = serde_json::from_str(include_str!("../../assets/plan.example.json")).unwrap();
    plan["custodians"] = custodians.into();
    plan["keys"] = (1..).zip(KEYS).map(key).collect();
    let text = plan.to_string();

    let plan = Plan::parse(&text).unwrap();
    let setup = Setup::by_plan(CeremonyKind::Establish, plan, text, records, Environment::SoftwareCards).unwrap();
    let folder = setup.folder();
    let Setup { ceremony, plan, plan_text, context } = setup;
    let mut sitting = Sitting::begin(ceremony, plan, &plan_text, context).unwrap();
    let mut autopilot = Autopilot::new(Box::new(std::io::stderr()));
    autopilot.prefer(Comes::Last);
    let mut custodians = Custodians { autopilot, cards: Vec::new() };
    let ended = sitting.run(&mut custodians).unwrap().progress.ended;
    assert_eq!(ended, Some(hsm_ceremony::record::Ending::Complete));
    custodians.cards.dedup();
    (folder, custodians.cards)
}

#[test]
fn what_the_wizard_makes_opens_in_sc_hsm_tool() {
    at_readers("both_ways::what_the_wizard_makes_opens_in_sc_hsm_tool", |table| {
        let (folder, cards) = established(&table.file("records"));
        let ids: Vec<_> = cards.iter().map(|card| card.id.as_str()).collect();
        assert_eq!(ids, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "A", "B", "C"]);
        for entry in fs::read_dir(folder.join("keys")).unwrap().chain(fs::read_dir(&folder).unwrap()) {
            let path = entry.unwrap().path();
            if path.is_file() {
                fs::copy(&path, table.file(path.file_name().unwrap().to_str().unwrap())).unwrap();
            }
        }

        let card = table.insert(0, "REH0000001");
        table.initialise("1");
        let check_value = table.import_share("dkek-1.pbe", &[cards[11].clone(), cards[9].clone()]);
        let manifest = fs::read_to_string(table.file("manifest.json")).unwrap();
        assert!(manifest.contains(&check_value), "{check_value} is not in {manifest}");

        // Unwrapped by the tool: every file of a key matches the backup, and the tool shows and uses the key.
        for (reference, (key_type, id, label)) in (20..).zip(KEYS) {
            let wrapped = format!("{label}.wrapped");
            table.unwrap(&reference.to_string(), &wrapped);
            table.sign_and_verify(key_type, id, &format!("{label}.pub.pem"));
            // Wrapped again by the tool: the same key under the same DKEK, with the same description and request.
            table.wrap(&reference.to_string(), &format!("{label}.again"));
            let read = |name: &str| WrappedKeyFile::parse(&fs::read(table.file(name)).unwrap()).unwrap();
            let (ours, theirs) = (read(&wrapped), read(&format!("{label}.again")));
            assert_eq!(ours.blob.kcv(), theirs.blob.kcv());
            assert!(ours.description == theirs.description && ours.certificate == theirs.certificate, "{label}");
        }
        let listed = table.run("pkcs15-tool", &["-D"]);
        assert!(KEYS.iter().all(|(_, _, label)| listed.contains(&format!("[{label}]"))), "{listed}");

        // What the tool wrapped is restored by our driver, and signs.
        let mut device = table.logged_in(0);
        for (reference, (key_type, _, label)) in (40..).zip(KEYS) {
            let (key_type, reference) = (KeyType::parse(key_type).unwrap(), KeyReference::new(reference).unwrap());
            let file = WrappedKeyFile::parse(&fs::read(table.file(&format!("{label}.again"))).unwrap()).unwrap();
            device.unwrap(reference, file.blob.as_bytes()).unwrap();
            let pem = fs::read_to_string(table.file(&format!("{label}.pub.pem"))).unwrap();
            signs(&mut device, reference, key_type, &PublicKey::from_pem(&pem).unwrap());
        }
        drop((device, card));
    });
}

/// Signs and verifies in this process.
fn signs(device: &mut Device, reference: KeyReference, key_type: KeyType, public: &PublicKey) {
    let algorithm = SigningAlgorithm::allowed(key_type, &[]).unwrap();
    let signature = device.sign(reference, key_type, algorithm, b"message").unwrap();
    assert_eq!(verify_sha256(public, b"message", &signature), Verdict::Good);
}

/// A card that is initialised and has a DKEK, with nobody connected to it.
fn ready(table: &mut Table, slot: u16) {
    let (so_pin, user_pin) = (so_pin(), user_pin());
    let settings = Initialise {
        so_pin: &so_pin,
        user_pin: &user_pin,
        user_pin_tries: 3,
        dkek_shares: Some(1),
        pin_reset: PinReset::Off,
    };
    let mut device = table.device(slot);
    device.initialise(&settings).unwrap();
    device.import_dkek_share(&Secret::from_slice(&[7; 32]).unwrap()).unwrap();
}

#[test]
fn either_lists_uses_and_deletes_the_keys_of_the_other() {
    at_readers("both_ways::either_lists_uses_and_deletes_the_keys_of_the_other", |table| {
        let card = table.insert(0, "REH0000001");
        ready(table, 0);

        // Generated by our driver.
        let ours = [KeyType::Rsa(2048), KeyType::Ec(Curve::P256), KeyType::Ec(Curve::P521)];
        let mut device = table.logged_in(0);
        for (number, key_type) in (1..).zip(ours) {
            let reference = KeyReference::new(number).unwrap();
            let request = device.generate(reference, key_type).unwrap();
            let label = KeyLabel::new(&format!("ours-{number}")).unwrap();
            let id = KeyId::parse(&format!("a{number}")).unwrap();
            device.describe(reference, &KeyDescription::new(&label, &id, reference, key_type)).unwrap();
            let public = AuthenticatedRequest::parse(&request).unwrap().public_key().unwrap();
            fs::write(table.file(&format!("ours-{number}.pem")), public.to_pem()).unwrap();
        }
        drop(device);
        let private = ["-l", "--pin", PIN, "-O", "--type", "privkey"];
        let listed = table.run("pkcs11-tool", &private);
        for (number, key_type) in (1..).zip(ours) {
            let (id, label) = (format!("a{number}"), format!("ours-{number}"));
            assert!(listed.contains(&format!("label:      {label}\n  ID:         {id}")), "{listed}");
            table.sign_and_verify(&key_type.to_string(), &id, &format!("{label}.pem"));
            let file = format!("{label}.theirs");
            table.public_key(&id, &file);
            let read = |name: &str| PublicKey::from_pem(&fs::read_to_string(table.file(name)).unwrap()).unwrap();
            assert_eq!(read(&file), read(&format!("{label}.pem")));
            table.run("pkcs11-tool", &["-l", "--pin", PIN, "--delete-object", "--type", "privkey", "--id", &id]);
        }
        assert!(table.device(0).keys().unwrap().is_empty());
        assert!(!table.run("pkcs11-tool", &private).contains("Private Key"));

        // Generated by the tool.
        let theirs = [("rsa:2048", "b1"), ("EC:secp521r1", "b2"), ("EC:brainpoolP384r1", "b3")];
        for (key_type, id) in theirs {
            table.generate(key_type, id, &format!("theirs-{id}"));
            table.public_key(id, &format!("theirs-{id}.pem"));
        }
        let mut device = table.logged_in(0);
        let entries = device.keys().unwrap();
        assert_eq!(entries.len(), theirs.len());
        for ((key_type, id), entry) in theirs.iter().zip(entries) {
            let description = entry.description.unwrap();
            assert_eq!(description.label, format!("theirs-{id}"));
            assert_eq!(description.id, base16ct::lower::decode_vec(id).unwrap());
            let pem = fs::read_to_string(table.file(&format!("theirs-{id}.pem"))).unwrap();
            let public = PublicKey::from_pem(&pem).unwrap();
            let request = device.read_file(FileId::request(entry.reference)).unwrap();
            let request = AuthenticatedRequest::parse(&request).unwrap();
            assert_eq!(request.public_key().as_ref(), Some(&public));
            signs(&mut device, entry.reference, KeyType::parse(key_type).unwrap(), &public);
            assert_eq!(device.delete_key(entry.reference), Ok(true));
        }
        drop(device);
        let left = table.run("pkcs11-tool", &["-l", "--pin", PIN, "-O"]);
        assert!(!left.contains("Key Object"), "{left}");
        drop(card);
    });
}

#[test]
fn opensc_refuses_only_p_521_signatures_with_short_numbers() {
    at_readers("both_ways::opensc_refuses_only_p_521_signatures_with_short_numbers", |table| {
        let card = table.insert(0, "REH0000001");
        ready(table, 0);
        table.generate("EC:secp521r1", "a1", "p521");
        table.public_key("a1", "p521.pem");
        let public = PublicKey::from_pem(&fs::read_to_string(table.file("p521.pem")).unwrap()).unwrap();

        // The card always signs a digest with the same numbers: what the tool will get is known in advance.
        let (reference, key_type) = (KeyReference::new(1).unwrap(), KeyType::Ec(Curve::P521));
        let mut device = table.logged_in(0);
        let (mut long, mut short) = (Vec::new(), None);
        for number in 0.. {
            let message = format!("message {number}");
            let signature = device.sign(reference, key_type, SigningAlgorithm::Ecdsa, message.as_bytes()).unwrap();
            assert_eq!(verify_sha256(&public, message.as_bytes(), &signature), Verdict::Good);
            // 137 bytes as DER, or fewer: the numbers themselves have 130 then.
            if signature.chunks(66).map(length_in_der).sum::<usize>() <= 130 {
                short = Some(message);
            } else {
                long.push(message);
            }
            // One in a few is short: it may well be the first.
            if short.is_some() && long.len() >= 12 {
                break;
            }
        }
        drop(device);
        for message in long.iter().rev().take(12) {
            assert!(table.signs("EC:secp521r1", "a1", "p521.pem", message), "{message}");
        }
        // OpenSC from 0.26 on accepts this one too.
        let taken = table.signs("EC:secp521r1", "a1", "p521.pem", &short.unwrap());
        println!("pkcs11-tool takes a signature whose numbers are both short: {taken}");
        drop(card);
    });
}

/// How many bytes a number takes as a DER integer: without leading zeros, but for one before a first bit that is set.
fn length_in_der(number: &[u8]) -> usize {
    let digits = number.iter().skip_while(|byte| **byte == 0);
    digits.clone().count() + usize::from(digits.clone().next().is_some_and(|first| *first >= 0x80))
}

#[test]
fn either_reads_what_the_other_has_called_a_device() {
    at_readers("both_ways::either_reads_what_the_other_has_called_a_device", |table| {
        let card = table.insert(0, "REH0000001");
        let so_pin = ["--initialize", "--so-pin", SO_PIN, "--pin", PIN, "--dkek-shares", "1", "--label", "Their Root"];
        table.run("sc-hsm-tool", &so_pin);
        let mut device = table.logged_in(0);
        assert_eq!(device.token_label().unwrap().as_deref(), Some("Their Root"));
        let theirs = device.read_file(FileId::TOKEN_INFO).unwrap();
        // The same bytes for the same label, and the tool shows another one.
        device.write_token_label("Their Root").unwrap();
        assert_eq!(device.read_file(FileId::TOKEN_INFO).unwrap(), theirs);
        device.write_token_label("Ours").unwrap();
        drop(device);
        let shown = table.run("pkcs15-tool", &["-D"]);
        assert!(shown.contains("PKCS#15 Card [Ours]"), "{shown}");
        drop(card);
    });
}
