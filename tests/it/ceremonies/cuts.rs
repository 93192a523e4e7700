//! The card vanishes at every command of both ceremonies, outside the long run at every fifth; each time they continue
//! to the end.

use std::path::Path;

use hsm_ceremony::record::{Entry, Fact};
use hsm_ceremony::softcard::{CutOff, Faults};

use super::plans::{Day, Guard};
use super::rig::{Rig, plan_text, used_card};
use super::schemes::imports;
use crate::support::torture;

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

#[test]
fn where_the_host_stores_the_request_a_cut_during_it_leaves_no_key_that_stops_the_ceremony() {
    let run = |cut: &CutOff| {
        let records = tempfile::tempdir().unwrap();
        let faults = Faults { request_not_stored: true, ..Faults::default() };
        let card = used_card("REH0000001", faults);
        let mut rig = Rig::establish_on(card, &plan(), records.path(), |readers| cut.readers(readers));
        rig.run(|_| {});
        rig
    };
    let counting = CutOff::never();
    let log = run(&counting).log.lock().unwrap().clone();
    assert_eq!(log.len(), counting.sent());
    let stores = |command: &Vec<u8>| command.starts_with(&[0x00, 0xD7, 0xCE, 0x01]);
    assert!(log.iter().filter(|command| stores(command)).count() >= 3, "made empty, then written in pieces");
    let first = log.iter().rposition(|command| command.starts_with(&[0x00, 0x46])).unwrap() + 1;
    let last = log.iter().rposition(|command| command.starts_with(&[0x80, 0x72])).unwrap() + 1;
    for n in first..=last {
        for cut in [CutOff::before(n), CutOff::after(n)] {
            check(&run(&cut), n, log.len());
        }
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

/// Makes a cut at the n-th command.
type Cut = fn(usize) -> CutOff;

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

    // Outside the long run, the cuts before an answer and those after one are at different commands.
    let (step, later) = if torture() { (1, 1) } else { (5, 3) };
    let cuts: [(usize, Cut); 2] = [(1, CutOff::before), (later, CutOff::after)];
    for (first, cut) in cuts {
        for n in (first..=establish_commands).step_by(step) {
            let records = tempfile::tempdir().unwrap();
            let mut rig = establish(used, records.path(), &cut(n));
            rig.run(|_| {});
            check(&rig, n, establish_commands);
        }
        for n in (first..=restore_commands).step_by(step) {
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
    assert_eq!(initialised(rig), 1, "cut at {n} of {of}: initialised once");
    went_on(rig, n, of);
}

fn went_on(rig: &Rig, n: usize, of: usize) {
    assert!(matches!(rig.entries.last(), Some(Entry::Sealed { .. })), "cut at {n} of {of}");
    assert!(rig.vault.is_empty());
    let named =
        rig.entries.iter().any(|entry| matches!(entry, Entry::Failed { fault, .. } if fault.starts_with("card-")));
    let on_a_screen = (named && !rig.faults.is_empty()) || rig.waited.iter().any(|fault| fault.starts_with("card-"));
    assert!(on_a_screen, "cut at {n} of {of}: a screen named it");
    let made = |fact: &Fact| matches!(fact, Fact::Made { .. } | Fact::Proven { .. });
    assert!(rig.entries.iter().any(|entry| matches!(entry, Entry::Learned { fact, .. } if made(fact))));
}

/// The cut was between the imports of several DKEK shares: after one was carried out, before the next.
fn between_imports(rig: &Rig) -> bool {
    let loads = rig.entries.iter().filter(|entry| matches!(entry, Entry::Failed { act, .. } if act == "load-dkek"));
    loads.count() > 0
}

#[test]
fn with_several_dkek_shares_and_the_so_pin_under_a_quorum_a_cut_repeats_nothing() {
    let plan = Day::full().text();
    let run = |cut: &CutOff| {
        let records = tempfile::tempdir().unwrap();
        let mut rig = Rig::establish_with(&plan, records.path(), |readers| cut.readers(readers));
        rig.run(|_| {});
        rig
    };
    let counting = CutOff::never();
    let uncut = run(&counting);
    let all = counting.sent();
    assert_eq!((initialised(&uncut), imports(&uncut)), (2, 6));
    let kind = |command: &Vec<u8>| matches!(command[..2], [0x80, 0x50 | 0x52] | [0x00, 0x24]);
    // Every command that initialises, imports or asks for the DKEK state; every seventh of the others.
    let log = uncut.log.lock().unwrap().clone();
    assert_eq!(log.len(), all);
    let mut amid = 0;
    for n in (1..=all).filter(|n| kind(&log[n - 1]) || n % 7 == 0) {
        for cut in [CutOff::before(n), CutOff::after(n)] {
            let rig = run(&cut);
            went_on(&rig, n, all);
            assert_eq!(initialised(&rig), 2, "cut at {n} of {all}: each device is erased once");
            assert_eq!(imports(&rig), 6, "cut at {n} of {all}: every DKEK share is imported once");
            amid += usize::from(between_imports(&rig));
        }
    }
    assert!(amid >= 12, "{amid} cuts were amid the imports");
}

#[test]
fn a_used_device_that_vanishes_during_its_so_pin_change_gets_the_one_on_the_cards() {
    let plan = Day::of(&[Guard::Words(2, 3), Guard::Password]).so_pin_under_quorum().text();
    let run = |cut: &CutOff| {
        let records = tempfile::tempdir().unwrap();
        let card = used_card("REH0000001", Faults::default());
        let mut rig = Rig::establish_on(card, &plan, records.path(), |readers| cut.readers(readers));
        rig.run(|_| {});
        rig
    };
    let counting = CutOff::never();
    let uncut = run(&counting);
    let all = counting.sent();
    let log = uncut.log.lock().unwrap().clone();
    let first = log.iter().position(|command| command.starts_with(&[0x80, 0x50])).unwrap() + 1;
    let last = log.iter().rposition(|command| command.starts_with(&[0x80, 0x52])).unwrap() + 1;
    assert!(log[first..last].iter().any(|command| command.starts_with(&[0x00, 0x24])), "the SO-PIN is changed");
    for n in first..=last {
        for cut in [CutOff::before(n), CutOff::after(n)] {
            let rig = run(&cut);
            went_on(&rig, n, all);
            assert_eq!((initialised(&rig), imports(&rig)), (1, 2), "cut at {n} of {all}");
            assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::SoPinChanged { .. })));
        }
    }
}
