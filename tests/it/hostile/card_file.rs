//! The file of a software card: whatever is accepted is a card that answers.

use hsm_ceremony::softcard::SoftCard;

use super::card::kept;

pub fn check(data: &[u8]) {
    let Ok(value) = serde_json::from_slice(data) else { return };
    let Ok(mut card) = SoftCard::from_json(&value) else { return };
    kept(&card);
    for command in [
        "00A404000BE82B0601040181C31F020100",
        "00200081",
        "0020008106363438323139",
        "00200088",
        "80580000000000",
        "8052000000",
        "00B12F02045402000000000000",
        "8072019200",
        "8068012020000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F00",
    ] {
        let command: Vec<u8> = (0..command.len() / 2)
            .map(|at| u8::from_str_radix(&command[2 * at..2 * at + 2], 16).expect("two digits"))
            .collect();
        assert!(card.execute(&command).len() >= 2);
    }
    kept(&card);
}
