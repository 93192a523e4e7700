//! Who is missing is replaced, whatever they hold; and what is not to be lost is said when people stop in the middle.

use hsm_ceremony::ceremony::{Body, FieldState, People, Surroundings};
use hsm_ceremony::record::{Ending, Entry};
use hsm_ceremony::terms::CustodianNumber;

use super::mistakes::goes_on;
use super::plans::share;
use super::rig::{Rig, Turn};
use super::slips::{custodian, day};
use super::ways_out::blocks_the_pin;

#[test]
fn at_roll_call_anybody_who_guards_anything_can_be_replaced() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&day().text(), records.path());
    let (mut replaced, mut turn) = (0, 0);
    let (places, names) = ([4, 6], ["Niels Bohr", "Lise Meitner"]);
    rig.play(|front| {
        if front.step() != "roll-call" || replaced == places.len() {
            return Turn::Audience;
        }
        turn += 1;
        match turn {
            1 => Turn::Do(People::Deviation),
            2 => Turn::Do(People::Chose(2)),
            3 => {
                let Body::Choose { options, .. } = &front.view.body else { panic!("{:?}", front.view) };
                let who = ["Guard 2.2", "Guard 3"][replaced];
                assert!(options[places[replaced]].text.contains(who), "{options:?}");
                Turn::Do(People::Chose(places[replaced]))
            }
            4 => front.types(0, names[replaced]),
            _ => {
                (replaced, turn) = (replaced + 1, 0);
                Turn::Do(People::GoOn)
            }
        }
    });
    assert!(rig.complete(), "{:?}", rig.failed());
    let plan = &rig.machine.state().plan;
    assert_eq!(plan.custodian(share(2), CustodianNumber::new(2).unwrap()), "Niels Bohr");
    assert_eq!(plan.holder(share(3)), "Lise Meitner");
    assert!(rig.entries.iter().any(|entry| matches!(entry, Entry::Substituted { custodian: None, .. })));
}

#[test]
fn who_stops_after_the_erasing_is_told_to_keep_the_so_pin_cards() {
    for (at, kept) in [("so-pin-quorum", false), ("log-in", true)] {
        let records = tempfile::tempdir().unwrap();
        let mut rig = Rig::establish(&day().text(), records.path());
        let mut turn = 0;
        rig.play(|front| {
            if front.step() != at || matches!(front.view.body, Body::Ended { .. } | Body::Working { .. }) {
                return Turn::Audience;
            }
            turn += 1;
            match turn {
                1 => Turn::Do(People::Stop),
                2 => front.types(0, "ABORT"),
                _ => Turn::Do(People::GoOn),
            }
        });
        assert!(matches!(rig.entries.last(), Some(Entry::Sealed { ending: Ending::Aborted, .. })));
        let Body::Ended { text } = rig.machine.view(&Surroundings::default()).body else { panic!("not ended") };
        let said = text.join(" ");
        assert_eq!(said.contains("Keep the SO-PIN cards"), kept, "{said}");
        assert_eq!(said.contains("destroy the cards"), !kept, "{said}");
    }
}

#[test]
fn a_device_of_today_is_erased_once_more_with_the_so_pin_of_the_cards() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&day().text(), records.path());
    let (mut wrong, mut whose) = (0, 0);
    rig.play(|front| {
        if front.step() == "so-pin-quorum" && matches!(front.view.body, Body::Choose { .. }) {
            whose += 1;
            return Turn::Do(People::Chose(1));
        }
        blocks_the_pin(front, &mut wrong)
    });
    assert!(rig.complete(), "{:?}", rig.failed());
    assert_eq!(rig.failed(), ["pin-wrong", "pin-wrong", "pin-blocked"], "no SO-PIN was ever wrong");
    assert_eq!(whose, 1, "asked only once the device has been initialised with it");
}

#[test]
fn somebody_stands_in_for_a_custodian_of_the_second_set() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&day().text(), records.path());
    let mut done = 0;
    rig.play(|front| {
        let here = front.machine.step().is_some_and(|step| step.share == share(2) && step.actor == custodian(2));
        if !here || done == 7 {
            return Turn::Audience;
        }
        done += 1;
        match done {
            1 => Turn::Do(People::Deviation),
            2 => Turn::Do(People::Chose(2)),
            // Whose place: the names of this set.
            3 => {
                let Body::Choose { options, .. } = &front.view.body else { panic!("{:?}", front.view) };
                assert!(options[1].text.contains("Guard 2.2"), "{options:?}");
                Turn::Do(People::Chose(1))
            }
            // Nobody holds parts of two DKEK shares.
            4 => front.types(0, "Guard 3"),
            5 => {
                let Body::Form { fields, .. } = &front.view.body else { panic!("{:?}", front.view) };
                assert!(matches!(fields[0].state, FieldState::Wrong(_)), "{fields:?}");
                front.types(0, "Niels Bohr")
            }
            6 => Turn::Do(People::GoOn),
            _ => Turn::Audience,
        }
    });
    goes_on(&rig, &[]);
    let substituted: Vec<_> = rig
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Substituted { share, custodian, name, .. } => {
                Some((share.get(), custodian.map(CustodianNumber::get), name.as_str()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(substituted, [(2, Some(2), "Niels Bohr")]);
    let plan = &rig.machine.state().plan;
    let name = |of, number| plan.custodian(share(of), CustodianNumber::new(number).unwrap()).to_owned();
    assert_eq!((name(1, 2), name(2, 2), name(2, 1)), ("Guard 1.2".into(), "Niels Bohr".into(), "Guard 2.1".into()));
}
