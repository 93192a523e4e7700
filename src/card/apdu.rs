//! Command APDUs: encoding of all cases, chaining, GET RESPONSE.
//!
//! Source: ISO 7816-4; the protocol reference, section 3.

use super::status::Status;
use super::transport::{LARGEST_SHORT_COMMAND, Response, Transport, TransportError};
use crate::secret::WipingBytes;

/// Le as large as the form of the command allows: short 00 (256 bytes), extended 0000 (65,536 bytes).
pub const MOST_SHORT: usize = 256;
/// Le of an extended command that accepts an answer of any length.
pub const MOST_EXTENDED: usize = 65_536;

/// More GET RESPONSE rounds than 64 KiB need; a card that never stops is cut off.
const MOST_ROUNDS: usize = 300;

/// A command whose data is borrowed in pieces, so that a secret is copied only once: into the wire buffer, which is
/// wiped.
///
/// Has no `Debug`: the pieces may be PINs.
#[derive(Clone, Copy)]
pub struct Command<'a> {
    header: [u8; 4],
    pieces: &'a [&'a [u8]],
    expected: usize,
}

impl<'a> Command<'a> {
    /// CLA, INS, P1, P2; no command data, no response data.
    pub const fn new(class: u8, instruction: u8, p1: u8, p2: u8) -> Self {
        Self { header: [class, instruction, p1, p2], pieces: &[], expected: 0 }
    }

    /// The command data: these pieces, concatenated.
    #[must_use]
    pub const fn data(mut self, pieces: &'a [&'a [u8]]) -> Self {
        self.pieces = pieces;
        self
    }

    /// Asks for at most `expected` bytes of response data, 1..=65,536; 0 asks for none.
    #[must_use]
    pub const fn expect(mut self, expected: usize) -> Self {
        self.expected = expected;
        self
    }

    fn data_length(&self) -> usize {
        self.pieces.iter().map(|piece| piece.len()).sum()
    }

    /// The command as sent over the wire: short if data and Le fit, otherwise extended. `None` if the data is longer
    /// than 65,535 bytes or more than 65,536 bytes are asked for.
    pub fn encode(&self) -> Option<WipingBytes> {
        let length = self.data_length();
        let extended = length > 0xFF || self.expected > MOST_SHORT;
        let size =
            4 + match (length, extended) {
                (0, true) => 1,
                (0, false) => 0,
                (_, true) => 3 + length,
                (_, false) => 1 + length,
            } + match (self.expected, extended) {
                (0, _) => 0,
                (_, true) => 2,
                (_, false) => 1,
            };
        let mut wire = WipingBytes::with_capacity(size);
        wire.extend(&self.header).ok()?;
        if extended {
            wire.push(0).ok()?;
        }
        if length > 0 {
            push_number(&mut wire, length, extended)?;
            for piece in self.pieces {
                wire.extend(piece).ok()?;
            }
        }
        if self.expected > MOST_EXTENDED {
            return None;
        }
        if self.expected > 0 {
            // The largest Le is encoded as zero in both forms.
            let most = if extended { MOST_EXTENDED } else { MOST_SHORT };
            push_number(&mut wire, self.expected % most, extended)?;
        }
        Some(wire)
    }
}

fn push_number(wire: &mut WipingBytes, number: usize, extended: bool) -> Option<()> {
    if extended {
        wire.extend(&u16::try_from(number).ok()?.to_be_bytes()).ok()
    } else {
        wire.push(u8::try_from(number).ok()?).ok()
    }
}

/// Sends a command and returns the whole answer, however many rounds that takes: chained blocks (CLA 10) if the
/// transport cannot carry a command this large, GET RESPONSE after 61xx, the right Le after 6Cxx.
pub fn exchange(transport: &mut dyn Transport, command: &Command<'_>) -> Result<Response, TransportError> {
    let largest = transport.largest_command();
    let mut last = *command;
    if largest <= LARGEST_SHORT_COMMAND {
        last.expected = last.expected.min(MOST_SHORT);
    }
    let wire = last.encode().ok_or(TransportError::Garbled)?;
    if wire.len() <= largest {
        let answer = transport.transmit(&wire)?;
        return complete(transport, &last, answer);
    }

    let mut body = WipingBytes::with_capacity(last.data_length());
    for piece in last.pieces {
        body.extend(piece).map_err(|_| TransportError::Garbled)?;
    }
    let block = largest.saturating_sub(6).clamp(1, 0xFF);
    let mut blocks = body.expose().chunks(block).peekable();
    while let Some(data) = blocks.next() {
        let [class, instruction, p1, p2] = last.header;
        let is_last = blocks.peek().is_none();
        let pieces = [data];
        let part = Command {
            header: [if is_last { class } else { class | 0x10 }, instruction, p1, p2],
            pieces: &pieces,
            expected: if is_last { last.expected.min(MOST_SHORT) } else { 0 },
        };
        let wire = part.encode().ok_or(TransportError::Garbled)?;
        let answer = transport.transmit(&wire)?;
        if is_last {
            return complete(transport, &part, answer);
        }
        match answer.status() {
            Status::Done => {}
            status if refuses_blocks(status) => return Err(TransportError::TooLarge),
            _ => return Ok(answer),
        }
    }
    Err(TransportError::Garbled)
}

/// Whether the card takes a command in blocks, found out with a read of its certificate, which changes nothing.
pub fn takes_blocks(transport: &mut dyn Transport) -> Result<bool, TransportError> {
    let [first, last] = [[0x54, 0x02], [0x00, 0x00]];
    let header = |class| Command { header: [class, 0xB1, 0x2F, 0x02], pieces: &[], expected: 0 };
    let block = header(0x10).data(&[&first]).encode().ok_or(TransportError::Garbled)?;
    let answer = transport.transmit(&block)?;
    if answer.status() != Status::Done {
        return Ok(!refuses_blocks(answer.status()));
    }
    // The card waits for the rest.
    let rest = header(0x00).data(&[&last]).expect(1).encode().ok_or(TransportError::Garbled)?;
    Ok(transport.transmit(&rest)?.status() == Status::Done)
}

/// Whether this answer to a block before the last means that the card does not support chaining; genuine ones may not.
const fn refuses_blocks(status: Status) -> bool {
    matches!(
        status,
        Status::UnknownClass
            | Status::UnknownInstruction
            | Status::WrongLength
            | Status::WrongParameters
            | Status::Other(0x6800 | 0x6881 | 0x6882 | 0x6884)
    )
}

/// Follows 6Cxx and 61xx until the answer is complete.
fn complete(
    transport: &mut dyn Transport,
    command: &Command<'_>,
    mut answer: Response,
) -> Result<Response, TransportError> {
    // 6Cxx means aborted, not performed. A command that asked for nothing (INITIALIZE, a PIN) is never sent twice.
    if let Status::WrongExpected(right) = answer.status()
        && command.expected > 0
    {
        let again = command.expect(wanted(right)).encode().ok_or(TransportError::Garbled)?;
        answer = transport.transmit(&again)?;
    }
    if !matches!(answer.status(), Status::MoreData(_)) {
        return Ok(answer);
    }
    let mut parts = vec![answer];
    while let Some(Status::MoreData(rest)) = parts.last().map(Response::status) {
        if parts.len() > MOST_ROUNDS {
            return Err(TransportError::Garbled);
        }
        let get = Command::new(0x00, 0xC0, 0x00, 0x00).expect(wanted(rest));
        let mut part = transport.transmit(&get.encode().ok_or(TransportError::Garbled)?)?;
        if let Status::WrongExpected(right) = part.status() {
            let again = get.expect(wanted(right)).encode().ok_or(TransportError::Garbled)?;
            part = transport.transmit(&again)?;
        }
        parts.push(part);
    }
    let word = parts.last().map_or([0; 2], |part| u16::from(part.status()).to_be_bytes());
    let mut whole = WipingBytes::with_capacity(parts.iter().map(|part| part.data().len()).sum::<usize>() + word.len());
    for part in &parts {
        whole.extend(part.data()).map_err(|_| TransportError::Garbled)?;
    }
    whole.extend(&word).map_err(|_| TransportError::Garbled)?;
    Response::new(whole).ok_or(TransportError::Garbled)
}

/// The count in a status word, where zero means 256.
fn wanted(count: u8) -> usize {
    if count == 0 { MOST_SHORT } else { usize::from(count) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::double::{Script, hex, hex_of};

    fn encoded(command: &Command<'_>) -> String {
        let wire = command.encode().unwrap();
        hex_of(wire.expose())
    }

    #[test]
    fn encodes_all_four_cases_short_and_extended() {
        let long = [0xAB; 256];
        assert_eq!(encoded(&Command::new(0, 0x20, 0, 0x81)), "00200081");
        assert_eq!(encoded(&Command::new(0, 0x84, 0, 0).expect(8)), "0084000008");
        assert_eq!(encoded(&Command::new(0, 0x84, 0, 0).expect(256)), "0084000000");
        assert_eq!(encoded(&Command::new(0x80, 0x58, 0, 0).expect(65_536)), "80580000000000");
        assert_eq!(encoded(&Command::new(0, 0x20, 0, 0x81).data(&[b"12", b"34"])), "002000810431323334");
        assert_eq!(encoded(&Command::new(0x80, 0x68, 1, 0x70).data(&[&[1]]).expect(512)), "80680170000001010200");
        assert!(encoded(&Command::new(0, 0xD7, 0, 0).data(&[&long])).starts_with("00D70000000100ABAB"));
        assert!(encoded(&Command::new(0, 0xD7, 0, 0).data(&[&long]).expect(1)).ends_with("AB0001"));
        assert!(Command::new(0, 0xD7, 0, 0).data(&[&vec![0; 65_536]]).encode().is_none());
    }

    #[test]
    fn follows_more_data_and_wrong_length() {
        let mut script = Script::new(&[
            ("80720192000000", "6C05"),
            ("8072019205", "01026103"),
            ("00C0000003", "6C02"),
            ("00C0000002", "03046100"),
            ("00C0000000", "059000"),
        ]);
        let answer = exchange(&mut script, &Command::new(0x80, 0x72, 1, 0x92).expect(MOST_EXTENDED)).unwrap();
        assert_eq!(answer.data(), [1, 2, 3, 4, 5]);
        assert_eq!(answer.status(), Status::Done);
        script.assert_done();
    }

    #[test]
    fn chains_commands_the_transport_cannot_carry() {
        let body = [0x5A; 300];
        let first = format!("10460100FF{}", hex_of(&body[..255]));
        let second = format!("004601002D{}00", hex_of(&body[255..]));
        let mut script = Script::new(&[(first.as_str(), "9000"), (second.as_str(), "AA9000")]).largest(261);
        let pieces = [&body[..7], &body[7..]];
        let command = Command::new(0, 0x46, 1, 0).data(&pieces).expect(MOST_EXTENDED);
        assert_eq!(exchange(&mut script, &command).unwrap().data(), hex("AA"));
        script.assert_done();

        let mut script = Script::new(&[(first.as_str(), "6883")]).largest(261);
        assert_eq!(exchange(&mut script, &command).unwrap().status(), Status::Other(0x6883));
        script.assert_done();

        // A card without chaining: the reader has to be replaced.
        for refusal in ["6884", "6E00", "6700"] {
            let mut script = Script::new(&[(first.as_str(), refusal)]).largest(261);
            assert_eq!(exchange(&mut script, &command).err(), Some(TransportError::TooLarge));
            script.assert_done();
        }
    }

    #[test]
    fn a_command_without_le_is_never_sent_twice() {
        let mut script = Script::new(&[("0020008102AABB", "6C10")]);
        let answer = exchange(&mut script, &Command::new(0, 0x20, 0, 0x81).data(&[&[0xAA, 0xBB]])).unwrap();
        assert_eq!(answer.status(), Status::WrongExpected(0x10));
        script.assert_done();
    }

    #[test]
    fn small_transports_get_only_short_commands() {
        let mut script = Script::new(&[("8072019200", "016101"), ("00C0000001", "029000")]).largest(261);
        let answer = exchange(&mut script, &Command::new(0x80, 0x72, 1, 0x92).expect(MOST_EXTENDED)).unwrap();
        assert_eq!(answer.data(), [1, 2]);
        script.assert_done();
    }

    #[test]
    fn a_card_that_never_stops_is_cut_off() {
        struct Endless;
        impl Transport for Endless {
            fn transmit(&mut self, _: &WipingBytes) -> Result<Response, TransportError> {
                Response::new(WipingBytes::from_slice(&[0, 0x61, 0])).ok_or(TransportError::Garbled)
            }
            fn largest_command(&self) -> usize {
                261
            }
            fn reconnect(&mut self) -> Result<(), TransportError> {
                Ok(())
            }
        }
        let answer = exchange(&mut Endless, &Command::new(0, 0x84, 0, 0).expect(8));
        assert_eq!(answer.err(), Some(TransportError::Garbled));
    }
}
