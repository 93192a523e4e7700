//! The card vanishes at every command of both ceremonies; each time they go on to their end.

use std::path::Path;

use hsm_ceremony::record::{Entry, Fact};
use hsm_ceremony::softcard::{CutOff, Faults};

use super::rig::{Rig, plan_text, used_card};

fn plan() -> String {
    plan_text(2, 3, &[("EC:secp256r1", 10)], false)
}

fn initialised(rig: &Rig) -> usize {
    rig.log.lock().unwrap().iter().filter(|command| command.starts_with(&[0x80, 0x50])).count()
}

#[test]
fn a_card_that_vanishes_at_any_command_stops_neither_ceremony() {
    for used in [false, true] {
        every_cut(used);
    }
}

fn establish(used: bool, records: &Path, cut: &CutOff) -> Rig {
    if used {
        let card = used_card("REH0000001", Faults::default());
        return Rig::establish_on(card, &plan(), records, |readers| cut.readers(readers));
    }
    Rig::establish_with(&plan(), records, |readers| cut.readers(readers))
}

fn restore(used: bool, records: &Path, cut: &CutOff) -> Rig {
    if used {
        return Rig::restore_on(used_card("REH0000002", Faults::default()), records, |readers| cut.readers(readers));
    }
    Rig::restore_with(records, |readers| cut.readers(readers))
}

fn every_cut(used: bool) {
    let records = tempfile::tempdir().unwrap();
    let counting = CutOff::never();
    let mut first = establish(used, records.path(), &counting);
    first.run(|_| {});
    let establish_commands = counting.sent();
    let counting = CutOff::never();
    let mut second = restore(used, records.path(), &counting).with_papers_of(first);
    second.run(|_| {});
    let restore_commands = counting.sent();

    let cuts: [fn(usize) -> CutOff; 2] = [CutOff::before, CutOff::after];
    for cut in cuts {
        for n in 1..=establish_commands {
            let records = tempfile::tempdir().unwrap();
            let mut rig = establish(used, records.path(), &cut(n));
            rig.run(|_| {});
            check(&rig, n, establish_commands);
        }
        for n in 1..=restore_commands {
            let records = tempfile::tempdir().unwrap();
            let mut first = establish(false, records.path(), &CutOff::never());
            first.run(|_| {});
            let mut rig = restore(used, records.path(), &cut(n)).with_papers_of(first);
            rig.run(|_| {});
            check(&rig, n, restore_commands);
        }
    }
}

fn check(rig: &Rig, n: usize, of: usize) {
    assert!(matches!(rig.entries.last(), Some(Entry::Sealed { .. })), "cut at {n} of {of}");
    assert_eq!(initialised(rig), 1, "cut at {n} of {of}: initialised once");
    assert!(rig.vault.is_empty());
    let named =
        rig.entries.iter().any(|entry| matches!(entry, Entry::Failed { fault, .. } if fault.starts_with("card-")));
    assert!(named && !rig.faults.is_empty(), "cut at {n} of {of}: a screen named it");
    let made = |fact: &Fact| matches!(fact, Fact::Made { .. } | Fact::Proven { .. });
    assert!(rig.entries.iter().any(|entry| matches!(entry, Entry::Learned { fact, .. } if made(fact))));
}
