//! Versions of devices, and the ways in which they are reached.

use hsm_ceremony::softcard::{Condition, Faults, SoftCard};

use super::{both_go_on, establish, inspect_says, restore};
use crate::ceremonies::used_card;
use crate::support::at_readers;
use crate::support::hanging::HangUp;

/// Answers to reset: the protocol reference, section 1.1.
const JCOP_2: &str = "3BFE1800008131FE458031815448534D31738021408107FA";
const JCOP_3_FAST: &str = "3BDE96FF8191FE1FC38031815448534D3173802140810792";
const CONTACTLESS: &str = "3B8E80018031815448534D3173802140810718";
const CONTACTLESS_SAMPLE: &str = "3B80800101";
/// No device is known to have this one.
const UNKNOWN: &str = "3B6500002063CB6600";

const RADIO: &str = "PINs and DKEK shares go to it by radio, not encrypted";

fn reset_as(answer: &'static str) -> HangUp {
    HangUp { answer_to_reset: Some(answer), ..HangUp::default() }
}

#[test]
fn devices_with_other_answers_to_reset() {
    at_readers("device_states::reach::devices_with_other_answers_to_reset", |table| {
        let card = used_card("REH0000061", Faults::default());
        for answer in [JCOP_2, JCOP_3_FAST, UNKNOWN] {
            let went = super::inspect(table, &card, reset_as(answer));
            went.goes_on();
            went.says(&["REH0000061", "EC secp256r1"]);
            assert!(!went.screens.contains("radio"), "{answer}: {}", went.screens);
            establish(table, &card, reset_as(answer), "EC:secp256r1").goes_on();
        }
        restore(table, &card, reset_as(JCOP_2), "EC:secp256r1").goes_on();
    });
}

#[test]
fn a_contactless_device() {
    at_readers("device_states::reach::a_contactless_device", |table| {
        let card = used_card("REH0000062", Faults::default());
        inspect_says(table, &card, reset_as(CONTACTLESS_SAMPLE), &[RADIO]);
        inspect_says(table, &card, reset_as(CONTACTLESS), &["Contactless: ", RADIO, "use a reader with contacts"]);
        let went = establish(table, &card, reset_as(CONTACTLESS), "EC:secp256r1");
        went.goes_on();
        went.says(&[RADIO]);
        let went = restore(table, &card, reset_as(CONTACTLESS), "EC:secp256r1");
        went.goes_on();
        went.says(&[RADIO]);
    });
}

fn of_version(version: [u8; 2]) -> SoftCard {
    let mut card = used_card("REH0000063", Faults::default());
    card.condition = Condition { version, ..Condition::default() };
    card
}

#[test]
fn versions_from_1_2_to_4_1() {
    at_readers("device_states::reach::versions_from_1_2_to_4_1", |table| {
        for version in [[1, 2], [2, 0], [2, 6], [3, 1], [3, 4], [3, 5], [4, 0], [4, 1]] {
            let [major, minor] = version;
            let (card, said) = (of_version(version), format!("Version      {major}.{minor}"));
            let went = super::inspect(table, &card, HangUp::default());
            went.goes_on();
            went.says(&[&said, "initialised before", "user PIN: 3"]);
            assert_eq!(went.screens.contains("no RSA keys of more than 2048 bits"), major < 3, "{version:?}");
            let tries = if major < 2 { "SO-PIN: not told (status word 6A86)" } else { "SO-PIN: 15" };
            went.says(&[tries]);
            establish(table, &card, HangUp::default(), "EC:secp256r1").goes_on();
            restore(table, &card, HangUp::default(), "EC:secp256r1").goes_on();
        }
    });
}

#[test]
fn a_device_of_version_1_2_that_was_never_initialised() {
    at_readers("device_states::reach::a_device_of_version_1_2_that_was_never_initialised", |table| {
        let mut card = SoftCard::new("REH0000064").unwrap();
        card.condition.version = [1, 2];
        inspect_says(table, &card, HangUp::default(), &["never initialised", "New: it can be initialised"]);
        both_go_on(table, &card, HangUp::default());
    });
}

#[test]
fn a_device_too_old_for_long_rsa_keys() {
    at_readers("device_states::reach::a_device_too_old_for_long_rsa_keys", |table| {
        let card = of_version([2, 6]);
        for key in ["rsa:3072", "rsa:4096"] {
            let went = establish(table, &card, HangUp::default(), key);
            went.refuses("device-too-old");
            assert!(went.said.contains(&key.replace("rsa:", "RSA-")), "{}", went.said);
        }
        restore(table, &card, HangUp::default(), "rsa:3072").refuses("device-too-old");
        establish(table, &card, HangUp::default(), "rsa:2048").goes_on();
    });
}

const SHORT: HangUp =
    HangUp { at: 0, performed: false, answers: &[], answer_to_reset: None, short_only: true, halts: None };

#[test]
fn a_reader_without_extended_length_and_a_device_that_takes_pieces() {
    at_readers("device_states::reach::a_reader_without_extended_length_and_a_device_that_takes_pieces", |table| {
        let card = used_card("REH0000065", Faults::default());
        inspect_says(table, &card, SHORT, &["EC secp256r1", "transfers only short commands"]);
        both_go_on(table, &card, SHORT);
        restore(table, &card, SHORT, "rsa:2048").goes_on();
    });
}

#[test]
fn a_reader_without_extended_length_and_a_device_that_takes_no_pieces() {
    at_readers("device_states::reach::a_reader_without_extended_length_and_a_device_that_takes_no_pieces", |table| {
        let mut card = used_card("REH0000066", Faults::default());
        card.condition.refuses_blocks = true;
        inspect_says(table, &card, SHORT, &["EC secp256r1", "transfers only short commands"]);
        let went = establish(table, &card, SHORT, "EC:secp256r1");
        went.refuses("reader-too-small");
        assert!(went.said.contains("Virtual PCD 00 00"), "{}", went.said);
        // What needs no long command goes on: wrapped keys go in through a file, and messages are hashed on the device.
        establish(table, &card, SHORT, "rsa:2048").goes_on();
        restore(table, &card, SHORT, "EC:secp256r1").goes_on();
        restore(table, &card, SHORT, "rsa:2048").goes_on();
    });
}
