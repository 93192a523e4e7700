//! Two devices in two readers, devices that are swapped halfway, and devices and readers that appear later.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use hsm_ceremony::app::{Environment, Setup, latest_backup};
use hsm_ceremony::card::transport::{Readers, Response, Transport, TransportError};
use hsm_ceremony::ceremony::{Asks, Body, Input, Question, Recovery};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::ItemName;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Entry, Fact};
use hsm_ceremony::secret::WipingBytes;
use hsm_ceremony::softcard::{Rack, SoftCard};
use hsm_ceremony::terms::DeviceRole;
use serde_json::Value;

use super::rig::{Front, Rig, Turn, plan_text};

const ORIGINAL: &str = "REH0000001";
const OTHER: &str = "REH0000002";

fn card(serial: &str) -> SoftCard {
    SoftCard::new(serial).unwrap()
}

fn establish(prove_restore: bool, records: &Path, readers: Box<dyn Readers>) -> Rig {
    let text = plan_text(2, 3, &[("EC:secp256r1", 10)], prove_restore);
    let plan = Plan::parse(&text).unwrap();
    Rig::held(
        Setup::by_plan(CeremonyKind::Establish, plan, text, records, Environment::SoftwareCards).unwrap(),
        readers,
    )
}

/// A restore by the same people after an *establish* on the first card of this rack.
fn restore(records: &Path, rack: &Rack) -> Rig {
    rack.insert(0, card(ORIGINAL));
    let mut first = establish(false, records, Box::new(rack.clone()));
    first.run(|_| {});
    assert!(first.complete());
    let from = latest_backup(records).unwrap();
    let setup = Setup::from_backup(CeremonyKind::Restore, &from, None, records, Environment::SoftwareCards).unwrap();
    Rig::held(setup, Box::new(rack.clone())).with_papers_of(first)
}

fn state(rack: &Rack, serial: &str) -> Value {
    let found = |slot| rack.with_card(slot, |card| (card.serial() == serial).then(|| card.to_json())).flatten();
    (0..2).find_map(found).unwrap_or_else(|| panic!("{serial} is in no reader"))
}

/// The device that was used for a role.
fn taken(rig: &Rig, role: DeviceRole) -> String {
    let device = |fact: &Fact| match fact {
        Fact::Device { role: of, serial, .. } if *of == role => Some(serial.to_string()),
        _ => None,
    };
    rig.facts().into_iter().rev().find_map(device).unwrap()
}

/// Says by serial which of several devices it is.
fn picks(front: &Front<'_>, serial: &str) -> Option<Turn> {
    let Body::Choose { options, asks: Asks::Step(Question::Device), .. } = &front.view.body else { return None };
    let place = options.iter().position(|option| option.text.contains(serial))?;
    Some(front.pick(place))
}

#[test]
fn people_choose_between_two_devices_by_serial_whatever_the_reader() {
    for wanted in [ORIGINAL, OTHER] {
        for serials in [[ORIGINAL, OTHER], [OTHER, ORIGINAL]] {
            let (records, rack) = (tempfile::tempdir().unwrap(), Rack::new(2));
            serials.iter().enumerate().for_each(|(slot, serial)| assert!(rack.insert(slot, card(serial)).is_none()));
            let left = if wanted == ORIGINAL { OTHER } else { ORIGINAL };
            let before = state(&rack, left);
            let mut rig = establish(false, records.path(), Box::new(rack.clone()));
            let mut asked = 0;
            rig.play(|front| match picks(front, wanted) {
                Some(turn) => {
                    asked += 1;
                    turn
                }
                None => Turn::Autopilot,
            });
            assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
            assert_eq!((asked, taken(&rig, DeviceRole::Original).as_str()), (1, wanted));
            assert_eq!(state(&rack, left), before, "the other one is as it was");
        }
    }
}

#[test]
fn with_both_devices_in_readers_all_the_time_the_replacement_is_the_other_one() {
    let (records, rack) = (tempfile::tempdir().unwrap(), Rack::new(2));
    rack.insert(0, card(OTHER));
    rack.insert(1, card(ORIGINAL));
    let mut rig = establish(true, records.path(), Box::new(rack));
    rig.play(|front| picks(front, ORIGINAL).unwrap_or(Turn::Autopilot));
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    assert_eq!(taken(&rig, DeviceRole::Original), ORIGINAL);
    assert_eq!(taken(&rig, DeviceRole::Replacement), OTHER);
}

#[test]
fn restore_takes_the_original_only_if_there_is_no_other_and_people_say_so() {
    for alone in [false, true] {
        let (records, rack) = (tempfile::tempdir().unwrap(), Rack::new(2));
        let mut rig = restore(records.path(), &rack);
        let before = state(&rack, ORIGINAL);
        if !alone {
            rack.insert(1, card(OTHER));
        }
        let mut warned = 0;
        rig.play(|front| {
            if front.empty(|kind| *kind == FieldKind::Word("ERASE THESE KEYS")).is_none() {
                return Turn::Autopilot;
            }
            assert!(format!("{:?}", front.view.body).contains("Its serial is the one that the backup names"));
            warned += 1;
            rack.insert(1, card(OTHER));
            Turn::Do(Input::Leave)
        });
        assert!(rig.complete() && state(&rack, ORIGINAL) == before);
        assert_eq!(taken(&rig, DeviceRole::Replacement), OTHER);
        assert_eq!((warned, rig.failed().len()), (usize::from(alone), 0));
    }
}

#[test]
fn a_device_that_stays_in_use_is_never_the_replacement() {
    let (records, rack) = (tempfile::tempdir().unwrap(), Rack::new(2));
    let mut rig = restore(records.path(), &rack);
    let before = state(&rack, ORIGINAL);
    rig.play(|front| match (front.fault(), &front.view.body) {
        (Some("device-excluded"), _) => {
            rack.insert(1, card(OTHER));
            front.goes_on_with(Recovery::LookAgain)
        }
        (_, Body::Choose { asks: Asks::Step(Question::Loss), .. }) => front.item(ItemName::Proof),
        _ => Turn::Autopilot,
    });
    assert_eq!((rig.complete(), rig.value("device-excluded", "serial").as_str()), (true, ORIGINAL));
    assert_eq!((taken(&rig, DeviceRole::Replacement).as_str(), state(&rack, ORIGINAL)), (OTHER, before));
}

/// Steps of *restore* on whose screens somebody handles the readers.
const MOMENTS: [&str; 6] = ["so-pin", "user-pin", "initialise", "load", "restore-key", "full-list"];

/// Whether this is the last screen of a step that people see: after it, commands go to the device.
fn is_moment(front: &Front<'_>, step: &str) -> bool {
    front.step() == step && matches!(front.view.body, Body::Read { .. } | Body::Form { .. })
}

#[test]
fn devices_that_change_readers_are_followed_and_nothing_goes_to_the_wrong_one() {
    for moment in MOMENTS {
        let (records, rack) = (tempfile::tempdir().unwrap(), Rack::new(2));
        let mut rig = restore(records.path(), &rack);
        let before = state(&rack, ORIGINAL);
        rack.insert(1, card(OTHER));
        let mut swapped = false;
        rig.play(|front| {
            if !swapped && is_moment(front, moment) {
                let first = rack.remove(0).unwrap();
                let second = rack.insert(1, first).unwrap();
                rack.insert(0, second);
                swapped = true;
            }
            Turn::Autopilot
        });
        assert!(swapped && rig.complete(), "{moment}");
        assert!(!rig.failed().is_empty(), "{moment}: it is noticed");
        assert_eq!(state(&rack, ORIGINAL), before, "{moment}");
        assert_eq!(state(&rack, OTHER)["keys"].as_object().unwrap().len(), 1, "{moment}");
    }
}

#[test]
fn the_original_in_place_of_the_replacement_is_named_and_left_alone() {
    for moment in MOMENTS {
        let (records, rack) = (tempfile::tempdir().unwrap(), Rack::new(2));
        let mut rig = restore(records.path(), &rack);
        let mut original = rack.remove(0);
        let before = original.as_ref().unwrap().to_json();
        rack.insert(0, card(OTHER));
        let mut replacement = None;
        rig.play(|front| {
            if original.is_some() && replacement.is_none() && is_moment(front, moment) {
                replacement = rack.insert(0, original.take().unwrap());
            }
            if front.fault() == Some("serial-differs") {
                original = rack.insert(0, replacement.take().unwrap());
                // Once is enough.
                replacement = original.clone();
            }
            Turn::Autopilot
        });
        assert!(rig.complete(), "{moment}");
        assert_eq!(rig.value("serial-differs", "seen"), ORIGINAL);
        assert_eq!(rig.value("serial-differs", "expected"), OTHER);
        assert_eq!(original.unwrap().to_json(), before, "{moment}: not even a try was taken");
        let initialised = |fact: &&Fact| matches!(fact, Fact::Initialised { .. });
        assert_eq!(rig.facts().into_iter().filter(initialised).count(), 1, "{moment}");
    }
}

/// Runs a ceremony that has to wait for its device; returns what it waited for, in order.
fn waits(rig: &mut Rig, mut waiting: impl FnMut()) -> Vec<&'static str> {
    let mut missing = Vec::new();
    let mut usual = Vec::new();
    rig.play(|front| {
        if let Body::Working { text, .. } = &front.view.body {
            match front.machine.waits_for() {
                Some(fault) => {
                    assert!(text.len() > 2 && *text != usual, "what is missing and what to do is on the screen");
                    if missing.last() != Some(&fault.name.word()) {
                        missing.push(fault.name.word());
                        waiting();
                    }
                }
                None => usual.clone_from(text),
            }
        }
        Turn::Autopilot
    });
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    missing
}

#[test]
fn the_wizard_waits_for_a_device_that_is_not_there_yet() {
    let (records, rack) = (tempfile::tempdir().unwrap(), Rack::new(1));
    let mut rig = establish(false, records.path(), Box::new(rack.clone()));
    let missing = waits(&mut rig, || {
        let rack = rack.clone();
        thread::spawn(move || rack.insert(0, card(ORIGINAL)));
    });
    assert_eq!(missing, ["no-device"]);
    assert_eq!(taken(&rig, DeviceRole::Original), ORIGINAL);
}

/// Readers whose service starts late.
struct Late {
    readers: Rack,
    not_yet: Vec<TransportError>,
}

impl Readers for Late {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        self.not_yet.pop().map_or_else(|| self.readers.occupied(), Err)
    }
    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        self.readers.connect(reader)
    }
}

#[test]
fn the_wizard_waits_for_a_service_and_a_reader_that_are_not_there_yet() {
    let (records, rack) = (tempfile::tempdir().unwrap(), Rack::new(1));
    rack.insert(0, card(ORIGINAL));
    // The first look is that at the room, and people go on without.
    let (service, reader) = (TransportError::NoService, TransportError::NoReader);
    let late = Late { readers: rack, not_yet: vec![reader, service, service] };
    let mut rig = establish(false, records.path(), Box::new(late));
    assert_eq!(waits(&mut rig, || {}), ["card-no-service", "card-no-reader"]);
}

/// A card of another kind: it knows no application that it is asked for.
struct Stranger;

impl Transport for Stranger {
    fn transmit(&mut self, _: &WipingBytes) -> Result<Response, TransportError> {
        Ok(Response::new(WipingBytes::from_slice(&[0x6A, 0x82])).unwrap())
    }
    fn largest_command(&self) -> usize {
        261
    }
    fn reconnect(&mut self) -> Result<(), TransportError> {
        Ok(())
    }
}

/// Readers, an additional one with a card of another kind, and one reader that fails a few times.
struct Crowded {
    readers: Rack,
    stranger: bool,
    fails: (String, Arc<Mutex<Vec<TransportError>>>),
}

impl Readers for Crowded {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        let stranger = self.stranger.then(|| "Desk reader".to_owned());
        Ok(stranger.into_iter().chain(self.readers.occupied()?).collect())
    }
    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        if reader == "Desk reader" {
            return Ok(Box::new(Stranger));
        }
        if reader == self.fails.0
            && let Some(error) = self.fails.1.lock().unwrap().pop()
        {
            return Err(error);
        }
        self.readers.connect(reader)
    }
}

fn fails(slot: usize, errors: &[TransportError]) -> (String, Arc<Mutex<Vec<TransportError>>>) {
    (Rack::name(slot), Arc::new(Mutex::new(errors.to_vec())))
}

#[test]
fn a_card_of_another_kind_is_not_a_device_and_the_wizard_waits_for_the_device() {
    let (records, rack) = (tempfile::tempdir().unwrap(), Rack::new(1));
    let readers = Crowded { readers: rack.clone(), stranger: true, fails: fails(0, &[]) };
    let mut rig = establish(false, records.path(), Box::new(readers));
    let mut named = false;
    rig.play(|front| {
        if let (Body::Working { text, .. }, Some(_)) = (&front.view.body, front.machine.waits_for())
            && !std::mem::replace(&mut named, text.iter().any(|text| text.contains("Desk reader")))
        {
            rack.insert(0, card(ORIGINAL));
        }
        Turn::Autopilot
    });
    assert!(rig.complete() && rig.faults.is_empty() && named, "{:?}", rig.faults);
    assert_eq!(rig.waited, ["card-foreign"]);
}

#[test]
fn the_wizard_waits_for_a_reader_that_fails_for_a_moment() {
    use TransportError::{Busy, CutOff, NoCard};
    let (records, rack) = (tempfile::tempdir().unwrap(), Rack::new(1));
    rack.insert(0, card(ORIGINAL));
    let readers = Crowded { readers: rack, stranger: true, fails: fails(0, &[Busy, NoCard, CutOff]) };
    let mut rig = establish(false, records.path(), Box::new(readers));
    assert_eq!(waits(&mut rig, || {}), ["card-cut-off", "card-not-responding", "card-busy"]);
}

#[test]
fn if_a_reader_failed_no_other_device_is_called_the_only_trouble() {
    let (records, rack) = (tempfile::tempdir().unwrap(), Rack::new(2));
    let busy = fails(1, &[TransportError::Busy]);
    let readers = Crowded { readers: rack.clone(), stranger: false, fails: busy.clone() };
    let people = restore(records.path(), &rack);
    let from = latest_backup(records.path()).unwrap();
    let setup =
        Setup::from_backup(CeremonyKind::Restore, &from, None, records.path(), Environment::SoftwareCards).unwrap();
    let mut rig = Rig::held(setup, Box::new(readers)).with_papers_of(people);
    rack.insert(1, card(OTHER));
    let mut out = false;
    rig.play(|front| {
        if !out && front.step() == "full-list" && matches!(front.view.body, Body::Read { .. }) {
            // It loses power, and another program gets there first.
            out = true;
            let device = rack.remove(1).unwrap();
            rack.insert(1, device);
            *busy.1.lock().unwrap() = vec![TransportError::Busy];
        }
        Turn::Autopilot
    });
    assert!(rig.complete() && out);
    assert_eq!(rig.waited, ["reader-failed"], "not only the original, which may not be used");
    assert!(rig.failed().contains(&"reader-failed") && !rig.failed().contains(&"serial-differs"), "{:?}", rig.failed());
    for (key, value) in [("reader", "Software reader 2"), ("why", "card-busy"), ("seen", ORIGINAL)] {
        assert_eq!(rig.value("reader-failed", key), value);
    }
}

#[test]
fn a_device_that_is_taken_out_after_it_was_picked_is_not_replaced_by_another() {
    let (records, rack) = (tempfile::tempdir().unwrap(), Rack::new(2));
    rack.insert(0, card(ORIGINAL));
    rack.insert(1, card(OTHER));
    let before = state(&rack, OTHER);
    let mut rig = establish(false, records.path(), Box::new(rack.clone()));
    let mut out = None;
    rig.play(|front| {
        if front.fault() == Some("serial-differs") {
            rack.insert(0, out.take().unwrap());
        }
        let turn = picks(front, ORIGINAL);
        if turn.is_some() && nothing_failed_yet(front) {
            out = rack.remove(0);
        }
        turn.unwrap_or(Turn::Autopilot)
    });
    assert!(rig.complete());
    assert_eq!(rig.failed(), ["serial-differs"]);
    assert_eq!(
        (rig.value("serial-differs", "seen"), taken(&rig, DeviceRole::Original)),
        (OTHER.into(), ORIGINAL.into())
    );
    assert_eq!(state(&rack, OTHER), before);
}

fn nothing_failed_yet(front: &Front<'_>) -> bool {
    !front.entries.iter().any(|entry| matches!(entry, Entry::Failed { .. }))
}
