//! Cards and passwords on paper are put away.

use super::walk::fill;
use super::wizard::Wizard;

/// The KCV is read aloud, and confirmed from notes.
pub fn kcv(wizard: &mut Wizard) {
    heard(wizard, 8);
}

/// The same for the digest of the public keys.
pub fn public_keys(wizard: &mut Wizard) {
    wizard.wait_for("read this digest aloud");
    heard(wizard, 32);
}

/// So many words are read aloud, and Ada Lovelace, who is in every plan, types two of them from notes.
fn heard(wizard: &mut Wizard, many: usize) {
    const WRITER: &str = "AL";
    wizard.wait_for("Auditor, or somebody else: write the words");
    let screen = wizard.screen();
    let mut words: Vec<String> = Vec::new();
    // The line above the step counts screens, and begins with no number.
    let rows = screen.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    for row in rows.filter(|row| row.first().is_some_and(|first| first.parse::<u8>().is_ok())) {
        // Four digits are a group of the digest, not a place.
        for two in row.chunks_exact(2).filter(|two| two[0].len() <= 2 && two[0].parse::<u8>().is_ok()) {
            words.push(two[1].to_owned());
        }
    }
    assert_eq!(words.len(), many, "{screen}");
    wizard.pass("Auditor, or somebody else: write the words");
    wizard.wait_for("come to the keyboard with your notes");
    let screen = wizard.screen();
    let asked: Vec<&str> = screen.split_once("Type words").expect("which").1.split_whitespace().take(3).collect();
    let word = |place: &str| words[place.parse::<usize>().unwrap() - 1].as_str();
    fill(wizard, &[&format!("{} {}", word(asked[0]), word(asked[2])), WRITER]);
}

/// New cards: the KCV is on every one, and each gets a bag with one of these numbers.
pub fn first_bags(wizard: &mut Wizard, numbers: &[&str]) {
    kcv(wizard);
    for number in numbers {
        bag(wizard, "into a numbered bag, and close it", number);
    }
}

/// The KCV is compared with the papers, and cards that were used get new bags with these numbers.
pub fn new_bags(wizard: &mut Wizard, numbers: &[&str]) {
    kcv(wizard);
    used_cards(wizard, numbers);
}

/// Cards that were used get new bags with these numbers.
pub fn used_cards(wizard: &mut Wizard, numbers: &[&str]) {
    for number in numbers {
        bag(wizard, "into a new numbered bag, and close it", number);
    }
}

fn bag(wizard: &mut Wizard, said: &str, number: &str) {
    wizard.wait_for(said);
    let step = format!("{} ", wizard.step());
    fill(wizard, &[number]);
    wizard.until("the next step", |screen| !screen.contains(&step));
}
