//! Something lies on the keyboard at every screen of both ceremonies: no share is shown, nobody is ticked, nothing is
//! confirmed or ended.

use std::path::Path;

use crate::support::day;
use crate::support::walk::Note;
use crate::support::wizard::Wizard;

fn start(ceremony: &str, records: &Path, heavy: bool) -> Wizard {
    let mut wizard = Wizard::start(&["rehearse", ceremony, "--records", records.to_str().unwrap()]);
    wizard.heavy = heavy;
    wizard
}

fn establish(records: &Path, heavy: bool) -> Vec<Note> {
    let mut w = start("establish", records, heavy);
    let notes = day::establish(&mut w);
    w.leave();
    assert_eq!(w.exit(), 0);
    notes
}

#[test]
fn keys_held_during_an_establish_show_tick_confirm_and_end_nothing() {
    let records = tempfile::tempdir().unwrap();
    establish(records.path(), true);
}

#[test]
fn keys_held_during_a_restore_show_tick_confirm_and_end_nothing() {
    let records = tempfile::tempdir().unwrap();
    let notes = establish(records.path(), false);
    let mut w = start("restore", records.path(), true);
    day::restore(&mut w, &notes);
    w.leave();
    assert_eq!(w.exit(), 0);
}
