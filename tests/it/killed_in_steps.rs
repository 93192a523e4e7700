//! The program is killed inside the steps that cannot be undone, when the device in another process has carried out a command and
//! nobody has heard its answer; `ceremony resume` takes the sitting to its end, and the backup restores. `ceremonies::crashes`
//! tries every other place, within one process.

use std::fs;
use std::path::{Path, PathBuf};

use hsm_ceremony::card::{Pin, PinState};
use rustix::process::Signal;

use crate::support::any_screen::{LAST, PLAN, go_on_until, go_on_while};
use crate::support::hanging::{Halt, HangUp, HangingCard};
use crate::support::wizard::Wizard;
use crate::support::{Table, at_readers, binary, torture};

const INITIALIZE: u8 = 0x50;
const IMPORT_DKEK_SHARE: u8 = 0x52;
const GENERATE: u8 = 0x46;
const WRAP: u8 = 0x72;
const UNWRAP: u8 = 0x74;

/// Where an *establish* is killed, and where the *restore* of its backup is. Outside the long run, only the first of these.
const PLACES: [(Option<Halt>, Option<Halt>); 4] = [
    (Some(after(INITIALIZE, 1)), Some(after(UNWRAP, 1))),
    (Some(after(WRAP, 2)), Some(after(IMPORT_DKEK_SHARE, 2))),
    (Some(after(IMPORT_DKEK_SHARE, 2)), Some(after(INITIALIZE, 1))),
    (Some(after(GENERATE, 1)), None),
];

const fn after(instruction: u8, nth: usize) -> Halt {
    Halt { instruction, nth }
}

/// Holds a ceremony with this device, and kills it where the device halts. Returns its folder.
fn held(table: &mut Table, start: &[&str], serial: &str, halts: Option<Halt>, references: [u8; 2]) -> PathBuf {
    let card = HangingCard::insert(table, serial, HangUp { halts, ..HangUp::default() });
    let records = table.file("records");
    let known = folders(&records);
    let mut w = Wizard::start(start);
    if halts.is_some() {
        std::thread::scope(|scope| {
            let halted = scope.spawn(|| card.wait_until_halted());
            go_on_while(&mut w, serial, |_| !halted.is_finished());
        });
        w.signal(Signal::KILL);
        drop(w);
        card.answer_now();
        table.wait_until_free(0);
        w = Wizard::start(&["resume", "--records", records.to_str().unwrap()]);
    }
    go_on_until(&mut w, serial, LAST);
    w.leave();
    let code = w.exit();
    w.assert_given_back();
    drop(w);
    assert!([0, 4].contains(&code), "{halts:?}: {code}");
    assert_eq!(card.initialised(), 1, "{halts:?}: it was erased once");
    table.wait_until_free(0);
    let mut device = table.device(0);
    let keys: Vec<u8> = device.keys().unwrap().iter().map(|key| key.reference.get()).collect();
    assert_eq!(keys, references, "{halts:?}: each key once");
    assert_eq!(device.pin_state(Pin::User).unwrap(), PinState::TriesLeft(3), "{halts:?}: no try was lost");
    drop(device);
    table.wait_until_free(0);
    drop(card);
    table.wait_for(0, false);

    let mut new = folders(&records);
    new.retain(|folder| !known.contains(folder));
    assert_eq!(new.len(), 1, "{halts:?}: one sitting");
    let folder = new.remove(0);
    let said = table.run(binary::delivered().to_str().unwrap(), &["verify", folder.to_str().unwrap()]);
    assert!(said.contains("Each file is there and has its recorded digest"), "{halts:?}: {said}");
    let record = fs::read_to_string(folder.join("record.jsonl")).unwrap();
    assert_eq!(record.contains(r#""what":"resumed""#), halts.is_some(), "{halts:?}:\n{record}");
    folder
}

fn folders(records: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(records).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect()
}

#[test]
fn killed_when_the_device_has_done_what_cannot_be_undone_it_goes_on_and_its_backup_restores() {
    binary::short();
    let name =
        "killed_in_steps::killed_when_the_device_has_done_what_cannot_be_undone_it_goes_on_and_its_backup_restores";
    at_readers(name, |table| {
        let (plan, records) = (table.file("plan.json"), table.file("records"));
        fs::write(&plan, PLAN).unwrap();
        let [plan, at] = [&plan, &records].map(|path| path.to_str().unwrap());
        for (establish, restore) in PLACES.into_iter().take(if torture() { PLACES.len() } else { 1 }) {
            let start = ["rehearse", "establish", "--pcsc", "--plan", plan, "--records", at];
            let folder = held(table, &start, "REH0000001", establish, [1, 2]);
            let start = ["rehearse", "restore", "--pcsc", "--from", folder.to_str().unwrap(), "--records", at];
            held(table, &start, "REH0000002", restore, [10, 20]);
        }
    });
}
