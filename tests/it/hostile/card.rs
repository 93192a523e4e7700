//! Commands to the software card, each with its length before it, in one byte or, after 0xFF, in two. The first byte says which
//! card it is: a fresh one, or one with keys.

use std::sync::LazyLock;

use hsm_ceremony::softcard::SoftCard;
use serde_json::Value;

/// Of the ready card.
const USER_PIN: &[u8] = b"648219";
const SO_PIN: &[u8] = &[0x35, 0x76, 0x21, 0x88, 0x07, 0x21, 0x88, 0x07];

static FRESH: LazyLock<SoftCard> = LazyLock::new(|| SoftCard::new("REH0000001").expect("a card"));

/// Initialised, with a DKEK and two keys of the vectors, and logged out.
static READY: LazyLock<SoftCard> = LazyLock::new(|| {
    let keys: Vec<Value> =
        serde_json::from_str(include_str!("../../vectors/wrapped-keys.json")).expect("the vectors are JSON");
    let named = |name: &str| keys.iter().find(|key| key["name"] == name).expect("it is in the vectors");
    let mut card = FRESH.clone();
    let objects = [&[0x80, 2, 0, 1, 0x81, 6][..], USER_PIN, &[0x82, 8], SO_PIN, &[0x91, 1, 3, 0x92, 1, 1]].concat();
    let length = u8::try_from(objects.len()).expect("it is short");
    answered(&mut card, &[&SELECT[..]].concat());
    answered(&mut card, &[&[0x80, 0x50, 0, 0, length][..], &objects].concat());
    answered(&mut card, &[&[0, 0x20, 0, 0x81, 6][..], USER_PIN].concat());
    let share = hex(&named("rsa-1024")["dkek"]);
    answered(&mut card, &[&[0x80, 0x52, 0, 0, 32][..], &share, &[0]].concat());
    for (reference, name) in [(1, "rsa-1024"), (2, "ec-prime256v1")] {
        let blob = hex(&named(name)["blob"]);
        let length = u16::try_from(blob.len()).expect("it is short").to_be_bytes();
        answered(&mut card, &[&[0x80, 0x74, reference, 0x93, 0][..], &length, &blob].concat());
    }
    card.reset();
    card
});

const SELECT: [u8; 17] = [0, 0xA4, 4, 0, 0x0B, 0xE8, 0x2B, 6, 1, 4, 1, 0x81, 0xC3, 0x1F, 2, 1, 0];

fn answered(card: &mut SoftCard, command: &[u8]) {
    assert!(card.execute(command).ends_with(&[0x90, 0]), "the ready card: {command:02X?}");
}

pub fn hex(value: &Value) -> Vec<u8> {
    let text = value.as_str().expect("it is a text");
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).expect("two digits")).collect()
}

/// The commands in a list of them.
fn commands(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while let [length, rest @ ..] = bytes {
        let (length, rest) = match (length, rest) {
            (0xFF, [high, low, rest @ ..]) => (usize::from(u16::from_be_bytes([*high, *low])), rest),
            (length, rest) => (usize::from(*length), rest),
        };
        let (command, later) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        found.push(command);
        bytes = later;
    }
    found
}

/// Making an RSA key takes seconds, and an EC key is made by a longer command.
fn is_slow(command: &[u8]) -> bool {
    command.get(1) == Some(&0x46) && (command.len() < 100 || command[0] & 0x10 != 0)
}

pub fn check(data: &[u8]) {
    let Some((which, list)) = data.split_first() else { return };
    let mut card = if which % 2 == 0 { READY.clone() } else { FRESH.clone() };
    let mut may_log_in = which % 2 == 1;
    let pins = |card: &SoftCard| card.to_json()["pins"].clone();
    for command in commands(list).into_iter().take(64).filter(|command| !is_slow(command)) {
        let before = pins(&card);
        let keys = card.to_json()["keys"].clone();
        let answer = card.execute(command);
        let [.., high, low] = answer.as_slice() else { panic!("no status word") };
        let done = [*high, *low] == [0x90, 0];
        // In a chain, a PIN could come in parts.
        may_log_in |= command.first().is_some_and(|class| class & 0x10 != 0)
            || [USER_PIN, SO_PIN].iter().any(|pin| command.windows(pin.len()).any(|part| part == *pin))
            || before["so"].is_null();
        if !may_log_in {
            let uses_a_key =
                matches!(command.get(1), Some(0x46 | 0x62 | 0x68 | 0x72 | 0x74 | 0x50 | 0x2C | 0xE4 | 0xD7));
            assert!(!(done && uses_a_key), "without a PIN: {command:02X?}");
            assert_eq!(card.to_json()["keys"], keys, "nobody logged in");
            for pin in ["user", "so"] {
                let left = |pins: &Value| pins[pin]["left"].as_u64();
                assert!(left(&pins(&card)) <= left(&before), "a try came back");
                assert_eq!(pins(&card)[pin]["value"], before[pin]["value"], "a PIN changed");
            }
        }
    }
    kept(&card);
}

/// The card that is read from its file is the same.
pub fn kept(card: &SoftCard) {
    let state = card.to_json();
    let again = SoftCard::from_json(&state).unwrap_or_else(|error| panic!("{error:?} in {state}"));
    assert_eq!(again.to_json(), state);
}
