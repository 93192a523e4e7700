//! Bad input where PINs, serials and key references are typed.

use super::bad_input::*;
use crate::support::walk::{self, SO_PIN, USER_PIN};
use crate::support::wizard::Wizard;

/// Both PINs, twice each.
pub(super) fn pins(w: &mut Wizard) {
    w.wait_for("choose the SO-PIN for the");
    needed(w);
    refused(w, "xyz", "An SO-PIN has only digits 0-9 and letters a-f.");
    refused(w, &SO_PIN[..15], "15 of 16 so far");
    refused(w, &format!("{SO_PIN}0"), "An SO-PIN has 16 hexadecimal digits.");
    refused(w, "3537363231383830", "This one is printed in manuals");
    refused(w, "0000000000000000", "This repeats one piece over and over");
    refused(w, "0123456789abcdef", "This counts up or down");
    next_field(w, SO_PIN);
    needed(w);
    refused(w, &changed(SO_PIN, 15), "This is not the same as above.");
    walk::fill(w, &[SO_PIN]);

    w.wait_for("Choose the user PIN of the");
    needed(w);
    refused(w, "12345", "5 of 6 so far");
    refused(w, "1234567890123456", "A user PIN has 6 to 15 characters.");
    refused(w, "648219", "This one is printed in manuals");
    refused(w, "12121212", "This repeats one piece over and over");
    refused(w, "87654321", "This counts up or down");
    next_field(w, USER_PIN);
    needed(w);
    refused(w, &changed(USER_PIN, 9), "This is not the same as above.");
    walk::fill(w, &[USER_PIN]);
}

/// The targets of the keys; the plan's reference is filled in.
pub(super) fn key_references(w: &mut Wizard) {
    w.wait_for("Which key reference should it have");
    w.press(CLEAR);
    never_taken_by_a_number(w);
    for wrong in ["0", "256", "-1", "0x10", "1a", "99999999999999999999"] {
        let notice = if wrong.len() > 3 { ONE_TOO_MANY } else { "This field is" };
        refused_with(w, wrong, "A key reference is a number from 1 to 255.", notice);
    }
    refused(w, "20", "Key reference 20 is meant for another key.");
    walk::fill(w, &["11"]);
    w.wait_for("What was typed is 11");
    needed(w);
    walk::fill(w, &["OTHER REFERENCE"]);
    w.wait_for("Which key reference should it have");
    w.press(CLEAR);
    refused(w, "11", "Key reference 11 is meant for another key.");
    walk::fill(w, &["20"]);
}
