//! The program as it is delivered, at a real reader: it holds a real ceremony, and accepts no rehearsal card for it.

use std::fs;

use hsm_ceremony::card::{Pin, PinState};

use crate::support::wizard::Wizard;
use crate::support::{Table, at_readers, walk};

#[test]
fn the_delivered_program_wants_override_and_refuses_a_rehearsal_card() {
    at_readers("pty::real::the_delivered_program_wants_override_and_refuses_a_rehearsal_card", |table| {
        let card = table.insert(0, "REH0000001");
        ceremony_at(table);
        assert_eq!(table.device(0).pin_state(Pin::User).unwrap(), PinState::NeverInitialised, "the card is as it was");
        drop(card);
    });
}

fn ceremony_at(table: &Table) {
    let (plan, records) = (table.file("plan.json"), table.file("records"));
    fs::write(&plan, include_str!("../../../assets/plan.example.json")).unwrap();
    let [plan, place] = [&plan, &records].map(|path| path.to_str().unwrap());
    // Whatever else is found here: it is inside tmux.
    let mut wizard =
        Wizard::start_delivered(&["establish", "--plan", plan, "--records", place], &[("TMUX", "/tmp/tmux,1,0")]);
    let w = &mut wizard;
    for text in [
        "read this aloud",
        "SHA-256 of the plan's file aloud",
        "How the shares are made and kept",
        "Know what guards what",
    ] {
        w.pass(text);
    }
    w.pass("The terminal runs inside tmux, which keeps a copy of what it shows.");
    w.wait_for("not fit for a real ceremony");
    walk::fill(w, &["OVERRIDE"]);
    w.keys(b"\r");
    w.see("This field is");
    assert!(w.screen().contains("OVERRIDE"), "it does not go on without a reason:\n{}", w.screen());
    walk::fill(w, &["x"]);
    w.see("Say why, in a few words");
    w.keys(b"\x15");
    walk::fill(w, &["this is a test"]);
    walk::keyboard(w);
    w.pass("call every name aloud");
    walk::identified(w);
    w.pass("take the device that will hold the keys");
    w.wait_for("This was made in a rehearsal: REH0000001. A real ceremony does not accept it.");
    w.keys(b"\x03");
    w.wait_for("Stop the ceremony? Its record is then sealed");
    walk::fill(w, &["ABORT", "the fire alarm"]);
    w.wait_for("The ceremony was stopped. Every secret in the program is wiped.");
    w.leave();
    assert_eq!(w.exit(), 1);
    w.assert_given_back();
    // The device has a rehearsal's serial; otherwise nothing said that this was a rehearsal.
    let said = String::from_utf8_lossy(&w.log()).into_owned();
    assert!(!said.contains("REHEARSAL") && !said.contains("SHORT DERIVATION"));

    let folders: Vec<_> = fs::read_dir(&records).unwrap().map(|folder| folder.unwrap().path()).collect();
    let [folder] = folders.as_slice() else { panic!("{folders:?}") };
    assert!(!folder.to_string_lossy().contains("REHEARSAL"));
    let record = fs::read_to_string(folder.join("record.jsonl")).unwrap();
    for said in ["room-tmux", "OVERRIDE", "a test", "rehearsal-artefact"] {
        assert!(record.contains(said), "{said}:\n{record}");
    }
}
