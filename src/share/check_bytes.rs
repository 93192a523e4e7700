//! Check bytes of a password share: two bytes that locate a wrong group in prime, id or value.
//!
//! Our own addition; `sc-hsm-tool` neither needs nor knows them. They are computed from the share's value, so they are
//! as secret as the share.

use crypto_bigint::U64;
use crypto_primes::{Flavor, is_prime};
use zeroize::Zeroizing;

use crate::secret::{Secret, WipingBytes};
use crate::terms::MOST_CUSTODIANS;

use super::check_symbols::{OF_BYTES, Verdict};
use super::swaps::{SwappedDigits, only_swap};
use super::written::{check_groups, scan, write_groups};
use super::{GROUPS, PasswordShare, ReadError, Reading};

/// The number of groups of check bytes.
pub const CHECK_GROUPS: u8 = 2;

/// The value follows the eight bytes of the prime and the id.
const VALUE: usize = 9;
const CHECK: usize = VALUE + GROUPS as usize;

/// What the check bytes say about a share. Groups count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckVerdict {
    /// Nothing is wrong.
    Right,
    /// One group of the prime is wrong.
    Prime {
        /// Which.
        group: u8,
    },
    /// The id is wrong.
    Id,
    /// One group of the value is wrong.
    Value {
        /// Which.
        group: u8,
    },
    /// One group of the check bytes themselves is wrong.
    Check {
        /// Which.
        group: u8,
    },
    /// This group of the value and the next are swapped.
    Swapped {
        /// The first of the two.
        group: u8,
    },
    /// Two neighbouring digits of this part are swapped.
    Digits {
        /// Of what.
        part: Part,
        /// Which.
        swapped: SwappedDigits,
    },
    /// More errors than can be located.
    Several,
}

/// A part of what is typed from a card in groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The prime.
    Prime,
    /// The share value.
    Value,
    /// The check bytes.
    Check,
}

/// The check bytes of a share.
pub fn check_bytes(share: &PasswordShare) -> Secret<[u8; 2]> {
    let checks = OF_BYTES.encode(&symbols(share.prime.get(), share.id, &share.value));
    Secret::init(|place: &mut [u8; 2]| {
        for (place, check) in place.iter_mut().zip(checks.iter()) {
            let [_, low] = check.to_be_bytes();
            *place = low;
        }
    })
}

/// Writes check bytes as two groups: `ab:cd`.
pub fn write_check(check: &Secret<[u8; 2]>) -> WipingBytes {
    write_groups(check.expose())
}

/// What is wrong or missing in check bytes while they are being typed; like [`check_hex`](super::check_hex), for two
/// groups.
pub fn check_check(text: &[u8]) -> Reading {
    check_groups(text, CHECK_GROUPS)
}

/// Reads check bytes: always two groups.
pub fn read_check(text: &[u8]) -> Result<Secret<[u8; 2]>, ReadError> {
    let mut digits = WipingBytes::with_capacity(2 * usize::from(CHECK_GROUPS));
    let mut full = false;
    scan(text, CHECK_GROUPS, |digit| full |= digits.push(digit).is_err()).map_err(ReadError::from)?;
    let groups = digits.len() / 2;
    if digits.len() % 2 == 1 {
        return Err(ReadError::OddGroup { group: place_of(groups, 0) });
    }
    if full {
        return Err(ReadError::TooLong);
    }
    Secret::try_init(|place: &mut [u8; 2]| match base16ct::mixed::decode(digits.expose(), place) {
        Ok(decoded) if decoded.len() == usize::from(CHECK_GROUPS) => Ok(()),
        _ => Err(ReadError::Short { groups: place_of(groups, 1) }),
    })
}

/// What the check bytes say about prime, id and value as typed; the prime need not be prime.
///
/// Two wrong bytes are always detected, but may be mistaken for a single wrong byte elsewhere, unless correcting that
/// byte gives an impossible share: not a prime, not an id of 1 to 16, or a value not below the prime.
pub fn verdict(prime: u64, id: u8, value: &Secret<[u8; 8]>, check: &Secret<[u8; 2]>) -> CheckVerdict {
    let mut all = symbols(prime, id, value);
    all.extend(check.expose().iter().map(|byte| u16::from(*byte)));
    if let Some(swap) = swap_of_digits(&mut all) {
        return swap;
    }
    match OF_BYTES.locate(&all) {
        Verdict::Right => CheckVerdict::Right,
        Verdict::One { place, right } => {
            if let Some(symbol) = all.get_mut(place) {
                *symbol = *right;
            }
            match place {
                _ if !is_share(&all) => CheckVerdict::Several,
                0..8 => CheckVerdict::Prime { group: place_of(place, 0) },
                8 => CheckVerdict::Id,
                VALUE..CHECK => CheckVerdict::Value { group: place_of(place, VALUE) },
                _ => CheckVerdict::Check { group: place_of(place, CHECK) },
            }
        }
        Verdict::Swapped { place } if (VALUE..CHECK - 1).contains(&place) => {
            CheckVerdict::Swapped { group: place_of(place, VALUE) }
        }
        Verdict::Swapped { .. } | Verdict::Several => CheckVerdict::Several,
    }
}

/// Which swap of two neighbouring digits makes a share of all symbols, if exactly one does. It is looked for first: a
/// swap across two groups is two wrong bytes, which one time in 14 look like a single wrong one elsewhere.
fn swap_of_digits(all: &mut [u16]) -> Option<CheckVerdict> {
    let mut found = None;
    for (part, bytes) in [(Part::Prime, 0..8), (Part::Value, VALUE..CHECK), (Part::Check, CHECK..all.len())] {
        let mut whole = Zeroizing::new(all.to_vec());
        let typed = all.get_mut(bytes.clone())?;
        let swapped = only_swap(typed, |typed| {
            if let Some(place) = whole.get_mut(bytes.clone()) {
                place.copy_from_slice(typed);
            }
            OF_BYTES.fits(&whole) && is_share(&whole)
        });
        if let Some(swapped) = swapped {
            if found.is_some() {
                return None;
            }
            found = Some(CheckVerdict::Digits { part, swapped });
        }
    }
    found
}

/// Prime, id and value, one byte per symbol, with room for the check bytes.
fn symbols(prime: u64, id: u8, value: &Secret<[u8; 8]>) -> Zeroizing<Vec<u16>> {
    let mut symbols = Zeroizing::new(Vec::with_capacity(CHECK + usize::from(CHECK_GROUPS)));
    symbols.extend(prime.to_be_bytes().iter().chain(&[id]).chain(value.expose()).map(|byte| u16::from(*byte)));
    symbols
}

/// Whether the corrected symbols can be a share of our own sets.
fn is_share(symbols: &[u16]) -> bool {
    let number =
        |symbols: &[u16]| Zeroizing::new(symbols.iter().fold(0_u64, |number, symbol| number << 8 | u64::from(*symbol)));
    let (Some(prime), Some(id), Some(value)) = (symbols.get(..8), symbols.get(8), symbols.get(VALUE..CHECK)) else {
        return false;
    };
    let prime = number(prime);
    (1..=u16::from(MOST_CUSTODIANS)).contains(id)
        && *number(value) < *prime
        && is_prime(Flavor::Any, &U64::from(*prime))
}

/// The group, counted from 1, of symbol `place` (of 19) in the part that begins at `first`.
#[allow(clippy::cast_possible_truncation, reason = "there are 19 bytes")]
const fn place_of(place: usize, first: usize) -> u8 {
    (place + 1 - first) as u8
}
