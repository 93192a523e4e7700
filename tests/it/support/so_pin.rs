//! The SO-PIN on the way through the screens: drawn and shown, or chosen.

use super::walk::{SO_PIN, fill, reveal};
use super::wizard::Wizard;

/// The SO-PIN is shown, hidden and typed from the sheet.
pub fn drawn_so_pin(wizard: &mut Wizard) -> String {
    reveal(wizard, "nobody has seen it");
    let screen = wizard.screen();
    let digits =
        screen.lines().find_map(|line| line.trim().strip_prefix("SO-PIN ")).expect("an SO-PIN").replace(' ', "");
    assert!(digits.len() == 16 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()), "{screen}");
    wizard.keys(b"h");
    wizard.wait_for("type the SO-PIN from the sheet");
    wizard.forbid(&digits);
    fill(wizard, &[&digits]);
    digits
}

/// The SO-PIN holder has the new SO-PIN, wherever it comes from.
pub fn so_pin(wizard: &mut Wizard) {
    wizard.wait_for("SO-PIN of the");
    if wizard.calls_somebody() {
        wizard.take_over();
    }
    wizard.until("the SO-PIN", |screen| screen.contains("New SO-PIN") || screen.contains("was drawn"));
    if wizard.screen().contains("New SO-PIN") {
        wizard.wait_for("choose the SO-PIN for the");
        fill(wizard, &[SO_PIN, SO_PIN]);
    } else {
        drawn_so_pin(wizard);
    }
}
