//! The ways that people take through the screens, with what they note on paper.

use super::wizard::{Wizard, bare};

/// The SO-PIN of these rehearsals.
pub const SO_PIN: &str = "9a41c07be6d25f38";
/// The user PIN of these rehearsals.
pub const USER_PIN: &str = "k7Wq42zLmX";

/// What a custodian wrote on their card.
#[derive(Clone)]
pub struct Note {
    /// With colons.
    pub prime: String,
    /// Decimal.
    pub id: String,
    /// With colons.
    pub value: String,
}

impl Note {
    /// Copies a share from the screen, as a person would.
    pub fn from_screen(screen: &str) -> Self {
        let after = |label: &str| {
            let line = screen.lines().map(str::trim).find_map(|line| line.strip_prefix(label));
            line.unwrap_or_else(|| panic!("no {label} on:\n{screen}")).replace(' ', "")
        };
        let note = Self { prime: after("Prime"), id: after("Share ID"), value: after("Share value") };
        for groups in [&note.prime, &note.value] {
            assert_eq!(groups.split(':').filter(|group| group.len() == 2).count(), 8, "{groups} on:\n{screen}");
        }
        note
    }

    /// The value with another last character.
    pub fn wrong_value(&self) -> String {
        let mut text = self.value.clone();
        let last = text.pop().unwrap();
        text.push(if last == '0' { '1' } else { '0' });
        text
    }
}

/// Enters *establish* and goes on until the first custodian is called. Gives the device's serial.
pub fn to_the_custodians(wizard: &mut Wizard, everyone: bool) -> String {
    wizard.pass("read this aloud");
    if everyone {
        wizard.wait_for("every custodian is needed");
        wizard.keys(b"ALL NEEDED\r");
    }
    wizard.pass("Know what guards what");
    people_and_room(wizard);
    wizard.pass("take the device that shall hold the keys");
    let serial = device(wizard, "One device was found:");
    wizard.pass("The generator is seeded from");
    wizard.pass("shares are computed");
    serial
}

/// Everybody is here, the room is fit.
pub fn people_and_room(wizard: &mut Wizard) {
    wizard.pass("call every name aloud");
    wizard.pass("What the program found on this machine");
}

/// The device's screen; gives its serial.
pub fn device(wizard: &mut Wizard, title: &str) -> String {
    wizard.wait_for(title);
    let screen = wizard.screen();
    let serial = screen.lines().find_map(|line| line.trim().strip_prefix("Serial")).expect("a serial");
    let serial = serial.trim().to_owned();
    assert!(serial.starts_with("REH"));
    wizard.pass(title);
    serial
}

/// A custodian sits down and shows their share. Ends with the share on the screen.
pub fn show(wizard: &mut Wizard, custodian: u8) -> Note {
    wizard.wait_for(&format!("Step 3.{custodian}"));
    while wizard.footer().contains("Enter read on") {
        wizard.press(b"\r");
    }
    assert!(wizard.footer().contains("Enter show my share"), "{}", wizard.screen());
    wizard.keys(b"\r");
    wizard.wait_for_share();
    Note::from_screen(&wizard.screen())
}

/// Hides the share with a key. From now on no screen may show it.
pub fn hide(wizard: &mut Wizard, note: &Note) {
    wizard.keys(b"h");
    wizard.wait_for("Hidden.");
    wizard.forbid(&note.value);
}

/// Hidden; the custodian goes on and types everything from the card.
pub fn retype(wizard: &mut Wizard, note: &Note) {
    to_the_card(wizard);
    fill(wizard, &[&note.prime, &note.id, &note.value]);
}

/// From the hidden share to the empty form.
pub fn to_the_card(wizard: &mut Wizard) {
    wizard.wait_for("Hidden.");
    wizard.keys(b"\r");
    wizard.wait_for("type everything from your card");
}

/// Fills fields one after the other, each with Enter.
pub fn fill(wizard: &mut Wizard, fields: &[&str]) {
    for field in fields {
        wizard.keys(field.as_bytes());
        wizard.keys(b"\r");
    }
}

/// The card is in its bag.
pub fn bag(wizard: &mut Wizard, number: &str) {
    wizard.wait_for("Put the card into its bag");
    fill(wizard, &[number]);
}

/// A whole turn without incidents.
pub fn turn(wizard: &mut Wizard, custodian: u8) -> Note {
    let note = show(wizard, custodian);
    hide(wizard, &note);
    retype(wizard, &note);
    bag(wizard, "");
    note
}

/// Takes a seat: which custodian, then id and value from the card.
pub fn seat(wizard: &mut Wizard, seat: u8, note: &Note) {
    wizard.wait_for(&format!("Seat {seat} of"));
    wizard.keys(note.id.as_bytes());
    wizard.wait_for("Type id and value from the card");
    fill(wizard, &[&note.id, &note.value]);
}

/// Both PINs are chosen, the device is erased and initialised.
pub fn initialise(wizard: &mut Wizard, serial: &str) {
    wizard.wait_for("choose the SO-PIN that the");
    fill(wizard, &[SO_PIN, SO_PIN]);
    wizard.wait_for("Choose the user PIN of the");
    fill(wizard, &[USER_PIN, USER_PIN]);
    wizard.wait_for("THIS CANNOT BE UNDONE");
    // nothing of this screen may be out of sight
    wizard.wait_for("This cannot be undone. Everything on the");
    fill(wizard, &[serial]);
    wizard.pass("is erased and initialised. It has its new");
}

/// Logs in and loads the DKEK.
pub fn log_in_and_load(wizard: &mut Wizard) {
    wizard.wait_for("Type the user PIN of the");
    fill(wizard, &[USER_PIN]);
    wizard.pass("and it is the right one");
}

/// From the empty list to the proof.
pub fn bring_the_key_back(wizard: &mut Wizard) {
    wizard.pass("So whatever it lists afterwards came from the backup");
    wizard.wait_for("Which reference shall it have");
    fill(wizard, &[""]);
    wizard.pass("The key is back");
    wizard.pass("holds the restored keys, and no other");
    wizard.pass("It is the same key");
}

/// The last ticks; ends on the last screen.
pub fn close(wizard: &mut Wizard) {
    wizard.pass("When you go on, the record is sealed");
    wizard.wait_for("read the digest of the record aloud");
}

/// Asserts that neither screen, scrollback nor what came out since the last wipe holds the value.
pub fn assert_gone(wizard: &Wizard, note: &Note) {
    let value = bare(&note.value);
    assert!(!bare(&wizard.screen_and_scrollback()).contains(&value), "on the screen or in the scrollback");
    let plain = without_escapes(&wizard.log_since_erased());
    // half a value is enough to be one too many
    for half in value.as_bytes().windows(8) {
        let half = std::str::from_utf8(half).unwrap();
        assert!(!plain.contains(half), "{half} of {value} came out after the last wipe");
    }
}

/// Letters and digits of what came out, without the orders to the terminal.
pub fn without_escapes(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut bytes = bytes.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            0x1b if bytes.next() == Some(b'[') => {
                bytes.by_ref().find(|byte| (0x40..0x7f).contains(byte));
            }
            byte if byte.is_ascii_alphanumeric() => text.push(char::from(byte)),
            _ => {}
        }
    }
    text
}
