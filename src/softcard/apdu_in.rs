//! Command APDUs as received: short or extended, in any mixture.
//!
//! Source: ISO 7816-4, section 5.1; the protocol reference, section 3 (OpenSC mixes short and extended freely).

use crate::card::status::Status;

/// The class bit that says "more of this command follows".
const CHAINING: u8 = 0x10;

/// One parsed command APDU.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Command<'a> {
    /// Class byte without the chaining bit.
    pub class: u8,
    /// Whether further parts of the same command follow.
    pub chained: bool,
    /// Instruction byte.
    pub instruction: u8,
    /// First parameter byte.
    pub p1: u8,
    /// Second parameter byte.
    pub p2: u8,
    /// Command data, possibly empty.
    pub data: &'a [u8],
    /// The most bytes the answer may have; `None` when the command has no Le.
    pub expected: Option<usize>,
}

impl<'a> Command<'a> {
    /// Parses a command; 6700 when its lengths do not add up.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Status> {
        let Some((&[class, instruction, p1, p2], body)) = bytes.split_first_chunk() else {
            return Err(Status::WrongLength);
        };
        let (data, expected) = body_parts(body).ok_or(Status::WrongLength)?;
        let chained = class & CHAINING != 0;
        Ok(Self { class: class & !CHAINING, chained, instruction, p1, p2, data, expected })
    }
}

/// Splits what follows the header into data and Le.
fn body_parts(body: &[u8]) -> Option<(&[u8], Option<usize>)> {
    match body {
        [] => Some((&[], None)),
        [short] => Some((&[], Some(short_expected(*short)))),
        [0, high, low] => Some((&[], Some(extended_expected(*high, *low)))),
        [0, high, low, rest @ ..] => {
            let (data, after) = rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low])))?;
            match after {
                _ if data.is_empty() => None,
                [] => Some((data, None)),
                [high, low] => Some((data, Some(extended_expected(*high, *low)))),
                _ => None,
            }
        }
        [0, ..] => None,
        [length, rest @ ..] => {
            let (data, after) = rest.split_at_checked(usize::from(*length))?;
            match after {
                [] => Some((data, None)),
                [short] => Some((data, Some(short_expected(*short)))),
                _ => None,
            }
        }
    }
}

fn short_expected(byte: u8) -> usize {
    if byte == 0 { 256 } else { usize::from(byte) }
}

fn extended_expected(high: u8, low: u8) -> usize {
    match u16::from_be_bytes([high, low]) {
        0 => 65_536,
        length => usize::from(length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_every_case_of_the_standard() {
        let header = [0x00, 0xB1, 0x12, 0x34];
        for (body, data, expected) in [
            (&[][..], &[][..], None),
            (&[0x00], &[], Some(256)),
            (&[0x08], &[], Some(8)),
            (&[0x02, 1, 2], &[1, 2], None),
            (&[0x02, 1, 2, 0x00], &[1, 2], Some(256)),
            (&[0, 0, 0], &[], Some(65_536)),
            (&[0, 2, 0], &[], Some(512)),
            (&[0, 0, 2, 1, 2], &[1, 2], None),
            (&[0, 0, 2, 1, 2, 2, 0], &[1, 2], Some(512)),
        ] {
            let bytes = [&header[..], body].concat();
            let command = Command::parse(&bytes).unwrap();
            assert_eq!((command.data, command.expected), (data, expected), "{body:?}");
            assert_eq!((command.instruction, command.p1, command.p2), (0xB1, 0x12, 0x34));
        }
        for body in [&[0x02, 1][..], &[0x02, 1, 2, 3, 4], &[0, 1], &[0, 0, 2, 1], &[0, 0, 2, 1, 2, 3], &[0, 0, 0, 1]] {
            assert_eq!(Command::parse(&[&header[..], body].concat()), Err(Status::WrongLength), "{body:?}");
        }
        assert_eq!(Command::parse(&[0, 1, 2]), Err(Status::WrongLength));
    }
}
