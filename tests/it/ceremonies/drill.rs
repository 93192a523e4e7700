//! A drill proves that the cards still open the backup, and says what it did not prove.

use std::fs;
use std::path::Path;

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::bundle::{FileState, examine};
use hsm_ceremony::ceremony::{Asks, Body, Input, Machine, Person, Question, TickId};
use hsm_ceremony::folder::Folder;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Deviation, Entry, Fact, Loss, verify};
use hsm_ceremony::terms::{CustodianNumber, DkekShareNumber, Drill, Holder, Seat};

use super::foreign_sets::without_record;
use super::mistakes::goes_on;
use super::rig::{Rig, Turn};
use super::{Day, Guard};

fn established(plan: &str, records: &Path) -> Rig {
    let mut rig = Rig::establish(plan, records);
    rig.run(|_| {});
    assert!(rig.complete());
    rig
}

/// A drill of the backup that this *establish* made, by the same people.
fn drill(made: Rig, records: &Path, how: Drill) -> (Rig, Plan) {
    let setup =
        Setup::from_backup(CeremonyKind::Drill, &made.folder, None, records, Environment::SoftwareCards).unwrap();
    let plan = setup.plan.clone();
    (Rig::in_hands(setup, |readers| readers).with_papers_of(made).drilling(how), plan)
}

/// The record is intact, every file is the one that was written, and the record alone leads to what the sitting knew.
fn stands(rig: &Rig, plan: &Plan) {
    let proof = verify(&fs::read(rig.folder.join("record.jsonl")).unwrap()).unwrap();
    let examined = examine(&Folder::open(&rig.folder), &proof);
    assert!(examined.faults.is_empty(), "{:?}", examined.faults);
    assert!(examined.files.iter().all(|file| file.state == FileState::Unchanged), "{:?}", examined.files);
    let resumed = Machine::resume(CeremonyKind::Drill, plan.clone(), true, &rig.entries).unwrap();
    assert_eq!(resumed.known(), rig.machine.known());
}

/// Who sat at the seats of the share file that was opened last.
fn seats(rig: &Rig) -> usize {
    rig.facts()
        .into_iter()
        .rev()
        .find_map(|fact| if let Fact::Opened { right, .. } = fact { Some(right.len()) } else { None })
        .unwrap()
}

fn place_of(rig: &Rig, is: fn(&Fact) -> bool) -> Option<usize> {
    rig.facts().into_iter().position(is)
}

#[test]
fn a_quorum_proves_the_backup_without_a_device() {
    for guards in [[Guard::Numbers(2, 3)].as_slice(), &[Guard::Words(2, 3)], &[Guard::Numbers(3, 4), Guard::Password]] {
        let records = tempfile::tempdir().unwrap();
        let made = established(&Day::of(guards).text(), records.path());
        let (mut rig, plan) = drill(made, records.path(), Drill::Quorum);
        let mut said = String::new();
        rig.run(|sight| {
            if let Body::Read { text } = &sight.view.body {
                said += &text.join(" ");
            }
        });
        goes_on(&rig, &[]);
        stands(&rig, &plan);
        assert!(rig.facts().contains(&&Fact::DrillChosen { drill: Drill::Quorum }));
        assert!(rig.facts().contains(&&Fact::RestoreNotProven), "nothing was restored, and the record says so");
        assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Verified { .. })));
        let (refused, opened) = (
            place_of(&rig, |fact| matches!(fact, Fact::WrongShareRefused { .. })),
            place_of(&rig, |fact| matches!(fact, Fact::Opened { .. })),
        );
        assert!(refused.is_some() && refused < opened, "a wrong share was tried before the right ones");
        assert!(place_of(&rig, |fact| matches!(fact, Fact::Device { .. })).is_none(), "no device is asked for");
        assert!(said.contains("Not proven today"), "{said}");
    }
}

#[test]
fn everyone_proves_each_share_with_one_opening() {
    for guard in [Guard::Numbers(2, 5), Guard::Words(2, 4)] {
        let records = tempfile::tempdir().unwrap();
        let made = established(&Day::of(&[guard]).so_pin_under_quorum().text(), records.path());
        let (mut rig, plan) = drill(made, records.path(), Drill::Everyone);
        rig.run(|_| {});
        goes_on(&rig, &[]);
        stands(&rig, &plan);
        let (Guard::Numbers(_, n) | Guard::Words(_, n)) = guard else { unreachable!() };
        assert_eq!(seats(&rig), usize::from(n));
        assert!(rig.machine.known().shares_not_proven().is_empty());
        assert_eq!(rig.facts().iter().filter(|fact| matches!(fact, Fact::Opened { .. })).count(), 1);
    }
}

#[test]
fn whoever_is_absent_has_a_share_that_is_not_proven_and_that_is_a_deviation() {
    let records = tempfile::tempdir().unwrap();
    let made = established(&Day::of(&[Guard::Words(2, 4)]).text(), records.path());
    let (mut rig, plan) = drill(made, records.path(), Drill::Everyone);
    let absent = Holder { share: DkekShareNumber::FIRST, custodian: CustodianNumber::new(2) };
    let mut said = String::new();
    rig.play(|front| match &front.view.body {
        Body::Tick { items, .. } => {
            let is_absent = |id: TickId| id == TickId::Person(Person::Holder(absent));
            let open: Vec<_> = items.iter().filter(|item| !item.ticked).collect();
            match open.as_slice() {
                [one] if is_absent(one.id) => Turn::Do(Input::GoOn),
                all => all
                    .iter()
                    .find(|item| !is_absent(item.id))
                    .map_or(Turn::Autopilot, |item| Turn::Do(Input::Tick(item.id))),
            }
        }
        Body::Read { text } if text.join(" ").contains("were not") => {
            said = text.join(" ");
            Turn::Autopilot
        }
        _ => Turn::Autopilot,
    });
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    stands(&rig, &plan);
    assert_eq!(seats(&rig), 3, "each of those who are here");
    assert_eq!(rig.machine.known().shares_not_proven(), [absent]);
    let name = Deviation::SharesNotProven.word();
    assert!(rig.entries.iter().any(|entry| matches!(entry, Entry::Deviates { name: found, .. } if found == name)));
    assert!(said.contains("Guard 1.2") && !said.contains("Guard 1.1"), "{said}");
}

#[test]
fn on_a_spare_the_keys_come_back_and_the_device_that_holds_them_is_not_taken_for_it() {
    let records = tempfile::tempdir().unwrap();
    let made = established(&Day::of(&[Guard::Numbers(2, 3)]).so_pin_under_quorum().text(), records.path());
    let original = made.manifest().serial;
    let (mut rig, plan) = drill(made, records.path(), Drill::Spare);
    rig.run(|_| {});
    goes_on(&rig, &[]);
    stands(&rig, &plan);
    assert_eq!(rig.machine.known().restored.loss, Some(Loss::Nothing));
    let erased = rig.facts().into_iter().find_map(|fact| match fact {
        Fact::Initialised { serial, .. } => Some(serial.clone()),
        _ => None,
    });
    assert!(erased.is_some() && erased != Some(original));
    assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Proven { .. })));
    assert!(!rig.facts().contains(&&Fact::RestoreNotProven));
}

#[test]
fn the_plan_says_how_far_a_drill_goes_and_when_the_next_is_due() {
    let records = tempfile::tempdir().unwrap();
    let mut day = Day::of(&[Guard::Words(2, 3)]);
    day.0["drill"] = "everyone".into();
    day.0["drill_months"] = 6.into();
    let made = established(&day.text(), records.path());
    let (mut rig, plan) = drill(made, records.path(), Drill::Quorum);
    assert_eq!((plan.drill, plan.drill_months), (Drill::Everyone, 6));
    let mut said = String::new();
    rig.run(|sight| {
        if let Body::Choose { text, asks: Asks::Step(Question::Drill), .. } = &sight.view.body {
            said = text.join(" ");
        }
    });
    goes_on(&rig, &[]);
    assert!(said.contains("The plan says: every custodian"), "{said}");
    let next = rig.facts().into_iter().find_map(|fact| match fact {
        Fact::NextDrill { day, months } => Some((*day, *months)),
        _ => None,
    });
    assert_eq!(next, Some((hsm_ceremony::app::today().after_months(6), 6)));
}

#[test]
fn files_without_a_record_can_be_drilled_too() {
    let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let text = Day::of(&[Guard::Numbers(2, 4)]).text();
    let made = established(&text, records.path());
    without_record(&made.folder, place.path());
    let setup = Setup::from_backup(
        CeremonyKind::Drill,
        place.path(),
        Some((Plan::parse(&text).unwrap(), text.clone())),
        records.path(),
        Environment::SoftwareCards,
    );
    let mut rig = Rig::in_hands(setup.unwrap(), |readers| readers).with_papers_of(made).drilling(Drill::Everyone);
    rig.run(|_| {});
    goes_on(&rig, &[]);
    assert_eq!(seats(&rig), 4);
    assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::WrongShareRefused { seat: Seat(1), .. })));
}

#[test]
fn a_wrapped_key_that_was_damaged_does_not_pass() {
    let records = tempfile::tempdir().unwrap();
    let mut day = Day::of(&[Guard::Words(2, 3)]);
    day.0["keys"] = serde_json::json!([
        { "label": "key-0", "type": "EC:secp256r1", "id": "10" },
        { "label": "key-1", "type": "EC:secp256r1", "id": "11" },
    ]);
    let made = established(&day.text(), records.path());
    let (place, wrapped) = (tempfile::tempdir().unwrap(), "key-0.wrapped");
    without_record(&made.folder, place.path());
    // Its last byte is in the MAC.
    let file = [place.path().join(wrapped), place.path().join("keys").join(wrapped)];
    let file = file.into_iter().find(|file| file.exists()).unwrap();
    let content = fs::read(&file).unwrap();
    let blob_ends = content.len() - 1;
    let mut damaged = content;
    spoil_mac(&mut damaged, blob_ends);
    fs::write(&file, damaged).unwrap();
    let text = day.text();
    let setup = Setup::from_backup(
        CeremonyKind::Drill,
        place.path(),
        Some((Plan::parse(&text).unwrap(), text.clone())),
        records.path(),
        Environment::SoftwareCards,
    );
    let mut rig = Rig::in_hands(setup.unwrap(), |readers| readers).with_papers_of(made);
    rig.play(|front| match front.fault() {
        Some(_) => front.goes_on_with(hsm_ceremony::ceremony::Recovery::LeaveOut),
        None => Turn::Autopilot,
    });
    assert!(rig.complete());
    assert_eq!(rig.failed().len(), 1, "{:?}", rig.failed());
    let verified = rig.facts().into_iter().filter(|fact| matches!(fact, Fact::Verified { .. })).count();
    assert_eq!(verified, 1, "the other key passes");
}

/// Changes a byte of the wrapped key itself, which ends before its description.
fn spoil_mac(content: &mut [u8], last: usize) {
    let blob = hsm_ceremony::dkek::WrappedKeyFile::parse(content).unwrap().blob.as_bytes().to_vec();
    let at = content.windows(blob.len()).position(|part| part == blob).unwrap() + blob.len() - 1;
    assert!(at <= last);
    content[at] ^= 1;
}
