//! Bad input in every field of every screen of *establish*: a sentence says what is wrong, the step stays, nothing is
//! lost, and the right input continues.

use std::fs;

use hsm_ceremony::share::{PasswordShare, SharePrime, check_bytes as share_check, read_value, write_check};

use super::bad_pins::{key_references, pins};
use crate::support::bags;
use crate::support::walk;
use crate::support::wizard::Wizard;

/// Two custodians, both needed, and the restore proven at once: every kind of field occurs.
const PLAN: &str = r#"{
  "plan": 1,
  "title": "Bad input",
  "administrator": "Katherine Johnson",
  "auditors": [],
  "witnesses": [],
  "custodians": ["Ada Lovelace", "Grace Hopper"],
  "threshold": 2,
  "device": { "so_pin_holder": "Barbara Liskov", "new_so_pin": "typed", "pin_holder": "Donald Knuth", "user_pin_tries": 3, "pin_reset": "off" },
  "keys": [
    { "label": "rsa-root", "type": "EC:secp256r1", "id": "10", "reference": 1, "restore_to": 10 },
    { "label": "second", "type": "EC:secp256r1", "id": "11", "reference": 2, "restore_to": 20 }
  ],
  "prove_restore": true
}"#;

pub(super) const CLEAR: &[u8] = b"\x15";
/// Shift-Tab.
pub(super) const BACK: &[u8] = b"\x1b[Z";
pub(super) const GARBAGE: &[u8] = b"\x1b[31m\x1b]0;title\x07\x1b[<0;12;7M\x1bOP\x1b[99~\x1b[1;5C\x00\x1c\x1f";
pub(super) const NOT_ASCII: &str = "Only plain letters, digits and symbols (ASCII)";
const FULL: &str = "The field is full";
/// A number has no room for another digit: said until the field is cleared.
pub(super) const ONE_TOO_MANY: &str = "One character too many";
const NO_CHARACTER: &str = "The keyboard sent what is no character";
const UNSEEN: &str = "A character that cannot be seen was left out";

/// Types something wrong into the focused field, tries to continue, and clears the field.
pub(super) fn refused(wizard: &mut Wizard, keys: &str, sentence: &str) {
    refused_with(wizard, keys, sentence, "This field is");
}

/// The same, with the notice that Enter gets.
pub(super) fn refused_with(wizard: &mut Wizard, keys: &str, sentence: &str, notice: &str) {
    let step = wizard.step();
    wizard.keys(keys.as_bytes());
    wizard.see(sentence);
    wizard.keys(b"\r");
    wizard.see(notice);
    wizard.see(sentence);
    assert_eq!(wizard.step(), step, "{keys:?} went on");
    wizard.press(CLEAR);
}

/// The same for the questions in between, which only say that the answer is not complete yet.
pub(super) fn held(wizard: &mut Wizard, keys: &str, question: &str) {
    wizard.keys(keys.as_bytes());
    wizard.keys(b"\r");
    wizard.see("This field is");
    wizard.see(question);
    wizard.press(CLEAR);
}

/// What no field for shares, PINs and words accepts; the field is empty before and after.
pub(super) fn never_taken(wizard: &mut Wizard) {
    refused_keys(wizard, FULL, &[("\u{e9}", NOT_ASCII), ("\u{1f511}", NOT_ASCII)]);
}

/// The same for a number, which says in its own words that a character was left out.
pub(super) fn never_taken_by_a_number(wizard: &mut Wizard) {
    refused_keys(wizard, ONE_TOO_MANY, &[("\u{e9}", NOT_ASCII), ("\u{1f511}", NOT_ASCII)]);
}

/// The same for a line that goes into the record, in any script.
fn never_taken_by_a_line(wizard: &mut Wizard) {
    refused_keys(wizard, FULL, &[("\u{202e}", UNSEEN), ("\u{200b}", UNSEEN)]);
}

/// These characters, and what no field accepts.
fn refused_keys(wizard: &mut Wizard, full: &str, characters: &[(&str, &str)]) {
    wizard.settle();
    let empty = trimmed(&wizard.screen());
    let characters = characters.iter().map(|(text, sentence)| (text.as_bytes(), *sentence));
    for (keys, sentence) in characters.chain([
        (&b"\xff\xfe"[..], NO_CHARACTER),
        (b"\xc3", NO_CHARACTER),
        // the sequences do nothing; what follows them shows that they were read
        ([GARBAGE, b"\xff"].concat().as_slice(), NO_CHARACTER),
        (b"\x1b[200~1234567890123456\r\x1b[201~", "Pasting is refused"),
        ([b'z'; 401].as_slice(), full),
    ]) {
        wizard.keys(keys);
        wizard.see(sentence);
        wizard.keys(CLEAR);
        wizard.until("the empty field", |screen| trimmed(screen) == empty);
    }
}

/// A field that must not stay empty.
pub(super) fn needed(wizard: &mut Wizard) {
    never_taken(wizard);
    not_left_empty(wizard);
}

/// A line that must not stay empty.
fn needed_line(wizard: &mut Wizard) {
    never_taken_by_a_line(wizard);
    not_left_empty(wizard);
}

fn not_left_empty(wizard: &mut Wizard) {
    let step = wizard.step();
    wizard.keys(b"\r");
    wizard.see("This field is still empty.");
    assert_eq!(wizard.step(), step);
}

/// Types the right text into a field that is not the last, and goes to the next.
pub(super) fn next_field(wizard: &mut Wizard, text: &str) {
    let empty = |screen: &str| screen.contains("▸ _");
    wizard.keys(text.as_bytes());
    wizard.until("what was typed", |screen| !empty(screen));
    wizard.keys(b"\r");
    wizard.until("the next field", empty);
}

/// The screen's lines without the blanks that an emulator may or may not keep.
pub(super) fn trimmed(screen: &str) -> Vec<String> {
    screen.lines().map(str::trim_end).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Groups with one character changed.
pub(super) fn changed(text: &str, place: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[place] = if bytes[place] == b'0' { b'1' } else { b'0' };
    String::from_utf8(bytes).unwrap()
}

#[test]
fn every_field_of_establish_refuses_wrong_input_and_continues_with_the_right_one() {
    let place = tempfile::tempdir().unwrap();
    let plan = place.path().join("plan.json");
    fs::write(&plan, PLAN).unwrap();
    let records = place.path().join("records");
    let arguments = ["rehearse", "establish", "--plan", plan.to_str().unwrap(), "--records", records.to_str().unwrap()];
    let mut wizard = Wizard::start(&arguments);
    let w = &mut wizard;

    w.pass("read this aloud");
    w.pass("SHA-256 of the plan's file aloud");
    w.wait_for("every custodian is needed");
    needed(w);
    for word in ["all need ed", "ALL NEEDED ", " ALL NEEDED", "ALL", "yes"] {
        refused(w, word, if word == "ALL" { "3 of 10 so far" } else { "Type ALL NEEDED, exactly as shown" });
    }
    walk::fill(w, &["all needed"]);
    w.pass("How the shares are made and kept");
    w.pass("Know what guards what");
    walk::people_and_room(w);
    in_between(w);
    w.pass("take the device that will hold the keys");
    let serial = walk::device(w, "The device was found:");
    w.pass("The generator is seeded from");
    w.pass("Everything is computed");

    let mut notes = Vec::new();
    for custodian in 1..=2 {
        let note = walk::show(w, custodian);
        walk::hide(w, &note);
        w.wait_for("type everything from your card");
        whole_card(w, &note);
        notes.push(note);
    }
    w.pass("The share file is written");
    seats(w, &notes);
    w.pass("The key check value is the right one");
    pins(w);
    w.wait_for("THIS CANNOT BE UNDONE");
    needed(w);
    for wrong in ["REH", "reh0000000", &changed(&serial, 9), &format!("{serial}0")] {
        let typing = wrong == "REH";
        refused(w, wrong, if typing { "3 of 10 so far" } else { "compare it with the device in the reader" });
    }
    walk::fill(w, &[&serial]);
    w.pass("and it is the right one");
    for _ in 0..2 {
        w.pass("The device generated the key");
    }
    w.pass("holds the keys of the plan, and no other");
    bags::public_keys(w);
    for _ in 0..2 {
        w.pass("read back and verified: it belongs to this DKEK");
    }
    w.pass("The program no longer holds any secret");
    for (seat, note) in (1..).zip(&notes) {
        walk::seat(w, seat, note);
    }
    w.pass("The key check value is the right one");
    bags::kcv(w);
    for _ in &notes {
        w.wait_for("into a numbered bag, and close it");
        never_taken_by_a_line(w);
        refused(w, &"k".repeat(101), "This line is full.");
        let step = format!("{} ", w.step());
        walk::fill(w, &[""]);
        w.until("the next step", |screen| !screen.contains(&step));
    }
    w.pass("take the replacement: the device that will receive the keys");
    let serial = walk::device(w, "The replacement was found:");
    walk::initialise(w, &serial);
    key_references(w);
    w.pass("holds the restored keys, and no other");
    for _ in 0..2 {
        w.pass("It is the same key");
    }
    walk::close(w);
    w.leave();
    assert_eq!(w.exit(), 4, "a person was replaced: a deviation");
    let log = String::from_utf8_lossy(&w.log()).into_owned();
    assert!(!log.contains("panicked"), "never a panic");
}

/// The fields of questions in between: a note, a name, the word that stops.
fn in_between(w: &mut Wizard) {
    w.wait_for("Read aloud the serial number printed on it");
    w.keys(b"\x04");
    w.wait_for("What happened? It goes into the record");
    w.keys(b"1");
    w.wait_for("Say in one line");
    needed_line(w);
    for blank in ["", "   "] {
        w.keys(blank.as_bytes());
        w.keys(b"\r");
        w.see("This field is still empty.");
        w.press(CLEAR);
    }
    held(w, &"n".repeat(101), "Say in one line");
    w.keys(b"\x1b");
    w.wait_for("Read aloud the serial number printed on it");

    w.keys(b"\x04");
    w.wait_for("What happened? It goes into the record");
    w.keys_all_read(b"0789x");
    w.see("What happened? It goes into the record");
    w.keys(b"3");
    w.wait_for("Who needs a stand-in?");
    w.keys(b"2");
    w.wait_for("Type the name of the stand-in");
    needed_line(w);
    held(w, &"n".repeat(101), "Type the name of the stand-in");
    walk::fill(w, &["Rear Admiral G. Hopper"]);
    w.wait_for("Why? The reason goes into the record");
    walk::fill(w, &["on leave"]);
    w.wait_for("Who decides that?");
    walk::fill(w, &["Ada Lovelace"]);
    w.wait_for("How was Rear Admiral G. Hopper identified?");
    w.keys(b"1");
    w.wait_for("No number of a document belongs into the record");
    walk::fill(w, &["passport"]);
    w.wait_for("Read aloud the serial number printed on it");

    w.keys(b"\x03");
    w.wait_for("Stop the ceremony? Its record is then sealed");
    needed(w);
    // In small letters it would do.
    for word in ["ABORTED", "ABO", "STOP"] {
        w.keys(word.as_bytes());
        w.see(&format!("▸ {word}"));
        w.keys(b"\r");
        w.see("This field is not");
        w.press(CLEAR);
    }
    w.keys(b"\x1b");
}

/// Prime, id, value and check bytes of the card.
fn whole_card(w: &mut Wizard, note: &walk::Note) {
    if note.id == "1" {
        prime(w, note);
    }
    needed(w);
    refused(w, "4c:4o", "Group 2: only digits 0-9 and letters a-f.");
    refused(w, "0O", "Group 1: only digits 0-9 and letters a-f.");
    refused(w, "4c:4:1b", "Group 2 has only one character");
    refused(w, &note.value[..20], "7 of 8 so far");
    refused(w, &"a0:".repeat(200), "More than 8 groups.");
    refused(w, &format!("{}0", note.value), "More than 8 groups.");
    check_bytes(w, note);

    // everything is consistent, but it is not what was dealt
    let wrong = changed(&note.value, 12);
    w.keys(BACK);
    w.press(CLEAR);
    w.keys(wrong.as_bytes());
    w.see("Group 5 of the value is most likely wrong.");
    w.keys(b"\r");
    w.press(CLEAR);
    walk::fill(w, &[&checked(note, &wrong)]);
    w.wait_for("What was typed does not match what was dealt");
    assert!(w.screen().contains("group 5"), "{}", w.screen());
    w.keys_all_read(b"4 9x");
    w.see("What was typed does not match what was dealt");
    w.keys(b"1");
    w.wait_for("type everything from your card");
    if note.id == "1" {
        walk::fill(w, &[&note.prime]);
    }
    walk::fill(w, &[&note.value.replace(':', ""), &note.check.replace(':', " ")]);
}

/// The prime, which the first custodian types for all.
fn prime(w: &mut Wizard, note: &walk::Note) {
    needed(w);
    for place in [0, 9, 22] {
        refused(w, &changed(&note.prime, place), &format!("Group {} differs from the prime", place / 3 + 1));
    }
    refused(w, &note.prime[..14], "5 of 8 so far");
    w.keys(format!("{}:00", note.prime).as_bytes());
    w.see("The field is full");
    w.press(CLEAR);
    refused(w, "xyz", "only digits 0-9 and letters a-f");
    next_field(w, &note.prime.to_uppercase().replace(':', " "));
}

/// Types right check bytes below a wrong value: Enter leads to the value. Clears both.
fn marked(w: &mut Wizard, check: &str, sentence: &str) {
    w.keys(check.as_bytes());
    w.see(sentence);
    w.keys(b"\r");
    w.see("The check bytes do not fit: compare the marked group");
    w.press(CLEAR);
    w.keys(b"\t");
    w.press(CLEAR);
    w.keys(BACK);
}

/// The right length and alphabet are not enough: the check bytes name the group.
fn check_bytes(w: &mut Wizard, note: &walk::Note) {
    next_field(w, &changed(&note.value, 12));
    needed(w);
    marked(w, &note.check, "Group 5 of the value is most likely wrong.");
    next_field(w, &note.value);
    refused(w, "4o", "Group 1: only digits 0-9 and letters a-f.");
    refused(w, "4:1b", "Group 1 has only one character");
    refused(w, &note.check[..2], "1 of 2 so far");
    refused(w, &format!("{}0", note.check), "Check bytes are two groups.");
    refused(w, &changed(&note.check, 4), "Group 2 here is most likely wrong.");
    w.keys(note.check.as_bytes());
}

/// The check bytes that this value would have on this card.
fn checked(note: &walk::Note, value: &str) -> String {
    let share = PasswordShare {
        prime: SharePrime::parse(note.prime.as_bytes()).unwrap(),
        id: note.id.parse().unwrap(),
        value: read_value(value.as_bytes(), true).unwrap(),
    };
    String::from_utf8(write_check(&share_check(&share)).expose().to_vec()).unwrap()
}

/// Shares that cannot be right, and shares that only look right.
fn seats(w: &mut Wizard, notes: &[walk::Note]) {
    w.wait_for("Seat 1 of");
    w.keys_all_read(b"0 3 9 x");
    w.see("Seat 1 of");
    w.keys(b"1");
    w.wait_for("Type value and check bytes from the card");
    needed(w);
    next_field(w, "ff:ff:ff:ff:ff:ff:ff:ff");
    // they may not be left out: the card has them
    needed(w);
    walk::fill(w, &[&checked(&notes[0], "ff:ff:ff:ff:ff:ff:ff:ff")]);
    w.wait_for("it is not smaller than the prime");
    assert_eq!(w.step(), "Step 5.1");
    w.keys(b"1");
    w.wait_for("Type value and check bytes from the card");
    // with check bytes of its own a wrong share looks right until the file is opened
    let wrong = notes[0].wrong_value();
    walk::fill(w, &[&wrong, &checked(&notes[0], &wrong)]);
    w.wait_for("Seat 2 of");
    // someone already seated cannot sit down again
    w.keys_all_read(b"1");
    w.see("Seat 2 of");
    w.keys(b"2");
    w.wait_for("Type value and check bytes from the card");
    next_field(w, &notes[1].wrong_value());
    never_taken(w);
    marked(w, &notes[1].check, "Group 8 of the value is most likely wrong.");
    walk::fill(w, &[&notes[1].value, &notes[1].check]);
    // the first seat types again, and nobody else has to
    w.wait_for("These shares do not open the share file");
    w.see("(seat 1) types again");
    w.keys(b"1");
    w.wait_for("Type value and check bytes from the card");
    assert_eq!(w.step(), "Step 5.1");
    walk::fill(w, &[&notes[0].value, &notes[0].check]);
}
