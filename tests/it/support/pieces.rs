//! Pieces of the way through the screens that only some ceremonies have.

use super::walk::{fill, reveal};
use super::wizard::Wizard;

/// The old device is broken, and everyone agrees.
pub fn broken(wizard: &mut Wizard) {
    wizard.wait_for("What became of the old device");
    wizard.keys(b"1");
    wizard.wait_for("This was chosen for the old device");
    fill(wizard, &["BROKEN"]);
}

/// The SO-PIN is shown, hidden and typed from the sheet.
pub fn drawn_so_pin(wizard: &mut Wizard) -> String {
    reveal(wizard, "nobody has seen it");
    let screen = wizard.screen();
    let digits =
        screen.lines().find_map(|line| line.trim().strip_prefix("SO-PIN ")).expect("an SO-PIN").replace(' ', "");
    assert!(digits.len() == 16 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()), "{screen}");
    wizard.keys(b"h");
    wizard.wait_for("Hidden.");
    wizard.forbid(&digits);
    wizard.keys(b"\r");
    wizard.wait_for("type the SO-PIN from the sheet");
    fill(wizard, &[&digits]);
    digits
}
