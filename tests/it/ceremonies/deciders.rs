//! Who decides is somebody who is here, and not the person whom it is about; and what screens say when nothing is typed.

use hsm_ceremony::ceremony::{Body, FieldState, Input, Person, TickId};
use hsm_ceremony::fields::{FieldCheck, check};
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::record::{Entry, Fact};
use hsm_ceremony::terms::CustodianNumber;

use super::mistakes::goes_on;
use super::rig::{Front, Rig, Turn, plan_text};

fn plan() -> String {
    let plan = plan_text(2, 3, &[("EC:secp256r1", 10)], false);
    plan.replace("\"administrator\":\"Admin\"", "\"administrator\":\"Ada Lovelace\",\"auditors\":[\"Alan Turing\"]")
}

/// What is said about a name typed here: a fault, or that it is good.
fn judged(front: &mut Front<'_>, name: &str) -> String {
    let Body::Form { fields, .. } = &front.view.body else { panic!("{:?}", front.view.body) };
    let field = fields.iter().find(|field| field.name == FieldName::DecidedBy).unwrap();
    front.vault.typing(FieldName::DecidedBy).clear();
    name.bytes().for_each(|byte| front.vault.typing(FieldName::DecidedBy).push(byte).unwrap());
    let judged = match check(&field.kind, FieldName::DecidedBy, front.vault) {
        FieldCheck::Good => "good".to_owned(),
        FieldCheck::Wrong { fault, .. } => fault.name.word().to_owned(),
        other => format!("{other:?}"),
    };
    front.vault.typing(FieldName::DecidedBy).clear();
    judged
}

#[test]
fn nobody_decides_about_themselves_and_nobody_who_is_not_here() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan(), records.path());
    let (mut turn, mut said) = (0, Vec::new());
    rig.play(|front| {
        if front.step() == "roll-call" && turn == 0 {
            let Body::Tick { items, .. } = &front.view.body else { return Turn::Autopilot };
            // The witness of nothing: the PIN holder is not here today.
            let open = items.iter().find(|item| !item.ticked && item.id != TickId::Person(Person::PinHolder));
            return Turn::Do(open.map_or(Input::GoOn, |open| Input::Tick(open.id)));
        }
        if turn == 0 && front.step() != "entropy"
            || turn > 8
            || !matches!(front.view.body, Body::Read { .. }) && turn == 0
        {
            return front.arrives().unwrap_or(Turn::Autopilot);
        }
        turn += 1;
        match turn {
            1 => Turn::Do(Input::Deviation),
            2 => front.item(ItemName::Substitute),
            3 => {
                let Body::Choose { options, .. } = &front.view.body else { panic!("{:?}", front.view) };
                let place = options.iter().position(|option| option.text.contains("Alan Turing")).unwrap();
                front.pick(place)
            }
            4 => front.types(FieldName::Substitute, "Niels Bohr"),
            6 => front.types(FieldName::Reason, "ill today"),
            8 => {
                let Body::Form { text, .. } = &front.view.body else { panic!("{:?}", front.view) };
                let text = text.join(" ");
                assert!(text.contains("Ada Lovelace, Custodian 01, Custodian 02, Custodian 03, So."), "{text}");
                for name in ["Alan Turing", "niels bohr", "Pin", "Emmy Noether", "NB", "So", "custodian 02"] {
                    said.push((name, judged(front, name)));
                }
                front.types(FieldName::DecidedBy, "al")
            }
            _ => Turn::Do(Input::GoOn),
        }
    });
    goes_on(&rig, &[]);
    let said: Vec<(&str, &str)> = said.iter().map(|(name, said)| (*name, said.as_str())).collect();
    assert_eq!(
        said,
        [
            ("Alan Turing", "decider-concerned"),
            ("niels bohr", "decider-concerned"),
            ("Pin", "decider-not-here"),
            ("Emmy Noether", "decider-not-here"),
            ("NB", "decider-concerned"),
            ("So", "good"),
            ("custodian 02", "good"),
        ]
    );
    let decided = rig.entries.iter().find_map(|entry| match entry {
        Entry::StoodIn { decided_by, .. } => decided_by.as_deref(),
        _ => None,
    });
    assert_eq!(decided, Some("Ada Lovelace"), "initials stand for the name, which is recorded");
}

#[test]
fn a_bag_without_a_number_is_not_called_right_before_anybody_typed() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan_text(2, 3, &[("EC:secp256r1", 10)], false), records.path());
    let (mut untouched, mut typed) = (None, None);
    rig.play(|front| {
        let Body::Form { fields, .. } = &front.view.body else { return Turn::Autopilot };
        let Some(field) = fields.iter().find(|field| field.name == FieldName::Bag) else { return Turn::Autopilot };
        if untouched.is_none() {
            untouched = Some(field.state.clone());
            return front.types(FieldName::Bag, "A 4711");
        }
        typed.get_or_insert(field.state.clone());
        Turn::Autopilot
    });
    goes_on(&rig, &[]);
    assert_eq!(untouched, Some(FieldState::Complete("may stay empty".to_owned())));
    assert_eq!(typed, Some(FieldState::Good));
    let bags = rig
        .facts()
        .into_iter()
        .filter(|fact| matches!(fact, Fact::Bagged { custodian, .. } if *custodian == CustodianNumber::new(1)));
    assert_eq!(bags.count(), 1);
}

#[test]
fn the_screen_before_an_erasure_says_once_that_it_cannot_be_undone() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan_text(2, 3, &[("EC:secp256r1", 10)], false), records.path());
    let mut seen = 0;
    rig.run(|sight| {
        if let Body::Form { text, irreversible: true, .. } = &sight.view.body {
            // The frame says it.
            assert!(!text.join(" ").to_lowercase().contains("undone"), "{text:?}");
            seen += 1;
        }
    });
    assert!(rig.complete() && seen > 0);
}
