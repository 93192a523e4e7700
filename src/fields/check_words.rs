//! Two words of a check value, typed from notes. Whether they are the right ones is found out when both are there: a field
//! that says so letter by letter would dictate them.

use super::FieldCheck;
use crate::faults;
use crate::wordlists::pgp::{self, Heard};

/// What was typed, word by word. Commas may stand between them.
fn tokens(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| byte.is_ascii_whitespace() || *byte == b',').filter(|token| !token.is_empty())
}

/// The bytes that two words stand for at their places; `None` unless there are exactly two.
pub fn read(text: &[u8], places: [u8; 2]) -> Option<[u8; 2]> {
    let mut tokens = tokens(text);
    let mut next = |place| match tokens.next().map(|token| pgp::heard(token, place)) {
        Some(Heard::Byte(byte)) => Some(byte),
        Some(Heard::Unfinished | Heard::Nothing) | None => None,
    };
    let [first, second] = places;
    let bytes = [next(first)?, next(second)?];
    tokens.next().is_none().then_some(bytes)
}

/// How far two words have come.
pub(super) fn check(text: &[u8], places: [u8; 2]) -> FieldCheck {
    let mut done = 0_usize;
    for ((token, place), at) in tokens(text).zip(places).zip(1..) {
        match pgp::heard(token, place) {
            Heard::Byte(_) => done += 1,
            Heard::Unfinished => {}
            Heard::Nothing => return FieldCheck::wrong_at(faults::CheckWordUnknown { place }, at),
        }
    }
    let typed = tokens(text).count();
    if typed > places.len() {
        FieldCheck::wrong(faults::CheckWordsTooMany)
    } else if typed == 0 {
        FieldCheck::Empty
    } else if done == places.len() {
        FieldCheck::Complete
    } else {
        FieldCheck::typing(done, places.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Words 3 and 6 of E582 94F2 E9A2 2748.
    const PLACES: [u8; 2] = [3, 6];

    #[test]
    fn two_words_are_read_by_enough_letters_or_by_their_digits() {
        for typed in ["Pluto Pacific", "plu pac", "  PLUTO,pacific ", "94 a2", "plu A2", "pluto,  pac"] {
            assert_eq!(read(typed.as_bytes(), PLACES), Some([0x94, 0xa2]), "{typed}");
            assert_eq!(check(typed.as_bytes(), PLACES), FieldCheck::Complete, "{typed}");
        }
        assert_eq!(read(b"kiwi potato", PLACES), Some([0x7c, 0xb6]), "whether they are the right ones is asked later");
    }

    #[test]
    fn what_is_no_word_of_the_list_for_its_place_is_named_at_once() {
        assert_eq!(check(b"", PLACES), FieldCheck::Empty);
        assert_eq!(check(b" , ", PLACES), FieldCheck::Empty);
        assert_eq!(check(b"pl", PLACES), FieldCheck::typing(0, 2));
        assert_eq!(check(b"pluto", PLACES), FieldCheck::typing(1, 2));
        assert_eq!(check(b"pluto pa", PLACES), FieldCheck::typing(1, 2));
        assert_eq!(check(b"pluto pand", PLACES), FieldCheck::typing(1, 2), "two words begin like that");
        assert_eq!(check(b"blubb", PLACES), FieldCheck::wrong_at(faults::CheckWordUnknown { place: 3 }, 1));
        // The two words swapped: neither list has the other's.
        assert_eq!(check(b"pacific pluto", PLACES), FieldCheck::wrong_at(faults::CheckWordUnknown { place: 3 }, 1));
        assert_eq!(check(b"pluto pluto", PLACES), FieldCheck::wrong_at(faults::CheckWordUnknown { place: 6 }, 2));
        assert_eq!(check(b"pluto pacific three", PLACES), FieldCheck::wrong(faults::CheckWordsTooMany));
        for unread in ["", "pluto", "pluto pand", "pluto pacific three", "blubb pacific"] {
            assert_eq!(read(unread.as_bytes(), PLACES), None, "{unread}");
        }
    }
}
