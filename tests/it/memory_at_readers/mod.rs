//! The program in a terminal, the device in another process, in both schemes: after every custodian's turn of *establish* and of
//! *restore*, the program's memory is searched for their share; and once they have to be gone, for password, coefficients, PINs
//! and DKEK.

mod ends;
mod imported;

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use hsm_ceremony::dkek::{Rounds, ShareFile, derive, open};
use hsm_ceremony::share::{combine_strong, password_of, read_words};

use crate::support::memory::{Needle, scan};
use crate::support::walk::{self, Note, SO_PIN, USER_PIN, WordCard, fill};
use crate::support::wizard::Wizard;
use crate::support::{Table, at_readers, bags, binary, day};

/// `SCHEME` stands for the scheme.
const PLAN: &str = r#"{
  "plan": 1,
  "title": "Memory",
  "administrator": "Katherine Johnson",
  "auditors": ["Margaret Hamilton"],
  "witnesses": [],
  "custodians": ["Ada Lovelace", "Grace Hopper", "Alan Turing"],
  "threshold": 2,
  "scheme": "SCHEME",
  "device": { "so_pin_holder": "Barbara Liskov", "new_so_pin": "typed", "pin_holder": "Donald Knuth", "user_pin_tries": 3, "pin_reset": "off" },
  "keys": [{ "label": "ec-root", "type": "EC:secp256r1", "id": "10" }]
}"#;

/// The screen of the last decision before a device is erased: DKEK and both PINs are kept.
const ERASES: &str = "THIS CANNOT BE UNDONE";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Numbers,
    Words,
}

/// What a custodian wrote.
enum Card {
    Numbers(Note),
    Words(WordCard),
}

impl Scheme {
    fn plan(self) -> String {
        PLAN.replace("SCHEME", if self == Self::Numbers { "sc-hsm-tool" } else { "words" })
    }

    /// A custodian shows their share.
    fn shown(self, w: &mut Wizard, custodian: u8) -> Card {
        walk::reveal(w, &format!("Step 3.{custodian}"));
        match self {
            Self::Numbers => Card::Numbers(Note::from_screen(&w.screen())),
            Self::Words => Card::Words(WordCard::from_screen(&w.screen(), 33)),
        }
    }
}

impl Card {
    fn needles(&self) -> Vec<Needle> {
        match self {
            Self::Numbers(note) => note.needles(),
            Self::Words(card) => card.needles(),
        }
    }

    /// From the shown share to the end of the turn.
    fn typed_back(&self, w: &mut Wizard) {
        match self {
            Self::Numbers(note) => {
                walk::hide(w, note);
                walk::retype(w, note);
            }
            Self::Words(card) => {
                w.keys(b"h");
                w.wait_for("type the words from your card");
                w.forbid(&card.row);
                fill(w, &[&card.short()]);
            }
        }
    }

    /// Takes a seat.
    fn seat(&self, w: &mut Wizard, seat: u8, custodian: usize) {
        match self {
            Self::Numbers(note) => walk::seat(w, seat, note),
            Self::Words(card) => {
                w.wait_for(&format!("Seat {seat} of"));
                w.keys(custodian.to_string().as_bytes());
                w.wait_for("four letters and a space");
                fill(w, &[&card.short()]);
            }
        }
    }

    /// Neither on the screen, nor in the scrollback, nor in what came since the last wipe.
    fn assert_gone(&self, w: &Wizard) {
        match self {
            Self::Numbers(note) => walk::assert_gone(w, note),
            Self::Words(card) => walk::assert_words_gone(w, card),
        }
    }

    /// The same where check values are shown in words, one of which may be on the card as well.
    fn assert_gone_beside_words(&self, w: &Wizard) {
        match self {
            Self::Numbers(note) => walk::assert_gone(w, note),
            Self::Words(card) => {
                let came = String::from_utf8_lossy(&w.log_since_erased()).into_owned();
                for (text, place) in [(w.screen_and_scrollback(), "the scrollback"), (came, "the output")] {
                    walk::assert_not_together(&text, card, place);
                }
            }
        }
    }
}

/// As raw bytes in either order, and in hexadecimal.
fn needles_of(name: &'static str, bytes: &[u8]) -> Vec<Needle> {
    let turned: Vec<u8> = bytes.iter().rev().copied().collect();
    let hex = base16ct::lower::encode_string(bytes);
    vec![
        Needle::exact(name, bytes),
        Needle::exact(name, &turned),
        Needle::exact(name, hex.as_bytes()),
        Needle::exact(name, hex.to_uppercase().as_bytes()),
    ]
}

fn needles_of_pins() -> Vec<Needle> {
    let mut needles = needles_of("SO-PIN", &base16ct::mixed::decode_vec(SO_PIN).unwrap());
    needles.extend(needles_of("user PIN", USER_PIN.as_bytes()));
    needles
}

/// What the cards of the first two custodians give, computed as anybody can who has them.
struct Set {
    /// What the share file is encrypted with, and what besides it the shares were made of.
    password: Vec<Needle>,
    /// What is in the share file.
    dkek: Vec<Needle>,
}

impl Set {
    fn of(cards: &[Card], folder: &Path) -> Self {
        let (key, mut password, made_of) = match (&cards[0], &cards[1]) {
            (Card::Numbers(one), Card::Numbers(two)) => {
                assert_eq!((one.id.as_str(), two.id.as_str()), ("1", "2"));
                let number = |groups: &str| u128::from_str_radix(&groups.replace(':', ""), 16).unwrap();
                let (prime, first, second) = (number(&one.prime), number(&one.value), number(&two.value));
                let slope = (second + prime - first) % prime;
                let bytes = |number: u128| u64::try_from(number).unwrap().to_be_bytes().to_vec();
                (bytes((first + prime - slope) % prime), Vec::new(), bytes(slope))
            }
            (Card::Words(one), Card::Words(two)) => {
                let [one, two] = [one, two].map(|card| read_words(card.text().as_bytes()).unwrap());
                let secret = combine_strong(&[&one, &two]).unwrap();
                // Where a line is at 1, it differs from where it is at 0 by its slope.
                assert_eq!(one.number, 1);
                let slopes = one.body.expose().iter().zip(secret.expose()).map(|(one, zero)| one ^ zero).collect();
                (password_of(&secret).expose().to_vec(), needles_of("secret", secret.expose()), slopes)
            }
            _ => panic!("cards of two schemes"),
        };
        password.extend(needles_of("password", &key));
        password.extend(needles_of("coefficients", &made_of));
        let file = fs::read(folder.join("dkek-1.pbe")).unwrap();
        let salt = file[8..16].try_into().unwrap();
        let key = derive(&key, salt, Rounds(1000), &mut |_| ControlFlow::Continue(())).unwrap();
        let share = open(&ShareFile::parse(&file).unwrap(), &key).ok().unwrap();
        Self { password, dkek: needles_of("DKEK", share.expose()) }
    }
}

fn nothing_left(w: &Wizard, needles: &[Needle], when: &str) {
    let finds = scan(w.pid(), needles).unwrap();
    assert!(finds.is_empty(), "left in memory {when}: {finds:?}");
}

fn sees(w: &Wizard, needles: &[Needle], names: &[&str]) {
    let finds = scan(w.pid(), needles).unwrap();
    for name in names {
        assert!(finds.iter().any(|find| find.name == *name), "the test sees no {name}: {finds:?}");
    }
}

/// One ceremony of this kind in this folder of records.
fn start(table: &Table, scheme: Scheme, ceremony: &str, variables: &[(&str, &str)]) -> Wizard {
    let (plan, records) = (table.file(&format!("{scheme:?}.json")), table.file(&format!("{scheme:?}")));
    fs::write(&plan, scheme.plan()).unwrap();
    let [plan, at] = [&plan, &records].map(|path| path.to_str().unwrap());
    let mut arguments = vec!["rehearse", ceremony, "--pcsc", "--records", at];
    if ceremony == "establish" {
        arguments.extend(["--plan", plan]);
    }
    Wizard::start_with(&arguments, variables)
}

fn newest(table: &Table, scheme: Scheme) -> PathBuf {
    let folders = fs::read_dir(table.file(&format!("{scheme:?}"))).unwrap().map(|entry| entry.unwrap().path());
    folders.filter(|path| path.is_dir()).max_by_key(|path| fs::metadata(path).unwrap().modified().unwrap()).unwrap()
}

/// From the first screen to the one before the device is erased.
fn until_it_would_be_erased(table: &Table, w: &mut Wizard, scheme: Scheme) -> (Vec<Card>, Set) {
    walk::to_the_custodians(w, false);
    let mut cards = Vec::new();
    for custodian in 1..=3 {
        let card = scheme.shown(w, custodian);
        assert!(!scan(w.pid(), &card.needles()).unwrap().is_empty(), "the test sees what is shown");
        card.typed_back(w);
        w.until("the next turn", |screen| !screen.contains(&format!("Step 3.{custodian} ")));
        nothing_left(w, &card.needles(), "after the turn");
        card.assert_gone(w);
        cards.push(card);
    }
    w.pass("The share file is written");
    let set = Set::of(&cards, &newest(table, scheme));
    nothing_left(w, &set.password, "after the share file was written");
    seats(w, &cards, [0, 1], &set);
    bags::first_bags(w, &day::BAGS[..3]);
    pins(w, &set);
    (cards, set)
}

/// A quorum types its shares.
fn seats(w: &mut Wizard, cards: &[Card], who: [usize; 2], set: &Set) {
    for (seat, place) in (1..).zip(who) {
        cards[place].seat(w, seat, place + 1);
    }
    w.wait_for("The key check value is the right one");
    for place in who {
        nothing_left(w, &cards[place].needles(), "after the share file was opened");
        cards[place].assert_gone_beside_words(w);
    }
    nothing_left(w, &set.password, "after the share file was opened");
    w.pass("The key check value is the right one");
}

/// Both PINs are chosen.
fn pins(w: &mut Wizard, set: &Set) {
    w.wait_for("choose the SO-PIN for the");
    fill(w, &[SO_PIN, SO_PIN]);
    w.wait_for("Choose the user PIN of the");
    fill(w, &[USER_PIN, USER_PIN]);
    w.wait_for(ERASES);
    sees(w, &needles_of_pins(), &["SO-PIN", "user PIN"]);
    sees(w, &set.dkek, &["DKEK"]);
}

fn all_gone(w: &Wizard, cards: &[Card], set: &Set, when: &str) {
    nothing_left(w, &needles_of_pins(), when);
    nothing_left(w, &set.password, when);
    nothing_left(w, &set.dkek, when);
    for card in cards {
        nothing_left(w, &card.needles(), when);
        card.assert_gone_beside_words(w);
    }
}

fn leave(mut w: Wizard) {
    w.leave();
    assert_eq!(w.exit(), 0);
    w.assert_given_back();
}

fn both_ceremonies(table: &mut Table, scheme: Scheme) {
    let card = table.insert(0, "REH0000001");
    let mut w = start(table, scheme, "establish", &[]);
    let (cards, set) = until_it_would_be_erased(table, &mut w, scheme);
    fill(&mut w, &["REH0000001"]);
    w.pass("and it is the right one");
    w.wait_for("The device generated the key");
    nothing_left(&w, &needles_of_pins(), "after the device got its PINs");
    day::keys(&mut w);
    all_gone(&w, &cards, &set, "at the end of establish");
    leave(w);
    table.wait_until_free(0);
    assert!(card.end().success());
    table.wait_for(0, false);

    let card = table.insert(0, "REH0000002");
    let mut w = start(table, scheme, "restore", &[]);
    w.pass("The folder is complete, and its files are unchanged");
    w.pass("SHA-256 of the plan's file aloud");
    day::broken(&mut w);
    walk::people_and_room(&mut w);
    seats(&mut w, &cards, [1, 2], &set);
    bags::new_bags(&mut w, &["B-5", "B-6"]);
    w.pass("is good: it belongs to this DKEK");
    w.pass("take the replacement: the device that will receive the keys");
    let serial = walk::device(&mut w, "The replacement was found:");
    pins(&mut w, &set);
    fill(&mut w, &[&serial]);
    w.pass("and it is the right one");
    w.wait_for("Which key reference should it have");
    nothing_left(&w, &needles_of_pins(), "after the replacement got its PINs");
    walk::bring_the_key_back(&mut w);
    walk::close(&mut w);
    all_gone(&w, &cards, &set, "at the end of restore");
    leave(w);
    table.wait_until_free(0);
    assert!(card.end().success());
    table.wait_for(0, false);
}

#[test]
fn with_numbers_no_secret_stays_in_memory_after_its_turn() {
    binary::short();
    at_readers("memory_at_readers::with_numbers_no_secret_stays_in_memory_after_its_turn", |table| {
        both_ceremonies(table, Scheme::Numbers);
    });
}

#[test]
fn with_words_no_secret_stays_in_memory_after_its_turn() {
    binary::short();
    at_readers("memory_at_readers::with_words_no_secret_stays_in_memory_after_its_turn", |table| {
        both_ceremonies(table, Scheme::Words);
    });
}
