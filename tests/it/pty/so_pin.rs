//! The SO-PIN under a quorum at a real reader, where the software card that has it is another process: any trace of it
//! in the wizard's memory is the wizard's.

use std::fs;

use crate::support::bags;
use crate::support::memory::Needle;
use crate::support::walk::{self, USER_PIN};
use crate::support::wizard::Wizard;
use crate::support::{Table, at_readers, binary};

use super::everything;
use super::paper::{PASSWORD, Paper, digits_of, look_through, needles_of_so_pin, nothing_left};

const PLAN: &str = r#"{
  "plan": 1,
  "title": "SO-PIN under a quorum",
  "administrator": "Katherine Johnson",
  "dkek_shares": [
    { "custodians": ["Ada Lovelace", "Grace Hopper", "Alan Turing"], "threshold": 2, "scheme": "words" },
    { "password_holder": "Radia Perlman" }
  ],
  "device": { "so_pin": "quorum", "pin_holder": "Donald Knuth", "user_pin_tries": 3, "pin_reset": "off" },
  "keys": [{ "label": "ec-root", "type": "EC:secp256r1", "id": "10" }]
}"#;

#[test]
fn so_pin_and_user_pin_are_in_memory_only_while_they_are_needed() {
    binary::short();
    at_readers("pty::so_pin::so_pin_and_user_pin_are_in_memory_only_while_they_are_needed", |table| {
        let card = table.insert(0, "REH0000001");
        wizard_at(table);
        drop(card);
    });
}

fn wizard_at(table: &Table) {
    let (plan, records) = (table.file("plan.json"), table.file("records"));
    fs::write(&plan, PLAN).unwrap();
    let [plan, records] = [&plan, &records].map(|path| path.to_str().unwrap());
    let mut wizard = Wizard::start(&["rehearse", "establish", "--pcsc", "--plan", plan, "--records", records]);
    let w = &mut wizard;
    for text in [
        "read this aloud",
        "SHA-256 of the plan's file aloud",
        "How the shares are made and kept",
        "Know what guards what",
    ] {
        w.pass(text);
    }
    walk::people_and_room(w);
    w.pass("take the device that will hold the keys");
    let serial = walk::device(w, "The device was found:");
    w.pass("The generator is seeded from");
    w.wait_for("Choose the password of DKEK share 2");
    walk::fill(w, &[PASSWORD, PASSWORD]);
    w.pass("Everything is computed");
    let mut paper = Paper::default();
    for custodian in ["Ada Lovelace", "Grace Hopper", "Alan Turing"] {
        everything::word_turn(w, &mut paper, custodian);
    }
    let so_pin = paper.secret_so_pin();
    w.forbid(&digits_of(&so_pin));
    w.forbid(USER_PIN);
    let so_pin = needles_of_so_pin(&so_pin);
    nothing_left(w, &so_pin, "before it is rebuilt");
    for share in 1..=2 {
        w.wait_for(&format!("DKEK share {share} · Share file"));
        w.pass("The share file is written");
    }
    everything::word_seat(w, 1, 0, &paper, false);
    everything::word_seat(w, 2, 1, &paper, false);
    w.pass("The share file of DKEK share 1 of 2 is open");
    w.wait_for("Type the password of DKEK share 2");
    walk::fill(w, &[PASSWORD]);
    w.pass("and all DKEK shares are there");
    bags::first_bags(w, &["B-1", "B-2", "B-3", "B-4"]);
    w.wait_for("The SO-PIN was rebuilt from the custodians' cards");
    assert!(!look_through(w, &so_pin).is_empty(), "the scanner sees it");
    everything::initialise(w, &serial);
    w.wait_for("The device generated the key");
    nothing_left(w, &so_pin, "after the device was made ready");
    nothing_left(w, &[Needle::exact("user PIN", USER_PIN.as_bytes())], "after the login");
}
