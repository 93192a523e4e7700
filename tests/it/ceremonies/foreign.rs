//! Restore from a folder that sc-hsm-tool left: one share file, wrapped keys, no record.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::card::{DescribedType, KeyDescription};
use hsm_ceremony::ceremony::{Body, FieldState, Input};
use hsm_ceremony::dkek::{KeyBlob, WrappedKeyFile};
use hsm_ceremony::faults::{Fault, FaultName};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Entry, Fact};
use hsm_ceremony::script;
use hsm_ceremony::softcard::{Rack, SoftCard};
use hsm_ceremony::terms::{Curve, Kcv, KeyType};
use serde_json::Value;
use tempfile::TempDir;

use super::old::{Custodians, Set, entry, hex, seal_share, wrapped_keys};
use super::rig::{Rig, Turn, plan_text};

fn plan(threshold: u8, custodians: u8) -> String {
    plan_text(threshold, custodians, &[("EC:secp256r1", 10)], false)
}

/// The state of the only card of a sitting.
fn card(rig: &Rig) -> Value {
    let files: Vec<_> = fs::read_dir(rig.folder.join("cards")).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    let state = serde_json::from_slice(&fs::read(&files[0]).unwrap()).unwrap();
    assert!(SoftCard::from_json(&state).is_ok());
    state
}

/// Checks that every wrapped key of the folder is on the card with its own files; returns how many of them signed.
fn keys_came_back(rig: &Rig, names: &[&str]) -> usize {
    let state = card(rig);
    assert_eq!(state["keys"].as_object().unwrap().len(), names.len());
    let mut files: Vec<(String, String)> = Vec::new();
    for (fid, content) in state["files"].as_object().unwrap() {
        files.push((fid[..2].to_owned(), content.as_str().unwrap().to_owned()));
    }
    let at = |kind: &str, content: &str| files.iter().any(|(fid, there)| fid == kind && there == content);
    for name in names {
        let key = entry("wrapped-keys.json", name);
        if let Some(request) = key["cert"].as_str().filter(|request| !request.is_empty()) {
            assert!(at("ce", request), "the request of {name}");
        }
        // Its reference may be different; nothing else in the description may differ.
        let description = hex(&key["prkd"]);
        let same = |content: &str| {
            let there = base16ct::lower::decode_vec(content).unwrap();
            let differ: Vec<usize> = (0..there.len()).filter(|at| there.get(*at) != description.get(*at)).collect();
            there.len() == description.len()
                && differ.len() <= 1
                && differ.iter().all(|at| description.get(at.saturating_sub(2)..*at) == Some(&[0x02, 0x01]))
        };
        assert!(files.iter().any(|(fid, content)| fid == "c4" && same(content)), "the description of {name}");
    }
    rig.facts().iter().filter(|fact| matches!(fact, Fact::Proven { .. })).count()
}

#[test]
fn a_folder_made_by_sc_hsm_tool_restores_with_full_rounds() {
    // Share file and wrapped keys both come from the tool, and belong together.
    let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let set = entry("password-shares.json", "2-of-3");
    fs::write(place.path().join("share.pbe"), hex(&set["pbe_file"])).unwrap();
    let names = [
        "ec-secp384r1",
        "ec-secp521r1",
        "ec-secp256k1",
        "ec-brainpoolP384r1",
        "rsa-2048-crt-type6",
        "ec-prime256v1-full-A",
    ];
    let dkek = wrapped_keys(place.path(), &names);
    assert_eq!(dkek, hex(&set["dkek_share"]));

    let mut rig = Rig::foreign_with_all_rounds(place.path(), &plan(2, 3), records.path());
    let mut people = Custodians::new(&Set::golden("2-of-3"), &[2, 0]);
    let mut typed_primes = 0;
    rig.play(|front| {
        typed_primes += usize::from(front.empty(|kind| matches!(kind, FieldKind::Prime { .. })).is_some());
        people.answer(front)
    });
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    assert_eq!(typed_primes, 1, "the first seat types the prime, the others see it");
    // The two made off-card carry no request, so nobody can say what their signatures should verify with.
    assert_eq!(keys_came_back(&rig, &names), 4);
    let kcv = Kcv(hex(&entry("wrapped-keys.json", "ec-secp384r1")["kcv"]).try_into().unwrap());
    let opened = rig.facts().into_iter().find_map(|fact| match fact {
        Fact::Opened { kcv, wrong, defects, .. } => Some((*kcv, wrong.clone(), defects.clone())),
        _ => None,
    });
    assert_eq!(opened, Some((kcv, vec![], vec![])));
    assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Loaded { kcv: loaded, .. } if *loaded == kcv)));
}

/// A folder with these keys, whose DKEK is sealed under the password of a golden set.
fn folder(place: &Path, set: &str, names: &[&str]) -> Set {
    let dkek = wrapped_keys(place, names);
    let set = Set::golden(set);
    seal_share(place, &dkek, &set.password);
    set
}

fn restored(place: &Path, plan: &str, people: &mut Custodians) -> (Rig, TempDir) {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::foreign(place, plan, records.path()).unwrap();
    rig.play(|front| people.answer(front));
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    (rig, records)
}

#[test]
fn keys_of_every_kind_come_back_with_their_files_and_sign() {
    let names = ["rsa-2048", "ec-prime256v1", "ec-brainpoolP256r1", "rsa-4096", "rsa-1024"];
    let place = tempfile::tempdir().unwrap();
    let set = folder(place.path(), "3-of-5", &names);
    fs::write(place.path().join("notes.txt"), "Salted_ is not Salted__").unwrap();
    fs::write(place.path().join("empty"), "").unwrap();
    fs::write(place.path().join("two\nlines"), "x").unwrap();
    fs::write(place.path().join("half.bin"), &hex(&entry("wrapped-keys.json", "rsa-2048")["wrap_file"])[..200])
        .unwrap();
    fs::write(place.path().join("half.pbe"), "Salted__too short").unwrap();
    fs::create_dir(place.path().join("folder.pbe")).unwrap();
    // Nobody ever writes to the pipe; the target of a link is not in this folder.
    assert!(Command::new("mkfifo").arg(place.path().join("pipe")).status().unwrap().success());
    symlink("/dev/zero", place.path().join("link.bin")).unwrap();
    fs::File::create(place.path().join("huge.img")).unwrap().set_len(1 << 30).unwrap();
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::foreign(place.path(), &plan(3, 5), records.path()).unwrap();
    let mut people = Custodians::new(&set, &[4, 1, 2]);
    let mut screens: Vec<String> = Vec::new();
    rig.play(|front| {
        if let (Body::Read { text }, "source") = (&front.view.body, front.step()) {
            screens.push(text.join("\n"));
        }
        people.answer(front)
    });
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    assert_eq!(keys_came_back(&rig, &names), names.len());
    let found = rig.facts().into_iter().find_map(|fact| match fact {
        Fact::FoundElsewhere { passed_over, damaged, .. } => Some((passed_over.clone(), damaged.clone())),
        _ => None,
    });
    let (passed_over, damaged) = found.unwrap();
    let others = ["empty", "folder.pbe/", "half.pbe", "huge.img", "link.bin", "notes.txt", "pipe", "two?lines"];
    assert_eq!(passed_over, others);
    assert_eq!(damaged, ["half.bin"]);
    let deviation =
        |entry: &&Entry| matches!(entry, Entry::Deviates { name, .. } if name == "wrapped-keys-not-readable");
    assert_eq!(rig.entries.iter().filter(deviation).count(), 1);
    screens.dedup();
    let [found, plan, damaged] = &screens[..] else { panic!("{screens:?}") };
    assert!(plan.contains("SHA-256 of the plan"), "{plan}");
    assert!(!found.contains("complete") && found.contains("Nothing proves"), "{found}");
    assert!(others.iter().all(|name| found.contains(name)), "{found}");
    assert!(rig.machine.known().plan.keys.iter().all(|key| found.contains(key.label.as_str())), "{found}");
    assert!(damaged.contains("half.bin") && !damaged.contains("huge.img"), "{damaged}");
}

#[test]
fn if_every_file_is_understood_no_deviation_is_recorded() {
    let place = tempfile::tempdir().unwrap();
    let set = folder(place.path(), "2-of-4", &["ec-prime256v1"]);
    let (rig, _records) = restored(place.path(), &plan(2, 4), &mut Custodians::new(&set, &[0, 3]));
    assert!(rig.machine.known().progress.deviates.is_empty() && rig.machine.known().progress.deviations == 0);
    // A file with our own name for wrapped keys counts as one, whatever is left of it.
    fs::write(place.path().join("root.wrapped"), "").unwrap();
    let (rig, _records) = restored(place.path(), &plan(2, 4), &mut Custodians::new(&set, &[0, 3]));
    assert_eq!(rig.machine.known().progress.deviates, ["wrapped-keys-not-readable"]);
}

#[test]
fn no_two_keys_get_the_same_label() {
    let place = tempfile::tempdir().unwrap();
    let set = Set::golden("2-of-4");
    let dkek = hex(&entry("wrapped-keys.json", "ec-secp384r1")["dkek"]);
    seal_share(place.path(), &dkek, &set.password);
    // Every other disk is case-insensitive. The file of the last has the name of another key.
    odd_key(place.path(), "ec-prime256v1-full-A", "Key-1", &[1]);
    odd_key(place.path(), "ec-secp384r1", "root", &[2]);
    odd_key(place.path(), "ec-secp521r1", "ROOT", &[3]);
    odd_key(place.path(), "ec-secp256k1", "", &[4]);
    fs::rename(place.path().join("ec-secp256k1.bin"), place.path().join("key-1.old.bin")).unwrap();
    let (rig, _records) = restored(place.path(), &plan(2, 4), &mut Custodians::new(&set, &[1, 2]));
    let labels: Vec<&str> = rig.machine.known().plan.keys.iter().map(|key| key.label.as_str()).collect();
    assert_eq!(labels, ["Key-1", "ec-secp384r1", "ec-secp521r1", "key-2"]);
    assert_eq!(card(&rig)["keys"].as_object().unwrap().len(), 4);
}

#[test]
fn more_keys_than_one_ceremony_has_steps_for_are_refused_before_it_starts() {
    let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    folder(place.path(), "2-of-4", &["ec-prime256v1"]);
    let wrapped = fs::read(place.path().join("wrap-ec-prime256v1.bin")).unwrap();
    // Wrapped again, a key gives another file.
    let again = |number: u8| {
        let mut wrapped = wrapped.clone();
        wrapped[60] ^= number;
        fs::write(place.path().join(format!("{number}.bin")), wrapped).unwrap();
    };
    (2..=126).for_each(again);
    let most = Rig::foreign(place.path(), &plan(2, 4), records.path()).unwrap();
    let mut numbers: Vec<_> = most.machine.steps().iter().map(|step| (step.number.section, step.number.step)).collect();
    let steps = numbers.len();
    numbers.dedup();
    assert!(numbers.is_sorted() && numbers.len() == steps, "every step has a number of its own");
    again(127);
    let before = fs::read_dir(records.path()).unwrap().count();
    let fault = Rig::foreign(place.path(), &plan(2, 4), records.path()).err().unwrap();
    assert_eq!(
        fault,
        Fault {
            name: FaultName::SourceTooManyKeys,
            values: vec![("found", 127.to_string()), ("most", 126.to_string())]
        }
    );
    for number in 128..=1001 {
        fs::write(place.path().join(format!("{number}.txt")), "x").unwrap();
    }
    assert_eq!(
        Rig::foreign(place.path(), &plan(2, 4), records.path()).err().unwrap().name,
        FaultName::SourceTooManyFiles
    );
    assert_eq!(fs::read_dir(records.path()).unwrap().count(), before, "nothing was begun");
}

/// Puts another name for the device that generated a key into its request: the last one there is what the device wrote.
fn made_on(place: &Path, name: &str, device: &[u8; 16]) {
    let path = place.join(format!("wrap-{name}.bin"));
    let mut content = fs::read(&path).unwrap();
    let there = content.windows(16).rposition(|bytes| bytes == b"ESPICOHSMTR00001").unwrap();
    content[there..there + 16].copy_from_slice(device);
    fs::write(path, content).unwrap();
}

#[test]
fn a_device_that_generated_any_of_the_keys_gets_them_only_if_people_say_so() {
    let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let set = folder(place.path(), "2-of-4", &["ec-prime256v1", "rsa-1024"]);
    made_on(place.path(), "ec-prime256v1", b"REH0000000100001");
    made_on(place.path(), "rsa-1024", b"REH0000000200001");
    let text = plan(2, 4);
    let parsed = Plan::parse(&text).unwrap();
    for device in ["REH00000001", "REH00000002"] {
        let given = Some((parsed.clone(), text.clone()));
        let setup =
            Setup::from_backup(CeremonyKind::Restore, place.path(), given, records.path(), Environment::SoftwareCards)
                .unwrap();
        let rack = Rack::new(1);
        rack.insert(0, SoftCard::new(device).unwrap());
        let mut rig = Rig::held(setup, Box::new(rack));
        let mut people = Custodians::new(&set, &[0, 1]);
        let mut asked = false;
        rig.play(|front| {
            asked |= front.empty(|kind| *kind == FieldKind::Word("SAME DEVICE")).is_some();
            people.answer(front)
        });
        assert!(asked && rig.complete(), "a device that has lost its keys gets them back, if people say so");
        let devices = rig.facts().into_iter().find_map(|fact| match fact {
            Fact::FoundElsewhere { devices, .. } => Some(devices.iter().map(ToString::to_string).collect::<Vec<_>>()),
            _ => None,
        });
        assert_eq!(devices.unwrap(), ["REH00000001", "REH00000002"]);
    }
}

#[test]
fn a_key_goes_where_the_plan_says_and_its_request_stays_intact() {
    let place = tempfile::tempdir().unwrap();
    let set = folder(place.path(), "2-of-4", &["ec-prime256v1"]);
    let plan = plan(2, 4).replace("key-0", "ec-p256");
    let (rig, _records) = restored(place.path(), &plan, &mut Custodians::new(&set, &[0, 3]));
    let state = card(&rig);
    assert!(state["keys"]["0a"].is_object());
    assert_eq!(state["files"]["ce0a"], entry("wrapped-keys.json", "ec-prime256v1")["cert"]);
}

#[test]
fn a_folder_that_is_not_a_backup_is_refused_before_anything_starts() {
    let fault = |prepare: fn(&Path)| {
        let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        folder(place.path(), "2-of-4", &["ec-prime256v1"]);
        prepare(place.path());
        let fault = Rig::foreign(place.path(), &plan(2, 4), records.path()).err().unwrap().name;
        assert_eq!(fs::read_dir(records.path()).unwrap().count(), 0, "{fault}: no sitting began");
        fault
    };
    assert_eq!(fault(|place| fs::remove_file(place.join("dkek-share.pbe")).unwrap()), FaultName::SourceNoShareFile);
    let twice = |place: &Path| fs::write(place.join("other.pbe"), [&b"Salted__"[..], &[1; 56]].concat()).unwrap();
    assert_eq!(fault(twice), FaultName::SourceSeveralShareFiles);
    assert_eq!(fault(|place| fs::remove_file(place.join("wrap-ec-prime256v1.bin")).unwrap()), FaultName::SourceNoKeys);
    assert_eq!(fault(|place| fs::remove_dir_all(place).unwrap()), FaultName::SourceMissing);
}

#[test]
fn without_a_plan_people_and_quorum_are_unknown() {
    let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    folder(place.path(), "2-of-4", &["ec-prime256v1"]);
    let fault =
        Setup::from_backup(CeremonyKind::Restore, place.path(), None, records.path(), Environment::SoftwareCards)
            .err()
            .unwrap();
    assert_eq!(fault.name, FaultName::SourceNeedsPlan);
    assert!(script::fault(fault.name).truth.iter().any(|said| said.contains("--plan FILE")), "the option is named");
}

#[test]
fn a_value_of_seven_groups_is_refused_with_a_sentence_and_accepted_with_leading_zeros() {
    let place = tempfile::tempdir().unwrap();
    let dkek = wrapped_keys(place.path(), &["ec-prime256v1"]);
    // f(1) = secret + slope starts with a zero byte; the tool prints it without.
    let prime = super::old::prime_above(0xF000_0000_0000_0000);
    let (secret, first) = (0x7123_4567_89AB_CDEF_u64, 0x00AB_CDEF_0123_4567_u64);
    let set = Set::of(prime, secret, &[prime - secret + first], 3);
    assert!(set.cards[0].value.starts_with("00:"));
    seal_share(place.path(), &dkek, &set.password);
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::foreign(place.path(), &plan(2, 3), records.path()).unwrap();
    let mut people = Custodians::new(&set, &[0, 1]);
    people.cards[0].value.drain(..3);
    let (mut refused, mut later_seats) = (None, 0);
    rig.play(|front| {
        if let Body::Form { fields, text, .. } = &front.view.body
            && let Some(place) = fields.iter().position(|field| field.kind == FieldKind::ShareValue)
        {
            later_seats += usize::from(fields.len() == 3 && text.iter().any(|line| line.contains("00")));
            if let FieldState::Typing(sentence) = &fields[place].state {
                if refused.is_none() {
                    refused = Some(sentence.clone());
                    return Turn::Do(Input::GoOn);
                }
                // The same screen is still there: with the zeros it is accepted.
                people.cards[0].value.insert_str(0, "00:");
                let value = people.cards[0].value.clone();
                return front.types(fields[place].name, &value);
            }
        }
        people.answer(front)
    });
    assert!(
        refused.is_some_and(|sentence| sentence.contains('7') && sentence.contains('8')),
        "how many groups are there"
    );
    assert!(later_seats > 0, "the others are told about zeros too");
    assert!(rig.complete() && rig.faults.is_empty());
}

/// A key as somebody may have left it: a label with spaces, an id longer than ours, no request, and P-521 described
/// with its size in whole bytes, as `OpenSCDP` does.
fn odd_key(place: &Path, name: &str, label: &str, id: &[u8]) -> Vec<u8> {
    let key = entry("wrapped-keys.json", name);
    let described = KeyDescription::decode(&hex(&key["prkd"])).unwrap();
    let key_type = match described.key_type {
        DescribedType::Ec { field_bits: 521 } => DescribedType::Ec { field_bits: 528 },
        other => other,
    };
    let odd = KeyDescription { label: label.to_owned(), id: id.to_vec(), key_type, ..described }.encode().unwrap();
    let blob = KeyBlob::parse(&hex(&key["blob"])).unwrap();
    let file = WrappedKeyFile { blob, description: Some(odd.clone()), certificate: None };
    fs::write(place.join(format!("{name}.bin")), file.to_bytes()).unwrap();
    odd
}

#[test]
fn labels_and_ids_that_a_plan_could_not_have_are_restored_unchanged() {
    let place = tempfile::tempdir().unwrap();
    let set = Set::golden("2-of-4");
    let dkek = wrapped_keys(place.path(), &["ec-secp256k1"]);
    seal_share(place.path(), &dkek, &set.password);
    let odd = [
        odd_key(place.path(), "ec-secp384r1", "Root CA (2019), Zürich", &[0xAB; 20]),
        odd_key(place.path(), "ec-secp521r1", "", &[]),
        odd_key(place.path(), "ec-prime256v1-full-A", "secp256k1", &[7]),
    ];
    let (rig, _records) = restored(place.path(), &plan(2, 4), &mut Custodians::new(&set, &[1, 2]));
    let state = card(&rig);
    let files = state["files"].as_object().unwrap();
    for description in odd {
        let described = KeyDescription::decode(&description).unwrap();
        let there = files.iter().filter(|(fid, _)| fid.starts_with("c4")).map(|(_, content)| hex(content));
        let same = |bytes: Vec<u8>| {
            let there = KeyDescription::decode(&bytes).unwrap();
            (there.label, there.id, there.key_type)
                == (described.label.clone(), described.id.clone(), described.key_type)
        };
        assert!(there.into_iter().any(same), "{described:?}");
    }
    let p521 = |fact: &&Fact| matches!(fact, Fact::NotProvable { key_type: KeyType::Ec(Curve::P521), .. });
    assert_eq!(rig.facts().into_iter().filter(p521).count(), 1);
}
