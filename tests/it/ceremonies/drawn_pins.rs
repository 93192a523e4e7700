//! PINs that the program draws: shown to their holder alone, typed from paper, on the device, and nowhere else.

use std::path::Path;

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::card::transport::Readers;
use hsm_ceremony::ceremony::{Body, CardView, Input, Recovery};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::FieldName;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Fact, PinName};
use hsm_ceremony::softcard::{Faults, Rack, SoftCard};
use hsm_ceremony::terms::{DeviceRole, Handle};

use super::lost_login::{LOST, cut_at_the_login, types_the_pin};
use super::mistakes::goes_on;
use super::plans::{Day, Guard};
use super::rig::{Front, Rig, Turn, used_card};

/// Nothing is said of the SO-PIN, so it is drawn; the user PIN is drawn because the plan says so.
fn day(prove_restore: bool) -> String {
    let mut day = Day::of(&[Guard::Numbers(2, 3)]).prove_restore(prove_restore);
    let device = day.0["device"].as_object_mut().unwrap();
    device.remove("new_so_pin");
    device.insert("new_user_pin".to_owned(), "drawn".into());
    day.text()
}

/// *Establish* with these cards in readers.
fn held(cards: Vec<SoftCard>, records: &Path) -> (Rig, Rack) {
    held_behind(cards, records, |readers| readers)
}

/// The same, with something between the program and its readers.
fn held_behind(
    cards: Vec<SoftCard>,
    records: &Path,
    between: impl FnOnce(Box<dyn Readers>) -> Box<dyn Readers>,
) -> (Rig, Rack) {
    let rack = Rack::new(2);
    cards.into_iter().enumerate().for_each(|(slot, card)| assert!(rack.insert(slot, card).is_none()));
    let (plan, text) = (Plan::parse(&day(false)).unwrap(), day(false));
    let setup = Setup::by_plan(CeremonyKind::Establish, plan, text, records, Environment::SoftwareCards);
    (Rig::held(setup.unwrap(), between(Box::new(rack.clone()))), rack)
}

/// The PIN on the screen, if one is shown.
fn shown(front: &Front<'_>) -> Option<(Handle, String)> {
    let Body::Reveal { shown: true, custodian: None, card: CardView::Pin { digits, .. }, .. } = &front.view.body else {
        return None;
    };
    Some((*digits, String::from_utf8(front.vault.lend(*digits).unwrap().to_vec()).unwrap()))
}

/// Notes every PIN that is shown, once.
fn notes(front: &Front<'_>, noted: &mut Vec<(Handle, String)>) {
    if let Some(pin) = shown(front).filter(|pin| noted.last() != Some(pin)) {
        noted.push(pin);
    }
}

/// The SO-PIN of a card, and its user PIN, as text.
fn on_card(card: &SoftCard) -> (String, String) {
    let pins = card.to_json()["pins"].clone();
    let value = |name: &str| pins[name]["value"].as_str().unwrap().to_owned();
    let user = base16ct::mixed::decode_vec(value("user")).unwrap();
    (value("so").to_lowercase(), String::from_utf8(user).unwrap())
}

#[test]
fn drawn_pins_are_on_the_devices_and_in_no_file_and_each_device_has_its_own() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&day(true), records.path());
    let mut noted = Vec::new();
    rig.play(|front| {
        notes(front, &mut noted);
        Turn::Autopilot
    });
    goes_on(&rig, &[]);
    let kinds: Vec<Handle> = noted.iter().map(|(handle, _)| *handle).collect();
    assert_eq!(kinds, [Handle::NewSoPin, Handle::UserPin, Handle::NewSoPin, Handle::UserPin]);
    assert!(noted[0].1 != noted[2].1 && noted[1].1 != noted[3].1, "drawn anew for every device");
    assert!(noted.iter().all(|(handle, text)| text.len() == if *handle == Handle::NewSoPin { 16 } else { 10 }));
    for (_, text) in &noted {
        assert!(!rig.lines.contains(text.as_str()), "not in the record");
    }
    let drawn = |fact: &&Fact| match fact {
        Fact::PinDrawn { role, pin, sources } => {
            assert_eq!(sources.len(), 2, "{sources:?}");
            Some((*role, *pin))
        }
        _ => None,
    };
    let both = |role| [(role, PinName::So), (role, PinName::User)];
    let all = [both(DeviceRole::Original), both(DeviceRole::Replacement)].concat();
    assert_eq!(rig.facts().iter().filter_map(drawn).collect::<Vec<_>>(), all);
    assert_eq!(rig.facts().iter().filter(|fact| matches!(fact, Fact::PinShown { .. })).count(), 4);
}

#[test]
fn what_is_typed_from_the_sheet_must_be_what_was_shown_and_esc_shows_the_same_again() {
    let records = tempfile::tempdir().unwrap();
    let (mut rig, rack) = held(vec![SoftCard::new("REH0000088").unwrap()], records.path());
    let (mut noted, mut seen, mut slips) = (Vec::new(), 0, 0);
    rig.play(|front| {
        seen += usize::from(matches!(shown(front), Some((Handle::NewSoPin, _))));
        notes(front, &mut noted);
        let Body::Form { .. } = &front.view.body else { return Turn::Autopilot };
        match (front.empty(|kind| *kind == FieldKind::DrawnSoPin), front.wrong().as_slice(), slips) {
            (Some(place), _, 0) => {
                let mut wrong = noted[0].1.clone();
                let last = wrong.pop().unwrap();
                wrong.push(if last == '0' { '1' } else { '0' });
                slips = 1;
                front.types(place, &wrong)
            }
            (None, ["pin-not-as-shown"], 1) => {
                slips = 2;
                Turn::Do(Input::GoOn)
            }
            (None, ["pin-not-as-shown"], 2) => {
                slips = 3;
                Turn::Do(Input::Leave)
            }
            // The paper is right now; capitals make no difference.
            (Some(place), _, 3) => front.types(place, &noted[0].1.to_uppercase()),
            _ => Turn::Autopilot,
        }
    });
    goes_on(&rig, &[]);
    assert_eq!((slips, seen, noted.len()), (3, 2, 2), "shown twice, and it was the same");
    let card = rack.remove(0).unwrap();
    assert_eq!(on_card(&card), (noted[0].1.clone(), noted[1].1.clone()));
    let shows = |fact: &&Fact| matches!(fact, Fact::PinShown { pin: PinName::So, .. });
    assert_eq!(rig.facts().iter().filter(|fact| shows(fact)).count(), 2, "the record says how often");
}

#[test]
fn after_both_pins_again_the_device_has_what_was_shown_last() {
    let records = tempfile::tempdir().unwrap();
    let cards = vec![SoftCard::new("REH0000088").unwrap()];
    let (mut rig, rack) = held_behind(cards, records.path(), cut_at_the_login);
    let (mut noted, mut wrong) = (Vec::new(), false);
    rig.play(|front| {
        if let Some(turn) = types_the_pin(front) {
            return turn;
        }
        notes(front, &mut noted);
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
    goes_on(&rig, &[LOST, "pin-wrong"]);
    assert_eq!(noted.len(), 4);
    assert!(noted[0].1 != noted[2].1 && noted[1].1 != noted[3].1, "the first ones were wiped");
    assert_eq!(on_card(&rack.remove(0).unwrap()), (noted[2].1.clone(), noted[3].1.clone()));
}

#[test]
fn a_drawn_pin_that_no_device_has_yet_stays_the_one_on_paper() {
    let records = tempfile::tempdir().unwrap();
    let (mut rig, rack) = held(vec![used_card("REH0000077", Faults::default())], records.path());
    let (mut noted, mut mistaken) = (Vec::new(), false);
    rig.play(|front| {
        if let Some(pin) = shown(front) {
            noted.push(pin);
        }
        if front.fault() == Some("so-pin-wrong") {
            return front.goes_on_with(Recovery::PinsAgain);
        }
        match front.empty(|kind| matches!(kind, FieldKind::SoPin { .. })) {
            Some(FieldName::SoPin) if !mistaken => {
                mistaken = true;
                front.types(FieldName::SoPin, "1111111111111111")
            }
            _ => Turn::Autopilot,
        }
    });
    goes_on(&rig, &["so-pin-wrong"]);
    assert_eq!(noted.len(), 4);
    assert_eq!((&noted[0], &noted[1]), (&noted[2], &noted[3]), "shown again, and not drawn again");
    assert_eq!(on_card(&rack.remove(0).unwrap()), (noted[0].1.clone(), noted[1].1.clone()));
}
