//! What a device is called as a PKCS#11 token: shown, written when it is initialised, and compared with the plan.

use std::path::Path;

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::card::transport::Readers;
use hsm_ceremony::card::{Device, Initialise, PinAnswer, PinReset};
use hsm_ceremony::ceremony::{Asks, Body, Question};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Deviated, DeviationName, Entry, Fact};
use hsm_ceremony::secret::{SoPin, TypedText, UserPin};
use hsm_ceremony::softcard::{Rack, SoftCard};

use super::rig::{Rig, Turn, plan_text};

const LABEL: &str = "Example Root CA 2026";

fn plan(label: &str) -> String {
    let plan = plan_text(2, 2, &[("EC:secp256r1", 10)], false);
    plan.replacen(r#""device":{"#, &format!(r#""device":{{"token_label":"{label}","#), 1)
}

fn device(rack: &Rack) -> Device {
    Device::open(rack.clone().connect(&Rack::name(0)).unwrap()).unwrap()
}

/// A card with the published SO-PIN that somebody has called this before.
fn called(label: &str) -> Rack {
    let typed = |text: &str| {
        let mut typed = TypedText::new();
        text.bytes().for_each(|byte| typed.push(byte).unwrap());
        typed
    };
    let rack = Rack::new(1);
    rack.insert(0, SoftCard::new("REH0000051").unwrap());
    let so_pin = SoPin::from_typed(&typed("3537363231383830")).ok().unwrap();
    let user_pin = UserPin::from_typed(&typed("648219")).ok().unwrap();
    let (so_pin, user_pin) = (&so_pin, &user_pin);
    let settings = Initialise { so_pin, user_pin, user_pin_tries: 3, dkek_shares: Some(1), pin_reset: PinReset::Off };
    let mut device = device(&rack);
    assert_eq!(device.token_label().unwrap(), None, "a new device is called nothing");
    assert_eq!(device.initialise(&settings).unwrap(), PinAnswer::Accepted);
    assert_eq!(device.verify_user_pin(user_pin).unwrap(), PinAnswer::Accepted);
    device.write_token_label(label).unwrap();
    rack
}

/// A ceremony with this device; what the screen said when it was found.
fn held(kind: CeremonyKind, plan: &str, records: &Path, rack: &Rack) -> (Rig, Vec<String>) {
    let parsed = Plan::parse(plan).unwrap();
    let setup = Setup::by_plan(kind, parsed, plan.to_owned(), records, Environment::SoftwareCards).unwrap();
    let (mut rig, mut said) = (Rig::held(setup, Box::new(rack.clone())), Vec::new());
    rig.play(|front| {
        if let Body::Choose { text, asks: Asks::Step(Question::RightDevice), .. } = &front.view.body {
            said.push(text.join("\n"));
        }
        Turn::Autopilot
    });
    assert!(rig.complete(), "{:?}", rig.entries.last());
    (rig, said)
}

fn deviated(rig: &Rig) -> Vec<Deviated> {
    let Some(Entry::Sealed { deviated, .. }) = rig.entries.last() else { panic!("not sealed") };
    deviated.clone()
}

fn settings(rig: &Rig) -> Option<String> {
    let label = |fact: &Fact| if let Fact::Settings(settings) = fact { settings.token_label.clone() } else { None };
    rig.facts().into_iter().find_map(label)
}

#[test]
fn a_device_that_is_initialised_gets_the_label_of_the_plan_and_its_old_one_is_shown_before() {
    let (records, rack) = (tempfile::tempdir().unwrap(), called("Old name"));
    let (rig, said) = held(CeremonyKind::Establish, &plan(LABEL), records.path(), &rack);
    assert!(said[0].contains("State        initialised before, called \"Old name\""), "{}", said[0]);
    assert!(said[0].contains(&format!("Initialising writes the label of the plan, \"{LABEL}\"")), "{}", said[0]);
    assert_eq!((settings(&rig).as_deref(), deviated(&rig)), (Some(LABEL), Vec::new()));
    assert_eq!(device(&rack).token_label().unwrap().as_deref(), Some(LABEL));
    // In use, it is recognised; called something else than another plan says, it is named, and to go on is a deviation.
    let (rig, said) = held(CeremonyKind::Inspect, &plan(LABEL), records.path(), &rack);
    assert!(!said.concat().contains("It is called") && deviated(&rig).is_empty(), "{said:?}");
    let (rig, said) = held(CeremonyKind::Inspect, &plan("Issuing CA"), records.path(), &rack);
    assert!(said.concat().contains(&format!("It is called \"{LABEL}\"; the plan says \"Issuing CA\".")), "{said:?}");
    let [one] = &deviated(&rig)[..] else { panic!("{:?}", deviated(&rig)) };
    assert_eq!(one.name, DeviationName::OtherTokenLabel);
    assert_eq!((one.expected.as_deref(), one.happened.as_deref()), (Some("Issuing CA"), Some(LABEL)));
}

#[test]
fn without_a_label_in_the_plan_nothing_is_written_and_nothing_compared() {
    let (records, rack) = (tempfile::tempdir().unwrap(), called("Old name"));
    let plan = plan_text(2, 2, &[("EC:secp256r1", 10)], false);
    let (rig, said) = held(CeremonyKind::Establish, &plan, records.path(), &rack);
    assert!(said[0].contains("called \"Old name\"") && !said[0].contains("Initialising writes"), "{}", said[0]);
    assert_eq!((settings(&rig), deviated(&rig)), (None, Vec::new()));
    assert_eq!(device(&rack).token_label().unwrap(), None, "it was erased with everything else");
}
