//! What is on a device: key domains, descriptions, labels, ids, counters and other objects.

use hsm_ceremony::softcard::SoftCard;

use super::{
    VERIFY, backed_up, both_go_on, changed, description, establish, initialised, inspect, inspect_says, loaded,
    restore_from, sends, with_keys,
};
use crate::support::at_readers;
use crate::support::hanging::HangUp;

/// No key, but a certificate without one and a private data object, written with OpenSC's tools.
const OBJECTS: &str = include_str!("../../vectors/cases/erased-without-a-word/card-state.json");

/// A card with key domains 0 to 3: 0 has no DKEK, 1 has one, 2 waits for a share, 3 was not created. Keys in 1 and 2.
fn in_domains(serial: &str) -> SoftCard {
    let mut card = initialised(serial, "970104");
    sends(&mut card, VERIFY);
    sends(&mut card, "80520101010100");
    sends(&mut card, &format!("8052000120{}00", "22".repeat(32)));
    sends(&mut card, "80520102010200");
    sends(&mut card, &format!("8052000220{}00", "33".repeat(32)));
    let card = with_keys(card, &[(1, Some(description("one", &[1]))), (5, Some(description("five", &[5])))]);
    changed(&card, |state| {
        state["keys"]["01"]["domain"] = 1.into();
        state["keys"]["05"]["domain"] = 2.into();
    })
}

#[test]
fn a_device_with_key_domains() {
    at_readers("device_states::contents::a_device_with_key_domains", |table| {
        let card = in_domains("REH0000081");
        let domains = [
            "DKEK   none in key domain 0",
            "Key domain 1: 1 of 1 DKEK shares, KCV ",
            "Key domain 2: 1 of 2 DKEK shares; no KCV",
            "comes back with the DKEK shares of that domain",
            "in key domain 1",
            "in key domain 2",
        ];
        let went = inspect(table, &card, HangUp::default());
        went.goes_on();
        went.says(&domains);
        assert!(!went.screens.contains("Key domain 3"), "{}", went.screens);
        let went = establish(table, &card, HangUp::default(), "EC:secp256r1");
        went.goes_on();
        went.says(&["in key domain 1"]);
    });
}

#[test]
fn an_original_whose_keys_are_in_key_domain_1_is_known_as_alive() {
    at_readers("device_states::contents::an_original_whose_keys_are_in_key_domain_1_is_known_as_alive", |table| {
        let records = tempfile::tempdir().unwrap();
        let (people, original) = backed_up(records.path(), "EC:secp256r1");
        let dkek = original.to_json()["dkek"].clone();
        let card = changed(&in_domains("REH0000082"), |state| state["domains"]["created"]["01"] = dkek);
        let went = restore_from(table, &card, HangUp::default(), people, records.path());
        went.goes_on();
        went.says(&[
            "This device answers, and it has something to do with this backup.",
            "It shows the key check value of this backup.",
            "in key domain 1",
        ]);
    });
}

#[test]
fn a_key_without_a_description() {
    at_readers("device_states::contents::a_key_without_a_description", |table| {
        let card = with_keys(loaded("REH0000083"), &[(9, None)]);
        let went = inspect(table, &card, HangUp::default());
        went.goes_on();
        let row = went.screens.lines().find(|line| line.trim_start().starts_with("9 ")).unwrap().to_owned();
        assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["9", "-", "EC", "secp256r1", "-"], "{}", went.screens);
        went.says(&["no description"]);
        both_go_on(table, &card, HangUp::default());
    });
}

#[test]
fn descriptions_without_a_key() {
    at_readers("device_states::contents::descriptions_without_a_key", |table| {
        let described = with_keys(loaded("REH0000084"), &[(7, Some(description("gone", &[7])))]);
        let card = changed(&described, |state| {
            state["keys"].as_object_mut().unwrap().remove("07").unwrap();
        });
        let left = ["Keys on it   0", "whose keys are not there: gone", "no keys"];
        inspect_says(table, &card, HangUp::default(), &left);
        both_go_on(table, &card, HangUp::default());
    });
}

#[test]
fn certificates_alone() {
    at_readers("device_states::contents::certificates_alone", |table| {
        let card = SoftCard::from_json(&serde_json::from_str(OBJECTS).unwrap()).ok().unwrap();
        inspect_says(
            table,
            &card,
            HangUp::default(),
            &["certificates: Issuing CA; data objects: dkek-share-1.pbe", "no keys"],
        );
        let went = establish(table, &card, HangUp::default(), "EC:secp256r1");
        went.goes_on();
        went.says(&["certificates: Issuing CA"]);
    });
}

#[test]
fn labels_that_are_not_ascii() {
    at_readers("device_states::contents::labels_that_are_not_ascii", |table| {
        // Two in UTF-8, one of them right to left with a mark that turns the line; one in Latin-1.
        let mut latin = description("K?ln", &[3]);
        let place = latin.iter().position(|byte| *byte == b'?').unwrap();
        latin[place] = 0xF6;
        let keys = [
            (1, Some(description("Schlüssel Köln", &[1]))),
            (2, Some(description("鍵\u{202E}drawkcab", &[2]))),
            (3, Some(latin)),
        ];
        let card = with_keys(loaded("REH0000085"), &keys);
        let labels = ["Schlüssel Köln", "鍵?drawkcab", "K\u{FFFD}ln"];
        inspect_says(table, &card, HangUp::default(), &labels);
        let went = establish(table, &card, HangUp::default(), "EC:secp256r1");
        went.goes_on();
        went.says(&labels);
    });
}

#[test]
fn ids_of_20_bytes_and_of_none() {
    at_readers("device_states::contents::ids_of_20_bytes_and_of_none", |table| {
        let long: Vec<u8> = (0x10..0x24).collect();
        let keys = [(1, Some(description("long", &long))), (2, Some(description("none", &[])))];
        let card = with_keys(loaded("REH0000086"), &keys);
        let went = inspect(table, &card, HangUp::default());
        went.goes_on();
        let whole = base16ct::lower::encode_string(&long);
        let shown: String = went.screens.chars().filter(|c| !c.is_whitespace()).collect();
        assert!(shown.to_lowercase().contains(&whole), "{}", went.screens);
        both_go_on(table, &card, HangUp::default());
    });
}

#[test]
fn keys_with_use_counters() {
    at_readers("device_states::contents::keys_with_use_counters", |table| {
        let keys = [(1, Some(description("counted", &[1]))), (2, Some(description("spent", &[2])))];
        let card = changed(&with_keys(loaded("REH0000087"), &keys), |state| {
            state["keys"]["01"]["uses"] = 5.into();
            state["keys"]["02"]["uses"] = 0.into();
        });
        let went = inspect(table, &card, HangUp::default());
        went.goes_on();
        went.says(&["uses left: 5", "its use counter is spent"]);
        both_go_on(table, &card, HangUp::default());
    });
}
