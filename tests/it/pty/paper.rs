//! What is on paper, in people's heads and on dice when everything is done by hand, and where none of it may be found.

use std::fs;
use std::path::Path;

use hsm_ceremony::share::{combine_strong, read_words};

use crate::support::memory::{Find, Needle, scan};
use crate::support::seen::bare;
use crate::support::walk::{self, Note, USER_PIN, WordCard};
use crate::support::wizard::Wizard;

/// The password of DKEK share 3.
pub const PASSWORD: &str = "four lamps, 1 walnut table & no rain";

/// What is on paper after *establish*.
#[derive(Default)]
pub struct Paper {
    /// Shares of DKEK share 1, as words.
    pub words: Vec<WordCard>,
    /// Shares of the SO-PIN, for the same custodians.
    pub so_pin: Vec<WordCard>,
    /// Shares of DKEK share 2, as numbers.
    pub numbers: Vec<Note>,
}

impl Paper {
    pub fn cards(&self) -> impl Iterator<Item = &WordCard> {
        self.words.iter().chain(&self.so_pin)
    }

    /// The SO-PIN, which nobody ever sees.
    pub fn secret_so_pin(&self) -> Vec<u8> {
        let [one, two] = [0, 1].map(|place| read_words(self.so_pin[place].text().as_bytes()).unwrap());
        combine_strong(&[&one, &two]).unwrap().expose().to_vec()
    }
}

/// A hundred throws that look fair.
pub fn throws() -> String {
    let mut number = 20_251_u32;
    let mut throw = || {
        number = number.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        char::from(b'1' + u8::try_from((number >> 16) % 6).unwrap())
    };
    (0..100).map(|_| throw()).collect()
}

pub fn nothing_left(wizard: &Wizard, needles: &[Needle], when: &str) {
    let finds = look_through(wizard, needles);
    assert!(finds.is_empty(), "left in memory {when}: {finds:?}");
}

pub fn look_through(wizard: &Wizard, needles: &[Needle]) -> Vec<Find> {
    scan(wizard.pid(), needles).unwrap_or_else(|error| panic!("its memory cannot be read (it takes root): {error}"))
}

pub fn needles_of_dice(throws: &str) -> Vec<Needle> {
    let groups: Vec<&str> = (0..4).map(|group| &throws[group * 5..group * 5 + 5]).collect();
    vec![
        Needle::exact("throws", &throws.as_bytes()[..20]),
        Needle::exact("the last throws", &throws.as_bytes()[80..]),
        Needle::spaced("throws as shown", groups.join(" ").as_bytes()),
    ]
}

/// The SO-PIN as it is typed.
pub fn digits_of(so_pin: &[u8]) -> String {
    format!("{:016x}", u64::from_be_bytes(so_pin.try_into().unwrap()))
}

/// The forms in which the SO-PIN could be in memory.
pub fn needles_of_so_pin(so_pin: &[u8]) -> Vec<Needle> {
    let digits = digits_of(so_pin);
    vec![
        Needle::exact("SO-PIN", so_pin),
        Needle::exact("SO-PIN in hexadecimal", digits.as_bytes()),
        Needle::exact("SO-PIN in upper case", digits.to_uppercase().as_bytes()),
    ]
}

/// Nothing that is on paper is in any file; the software cards are the devices, and have their PINs.
pub fn nothing_in_files(records: &Path, paper: &Paper) {
    let throws = throws();
    let so_pin = paper.secret_so_pin();
    let digits = digits_of(&so_pin);
    let mut secrets: Vec<(String, Vec<u8>)> = vec![
        ("throws".to_owned(), throws.as_bytes()[..12].to_vec()),
        ("last throws".to_owned(), throws.as_bytes()[88..].to_vec()),
        ("password".to_owned(), PASSWORD.as_bytes().to_vec()),
        ("user PIN".to_owned(), USER_PIN.as_bytes().to_vec()),
        ("SO-PIN".to_owned(), so_pin),
        ("SO-PIN in hexadecimal".to_owned(), digits.clone().into_bytes()),
        ("SO-PIN in upper case".to_owned(), digits.to_uppercase().into_bytes()),
    ];
    for note in &paper.numbers {
        secrets.push((format!("value {}", note.id), note.value.clone().into_bytes()));
        secrets.push((format!("digits of value {}", note.id), bare(&note.value).into_bytes()));
        if note.tells_its_check() {
            secrets.push((format!("check bytes {}", note.id), note.check.clone().into_bytes()));
        }
    }
    for card in paper.cards() {
        let share = read_words(card.text().as_bytes()).unwrap();
        secrets.push((format!("share {}", share.number), share.body.expose().to_vec()));
    }
    let mut looked_at = 0;
    let mut folders = vec![records.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let card_state = path.to_string_lossy().contains("REHEARSAL-card-");
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let content = fs::read(&path).unwrap();
            looked_at += 1;
            for (what, secret) in &secrets {
                let own = card_state && what.contains("PIN");
                let found = content.windows(secret.len()).any(|bytes| bytes == secret);
                assert!(own || !found, "{what} is in {}", path.display());
            }
            let text = String::from_utf8_lossy(&content);
            for card in paper.cards() {
                walk::assert_not_together(&text, card, &path.to_string_lossy());
            }
        }
    }
    assert!(looked_at > 20, "the test can see: {looked_at} files");
}
pub fn needles_of_password() -> [Needle; 2] {
    [Needle::exact("password", PASSWORD.as_bytes()), Needle::exact("half the password", &PASSWORD.as_bytes()[10..])]
}
