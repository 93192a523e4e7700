//! Shares as words at 80×24: noted, typed back with four letters each, and one wrong word corrected.

use std::fs;

use crate::support::memory::scan;
use crate::support::seen::bare;
use crate::support::walk::{self, WordCard};
use crate::support::wizard::Wizard;

/// One key, generated quickly; the cards carry words.
pub const PLAN: &str = r#"{
  "plan": 1,
  "title": "Words on cards",
  "administrator": "Katherine Johnson",
  "custodians": ["Ada Lovelace", "Grace Hopper", "Alan Turing"],
  "threshold": 2,
  "scheme": "words",
  "device": { "so_pin_holder": "Barbara Liskov", "new_so_pin": "typed", "pin_holder": "Donald Knuth", "user_pin_tries": 3, "pin_reset": "off" },
  "keys": [{ "label": "ec-root", "type": "EC:secp256r1", "id": "10" }]
}"#;

#[test]
fn a_custodian_types_words_and_corrects_the_wrong_one() {
    let place = tempfile::tempdir().unwrap();
    let plan = place.path().join("plan.json");
    fs::write(&plan, PLAN).unwrap();
    let records = place.path().join("records");
    let arguments = ["rehearse", "--plan", plan.to_str().unwrap(), "--records", records.to_str().unwrap()];
    let mut wizard = Wizard::start(&arguments);
    walk::menu(&mut wizard, "Establish:");
    for text in [
        "read this aloud",
        "SHA-256 of the plan's file aloud",
        "How the shares are made and kept",
        "Know what guards what",
    ] {
        wizard.pass(text);
    }
    walk::people_and_room(&mut wizard);
    wizard.pass("take the device that will hold the keys");
    walk::device(&mut wizard, "The device was found:");
    wizard.pass("The generator is seeded from");
    wizard.pass("Everything is computed");

    walk::reveal(&mut wizard, "Step 3.1");
    let screen = wizard.screen();
    assert!(!screen.contains("more below") && screen.contains("check words"), "all fits:\n{screen}");
    let card = WordCard::from_screen(&screen, 33);
    let WordCard { words, row } = &card;
    let needles = card.needles();
    let find = |wizard: &Wizard| {
        scan(wizard.pid(), &needles)
            .unwrap_or_else(|error| panic!("its memory cannot be read (it takes root): {error}"))
    };
    let seen = find(&wizard);
    for name in ["in one text", "its check words", "as shown"] {
        assert!(seen.iter().any(|find| find.name == name), "the scanner sees {seen:?}");
    }
    wizard.keys(b"h");
    wizard.wait_for("type the words from your card");
    wizard.forbid(row);

    // word 14 is not the one on the card
    wizard.keys(card.with(14, card.other_than(14)).short().as_bytes());
    wizard.wait_for("Word 14 is most likely wrong");
    let screen = wizard.screen();
    assert!(screen.contains("14 ✗ ••••") && screen.contains("Ctrl-T shows what your card may say"), "{screen}");
    walk::assert_no_word(&screen, &card, "the screen");
    // its owner looks: what was typed, and what the card may say
    wizard.allow(row);
    wizard.keys(b"\x14");
    wizard.see(&format!("Word 14: your card may say {}", words[13]));
    assert!(bare(&wizard.screen()).contains(&bare(row)), "what was typed is shown");
    wizard.keys(b"\x14");
    wizard.wait_for("Ctrl-T shows what your card may say");
    wizard.forbid(row);
    assert!(!bare(&wizard.screen_and_scrollback()).contains(&bare(row)), "it is gone again");

    // Enter leads to it
    wizard.keys(b"\r");
    wizard.wait_for("Type the marked word again");
    wizard.keys(walk::short(&words[13..14]).as_bytes());
    wizard.until("all words are right", |screen| !screen.contains('✗') && screen.contains('✓'));
    wizard.keys(b"\r");
    wizard.wait_for("Step 3.2");
    let left = find(&wizard);
    assert!(left.is_empty(), "left in memory after the turn: {left:?}");
    walk::assert_words_gone(&wizard, &card);
}
