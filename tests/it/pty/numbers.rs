//! A share as numbers by hand: noted from the screen, typed back, and typed at a seat.

use super::paper::{Paper, nothing_left};
use crate::support::walk::{self, Note};
use crate::support::wizard::Wizard;

const CLEAR: &[u8] = b"\x15";
const ESCAPE: &[u8] = b"\x1b";

/// A custodian with a card of numbers; the first looks at the share once more from the form.
pub fn number_turn(w: &mut Wizard, paper: &mut Paper, name: &str) {
    let number = paper.numbers.len() + 1;
    walk::reveal(w, &format!("DKEK share 2 · Custodian {number} of 3 · {name}"));
    let note = Note::from_screen(&w.screen());
    walk::hide(w, &note);
    w.wait_for("type everything from your card");
    if number == 1 {
        walk::fill(w, &[&note.prime]);
        w.keys(&note.value.as_bytes()[..11]);
        w.see("4 of 8 so far");
        w.allow(&note.value);
        w.keys(ESCAPE);
        w.wait_for("Write prime, id, value and check bytes on your card");
        walk::show_again(w);
        assert_eq!(Note::from_screen(&w.screen()).value, note.value);
        walk::hide(w, &note);
        w.wait_for("type everything from your card");
    }
    walk::fill(w, &note.typed_back());
    w.until("the next turn", |screen| !screen.contains(name));
    walk::assert_gone(w, &note);
    nothing_left(w, &note.needles(), "after the turn");
    paper.numbers.push(note);
}

/// A custodian gives a card of numbers.
pub fn number_seat(w: &mut Wizard, seat: u8, note: &Note, mistakes: bool) {
    if !mistakes {
        return walk::seat(w, seat, note);
    }
    w.wait_for(&format!("Seat {seat} of"));
    w.keys(note.id.as_bytes());
    w.wait_for("Type value and check bytes from the card");
    walk::fill(w, &[&note.wrong_value(), &note.check]);
    w.see("Group 8 of the value is most likely wrong.");
    w.see("The check bytes do not fit: compare the marked group");
    w.press(CLEAR);
    walk::fill(w, &[&note.value, ""]);
}
