//! Several devices get the same DKEK in one sitting, and what goes wrong with one of them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::card::transport::{Readers, Response, Transport, TransportError};
use hsm_ceremony::ceremony::{Body, Machine, Recovery};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::FieldName;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, DeviationName, Entry, Fact, StoredKey, verify};
use hsm_ceremony::secret::WipingBytes;
use hsm_ceremony::softcard::{CutOff, Rack, SoftCard};
use hsm_ceremony::terms::{DeviceRole, Further, Serial};
use serde_json::{Value, json};

use super::back_up::restores;
use super::rig::{Front, Rig, Turn, plan_text};
use crate::record_form::by_python;
use crate::support::schema::Schema;
use crate::support::torture;

const SECOND: DeviceRole = DeviceRole::Further(Further::Second);
const THIRD: DeviceRole = DeviceRole::Further(Further::Third);

/// A plan with one key, which a replacement would have at another place, and these further devices.
fn plan_with(further: Value) -> String {
    let mut plan: Value = serde_json::from_str(&plan_text(2, 3, &[("EC:secp256r1", 10)], false)).unwrap();
    plan["devices"] = further;
    plan.to_string()
}

fn setup(plan: &str, records: &Path) -> Setup {
    let parsed = Plan::parse(plan).unwrap();
    Setup::by_plan(CeremonyKind::Fleet, parsed, plan.to_owned(), records, Environment::SoftwareCards).unwrap()
}

fn three() -> String {
    plan_text(2, 3, &[("EC:secp256r1", 10)], false)
}

fn serial_of(rig: &Rig, role: DeviceRole) -> Serial {
    rig.machine.known().devices.serial(role).unwrap()
}

/// What a device listed last.
fn listed(rig: &Rig, of: DeviceRole) -> Vec<StoredKey> {
    let keys = rig.facts().into_iter().rev().find_map(|fact| match fact {
        Fact::Listed { role, keys } if *role == of => Some(keys.clone()),
        _ => None,
    });
    keys.unwrap_or_default()
}

fn proven_on(rig: &Rig) -> Vec<DeviceRole> {
    let role = |fact: &Fact| if let Fact::Proven { role, .. } = fact { *role } else { None };
    rig.facts().into_iter().filter_map(role).collect()
}

/// The devices that show the KCV of the sitting.
fn loaded(rig: &Rig) -> Vec<DeviceRole> {
    let drawn = rig.facts().into_iter().find_map(|fact| match fact {
        Fact::DkekDrawn { kcv, .. } => Some(*kcv),
        _ => None,
    });
    let role = |fact: &Fact| match fact {
        Fact::Loaded { role, kcv } => {
            assert_eq!(Some(*kcv), drawn);
            Some(*role)
        }
        _ => None,
    };
    rig.facts().into_iter().filter_map(role).collect()
}

/// Somebody decides to go on without a device, and says why.
fn decides(front: &mut Front<'_>) -> Turn {
    if front.empty(|kind| matches!(kind, FieldKind::Decider { .. })).is_some() {
        return front.types(FieldName::DecidedBy, "Admin");
    }
    Turn::Autopilot
}

#[test]
fn three_devices_get_one_dkek_and_two_of_them_the_keys_of_the_first() {
    let records = tempfile::tempdir().unwrap();
    let setup = setup(&three(), records.path());
    let plan = setup.plan.clone();
    let mut rig = Rig::in_hands(setup, |readers| readers);
    rig.run(|_| {});
    assert!(rig.complete() && rig.faults.is_empty() && rig.vault.is_empty(), "{:?}", rig.faults);
    assert_eq!(loaded(&rig), [DeviceRole::Original, SECOND, THIRD]);
    assert_eq!(proven_on(&rig), [SECOND, THIRD]);
    let first = listed(&rig, DeviceRole::Original);
    assert_eq!(first.len(), 1);
    assert_eq!((listed(&rig, SECOND), listed(&rig, THIRD)), (first.clone(), first), "at the same place");
    let serials: std::collections::BTreeSet<Serial> =
        [DeviceRole::Original, SECOND, THIRD].map(|role| serial_of(&rig, role)).into();
    assert_eq!(serials.len(), 3);
    assert_eq!(rig.manifest().serial, serial_of(&rig, DeviceRole::Original), "where the keys were generated");
    let intents = rig.entries.iter().filter(|entry| matches!(entry, Entry::Intent { .. })).count();
    assert_eq!(intents, 3, "each is erased on its own");
    let resumed = Machine::resume(CeremonyKind::Fleet, plan, true, &rig.entries).unwrap();
    assert_eq!(resumed.known(), rig.machine.known());
    let digest = verify(rig.lines.as_bytes()).unwrap().mark.digest.to_string();
    assert_eq!(by_python(rig.lines.as_bytes()), Some(digest));
    assert!(rig.lines.lines().all(|line| Schema::of_a_line().fits(line)));
    restores(records.path(), rig, &["key-0"]);
}

#[test]
fn a_device_gets_no_keys_where_the_plan_says_so() {
    let records = tempfile::tempdir().unwrap();
    let plan = plan_with(json!([
        { "role": "fleet", "copy_keys": false },
        { "role": "fleet", "serial": "REH0000009" },
        { "role": "fleet", "copy_keys": false },
    ]));
    let mut rig = Rig::in_hands(setup(&plan, records.path()), |readers| readers);
    rig.run(|_| {});
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    assert_eq!((loaded(&rig).len(), proven_on(&rig)), (4, vec![THIRD]));
    let plan = plan_with(json!([{ "role": "fleet", "copy_keys": false }]));
    let mut rig = Rig::in_hands(setup(&plan, records.path()), |readers| readers);
    rig.run(|_| {});
    assert!(rig.complete() && rig.vault.is_empty());
    assert_eq!((loaded(&rig).len(), proven_on(&rig)), (2, vec![]));
    assert!(rig.facts().contains(&&Fact::RestoreNotProven), "the record says that nobody restored anything");
}

#[test]
fn a_real_fleet_is_planned_and_has_at_most_eight_devices() {
    let records = tempfile::tempdir().unwrap();
    let text = three();
    let plan = Plan::parse(&text).unwrap();
    let refused = Setup::by_plan(CeremonyKind::Fleet, plan, text, records.path(), Environment::Real).err().unwrap();
    assert_eq!(refused.name.word(), "fleet-not-planned");
    let further = |count: usize| plan_with(Value::Array(vec![json!({ "role": "fleet" }); count]));
    assert_eq!(Plan::parse(&further(7)).unwrap().fleet().len(), 7);
    let refused = |plan: String| -> Vec<&'static str> {
        Plan::parse(&plan).unwrap_err().iter().map(|fault| fault.name.word()).collect()
    };
    assert_eq!(refused(further(8)), ["plan-fleet-large"]);
    let original = json!([{ "role": "original", "copy_keys": true }]);
    assert_eq!(refused(plan_with(original)), ["plan-copy-keys"]);
}

fn card(number: u8) -> SoftCard {
    SoftCard::new(&format!("REH000000{number}")).unwrap()
}

#[test]
fn the_first_device_in_place_of_another_is_refused_by_name() {
    let records = tempfile::tempdir().unwrap();
    let rack = Rack::new(1);
    rack.insert(0, card(1));
    let mut rig = Rig::held(setup(&three(), records.path()), Box::new(rack.clone()));
    let mut refused = Vec::new();
    rig.play(|front| {
        if front.fault() == Some("device-of-fleet") {
            let Body::Fault { happened, .. } = &front.view.body else { unreachable!() };
            refused.push(happened.join(" "));
            rack.remove(0);
            rack.insert(0, card(if refused.len() == 1 { 2 } else { 3 }));
        }
        Turn::Autopilot
    });
    assert!(rig.complete(), "{:?}", rig.faults);
    // Nobody changed the devices before they were told to.
    let said: Vec<bool> = [("REH0000001", "device 1"), ("REH0000002", "device 2")]
        .iter()
        .zip(&refused)
        .map(|((serial, number), said)| said.contains(serial) && said.contains(number))
        .collect();
    assert_eq!((said, refused.len()), (vec![true, true], 2), "{refused:?}");
    assert_eq!(loaded(&rig), [DeviceRole::Original, SECOND, THIRD]);
    assert_eq!(serial_of(&rig, THIRD).as_str(), "REH0000003");
}

#[test]
fn a_device_that_is_missing_is_left_out_and_the_others_are_not_affected() {
    let records = tempfile::tempdir().unwrap();
    let rack = Rack::new(1);
    rack.insert(0, card(1));
    let plan = plan_with(json!([{ "role": "fleet" }, { "role": "fleet" }]));
    let setup = setup(&plan, records.path());
    let parsed = setup.plan.clone();
    let mut rig = Rig::held(setup, Box::new(rack.clone()));
    rig.play(|front| {
        match (front.step(), &front.view.body) {
            // The second device is missing; the third comes.
            ("fleet-device", Body::Read { .. }) => {
                rack.remove(0);
                if front.view.header.title.contains("third") {
                    rack.insert(0, card(3));
                }
            }
            ("fleet-device", Body::Fault { .. }) => {
                assert_eq!(front.fault(), Some("no-device"));
                return front.goes_on_with(Recovery::WithoutDevice);
            }
            _ => {}
        }
        decides(front)
    });
    assert!(rig.complete() && rig.vault.is_empty(), "{:?}", rig.faults);
    assert_eq!((loaded(&rig), proven_on(&rig)), (vec![DeviceRole::Original, THIRD], vec![THIRD]));
    let left_out = rig.facts().into_iter().any(|fact| {
        matches!(fact, Fact::DeviceLeftOut { role: SECOND, serial: None, decided_by, reason }
            if decided_by.contains("Admin") && !reason.is_empty())
    });
    assert!(left_out);
    let Some(Entry::Sealed { deviated, .. }) = rig.entries.last() else { panic!("not sealed") };
    assert_eq!(deviated.iter().map(|one| one.name).collect::<Vec<_>>(), [DeviationName::DeviceLeftOut]);
    assert!(rig.lines.lines().all(|line| Schema::of_a_line().fits(line)));
    let resumed = Machine::resume(CeremonyKind::Fleet, parsed, true, &rig.entries).unwrap();
    assert_eq!(resumed.known(), rig.machine.known());
}

#[test]
fn a_device_that_breaks_halfway_is_left_out_and_nothing_of_it_stays_in_memory() {
    // The screen that it breaks at, and the step in which people are told so.
    for (breaks_at, told) in [("initialise", "initialise"), ("load", "empty-list"), ("full-list", "prove-key")] {
        let records = tempfile::tempdir().unwrap();
        let rack = Rack::new(1);
        rack.insert(0, card(1));
        let mut rig = Rig::held(setup(&three(), records.path()), Box::new(rack.clone()));
        rig.play(|front| {
            let second = front.machine.step().is_some_and(|step| step.role == SECOND);
            match (front.step(), &front.view.body) {
                ("fleet-device", Body::Read { .. }) => {
                    rack.remove(0);
                    rack.insert(0, card(if second { 2 } else { 3 }));
                }
                (step, Body::Fault { .. }) if second => {
                    assert_eq!(step, told);
                    return front.goes_on_with(Recovery::WithoutDevice);
                }
                (step, Body::Form { .. } | Body::Read { .. }) if second && step == breaks_at => {
                    rack.remove(0);
                }
                _ => {}
            }
            decides(front)
        });
        assert!(rig.complete() && rig.vault.is_empty(), "{breaks_at}: {:?}", rig.faults);
        assert!(proven_on(&rig).contains(&THIRD), "{breaks_at}");
        let named = rig.facts().into_iter().any(|fact| {
            matches!(fact, Fact::DeviceLeftOut { role: SECOND, serial: Some(serial), .. }
                if serial.as_str() == "REH0000002")
        });
        assert!(named, "{breaks_at}");
        // What was left out is not taken for another one.
        assert_eq!(serial_of(&rig, THIRD).as_str(), "REH0000003");
    }
}

/// Readers in which every device after this many initialisations shows another KCV than it has.
struct OtherKcv<T> {
    inner: T,
    initialised: Arc<AtomicUsize>,
}

impl Transport for OtherKcv<Box<dyn Transport>> {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        let answer = self.inner.transmit(command)?;
        if command.expose().starts_with(&[0x80, 0x50]) {
            self.initialised.fetch_add(1, Ordering::SeqCst);
        }
        let tells = command.expose().starts_with(&[0x80, 0x52]) && answer.data().len() == 10;
        if !tells || self.initialised.load(Ordering::SeqCst) < 2 {
            return Ok(answer);
        }
        let mut other = answer.data().to_vec();
        other[9] ^= 1;
        other.extend([0x90, 0x00]);
        Ok(Response::new(WipingBytes::from_slice(&other)).unwrap())
    }
    fn largest_command(&self) -> usize {
        self.inner.largest_command()
    }
    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.inner.reconnect()
    }
}

impl Readers for OtherKcv<Box<dyn Readers>> {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        self.inner.occupied()
    }
    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(OtherKcv { inner: self.inner.connect(reader)?, initialised: Arc::clone(&self.initialised) }))
    }
}

#[test]
fn a_device_that_shows_another_kcv_is_named_and_does_not_belong_to_the_fleet() {
    let records = tempfile::tempdir().unwrap();
    let plan = plan_with(json!([{ "role": "fleet" }]));
    let initialised = Arc::new(AtomicUsize::new(0));
    let mut rig = Rig::in_hands(setup(&plan, records.path()), |inner| Box::new(OtherKcv { inner, initialised }));
    let mut named = String::new();
    rig.play(|front| {
        if let (Some("device-kcv-differs"), Body::Fault { happened, .. }) = (front.fault(), &front.view.body) {
            named = happened.join(" ");
            return front.goes_on_with(Recovery::WithoutDevice);
        }
        decides(front)
    });
    assert!(rig.complete() && rig.vault.is_empty(), "{:?}", rig.faults);
    let kcv = rig.manifest().kcv.to_string();
    assert!(named.contains(&kcv), "{named}");
    assert_eq!(rig.value("device-kcv-differs", "expected"), kcv);
    assert_eq!(loaded(&rig), [DeviceRole::Original]);
    assert!(rig.facts().contains(&&Fact::RestoreNotProven));
}

#[test]
fn an_so_pin_under_a_quorum_is_the_same_on_all_devices() {
    let records = tempfile::tempdir().unwrap();
    let mut plan: Value = serde_json::from_str(&three()).unwrap();
    plan["scheme"] = json!("words");
    plan["device"]["so_pin"] = json!("quorum");
    let mut rig = Rig::in_hands(setup(&plan.to_string(), records.path()), |readers| readers);
    rig.run(|_| {});
    assert!(rig.complete() && rig.faults.is_empty() && rig.vault.is_empty(), "{:?}", rig.faults);
    assert_eq!((loaded(&rig).len(), proven_on(&rig)), (3, vec![SECOND, THIRD]));
}

#[test]
fn a_card_that_vanishes_at_any_command_of_any_device_leaves_a_whole_fleet() {
    let records = tempfile::tempdir().unwrap();
    let counting = CutOff::never();
    let mut rig = Rig::in_hands(setup(&three(), records.path()), |readers| counting.readers(readers));
    rig.run(|_| {});
    assert!(rig.complete(), "{:?}", rig.faults);
    let step = if torture() { 1 } else { 13 };
    let cuts: [fn(usize) -> CutOff; 2] = [CutOff::before, CutOff::after];
    for n in (1..=counting.sent()).step_by(step) {
        for cut in cuts {
            let cut = cut(n);
            let mut rig = Rig::in_hands(setup(&three(), records.path()), |readers| cut.readers(readers));
            rig.run(|_| {});
            let at = format!("cut at {n}: {:?}", rig.faults);
            assert!(rig.complete() && rig.vault.is_empty(), "{at}");
            assert_eq!(loaded(&rig), [DeviceRole::Original, SECOND, THIRD], "{at}");
            assert_eq!(proven_on(&rig), [SECOND, THIRD], "{at}");
            let first = listed(&rig, DeviceRole::Original);
            assert!(listed(&rig, SECOND) == first && listed(&rig, THIRD) == first, "{at}");
            assert_eq!(rig.manifest().keys.len(), 1, "{at}");
        }
    }
}
