//! The program in a terminal, the device in another process: after every turn, the program's memory is searched; then it is
//! killed in the middle, and `ceremony resume` takes the sitting to its end with the same device.

use std::fs;

use rustix::process::Signal;
use serde_json::Value;

use crate::support::memory::{Needle, scan};
use crate::support::so_pin::drawn_so_pin;
use crate::support::walk::{self, Note, USER_PIN};
use crate::support::wizard::Wizard;
use crate::support::{at_readers, bags, binary, day};

fn nothing_left(wizard: &Wizard, needles: &[Needle], when: &str) {
    let finds = scan(wizard.pid(), needles).unwrap();
    assert!(finds.is_empty(), "left in memory {when}: {finds:?}");
}

fn number(groups: &str) -> u128 {
    u128::from_str_radix(&groups.replace(':', ""), 16).unwrap()
}

fn both_ways(name: &'static str, number: u64) -> Vec<Needle> {
    let hex = format!("{number:016x}");
    vec![
        Needle::exact(name, &number.to_be_bytes()),
        Needle::exact(name, &number.to_le_bytes()),
        Needle::exact(name, hex.as_bytes()),
        Needle::exact(name, hex.to_uppercase().as_bytes()),
    ]
}

/// The password of the share file and the coefficient of its line, computed from two cards as anybody can who has them.
fn needles_of_the_set(one: &Note, two: &Note) -> Vec<Needle> {
    let prime = number(&one.prime);
    assert_eq!((one.id.as_str(), two.id.as_str()), ("1", "2"));
    let (first, second) = (number(&one.value), number(&two.value));
    let coefficient = (second + prime - first) % prime;
    let password = (first + prime - coefficient) % prime;
    let mut needles = both_ways("password", u64::try_from(password).unwrap());
    needles.extend(both_ways("coefficient", u64::try_from(coefficient).unwrap()));
    needles
}

fn needles_of_pin(name: &'static str, text: &str, raw: &[u8]) -> Vec<Needle> {
    let hex = base16ct::lower::encode_string(text.as_bytes());
    vec![Needle::exact(name, text.as_bytes()), Needle::exact(name, raw), Needle::exact(name, hex.as_bytes())]
}

#[test]
fn a_killed_sitting_left_nothing_in_memory_and_goes_on_with_its_device() {
    let name = "killed_at_readers::a_killed_sitting_left_nothing_in_memory_and_goes_on_with_its_device";
    binary::short();
    at_readers(name, |table| {
        let card = table.insert(0, "REH0000001");
        let records = table.file("records");
        let at = records.to_str().unwrap();
        let mut w = Wizard::start(&["rehearse", "establish", "--pcsc", "--records", at]);
        let serial = walk::to_the_custodians(&mut w, false);
        let mut notes: Vec<Note> = Vec::new();
        for custodian in 1..=4 {
            let note = walk::show(&mut w, custodian);
            assert!(!scan(w.pid(), &note.needles()).unwrap().is_empty(), "the test sees what is shown");
            walk::hide(&mut w, &note);
            walk::retype(&mut w, &note);
            w.until("the next turn", |screen| !screen.contains(&format!("Step 3.{custodian} ")));
            nothing_left(&w, &note.needles(), "after the turn");
            notes.push(note);
        }
        w.pass("The share file is written");
        let set = needles_of_the_set(&notes[0], &notes[1]);
        nothing_left(&w, &set, "after the share file was written");
        walk::seat(&mut w, 1, &notes[0]);
        walk::seat(&mut w, 2, &notes[1]);
        w.pass("The key check value is the right one");
        nothing_left(&w, &set, "after the share file was opened");
        bags::first_bags(&mut w, &day::BAGS);
        w.wait_for("SO-PIN of the");
        let so_pin = drawn_so_pin(&mut w);
        walk::user_pin_and_serial(&mut w, &serial);
        let raw = base16ct::mixed::decode_vec(&so_pin).unwrap();
        let mut pins = needles_of_pin("SO-PIN", &so_pin, &raw);
        pins.extend(needles_of_pin("user PIN", USER_PIN, USER_PIN.as_bytes()));
        w.pass("The device generated the key");
        nothing_left(&w, &pins, "after the device got its PINs");
        w.signal(Signal::KILL);
        drop(w);

        let mut w = Wizard::start(&["resume", "--records", at]);
        w.wait_for("Go on with this sitting");
        w.keys(b"1");
        w.wait_for("What it kept in memory is gone");
        w.keys(b"1");
        w.wait_for("Two people confirm it");
        walk::fill(&mut w, &["KJ", "MH"]);
        walk::seat(&mut w, 1, &notes[0]);
        walk::seat(&mut w, 2, &notes[1]);
        w.pass("The key check value is the right one");
        // the login was lost with the process
        w.wait_for("Log in to the device");
        if w.calls_somebody() {
            w.take_over();
        }
        w.wait_for("Type the user PIN of the");
        walk::fill(&mut w, &[USER_PIN]);
        w.pass("holds the keys of the plan, and no other");
        bags::public_keys(&mut w);
        w.pass("read back and verified: it belongs to this DKEK");
        w.pass("One thing is not done");
        walk::close(&mut w);
        let state: Value = serde_json::from_slice(&fs::read(table.file("REH0000001.json")).unwrap()).unwrap();
        let dkek = state["dkek"]["value"].as_str().unwrap();
        let raw = base16ct::mixed::decode_vec(dkek).unwrap();
        let dkek = [Needle::exact("DKEK", dkek.as_bytes()), Needle::exact("DKEK", &raw)];
        for (needles, what) in [(&dkek[..], "the DKEK"), (&pins, "PINs"), (&set, "the password")] {
            nothing_left(&w, needles, &format!("at the end, of {what}"));
        }
        for note in &notes {
            nothing_left(&w, &note.needles(), "at the end");
            walk::assert_gone(&w, note);
        }
        w.leave();
        let code = w.exit();
        w.assert_given_back();
        drop(w);
        table.wait_until_free(0);
        let keys = table.device(0).keys().unwrap();
        assert_eq!(keys.len(), 1, "one key, made once");
        let sitting = fs::read_dir(&records).unwrap().next().unwrap().unwrap().path();
        let (output, said) =
            table.try_run(binary::delivered().to_str().unwrap(), &["verify", sitting.to_str().unwrap()]);
        assert!(output.status.success() && [0, 4].contains(&code), "{code}: {said}");
        let record = fs::read_to_string(sitting.join("record.jsonl")).unwrap();
        assert_eq!(record.matches(r#""fact":"initialised""#).count(), 1, "it was erased once:\n{record}");
        drop(card);
    });
}
