//! Keys that live in files come to a device in use, and are backed up at once.

use std::fs;
use std::path::Path;
use std::process::Command;

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::card::verify::{request_is_signed_by_device, request_is_signed_by_its_key};
use hsm_ceremony::card::{AuthenticatedRequest, PublicKey, Verdict};
use hsm_ceremony::ceremony::{Body, Machine, Recovery};
use hsm_ceremony::dkek::WrappedKeyFile;
use hsm_ceremony::faults::FaultName;
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::FieldName;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, DeviationName, Entry, Fact};
use hsm_ceremony::secret::TypedText;
use hsm_ceremony::softcard::CutOff;
use hsm_ceremony::terms::KeyFileForm;
use serde_json::{Value, json};

use super::back_up::restores;
use super::kinds::{after_establish, importing, nothing, plan};
use super::rig::{Front, Rig, Turn};
use crate::support::torture;

/// What the autopilot types.
const PASSWORD: &str = "sesame";

fn openssl(folder: &Path, arguments: &str) {
    let done = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// The plan of the first day, with a key of each of these types and files instead of its own.
fn plan_with(folder: &Path, keys: &[(&str, &str, &str)]) -> (Plan, String) {
    let mut plan: Value = serde_json::from_str(&plan()).unwrap();
    let key = |((label, kind, file), at): (&(&str, &str, &str), u8)| {
        let file = folder.join(file);
        json!({ "label": label, "type": kind, "id": at.to_string(), "reference": at, "restore_to": at, "file": file })
    };
    plan["keys"] = keys.iter().zip(21..).map(key).collect();
    let text = plan.to_string();
    (Plan::parse(&text).unwrap(), text)
}

fn setup(from: &Path, plan: (Plan, String), records: &Path) -> Setup {
    Setup::by_addition(CeremonyKind::Import, from, Some(plan), records, Environment::SoftwareCards).unwrap()
}

/// A new P-256 key, `key.pem`, and the same under the password, `key.p8`.
fn one_key() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    openssl(folder.path(), "genpkey -out key.pem -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1");
    openssl(folder.path(), &format!("pkcs8 -topk8 -in key.pem -out key.p8 -passout pass:{PASSWORD}"));
    folder
}

/// The field for the password of a file, while nothing is typed into it.
fn password_of(front: &Front<'_>) -> Option<FieldName> {
    let Body::Form { fields, .. } = &front.view.body else { return None };
    let field = fields.iter().find(|field| field.kind == FieldKind::KeyFilePassword)?;
    front.vault.typed(field.name).is_none_or(TypedText::is_empty).then_some(field.name)
}

fn imported(rig: &Rig) -> Vec<(String, KeyFileForm, bool)> {
    let told = |fact: &Fact| match fact {
        Fact::Imported(key) => Some((key.label.to_string(), key.form, key.certificate)),
        _ => None,
    };
    rig.facts().into_iter().filter_map(told).collect()
}

fn deviations(rig: &Rig) -> Vec<DeviationName> {
    let sealed = rig.entries.iter().find_map(|entry| match entry {
        Entry::Sealed { deviated, .. } => Some(deviated.iter().map(|deviated| deviated.name).collect()),
        _ => None,
    });
    sealed.unwrap()
}

#[test]
fn keys_of_files_sign_on_the_device_and_come_back_from_their_own_folder() {
    let (records, files) = (tempfile::tempdir().unwrap(), one_key());
    let path = files.path();
    openssl(path, "genpkey -out rsa.pem -algorithm RSA -pkeyopt rsa_keygen_bits:2048");
    openssl(path, "req -x509 -new -key rsa.pem -out certificate.pem -days 1 -subj /CN=x -config /dev/null");
    openssl(path, "pkcs12 -export -inkey rsa.pem -in certificate.pem -out rsa.p12 -passout pass:sesame");
    openssl(path, "genpkey -out plain.pem -algorithm EC -pkeyopt ec_paramgen_curve:secp384r1");
    let keys = [
        ("encrypted", "EC:secp256r1", "key.p8"),
        ("certified", "rsa:2048", "rsa.p12"),
        ("plain", "EC:secp384r1", "plain.pem"),
    ];
    let mut planned = None;
    let mut rig = after_establish(records.path(), nothing, |from, records| {
        let setup = setup(from, plan_with(path, &keys), records);
        planned = Some(setup.plan.clone());
        setup
    });
    rig.run(|_| {});
    assert!(rig.complete() && rig.faults.is_empty() && rig.vault.is_empty(), "{:?}", rig.faults);
    let told = |label: &str, form, certificate| (label.to_owned(), form, certificate);
    assert_eq!(
        imported(&rig),
        [
            told("encrypted", KeyFileForm::EncryptedPkcs8, false),
            told("certified", KeyFileForm::Pkcs12, true),
            told("plain", KeyFileForm::Pkcs8, false),
        ]
    );
    let decided = deviations(&rig).into_iter().filter(|name| *name == DeviationName::KeyImported).count();
    assert_eq!(decided, 3, "each is a decision of its own");
    assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::KeyFiles { all_destroyed: true })));
    // The public key in the folder is the one that openssl finds in the file.
    for (name, label) in [("key.pem", "encrypted"), ("rsa.pem", "certified"), ("plain.pem", "plain")] {
        openssl(path, &format!("pkey -in {name} -pubout -out {label}.pub"));
        let ours = fs::read_to_string(rig.folder.join(format!("keys/{label}.pub.pem"))).unwrap();
        assert_eq!(ours, fs::read_to_string(path.join(format!("{label}.pub"))).unwrap(), "{label}");
    }
    // Beside a key lies the certificate of its file or, without one, a request that names no device and that only the key signed.
    let beside = |label: &str| {
        let wrapped = fs::read(rig.folder.join(format!("keys/{label}.wrapped"))).unwrap();
        WrappedKeyFile::parse(&wrapped).unwrap().certificate.unwrap()
    };
    openssl(path, "x509 -in certificate.pem -outform DER -out certificate.der");
    assert_eq!(beside("certified"), fs::read(path.join("certificate.der")).unwrap());
    for label in ["encrypted", "plain"] {
        let request = AuthenticatedRequest::parse(&beside(label)).unwrap();
        let public = PublicKey::from_pem(&fs::read_to_string(path.join(format!("{label}.pub"))).unwrap()).unwrap();
        assert_eq!((request.device.as_str(), request.public_key().as_ref()), ("IMPORTED00001", Some(&public)));
        assert_eq!(request_is_signed_by_its_key(&request), Verdict::Good, "{label}");
        assert_eq!(request_is_signed_by_device(&request, &public), Verdict::Good, "{label}");
    }
    let resumed = Machine::resume(CeremonyKind::Import, planned.unwrap(), true, &rig.entries).unwrap();
    assert_eq!(resumed.known(), rig.machine.known());
    restores(records.path(), rig, &["encrypted", "certified", "plain"]);
}

#[test]
fn a_rehearsal_without_a_plan_imports_a_throw_away_key() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = importing(records.path(), nothing);
    rig.run(|_| {});
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    assert_eq!(imported(&rig), [("imported-1".to_owned(), KeyFileForm::EncryptedPkcs8, false)]);
    let file = records.path().join("REHEARSAL-throw-away-key-1.pem");
    assert!(fs::read_to_string(file).unwrap().contains("ENCRYPTED PRIVATE KEY"));
    restores(records.path(), rig, &["imported-1"]);
}

/// People who import one key meet this fault, do something about it, and go on; nothing of the first attempt stays.
fn meets(key: (&str, &str), fault: &str, recovery: Recovery, repair: impl FnMut()) -> Rig {
    let (records, files) = (tempfile::tempdir().unwrap(), one_key());
    meets_in(records.path(), files.path(), key, fault, recovery, repair)
}

fn meets_in(
    records: &Path,
    files: &Path,
    (kind, file): (&str, &str),
    fault: &str,
    recovery: Recovery,
    mut repair: impl FnMut(),
) -> Rig {
    let mut rig = after_establish(records, nothing, |from, records| {
        setup(from, plan_with(files, &[("issuing", kind, file)]), records)
    });
    rig.play(|front| match front.fault() {
        Some(found) => {
            assert_eq!(found, fault);
            repair();
            front.goes_on_with(recovery)
        }
        None => Turn::Autopilot,
    });
    assert_eq!(rig.failed(), [fault], "once, and then never again");
    assert!(rig.vault.is_empty());
    rig
}

#[test]
fn a_wrong_password_costs_nothing_and_is_typed_again() {
    let (records, files) = (tempfile::tempdir().unwrap(), one_key());
    let mut rig = after_establish(records.path(), nothing, |from, records| {
        setup(from, plan_with(files.path(), &[("issuing", "EC:secp256r1", "key.p8")]), records)
    });
    let mut wrong = vec!["Sesame", "x"];
    rig.play(|front| match front.fault() {
        Some("key-file-wrong-password") => front.goes_on_with(Recovery::TypeAgain),
        _ => match password_of(front) {
            Some(name) if !wrong.is_empty() => front.types(name, wrong.remove(0)),
            _ => Turn::Autopilot,
        },
    });
    assert_eq!(rig.failed(), ["key-file-wrong-password"; 2]);
    assert!(rig.complete() && rig.vault.is_empty());
    assert_eq!(imported(&rig).len(), 1);
    assert_eq!(deviations(&rig), [DeviationName::KeyImported, DeviationName::Noted], "decided once");
}

#[test]
fn another_kind_of_key_than_the_plan_says_is_refused_by_name() {
    let rig = meets(("EC:secp384r1", "key.p8"), "key-file-other-type", Recovery::Stop, || {});
    assert!(imported(&rig).is_empty() && !rig.complete());
}

#[test]
fn a_file_that_is_missing_or_no_key_or_damaged_is_named_and_another_is_taken() {
    for (spoilt, fault, recovery) in [
        (None, "key-file-unread", Recovery::TryAgain),
        (Some("a letter"), "key-file-not-key", Recovery::TryAgain),
        (
            Some("-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n"),
            "key-file-damaged",
            Recovery::TryAgain,
        ),
    ] {
        let (records, files) = (tempfile::tempdir().unwrap(), one_key());
        let (good, used) = (files.path().join("key.p8"), files.path().join("used.p8"));
        if let Some(text) = spoilt {
            fs::write(&used, text).unwrap();
        }
        let repair = || {
            fs::copy(&good, &used).unwrap();
        };
        let key = ("EC:secp256r1", "used.p8");
        let rig = meets_in(records.path(), files.path(), key, fault, recovery, repair);
        assert!(rig.complete() && imported(&rig).len() == 1, "{fault}");
    }
}

#[test]
fn a_file_that_somebody_swapped_after_the_decision_is_not_opened() {
    let (records, files) = (tempfile::tempdir().unwrap(), one_key());
    let used = files.path().join("used.p8");
    fs::copy(files.path().join("key.p8"), &used).unwrap();
    let mut rig = after_establish(records.path(), nothing, |from, records| {
        setup(from, plan_with(files.path(), &[("issuing", "EC:secp256r1", "used.p8")]), records)
    });
    let mut swapped = false;
    rig.play(|front| {
        if front.fault().is_some() {
            return front.goes_on_with(Recovery::FromStart);
        }
        if !swapped && password_of(front).is_some() {
            fs::copy(files.path().join("key.pem"), &used).unwrap();
            swapped = true;
        }
        Turn::Autopilot
    });
    assert_eq!(rig.failed(), ["key-file-changed"]);
    assert!(rig.complete());
    assert_eq!(imported(&rig), [("issuing".to_owned(), KeyFileForm::Pkcs8, false)], "it was decided anew");
}

#[test]
fn a_key_that_is_on_the_device_already_is_named_with_its_place() {
    let (records, files) = (tempfile::tempdir().unwrap(), one_key());
    let keys = [("one", "EC:secp256r1", "key.p8"), ("two", "EC:secp256r1", "key.pem")];
    let mut rig =
        after_establish(records.path(), nothing, |from, records| setup(from, plan_with(files.path(), &keys), records));
    rig.play(|front| match front.fault() {
        Some(_) => front.goes_on_with(Recovery::LeaveOut),
        None => Turn::Autopilot,
    });
    assert_eq!(rig.failed(), ["imported-key-there"]);
    assert!(rig.complete());
    assert_eq!(imported(&rig).len(), 1);
    let manifest = rig.manifest();
    assert_eq!(manifest.keys.iter().map(|key| key.label.to_string()).collect::<Vec<_>>(), ["one"]);
}

#[test]
fn a_plan_names_a_file_for_every_key_of_an_import_and_for_no_other() {
    let (records, files) = (tempfile::tempdir().unwrap(), one_key());
    let mut first = Rig::establish(&plan(), records.path());
    first.run(|_| {});
    let with = || plan_with(files.path(), &[("issuing", "EC:secp256r1", "key.p8")]);
    let without = || {
        let mut text: Value = serde_json::from_str(&with().1).unwrap();
        text["keys"][0].as_object_mut().unwrap().remove("file");
        (Plan::parse(&text.to_string()).unwrap(), text.to_string())
    };
    let (place, cards) = (records.path(), Environment::SoftwareCards);
    let adding = |kind, plan| Setup::by_addition(kind, &first.folder, Some(plan), place, cards).err().unwrap().name;
    assert_eq!(adding(CeremonyKind::Import, without()), FaultName::ImportWithoutFile);
    assert_eq!(adding(CeremonyKind::AddKeys, with()), FaultName::KeyFileNotImported);
    let (plan, text) = with();
    let fault = Setup::by_plan(CeremonyKind::Establish, plan, text, place, cards).err().unwrap();
    assert_eq!(fault.name, FaultName::KeyFileNotImported);
    let relative = with().1.replace(files.path().to_str().unwrap(), "here");
    let faults = Plan::parse(&relative).unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.name).collect::<Vec<_>>(), [FaultName::PlanKeyPath]);
}

#[test]
fn a_card_that_vanishes_at_any_command_gets_the_key_once() {
    let records = tempfile::tempdir().unwrap();
    let counting = CutOff::never();
    let mut papers = importing(records.path(), |readers| counting.readers(readers));
    papers.run(|_| {});
    assert!(papers.complete(), "{:?}", papers.faults);
    let step = if torture() { 3 } else { 29 };
    let cuts: [fn(usize) -> CutOff; 2] = [CutOff::before, CutOff::after];
    for n in (1..=counting.sent()).step_by(step) {
        for cut in cuts {
            let records = tempfile::tempdir().unwrap();
            let cut = cut(n);
            let mut rig = importing(records.path(), |readers| cut.readers(readers));
            rig.run(|_| {});
            let at = format!("cut at {n}: {:?}", rig.faults);
            assert!(rig.complete() && rig.vault.is_empty(), "{at}");
            assert_eq!((imported(&rig).len(), rig.manifest().keys.len()), (1, 1), "{at}");
        }
    }
}
