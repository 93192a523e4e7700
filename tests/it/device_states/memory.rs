//! Full devices, and devices with many keys.

use hsm_ceremony::softcard::{Faults, SoftCard};

use super::{both_go_on, description, establish, inspect, inspect_says, loaded, restore, with_keys};
use crate::ceremonies::used_card;
use crate::support::at_readers;
use crate::support::hanging::HangUp;

#[test]
fn a_full_device() {
    at_readers("device_states::memory::a_full_device", |table| {
        let mut card = used_card("REH0000071", Faults::default());
        card.condition.room = Some(0);
        let room = ["EC secp256r1", "How much room it has left, a device does not say."];
        inspect_says(table, &card, HangUp::default(), &room);
        for went in [
            establish(table, &card, HangUp::default(), "EC:secp256r1"),
            restore(table, &card, HangUp::default(), "EC:secp256r1"),
        ] {
            assert_eq!((went.complete, went.faults.as_slice()), (false, &["device-full".to_owned()][..]));
            assert!(went.said.contains("no room left") && went.said.contains("6A84"), "{}", went.said);
        }
    });
}

/// A card with this many keys, each named after its reference.
fn crowded(keys: u8) -> SoftCard {
    let keys: Vec<_> =
        (1..=keys).map(|number| (number, Some(description(&format!("key {number:03}"), &[number])))).collect();
    with_keys(loaded("REH0000072"), &keys)
}

#[test]
fn a_device_with_seventy_keys() {
    at_readers("device_states::memory::a_device_with_seventy_keys", |table| {
        let card = crowded(70);
        let short_only = HangUp { short_only: true, ..HangUp::default() };
        for how in [HangUp::default(), short_only] {
            let went = inspect(table, &card, how);
            went.goes_on();
            went.says(&["Keys on it   70"]);
            for number in 1..=70 {
                let row = |line: &str| {
                    line.trim_start().starts_with(&format!("{number} ")) && line.ends_with(&format!("key {number:03}"))
                };
                assert!(went.screens.lines().any(row), "{number}:\n{}", went.screens);
            }
        }
        let went = establish(table, &card, HangUp::default(), "EC:secp256r1");
        went.goes_on();
        assert!(
            (1..=70).all(|number| went.screens.contains(&format!("key {number:03}"))),
            "all are named before it is erased"
        );
        both_go_on(table, &card, HangUp::default());
    });
}
