//! Nobody is stuck: another device, a new PIN, a seat taken by mistake, a stop that waits for the device.

use hsm_ceremony::record::CeremonyKind;
use std::collections::BTreeSet;

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::card::transport::Readers;
use hsm_ceremony::ceremony::{Asks, Body, Input, Question, Recovery};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::Entry;
use hsm_ceremony::softcard::{Faults, Rack, SoftCard};
use hsm_ceremony::terms::DeviceRole;

use super::lost_login::{LOST, cut_at_the_login, types_the_pin};
use super::mistakes::plan;
use super::rig::{Front, Rig, Turn, plan_text, used_card};
use crate::support::gate::Gate;

/// Cards in readers; the ceremony starts with the first.
fn held(cards: Vec<SoftCard>, records: &std::path::Path) -> (Rig, Rack) {
    held_behind(cards, records, |readers| readers)
}

/// The same, with something between the program and its readers.
fn held_behind(
    cards: Vec<SoftCard>,
    records: &std::path::Path,
    between: impl FnOnce(Box<dyn Readers>) -> Box<dyn Readers>,
) -> (Rig, Rack) {
    let rack = Rack::new(2);
    cards.into_iter().enumerate().for_each(|(slot, card)| assert!(rack.insert(slot, card).is_none()));
    let setup = Setup::by_plan(
        CeremonyKind::Establish,
        Plan::parse(&plan()).unwrap(),
        plan(),
        records,
        Environment::SoftwareCards,
    );
    (Rig::held(setup.unwrap(), between(Box::new(rack.clone()))), rack)
}

#[test]
fn a_device_with_a_blocked_so_pin_is_replaced_by_another_one() {
    let records = tempfile::tempdir().unwrap();
    let used = used_card("REH0000077", Faults::default());
    let before = used.to_json();
    let mut blocked = before.clone();
    blocked["pins"]["so"]["left"] = 0.into();
    let mut blocked = SoftCard::from_json(&blocked).ok();
    let (mut rig, rack) = held(vec![used], records.path());
    rig.play(|front| {
        // Between finding it and its turn, somebody takes it away and blocks it with other tools.
        if front.step() == "so-pin"
            && let Some(card) = blocked.take()
        {
            rack.remove(0).unwrap();
            rack.insert(0, card);
        }
        if front.fault() == Some("so-pin-blocked") {
            assert!(rack.insert(1, SoftCard::new("REH0000088").unwrap()).is_none());
            return front.goes_on_with(Recovery::AnotherDevice);
        }
        Turn::Autopilot
    });
    assert!(rig.complete());
    assert_eq!(rig.failed(), ["card-was-out", "so-pin-blocked"]);
    assert_eq!(rig.machine.known().devices.serial(DeviceRole::Original).unwrap().as_str(), "REH0000088");
    assert_eq!(rig.manifest().serial.as_str(), "REH0000088");
    assert_eq!(rack.with_card(0, |card| card.to_json()["keys"].clone()).unwrap(), before["keys"], "left alone");
}

/// The user PIN is typed wrong three times, then both PINs are set again.
pub fn blocks_the_pin(front: &mut Front<'_>, wrong: &mut u8) -> Turn {
    if let Some(turn) = types_the_pin(front) {
        return turn;
    }
    if front.fault() == Some("pin-blocked") {
        return front.goes_on_with(Recovery::PinsAgain);
    }
    match front.empty(|kind| *kind == FieldKind::UserPin) {
        Some(place) if *wrong < 3 => {
            *wrong += 1;
            front.types(place, "11223344")
        }
        _ => Turn::Autopilot,
    }
}

#[test]
fn a_user_pin_that_is_blocked_before_anything_is_loaded_is_set_again() {
    let records = tempfile::tempdir().unwrap();
    let (mut rig, _) = held_behind(vec![SoftCard::new("REH0000088").unwrap()], records.path(), cut_at_the_login);
    let mut wrong = 0;
    rig.play(|front| blocks_the_pin(front, &mut wrong));
    assert!(rig.complete(), "{:?}", rig.failed());
    let intents = rig.entries.iter().filter(|entry| matches!(entry, Entry::Intent { .. })).count();
    assert_eq!(intents, 2, "the second erasing was announced, and its serial typed, like the first");
}

#[test]
fn a_pin_holder_who_was_wrong_once_sets_both_pins_again_without_another_try() {
    let records = tempfile::tempdir().unwrap();
    let (mut rig, rack) = held_behind(vec![SoftCard::new("REH0000088").unwrap()], records.path(), cut_at_the_login);
    let mut wrong = false;
    rig.play(|front| {
        if let Some(turn) = types_the_pin(front) {
            return turn;
        }
        if front.fault() == Some("pin-wrong") {
            return front.goes_on_with(Recovery::PinsAgain);
        }
        match front.empty(|kind| *kind == FieldKind::UserPin) {
            Some(place) if !wrong => {
                wrong = true;
                front.types(place, "11223344")
            }
            _ => Turn::Autopilot,
        }
    });
    assert!(rig.complete(), "{:?}", rig.failed());
    assert_eq!(rig.failed(), [LOST, "pin-wrong"]);
    let pins = rack.with_card(0, |card| card.to_json()["pins"].clone()).unwrap();
    assert_eq!((&pins["user"]["left"], &pins["user"]["limit"]), (&3.into(), &3.into()));
}

#[test]
fn anyone_who_sat_down_by_mistake_stands_up_again() {
    let records = tempfile::tempdir().unwrap();
    let (mut rig, _) = held(vec![SoftCard::new("REH0000088").unwrap()], records.path());
    let (mut stood_up, mut open) = (false, 0);
    rig.play(|front| {
        if let Body::Choose { options, asks: Asks::Step(Question::Sitter(_)), .. } = &front.view.body
            && stood_up
            && open == 0
        {
            open = options.iter().filter(|option| !option.closed).count();
        }
        if !stood_up && front.empty(|kind| *kind == FieldKind::ShareValue).is_some() && front.step() == "seat" {
            stood_up = true;
            return Turn::Do(Input::Leave);
        }
        Turn::Autopilot
    });
    assert!(rig.complete() && stood_up);
    assert_eq!(open, 3, "everybody may sit down, also who just stood up");
    assert!(rig.failed().is_empty());
}

#[test]
fn a_device_is_never_abandoned_while_it_is_being_erased() {
    let records = tempfile::tempdir().unwrap();
    let (mut rig, _) = held(vec![SoftCard::new("REH0000088").unwrap()], records.path());
    let mut asked = 0;
    rig.play(|front| {
        if let Body::Working { may_stop: false, .. } = &front.view.body
            && asked < 3
        {
            asked += 1;
            return Turn::Do(Input::Stop);
        }
        Turn::Autopilot
    });
    assert!(rig.complete() && asked > 0, "stopping was asked for {asked} times, in vain");
}

#[test]
fn nothing_that_changes_a_device_or_writes_a_file_is_abandoned() {
    let records = tempfile::tempdir().unwrap();
    // IMPORT DKEK SHARE, WRAP KEY and SIGN begin only once it is seen that the program waits for them.
    let steps = [("load", 0x52), ("back-up", 0x72), ("prove-key", 0x68)];
    let gate = Gate::holding(&[0x52, 0x72, 0x68]);
    let plan = plan_text(2, 3, &[("EC:secp256r1", 10)], true);
    let mut rig = Rig::establish_with(&plan, records.path(), |readers| gate.readers(readers));
    let (mut waited_for, mut asked) = (BTreeSet::new(), false);
    rig.play(|front| {
        assert!(!asked || !matches!(front.view.body, Body::Form { .. }), "it asks whether to stop");
        asked = false;
        let step = front.step();
        match &front.view.body {
            Body::Working { may_stop, .. } => {
                let Some((step, instruction)) = steps.iter().find(|(name, _)| *name == step) else {
                    return Turn::Autopilot;
                };
                assert!(!may_stop, "{step}");
                asked = waited_for.insert(*step);
                gate.open(*instruction);
                if asked { Turn::Do(Input::Stop) } else { Turn::Autopilot }
            }
            _ => Turn::Autopilot,
        }
    });
    assert!(rig.complete());
    assert_eq!(waited_for.len(), 3, "{waited_for:?}");
}
