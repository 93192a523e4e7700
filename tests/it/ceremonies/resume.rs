//! The record alone recreates the same machine, at every step.

use hsm_ceremony::ceremony::Machine;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Entry, verify};
use hsm_ceremony::terms::Number;

use super::plans::{Day, Guard};
use super::rig::{Rig, both, plan_text};

#[test]
fn a_machine_resumed_from_its_record_equals_the_live_one_at_every_step() {
    let keys = [("EC:secp256r1", 10), ("EC:secp256k1", 11)];
    let several = Day::of(&[Guard::Password, Guard::Numbers(2, 2), Guard::Words(2, 3)]).so_pin_under_quorum();
    for text in [plan_text(2, 4, &keys, false), plan_text(3, 3, &keys, true), Day::full().text(), several.text()] {
        let plan = Plan::parse(&text).unwrap();
        let records = tempfile::tempdir().unwrap();
        let mut steps = 0;
        let mut entries_seen = 0;
        both(&text, records.path(), |ceremony, sight| {
            if sight.entries.len() == entries_seen {
                return;
            }
            entries_seen = sight.entries.len();
            let resume = |entries| Machine::resume(ceremony, plan.clone(), true, entries).unwrap();
            let resumed = resume(sight.entries);
            assert_eq!(resumed.known(), sight.machine.known(), "after {:?}", sight.entries.last());
            assert_eq!(resumed.number(), sight.machine.number());
            steps += usize::from(matches!(sight.entries.last(), Some(Entry::Done { .. } | Entry::Sealed { .. })));
        });
        assert!(steps >= 30, "{steps} steps were compared");
    }
}

#[test]
fn an_unknown_way_to_continue_is_not_ignored() {
    let step = Number { section: 1, step: 1 };
    let entries = ["try-again", "some-way-of-a-later-version"]
        .map(|choice| [Entry::Recovered { step, choice: choice.to_owned(), to: step }]);
    let plan = Plan::parse(&plan_text(2, 3, &[("EC:secp256r1", 10)], false)).unwrap();
    let resumed =
        entries.map(|entries| Machine::resume(CeremonyKind::Establish, plan.clone(), true, &entries).is_some());
    assert_eq!(resumed, [true, false]);
}

#[test]
fn what_is_read_back_from_the_file_is_what_was_recorded() {
    let records = tempfile::tempdir().unwrap();
    let one = plan_text(2, 3, &[("EC:secp256r1", 10)], false);
    for (plan, keys, dkek_shares) in [(one, 1, 1), (Day::full().text(), 2, 3)] {
        let mut rig = Rig::establish(&plan, records.path());
        rig.run(|_| {});
        let manifest = rig.manifest();
        assert_eq!((manifest.keys.len(), manifest.dkek_shares.len()), (keys, dkek_shares));
        same(&rig);
        let mut restore = Rig::restore(records.path()).with_papers_of(rig);
        restore.run(|_| {});
        same(&restore);
    }
}

fn same(rig: &Rig) {
    let proof = verify(rig.lines.as_bytes()).unwrap();
    let read: Vec<Entry> = proof.lines.into_iter().map(|line| line.entry).collect();
    assert_eq!(read, rig.entries);
}
