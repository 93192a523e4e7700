//! The SO-PIN under a quorum, on devices that already have one.

use hsm_ceremony::record::CeremonyKind;
use std::path::Path;

use hsm_ceremony::app::{Environment, Setup, latest_backup};
use hsm_ceremony::ceremony::{Body, Recovery};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::ItemName;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::Fact;
use hsm_ceremony::softcard::{Faults, Rack, SoftCard};
use hsm_ceremony::terms::Handle;

use super::mistakes::goes_on;
use super::plans::{Day, Guard};
use super::rig::{Front, Rig, Turn, used_card};

/// The SO-PINs that vendors and manuals publish, as a card stores them.
const PUBLISHED: [&str; 2] = ["3537363231383830", "3132333435363738"];
const TYPED: ItemName = ItemName::Held;
const ON_CARDS: ItemName = ItemName::OnCards;

fn day() -> Day {
    Day::of(&[Guard::Words(2, 3), Guard::Password]).so_pin_under_quorum()
}

fn rack_with(card: SoftCard) -> Rack {
    let rack = Rack::new(1);
    assert!(rack.insert(0, card).is_none());
    rack
}

fn establish(plan: &str, records: &Path, rack: &Rack) -> Rig {
    let setup = Setup::by_plan(
        CeremonyKind::Establish,
        Plan::parse(plan).unwrap(),
        plan.to_owned(),
        records,
        Environment::SoftwareCards,
    )
    .unwrap();
    Rig::held(setup, Box::new(rack.clone()))
}

/// The next *restore* of what was established here, by the people of an earlier sitting.
fn restore(records: &Path, rack: &Rack, people: Rig) -> Rig {
    let from = latest_backup(records).unwrap();
    let setup = Setup::from_backup(CeremonyKind::Restore, &from, None, records, Environment::SoftwareCards).unwrap();
    Rig::held(setup, Box::new(rack.clone())).with_papers_of(people)
}

/// The card in the reader: its SO-PIN in hexadecimal, tries left, options.
fn so_pin(rack: &Rack) -> (String, u64, u64) {
    let pins = rack.with_card(0, |card| card.to_json()["pins"].clone()).unwrap();
    (
        pins["so"]["value"].as_str().unwrap().to_owned(),
        pins["so"]["left"].as_u64().unwrap(),
        pins["options"].as_u64().unwrap(),
    )
}

/// Notes the SO-PIN that the custodians' cards yielded.
fn drawn(front: &Front<'_>, seen: &mut Option<String>) {
    if let Some(pin) = front.vault.lend(Handle::NewSoPin) {
        *seen = Some(String::from_utf8(pin.to_vec()).unwrap());
    }
}

/// Whether people are asked whose SO-PIN the device has.
fn asked_whose(front: &Front<'_>) -> bool {
    front.step() == "so-pin-quorum" && matches!(front.view.body, Body::Choose { .. })
}

/// CHANGE REFERENCE DATA for the SO-PIN.
fn changes(rig: &Rig) -> usize {
    rig.log.lock().unwrap().iter().filter(|command| command.starts_with(&[0x00, 0x24, 0x00, 0x88])).count()
}

fn initialises(rig: &Rig) -> usize {
    rig.log.lock().unwrap().iter().filter(|command| command.starts_with(&[0x80, 0x50])).count()
}

#[test]
fn a_used_device_gets_the_drawn_so_pin_and_the_options_in_the_plan() {
    for (word, options) in [("off", 0x0000), ("unblock", 0x0021), ("set", 0x0001)] {
        for used in [false, true] {
            let records = tempfile::tempdir().unwrap();
            let serial = "REH0000001";
            let card = if used { used_card(serial, Faults::default()) } else { SoftCard::new(serial).unwrap() };
            let rack = rack_with(card);
            let mut rig = establish(&day().pin_reset(word).text(), records.path(), &rack);
            let (mut pin, mut asked) = (None, 0);
            rig.play(|front| {
                drawn(front, &mut pin);
                asked += usize::from(asked_whose(front));
                Turn::Autopilot
            });
            goes_on(&rig, &[]);
            let (value, left, bits) = so_pin(&rack);
            assert_eq!(Some(&value), pin.as_ref(), "{word}, used: {used}");
            assert!(!PUBLISHED.contains(&value.as_str()) && value.len() == 16);
            assert_eq!((left, bits), (15, options), "{word}");
            // Cards dealt today cannot have its SO-PIN: nobody is asked.
            assert_eq!((asked, changes(&rig)), (0, usize::from(used)));
            assert_eq!(initialises(&rig), 1);
        }
    }
}

#[test]
fn a_device_that_already_has_the_so_pin_on_the_cards_keeps_it() {
    let records = tempfile::tempdir().unwrap();
    let original = rack_with(SoftCard::new("REH0000001").unwrap());
    let mut people = establish(&day().text(), records.path(), &original);
    people.run(|_| {});
    let (on_cards, ..) = so_pin(&original);
    let rack = rack_with(SoftCard::new("REH0000002").unwrap());
    for again in [false, true] {
        let mut rig = restore(records.path(), &rack, people);
        let mut asked = 0;
        rig.play(|front| {
            if asked_whose(front) {
                asked += 1;
                return front.item(ON_CARDS);
            }
            assert!(front.empty(|kind| matches!(kind, FieldKind::SoPin { .. })).is_none(), "nobody types an SO-PIN");
            Turn::Autopilot
        });
        goes_on(&rig, &[]);
        assert_eq!((asked, changes(&rig), initialises(&rig)), (usize::from(again), 0, 1));
        assert_eq!(so_pin(&rack), (on_cards.clone(), 15, 0));
        assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Proven { .. })));
        people = rig;
    }
}

#[test]
fn a_wrong_answer_about_whose_so_pin_it_has_costs_one_try_and_is_corrected() {
    // Either the device has the SO-PIN on the cards and somebody types a different one, or it has a different one and
    // people say that it is the one on the cards.
    for (first, then) in [(TYPED, ON_CARDS), (ON_CARDS, TYPED)] {
        let records = tempfile::tempdir().unwrap();
        let mut people = establish(&day().text(), records.path(), &rack_with(SoftCard::new("REH0000001").unwrap()));
        people.run(|_| {});
        let rack = if first == TYPED {
            let rack = rack_with(SoftCard::new("REH0000002").unwrap());
            let mut rig = restore(records.path(), &rack, people);
            rig.run(|_| {});
            people = rig;
            rack
        } else {
            rack_with(used_card("REH0000002", Faults::default()))
        };
        let keys = rack.with_card(0, |card| card.to_json()["keys"].clone()).unwrap();
        assert_eq!(keys.as_object().unwrap().len(), 1);
        let mut rig = restore(records.path(), &rack, people);
        let mut answers = vec![first, then];
        let (mut pin, mut left) = (None, None);
        rig.play(|front| {
            drawn(front, &mut pin);
            if front.fault() == Some("so-pin-wrong") {
                assert_eq!(
                    rack.with_card(0, |card| card.to_json()["keys"].clone()).unwrap(),
                    keys,
                    "nothing is erased"
                );
                left = Some(so_pin(&rack).1);
                return front.goes_on_with(Recovery::PinsAgain);
            }
            if asked_whose(front) {
                return front.item(answers.remove(0));
            }
            Turn::Autopilot
        });
        goes_on(&rig, &["so-pin-wrong"]);
        assert_eq!((answers.len(), left), (0, Some(14)), "one try");
        assert_eq!(rig.value("so-pin-wrong", "left"), "14");
        assert_eq!(so_pin(&rack), (pin.unwrap(), 15, 0), "the one of the cards, and all tries again");
        assert_eq!(changes(&rig), usize::from(then == TYPED));
    }
}

#[test]
fn an_so_pin_that_people_hold_stays_theirs_beside_strong_shares() {
    let records = tempfile::tempdir().unwrap();
    let rack = rack_with(used_card("REH0000001", Faults::default()));
    let mut rig = establish(&Day::of(&[Guard::Words(2, 3)]).text(), records.path(), &rack);
    rig.play(|front| {
        assert!(!asked_whose(front));
        Turn::Autopilot
    });
    goes_on(&rig, &[]);
    assert_eq!(so_pin(&rack).0, "3141592653589793", "the one that its holder typed");
    assert_eq!(changes(&rig), 1);
}
