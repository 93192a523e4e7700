//! A complete interactive rehearsal at 80×24, custodians 1 to 4, any 2 restore; including what goes wrong on a real
//! day.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::bags;
use crate::support::binary;
use crate::support::day;
use crate::support::memory::{Needle, scan};
use crate::support::seen::bare;
use crate::support::walk::{self, Note, SO_PIN, USER_PIN};
use crate::support::wizard::{ERASE, Wizard};

#[test]
fn four_custodians_establish_and_restore_a_key() {
    let place = tempfile::tempdir().unwrap();
    let records = place.path().join("records");
    let plan = place.path().join("plan.json");
    let example = include_str!("../../../assets/plan.example.json");
    fs::write(&plan, example.replace("\"so_pin_holder\"", "\"new_so_pin\": \"typed\", \"so_pin_holder\"")).unwrap();
    let [plan, at] = [&plan, &records].map(|path| path.to_str().unwrap());
    let mut wizard = Wizard::start(&["rehearse", "--plan", plan, "--records", at]);
    wizard.forbid(SO_PIN);
    wizard.forbid(USER_PIN);

    walk::menu(&mut wizard, "Establish:");
    let notes = establish(&mut wizard);
    wizard.leave();
    walk::menu(&mut wizard, "Restore:");
    day::restore(&mut wizard, &notes);
    wizard.leave();
    wizard.wait_for("Step 0.0");
    // the software cards are put away, in their files
    let finds = look_through(&wizard, &needles_of_cards(&records));
    assert!(finds.is_empty(), "of PINs and DKEK: {finds:?}");
    for note in &notes {
        walk::assert_gone(&wizard, note);
        let finds = look_through(&wizard, &note.needles());
        assert!(finds.is_empty(), "left in memory after both ceremonies: {finds:?}");
    }
    walk::menu(&mut wizard, "Leave");
    assert_eq!(wizard.exit(), 4, "establish had a noted deviation, which the restore does not cure");
    wizard.assert_given_back();

    let log = wizard.log();
    let plain = walk::without_escapes(&log);
    for secret in [SO_PIN, USER_PIN] {
        assert!(!plain.contains(&bare(secret)), "a PIN came out");
    }
    let folder = |kind: &str| folder_of(&records, kind);
    let (made, restored) = (folder("-establish-"), folder("-restore-"));
    for (sitting, deviations) in [(&made, "Deviations: 1."), (&restored, "Deviations: 0.")] {
        let output = Command::new(binary::delivered()).arg("verify").arg(sitting).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && said.contains(deviations), "{said}");
        assert!(said.contains("This is the record of a rehearsal."), "{said}");
    }
    let record = fs::read_to_string(made.join("record.jsonl")).unwrap();
    assert!(record.contains("the lamp went out"), "the deviation is in the record");
    openssl_agrees(&made, &restored);
    no_secret_in_files(&records, &notes);
}

/// The PINs as typed, and every PIN and DKEK in the files of the software cards.
fn needles_of_cards(records: &Path) -> Vec<Needle> {
    let mut needles = vec![Needle::exact("SO-PIN", SO_PIN.as_bytes()), Needle::exact("user PIN", USER_PIN.as_bytes())];
    for kind in ["-establish-", "-restore-"] {
        for card in fs::read_dir(folder_of(records, kind).join("cards")).unwrap() {
            let state: serde_json::Value = serde_json::from_slice(&fs::read(card.unwrap().path()).unwrap()).unwrap();
            for secret in [&state["pins"]["user"]["value"], &state["pins"]["so"]["value"], &state["dkek"]["value"]] {
                let text = secret.as_str().unwrap();
                needles.push(Needle::exact("hexadecimal", text.as_bytes()));
                needles.push(Needle::exact("raw", &base16ct::mixed::decode_vec(text).unwrap()));
            }
        }
    }
    needles
}

fn establish(wizard: &mut Wizard) -> Vec<Note> {
    let serial = walk::to_the_custodians(wizard, false);
    let mut notes = vec![first_custodian(wizard), second_custodian(wizard)];
    for custodian in 3..=4 {
        notes.push(walk::turn(wizard, custodian));
        wizard.wait_for(if custodian == 4 { "The share file is written" } else { "Step 3.4" });
        walk::assert_gone(wizard, &notes[usize::from(custodian) - 1]);
    }
    wizard.pass("The share file is written");
    walk::seat(wizard, 1, &notes[0]);
    walk::seat(wizard, 2, &notes[1]);
    wizard.pass("The key check value is the right one");
    bags::first_bags(wizard, &day::BAGS);
    walk::initialise(wizard, &serial);
    day::keys(wizard);
    notes
}

/// Shows, hides, shows again; the window is resized meanwhile; memory is searched.
fn first_custodian(wizard: &mut Wizard) -> Note {
    let note = walk::show(wizard, 1);
    let needles = note.needles();
    let finds = look_through(wizard, &needles);
    let sees = |name: &str, spread: bool| finds.iter().any(|find| find.name == name && (find.stride > 1) == spread);
    assert!(sees("with colons", false), "the scanner sees the share that is lent: {finds:?}");
    assert!(sees("as it is shown", true), "the scanner sees the cells of the screen: {finds:?}");
    let check = sees("check bytes", false) || !note.tells_its_check();
    assert!(check && sees("check bytes as shown", true), "the check bytes likewise: {finds:?}");
    assert!(bare(&wizard.screen_and_scrollback()).contains(&bare(&note.value)), "the test can see");
    walk::hide(wizard, &note);
    walk::assert_gone(wizard, &note);

    // shown again, and hidden again by the resize
    wizard.keys(b"\x1b");
    wizard.wait_for("Nothing is shown until you press Space.");
    wizard.allow(&note.value);
    wizard.keys(b" ");
    wizard.wait_for_share();
    let again = Note::from_screen(&wizard.screen());
    assert_eq!((again.value, again.check), (note.value.clone(), note.check.clone()));
    let erased = count(&wizard.log(), ERASE);
    wizard.resize(30, 100);
    wizard.wait_for("Hidden.");
    wizard.watch();
    wizard.forbid(&note.value);
    assert!(count(&wizard.log(), ERASE) > erased, "wiped when the size changed");
    walk::assert_gone(wizard, &note);

    // too small: nothing but the size, however often the share is asked for
    wizard.resize(23, 79);
    wizard.wait_for("This window is 79×23. Make it 80×24");
    wizard.keys_all_read(b" s");
    wizard.see("This window is 79×23. Make it 80×24");
    assert!(!wizard.screen().contains("Custodian"), "{}", wizard.screen());
    wizard.resize(24, 80);
    wizard.wait_for("Hidden.");
    wizard.watch();
    wizard.keys(b"\r");

    // a wrong group is named as soon as the check bytes are typed, before anything is compared; nothing is lost
    wizard.wait_for("type everything from your card");
    walk::fill(wizard, &[&note.prime, &note.wrong_value(), &note.check]);
    wizard.see("Group 8 of the value is most likely wrong.");
    wizard.see("The check bytes do not fit: compare the marked group");
    assert_eq!(wizard.step(), "Step 3.1");
    // the marked group is in the value, and so is the cursor now
    wizard.keys(b"\x15");
    walk::fill(wizard, &[&note.value, ""]);

    wizard.wait_for("Step 3.2");
    walk::assert_gone(wizard, &note);
    let finds = look_through(wizard, &needles);
    assert!(finds.is_empty(), "left in memory after the turn: {finds:?}");
    note
}

/// Records a deviation, and decides against stopping, both in the middle of typing.
fn second_custodian(wizard: &mut Wizard) -> Note {
    let note = walk::show(wizard, 2);
    walk::hide(wizard, &note);
    wizard.wait_for("type everything from your card");
    let (half, rest) = note.value.split_at(11);
    wizard.keys(half.as_bytes());
    wizard.wait_for("4 of 8 so far");
    wizard.keys(b"\x04");
    wizard.wait_for("What happened? It goes into the record");
    wizard.keys(b"1");
    wizard.wait_for("Say in one line");
    walk::fill(wizard, &["the lamp went out"]);
    // somebody else had the keyboard: half-typed text is gone
    wizard.wait_for("type everything from your card");
    assert!(!wizard.screen().contains("4 of 8"), "{}", wizard.screen());
    wizard.keys(half.as_bytes());
    wizard.wait_for("4 of 8 so far");
    wizard.keys(b"\x03");
    wizard.wait_for("Stop the ceremony? Its record is then sealed");
    wizard.keys(b"\x1b");
    wizard.wait_for("4 of 8 so far");
    // a new screen starts at the first field that is not good
    walk::fill(wizard, &[rest, &note.check]);
    wizard.wait_for("Step 3.3");
    walk::assert_gone(wizard, &note);
    note
}

fn look_through(wizard: &Wizard, needles: &[Needle]) -> Vec<crate::support::memory::Find> {
    scan(wizard.pid(), needles).unwrap_or_else(|error| {
        panic!("the memory of the wizard cannot be read, so nothing is proven (it takes root): {error}")
    })
}

fn count(log: &[u8], what: &[u8]) -> usize {
    log.windows(what.len()).filter(|bytes| *bytes == what).count()
}

/// The newest folder of this kind of ceremony.
pub fn folder_of(records: &Path, kind: &str) -> PathBuf {
    let folders = fs::read_dir(records).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = folders.filter(|path| path.to_string_lossy().contains(kind)).collect();
    assert_eq!(folders.len(), 1, "one folder of {kind}");
    folders.remove(0)
}

/// What the replacement signed verifies with the public key file that the first device left, and openssl confirms it.
fn openssl_agrees(made: &Path, restored: &Path) {
    let verify = |signature: &Path| {
        let mut command = Command::new("openssl");
        command.args(["dgst", "-sha256", "-verify"]).arg(made.join("keys/rsa-root.pub.pem"));
        command.arg("-signature").arg(signature).arg(restored.join("keys/rsa-root.proof.txt"));
        command.output().expect("openssl is installed")
    };
    let signature = restored.join("keys/rsa-root.proof.sig");
    let output = verify(&signature);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut bytes = fs::read(&signature).unwrap();
    bytes[40] ^= 1;
    let changed = restored.join("changed.sig");
    fs::write(&changed, bytes).unwrap();
    assert!(!verify(&changed).status.success(), "the test can tell");
}

/// No share value, check bytes, PIN or SO-PIN in any file, except the software cards: they are the devices, and keep
/// their PINs.
fn no_secret_in_files(records: &Path, notes: &[Note]) {
    let mut secrets: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add_hex = |what: &str, hex: &str| {
        let raw = |digits: &str| -> Vec<u8> {
            digits
                .as_bytes()
                .chunks(2)
                .map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap())
                .collect()
        };
        let digits = bare(hex);
        secrets.push((format!("{what} raw"), raw(&digits)));
        secrets.push((format!("{what} in upper case"), digits.to_uppercase().into_bytes()));
        secrets.push((format!("{what} in hexadecimal"), digits.into_bytes()));
        secrets.push((format!("{what} as written"), hex.as_bytes().to_vec()));
    };
    for note in notes {
        add_hex(&format!("share {}", note.id), &note.value);
    }
    add_hex("SO-PIN", SO_PIN);
    secrets.push(("user PIN".to_owned(), USER_PIN.as_bytes().to_vec()));
    let telling = notes.iter().filter(|note| note.tells_its_check());
    secrets.extend(telling.map(|note| (format!("check bytes {}", note.id), note.check.as_bytes().to_vec())));
    let mut looked_at = 0;
    let mut folders = vec![records.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("cards") {
                    folders.push(path);
                }
                continue;
            }
            let content = fs::read(&path).unwrap();
            looked_at += 1;
            for (what, secret) in &secrets {
                let found = content.windows(secret.len()).any(|bytes| bytes == secret);
                assert!(!found, "{what} is in {}", path.display());
            }
        }
    }
    assert!(looked_at > 8, "the test can see");
}
