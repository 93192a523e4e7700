//! Every state in which people have their devices, at a virtual reader with a card that answers so: *inspect* says what the
//! device is and what can be done about it, *establish* and *restore* go on, or refuse it by name.

mod contents;
mod memory;
mod pins;
mod reach;

use std::path::Path;

use hsm_ceremony::app::{Environment, Setup, latest_backup};
use hsm_ceremony::card::transport::Readers;
use hsm_ceremony::card::{DescribedType, Device, FileId, KeyDescription, PcscReaders, PinAnswer};
use hsm_ceremony::ceremony::{Body, Recovery};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::CeremonyKind;
use hsm_ceremony::secret::{TypedText, UserPin};
use hsm_ceremony::softcard::{Rack, SoftCard};
use hsm_ceremony::terms::{Curve, KeyReference, KeyType};
use serde_json::Value;

use crate::ceremonies::{Rig, Turn, plan_text};
use crate::support::Table;
use crate::support::hanging::{HangUp, HangingCard};

/// SELECT of the application.
const SELECT: &str = "00A404000BE82B0601040181C31F020100";
/// VERIFY of the user PIN 648219.
const VERIFY: &str = "0020008106363438323139";

/// How a ceremony went.
struct Went {
    /// Whether it came to its end.
    complete: bool,
    /// The faults of the record, in order.
    faults: Vec<String>,
    /// The title of the step in which the last one was.
    at: String,
    /// Everything that the screens said.
    screens: String,
    /// Everything that the faults said.
    said: String,
}

impl Went {
    /// It came to its end and nothing failed.
    fn goes_on(&self) {
        assert!(self.complete && self.faults.is_empty(), "{:?}\n{}\n{}", self.faults, self.said, self.screens);
    }

    /// It was refused by this name as soon as the device was found.
    fn refuses(&self, fault: &str) {
        assert_eq!(self.faults, [fault], "{}", self.said);
        assert!(!self.complete && ["Device", "Replacement"].contains(&self.at.as_str()), "{}", self.at);
    }

    fn says(&self, sentences: &[&str]) {
        for sentence in sentences {
            assert!(self.screens.contains(sentence), "{sentence:?} is not in:\n{}", self.screens);
        }
    }
}

/// Plays a ceremony, with this card in the first reader. At a fault, people stop.
fn at(table: &mut Table, card: &SoftCard, how: HangUp, rig: impl FnOnce(Box<dyn Readers>) -> Rig) -> Went {
    let held = HangingCard::insert_card(table, card.clone(), how);
    let mut rig = rig(Box::new(PcscReaders::new()));
    let (mut at, mut screens, mut said) = (String::new(), String::new(), String::new());
    rig.play(|front| {
        match &front.view.body {
            Body::Read { text } | Body::Choose { text, .. } | Body::Form { text, .. } => {
                screens.extend(text.iter().map(|line| line.clone() + "\n"));
            }
            Body::Fault { happened, truth, .. } => {
                said.extend(happened.iter().chain(truth).map(|line| line.clone() + "\n"));
            }
            Body::Tick { .. } | Body::Reveal { .. } | Body::Working { .. } | Body::Ended { .. } => {}
        }
        if front.fault().is_some() {
            front.view.header.title.clone_into(&mut at);
            return front.goes_on_with(Recovery::Stop);
        }
        Turn::Autopilot
    });
    let went = Went {
        complete: rig.complete(),
        faults: rig.failed().into_iter().map(str::to_owned).collect(),
        at,
        screens,
        said,
    };
    drop(rig);
    table.wait_until_free(0);
    drop(held);
    table.wait_for(0, false);
    went
}

/// *Inspect*, with a plan that says nothing about the device.
fn inspect(table: &mut Table, card: &SoftCard, how: HangUp) -> Went {
    let records = tempfile::tempdir().unwrap();
    at(table, card, how, |readers| {
        let text = plan_text(2, 3, &[("EC:secp256r1", 10)], false);
        let plan = Plan::parse(&text).unwrap();
        let setup = Setup::by_plan(CeremonyKind::Inspect, plan, text, records.path(), Environment::SoftwareCards);
        Rig::held(setup.unwrap(), readers)
    })
}

/// *Inspect*, to its end, with these sentences on its screens.
fn inspect_says(table: &mut Table, card: &SoftCard, how: HangUp, sentences: &[&str]) {
    let went = inspect(table, card, how);
    went.goes_on();
    went.says(sentences);
}

/// *Establish* with one key of this type.
fn establish(table: &mut Table, card: &SoftCard, how: HangUp, key: &str) -> Went {
    let records = tempfile::tempdir().unwrap();
    at(table, card, how, |readers| {
        let text = plan_text(2, 3, &[(key, 10)], false);
        let plan = Plan::parse(&text).unwrap();
        let setup = Setup::by_plan(CeremonyKind::Establish, plan, text, records.path(), Environment::SoftwareCards);
        Rig::held(setup.unwrap(), readers)
    })
}

/// An *establish* on a card in this process that is over, and the card.
fn backed_up(records: &Path, key: &str) -> (Rig, SoftCard) {
    let text = plan_text(2, 3, &[(key, 10)], false);
    let rack = Rack::new(1);
    rack.insert(0, SoftCard::new("REH0000001").unwrap());
    let plan = Plan::parse(&text).unwrap();
    let setup = Setup::by_plan(CeremonyKind::Establish, plan, text, records, Environment::SoftwareCards);
    let mut rig = Rig::held(setup.unwrap(), Box::new(rack.clone()));
    rig.run(|_| {});
    assert!(rig.complete(), "{:?}", rig.failed());
    (rig, rack.remove(0).unwrap())
}

/// *Restore* onto this card, of one key of this type that was generated on another.
fn restore(table: &mut Table, card: &SoftCard, how: HangUp, key: &str) -> Went {
    let records = tempfile::tempdir().unwrap();
    let (people, _) = backed_up(records.path(), key);
    restore_from(table, card, how, people, records.path())
}

fn restore_from(table: &mut Table, card: &SoftCard, how: HangUp, people: Rig, records: &Path) -> Went {
    at(table, card, how, |readers| {
        let from = latest_backup(records).unwrap();
        let setup = Setup::from_backup(CeremonyKind::Restore, &from, None, records, Environment::SoftwareCards);
        Rig::held(setup.unwrap(), readers).with_papers_of(people)
    })
}

/// *Establish* and *restore* erase the device, and go on.
fn both_go_on(table: &mut Table, card: &SoftCard, how: HangUp) {
    establish(table, card, how, "EC:secp256r1").goes_on();
    restore(table, card, how, "EC:secp256r1").goes_on();
}

/// Both refuse the device by this name as soon as they find it.
fn both_refuse(table: &mut Table, card: &SoftCard, how: HangUp, fault: &str) {
    establish(table, card, how, "EC:secp256r1").refuses(fault);
    restore(table, card, how, "EC:secp256r1").refuses(fault);
}

/// Sends a command that must be done.
fn sends(card: &mut SoftCard, command: &str) -> Vec<u8> {
    let answer = card.execute(&base16ct::mixed::decode_vec(command).unwrap());
    let (data, status) = answer.split_at(answer.len() - 2);
    assert_eq!(status, [0x90, 0x00], "{command}");
    data.to_vec()
}

/// A card initialised with the published SO-PIN, the user PIN 648219 and these last objects.
fn initialised(serial: &str, objects: &str) -> SoftCard {
    let mut card = SoftCard::new(serial).unwrap();
    let objects = format!("80020001810636343832313982083537363231383830910103{objects}");
    sends(&mut card, SELECT);
    sends(&mut card, &format!("80500000{:02X}{objects}", objects.len() / 2));
    card
}

/// A card whose one DKEK share is loaded.
fn loaded(serial: &str) -> SoftCard {
    let mut card = initialised(serial, "920101");
    sends(&mut card, VERIFY);
    sends(&mut card, &format!("8052000020{}00", "11".repeat(32)));
    card
}

/// A card with a key at each of these references; each has its description, if any, and its request.
fn with_keys(card: SoftCard, keys: &[(u8, Option<Vec<u8>>)]) -> SoftCard {
    let mut pin = TypedText::new();
    b"648219".iter().for_each(|digit| pin.push(*digit).unwrap());
    let mut rack = Rack::new(1);
    rack.insert(0, card);
    let mut device = Device::open(rack.connect(&Rack::name(0)).unwrap()).unwrap();
    let pin = UserPin::from_typed(&pin).ok().unwrap();
    assert_eq!(device.verify_user_pin(&pin).unwrap(), PinAnswer::Accepted);
    for (number, description) in keys {
        let reference = KeyReference::new(*number).unwrap();
        device.generate(reference, KeyType::Ec(Curve::P256)).unwrap();
        if let Some(description) = description {
            device.write_file(FileId::description(reference), description).unwrap();
        }
    }
    drop(device);
    rack.remove(0).unwrap()
}

/// The description of a key on secp256r1.
fn description(label: &str, id: &[u8]) -> Vec<u8> {
    let key_type = DescribedType::Ec { field_bits: 256 };
    KeyDescription { label: label.to_owned(), id: id.to_vec(), reference: None, key_type }.encode().unwrap()
}

/// The same card with its state changed.
fn changed(card: &SoftCard, change: impl FnOnce(&mut Value)) -> SoftCard {
    let mut state = card.to_json();
    change(&mut state);
    SoftCard::from_json(&state).ok().unwrap()
}
