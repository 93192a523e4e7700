//! Whole days without incidents: the example plan's *establish*, and a *restore* from it.

use super::bags;
use super::walk::{self, Note};
use super::wizard::Wizard;

/// The bags of four cards.
pub const BAGS: [&str; 4] = ["B-0001", "B-0002", "B-0003", "B-0004"];

/// *Establish* with the example plan, up to its last screen; returns what is on the cards.
pub fn establish(w: &mut Wizard) -> Vec<Note> {
    let serial = walk::to_the_custodians(w, false);
    let notes: Vec<Note> = (1..=4).map(|custodian| walk::turn(w, custodian)).collect();
    w.pass("The share file is written");
    walk::seat(w, 1, &notes[0]);
    walk::seat(w, 2, &notes[1]);
    w.pass("The key check value is the right one");
    bags::first_bags(w, &BAGS);
    walk::initialise(w, &serial);
    keys(w);
    notes
}

/// From the keys of an *establish* to its last screen.
pub fn keys(w: &mut Wizard) {
    w.pass("The device generated the key");
    w.pass("holds the keys of the plan, and no other");
    bags::public_keys(w);
    w.pass("read back and verified: it belongs to this DKEK");
    w.pass("One thing is not done");
    walk::close(w);
}

/// *Restore* by the last two of four custodians, up to its last screen.
pub fn restore(w: &mut Wizard, notes: &[Note]) {
    w.pass("The folder is complete, and its files are unchanged");
    w.pass("SHA-256 of the plan's file aloud");
    broken(w);
    walk::people_and_room(w);
    walk::seat(w, 1, &notes[2]);
    walk::seat(w, 2, &notes[3]);
    w.pass("The key check value is the right one");
    bags::new_bags(w, &["B-0005", "B-0006"]);
    w.pass("is good: it belongs to this DKEK");
    w.pass("take the replacement: the device that will receive the keys");
    let serial = walk::device(w, "The replacement was found:");
    walk::initialise(w, &serial);
    walk::bring_the_key_back(w);
    walk::close(w);
}

/// The old device is broken, and everyone agrees.
pub fn broken(wizard: &mut Wizard) {
    wizard.wait_for("What became of the old device");
    wizard.keys(b"1");
    wizard.wait_for("This was chosen for the old device");
    walk::fill(wizard, &["BROKEN"]);
}
