//! The record is signed by a key of the device, and anybody with openssl can check it.

use std::fs;
use std::path::Path;
use std::process::Command;

use hsm_ceremony::bundle::{SignatureState, examine};
use hsm_ceremony::ceremony::{Body, ChoiceId, Input, Recovery};
use hsm_ceremony::faults::FaultName;
use hsm_ceremony::folder::{Folder, names};
use hsm_ceremony::record::{DeviationName, Entry, Fact, verify};

use super::copies::{held, table};
use super::rig::{Rig, Turn};
use super::{Day, Guard};

/// A plan with a key of this type that signs the record, and perhaps the proof on a second device.
fn plan(key_type: &str, prove_restore: bool) -> String {
    let mut day = Day::of(&[Guard::Words(2, 3)]);
    day.0["keys"][0]["type"] = key_type.into();
    day.0["sign_record"] = "key-0".into();
    day.0["prove_restore"] = prove_restore.into();
    day.text()
}

/// What openssl says about the signature, as RESTORE.txt has it.
fn openssl(folder: &Path) -> bool {
    let page = fs::read_to_string(folder.join(names::RESTORE)).unwrap();
    let command = page.lines().find_map(|line| line.strip_prefix("    openssl ")).expect("the page has the command");
    let output = Command::new("openssl").args(command.split_whitespace()).current_dir(folder).output().unwrap();
    output.status.success()
}

#[test]
fn openssl_verifies_the_signature_of_the_sealed_record() {
    for (key_type, prove_restore) in [("EC:secp256r1", true), ("rsa:2048", false)] {
        let records = tempfile::tempdir().unwrap();
        let mut table = table(None);
        let (name, _) = held(&plan(key_type, prove_restore), records.path(), &mut table);
        let path = records.path().join(&name);
        assert!(openssl(&path), "{key_type}");
        let last = table.last.join("\n");
        assert!(last.contains("signed with the key key-0"), "{last}");
        let folder = Folder::open(&path);
        let proof = verify(&folder.read(names::RECORD).unwrap()).unwrap();
        let seen = examine(&folder, &proof);
        assert_eq!((&seen.faults, &seen.unnamed), (&Vec::new(), &Vec::new()));
        assert_eq!(seen.record_signature.unwrap().state, SignatureState::Good);
        let python = Command::new("python3").arg(path.join(names::VERIFY)).output().unwrap();
        assert_eq!(python.status.code(), Some(0), "{}", String::from_utf8_lossy(&python.stdout));
        // A signature of something else is refused by name; one that is lost is missed.
        let file = path.join(names::RECORD_SIGNATURE);
        let mut signature = fs::read(&file).unwrap();
        *signature.last_mut().unwrap() ^= 1;
        fs::write(&file, signature).unwrap();
        assert!(!openssl(&path));
        let faults = examine(&folder, &proof).faults;
        assert_eq!(faults.iter().map(|fault| fault.name).collect::<Vec<_>>(), [FaultName::RecordSignatureWrong]);
        fs::remove_file(&file).unwrap();
        let seen = examine(&folder, &proof);
        assert_eq!((seen.faults, seen.record_signature.unwrap().state), (Vec::new(), SignatureState::NotHere));
    }
}

#[test]
fn people_can_go_on_without_a_signature_and_nothing_signs_then() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan("EC:secp256r1", false), records.path());
    let public = rig.folder.join("keys/key-0.pub.pem");
    rig.play(|front| {
        let Body::Fault { choices, .. } = &front.view.body else {
            if front.step() == "not-proven" {
                fs::write(&public, "something else").unwrap();
            }
            return Turn::Autopilot;
        };
        let without = ChoiceId::Recovery(Recovery::WithoutSignature);
        assert!(choices.iter().any(|choice| choice.id == without), "{choices:?}");
        Turn::Do(Input::Chose(without))
    });
    assert!(rig.complete());
    assert_eq!(rig.machine.known().sign_sealed(), None);
    assert!(!rig.facts().iter().any(|fact| matches!(fact, Fact::RecordSigner { .. })));
    let Some(Entry::Sealed { deviated, .. }) = rig.entries.last() else { panic!("not sealed") };
    assert_eq!(deviated.iter().map(|one| one.name).collect::<Vec<_>>(), [DeviationName::RecordNotSigned]);
}

#[test]
fn a_card_that_is_gone_at_the_seal_harms_nothing() {
    let records = tempfile::tempdir().unwrap();
    let mut table = table(None);
    table.spoils = Some("keys/key-0.wrapped");
    let (name, _) = held(&plan("EC:secp256r1", false), records.path(), &mut table);
    let path = records.path().join(&name);
    assert!(!path.join(names::RECORD_SIGNATURE).exists());
    let last = table.last.join("\n");
    assert!(last.contains("NOT signed by a key") && last.contains("by hand"), "{last}");
    assert!(verify(&fs::read(path.join(names::RECORD)).unwrap()).unwrap().sealed.is_some());
}
