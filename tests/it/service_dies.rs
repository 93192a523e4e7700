//! The service of the readers dies in the middle of a sitting and comes back: a screen names it, and the ceremony goes on to its
//! end, with every try of every PIN.

use std::fs;

use hsm_ceremony::card::{Pin, PinState};

use crate::support::any_screen::{LAST, PLAN, go_on_until};
use crate::support::wizard::Wizard;
use crate::support::{Table, at_readers, binary};

const SERIAL: &str = "REH0000001";
/// What the screen says while it is away.
const NOT_RUNNING: &str = "The reader service, pcscd, is not running";

/// The service is away until people see that it is, and then the device is in its reader again.
fn comes_back(w: &mut Wizard, table: &mut Table) {
    go_on_until(w, SERIAL, NOT_RUNNING);
    table.start_service();
    table.wait_for(0, true);
}

#[test]
fn a_sitting_goes_on_when_the_reader_service_has_died_and_is_back() {
    binary::short();
    at_readers("service_dies::a_sitting_goes_on_when_the_reader_service_has_died_and_is_back", |table| {
        let (plan, records) = (table.file("plan.json"), table.file("records"));
        fs::write(&plan, PLAN).unwrap();
        let [plan, at] = [&plan, &records].map(|path| path.to_str().unwrap());
        let mut wizard = Wizard::start(&["rehearse", "establish", "--pcsc", "--plan", plan, "--records", at]);
        let w = &mut wizard;

        // While it waits for a device: it goes on by itself.
        go_on_until(w, SERIAL, "take the device that will hold the keys");
        w.pass("take the device that will hold the keys");
        w.see("The ceremony goes on by itself");
        table.kill_service();
        w.see(NOT_RUNNING);
        w.see("The ceremony goes on by itself");
        table.start_service();
        let card = table.insert(0, SERIAL);

        // Before the device is erased.
        go_on_until(w, SERIAL, "THIS CANNOT BE UNDONE");
        table.kill_service();
        comes_back(w, table);

        // Logged in, before the second key is made.
        go_on_until(w, SERIAL, "The device generated the key");
        table.kill_service();
        comes_back(w, table);

        // Before a key is wrapped.
        go_on_until(w, SERIAL, "read this digest aloud");
        table.kill_service();
        comes_back(w, table);
        go_on_until(w, SERIAL, LAST);
        w.leave();
        let code = w.exit();
        w.assert_given_back();
        drop(wizard);
        assert!([0, 4].contains(&code), "{code}");
        table.wait_until_free(0);
        let mut device = table.device(0);
        assert_eq!(device.keys().unwrap().len(), 2);
        for pin in [Pin::User, Pin::So] {
            let full = if pin == Pin::User { 3 } else { 15 };
            assert_eq!(device.pin_state(pin).unwrap(), PinState::TriesLeft(full), "{pin:?}: no try was lost");
        }
        drop(device);
        let record = fs::read_dir(&records).unwrap().next().unwrap().unwrap().path().join("record.jsonl");
        let record = fs::read_to_string(record).unwrap();
        assert_eq!(record.matches(r#""fact":"initialised""#).count(), 1, "it was erased once:\n{record}");
        assert!(record.contains("card-no-service"), "{record}");
        drop(card);
    });
}
