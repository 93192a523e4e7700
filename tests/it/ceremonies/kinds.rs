//! A sitting of every kind, as its tests begin it: on software cards, with something between the program and its readers.

use std::path::Path;

use hsm_ceremony::app::{Environment, Setup, latest_backup};
use hsm_ceremony::card::transport::Readers;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::CeremonyKind;
use hsm_ceremony::softcard::{Faults, Rack};

use super::rig::{Rig, plan_text, used_card};

pub fn plan() -> String {
    plan_text(2, 3, &[("EC:secp256r1", 10)], false)
}

pub fn two_custodians() -> String {
    plan_text(2, 2, &[("EC:secp256r1", 10)], false)
}

/// Nothing between the program and its readers.
pub fn nothing(readers: Box<dyn Readers>) -> Box<dyn Readers> {
    readers
}

/// The sitting that another made a backup for, held by the same people.
pub fn after_establish(
    records: &Path,
    between: impl FnOnce(Box<dyn Readers>) -> Box<dyn Readers>,
    setup: impl FnOnce(&Path, &Path) -> Setup,
) -> Rig {
    let mut first = Rig::establish(&plan(), records);
    first.run(|_| {});
    assert!(first.complete());
    let setup = setup(&latest_backup(records).unwrap(), records);
    let rig = Rig::in_hands(setup, between).with_papers_of(first);
    rig.log.lock().unwrap().clear();
    rig
}

pub fn from_backup(
    kind: CeremonyKind,
    records: &Path,
    between: impl FnOnce(Box<dyn Readers>) -> Box<dyn Readers>,
) -> Rig {
    after_establish(records, between, |from, records| {
        Setup::from_backup(kind, from, None, records, Environment::SoftwareCards).unwrap()
    })
}

/// Other custodians for the same keys.
pub fn by_change(
    kind: CeremonyKind,
    text: &str,
    records: &Path,
    between: impl FnOnce(Box<dyn Readers>) -> Box<dyn Readers>,
) -> Rig {
    after_establish(records, between, |from, records| {
        let text = text.to_owned();
        let new = (Plan::parse(&text).unwrap(), text);
        Setup::by_change(kind, from, new, None, records, Environment::SoftwareCards).unwrap()
    })
}

pub fn adding(records: &Path, between: impl FnOnce(Box<dyn Readers>) -> Box<dyn Readers>) -> Rig {
    after_establish(records, between, |from, records| {
        Setup::by_addition(CeremonyKind::AddKeys, from, None, records, Environment::SoftwareCards).unwrap()
    })
}

pub fn importing(records: &Path, between: impl FnOnce(Box<dyn Readers>) -> Box<dyn Readers>) -> Rig {
    after_establish(records, between, |from, records| {
        Setup::by_addition(CeremonyKind::Import, from, None, records, Environment::SoftwareCards).unwrap()
    })
}

fn planned(kind: CeremonyKind, records: &Path) -> Setup {
    Setup::by_plan(kind, Plan::parse(&plan()).unwrap(), plan(), records, Environment::SoftwareCards).unwrap()
}

pub fn by_plan(kind: CeremonyKind, records: &Path, between: impl FnOnce(Box<dyn Readers>) -> Box<dyn Readers>) -> Rig {
    Rig::in_hands(planned(kind, records), between)
}

/// The PINs of a device that has keys.
pub fn pins(records: &Path, between: impl FnOnce(Box<dyn Readers>) -> Box<dyn Readers>) -> Rig {
    after_establish(records, between, |_, records| planned(CeremonyKind::Pins, records))
}

/// *Establish* on a device that was in use.
pub fn on_a_used_device(records: &Path, between: impl FnOnce(Box<dyn Readers>) -> Box<dyn Readers>) -> Rig {
    let rack = Rack::new(1);
    assert!(rack.insert(0, used_card("REH0000001", Faults::default())).is_none());
    let mut setup = planned(CeremonyKind::Establish, records);
    (setup.context.readers, setup.context.inserter) = (Box::new(rack.clone()), None);
    Rig { rack: Some(rack), ..Rig::in_hands(setup, between) }
}
