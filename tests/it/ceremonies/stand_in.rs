//! Anyone missing is replaced, whatever they hold; and people who stop halfway are told what must not be lost.

use hsm_ceremony::ceremony::{Actor, Body, Ceremony, FieldState, Holder, Input, Known, ViewContext};
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Ending, Entry};
use hsm_ceremony::softcard::CutOff;
use hsm_ceremony::terms::{CustodianNumber, Number, Serial};

use super::lost_login::{LOST, cut_at_the_login};
use super::mistakes::{established, goes_on, plan};
use super::plans::share;
use super::rig::{Front, Rig, Turn};
use super::slips::{custodian, day};
use super::ways_out::blocks_the_pin;

#[test]
fn at_the_roll_call_anybody_who_guards_anything_can_be_replaced() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&day().text(), records.path());
    let (mut replaced, mut turn) = (0, 0);
    let (places, names) = ([4, 6], ["Niels Bohr", "Lise Meitner"]);
    rig.play(|front| {
        if let Some(turn) = front.decides() {
            return turn;
        }
        if front.step() != "roll-call" || replaced == places.len() {
            return Turn::Autopilot;
        }
        turn += 1;
        match turn {
            1 => Turn::Do(Input::Deviation),
            2 => front.item(ItemName::Substitute),
            3 => {
                let Body::Choose { options, .. } = &front.view.body else { panic!("{:?}", front.view) };
                let who = ["Guard 2.2", "Guard 3"][replaced];
                assert!(options[places[replaced]].text.contains(who), "{options:?}");
                front.pick(places[replaced])
            }
            4 => front.types(FieldName::Substitute, names[replaced]),
            5 => Turn::Do(Input::GoOn),
            6 => front.types(FieldName::Reason, "ill today"),
            _ => {
                (replaced, turn) = (replaced + 1, 0);
                Turn::Do(Input::GoOn)
            }
        }
    });
    assert!(rig.complete(), "{:?}", rig.failed());
    let plan = &rig.machine.known().plan;
    assert_eq!(plan.custodian(share(2), CustodianNumber::new(2).unwrap()), "Niels Bohr");
    assert_eq!(plan.holder(share(3)), "Lise Meitner");
    assert!(rig.entries.iter().any(|entry| matches!(entry, Entry::Substituted { custodian: None, .. })));
}

#[test]
fn a_substitute_at_the_roll_call_does_not_count_as_seen() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan(), records.path());
    let (mut turn, mut seen) = (0, Vec::new());
    rig.play(|front| {
        if let Some(turn) = front.decides() {
            return turn;
        }
        if front.step() != "roll-call" || turn == 10 {
            return Turn::Autopilot;
        }
        turn += 1;
        match turn {
            1 | 2 => front.tick(turn),
            3 => Turn::Do(Input::Deviation),
            4 => front.item(ItemName::Substitute),
            5 => front.pick(0),
            6 => front.types(FieldName::Substitute, "Niels Bohr"),
            7 | 9 => Turn::Do(Input::GoOn),
            8 => front.types(FieldName::Reason, "ill today"),
            _ => {
                let Body::Tick { items, .. } = &front.view.body else { panic!("{:?}", front.view) };
                seen = items.iter().map(|item| (item.text.clone(), item.ticked)).collect();
                Turn::Autopilot
            }
        }
    });
    assert!(rig.complete(), "{:?}", rig.failed());
    assert_eq!(seen[1], ("Niels Bohr · custodian 1".to_owned(), false));
    assert_eq!(seen[2], ("Custodian 02 · custodian 2".to_owned(), true), "nobody else is called again");
}

#[test]
fn a_device_may_be_erased_only_if_something_may_have_been_sent() {
    for (fault, perhaps) in [
        ("card-cut-off", true),
        ("initialise-broke-off", true),
        ("initialise-refused", false),
        ("no-device", false),
        ("card-foreign", false),
        ("a-fault-of-another-build", true),
    ] {
        let mut known =
            Known::new(&Ceremony::of(CeremonyKind::Establish).character, Plan::parse(&plan()).unwrap(), true);
        let step = Number { section: 6, step: 3 };
        let serial = Serial::new("REH0000088").unwrap();
        known.learn(&Entry::Intent { step, act: "initialise".to_owned(), serial });
        known.learn(&Entry::Failed { step, act: "initialise".to_owned(), fault: fault.to_owned(), values: vec![] });
        assert_eq!((known.doubt.cut, known.doubt.perhaps_erased.len()), (perhaps, usize::from(perhaps)), "{fault}");
    }
}

#[test]
fn the_end_says_which_folder_is_the_backup() {
    let records = tempfile::tempdir().unwrap();
    let (first, _) = established(records.path());
    assert!(last_screen(&first).contains("Copy it to at least two safe places"), "{}", last_screen(&first));
    let mut second = Rig::restore(records.path()).with_papers_of(first);
    second.run(|_| {});
    let said = last_screen(&second);
    assert!(said.contains("The folder that the keys came from stays the backup") && !said.contains("Copy"), "{said}");
}

#[test]
fn people_who_stop_after_the_erasure_are_told_to_keep_the_so_pin_cards() {
    for (at, kept, dealt) in [("device", false, false), ("so-pin-quorum", false, true), ("load", true, true)] {
        let records = tempfile::tempdir().unwrap();
        let mut rig = Rig::establish(&day().text(), records.path());
        let said = stops(&mut rig, |front| front.step() == at);
        assert_eq!(said.contains("Keep the SO-PIN cards"), kept, "{said}");
        assert_eq!(said.contains("destroy the cards"), dealt && !kept, "{said}");
        assert_eq!(said.contains("No cards were dealt in this sitting"), !dealt, "{said}");
    }
}

#[test]
fn a_device_initialised_today_is_erased_again_with_the_so_pin_on_the_cards() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish_with(&day().text(), records.path(), cut_at_the_login);
    let (mut wrong, mut whose) = (0, 0);
    rig.play(|front| {
        if front.step() == "so-pin-quorum" && matches!(front.view.body, Body::Choose { .. }) {
            whose += 1;
            return front.item(ItemName::OnCards);
        }
        blocks_the_pin(front, &mut wrong)
    });
    assert!(rig.complete(), "{:?}", rig.failed());
    assert_eq!(rig.failed(), [LOST, "pin-wrong", "pin-wrong", "pin-blocked"], "no SO-PIN was ever wrong");
    assert_eq!(whose, 1, "asked only once the device has been initialised with it");
}

#[test]
fn a_substitute_replaces_a_custodian_of_the_second_set() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&day().text(), records.path());
    let mut done = 0;
    rig.play(|front| {
        if let Some(turn) = front.decides() {
            return turn;
        }
        let here = front.machine.step().is_some_and(|step| step.share == share(2) && step.actor == custodian(2));
        if !here || done == 8 {
            return Turn::Autopilot;
        }
        done += 1;
        match done {
            1 => Turn::Do(Input::Deviation),
            2 => front.item(ItemName::Substitute),
            // Whose place: the names of this set.
            3 => {
                let Body::Choose { options, .. } = &front.view.body else { panic!("{:?}", front.view) };
                assert!(options[1].text.contains("Guard 2.2"), "{options:?}");
                front.pick(1)
            }
            // Nobody holds parts of two DKEK shares.
            4 => front.types(FieldName::Substitute, "Guard 3"),
            5 => {
                let Body::Form { fields, .. } = &front.view.body else { panic!("{:?}", front.view) };
                assert!(matches!(fields[0].state, FieldState::Wrong(_)), "{fields:?}");
                front.types(FieldName::Substitute, "Niels Bohr")
            }
            6 | 8 => Turn::Do(Input::GoOn),
            7 => front.types(FieldName::Reason, "ill today"),
            _ => Turn::Autopilot,
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
    let plan = &rig.machine.known().plan;
    let name = |of, number| plan.custodian(share(of), CustodianNumber::new(number).unwrap()).to_owned();
    assert_eq!((name(1, 2), name(2, 2), name(2, 1)), ("Guard 1.2".into(), "Niels Bohr".into(), "Guard 2.1".into()));
}

/// People stop, with the word; returns what the last screen says.
fn stops(rig: &mut Rig, mut here: impl FnMut(&Front<'_>) -> bool) -> String {
    let mut turn = 0;
    rig.play(|front| {
        if turn == 0 && !here(front) || matches!(front.view.body, Body::Ended { .. } | Body::Working { .. }) {
            return Turn::Autopilot;
        }
        turn += 1;
        match turn {
            1 => Turn::Do(Input::Stop),
            2 => front.types(FieldName::StopWord, "ABORT"),
            3 => front.types(FieldName::Reason, "the fire alarm"),
            _ => Turn::Do(Input::GoOn),
        }
    });
    assert!(matches!(rig.entries.last(), Some(Entry::Sealed { ending: Ending::Aborted, .. })));
    last_screen(rig)
}

fn last_screen(rig: &Rig) -> String {
    let Body::Ended { text, .. } = rig.machine.view(&ViewContext::default()).body else { panic!("not ended") };
    text.join(" ")
}

#[test]
fn people_who_stop_after_a_lost_answer_are_told_that_the_device_may_be_erased() {
    let run = |cut: &CutOff, stop: bool| {
        let records = tempfile::tempdir().unwrap();
        let mut rig = Rig::establish_with(&day().text(), records.path(), |readers| cut.readers(readers));
        let said = stops(&mut rig, |front| if stop { front.fault().is_some() } else { front.step() == "initialise" });
        (rig, said)
    };
    // Up to the erasure every run sends the same commands.
    let counting = CutOff::never();
    let (rig, said) = run(&counting, false);
    assert!(said.contains("No device was erased") && said.contains("destroy the cards"), "{said}");
    assert!(!rig.entries.iter().any(|entry| matches!(entry, Entry::Intent { .. })));
    // Its keys are listed once more before it is erased: as long as that is all, nothing is in doubt.
    let listing = counting.sent() + 1;
    for cut in [CutOff::before(listing), CutOff::after(listing)] {
        let (rig, said) = run(&cut, true);
        assert_eq!(rig.failed(), ["card-lost-reading"]);
        assert!(said.contains("No device was erased"), "{said}");
    }
    let erasing = listing + 1;
    for cut in [CutOff::before(erasing), CutOff::after(erasing)] {
        let (rig, said) = run(&cut, true);
        let Some(Entry::Intent { serial, .. }) = rig.entries.iter().find(|entry| matches!(entry, Entry::Intent { .. }))
        else {
            panic!("nothing was to be erased: {:?}", rig.failed());
        };
        assert!(said.contains(&format!("It is not known whether {serial} was erased")), "{said}");
        assert!(said.contains("Keep the SO-PIN cards"), "it may have the SO-PIN of the cards: {said}");
        assert!(!said.contains("No device was erased") && !said.contains("destroy"), "{said}");
    }
}

#[test]
fn people_who_stop_a_restore_keep_every_card() {
    let records = tempfile::tempdir().unwrap();
    let mut first = Rig::establish(&day().text(), records.path());
    first.run(|_| {});
    for at in ["roll-call", "load"] {
        let mut first = Rig::establish(&day().text(), records.path());
        first.run(|_| {});
        let mut rig = Rig::restore(records.path()).with_papers_of(first);
        let said = stops(&mut rig, |front| front.step() == at);
        assert!(said.contains("Keep all cards") && !said.contains("destroy") && !said.contains("today"), "{said}");
    }
}

#[test]
fn nobody_who_has_seen_a_share_gets_a_second_one_as_a_substitute() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan(), records.path());
    let number = |number| Actor::Custodian(CustodianNumber::new(number).unwrap());
    // At whose turn somebody comes, for which place, and whether they get it.
    let comings = [
        (1, 0, "Bob", true),
        (2, 2, "custodian 01 ", false),
        (2, 0, "Custodian 01", true),
        (2, 2, "Bob", false),
        (3, 2, "Eve", true),
    ];
    let (mut coming, mut turn, mut warned) = (0, 0, Vec::new());
    rig.play(|front| {
        if let Some(turn) = front.decides() {
            return turn;
        }
        let Some((at, place, name, accepted)) = comings.get(coming) else { return Turn::Autopilot };
        let here = front.machine.step().is_some_and(|step| step.actor == number(*at));
        // The first has seen the share by then, the last has not.
        let moment = match &front.view.body {
            Body::Form { fields, .. } => *at == 1 && fields.iter().any(|field| field.name == FieldName::ShareValue),
            Body::Reveal { shown: false, .. } => *at != 1,
            _ => false,
        };
        if turn == 0 && !(here && moment) {
            return Turn::Autopilot;
        }
        turn += 1;
        match turn {
            1 => Turn::Do(Input::Deviation),
            2 => front.item(ItemName::Substitute),
            3 => front.pick(*place),
            4 => front.types(FieldName::Substitute, name),
            5 => {
                let Body::Form { text, fields, .. } = &front.view.body else { panic!("{:?}", front.view) };
                warned.push(text.join(" ").contains("two people may know one share"));
                assert_eq!(matches!(fields[0].state, FieldState::Wrong(_)), !accepted, "{name}: {fields:?}");
                Turn::Do(Input::GoOn)
            }
            6 if *accepted => front.types(FieldName::Reason, "ill today"),
            7 => {
                (turn, coming) = (0, coming + 1);
                Turn::Do(Input::GoOn)
            }
            _ => {
                (turn, coming) = (0, coming + 1);
                Turn::Do(Input::Leave)
            }
        }
    });
    goes_on(&rig, &[]);
    assert_eq!(warned, [true, false, true, false, false]);
    let former: Vec<_> = rig
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Substituted { name, former_knows, .. } => Some((name.as_str(), former_knows.as_deref())),
            _ => None,
        })
        .collect();
    assert_eq!(former, [("Bob", Some("Custodian 01")), ("Custodian 01", Some("Bob")), ("Eve", None)]);
    // Years later it is still known.
    let mut restore = Rig::restore(records.path()).with_papers_of(rig);
    restore.run(|_| {});
    goes_on(&restore, &[]);
    let known = restore.machine.known();
    let place = |number| Holder { share: share(1), custodian: CustodianNumber::new(number) };
    assert!(known.has_another_share("Bob", place(2)), "Bob saw the first card on that day");
    assert!(!known.has_another_share("Custodian 03", place(1)), "whose place Eve took before the card was shown");
}

#[test]
fn in_a_restore_everybody_in_the_plan_already_has_a_share() {
    let plan = Plan::parse(&plan()).unwrap();
    let mut known = Known::new(&Ceremony::of(CeremonyKind::Restore).character, plan, true);
    let place = |number| Holder { share: share(1), custodian: CustodianNumber::new(number) };
    known.learn(&Entry::Substituted {
        step: Number { section: 1, step: 3 },
        share: share(1),
        custodian: CustodianNumber::new(1),
        name: "Bob".to_owned(),
        former_knows: Some("Custodian 01".to_owned()),
        former: None,
        reason: None,
        decided_by: None,
    });
    assert!(known.has_another_share("Custodian 01", place(3)) && known.has_another_share("Bob", place(3)));
    assert!(!known.has_another_share("Custodian 01", place(1)), "who was late takes the own card back");
    assert!(!known.has_another_share("Eve", place(3)));
}
