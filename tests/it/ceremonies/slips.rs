//! Wrong words, cards, passwords and dice: named on the screen where they are typed, nothing is lost, and the ceremony
//! continues.

use std::path::Path;

use hsm_ceremony::ceremony::{Actor, Body, FieldState, Input, Recovery};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::FieldName;
use hsm_ceremony::record::Fact;
use hsm_ceremony::terms::{CustodianNumber, Handle, Purpose, Seat};

use super::mistakes::goes_on;
use super::plans::{Cards, Day, Guard, dkek_share, note, share};
use super::rig::{Front, Rig, Turn};

/// Words and the SO-PIN, numbers, and a password.
pub fn day() -> Day {
    Day::of(&[Guard::Words(2, 3), Guard::Numbers(2, 3), Guard::Password]).so_pin_under_quorum()
}

/// A finished *establish* and what is on its cards.
pub fn established(records: &Path) -> (Rig, Cards) {
    let mut rig = Rig::establish(&day().text(), records);
    let mut cards = Cards::new();
    rig.run(|sight| note(&mut cards, sight.view, sight.vault));
    assert!(rig.complete() && cards.len() == 9);
    (rig, cards)
}

pub fn is_words(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::ShareWords { .. })
}

/// A field in one step where somebody types something wrong.
struct Slip<'a> {
    step: &'a str,
    share: u8,
    who: Actor,
    kind: fn(&FieldKind) -> bool,
    /// What is typed, what it is called, and what is typed next.
    wrong: String,
    named: &'a str,
    right: String,
    /// Which word is marked.
    marked: Option<u8>,
    done: u8,
}

impl<'a> Slip<'a> {
    fn new(at: (&'a str, u8, Actor), kind: fn(&FieldKind) -> bool, wrong: &str, named: &'a str, right: &str) -> Self {
        let (step, share, who) = at;
        let (wrong, right) = (wrong.to_owned(), right.to_owned());
        Self { step, share, who, kind, wrong, named, right, marked: None, done: 0 }
    }

    /// It is typed wrong, named, Enter leads nowhere, then it is typed right.
    fn answer(&mut self, front: &mut Front<'_>) -> Turn {
        let here = front.machine.step().is_some_and(|step| {
            step.id.word() == self.step && step.share == share(self.share) && step.actor == self.who
        });
        let Body::Form { fields, .. } = &front.view.body else { return Turn::Autopilot };
        let Some(place) = fields.iter().position(|field| here && (self.kind)(&field.kind)) else {
            return Turn::Autopilot;
        };
        let at = fields[place].name;
        match self.done {
            0 => {
                self.done = 1;
                front.types(at, &self.wrong)
            }
            1 => {
                self.done = 2;
                self.marked = fields[place].wrong_at;
                assert_eq!(front.wrong(), [self.named]);
                Turn::Do(Input::GoOn)
            }
            2 => {
                self.done = 3;
                assert_eq!(front.wrong(), [self.named], "Enter leads nowhere");
                front.types(at, &self.right)
            }
            _ => Turn::Autopilot,
        }
    }
}

/// Runs a ceremony with one slip; nothing else goes wrong.
fn slips(rig: &mut Rig, mut slip: Slip<'_>) -> Option<u8> {
    rig.play(|front| slip.answer(front));
    assert_eq!(slip.done, 3, "{} was asked for", slip.named);
    goes_on(rig, &[]);
    slip.marked
}

/// With a different word at this place, from 1.
fn other_word(words: &str, place: usize) -> String {
    let mut words: Vec<&str> = words.split(' ').collect();
    words[place - 1] = if words[place - 1] == "zebra" { "apple" } else { "zebra" };
    words.join(" ")
}

pub fn custodian(number: u8) -> Actor {
    Actor::Custodian(CustodianNumber::new(number).unwrap())
}

const SEAT_1: Actor = Actor::Seat(Seat(1));
const SEAT_2: Actor = Actor::Seat(Seat(2));

/// Who types, into which field, what is wrong, what it is called, what is right.
type Case = (Actor, fn(&FieldKind) -> bool, String, &'static str, String);

#[test]
fn the_wrong_card_is_named_at_a_seat() {
    let (records, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (mut people, cards) = established(records.path());
    let (_, others) = established(elsewhere.path());
    // The last custodians come: number 3 takes the first seat, number 2 the second.
    let words = |cards: &Cards, number| cards[&(dkek_share(1), number)].text.clone();
    let so_pin = |cards: &Cards, number| cards[&(Purpose::SoPin, number)].text.clone();
    let is_so_pin = |kind: &FieldKind| matches!(kind, FieldKind::ShareWords { card: Purpose::SoPin, .. });
    let is_share = |kind: &FieldKind| matches!(kind, FieldKind::ShareWords { card: Purpose::DkekShare(_), .. });
    let slips_of: [Case; 8] = [
        (SEAT_1, is_share, so_pin(&cards, 3), "words-of-so-pin", words(&cards, 3)),
        (SEAT_2, is_so_pin, words(&cards, 2), "words-not-of-so-pin", so_pin(&cards, 2)),
        (SEAT_1, is_share, words(&cards, 2), "words-other-number", words(&cards, 3)),
        (SEAT_2, is_share, words(&cards, 3), "words-other-number", words(&cards, 2)),
        (SEAT_2, is_so_pin, so_pin(&cards, 1), "words-other-number", so_pin(&cards, 2)),
        (SEAT_1, is_share, words(&others, 3), "words-other-set", words(&cards, 3)),
        (SEAT_2, is_share, words(&others, 2), "words-other-set", words(&cards, 2)),
        (SEAT_1, is_so_pin, so_pin(&others, 3), "words-other-set", so_pin(&cards, 3)),
    ];
    for (who, kind, wrong, named, right) in slips_of {
        let mut rig = Rig::restore(records.path()).with_papers_of(people);
        slips(&mut rig, Slip::new(("seat", 1, who), kind, &wrong, named, &right));
        people = rig;
    }
}

#[test]
fn somebody_elses_card_of_numbers_is_named_at_a_seat() {
    let (records, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (mut people, cards) = established(records.path());
    let (_, others) = established(elsewhere.path());
    let is_id = |kind: &FieldKind| matches!(kind, FieldKind::ShareId { .. });
    let mut rig = Rig::restore(records.path()).with_papers_of(people);
    slips(&mut rig, Slip::new(("seat", 2, SEAT_1), is_id, "2", "id-not-yours", "3"));
    people = rig;

    // The check bytes of somebody else's card, or of a card of another set, do not match this value.
    let is_check = |kind: &FieldKind| matches!(kind, FieldKind::CheckBytes { .. });
    let check = |cards: &Cards, number| cards[&(dkek_share(2), number)].check.clone().unwrap();
    for wrong in [check(&cards, 2), check(&others, 3)] {
        let right = check(&cards, 3);
        let mut rig = Rig::restore(records.path()).with_papers_of(people);
        let (mut done, mut named) = (0, Vec::new());
        rig.play(|front| {
            let here = front.machine.step().is_some_and(|step| step.share == share(2) && step.actor == SEAT_1);
            let Body::Form { fields, .. } = &front.view.body else { return Turn::Autopilot };
            let typed = fields.iter().position(|field| here && field.kind == FieldKind::ShareValue);
            match (typed, done) {
                (Some(place), 0) if fields[place].state.is_good() => {
                    done = 1;
                    front.types(fields.iter().find(|field| is_check(&field.kind)).unwrap().name, &wrong)
                }
                (Some(_), 1) => {
                    done = 2;
                    named = front.wrong();
                    Turn::Do(Input::GoOn)
                }
                (Some(_), 2) => {
                    done = 3;
                    assert_eq!(front.wrong(), named, "Enter leads nowhere");
                    front.types(fields.iter().find(|field| is_check(&field.kind)).unwrap().name, &right)
                }
                _ => Turn::Autopilot,
            }
        });
        assert!(done == 3 && named.len() == 1 && named[0].starts_with("check-bytes-"), "{named:?}");
        goes_on(&rig, &[]);
        people = rig;
    }
}

#[test]
fn a_wrong_word_is_marked_and_only_its_owner_sees_the_right_one() {
    let records = tempfile::tempdir().unwrap();
    let (mut people, cards) = established(records.path());
    let right = cards[&(dkek_share(1), 3)].text.clone();
    // 1 to 3: the header; 4 to 30: the share; 31 to 33: the check words. One in each.
    for place in [12, 32] {
        let mut rig = Rig::restore(records.path()).with_papers_of(people);
        let mut slip = Slip::new(("seat", 1, SEAT_1), is_words, &other_word(&right, place), "words-wrong", &right);
        let word = right.split(' ').nth(place - 1).unwrap();
        let mut suggested = 0;
        rig.play(|front| {
            if slip.done > 0 && front.wrong() == ["words-wrong"] {
                assert_eq!(front.vault.lend(Handle::Suggestion(FieldName::ShareWords)), Some(word.as_bytes()));
                assert!(!format!("{:?}", front.view).contains(&format!("\"{word}\"")));
                suggested += 1;
            } else {
                assert!(
                    front.vault.lend(Handle::Suggestion(FieldName::ShareWords)).is_none(),
                    "only where one word is wrong"
                );
            }
            slip.answer(front)
        });
        goes_on(&rig, &[]);
        assert_eq!((slip.done, suggested, slip.marked), (3, 2, Some(u8::try_from(place).unwrap())));
        people = rig;
    }
    let mut swapped: Vec<&str> = right.split(' ').collect();
    let place = (4..30).find(|place| swapped[*place] != swapped[*place + 1]).unwrap();
    swapped.swap(place, place + 1);
    let two = other_word(&other_word(&right, 7), 21);
    for (wrong, named) in [(swapped.join(" "), "words-swapped"), (two, "words-several")] {
        let mut rig = Rig::restore(records.path()).with_papers_of(people);
        slips(&mut rig, Slip::new(("seat", 1, SEAT_1), is_words, &wrong, named, &right));
        people = rig;
    }
}

#[test]
pub fn custodians_who_type_from_another_card_are_told_so() {
    let elsewhere = tempfile::tempdir().unwrap();
    let (_, others) = established(elsewhere.path());
    // Of this day's cards, only those that were already shown can be typed.
    for (step, purpose, whose, named) in [
        ("custodian", dkek_share(1), (dkek_share(1), 1), "words-other-number"),
        ("so-pin-card", Purpose::SoPin, (dkek_share(1), 2), "words-not-of-so-pin"),
        ("so-pin-card", Purpose::SoPin, (Purpose::SoPin, 1), "words-other-number"),
    ] {
        let records = tempfile::tempdir().unwrap();
        let mut rig = Rig::establish(&day().text(), records.path());
        let (mut cards, mut slip) = (Cards::new(), None);
        rig.play(|front| {
            note(&mut cards, front.view, front.vault);
            let here = front.machine.step().is_some_and(|now| now.id.word() == step && now.actor == custodian(2));
            if here && slip.is_none() && front.empty(is_words).is_some() {
                let (wrong, right) = (&cards[&whose].text, &cards[&(purpose, 2)].text);
                slip = Some(Slip::new((step, 1, custodian(2)), is_words, wrong, named, right));
            }
            slip.as_mut().map_or(Turn::Autopilot, |slip| slip.answer(front))
        });
        goes_on(&rig, &[]);
        assert_eq!(slip.unwrap().done, 3);
    }
    for (whose, named) in [((dkek_share(1), 2), "words-other-set"), ((Purpose::SoPin, 2), "words-of-so-pin")] {
        let records = tempfile::tempdir().unwrap();
        let mut rig = Rig::establish(&day().text(), records.path());
        let (mut cards, mut slip) = (Cards::new(), None);
        rig.play(|front| {
            note(&mut cards, front.view, front.vault);
            if let (None, Some(noted)) = (&slip, cards.get(&(dkek_share(1), 2))) {
                let at = ("custodian", 1, custodian(2));
                slip = Some(Slip::new(at, is_words, &others[&whose].text, named, &noted.text));
            }
            slip.as_mut().map_or(Turn::Autopilot, |slip| slip.answer(front))
        });
        goes_on(&rig, &[]);
        assert_eq!(slip.unwrap().done, 3);
    }
}

#[test]
fn the_group_that_check_bytes_locate_is_marked_in_the_value() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&Day::of(&[Guard::Numbers(2, 3)]).text(), records.path());
    let (mut cards, mut marked) = (Cards::new(), None);
    let (mut wrong, mut mended) = (false, false);
    rig.play(|front| {
        note(&mut cards, front.view, front.vault);
        let Body::Form { fields, .. } = &front.view.body else { return Turn::Autopilot };
        let value = fields.iter().position(|field| field.kind == FieldKind::ShareValue);
        let (Some(value), Some(noted)) = (value, cards.get(&(dkek_share(1), 1))) else { return Turn::Autopilot };
        let at = fields[value].name;
        if !wrong {
            wrong = true;
            let mut slip = noted.text.clone().into_bytes();
            slip[13] = if slip[13] == b'0' { b'1' } else { b'0' };
            return front.types(at, std::str::from_utf8(&slip).unwrap());
        }
        if !mended && matches!(fields[value + 1].state, FieldState::Wrong(_)) {
            mended = true;
            marked = fields[value].wrong_at.map(|group| (group, fields[value].note.clone().unwrap()));
            return front.types(at, &noted.text.clone());
        }
        Turn::Autopilot
    });
    goes_on(&rig, &[]);
    assert_eq!(marked, Some((5, "8 groups; check group 5".to_owned())));
}

#[test]
fn a_wrong_password_is_named_costs_nothing_and_is_typed_again() {
    let records = tempfile::tempdir().unwrap();
    let (people, _) = established(records.path());
    let mut rig = Rig::restore(records.path()).with_papers_of(people);
    let mut wrong = vec!["four custodians hold this rehearsaL", "x"];
    rig.play(|front| match front.fault() {
        Some("password-does-not-open") => front.goes_on_with(Recovery::TypeAgain),
        _ => match front.empty(|kind| *kind == FieldKind::Password) {
            Some(place) if !wrong.is_empty() => front.types(place, wrong.remove(0)),
            _ => Turn::Autopilot,
        },
    });
    goes_on(&rig, &["password-does-not-open"; 2]);
    let seated = rig.facts().iter().filter(|fact| matches!(fact, Fact::Seated { .. })).count();
    assert_eq!(seated, 4, "nobody else had to come again");
    assert_eq!(rig.facts().iter().filter(|fact| matches!(fact, Fact::Opened { .. })).count(), 3);
}

#[test]
fn a_new_password_that_is_weak_or_typed_differently_does_not_start_anything() {
    let records = tempfile::tempdir().unwrap();
    for (kind, wrong, named, right) in [
        (
            (|kind| *kind == FieldKind::NewPassword) as fn(&FieldKind) -> bool,
            "aaaaaaaaaaaaaaaaaaaa",
            "password-weak",
            "four custodians hold this rehearsal",
        ),
        (
            |kind| *kind == FieldKind::Again(FieldName::NewPassword),
            "four custodians hold this rehearsa1",
            "again-differs",
            "four custodians hold this rehearsal",
        ),
    ] {
        let mut rig = Rig::establish(&day().text(), records.path());
        let mut slip = Slip::new(("password", 3, Actor::PasswordHolder), kind, wrong, named, right);
        rig.play(|front| {
            // The password first, then the same again.
            let first = front.empty(|kind| *kind == FieldKind::NewPassword);
            if named == "again-differs" && first.is_some() { Turn::Autopilot } else { slip.answer(front) }
        });
        goes_on(&rig, &[]);
        assert_eq!(slip.done, 3);
    }
}

#[test]
fn dice_that_nobody_threw_are_named() {
    let fair = "35264163524461253146521364253161452631425361624513";
    for (wrong, named) in [
        ("66666666666666666666666666666666666666666666666666".to_owned(), "dice-uneven"),
        ("12345612345612345612345612345612345612345612345612".to_owned(), "dice-pattern"),
        (format!("{fair}1"), "dice-too-many"),
        ("352641635244612531465213642531614526314253616245 7".to_owned(), "dice-not-a-face"),
    ] {
        let records = tempfile::tempdir().unwrap();
        let mut rig = Rig::establish(&Day::of(&[Guard::Words(2, 2)]).dice(50).text(), records.path());
        let is_dice = |kind: &FieldKind| matches!(kind, FieldKind::Dice { throws: 50 });
        slips(&mut rig, Slip::new(("dice", 1, Actor::Administrator), is_dice, &wrong, named, fair));
    }
}

#[test]
fn too_few_throws_do_not_continue() {
    let fair = "35264163524461253146521364253161452631425361624513";
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&Day::of(&[Guard::Words(2, 2)]).dice(50).text(), records.path());
    let mut done = 0;
    rig.play(|front| {
        if front.step() != "dice" || !matches!(front.view.body, Body::Form { .. }) {
            return Turn::Autopilot;
        }
        done += 1;
        match done {
            1 => front.types(FieldName::Dice, &fair[..49]),
            2 => Turn::Do(Input::GoOn),
            3 => {
                let Body::Form { fields, .. } = &front.view.body else { panic!() };
                assert!(
                    matches!(&fields[0].state, FieldState::Typing(said) if said.contains("49") && said.contains("50"))
                );
                front.types(FieldName::Dice, fair)
            }
            _ => Turn::Autopilot,
        }
    });
    goes_on(&rig, &[]);
    assert!(done >= 4);
}
