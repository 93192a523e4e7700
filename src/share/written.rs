//! How a share is written on paper and read back from a keyboard: eight groups of two hexadecimal digits, and an id.

use crate::secret::{Secret, WipingBytes};
use crate::terms::MOST_CUSTODIANS;

use super::SharePrime;

/// The number of groups (bytes) in a prime or a value.
pub const GROUPS: u8 = 8;

const DIGITS: usize = 2 * GROUPS as usize;

/// The state of a text being typed into a prime or value field. Groups and positions count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Fine so far; this many groups are complete. A single last digit may still become a group.
    Incomplete {
        /// Complete groups, 0..=7.
        groups: u8,
    },
    /// All eight groups.
    Complete,
    /// A character that is neither a digit nor a separator where one is allowed.
    WrongCharacter {
        /// Which character of the text.
        position: usize,
        /// The group it is in or before.
        group: u8,
    },
    /// A group has only one digit.
    OddGroup {
        /// Which group.
        group: u8,
    },
    /// More than eight groups.
    TooLong,
}

/// Why a typed field cannot be read. Says where the fault is, never what the right value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadError {
    /// See [`Reading::WrongCharacter`].
    WrongCharacter {
        /// Which character of the text, from 1.
        position: usize,
        /// The group it is in or before, from 1.
        group: u8,
    },
    /// A group has only one digit.
    OddGroup {
        /// Which group, from 1.
        group: u8,
    },
    /// More than eight groups.
    TooLong,
    /// Fewer than eight groups. `sc-hsm-tool` omits leading zero bytes of values: ask, then read the value as foreign.
    Short {
        /// The number of groups given.
        groups: u8,
    },
    /// The number is not a prime.
    NotPrime,
    /// The number has fewer than 64 bits.
    PrimeTooSmall,
    /// Not a decimal id in 1..=16.
    NotAnId,
}

/// What is wrong or missing in a prime or value while it is being typed.
///
/// Groups are separated by a colon, spaces or nothing, in any combination; digits in either case. A colon must follow a
/// group: two in a row mean that a group was skipped.
pub fn check_hex(text: &[u8]) -> Reading {
    check_groups(text, GROUPS)
}

/// [`check_hex`] for `groups` groups.
pub(super) fn check_groups(text: &[u8], groups: u8) -> Reading {
    match scan(text, groups, |_| ()) {
        Err(fault) => fault,
        Ok(digits) if digits == 2 * usize::from(groups) => Reading::Complete,
        Ok(digits) => Reading::Incomplete { groups: group_of(digits) - 1 },
    }
}

/// Reads a share value. Values of our `own` sets always have eight groups; a foreign value may be [`ReadError::Short`]
/// because of omitted leading zeros, and is accepted with `own` false.
pub fn read_value(text: &[u8], own: bool) -> Result<Secret<[u8; 8]>, ReadError> {
    let mut digits = WipingBytes::with_capacity(DIGITS);
    let mut full = false;
    let count = scan(text, GROUPS, |digit| full |= digits.push(digit).is_err()).map_err(ReadError::from)?;
    if count % 2 == 1 {
        return Err(ReadError::OddGroup { group: group_of(count) });
    }
    if count == 0 || (own && count < DIGITS) {
        return Err(ReadError::Short { groups: group_of(count) - 1 });
    }
    if full {
        return Err(ReadError::TooLong);
    }
    Secret::try_init(|place: &mut [u8; 8]| {
        let used = place.split_at_mut_checked(usize::from(GROUPS) - count / 2).map(|(_, used)| used);
        let decoded = used.is_some_and(|used| base16ct::mixed::decode(digits.expose(), used).is_ok());
        if decoded { Ok(()) } else { Err(ReadError::TooLong) }
    })
}

/// Reads a prime: always eight groups, because its top bit is set. Checks that it is prime.
pub fn read_prime(text: &[u8]) -> Result<SharePrime, ReadError> {
    let number = read_value(text, true)?;
    SharePrime::new(u64::from_be_bytes(*number.expose()))
}

/// Reads the id of a share of our own sets: decimal, 1..=16; surrounding spaces and leading zeros do not matter.
pub fn read_id(text: &[u8]) -> Result<u8, ReadError> {
    read_number(text, 10).filter(|id| (1..=MOST_CUSTODIANS).contains(id)).ok_or(ReadError::NotAnId)
}

/// What the id of a share from a foreign set can mean, likeliest first: `sc-hsm-tool` prints ids in decimal but reads
/// them as hexadecimal, so a note may hold either. "10" is 10 or 16; "A" is 10. Empty when it is not an id at all.
pub fn id_readings(text: &[u8]) -> Vec<u8> {
    let mut readings: Vec<u8> = [10, 16].into_iter().filter_map(|base| read_number(text, base)).collect();
    readings.retain(|id| *id != 0);
    readings.dedup();
    readings
}

/// Every way to read the ids of a set made elsewhere, where each has its possible meanings (see [`id_readings`]): no two
/// shares of a set have the same id, so holders of the shares 10 and 16 may both bring a "10". The likeliest first: people
/// note all ids of a set in one way. At most 64; empty if some two ids can only be the same.
pub fn ids_together(meanings: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut all: Vec<(usize, Vec<u8>)> = vec![(0, Vec::new())];
    for ids in meanings {
        let mut longer = Vec::new();
        for (hexadecimal, before) in &all {
            for (place, id) in ids.iter().enumerate().filter(|(_, id)| !before.contains(id)) {
                longer.push((hexadecimal + place, [before.as_slice(), &[*id]].concat()));
            }
        }
        all = longer;
    }
    let two_ways = meanings.iter().filter(|ids| ids.len() > 1).count();
    all.sort_by_key(|(hexadecimal, _)| ((*hexadecimal).min(two_ways.saturating_sub(*hexadecimal)), *hexadecimal));
    all.into_iter().map(|(_, ids)| ids).take(64).collect()
}

/// How an id must be typed into `sc-hsm-tool`, where that differs from the decimal form: 10 → `A`, 16 → `10`.
pub fn old_tool_id(id: u8) -> Option<String> {
    (id >= 10).then(|| format!("{id:X}"))
}

/// Writes a value as eight groups with colons, lower case: `4c:40:1b:e2:94:7a:18:0b`. Leading zeros are written;
/// `sc-hsm-tool` reads them.
pub fn write_value(value: &Secret<[u8; 8]>) -> WipingBytes {
    write_groups(value.expose())
}

/// Bytes as groups with colons.
pub(super) fn write_groups(bytes: &[u8]) -> WipingBytes {
    let mut text = WipingBytes::zeros((3 * bytes.len()).saturating_sub(1));
    for (group, byte) in text.expose_mut().chunks_mut(3).zip(bytes) {
        if let Some((digits, colon)) = group.split_at_mut_checked(2) {
            // cannot fail: there is room for two digits
            let _ = base16ct::lower::encode(core::slice::from_ref(byte), digits);
            colon.fill(b':');
        }
    }
    text
}

impl From<Reading> for ReadError {
    fn from(reading: Reading) -> Self {
        match reading {
            Reading::Incomplete { groups } => Self::Short { groups },
            Reading::Complete | Reading::TooLong => Self::TooLong,
            Reading::WrongCharacter { position, group } => Self::WrongCharacter { position, group },
            Reading::OddGroup { group } => Self::OddGroup { group },
        }
    }
}

/// Passes every digit to `take`, at most two per group; returns their number, or the first fault.
pub(super) fn scan(text: &[u8], groups: u8, mut take: impl FnMut(u8)) -> Result<usize, Reading> {
    let mut digits = 0;
    let mut colon_may_follow = false;
    for (position, &character) in (1..).zip(text) {
        match character {
            _ if character.is_ascii_hexdigit() => {
                if digits == 2 * usize::from(groups) {
                    return Err(Reading::TooLong);
                }
                take(character);
                digits += 1;
                colon_may_follow = true;
            }
            b' ' | b':' if digits % 2 == 1 => return Err(Reading::OddGroup { group: group_of(digits) }),
            b' ' => (),
            b':' if colon_may_follow => colon_may_follow = false,
            _ => return Err(Reading::WrongCharacter { position, group: group_of(digits).min(groups) }),
        }
    }
    Ok(digits)
}

/// The group that the next digit belongs to, from 1.
#[allow(clippy::cast_possible_truncation, reason = "there are at most sixteen digits")]
const fn group_of(digits: usize) -> u8 {
    (digits / 2 + 1) as u8
}

fn read_number(text: &[u8], base: u32) -> Option<u8> {
    let text = core::str::from_utf8(text.trim_ascii()).ok()?;
    // from_str_radix would accept a sign
    text.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u8::from_str_radix(text, base).ok()).flatten()
}
