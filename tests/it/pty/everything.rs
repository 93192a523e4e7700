//! The plan with everything, by hand at 80×24: dice, a password, words, numbers and an SO-PIN under a quorum are noted
//! from the screen and typed back, in *establish* with its proof and in *restore*; including the mistakes that people
//! make.

use std::process::Command;

use crate::support::bags;
use crate::support::binary;
use crate::support::day;
use crate::support::seen::bare;
use crate::support::walk::{self, USER_PIN, WordCard};
use crate::support::wizard::Wizard;

use super::numbers::{number_seat, number_turn};
use super::paper::{
    PASSWORD, Paper, digits_of, look_through, needles_of_dice, needles_of_password, needles_of_so_pin,
    nothing_in_files, nothing_left, throws,
};
use super::rehearsal::folder_of;

const PLAN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/plan.full.json");
const CLEAR: &[u8] = b"\x15";
const SHOW: &[u8] = b"\x14";
const ESCAPE: &[u8] = b"\x1b";

#[test]
fn the_plan_with_everything_is_established_and_restored_by_hand() {
    let place = tempfile::tempdir().unwrap();
    let records = place.path().join("records");
    let mut wizard = Wizard::start(&["rehearse", "--plan", PLAN, "--records", records.to_str().unwrap()]);
    wizard.forbid(USER_PIN);
    wizard.forbid(PASSWORD);

    walk::menu(&mut wizard, "Establish:");
    let paper = establish(&mut wizard);
    leave(&mut wizard);
    walk::menu(&mut wizard, "Restore:");
    restore(&mut wizard, &paper);
    leave(&mut wizard);
    wizard.wait_for("Step 0.0");
    for card in paper.cards() {
        walk::assert_words_gone(&wizard, card);
        nothing_left(&wizard, &card.needles(), "after both ceremonies");
    }
    for note in &paper.numbers {
        walk::assert_gone(&wizard, note);
        nothing_left(&wizard, &note.needles(), "after both ceremonies");
    }
    walk::menu(&mut wizard, "Leave");
    assert_eq!(wizard.exit(), 0, "nothing deviated");
    wizard.assert_given_back();
    let came = walk::without_escapes(&wizard.log());
    for secret in [USER_PIN, PASSWORD] {
        assert!(!came.contains(&bare(secret)), "a PIN or password came out");
    }
    for kind in ["-establish-", "-restore-"] {
        let output = Command::new(binary::delivered()).arg("verify").arg(folder_of(&records, kind)).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && said.contains("Deviations: 0."), "{said}");
    }
    nothing_in_files(&records, &paper);
}

/// The last ticks, and both copies of the plan; ends on the last screen.
fn close(w: &mut Wizard) {
    w.pass("Next, the folder is copied to the media");
    for copy in 1..=2 {
        w.wait_for(&format!("Copy {copy} of 2: the whole folder goes onto"));
        // As planned, beside the folder of the sitting.
        walk::fill(w, &["", ""]);
        w.pass("Write this on its label");
    }
    w.pass("the record is sealed, and its digest is shown");
    w.wait_for("read the digest of the record aloud");
}

/// Leaves the last screen.
fn leave(w: &mut Wizard) {
    w.leave();
}

/// The whole *establish*, with the mistakes that people make; ends on its last screen.
pub fn establish(w: &mut Wizard) -> Paper {
    w.wait_for("read this aloud");
    w.see("DKEK share 1 · 2 of 3 custodians, with 33 words");
    w.see("DKEK share 2 · 2 of 3 custodians, with numbers (sc-hsm-tool)");
    w.see("DKEK share 3 · the password of Radia Perlman");
    w.pass("read this aloud");
    w.pass("SHA-256 of the plan's file aloud");
    w.pass("How the shares are made and kept");
    w.pass("Know what guards what");
    walk::people_of_the_plan(w);
    w.pass("take the device that will hold the keys");
    let serial = walk::device(w, "The device was found:");
    dice(w);
    w.wait_for("The generator is seeded from");
    w.see("dice");
    w.pass("The generator is seeded from");
    let throws = throws();
    w.wait_for("Choose the password of DKEK share 3");
    nothing_left(w, &needles_of_dice(&throws), "after they were mixed in");
    password(w);
    w.pass("Everything is computed");

    let mut paper = Paper::default();
    for custodian in ["Ada Lovelace", "Grace Hopper", "Alan Turing"] {
        word_turn(w, &mut paper, custodian);
    }
    for custodian in ["Edsger Dijkstra", "Frances Allen", "Ken Thompson"] {
        number_turn(w, &mut paper, custodian);
    }
    for share in 1..=3 {
        w.wait_for(&format!("DKEK share {share} · Share file"));
        w.pass("The share file is written");
    }
    // without two custodians nobody knows it
    let so_pin = paper.secret_so_pin();
    w.forbid(&digits_of(&so_pin));
    nothing_left(w, &needles_of_so_pin(&so_pin), "before it is rebuilt");
    open_all(w, &paper, true);
    initialise(w, &serial);
    for _ in 0..2 {
        w.pass("The device generated the key");
    }
    w.pass("holds the keys of the plan, and no other");
    bags::public_keys(w);
    for _ in 0..2 {
        w.pass("read back and verified: it belongs to this DKEK");
    }
    // the SO-PIN is not looked for here: the software card, in the same process, has it
    w.pass("The program no longer holds any secret");
    // and it is restored to a second device
    open_all(w, &paper, false);
    bags::first_bags(w, &["B-1", "B-2", "B-3", "B-4", "B-5", "B-6", "B-7"]);
    replacement(w);
    close(w);
    paper
}

/// The device gets the SO-PIN from the cards, and its user PIN.
pub fn initialise(w: &mut Wizard, serial: &str) {
    w.pass("The SO-PIN was rebuilt from the custodians' cards");
    walk::user_pin_and_serial(w, serial);
}

/// The replacement is found, prepared, and gets both keys.
fn replacement(w: &mut Wizard) {
    w.pass("take the replacement: the device that will receive the keys");
    let serial = walk::device(w, "The replacement was found:");
    initialise(w, &serial);
    for _ in 0..2 {
        w.wait_for("Which key reference should it have");
        let step = format!("{} ", w.step());
        walk::fill(w, &[""]);
        w.until("the next step", |screen| !screen.contains(&step));
    }
    w.pass("holds the restored keys, and no other");
    for _ in 0..2 {
        w.pass("It is the same key");
    }
}

/// What no die shows is not accepted; what no dice throw is refused; the owner may look; then all of them.
fn dice(w: &mut Wizard) {
    let throws = throws();
    w.wait_for("Custodians, throw dice: 100 throws in all");
    let first: String = throws[..25].to_owned();
    w.keys(b"12");
    for no_face in ["7", "x"] {
        w.keys(no_face.as_bytes());
        w.see("A die shows 1 to 6: only these digits can be typed here.");
        w.keys(b"\x7f");
        w.keys(b"2");
        w.see("2 of 100 so far");
    }
    w.press(CLEAR);
    for (bad, sentence) in [
        ("6".repeat(30), "One number came far too often: use other dice, and start over."),
        (
            "12356123561235612356123564444444444".to_owned(),
            "The same number 10 times in a row: throw again, from the start.",
        ),
        ("142536".repeat(5), "This repeats a pattern: throw the dice again, from the start."),
    ] {
        w.keys(bad.as_bytes());
        w.see(sentence);
        w.keys(b"\r");
        w.see("This field is not right yet");
        w.press(CLEAR);
    }
    w.keys(throws.as_bytes());
    w.until("all throws", |screen| screen.contains("✓") && !screen.contains('_'));
    w.keys(b"1");
    w.see("The field is full");
    // the person who typed them looks, and the scanner sees them
    w.keys(SHOW);
    w.see(&throws[95..]);
    assert!(bare(&w.screen()).contains(&first), "{}", w.screen());
    let seen = look_through(w, &needles_of_dice(&throws));
    for name in ["throws", "the last throws", "throws as shown"] {
        assert!(seen.iter().any(|find| find.name == name), "the scanner sees {seen:?}");
    }
    w.keys(SHOW);
    w.until("dots", |screen| !screen.contains(&throws[95..]));
    w.forbid(&first);
    w.keys(b"\r");
}

/// Short, weak, different the second time; then one that is strong enough, with its strength.
fn password(w: &mut Wizard) {
    w.wait_for("Choose the password of DKEK share 3");
    w.keys(&PASSWORD.as_bytes()[..9]);
    w.see("9 of 14 so far");
    w.press(CLEAR);
    w.keys(b"passwordpassword");
    w.see("Too easy to guess: about");
    w.keys(b"\r");
    w.see("This field is not right yet");
    w.press(CLEAR);
    w.keys(PASSWORD.as_bytes());
    w.see("bits at best");
    let strong: u16 = w.screen().split_once("about ").unwrap().1.split(' ').next().unwrap().parse().unwrap();
    assert!((60..300).contains(&strong), "{}", w.screen());
    assert!(w.screen().contains('✓'));
    w.keys(b"\r");
    w.keys(b"four lamps, 1 walnut table & no snow");
    w.see("This is not the same as above.");
    w.press(CLEAR);
    walk::fill(w, &[PASSWORD]);
}

/// A custodian with two cards of words.
pub fn word_turn(w: &mut Wizard, paper: &mut Paper, name: &str) {
    let number = paper.words.len() + 1;
    walk::reveal(w, &format!("DKEK share 1 · Custodian {number} of 3 · {name}"));
    let card = WordCard::from_screen(&w.screen(), 33);
    let heading = w.screen();
    assert!(heading.contains("2 of 3") && heading.contains(&format!("Number {number}")), "{heading}");
    hide(w, &card);
    w.wait_for("type the words from your card");
    if number == 2 {
        // wants to see the card again: half typed, then back to the share
        w.keys(walk::short(&card.words[..9]).as_bytes());
        w.see("9 of 33 so far");
        w.allow(&card.row);
        w.keys(ESCAPE);
        w.wait_for("press Space to show your 33 words");
        walk::show_again(w);
        assert_eq!(WordCard::from_screen(&w.screen(), 33).words, card.words);
        hide(w, &card);
        w.wait_for("type the words from your card");
        assert!(!w.screen().contains('•'), "all is typed again:\n{}", w.screen());
    }
    if number == 3 {
        // two adjacent words swapped
        let mut typed = card.words.clone();
        typed.swap(6, 7);
        w.keys(walk::short(&typed).as_bytes());
        w.see("Words 7 and 8 may be swapped.");
        w.press(CLEAR);
    }
    w.keys(card.short().as_bytes());
    w.until("all words are right", |screen| screen.contains("✓ ok"));
    w.keys(b"\r");

    walk::reveal(w, "stay at the terminal with your second card");
    let second = WordCard::from_screen(&w.screen(), 16);
    hide(w, &second);
    nothing_left(w, &card.needles(), "when the second card's turn has come");
    w.wait_for("type the words from your second card");
    // the other card by mistake
    w.keys(walk::short(&card.words[..4]).as_bytes());
    w.see("This is not an SO-PIN card: use the other one.");
    w.press(CLEAR);
    w.keys(second.short().as_bytes());
    w.until("all words are right", |screen| screen.contains("✓ ok"));
    w.keys(b"\r");
    w.until("the next turn", |screen| !screen.contains("SO-PIN card"));
    nothing_left(w, &second.needles(), "after the turn");
    walk::assert_words_gone(w, &card);
    walk::assert_words_gone(w, &second);
    if number == 1 {
        nothing_left(w, &needles_of_password(), "after the sealing");
    }
    paper.words.push(card);
    paper.so_pin.push(second);
}

fn hide(w: &mut Wizard, card: &WordCard) {
    assert!(!w.screen().contains("more below"), "{}", w.screen());
    w.keys(b"h");
    w.wait_for("from your");
    w.forbid(&card.row);
    walk::assert_words_gone(w, card);
}

/// All three DKEK shares are recovered from paper. With the mistakes, if asked for.
fn open_all(w: &mut Wizard, paper: &Paper, mistakes: bool) {
    for (seat, place) in [(1, 2), (2, 0)] {
        word_seat(w, seat, place, paper, mistakes && seat == 1);
    }
    w.pass("The share file of DKEK share 1 of 3 is open");
    for (seat, place) in [(1, 0), (2, 2)] {
        number_seat(w, seat, &paper.numbers[place], mistakes && seat == 1);
    }
    w.pass("The share file of DKEK share 2 of 3 is open");
    w.wait_for("Type the password of DKEK share 3");
    if mistakes {
        walk::fill(w, &["four lamps, 1 walnut table & no rai"]);
        w.wait_for("This password does not open the share file");
        w.keys(b"1");
        w.wait_for("Type the password of DKEK share 3");
    }
    walk::fill(w, &[PASSWORD]);
    w.wait_for("and all DKEK shares are there");
    w.see("Key check value");
    nothing_left(w, &needles_of_password(), "after it opened its file");
    for card in paper.cards() {
        nothing_left(w, &card.needles(), "after the files were opened");
    }
    for note in &paper.numbers {
        walk::assert_gone(w, note);
        nothing_left(w, &note.needles(), "after the files were opened");
    }
    w.pass("and all DKEK shares are there");
}

/// A custodian gives both cards of words.
pub fn word_seat(w: &mut Wizard, seat: usize, place: usize, paper: &Paper, mistakes: bool) {
    let (card, second) = (&paper.words[place], &paper.so_pin[place]);
    w.wait_for(&format!("Seat {seat} of 2"));
    w.keys((place + 1).to_string().as_bytes());
    w.wait_for("Type its 33 words: four letters and a space");
    if mistakes {
        // the other card by mistake
        w.keys(walk::short(&second.words[..4]).as_bytes());
        w.see("This is an SO-PIN card: use the other one.");
        w.press(CLEAR);
        // one word misread: the program says which, and shows only its owner what it may be
        w.keys(card.with(21, card.other_than(21)).short().as_bytes());
        w.wait_for("Word 21 is most likely wrong");
        let screen = w.screen();
        assert!(screen.contains("21 ✗ ••••") && screen.contains("Ctrl-T shows what your card may say"), "{screen}");
        walk::assert_no_word(&screen, card, "the screen");
        w.allow(&card.row);
        w.keys(SHOW);
        w.see(&format!("Word 21: your card may say {}", card.words[20]));
        w.keys(SHOW);
        w.wait_for("Ctrl-T shows what your card may say");
        w.forbid(&card.row);
        walk::assert_words_gone(w, card);
        w.keys(b"\r");
        w.wait_for("Type the marked word again");
        w.keys(walk::short(&card.words[20..21]).as_bytes());
        w.until("all words are right", |screen| screen.contains("✓ ok"));
        w.keys(b"\r");
    } else {
        w.keys(card.short().as_bytes());
        w.keys(b"\r");
    }
    w.wait_for("now your second card, the SO-PIN card");
    if mistakes {
        w.keys(walk::short(&card.words[..4]).as_bytes());
        w.see("This is not an SO-PIN card: use the other one.");
        w.press(CLEAR);
    }
    w.keys(second.short().as_bytes());
    w.keys(b"\r");
    w.until("the next step", |screen| !screen.contains("now your second card"));
    walk::assert_words_gone(w, card);
    walk::assert_words_gone(w, second);
}

fn restore(w: &mut Wizard, paper: &Paper) {
    w.pass("The folder is complete, and its files are unchanged");
    w.pass("SHA-256 of the plan's file aloud");
    day::broken(w);
    walk::people_of_the_plan(w);
    open_all(w, paper, false);
    bags::new_bags(w, &["B-11", "B-12", "B-13", "B-14", "B-15"]);
    for _ in 0..2 {
        w.pass("is good: it belongs to this DKEK");
    }
    replacement(w);
    bags::public_keys(w);
    close(w);
}
