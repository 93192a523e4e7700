//! Arbitrary bytes: the card always answers with a status word.

use super::tests::{SELECT, VERIFY, hex, ready, wrapped};
use super::{SoftCard, tests};
use proptest::prelude::*;
use serde_json::Value;
use std::sync::LazyLock;

/// Every command that OpenSC sent in the golden traces, except the slow ones that generate RSA keys.
static COMMANDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/apdu-traces");
    let mut commands: Vec<Vec<u8>> = std::fs::read_dir(folder)
        .unwrap()
        .flat_map(|entry| {
            let trace: Vec<Value> = serde_json::from_slice(&std::fs::read(entry.unwrap().path()).unwrap()).unwrap();
            trace.into_iter().map(|exchange| hex(tests::field(&exchange, "command")))
        })
        .filter(|command| !(command[1] == 0x46 && command.len() < 100))
        .collect();
    commands.sort();
    commands.dedup();
    commands
});

static CARD: LazyLock<SoftCard> = LazyLock::new(|| {
    let rsa = wrapped("rsa-1024");
    let mut card = ready(tests::field(rsa, "dkek"));
    for (reference, name) in [(1, "rsa-1024"), (2, "ec-prime256v1")] {
        let blob = hex(tests::field(wrapped(name), "blob"));
        assert_eq!(card.send_bytes(&tests::unwrap_command(reference, &blob)).1, 0x9000);
    }
    card
});

#[derive(Debug, Clone)]
enum Change {
    None,
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Insert(prop::sample::Index, u8),
    Remove(prop::sample::Index),
}

fn changed(command: &[u8], change: &Change) -> Vec<u8> {
    let mut bytes = command.to_vec();
    match change {
        Change::None => {}
        Change::Flip(index, with) => bytes[index.index(command.len())] ^= with,
        Change::Cut(index) => bytes.truncate(index.index(command.len())),
        Change::Insert(index, byte) => bytes.insert(index.index(command.len()), *byte),
        Change::Remove(index) => {
            bytes.remove(index.index(command.len()));
        }
    }
    bytes
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        Just(Change::None),
        (index(), 1..=u8::MAX).prop_map(|(index, with)| Change::Flip(index, with)),
        index().prop_map(Change::Cut),
        (index(), any::<u8>()).prop_map(|(index, byte)| Change::Insert(index, byte)),
        index().prop_map(Change::Remove),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn random_bytes_are_answered(commands in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..64), 1..20)) {
        let mut card = CARD.clone();
        for command in commands {
            prop_assert!(card.execute(&command).len() >= 2);
        }
    }

    #[test]
    fn random_data_behind_real_headers_is_answered(
        header in prop::sample::select(vec![
            [0x00, 0xA4, 0, 0], [0x00, 0xA4, 8, 0], [0x00, 0x84, 0, 0], [0x00, 0x20, 0, 0x81], [0x00, 0x24, 0, 0x81],
            [0x00, 0x24, 0, 0x88], [0x00, 0x2C, 0, 0x81], [0x00, 0x46, 9, 0], [0x00, 0xB1, 0, 0], [0x00, 0xD7, 0xC4, 1],
            [0x00, 0xE4, 2, 0], [0x80, 0x50, 0, 0], [0x80, 0x52, 0, 0], [0x80, 0x62, 1, 0x21], [0x80, 0x62, 2, 0x80],
            [0x80, 0x68, 1, 0x20], [0x80, 0x68, 1, 0x30], [0x80, 0x68, 1, 0x40], [0x80, 0x68, 2, 0x70], [0x80, 0x74, 9, 0x93],
        ]),
        data in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut card = CARD.clone();
        let length = u16::try_from(data.len()).unwrap().to_be_bytes();
        let command = [&header[..], &[0], &length, &data, &[0, 0]].concat();
        prop_assert!(card.execute(&command).len() >= 2);
    }

    #[test]
    fn changed_commands_are_answered_and_never_log_in(
        session in prop::collection::vec((any::<prop::sample::Index>(), change()), 1..30),
    ) {
        let mut card = CARD.clone();
        for (index, change) in session {
            let command = changed(&COMMANDS[index.index(COMMANDS.len())], &change);
            let logged_in = card.session.user_verified;
            prop_assert!(card.execute(&command).len() >= 2);
            // Only the right PIN in VERIFY logs in.
            prop_assert!(logged_in || !card.session.user_verified || command.get(1) == Some(&0x20));
        }
        card.reset();
        prop_assert_eq!(card.send(VERIFY).1, 0x6E00);
        prop_assert_eq!(card.send(SELECT).1, 0x9000);
    }
}
