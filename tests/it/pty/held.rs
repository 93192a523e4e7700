//! Something lies on the keyboard at every screen of both ceremonies: no share is shown, nobody is ticked, nothing is
//! confirmed or ended.

use crate::support::day;
use crate::support::wizard::Wizard;

#[test]
fn held_keys_show_tick_confirm_and_end_nothing() {
    let records = tempfile::tempdir().unwrap();
    let start = |ceremony| Wizard::start(&["rehearse", ceremony, "--records", records.path().to_str().unwrap()]);
    let mut wizard = start("establish");
    wizard.heavy = true;
    let w = &mut wizard;
    let notes = day::establish(w);
    w.leave();
    assert_eq!(w.exit(), 0);

    let mut wizard = start("restore");
    wizard.heavy = true;
    let w = &mut wizard;
    day::restore(w, &notes);
    w.leave();
    assert_eq!(w.exit(), 0);
}
