//! States of the application, its PINs and its certificate.

use hsm_ceremony::softcard::{Condition, Faults, PublicKeys, SoftCard};

use super::{both_go_on, both_refuse, changed, inspect, inspect_says};
use crate::ceremonies::used_card;
use crate::support::at_readers;
use crate::support::hanging::HangUp;

fn used(condition: Condition) -> SoftCard {
    let mut card = used_card("REH0000051", Faults::default());
    card.condition = condition;
    card
}

#[test]
fn a_device_that_was_never_initialised() {
    at_readers("device_states::pins::a_device_that_was_never_initialised", |table| {
        let card = SoftCard::new("REH0000052").unwrap();
        let new = ["never initialised", "user PIN: not set, SO-PIN: not set", "New: it can be initialised", "no keys"];
        inspect_says(table, &card, HangUp::default(), &new);
        both_go_on(table, &card, HangUp::default());
    });
}

#[test]
fn a_device_that_was_never_initialised_and_has_no_certificates() {
    at_readers("device_states::pins::a_device_that_was_never_initialised_and_has_no_certificates", |table| {
        let card = changed(&SoftCard::new("REH0000053").unwrap(), |state| {
            state["files"].as_object_mut().unwrap().remove("2f02").unwrap();
        });
        let went = inspect(table, &card, HangUp::default());
        went.refuses("device-without-certificate");
        assert!(went.said.contains("EF 2F02, status word 6A82") && went.said.contains("repair"), "{}", went.said);
        both_refuse(table, &card, HangUp::default(), "device-without-certificate");
    });
}

#[test]
fn a_terminated_device() {
    at_readers("device_states::pins::a_terminated_device", |table| {
        let card = used(Condition { terminated: true, ..Condition::default() });
        let went = inspect(table, &card, HangUp::default());
        went.refuses("device-terminated");
        assert!(went.said.contains("out of use for ever"), "{}", went.said);
        both_refuse(table, &card, HangUp::default(), "device-terminated");
    });
}

#[test]
fn a_device_whose_so_pin_is_blocked() {
    at_readers("device_states::pins::a_device_whose_so_pin_is_blocked", |table| {
        let card = changed(&used(Condition::default()), |state| state["pins"]["so"]["left"] = 0.into());
        let spent = ["SO-PIN: 0, it is blocked", "can never be initialised again, so no ceremony can use it"];
        inspect_says(table, &card, HangUp::default(), &spent);
        both_refuse(table, &card, HangUp::default(), "device-so-pin-spent");
    });
}

#[test]
fn a_device_whose_user_pin_is_blocked() {
    at_readers("device_states::pins::a_device_whose_user_pin_is_blocked", |table| {
        let card = changed(&used(Condition::default()), |state| state["pins"]["user"]["left"] = 0.into());
        let blocked = ["user PIN: 0, it is blocked", "The SO-PIN may unblock it"];
        inspect_says(table, &card, HangUp::default(), &blocked);
        both_go_on(table, &card, HangUp::default());
    });
}

#[test]
fn a_device_with_a_transport_pin() {
    at_readers("device_states::pins::a_device_with_a_transport_pin", |table| {
        let card = used(Condition { transport_pin: true, ..Condition::default() });
        let transport = ["a transport PIN is set and must be changed first", "Initialising replaces it"];
        inspect_says(table, &card, HangUp::default(), &transport);
        both_go_on(table, &card, HangUp::default());
    });
}

#[test]
fn a_device_into_which_public_keys_log_in() {
    at_readers("device_states::pins::a_device_into_which_public_keys_log_in", |table| {
        let public_keys = Some(PublicKeys { total: 3, missing: 1, required: 2 });
        let card = used(Condition { public_keys, ..Condition::default() });
        let keys = [
            "user PIN: not told (status word 6985)",
            "2 of 3 public keys log in; not registered yet: 1",
            "Initialising ends it",
        ];
        inspect_says(table, &card, HangUp::default(), &keys);
        both_go_on(table, &card, HangUp::default());
    });
}
