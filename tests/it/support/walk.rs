//! The paths that people take through the screens, with what they note on paper.

use std::path::Path;

use hsm_ceremony::share::read_words;
use hsm_ceremony::wordlists::{self, Found};

use super::bags;
use super::memory::Needle;
use super::seen::bare;
use super::so_pin;
use super::wizard::Wizard;

pub use super::called::{identified, keyboard, people_and_room, people_of_the_plan};

/// The SO-PIN of these rehearsals.
pub const SO_PIN: &str = "9a41c07be6d25f38";
/// The user PIN of these rehearsals.
pub const USER_PIN: &str = "k7Wq42zLmX";

/// Chooses in the menu what begins with this: there are more lines than digits.
pub fn menu(w: &mut Wizard, name: &str) {
    w.wait_for("Step 0.0");
    for _ in 0..16 {
        let marked = w.screen().lines().find(|line| line.contains('▸')).unwrap_or_default().to_owned();
        if marked.contains(name) {
            return w.keys(b"\r");
        }
        w.keys(b"\x1b[B");
        w.until("the mark moves", |screen| !screen.contains(marked.trim_end()));
    }
    panic!("the menu has no {name}:\n{}", w.screen());
}

/// A sitting whose program was killed is left as it is, and another one begins.
pub fn leave_open(w: &mut Wizard) {
    w.wait_for("A sitting is open");
    w.keys(b"3");
}

/// What a custodian wrote on their card.
#[derive(Clone)]
pub struct Note {
    /// With colons.
    pub prime: String,
    /// Decimal.
    pub id: String,
    /// With colons.
    pub value: String,
    /// The check bytes, with a colon.
    pub check: String,
}

impl Note {
    /// Copies a share from the screen, as a person would.
    pub fn from_screen(screen: &str) -> Self {
        let after = |label: &str| {
            let line = screen.lines().map(str::trim).find_map(|line| line.strip_prefix(label));
            line.unwrap_or_else(|| panic!("no {label} on:\n{screen}")).replace(' ', "")
        };
        let check = after("Check bytes");
        let note = Self {
            prime: after("Prime"),
            id: after("Share ID"),
            value: after("Share value"),
            check: check.strip_suffix("onlythisprogramasksforthem").expect("it says whose they are").to_owned(),
        };
        for (groups, many) in [(&note.prime, 8), (&note.value, 8), (&note.check, 2)] {
            let pairs = groups.split(':').map(|group| group.len() == 2 && group.bytes().all(|b| b.is_ascii_hexdigit()));
            assert!(pairs.clone().count() == many && pairs.into_iter().all(|pair| pair), "{groups} on:\n{screen}");
        }
        note
    }

    /// What is typed back: the first custodian types the prime, which the others compare.
    pub fn typed_back(&self) -> Vec<&str> {
        let prime = (self.id == "1").then_some(self.prime.as_str());
        prime.into_iter().chain([self.value.as_str(), &self.check]).collect()
    }

    /// Whether the check bytes, as text, can be told from other things: not from a time in the record, nor from two
    /// groups of the prime.
    pub fn tells_its_check(&self) -> bool {
        self.check.bytes().any(|byte| byte.is_ascii_lowercase()) && !self.prime.contains(&self.check)
    }

    /// The forms in which value and check bytes could be in memory.
    pub fn needles(&self) -> Vec<Needle> {
        let check = self.tells_its_check().then(|| Needle::check_bytes(&self.check));
        let shown = Needle::shown_check_bytes(&self.check);
        Needle::share_value(&self.value).into_iter().chain(check).chain([shown]).collect()
    }

    /// The check bytes as shown on the screen.
    pub fn shown_check(&self) -> String {
        self.check.replace(':', " : ")
    }

    /// The value with a different last character.
    pub fn wrong_value(&self) -> String {
        let mut text = self.value.clone();
        let last = text.pop().unwrap();
        text.push(if last == '0' { '1' } else { '0' });
        text
    }
}

/// Starts *establish* and continues until the first custodian is called. Returns the device's serial.
pub fn to_the_custodians(wizard: &mut Wizard, everyone: bool) -> String {
    wizard.pass("read this aloud");
    wizard.pass("SHA-256 of the plan's file aloud");
    if everyone {
        wizard.wait_for("every custodian is needed");
        wizard.keys(b"ALL NEEDED\r");
    }
    wizard.pass("How the shares are made and kept");
    wizard.pass("Know what guards what");
    people_and_room(wizard);
    wizard.pass("take the device that will hold the keys");
    let serial = device(wizard, "The device was found:");
    wizard.pass("The generator is seeded from");
    wizard.pass("Everything is computed");
    serial
}

/// The device's screen; returns its serial.
pub fn device(wizard: &mut Wizard, title: &str) -> String {
    wizard.wait_for(title);
    let screen = wizard.screen();
    let serial = screen.lines().find_map(|line| line.trim().strip_prefix("Serial")).expect("a serial");
    // Its version is in the same line.
    let serial = serial.split(',').next().unwrap();
    let serial = serial.trim().to_owned();
    assert!(serial.starts_with("REH"));
    wizard.keys(b"1");
    serial
}

/// A custodian sits down and shows their share. Ends with the share on the screen.
pub fn show(wizard: &mut Wizard, custodian: u8) -> Note {
    reveal(wizard, &format!("Step 3.{custodian}"));
    Note::from_screen(&wizard.screen())
}

/// A custodian sits down at the step with this title and shows what there is.
pub fn reveal(wizard: &mut Wizard, title: &str) {
    wizard.wait_for(title);
    if wizard.calls_somebody() {
        wizard.take_over();
    }
    show_again(wizard);
}

/// Shows the share from the screen that hides it, read to its end.
pub fn show_again(wizard: &mut Wizard) {
    while wizard.footer().contains("Enter read on") {
        wizard.press(b"\r");
    }
    wizard.until("a share to show", |screen| screen.contains("Space show it to me"));
    wizard.keys(b" ");
    wizard.wait_for_share();
}

/// Hides the share with a key. From now on no screen may show it.
pub fn hide(wizard: &mut Wizard, note: &Note) {
    wizard.keys(b"h");
    wizard.wait_for("type everything from your card");
    wizard.forbid(&note.value);
}

/// The share is hidden; the custodian types everything from the card.
pub fn retype(wizard: &mut Wizard, note: &Note) {
    wizard.wait_for("type everything from your card");
    fill(wizard, &note.typed_back());
}

/// Fills fields one after the other, each with Enter.
pub fn fill(wizard: &mut Wizard, fields: &[&str]) {
    for field in fields {
        wizard.keys(field.as_bytes());
        wizard.keys(b"\r");
    }
}

/// A whole turn without incidents.
pub fn turn(wizard: &mut Wizard, custodian: u8) -> Note {
    let note = show(wizard, custodian);
    hide(wizard, &note);
    retype(wizard, &note);
    note
}

/// Takes a seat: which custodian, then value and check bytes from the card.
pub fn seat(wizard: &mut Wizard, seat: u8, note: &Note) {
    wizard.wait_for(&format!("Seat {seat} of"));
    wizard.keys(note.id.as_bytes());
    wizard.wait_for("Type value and check bytes from the card");
    fill(wizard, &[&note.value, &note.check]);
}

/// Both PINs are chosen, the device is erased and initialised, and gets the DKEK.
pub fn initialise(wizard: &mut Wizard, serial: &str) {
    so_pin::so_pin(wizard);
    user_pin_and_serial(wizard, serial);
}

/// The user PIN is chosen, the device is erased and initialised, and gets the DKEK.
pub fn user_pin_and_serial(wizard: &mut Wizard, serial: &str) {
    wizard.wait_for("Choose the user PIN of the");
    fill(wizard, &[USER_PIN, USER_PIN]);
    wizard.wait_for("THIS CANNOT BE UNDONE");
    // nothing on this screen may be out of sight
    wizard.wait_for("Everything on the");
    fill(wizard, &[serial]);
    wizard.pass("and it is the right one");
}

/// From the empty list to the proof.
pub fn bring_the_key_back(wizard: &mut Wizard) {
    wizard.wait_for("Which key reference should it have");
    fill(wizard, &[""]);
    wizard.pass("holds the restored keys, and no other");
    wizard.pass("It is the same key");
    bags::public_keys(wizard);
}

/// The last ticks; ends on the last screen.
pub fn close(wizard: &mut Wizard) {
    wizard.pass("Next, everyone signs out");
    wizard.pass("the record is sealed, and its digest is shown");
    wizard.wait_for("read the digest of the record aloud");
}

/// Asserts that neither the screen, the scrollback nor the output since the last wipe holds value or check bytes.
pub fn assert_gone(wizard: &Wizard, note: &Note) {
    let value = bare(&note.value);
    let seen = wizard.screen_and_scrollback();
    assert!(!bare(&seen).contains(&value), "on the screen or in the scrollback");
    let log = wizard.log_since_erased();
    for check in [note.shown_check(), format!("▸ {}", note.check)] {
        assert!(!seen.contains(&check) && !printable(&log).contains(&check), "check bytes {check}:\n{seen}");
    }
    let plain = without_escapes(&log);
    // half a value is already too much
    for half in value.as_bytes().windows(8) {
        let half = std::str::from_utf8(half).unwrap();
        assert!(!plain.contains(half), "{half} of {value} came out after the last wipe");
    }
}

/// What a custodian wrote on a card of words.
pub struct WordCard {
    /// All of them, in full.
    pub words: Vec<String>,
    /// The first row of the grid, as it was on the screen.
    pub row: String,
}

impl WordCard {
    /// Copies the words from the screen, as a person would: each follows its number.
    pub fn from_screen(screen: &str, count: usize) -> Self {
        let mut words = vec![String::new(); count];
        for line in screen.lines() {
            let tokens: Vec<&str> = line.split_whitespace().collect();
            for two in tokens.chunks_exact(2).filter(|_| tokens.len().is_multiple_of(2)) {
                let Ok(number) = two[0].trim_end_matches('=').parse::<usize>() else { break };
                words[number - 1].push_str(two[1]);
            }
        }
        assert!(words.iter().all(|word| wordlists::find(word.as_bytes()) != Found::None), "{words:?} on:\n{screen}");
        let row = screen.lines().find(|line| line.split_whitespace().nth(1) == Some(&words[0])).unwrap();
        Self { row: row.trim().to_owned(), words }
    }

    /// Four letters of each word, as people type them.
    pub fn short(&self) -> String {
        short(&self.words)
    }

    /// All words, with single spaces.
    pub fn text(&self) -> String {
        self.words.join(" ")
    }

    /// The same card with a different word at this place, counted from 1.
    pub fn with(&self, place: usize, word: &str) -> Self {
        let mut words = self.words.clone();
        assert_ne!(words[place - 1], word);
        word.clone_into(&mut words[place - 1]);
        Self { words, row: self.row.clone() }
    }

    /// A word that is not on the card at this place.
    pub fn other_than(&self, place: usize) -> &'static str {
        if self.words[place - 1] == "zebra" { "zone" } else { "zebra" }
    }

    /// The forms in which it could be in memory.
    pub fn needles(&self) -> Vec<Needle> {
        let share = read_words(self.text().as_bytes()).unwrap();
        let last = self.words[self.words.len() - 3..].join(" ");
        vec![
            Needle::exact("in one text", self.words[..4].join(" ").as_bytes()),
            Needle::exact("its check words", last.as_bytes()),
            Needle::exact("as typed", short(&self.words[..4]).as_bytes()),
            Needle::spaced("as shown", self.row.as_bytes()),
            Needle::exact("the share itself", share.body.expose()),
        ]
    }
}

/// Four letters of each word and a space.
pub fn short(words: &[String]) -> String {
    let begun: Vec<&str> = words.iter().map(|word| &word[..word.len().min(4)]).collect();
    begun.join(" ") + " "
}

/// Asserts that neither the screen, the scrollback nor the output since the last wipe holds a word of the card: none
/// after its number, no three together, and none at all that screens do not use themselves.
pub fn assert_words_gone(wizard: &Wizard, card: &WordCard) {
    let seen = wizard.screen_and_scrollback();
    let tokens: Vec<&str> = seen.split_whitespace().collect();
    for (number, word) in (1..).zip(&card.words) {
        let numbered = tokens.windows(2).any(|two| {
            let digits = two[0].trim_end_matches(|sign: char| !sign.is_ascii_digit());
            digits == number.to_string() && two[1] == word
        });
        assert!(!numbered, "{number} {word} on the screen or in the scrollback:\n{seen}");
    }
    assert_no_word(&seen, card, "the screen or the scrollback");
    let log = printable(&wizard.log_since_erased());
    for (text, place) in [(&log, "what came out after the last wipe"), (&seen, "the screen")] {
        assert!(!bare(text).contains(&bare(&card.row)), "{} is in {place}", card.row);
        assert_not_together(text, card, place);
    }
}

/// Asserts that no three words of the card are consecutive in a text.
pub fn assert_not_together(text: &str, card: &WordCard, place: &str) {
    let text: Vec<&str> = letters(text).collect();
    for three in card.words.windows(3) {
        assert!(!text.windows(3).any(|seen| seen == three), "{three:?} is in {place}");
    }
}

/// Asserts that a text has no word of the card that screens do not use themselves.
pub fn assert_no_word(text: &str, card: &WordCard, place: &str) {
    let screens = screens();
    let own = |word: &str| letters(&screens).any(|own| own.eq_ignore_ascii_case(word));
    let hex = |word: &str| word.bytes().all(|letter| letter.is_ascii_hexdigit());
    for word in card.words.iter().filter(|word| !hex(word)) {
        if letters(text).any(|seen| seen.eq_ignore_ascii_case(word)) {
            assert!(own(word), "{word} is in {place}:\n{text}");
        }
    }
}

fn letters(text: &str) -> impl Iterator<Item = &str> {
    text.split(|sign: char| !sign.is_ascii_alphabetic()).filter(|word| !word.is_empty())
}

/// What screens are made of: their own words say nothing about a card. Paper is not included.
fn screens() -> String {
    fn collect(place: &Path, into: &mut String) {
        for entry in std::fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() && !entry.ends_with("paper") {
                collect(&entry, into);
            } else if entry.extension().is_some_and(|end| end == "json") {
                into.push_str(&std::fs::read_to_string(entry).unwrap());
            }
        }
    }
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let mut all = std::fs::read_to_string(assets.join("plan.full.json")).unwrap();
    collect(&assets.join("script"), &mut all);
    all
}

/// Letters and digits of the output, without the terminal's escape sequences.
pub fn without_escapes(bytes: &[u8]) -> String {
    bare(&printable(bytes))
}

/// The output, without the terminal's escape sequences.
fn printable(bytes: &[u8]) -> String {
    let mut text = Vec::new();
    let mut bytes = bytes.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            0x1b if bytes.next() == Some(b'[') => {
                bytes.by_ref().find(|byte| (0x40..0x7f).contains(byte));
            }
            0x1b => {}
            _ => text.push(byte),
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}
