//! Cards whose words are valid in themselves, but not the ones dealt: they neither pass the read-back nor open
//! anything, and the wrong one is found.

use hsm_ceremony::ceremony::{Actor, Body, Recovery};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::record::Fact;
use hsm_ceremony::share::{StrongShare, read_words, write_words};
use hsm_ceremony::terms::{Purpose, Seat};

use super::mistakes::goes_on;
use super::plans::{Cards, dkek_share, note, share};
use super::rig::{Rig, Turn};
use super::slips::{day, established, is_words};

const SEAT_2: Actor = Actor::Seat(Seat(2));

/// Words that are valid in themselves, of the same set and number, but not the ones dealt.
fn forged(words: &str) -> String {
    let share = read_words(words.as_bytes()).ok().unwrap();
    let mut body = hsm_ceremony::secret::WipingBytes::from_slice(share.body.expose());
    body.expose_mut()[7] ^= 0x40;
    let forged = StrongShare { body, ..share };
    String::from_utf8(write_words(&forged).expose().to_vec()).unwrap()
}

fn not_a_letter(character: char) -> bool {
    !character.is_ascii_alphabetic()
}

#[test]
fn valid_words_that_are_not_the_dealt_ones_do_not_pass_the_read_back() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&day().text(), records.path());
    let (mut cards, mut typed) = (Cards::new(), false);
    rig.play(|front| {
        note(&mut cards, front.view, front.vault);
        if front.fault() == Some("share-differs") {
            return front.goes_on_with(Recovery::TypeAgain);
        }
        match (front.empty(is_words), cards.get(&(dkek_share(1), 1))) {
            (Some(place), Some(noted)) if !typed => {
                typed = true;
                let forged = forged(&noted.text);
                front.types(place, &forged)
            }
            _ => Turn::Autopilot,
        }
    });
    goes_on(&rig, &["share-differs"]);
    let said = &rig.faults[0];
    assert!(said.contains("word "), "{said}");
    let dealt = &cards[&(dkek_share(1), 1)].text;
    // A dealt word may by chance be one of the sentence itself.
    let own: Vec<&str> = include_str!("../../../assets/script/faults/shares.json").split(not_a_letter).collect();
    let named = |word: &str| said.split(not_a_letter).any(|said| said == word) && !own.contains(&word);
    assert!(!dealt.split(' ').any(named), "{said}");
}

/// A restore where the second custodian's card of one kind is forged; after a failure people choose `recovery`.
fn with_a_forged_card(card: Purpose, recovery: Recovery) -> Rig {
    let records = tempfile::tempdir().unwrap();
    let (people, cards) = established(records.path());
    let wrong = forged(&cards[&(card, 2)].text);
    let mut rig = Rig::restore(records.path()).with_papers_of(people);
    let mut typed = false;
    rig.play(|front| {
        if front.fault().is_some() {
            return front.goes_on_with(recovery);
        }
        let here = front.machine.step().is_some_and(|step| step.share == share(1) && step.actor == SEAT_2);
        let Body::Form { fields, .. } = &front.view.body else { return Turn::Autopilot };
        let asked = matches!(fields.first().map(|field| &field.kind), Some(FieldKind::ShareWords { card: of, .. }) if *of == card);
        match front.empty(is_words) {
            Some(place) if here && asked && !typed => {
                typed = true;
                front.types(place, &wrong)
            }
            _ => Turn::Autopilot,
        }
    });
    assert!(typed);
    rig
}

#[test]
fn a_forged_card_is_found_by_one_more_custodian() {
    let rig = with_a_forged_card(dkek_share(1), Recovery::AnotherCustodian);
    goes_on(&rig, &["shares-disagree"]);
    let opened = rig.facts().into_iter().find_map(|fact| match fact {
        Fact::Opened { share: of, right, wrong, .. } if *of == share(1) => Some((right.clone(), wrong.clone())),
        _ => None,
    });
    assert_eq!(opened, Some((vec![Seat(1), Seat(3)], vec![Seat(2)])));
    let so_pin = rig.facts().into_iter().find_map(|fact| match fact {
        Fact::SoPinRebuilt { right, wrong, .. } => Some((right.len(), wrong.len())),
        _ => None,
    });
    assert_eq!(so_pin, Some((3, 0)), "whoever sat down gave the SO-PIN's share too");
}

#[test]
fn a_forged_card_is_resolved_by_starting_all_seats_again() {
    let rig = with_a_forged_card(dkek_share(1), Recovery::SeatsAgain);
    goes_on(&rig, &["shares-disagree"]);
    let rig = with_a_forged_card(Purpose::SoPin, Recovery::SeatsAgain);
    goes_on(&rig, &["so-pin-shares-disagree"]);
    let seated = rig.facts().iter().filter(|fact| matches!(fact, Fact::Seated { .. })).count();
    assert_eq!(seated, 2 + 2 + 2, "the first quorum sat down twice, the second once");
    assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Proven { .. })));
}
