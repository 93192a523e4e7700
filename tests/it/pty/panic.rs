//! A bug in the program while a share is on the screen: whichever thread hits it, and although the panic message
//! contains the share itself, nothing of it stays visible, the terminal is given back, and people read what to do.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::seen::bare;
use crate::support::wizard::Wizard;
use crate::support::{binary, walk};

use super::rehearsal::folder_of;

/// Names the file that makes the program panic.
const MISHAP: &str = "CEREMONY_MISHAP";
/// The panic message starts with this; the share follows.
const PAYLOAD: &str = "a payload with";

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn after_a_mistake_of(thread: &str) {
    let place = tempfile::tempdir().unwrap();
    let (records, asked) = (place.path().join("records"), place.path().join("mishap"));
    let arguments = ["rehearse", "establish", "--records", text(&records)];
    let mut wizard = Wizard::start_with(&arguments, &[(MISHAP, text(&asked))]);
    walk::to_the_custodians(&mut wizard, false);
    let note = walk::show(&mut wizard, 1);
    assert!(bare(&wizard.screen()).contains(&bare(&note.value)), "the test can see");
    // Moved into place, so that it appears with all of its text.
    fs::write(place.path().join("part"), thread).unwrap();
    fs::rename(place.path().join("part"), &asked).unwrap();
    assert_eq!(wizard.exit(), 3, "{thread}: a fault, as the table of exit codes says");

    wizard.assert_given_back();
    walk::assert_gone(&wizard, &note);
    let log = String::from_utf8_lossy(&wizard.log()).into_owned();
    assert!(!log.contains(PAYLOAD) && !log.contains("panicked"), "{thread}");
    let left = wizard.screen_and_scrollback();
    let sentences = left.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in ["a bug in the program", "The screen was wiped", "ceremony resume goes on"] {
        assert_eq!(sentences.matches(said).count(), 1, "{thread}, {said:?}:\n{left}");
    }

    let sitting = folder_of(&records, "-establish-");
    let verified = Command::new(binary::delivered()).arg("verify").arg(sitting).output().unwrap();
    let said = String::from_utf8(verified.stdout).unwrap();
    assert!(verified.status.code() == Some(3) && said.contains("not sealed"), "{thread}: {said}");
}

#[test]
fn a_panic_while_a_share_is_shown_leaves_nothing_of_it() {
    after_a_mistake_of("main");
}

#[test]
fn a_panic_in_another_thread_while_a_share_is_shown_leaves_nothing_of_it() {
    after_a_mistake_of("worker");
}

#[test]
fn without_a_terminal_a_panic_is_a_fault_and_does_not_print_its_payload() {
    let place = tempfile::tempdir().unwrap();
    let asked = place.path().join("mishap");
    fs::write(&asked, "main").unwrap();
    let mut command = Command::new(binary::short());
    command.args(["rehearse", "--auto", "--records", text(&place.path().join("records"))]).env(MISHAP, &asked);
    let ended = command.stdin(Stdio::null()).output().unwrap();
    assert_eq!(ended.status.code(), Some(3));
    let said = String::from_utf8([ended.stdout, ended.stderr].concat()).unwrap();
    assert!(!said.contains(PAYLOAD) && !said.contains("panicked"), "{said}");
    assert!(said.contains("a bug in the program") && said.contains("Start the same command again"), "{said}");
}
