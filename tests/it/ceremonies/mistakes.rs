//! Whatever people and devices do wrong: a screen names it, nothing is lost, and the ceremony continues or is stopped.

use std::path::{Path, PathBuf};

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::ceremony::{Actor, Body, Ceremony, FieldState, Input, Known, Recovery};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::FieldName;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Ending, Entry, Fact};
use hsm_ceremony::share::{PasswordShare, SharePrime, check_bytes, read_value, write_check};
use hsm_ceremony::softcard::{Faults, Rack, SoftCard};
use hsm_ceremony::terms::{Number, Seat};
use serde_json::Value;

use super::lost_login::{LOST, cut_at_the_login, types_the_pin};
use super::rig::{Front, Rig, Turn, plan_text, used_card};

pub fn plan() -> String {
    plan_text(2, 3, &[("EC:secp256r1", 10)], false)
}

fn is_value(kind: &FieldKind) -> bool {
    *kind == FieldKind::ShareValue
}

/// What holds however it went: the same step continued unless something else was chosen, and the vault is empty.
fn nothing_lost(rig: &Rig, faults: &[&str]) {
    assert_eq!(rig.failed(), faults);
    assert!(rig.vault.is_empty());
    for entry in &rig.entries {
        if let Entry::Recovered { step, choice, to } = entry
            && !["seat-again", "seats-again", "another-custodian", "pins-again"].contains(&choice.as_str())
        {
            assert_eq!(step, to, "{choice}");
        }
    }
}

pub fn goes_on(rig: &Rig, faults: &[&str]) {
    nothing_lost(rig, faults);
    assert!(rig.complete());
}

pub fn stopped(rig: &Rig, faults: &[&str]) {
    nothing_lost(rig, faults);
    assert!(matches!(rig.entries.last(), Some(Entry::Sealed { ending: Ending::Aborted, .. })));
}

/// A finished *establish* under these records.
pub fn established(records: &Path) -> (Rig, PathBuf) {
    let mut rig = Rig::establish(&plan(), records);
    rig.run(|_| {});
    assert!(rig.complete());
    let folder = rig.folder.clone();
    (rig, folder)
}

/// The sentence beside a wrong field.
fn sentence(front: &Front<'_>) -> Option<String> {
    let Body::Form { fields, .. } = &front.view.body else { return None };
    fields.iter().find_map(|field| match &field.state {
        FieldState::Wrong(sentence) => Some(sentence.clone()),
        _ => None,
    })
}

#[test]
fn a_share_mistyped_at_read_back_is_named_by_its_group_and_can_be_shown_again() {
    for (shown_again, reveals) in [(false, 3), (true, 4)] {
        let records = tempfile::tempdir().unwrap();
        let mut rig = Rig::establish(&plan(), records.path());
        let (mut right, mut said, mut seen) = (None::<String>, None, 0);
        rig.play(|front| {
            seen += usize::from(matches!(front.view.body, Body::Reveal { shown: true, .. }));
            if let Some(sentence) = sentence(front) {
                said = Some(sentence);
                return match (&right, shown_again) {
                    (Some(value), false) => front.types(FieldName::ShareValue, value),
                    _ => Turn::Do(Input::Leave),
                };
            }
            let dealt = front.vault.holds().into_iter().find(|handle| format!("{handle:?}").starts_with("DealtShare"));
            match (front.empty(is_value), dealt) {
                (Some(place), Some(dealt)) if front.step() == "custodian" && right.is_none() => {
                    let mut value = String::from_utf8(front.vault.lend(dealt).unwrap().to_vec()).unwrap();
                    right = Some(value.clone());
                    let digit = if value.as_bytes()[7] == b'0' { "1" } else { "0" };
                    value.replace_range(7..8, digit);
                    front.types(place, &value)
                }
                _ => Turn::Autopilot,
            }
        });
        goes_on(&rig, &[]);
        assert_eq!(said.as_deref(), Some("Group 3 of the value is most likely wrong."));
        assert_eq!(seen, reveals);
    }
}

#[test]
fn wrong_pins_cost_one_try_each_and_a_blocked_one_stops() {
    for wrong in 1..=3 {
        let records = tempfile::tempdir().unwrap();
        let mut rig = Rig::establish_with(&plan(), records.path(), cut_at_the_login);
        let (mut typed, mut last_try) = (0, 0);
        rig.play(|front| {
            if let Some(turn) = types_the_pin(front) {
                return turn;
            }
            if front.fault() == Some("pin-blocked") {
                return front.goes_on_with(Recovery::Stop);
            }
            last_try += usize::from(front.empty(|kind| *kind == FieldKind::Word("LAST TRY")).is_some());
            match front.empty(|kind| *kind == FieldKind::UserPin) {
                Some(place) if typed < wrong => {
                    typed += 1;
                    front.types(place, "11223344")
                }
                _ => Turn::Autopilot,
            }
        });
        let left: Vec<u8> = rig
            .facts()
            .iter()
            .filter_map(|fact| match fact {
                Fact::Tries { pin: hsm_ceremony::record::PinName::User, left, .. } => Some(*left),
                _ => None,
            })
            .collect();
        match wrong {
            1 => goes_on(&rig, &[LOST, "pin-wrong"]),
            2 => goes_on(&rig, &[LOST, "pin-wrong", "pin-wrong"]),
            _ => stopped(&rig, &[LOST, "pin-wrong", "pin-wrong", "pin-blocked"]),
        }
        assert_eq!(left, [3, 2, 1][..(wrong + 1).min(3)], "each costs one");
        assert_eq!(rig.value("pin-wrong", "left"), "2");
        assert_eq!(last_try, usize::from(wrong >= 2), "the last try is a decision");
    }
}

/// A used card with this many SO-PIN tries left.
fn so_tries(left: u8) -> SoftCard {
    let mut state = used_card("REH0000077", Faults::default()).to_json();
    state["pins"]["so"]["left"] = left.into();
    SoftCard::from_json(&state).ok().unwrap()
}

#[test]
fn a_wrong_so_pin_costs_one_try_and_erases_nothing() {
    for (left, fault) in [(15, "so-pin-wrong"), (1, "so-pin-blocked")] {
        let records = tempfile::tempdir().unwrap();
        let rack = Rack::new(1);
        rack.insert(0, so_tries(left));
        let keys = rack.with_card(0, |card| card.to_json()["keys"].clone()).unwrap();
        let setup = Setup::by_plan(
            CeremonyKind::Establish,
            Plan::parse(&plan()).unwrap(),
            plan(),
            records.path(),
            Environment::SoftwareCards,
        );
        let mut rig = Rig::held(setup.unwrap(), Box::new(rack.clone()));
        let (mut mistaken, mut last_try) = (false, false);
        rig.play(|front| {
            match front.fault() {
                Some("so-pin-wrong") => {
                    let card = rack.with_card(0, SoftCard::to_json).unwrap();
                    assert_eq!((&card["keys"], &card["pins"]["so"]["left"]), (&keys, &Value::from(14)));
                    return front.goes_on_with(Recovery::PinsAgain);
                }
                Some(_) => return front.goes_on_with(Recovery::Stop),
                None => {}
            }
            last_try |= front.empty(|kind| *kind == FieldKind::Word("LAST TRY")).is_some();
            match front.empty(|kind| matches!(kind, FieldKind::SoPin { .. })) {
                Some(place) if !mistaken => {
                    mistaken = true;
                    front.types(place, "1111111111111111")
                }
                _ => Turn::Autopilot,
            }
        });
        assert_eq!(last_try, left == 1);
        if left == 1 {
            stopped(&rig, &[fault]);
            assert_eq!(rack.with_card(0, |card| card.to_json()["keys"].clone()).unwrap(), keys, "nothing was erased");
        } else {
            goes_on(&rig, &[fault]);
            assert_eq!(rig.value(fault, "left"), "14");
        }
    }
}

/// An *establish* on a new device, and a key that another program could put there.
pub fn beside_a_strange_key(records: &Path) -> (Rack, Value, Setup) {
    let rack = Rack::new(1);
    rack.insert(0, SoftCard::new("REH0000079").unwrap());
    let strange = used_card("REH0000078", Faults::default()).to_json()["keys"]["01"].clone();
    let parsed = Plan::parse(&plan()).unwrap();
    let setup = Setup::by_plan(CeremonyKind::Establish, parsed, plan(), records, Environment::SoftwareCards);
    (rack, strange, setup.unwrap())
}

/// The card comes back with a key added or removed, as if another program had used it.
pub fn with_key(rack: &Rack, at: &str, key: Option<Value>) {
    let mut state = rack.remove(0).unwrap().to_json();
    let keys = state["keys"].as_object_mut().unwrap();
    match key {
        Some(key) => keys.insert(at.to_owned(), key),
        None => keys.remove(at),
    };
    rack.insert(0, SoftCard::from_json(&state).ok().unwrap());
}

#[test]
fn an_occupied_key_reference_is_named_and_the_key_there_stays() {
    let records = tempfile::tempdir().unwrap();
    let (rack, strange, setup) = beside_a_strange_key(records.path());
    let mut rig = Rig::held(setup, cut_at_the_login(Box::new(rack.clone())));
    let mut put = false;
    rig.play(|front| {
        if let Some(turn) = types_the_pin(front) {
            return turn;
        }
        if !put && front.step() == "log-in" {
            put = true;
            with_key(&rack, "01", Some(strange.clone()));
        }
        if front.fault() == Some("key-reference-occupied") {
            assert_eq!(rack.with_card(0, |card| card.to_json()["keys"]["01"].clone()).unwrap(), strange);
            with_key(&rack, "01", None);
            return front.goes_on_with(Recovery::TryAgain);
        }
        Turn::Autopilot
    });
    goes_on(&rig, &[LOST, "key-reference-occupied", "card-was-out"]);
    assert_eq!(rig.value("key-reference-occupied", "reference"), "1");
}

#[test]
fn two_keys_are_never_promised_to_one_reference() {
    let records = tempfile::tempdir().unwrap();
    let text = plan_text(2, 3, &[("EC:secp256r1", 10), ("EC:secp256k1", 11)], false);
    let mut first = Rig::establish(&text, records.path());
    first.run(|_| {});
    let mut rig = Rig::restore(records.path()).with_papers_of(first);
    // Each key wants the other's place first; the first then moves to 200, and the second cannot follow it there.
    let mut wishes = vec!["11", "200", "200", "11"];
    let mut refused = 0;
    rig.play(|front| {
        let Body::Form { fields, .. } = &front.view.body else { return Turn::Autopilot };
        let Some(field) = fields.first().filter(|field| is_reference(&field.kind)) else { return Turn::Autopilot };
        let typed = front.vault.typed(field.name).is_some_and(|text| !text.is_empty());
        let wrong = matches!(field.state, FieldState::Wrong(_));
        refused += usize::from(wrong);
        if typed && !wrong { Turn::Do(Input::GoOn) } else { front.types(FieldName::KeyReference, wishes.remove(0)) }
    });
    goes_on(&rig, &[]);
    assert_eq!((refused, wishes.len()), (2, 0));
    let at: Vec<u8> = rig
        .facts()
        .iter()
        .filter_map(|fact| match fact {
            Fact::Unwrapped { reference, .. } => Some(reference.get()),
            _ => None,
        })
        .collect();
    assert_eq!(at, [200, 11]);
}

fn is_reference(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::KeyReference { .. })
}

/// At the second seat a wrong value is typed once, with the check bytes that belong to it: nothing reveals it before the
/// share file is tried.
#[derive(Default)]
pub struct WrongShare {
    typed: bool,
    checked: bool,
}

impl WrongShare {
    pub fn at_seat_2(&mut self, front: &mut Front<'_>) -> Turn {
        let second = matches!(front.machine.step().map(|step| step.actor), Some(Actor::Seat(Seat(2))));
        match front.empty(is_value) {
            Some(place) if second && !self.typed => {
                self.typed = true;
                front.types(place, "01:23:45:67:89:ab:cd:ef")
            }
            None if second && self.typed && !self.checked => {
                self.checked = true;
                front.types(FieldName::CheckBytes, &check_bytes_of_what_is_typed(front))
            }
            _ => Turn::Autopilot,
        }
    }
}

/// The check bytes of the value in the form, for the card of whoever sits there.
fn check_bytes_of_what_is_typed(front: &Front<'_>) -> String {
    let Body::Form { fields, .. } = &front.view.body else { panic!("no form: {:?}", front.view.body) };
    let known = fields.iter().find_map(|field| match &field.kind {
        FieldKind::CheckBytes { prime, of, .. } => Some((prime.as_deref()?, of.as_ref()?.1)),
        _ => None,
    });
    let (prime, id) = known.expect("both are known");
    let typed = |name| front.vault.typed(name).unwrap().expose();
    let share = PasswordShare {
        prime: SharePrime::parse(prime.as_bytes()).unwrap(),
        id,
        value: read_value(typed(FieldName::ShareValue), true).ok().unwrap(),
    };
    String::from_utf8(write_check(&check_bytes(&share)).expose().to_vec()).unwrap()
}

#[test]
fn a_share_mistyped_at_a_seat_is_found_by_one_more_custodian_or_by_typing_again() {
    for (recovery, wrong) in [(Recovery::AnotherCustodian, vec![Seat(2)]), (Recovery::SeatsAgain, vec![])] {
        let records = tempfile::tempdir().unwrap();
        let (first, _) = established(records.path());
        let mut rig = Rig::restore(records.path()).with_papers_of(first);
        let mut slip = WrongShare::default();
        rig.play(|front| {
            if front.fault().is_some() {
                return front.goes_on_with(recovery);
            }
            slip.at_seat_2(front)
        });
        goes_on(&rig, &["shares-do-not-open"]);
        let named = rig.facts().into_iter().find_map(|fact| match fact {
            Fact::Opened { wrong, .. } => Some(wrong.clone()),
            _ => None,
        });
        assert_eq!(named, Some(wrong.clone()));
        let deviations = u16::from(!wrong.is_empty());
        assert!(matches!(rig.entries.last(), Some(Entry::Sealed { deviations: sealed, .. }) if *sealed == deviations));
    }
}

#[test]
fn a_wrong_card_is_named_before_anything_is_erased() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan(), records.path());
    let (mut slip, mut said) = (WrongShare::default(), String::new());
    rig.play(|front| {
        if front.fault().is_some() {
            return front.goes_on_with(Recovery::AnotherCustodian);
        }
        if let (Body::Read { text }, "open") = (&front.view.body, front.step()) {
            said = text.join(" ");
        }
        slip.at_seat_2(front)
    });
    goes_on(&rig, &["shares-do-not-open"]);
    assert!(
        said.contains("Custodian 02. Either the card is wrong") && said.contains("Nothing is erased yet"),
        "{said}"
    );
}

#[test]
fn a_wrong_so_pin_share_among_more_than_needed_is_named_and_is_a_deviation() {
    let plan = Plan::parse(&plan()).unwrap();
    let mut known = Known::new(&Ceremony::of(CeremonyKind::Restore).character, plan, true);
    let mut learn = |fact| known.learn(&Entry::Learned { step: Number { section: 4, step: 4 }, fact });
    learn(Fact::SoPinRebuilt { right: vec![Seat(1), Seat(2)], wrong: vec![], people: vec![] });
    learn(Fact::SoPinRebuilt { right: vec![Seat(1), Seat(3)], wrong: vec![Seat(2)], people: vec![] });
    assert_eq!((known.seats.wrong, known.progress.deviations), (vec![Seat(2)], 1));
}
