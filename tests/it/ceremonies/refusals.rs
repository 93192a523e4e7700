//! A device that refuses one key of several: the others come back, and what the device holds is asked of it.

use std::fs;
use std::path::Path;

use hsm_ceremony::card::transport::{Readers, Response, Transport, TransportError};
use hsm_ceremony::ceremony::{Machine, Recovery};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Ending, Entry, Fact};
use hsm_ceremony::secret::WipingBytes;
use tempfile::TempDir;

use super::given::foreign_setup;
use super::mistakes::stopped;
use super::old::{Custodians, Set, seal_share, wrapped_keys};
use super::rig::{Rig, Turn, plan_text};

/// What a device answers instead, and whether it carries the command out all the same.
#[derive(Clone, Copy)]
struct Refusal {
    /// The first bytes of the command.
    command: &'static [u8],
    status: [u8; 2],
    carries_out: bool,
}

/// What people see of a device that is full.
const FULL: [u8; 2] = [0x6A, 0x84];

/// Devices that refuse some commands: to generate keys, once they have the DKEK.
struct Refusing<T>(T, Refusal, bool);

impl Readers for Refusing<Box<dyn Readers>> {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        self.0.occupied()
    }
    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(Refusing(self.0.connect(reader)?, self.1, self.2)))
    }
}

impl Transport for Refusing<Box<dyn Transport>> {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        self.2 |= command.expose().starts_with(&[0x80, 0x52, 0x00, 0x00, 0x20]);
        let throw_away = command.expose().starts_with(&[0x00, 0x46]) && !self.2;
        let refused = command.expose().starts_with(self.1.command) && !throw_away;
        if refused && !self.1.carries_out {
            return Response::new(WipingBytes::from_slice(&self.1.status)).ok_or(TransportError::Garbled);
        }
        let answer = self.0.transmit(command)?;
        let status = || Response::new(WipingBytes::from_slice(&self.1.status)).ok_or(TransportError::Garbled);
        if refused { status() } else { Ok(answer) }
    }
    fn largest_command(&self) -> usize {
        self.0.largest_command()
    }
    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.0.reconnect()
    }
}

/// Two keys at the references 1 and 2 of a device that answers so; after a failure people leave the key out.
fn restored(refusal: Refusal) -> (Rig, TempDir) {
    let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let set = Set::golden("2-of-3");
    let dkek = wrapped_keys(place.path(), &["ec-secp384r1", "ec-secp256k1"]);
    seal_share(place.path(), &dkek, &set.password);
    let mut rig = in_hands(place.path(), records.path(), refusal);
    let mut people = Custodians::new(&set, &[0, 1]);
    rig.play(|front| match front.fault() {
        Some(_) => front.goes_on_with(Recovery::LeaveOut),
        None => people.answer(front),
    });
    (rig, records)
}

fn in_hands(from: &Path, records: &Path, refusal: Refusal) -> Rig {
    let keys = [("EC:secp256k1", 1), ("EC:secp384r1", 2)];
    // The plan gives both keys their references by their labels.
    let plan = plan_text(2, 3, &keys, false).replace("key-0", "ec-secp256k1").replace("key-1", "ec-secp384r1");
    Rig::in_hands(foreign_setup(from, &plan, records).unwrap(), move |readers| {
        Box::new(Refusing(readers, refusal, false))
    })
}

fn on_card(rig: &Rig) -> usize {
    let file = fs::read_dir(rig.folder.join("cards")).unwrap().next().unwrap().unwrap().path();
    let state: serde_json::Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    state["keys"].as_object().unwrap().len()
}

fn proven(rig: &Rig) -> usize {
    rig.facts().iter().filter(|fact| matches!(fact, Fact::Proven { .. })).count()
}

fn deviations(rig: &Rig) -> u16 {
    match rig.entries.last() {
        Some(Entry::Sealed { ending: Ending::Complete, deviations, .. }) => *deviations,
        other => panic!("{other:?}"),
    }
}

const UNWRAP_TO_1: &[u8] = &[0x80, 0x74, 0x01, 0x93];

#[test]
fn a_key_for_which_there_is_no_room_is_left_out_and_the_next_comes_back() {
    let (rig, _records) = restored(Refusal { command: UNWRAP_TO_1, status: [0x6A, 0x84], carries_out: false });
    assert_eq!(rig.failed(), ["device-full"]);
    assert_eq!(rig.value("device-full", "operation"), "unwrap");
    assert!(rig.faults[0].contains("no room left") && rig.faults[0].contains("6A84"), "{:?}", rig.faults);
    assert_eq!((on_card(&rig), proven(&rig), deviations(&rig)), (1, 1, 1));
}

#[test]
fn a_key_that_the_device_stored_although_it_refused_it_is_back() {
    let (rig, _records) = restored(Refusal { command: UNWRAP_TO_1, status: [0x6F, 0x00], carries_out: true });
    assert!(rig.failed().is_empty(), "{:?}", rig.failed());
    assert_eq!((on_card(&rig), proven(&rig), deviations(&rig)), (2, 2, 0));
}

#[test]
fn a_key_whose_description_cannot_be_written_may_be_left_out_where_it_is() {
    // It is on the device, and nobody is told that it is not: the list shows it.
    let (rig, _records) =
        restored(Refusal { command: &[0x00, 0xD7, 0xC4, 0x01], status: [0x6A, 0x84], carries_out: false });
    assert_eq!(rig.failed(), ["key-unfinished"]);
    assert_eq!(
        (rig.value("key-unfinished", "operation"), rig.value("key-unfinished", "status")),
        ("write-file".into(), "6A84".into())
    );
    assert_eq!((on_card(&rig), proven(&rig), deviations(&rig)), (2, 1, 1));
    let mut listed = rig.facts().into_iter().filter_map(|fact| match fact {
        Fact::Listed { keys, .. } => Some(keys.len()),
        _ => None,
    });
    assert_eq!(listed.next_back(), Some(2));
}

#[test]
fn a_key_that_refuses_to_sign_goes_on_without_proof() {
    let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let set = Set::golden("2-of-3");
    let dkek = wrapped_keys(place.path(), &["ec-secp384r1", "ec-secp256k1"]);
    seal_share(place.path(), &dkek, &set.password);
    let refusal = Refusal { command: &[0x80, 0x68, 0x01], status: [0x6A, 0x81], carries_out: false };
    let mut rig = in_hands(place.path(), records.path(), refusal);
    let mut people = Custodians::new(&set, &[0, 1]);
    rig.play(|front| match front.fault() {
        Some(_) => front.goes_on_with(Recovery::WithoutProof),
        None => people.answer(front),
    });
    assert_eq!(rig.failed(), ["card-refused"]);
    assert_eq!((on_card(&rig), proven(&rig), deviations(&rig)), (2, 1, 1));
}

#[test]
fn a_key_whose_certificate_finds_no_room_may_be_left_out_too() {
    let mut rig_and_records = Vec::new();
    for command in [&[0x00, 0xD7, 0xCE, 0x01], &[0x00, 0xD7, 0xC4, 0x01]] {
        rig_and_records.push(restored(Refusal { command, status: FULL, carries_out: false }));
    }
    for (rig, _) in &rig_and_records {
        assert_eq!(rig.failed(), ["key-unfinished"]);
        assert_eq!(rig.value("key-unfinished", "operation"), "write-file");
        assert_eq!((on_card(rig), proven(rig), deviations(rig)), (2, 1, 1));
    }
}

/// An *establish* with two keys on a device that answers so; people leave out what it refuses.
fn established(refusal: Refusal, prove_restore: bool, records: &Path) -> Rig {
    let text = plan_text(2, 3, &[("EC:secp256r1", 10), ("EC:secp256k1", 11)], prove_restore);
    let plan = Plan::parse(&text).unwrap();
    let mut rig = Rig::establish_with(&text, records, |readers| Box::new(Refusing(readers, refusal, false)));
    rig.play(|front| {
        let resumed = Machine::resume(CeremonyKind::Establish, plan.clone(), true, front.entries).unwrap();
        assert_eq!(resumed.known(), front.machine.known(), "after {:?}", front.entries.last());
        match front.fault() {
            Some(_) => front.goes_on_with(Recovery::LeaveOut),
            None => Turn::Autopilot,
        }
    });
    rig
}

#[test]
fn a_key_for_which_a_new_device_has_no_room_is_left_out_and_the_other_is_backed_up_and_restored() {
    // Refused when it is generated, and when it is described: then it is on the device.
    let commands: [(&[u8], usize); 2] = [(&[0x00, 0x46, 0x01], 1), (&[0x00, 0xD7, 0xC4, 0x01], 2)];
    for ((command, listed), prove_restore) in commands.into_iter().zip([true, false]) {
        let records = tempfile::tempdir().unwrap();
        let rig = established(Refusal { command, status: FULL, carries_out: false }, prove_restore, records.path());
        assert_eq!(rig.failed(), [if listed == 1 { "device-full" } else { "key-unfinished" }]);
        assert_eq!(deviations(&rig), 1);
        let labels: Vec<String> = rig.manifest().keys.iter().map(|key| key.label.to_string()).collect();
        assert_eq!(labels, ["key-1"], "only what has a backup is in the manifest");
        let first_list = rig.facts().into_iter().find_map(|fact| match fact {
            Fact::Listed { keys, .. } => Some(keys.len()),
            _ => None,
        });
        assert_eq!(first_list, Some(listed), "what is on the device is shown");
        let mut restore = Rig::restore(records.path()).with_papers_of(rig);
        restore.run(|_| {});
        assert!(restore.complete() && restore.failed().is_empty(), "{:?}", restore.failed());
        assert_eq!((proven(&restore), deviations(&restore)), (1, 0));
    }
}

#[test]
fn the_only_key_of_a_plan_cannot_be_left_out() {
    let records = tempfile::tempdir().unwrap();
    let refusal = Refusal { command: &[0x00, 0x46], status: FULL, carries_out: false };
    let text = plan_text(2, 3, &[("EC:secp256r1", 10)], false);
    let mut rig = Rig::establish_with(&text, records.path(), |readers| Box::new(Refusing(readers, refusal, false)));
    rig.play(|front| match front.fault() {
        Some(_) => {
            assert_eq!(front.machine.choices(), [Recovery::TryAgain, Recovery::Stop]);
            front.goes_on_with(Recovery::Stop)
        }
        None => Turn::Autopilot,
    });
    stopped(&rig, &["device-full"]);
}

#[test]
fn of_several_keys_the_last_one_cannot_be_left_out_too() {
    let records = tempfile::tempdir().unwrap();
    let refusal = Refusal { command: &[0x00, 0x46], status: FULL, carries_out: false };
    let text = plan_text(2, 3, &[("EC:secp256r1", 10), ("EC:secp256k1", 11)], false);
    let mut rig = Rig::establish_with(&text, records.path(), |readers| Box::new(Refusing(readers, refusal, false)));
    rig.play(|front| match front.fault() {
        Some(_) if front.machine.choices().contains(&Recovery::LeaveOut) => front.goes_on_with(Recovery::LeaveOut),
        Some(_) => front.goes_on_with(Recovery::Stop),
        None => Turn::Autopilot,
    });
    stopped(&rig, &["device-full", "device-full"]);
}
