//! What people bring from other tools: certificates beside keys, copies, labels and ids of any kind, keys that a device
//! refuses. The folders are in `tests/vectors/cases`.

use std::fs;
use std::path::{Path, PathBuf};

use aes::Aes256;
use cmac::{Cmac, KeyInit, Mac};
use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::card::KeyDescription;
use hsm_ceremony::ceremony::{Body, Input, Machine, Recovery};
use hsm_ceremony::dkek::WrappedKeyFile;
use hsm_ceremony::faults::{Fault, FaultName};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Entry, Fact, NotProven, StoredKey, verify};
use hsm_ceremony::softcard::SoftCard;
use hsm_ceremony::terms::{Curve, KeyType};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::given::{foreign_setup, on};
use super::old::{Card, Custodians, Set};
use super::rig::{Rig, Turn};

/// The DKEK of every case.
const DKEK: &str = "d1b364ba3acaeb9aa9b8cc971f0ae1c25baff694e2181eab07c232be92c96823";

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/cases")
}

/// The folder of a case, with the share file of its quorum.
fn folder(case: &str) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    for file in fs::read_dir(cases().join(case)).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), place.path().join(file.file_name())).unwrap();
    }
    fs::copy(cases().join("quorum.pbe"), place.path().join("dkek-share-1.pbe")).unwrap();
    place
}

fn plan() -> String {
    fs::read_to_string(cases().join("plan-q.json")).unwrap()
}

/// Two of the three custodians.
fn quorum() -> Custodians {
    let set: Value = serde_json::from_slice(&fs::read(cases().join("quorum.json")).unwrap()).unwrap();
    let card = |share: &Value| Card {
        prime: set["prime"].as_str().unwrap().to_owned(),
        id: share[0].to_string(),
        value: share[1].as_str().unwrap().to_owned(),
    };
    let cards = set["shares"].as_array().unwrap().iter().map(card).collect();
    Custodians::new(&Set { cards, password: Vec::new() }, &[0, 2])
}

/// What came of a case: the sitting, and what its screens said.
struct Seen {
    rig: Rig,
    said: Vec<String>,
    _records: TempDir,
}

impl Seen {
    /// Restores from a folder; after a failure people choose `recovery`.
    fn of(place: &Path, recovery: Recovery) -> Self {
        let records = tempfile::tempdir().unwrap();
        let mut rig = Rig::foreign(place, &plan(), records.path()).unwrap();
        let (mut people, mut said) = (quorum(), Vec::new());
        rig.play(|front| {
            if let Body::Read { text } | Body::Form { text, .. } = &front.view.body {
                said.push(format!("{}\n{}", front.step(), text.join("\n")));
            }
            if front.fault().is_some() { front.goes_on_with(recovery) } else { people.answer(front) }
        });
        said.dedup();
        assert!(rig.complete(), "{:?}", rig.entries.last());
        // The record alone says all of it.
        let read: Vec<Entry> = verify(rig.lines.as_bytes()).unwrap().lines.into_iter().map(|line| line.entry).collect();
        assert_eq!(read, rig.entries);
        let known = rig.machine.known();
        let resumed = Machine::resume(CeremonyKind::Restore, known.plan.clone(), true, &read).unwrap();
        assert_eq!(resumed.known(), known);
        Self { rig, said, _records: records }
    }

    /// Restores a case, in which nothing fails.
    fn smoothly(case: &str) -> Self {
        Self::smoothly_from(folder(case).path())
    }

    fn smoothly_from(place: &Path) -> Self {
        let seen = Self::of(place, Recovery::Stop);
        assert!(seen.rig.faults.is_empty(), "{:?}", seen.rig.faults);
        seen
    }

    /// Whether a screen of this step says all of these.
    fn says(&self, step: &str, words: &[&str]) -> bool {
        let of_step = |said: &&String| said.split('\n').next() == Some(step);
        self.said.iter().filter(of_step).any(|said| words.iter().all(|word| said.contains(word)))
    }

    /// What the device listed last.
    fn listed(&self) -> Vec<StoredKey> {
        let mut listed = self.rig.facts().into_iter().filter_map(|fact| match fact {
            Fact::Listed { keys, .. } => Some(keys.clone()),
            _ => None,
        });
        listed.next_back().unwrap()
    }

    fn proven(&self) -> usize {
        self.rig.facts().iter().filter(|fact| matches!(fact, Fact::Proven { .. })).count()
    }

    fn not_proven(&self) -> Vec<NotProven> {
        let why = |fact: &&Fact| if let Fact::NotProvable { why, .. } = fact { *why } else { None };
        self.rig.facts().iter().filter_map(why).collect()
    }

    fn types(&self) -> Vec<KeyType> {
        self.rig.machine.known().plan.keys.iter().map(|key| key.key_type).collect()
    }

    fn copies(&self) -> Vec<(String, String)> {
        self.rig.machine.known().restored.from.clone().unwrap().copies
    }

    /// The contents of a file on the card.
    fn on_card(&self, file: &str) -> Vec<u8> {
        let files: Vec<_> = fs::read_dir(self.rig.folder.join("cards")).unwrap().collect();
        let state: Value = serde_json::from_slice(&fs::read(files[0].as_ref().unwrap().path()).unwrap()).unwrap();
        base16ct::lower::decode_vec(state["files"][file].as_str().unwrap()).unwrap()
    }
}

fn wrapped(case: &str) -> WrappedKeyFile {
    WrappedKeyFile::parse(&fs::read(cases().join(case)).unwrap()).ok().unwrap()
}

/// Why a folder is refused before anything starts.
fn refused(place: &Path) -> Fault {
    let records = tempfile::tempdir().unwrap();
    Rig::foreign(place, &plan(), records.path()).err().unwrap()
}

fn value(fault: &Fault, key: &str) -> String {
    fault.values.iter().find(|(name, _)| *name == key).unwrap().1.clone()
}

#[test]
fn a_copied_share_file_is_one_and_said() {
    let place = folder("copy-of-share-file");
    fs::copy(place.path().join("dkek-share-1.pbe"), place.path().join("dkek-share-1 (copy).pbe")).unwrap();
    let seen = Seen::smoothly_from(place.path());
    assert_eq!(seen.copies(), [("dkek-share-1 (copy).pbe".to_owned(), "dkek-share-1.pbe".to_owned())]);
    assert!(seen.says("source", &["dkek-share-1 (copy).pbe = dkek-share-1.pbe"]));
}

#[test]
fn a_copied_wrapped_key_is_one_key_and_said() {
    let seen = Seen::smoothly("copy-of-wrapped-key");
    assert_eq!(seen.copies(), [("rsa (copy).bin".to_owned(), "rsa.bin".to_owned())]);
    assert_eq!(seen.listed().len(), 1, "one key on the device");
    assert!(seen.says("source", &["rsa (copy).bin = rsa.bin"]));
    assert!(!Seen::smoothly("cvc-certificate").says("source", &[" = "]), "without copies, nothing is said of any");
}

#[test]
fn a_share_file_as_printed_in_base64_opens() {
    let place = folder("base64-share-file");
    fs::remove_file(place.path().join("dkek-share-1.pbe")).unwrap();
    let seen = Seen::smoothly_from(place.path());
    assert_eq!((seen.listed().len(), seen.proven()), (1, 1));
    // Beside the file that was printed it is a copy; with a letter missing it is named.
    fs::copy(cases().join("quorum.pbe"), place.path().join("dkek-share-1.pbe")).unwrap();
    assert_eq!(Seen::smoothly_from(place.path()).copies().len(), 1);
    fs::remove_file(place.path().join("dkek-share-1.pbe")).unwrap();
    let text = fs::read_to_string(place.path().join("dkek-share-1.b64")).unwrap();
    fs::write(place.path().join("dkek-share-1.b64"), text.replacen('U', "", 2)).unwrap();
    assert_eq!(refused(place.path()).name, FaultName::SourceNoShareFile);
    fs::write(place.path().join("dkek-share-1.b64"), &text[..60]).unwrap();
    let fault = refused(place.path());
    assert_eq!((fault.name, value(&fault, "damaged")), (FaultName::SourceNoShareFile, "dkek-share-1.b64".to_owned()));
}

#[test]
fn bytes_behind_a_wrapped_key_do_not_matter_and_a_cut_one_is_named() {
    for other in ["lf.bin", "padded.bin"] {
        let place = folder("bytes-behind-the-wrapped-key");
        fs::remove_file(place.path().join(other)).unwrap();
        let seen = Seen::smoothly_from(place.path());
        assert_eq!((seen.listed().len(), seen.proven()), (1, 1), "without {other}");
    }
    let place = folder("bytes-behind-the-wrapped-key");
    assert_eq!(Seen::smoothly_from(place.path()).copies().len(), 1, "they differ only in what follows");
    fs::remove_file(place.path().join("lf.bin")).unwrap();
    let content = fs::read(place.path().join("padded.bin")).unwrap();
    fs::write(place.path().join("padded.bin"), &content[..700]).unwrap();
    let fault = refused(place.path());
    assert_eq!((fault.name, value(&fault, "damaged")), (FaultName::SourceNoKeys, "padded.bin".to_owned()));
}

#[test]
fn two_keys_with_one_label_show_it_and_are_told_apart_by_their_files() {
    let seen = Seen::smoothly("two-keys-one-label");
    assert_eq!(seen.listed().iter().map(|key| key.label.as_deref()).collect::<Vec<_>>(), [Some("Root CA"); 2]);
    for file in ["root-2019", "root-2026"] {
        assert!(seen.says("source", &[&format!("{file}.bin"), "  Root CA  "]));
        assert!(seen.says("restore-key", &[&format!("Key \"Root CA\" ({file}) (RSA-2048)")]), "{:#?}", seen.said);
        assert!(seen.says("prove-key", &[&format!("Key \"Root CA\" ({file}) signed")]));
    }
    assert!(seen.says("full-list", &["  Root CA\n"]), "as the device shows it");
    assert_eq!(seen.proven(), 2);
}

#[test]
fn an_x509_certificate_beside_a_key_tells_its_type_and_proves_it() {
    let seen = Seen::smoothly("x509-in-wrapped-key");
    let curve = KeyType::Ec;
    assert_eq!(
        seen.types(),
        [curve(Curve::BrainpoolP256r1), curve(Curve::Secp256k1), curve(Curve::P256), KeyType::Rsa(2048)]
    );
    assert_eq!((seen.proven(), seen.not_proven()), (4, Vec::new()));
    let mut listed: Vec<_> = seen.listed().into_iter().filter_map(|key| key.key_type).collect();
    listed.sort();
    let names = ["EC brainpoolP256r1", "EC secp256k1", "EC secp256r1", "RSA-2048"];
    assert_eq!(listed, names);
    assert!(seen.says("source", &names) && seen.says("full-list", &names), "one name per curve everywhere");
}

#[test]
fn a_cv_certificate_beside_a_key_proves_it() {
    let seen = Seen::smoothly("cvc-certificate");
    assert_eq!((seen.types(), seen.proven()), (vec![KeyType::Rsa(2048)], 1));
}

#[test]
fn a_key_without_description_gets_one_that_software_sees_and_is_told_so() {
    let seen = Seen::smoothly("x509-without-description");
    assert_eq!((seen.types(), seen.proven()), (vec![KeyType::Ec(Curve::P256), KeyType::Rsa(2048)], 2));
    assert!(seen.says("source", &["have no description", "ec  id 01  ec.bin", "key1  id 02  key1.bin"]));
    for (key, label, kind) in [(&seen.listed()[0], "ec", "EC secp256r1"), (&seen.listed()[1], "key1", "RSA-2048")] {
        assert_eq!((key.label.as_deref(), key.key_type.as_deref()), (Some(label), Some(kind)));
    }
    let written = KeyDescription::decode(&seen.on_card("c401")).unwrap();
    assert_eq!((written.label.as_str(), written.id.as_slice()), ("ec", &[1][..]));
    let certificate = wrapped("x509-without-description/ec.bin").certificate.unwrap();
    assert_eq!(seen.on_card("ce01"), certificate, "the certificate is where it was");
}

#[test]
fn an_id_of_twenty_bytes_is_shown_whole_and_comes_back() {
    let seen = Seen::smoothly("id-20-bytes");
    let id = "8937290aa511a3c800454ac070be8d79a203d067";
    assert!(seen.says("restore-key", &[&format!("Its id, {id}, does not depend on it")]));
    assert!(seen.says("full-list", &["8937…d067", id]));
    assert_eq!(seen.listed()[0].id.as_ref().unwrap().to_string(), id);
    let planned = plan().replace("\"id\": \"10\"", &format!("\"id\": \"{id}\""));
    assert_eq!(Plan::parse(&planned).unwrap().keys[0].id.to_string(), id, "it can be planned");
}

#[test]
fn a_label_in_another_character_set_comes_back_byte_for_byte_with_its_id() {
    let seen = Seen::smoothly("label-latin1");
    let description = wrapped("label-latin1/key1.bin").description.unwrap();
    assert_eq!(seen.on_card("c401"), description);
    assert_eq!(seen.listed()[0].id.as_ref().unwrap().to_string(), "45");
    assert!(seen.says("full-list", &["  45  ", "Wurzel-CA K\u{fffd}ln"]));
}

#[test]
fn a_restricted_key_is_proven_with_what_its_list_allows() {
    let seen = Seen::smoothly("restricted-algorithms");
    assert_eq!((seen.proven(), seen.not_proven()), (2, Vec::new()));
}

/// Puts another list of algorithms of the same length into a wrapped key, and seals it again.
fn with_algorithms(path: &Path, list: [u8; 2]) {
    let mut content = fs::read(path).unwrap();
    let blob = WrappedKeyFile::parse(&content).ok().unwrap().blob.as_bytes().to_vec();
    let begins = content.windows(blob.len()).position(|bytes| bytes == blob).unwrap();
    let (body, mac) = content[begins..begins + blob.len()].split_at_mut(blob.len() - 16);
    // KCV, type, the algorithm with its length, the length of the list.
    let place = 8 + 1 + 12 + 2;
    assert_eq!(body[place - 2..place], [0, 2]);
    body[place..place + 2].copy_from_slice(&list);
    let dkek = base16ct::lower::decode_vec(DKEK).unwrap();
    let key = Sha256::digest([&dkek[..], &[0, 0, 0, 2]].concat());
    mac.copy_from_slice(&<Cmac<Aes256> as KeyInit>::new(&key).chain_update(&*body).finalize().into_bytes());
    fs::write(path, content).unwrap();
}

#[test]
fn a_key_that_may_not_sign_with_sha_256_goes_on_as_not_proven() {
    let place = folder("restricted-algorithms");
    with_algorithms(&place.path().join("p256.bin"), [0x71, 0x92]);
    let seen = Seen::smoothly_from(place.path());
    assert_eq!((seen.proven(), seen.not_proven()), (1, vec![NotProven::Algorithms]));
    assert!(seen.says("prove-key", &["ec-p256", "has no signature with SHA-256"]));
    assert_eq!(seen.rig.machine.known().progress.deviations, 1);
}

#[test]
fn a_key_that_the_device_refuses_is_left_out_and_the_others_come_back() {
    let seen = Seen::of(folder("one-key-refused").path(), Recovery::LeaveOut);
    assert_eq!(seen.types(), [KeyType::Aes(Some(256)), KeyType::Rsa(2048)]);
    assert!(seen.says("source", &["kms-kek   AES-256   id 09  kek.bin", "rsa-root  RSA-2048  id 10  rsa.bin"]));
    assert_eq!(seen.rig.failed(), ["unwrap-refused"]);
    assert_eq!(seen.listed().len(), 1);
    assert_eq!((seen.proven(), seen.not_proven()), (1, Vec::new()));
    assert!(seen.says("restore-key", &["Key kms-kek (AES-256)", "came from: not known"]));
    assert!(seen.says("restore-key", &["kms-kek is left out"]) && seen.says("prove-key", &["kms-kek was left out"]));
    let chosen = |entry: &&Entry| matches!(entry, Entry::Recovered { choice, .. } if choice == "leave-key-out");
    assert_eq!(seen.rig.entries.iter().filter(chosen).count(), 1);
    assert_eq!(seen.rig.machine.known().progress.deviations, 1);
}

#[test]
fn a_damaged_wrapped_key_is_left_out_and_the_others_come_back() {
    let place = folder("two-keys-one-label");
    let path = place.path().join("root-2019.bin");
    let mut content = fs::read(&path).unwrap();
    content[100] ^= 1;
    fs::write(&path, content).unwrap();
    let seen = Seen::of(place.path(), Recovery::LeaveOut);
    assert_eq!(seen.rig.failed(), ["backup-mac-wrong"]);
    assert_eq!((seen.listed().len(), seen.proven()), (1, 1));
    assert!(seen.says("verify-backup", &["\"Root CA\" (root-2019) is left out"]));
}

#[test]
fn a_certificate_of_another_key_does_not_block_the_key() {
    let place = folder("x509-in-wrapped-key");
    let mut file = wrapped("x509-in-wrapped-key/p256.bin");
    file.certificate = wrapped("id-20-bytes/key.bin").certificate;
    fs::write(place.path().join("p256.bin"), file.to_bytes()).unwrap();
    let seen = Seen::of(place.path(), Recovery::WithoutProof);
    assert_eq!((seen.rig.failed(), seen.proven()), (vec!["signature-wrong"], 3));
}

#[test]
fn one_password_of_one_person_restores_and_establishes_nothing() {
    let (place, records) = (folder("single-password"), tempfile::tempdir().unwrap());
    fs::copy(cases().join("password.pbe"), place.path().join("dkek-share-1.pbe")).unwrap();
    let text = fs::read_to_string(place.path().join("plan-pw.json")).unwrap();
    let mut rig = Rig::foreign(place.path(), &text, records.path()).unwrap();
    rig.play(|front| match front.empty(|kind| *kind == FieldKind::Password) {
        Some(field) => front.types(field, "correct horse"),
        None => Turn::Autopilot,
    });
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Proven { .. })));

    let parsed = Plan::parse(&text).unwrap();
    let (kind, environment) = (CeremonyKind::Establish, Environment::SoftwareCards);
    let fault = Setup::by_plan(kind, parsed, text, records.path(), environment).err().unwrap();
    assert_eq!(fault.name, FaultName::PlanOnePassword);
}

#[test]
fn the_living_original_of_a_backup_with_certificates_is_named_before_it_is_erased() {
    let (place, records) = (folder("x509-in-wrapped-key"), tempfile::tempdir().unwrap());
    let state = fs::read(cases().join("original-erased/card-state.json")).unwrap();
    let card = SoftCard::from_json(&serde_json::from_slice(&state).unwrap()).ok().unwrap();
    let setup = on(foreign_setup(place.path(), &plan(), records.path()).unwrap(), card);
    let mut rig = Rig::in_hands(setup, |readers| readers);
    let (mut people, mut warning) = (quorum(), String::new());
    rig.play(|front| match &front.view.body {
        Body::Form { text, .. } if front.empty(|kind| *kind == FieldKind::Word("ERASE THESE KEYS")).is_some() => {
            warning = text.join("\n");
            Turn::Do(Input::Stop)
        }
        _ => people.answer(front),
    });
    assert!(warning.contains("It shows the key check value of this backup"), "{warning}");
    // One of the five is in no wrapped key of this folder.
    assert_eq!(
        (warning.matches("  in this backup").count(), warning.matches("in no backup known here").count()),
        (4, 1)
    );
}
