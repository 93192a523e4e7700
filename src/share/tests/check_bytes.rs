//! Check bytes, against values computed by another program.

use crate::secret::Secret;

use super::super::*;

const PRIME: u64 = 0xcff2_6ccf_aff0_1d63;
const VALUE: u64 = 0x4c40_1be2_947a_180b;

fn value(number: u64) -> Secret<[u8; 8]> {
    Secret::from_slice(&number.to_be_bytes()).unwrap()
}

fn check(text: &str) -> Secret<[u8; 2]> {
    read_check(text.as_bytes()).ok().unwrap()
}

#[test]
fn check_bytes_match_those_of_another_program() {
    for (id, number, expected) in [(1, 8, "c7:71"), (2, 11, "b7:01"), (16, VALUE, "37:90")] {
        let share = PasswordShare { prime: SharePrime::new(PRIME).unwrap(), id, value: value(number) };
        let check = check_bytes(&share);
        assert_eq!(write_check(&check).expose(), expected.as_bytes());
        assert_eq!(verdict(PRIME, id, &share.value, &check), CheckVerdict::Right);
    }
}

#[test]
fn the_wrong_group_is_named() {
    let judged = |prime: u64, id: u8, number: u64, text: &str| verdict(prime, id, &value(number), &check(text));
    assert_eq!(judged(PRIME ^ 2, 16, VALUE, "37:90"), CheckVerdict::Prime { group: 8 });
    assert_eq!(judged(PRIME ^ 0x10 << 56, 16, VALUE, "37:90"), CheckVerdict::Prime { group: 1 });
    assert_eq!(judged(PRIME, 10, VALUE, "37:90"), CheckVerdict::Id);
    assert_eq!(judged(PRIME, 16, VALUE ^ 0x40 << 56, "37:90"), CheckVerdict::Value { group: 1 });
    assert_eq!(judged(PRIME, 16, VALUE ^ 9, "37:90"), CheckVerdict::Value { group: 8 });
    assert_eq!(judged(PRIME, 16, VALUE, "38:90"), CheckVerdict::Check { group: 1 });
    assert_eq!(judged(PRIME, 16, VALUE, "37:9f"), CheckVerdict::Check { group: 2 });
    assert_eq!(judged(PRIME, 16, 0x4c40_e21b_947a_180b, "37:90"), CheckVerdict::Swapped { group: 3 });
    assert_eq!(judged(PRIME, 16, 0x404c_1be2_947a_180b, "37:90"), CheckVerdict::Swapped { group: 1 });
    assert_eq!(judged(PRIME, 16, 0x4c40_1be2_947a_0b18, "37:90"), CheckVerdict::Swapped { group: 7 });
    assert_eq!(judged(PRIME, 16, 0x184c_401b_e294_7a0b, "37:90"), CheckVerdict::Several);
    assert_eq!(judged(PRIME, 16, VALUE, "90:37"), CheckVerdict::Several);
    let of_check = SwappedDigits { group: 1, across: true };
    assert_eq!(judged(PRIME, 16, VALUE, "39:70"), CheckVerdict::Digits { part: Part::Check, swapped: of_check });
    // somebody else's share
    assert_eq!(judged(PRIME, 2, 11, "37:90"), CheckVerdict::Several);
}

#[test]
fn two_neighbouring_digits_that_are_swapped_are_named_wherever_they_are() {
    let swapped = |number: u64, first: u32| {
        let (high, low) = (60 - 4 * first, 56 - 4 * first);
        let difference = (number >> high ^ number >> low) & 0xf;
        number ^ (difference << high | difference << low)
    };
    for first in 0..15 {
        let expected = |part| {
            let group = u8::try_from(first / 2 + 1).unwrap();
            CheckVerdict::Digits { part, swapped: SwappedDigits { group, across: first % 2 == 1 } }
        };
        let verdict = verdict(PRIME, 16, &value(swapped(VALUE, first)), &check("37:90"));
        assert_eq!(verdict, expected(Part::Value), "{first}");
        let prime = swapped(PRIME, first);
        if prime != PRIME {
            let verdict = super::super::verdict(prime, 16, &value(VALUE), &check("37:90"));
            assert_eq!(verdict, expected(Part::Prime), "{first}");
        }
    }
}

#[test]
fn check_bytes_are_typed_as_two_groups() {
    for text in ["37:90", "37 90", "3790", " 37 : 90 ", "37:90:"] {
        assert!(read_check(text.as_bytes()).is_ok_and(|found| found.same(&check("37:90"))), "{text}");
        assert_eq!(check_check(text.as_bytes()), Reading::Complete, "{text}");
    }
    for (text, error, reading) in [
        ("", ReadError::Short { groups: 0 }, Reading::Incomplete { groups: 0 }),
        ("37", ReadError::Short { groups: 1 }, Reading::Incomplete { groups: 1 }),
        ("379", ReadError::OddGroup { group: 2 }, Reading::Incomplete { groups: 1 }),
        ("3:90", ReadError::OddGroup { group: 1 }, Reading::OddGroup { group: 1 }),
        ("37:90:1", ReadError::TooLong, Reading::TooLong),
        (
            "37:9x",
            ReadError::WrongCharacter { position: 5, group: 2 },
            Reading::WrongCharacter { position: 5, group: 2 },
        ),
    ] {
        assert_eq!(read_check(text.as_bytes()).err(), Some(error), "{text}");
        assert_eq!(check_check(text.as_bytes()), reading, "{text}");
    }
}
