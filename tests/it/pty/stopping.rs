//! Stopped halfway, by people, by a signal or by a lost connection: the screen is wiped, the terminal given back, and
//! the record tells the truth.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::support::seen::bare;
use crate::support::walk::{self, Note};
use crate::support::wizard::Wizard;
use crate::support::{FOREVER, binary, torture};

use super::rehearsal::folder_of;

/// A wizard that shows the first custodian's share.
fn with_a_share_shown(records: &Path) -> (Wizard, Note) {
    until_a_share_is_shown(Wizard::start(&["rehearse", "establish", "--records", records.to_str().unwrap()]))
}

fn until_a_share_is_shown(mut wizard: Wizard) -> (Wizard, Note) {
    walk::to_the_custodians(&mut wizard, false);
    let note = walk::show(&mut wizard, 1);
    assert!(bare(&wizard.screen()).contains(&bare(&note.value)), "the test can see");
    (wizard, note)
}

/// The exit code of `verify`, and what it says about the only sitting.
fn verified(records: &Path) -> (Option<i32>, String) {
    let sitting = folder_of(records, "-establish-");
    let output = Command::new(binary::delivered()).arg("verify").arg(sitting).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_signal_wipes_the_share_and_gives_the_terminal_back() {
    let always = [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT, Signal::USR1, Signal::ALARM];
    let more = [Signal::USR2, Signal::TRAP, Signal::VTALARM, Signal::XCPU, Signal::POWER, Signal::SYS];
    let all = always.into_iter().chain(more.into_iter().filter(|_| torture()));
    for signal in all {
        let records = tempfile::tempdir().unwrap();
        let (mut wizard, note) = with_a_share_shown(records.path());
        wizard.signal(signal);
        assert_eq!(wizard.exit(), 3, "{signal:?}");
        wizard.assert_given_back();
        walk::assert_gone(&wizard, &note);
        let left = wizard.screen();
        assert!(left.contains("signal"), "says why it ended:\n{left}");
        let (code, said) = verified(records.path());
        assert!(code == Some(3) && said.contains("not sealed"), "{signal:?}: {code:?} {said}");
    }
}

/// Whether a process is stopped. Its state follows its name in parentheses.
fn is_stopped(process: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero())).unwrap();
    stat.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with('T'))
}

#[test]
fn stop_signals_do_not_leave_a_share_on_the_screen() {
    // A program that does nothing about it is stopped there: the test can tell.
    let other = Wizard::start_in_shell(Path::new("sleep"), &["1000"]);
    let group = other.foreground().unwrap();
    kill_process_group(group, Signal::TSTP).unwrap();
    let until = Instant::now() + FOREVER;
    while !is_stopped(group) {
        assert!(Instant::now() < until, "sleep does not stop");
        thread::sleep(Duration::from_millis(2));
    }
    drop(other);

    let records = tempfile::tempdir().unwrap();
    let arguments = ["rehearse", "establish", "--records", records.path().to_str().unwrap()];
    let (mut wizard, note) = until_a_share_is_shown(Wizard::start_in_shell(binary::short(), &arguments));
    let group = wizard.foreground().unwrap();
    kill_process_group(group, Signal::TSTP).unwrap();
    // it is not stopped: it still accepts keys
    walk::hide(&mut wizard, &note);
    walk::assert_gone(&wizard, &note);
    assert!(!is_stopped(group));
    assert_eq!(wizard.foreground(), Some(group));
}

#[test]
fn a_lost_connection_ends_the_program_and_the_record_stays_true() {
    let records = tempfile::tempdir().unwrap();
    let (mut wizard, _) = with_a_share_shown(records.path());
    wizard.hang_up();
    assert_eq!(wizard.exit(), 3);
    let (code, said) = verified(records.path());
    assert!(code == Some(3) && said.contains("not sealed"), "{code:?} {said}");
}

#[test]
fn people_stop_it_with_a_typed_word() {
    let records = tempfile::tempdir().unwrap();
    let (mut wizard, note) = with_a_share_shown(records.path());
    wizard.keys(b"\x03");
    wizard.wait_for("Stop the ceremony? Its record is then sealed");
    wizard.forbid(&note.value);
    walk::assert_gone(&wizard, &note);
    walk::fill(&mut wizard, &["ABORT", "the fire alarm"]);
    wizard.wait_for("The ceremony was stopped. Every secret in the program is wiped.");
    wizard.see("No device was erased in this sitting.");
    wizard.leave();
    assert_eq!(wizard.exit(), 1);
    wizard.assert_given_back();
    walk::assert_gone(&wizard, &note);
    let (code, said) = verified(records.path());
    assert!(code == Some(0) && said.contains("was stopped by people"), "{code:?} {said}");
}

#[test]
fn an_aborted_sitting_cannot_be_restored_from() {
    let records = tempfile::tempdir().unwrap();
    let place = records.path().to_str().unwrap();
    let mut wizard = Wizard::start(&["rehearse", "--records", place]);
    walk::menu(&mut wizard, "Establish:");
    wizard.wait_for("read this aloud");
    wizard.keys(b"\x03");
    wizard.wait_for("Stop the ceremony? Its record is then sealed");
    walk::fill(&mut wizard, &["ABORT", "the fire alarm"]);
    wizard.wait_for("The ceremony was stopped");
    wizard.leave();
    wizard.wait_for("Step 0.0");
    wizard.see("Restore (rehearse establish first: there is nothing to restore)");
    // Everything else between is closed: there is nothing to restore from.
    for next in ["Fleet:", "Inspect:"] {
        wizard.keys(b"\x1b[B");
        let marked = |screen: &str| screen.lines().any(|line| line.contains('▸') && line.contains(next));
        wizard.until(next, marked);
    }
    assert_eq!(wizard.step(), "Step 0.0");
    walk::menu(&mut wizard, "Leave");
    assert_eq!(wizard.exit(), 1);
}
