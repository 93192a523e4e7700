//! Goes through a ceremony by what its screens ask: after a crash or a fault, a test does not say which screen comes next. The plan
//! has passwords instead of cards, so that a ceremony has few screens.

use std::thread;
use std::time::{Duration, Instant};

use super::bags;
use super::walk::{SO_PIN, USER_PIN, fill};
use super::wizard::{Wizard, squeezed};

/// Two keys under a DKEK of two passwords.
pub const PLAN: &str = r#"{
  "plan": 1,
  "title": "Two passwords",
  "administrator": "Katherine Johnson",
  "auditors": ["Margaret Hamilton"],
  "witnesses": [],
  "dkek_shares": [{ "password_holder": "Ada Lovelace" }, { "password_holder": "Grace Hopper" }],
  "device": { "so_pin_holder": "Barbara Liskov", "new_so_pin": "typed", "pin_holder": "Donald Knuth", "user_pin_tries": 3, "pin_reset": "off" },
  "keys": [
    { "label": "one", "type": "EC:secp256r1", "id": "10", "reference": 1, "restore_to": 10 },
    { "label": "two", "type": "EC:secp256r1", "id": "11", "reference": 2, "restore_to": 20 }
  ],
  "prove_restore": false
}"#;

/// What the last screen of a ceremony says.
pub const LAST: &str = "read the digest of the record aloud";

/// The passwords of both DKEK shares.
const PASSWORDS: [&str; 2] = ["four lamps, 1 walnut table & no rain", "nine boats, 2 iron bridges & some snow"];
/// Generous: it only limits how long a broken program blocks the tests.
const PATIENCE: Duration = Duration::from_mins(2);

/// What to do on a screen.
enum Does {
    /// Types into the fields.
    Types(&'static [&'static str]),
    /// Types the serial of the device that the test names.
    TypesSerial,
    /// Chooses.
    Chooses(&'static [u8]),
    /// Notes the words that are read aloud, and types two of them.
    Hears,
}

/// What a screen says, and what to do then. The first that fits counts.
const SCREENS: [(&str, Does); 25] = [
    ("Go on with this sitting", Does::Chooses(b"1")),
    ("What it kept in memory is gone", Does::Chooses(b"1")),
    ("Two people confirm it", Does::Types(&["KJ", "MH"])),
    ("try the keyboard before", Does::Types(&["azy1"])),
    ("how were they identified?", Does::Types(&["passport"])),
    ("The device was found:", Does::Chooses(b"1")),
    ("The replacement was found:", Does::Chooses(b"1")),
    ("What became of the old device", Does::Chooses(b"1")),
    ("This was chosen for the old device", Does::Types(&["BROKEN"])),
    ("Choose the password of DKEK share 1", Does::Types(&[PASSWORDS[0], PASSWORDS[0]])),
    ("Choose the password of DKEK share 2", Does::Types(&[PASSWORDS[1], PASSWORDS[1]])),
    ("Type the password of DKEK share 1", Does::Types(&[PASSWORDS[0]])),
    ("Type the password of DKEK share 2", Does::Types(&[PASSWORDS[1]])),
    ("choose the SO-PIN for the", Does::Types(&[SO_PIN, SO_PIN])),
    ("asks for its current SO-PIN", Does::Types(&[SO_PIN])),
    ("Choose the user PIN of the", Does::Types(&[USER_PIN, USER_PIN])),
    ("Type the user PIN of the", Does::Types(&[USER_PIN])),
    ("THIS CANNOT BE UNDONE", Does::TypesSerial),
    ("numbered bag, and close it", Does::Types(&[""])),
    ("write the words", Does::Hears),
    ("Which key reference should it have", Does::Types(&[""])),
    // What is offered first after a failure.
    ("Log in to the device", Does::Chooses(b"1")),
    ("1 Go on: the PIN holder types", Does::Chooses(b"1")),
    ("1 With the device in the reader: log in again", Does::Chooses(b"1")),
    ("1 Try again", Does::Chooses(b"1")),
];

/// Answers every screen until one says this. The device that is erased has this serial.
pub fn go_on_until(w: &mut Wizard, serial: &str, said: &str) {
    go_on_while(w, serial, |screen| !screen.contains(said));
    w.wait_for(said);
}

/// The same, as long as the screen (in one line) fulfils a condition.
pub fn go_on_while(w: &mut Wizard, serial: &str, goes_on: impl Fn(&str) -> bool) {
    let mut since = Instant::now();
    let mut before = String::new();
    loop {
        let screen = squeezed(&w.screen());
        if !goes_on(&screen) {
            return;
        }
        assert!(since.elapsed() < PATIENCE, "it does not go on from:\n{}", w.screen());
        if screen != before {
            since = Instant::now();
            before.clone_from(&screen);
        }
        if w.calls_somebody() {
            w.take_over();
        } else if !step(w, serial, &screen) {
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Answers one screen; `false`: it asks for nothing yet.
fn step(w: &mut Wizard, serial: &str, screen: &str) -> bool {
    let footer = w.footer();
    // Another screen came in between: its footer says nothing about this one.
    if squeezed(&w.screen()) != screen {
        return false;
    }
    if let Some((text, does)) = SCREENS.iter().find(|(text, _)| screen.contains(text)) {
        let number = w.step();
        match does {
            Does::Hears if screen.contains("read this digest aloud") => return hear(w, bags::public_keys),
            Does::Hears => return hear(w, bags::kcv),
            Does::Types(_) | Does::TypesSerial if !footer.contains("Ctrl-U") => return false,
            Does::Chooses(_) if !footer.contains("1-9") => return false,
            Does::Types(fields) => {
                w.wait_for(text);
                fill(w, fields);
            }
            Does::TypesSerial => {
                w.wait_for(text);
                fill(w, &[serial]);
            }
            Does::Chooses(key) => {
                w.wait_for(text);
                w.keys(key);
            }
        }
        let mark = |screen: &str| screen.split_whitespace().last().map(str::to_owned);
        let old = mark(screen);
        w.until("what comes of it", |now| {
            !squeezed(now).contains(text) || mark(now) != old || !now.contains(&format!("{number} "))
        });
        return true;
    }
    let reads = ["Enter read on", "Space tick", "Enter go on"].iter().any(|key| footer.contains(key));
    assert!(!footer.contains("1-9") && !footer.contains("Ctrl-U"), "nobody knows what to do at:\n{}", w.screen());
    if reads {
        // Once for the frame that shows what was found, so that keys are not discarded.
        let first = w.screen().lines().nth(4).unwrap_or_default().trim().to_owned();
        w.wait_for(&first);
        let footer = w.footer();
        w.press(if footer.contains("Space tick") && !footer.contains("Enter read on") { b" " } else { b"\r" });
    }
    reads
}

fn hear(w: &mut Wizard, heard: fn(&mut Wizard)) -> bool {
    let number = format!("{} ", w.step());
    heard(w);
    w.until("the next step", |screen| !screen.contains(&number));
    true
}
