//! Two neighbouring digits swapped, in one group or across two: the slip of fingers that know what comes next.

use zeroize::Zeroizing;

/// Two neighbouring digits that changed places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SwappedDigits {
    /// The group of the first digit, from 1.
    pub group: u8,
    /// The second digit is the first of the next group.
    pub across: bool,
}

/// The swap that makes `typed` what it should be, if it is exactly one of two neighbours. Both are bytes of two digits.
pub fn swapped_digits(typed: &[u8], right: &[u8]) -> Option<SwappedDigits> {
    let mut typed: Zeroizing<Vec<u16>> = Zeroizing::new(typed.iter().map(|byte| u16::from(*byte)).collect());
    let is_right = |typed: &[u16]| typed.iter().copied().eq(right.iter().map(|byte| u16::from(*byte)));
    only_swap(&mut typed, is_right)
}

/// The one swap of neighbours in `bytes` after which they fit; `None` if there is none, or more than one. Leaves them as
/// they were.
pub(super) fn only_swap(bytes: &mut [u16], mut fits: impl FnMut(&[u16]) -> bool) -> Option<SwappedDigits> {
    let mut found = None;
    for first in 0..(2 * bytes.len()).saturating_sub(1) {
        let fit = swap(bytes, first) && fits(bytes);
        swap(bytes, first);
        if fit && found.is_some() {
            return None;
        }
        if fit {
            found = Some(SwappedDigits { group: u8::try_from(first / 2 + 1).ok()?, across: first % 2 == 1 });
        }
    }
    found
}

/// Swaps a digit, counted from 0, with the next. Whether they differ.
fn swap(bytes: &mut [u16], first: usize) -> bool {
    let Some([one, rest @ ..]) = bytes.get_mut(first / 2..) else { return false };
    if first.is_multiple_of(2) {
        let difference = Zeroizing::new((*one ^ *one >> 4) & 0xf);
        *one ^= *difference | *difference << 4;
        return *difference != 0;
    }
    let Some(next) = rest.first_mut() else { return false };
    let difference = Zeroizing::new((*one ^ *next >> 4) & 0xf);
    *one ^= *difference;
    *next ^= *difference << 4;
    *difference != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_swap_of_neighbours_is_found_and_nothing_else() {
        let right = [0x4c, 0x40, 0x1b, 0xe2, 0x94, 0x7a, 0x18, 0x0b];
        let text = "4c401be2947a180b";
        let bytes = |text: &str| -> Vec<u8> {
            (0..8).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
        };
        for first in 0..15 {
            let mut letters: Vec<char> = text.chars().collect();
            letters.swap(first, first + 1);
            let typed = bytes(&letters.into_iter().collect::<String>());
            let group = u8::try_from(first / 2 + 1).unwrap();
            let expected = SwappedDigits { group, across: first % 2 == 1 };
            assert_eq!(swapped_digits(&typed, &right), Some(expected), "{first}");
        }
        for other in ["4c401be2947a180c", "404c1be2947a180b", "4c401be2947a180b", "c4041be2947a180b"] {
            assert_eq!(swapped_digits(&bytes(other), &right), None, "{other}");
        }
    }
}
