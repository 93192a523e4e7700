//! Keeps one folder of each kind of ceremony as test data, with what is on paper: see `tests/vectors/forms/README.md`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::bags;
use crate::support::day;
use crate::support::walk::{self, Note, WordCard};
use crate::support::wizard::Wizard;

use super::everything;
use super::paper::{PASSWORD, Paper};
use super::rehearsal::folder_of;
use super::words::PLAN;

const ASSETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets");

/// Names the folder for the new test data.
const PLACE: &str = "CEREMONY_KEEP_FORMS";

#[test]
#[ignore = "writes new test data into a folder that CEREMONY_KEEP_FORMS names"]
fn a_folder_of_each_kind_is_kept() {
    let place = PathBuf::from(std::env::var_os(PLACE).expect(PLACE));
    fs::create_dir(&place).expect("a folder that is not there yet");
    let keeper = Keeper { place };
    keeper.numbers();
    keeper.mishaps();
    keeper.words();
    keeper.everything();
    keeper.inspect();
    keeper.aborted();
}

/// Writes the test data of one form.
struct Keeper {
    place: PathBuf,
}

impl Keeper {
    /// *Establish* and *restore* with the example plan.
    fn numbers(&self) {
        let records = tempfile::tempdir().unwrap();
        let plan = format!("{ASSETS}/plan.example.json");
        let mut w = start("establish", Some(&plan), records.path());
        let notes = day::establish(&mut w);
        leave(w, 0);
        self.restored("numbers", records.path(), &notes);
    }

    /// *Establish* and *restore* on a day when a deviation is recorded, people take a break, a substitute replaces a
    /// custodian who has seen their share.
    fn mishaps(&self) {
        let records = tempfile::tempdir().unwrap();
        let plan = format!("{ASSETS}/plan.example.json");
        let mut w = start("establish", Some(&plan), records.path());
        let serial = walk::to_the_custodians(&mut w, false);
        let mut notes: Vec<Note> = (1..=3).map(|custodian| walk::turn(&mut w, custodian)).collect();
        remark(&mut w, b"1", "Say in one line");
        walk::fill(&mut w, &["the lamp went out"]);
        remark(&mut w, b"2", "Enter ends the break");
        w.keys(b"\r");
        w.wait_for("Is anything other than before the break?");
        w.keys(b"1");
        w.wait_for("Room, machine and bags are unchanged. Two people confirm it");
        walk::fill(&mut w, &["KJ", "MH"]);
        remark(&mut w, b"3", "Who needs a stand-in?");
        choose(&mut w, "Alan Turing");
        w.wait_for("Type the name of the stand-in");
        walk::fill(&mut w, &["Hedy Lamarr"]);
        w.wait_for("Why? The reason goes into the record");
        walk::fill(&mut w, &["on leave today"]);
        w.wait_for("How was Hedy Lamarr identified?");
        w.keys(b"1");
        w.wait_for("No number of a document belongs into the record");
        walk::fill(&mut w, &["passport"]);
        w.wait_for("have your card and a pen ready");
        notes.push(walk::turn(&mut w, 4));
        w.pass("The share file is written");
        walk::seat(&mut w, 1, &notes[0]);
        walk::seat(&mut w, 2, &notes[1]);
        w.pass("The key check value is the right one");
        bags::first_bags(&mut w, &day::BAGS);
        walk::initialise(&mut w, &serial);
        day::keys(&mut w);
        leave(w, 4);
        self.restored("mishaps", records.path(), &notes);
    }

    /// *Restore* with the last two of four custodians; keeps both folders, and the cards.
    fn restored(&self, name: &str, records: &Path, notes: &[Note]) {
        let mut w = start("restore", None, records);
        day::restore(&mut w, notes);
        leave(w, 0);
        self.keep(name, &folder_of(records, "-establish-"));
        self.keep(&format!("{name}-restored"), &folder_of(records, "-restore-"));
        let cards = notes.iter().map(numbers).collect::<Vec<_>>();
        self.paper(name, &json!({ "dkek-share-1": cards }));
    }

    /// *Establish* with words on the cards.
    fn words(&self) {
        let records = tempfile::tempdir().unwrap();
        let plan = records.path().join("plan.json");
        fs::write(&plan, PLAN).unwrap();
        let mut w = start("establish", plan.to_str(), records.path());
        let serial = walk::to_the_custodians(&mut w, false);
        let cards: Vec<WordCard> = (1..=3).map(|custodian| word_turn(&mut w, custodian)).collect();
        w.pass("The share file is written");
        word_seat(&mut w, 1, &cards[0]);
        word_seat(&mut w, 2, &cards[1]);
        w.pass("The key check value is the right one");
        bags::first_bags(&mut w, &day::BAGS[..3]);
        device_and_keys(&mut w, &serial);
        leave(w, 0);
        self.keep("words", &folder_of(records.path(), "-establish-"));
        let cards = cards.iter().map(words).collect::<Vec<_>>();
        self.paper("words", &json!({ "dkek-share-1": cards }));
    }

    /// *Establish* with the plan that has everything.
    fn everything(&self) {
        let records = tempfile::tempdir().unwrap();
        let plan = format!("{ASSETS}/plan.full.json");
        let mut w = start("establish", Some(&plan), records.path());
        let paper: Paper = everything::establish(&mut w);
        leave(w, 0);
        self.keep("everything", &folder_of(records.path(), "-establish-"));
        let cards = |cards: &[WordCard]| cards.iter().map(words).collect::<Vec<_>>();
        let paper = json!({
            "dkek-share-1": cards(&paper.words),
            "dkek-share-2": paper.numbers.iter().map(numbers).collect::<Vec<_>>(),
            "dkek-share-3": PASSWORD,
            "so-pin": cards(&paper.so_pin),
        });
        self.paper("everything", &paper);
    }

    /// *Inspect* of a fresh device.
    fn inspect(&self) {
        let records = tempfile::tempdir().unwrap();
        let plan = format!("{ASSETS}/plan.example.json");
        let mut w = start("inspect", Some(&plan), records.path());
        loop {
            w.until("a screen to go on from", |screen| screen.contains("Enter") || screen.contains("Q leave"));
            let screen = w.screen();
            if screen.contains("Q leaves") || w.footer().contains("Q leave") {
                break;
            }
            let first = screen.lines().nth(4).unwrap().trim().to_owned();
            w.pass(&first);
        }
        leave(w, 0);
        self.keep("inspected", &folder_of(records.path(), "-inspect-"));
    }

    /// *Establish*, stopped by people when the first share was shown.
    fn aborted(&self) {
        let records = tempfile::tempdir().unwrap();
        let plan = format!("{ASSETS}/plan.example.json");
        let mut w = start("establish", Some(&plan), records.path());
        walk::to_the_custodians(&mut w, false);
        walk::show(&mut w, 1);
        w.keys(b"\x03");
        w.wait_for("Stop the ceremony? Its record is then sealed");
        walk::fill(&mut w, &["ABORT", "the fire alarm"]);
        w.wait_for("The ceremony was stopped. Every secret in the program is wiped.");
        leave(w, 1);
        self.keep("aborted", &folder_of(records.path(), "-establish-"));
    }

    /// Copies a folder; blank cards and software cards are not part of the backup, and are left out.
    fn keep(&self, name: &str, sitting: &Path) {
        let target = self.place.join(name);
        fs::create_dir_all(&target).unwrap();
        for file in files_of(sitting) {
            let to = target.join(file.strip_prefix(sitting).unwrap());
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(&file, &to).unwrap();
        }
    }

    fn paper(&self, name: &str, paper: &Value) {
        let text = serde_json::to_string_pretty(paper).unwrap() + "\n";
        fs::write(self.place.join(format!("{name}.paper.json")), text).unwrap();
    }
}

fn files_of(sitting: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![sitting.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.retain(|path| !path.ends_with("cards.txt") && !path.parent().unwrap().ends_with("cards"));
    found
}

/// The program as it is delivered, with all rounds.
fn start(ceremony: &str, plan: Option<&str>, records: &Path) -> Wizard {
    let mut arguments = vec!["rehearse", ceremony, "--records", records.to_str().unwrap()];
    arguments.extend(plan.iter().flat_map(|plan| ["--plan", plan]));
    Wizard::start_delivered(&arguments, &[])
}

/// At the next custodian's step, adds something to the record.
fn remark(w: &mut Wizard, choice: &[u8], next: &str) {
    w.wait_for("have your card and a pen ready");
    w.keys(b"\x04");
    w.wait_for("What happened? It goes into the record");
    w.keys(choice);
    w.wait_for(next);
}

/// Chooses the option that names this person.
fn choose(w: &mut Wizard, name: &str) {
    let screen = w.screen();
    let line = screen.lines().find(|line| line.contains(name)).expect("the name is on the screen");
    let number = line.split_whitespace().find(|word| word.parse::<u8>().is_ok()).expect("options are numbered");
    w.keys(number.as_bytes());
}

/// Leaves the last screen.
fn leave(mut w: Wizard, code: u32) {
    w.leave();
    assert_eq!(w.exit(), code);
}

/// From the PINs to the last screen of an *establish* with one key, without a proof of the restore.
fn device_and_keys(w: &mut Wizard, serial: &str) {
    walk::initialise(w, serial);
    day::keys(w);
}

/// A whole turn with a card of words.
fn word_turn(w: &mut Wizard, custodian: u8) -> WordCard {
    walk::reveal(w, &format!("Step 3.{custodian}"));
    let card = WordCard::from_screen(&w.screen(), 33);
    w.keys(b"h");
    w.wait_for("type the words from your card");
    w.keys(card.short().as_bytes());
    w.until("all words are right", |screen| screen.contains("✓ ok"));
    w.keys(b"\r");
    card
}

/// Takes a seat with a card of words.
fn word_seat(w: &mut Wizard, seat: u8, card: &WordCard) {
    w.wait_for(&format!("Seat {seat} of"));
    w.keys(seat.to_string().as_bytes());
    w.wait_for("four letters and a space");
    w.keys(card.short().as_bytes());
    w.keys(b"\r");
}

fn numbers(note: &Note) -> Value {
    json!({ "prime": note.prime, "id": note.id, "value": note.value, "check": note.check })
}

fn words(card: &WordCard) -> Value {
    json!({ "words": card.text() })
}
