//! Devices in real readers, through PC/SC (pcscd).
//!
//! Every connection is exclusive and has a service context of its own, so that one reader's trouble is no other's. A
//! service that does not run is no error at the start: each call tries to reach it anew.

use super::transport::{Readers, Response, Transport, TransportError};
use crate::secret::WipingBytes;
use pcsc::{
    Attribute, Card, Context, Disposition, Error, PNP_NOTIFICATION, Protocols, ReaderState, Scope, ShareMode, State,
};
use std::ffi::{CStr, CString};
use std::time::{Duration, Instant};
use zeroize::Zeroize;

/// The smallest buffer among the devices: JCOP 3 takes commands of 1232 bytes (the protocol reference, section 3).
const LARGEST_OF_ALL_DEVICES: usize = 1232;
/// A reader for short commands only: header, Lc, 255 bytes, Le.
const LARGEST_SHORT: usize = 261;
/// Header and lengths of an extended command around its data.
const EXTENDED_OVERHEAD: usize = 9;
/// The longest answer: 65,536 bytes and the status word.
const LONGEST_ANSWER: usize = 65_538;
/// How often a service that does not run is looked for.
const PATIENCE: Duration = Duration::from_millis(250);

/// Part 10 of the PC/SC specification: ask which features a reader has.
const GET_FEATURES: u32 = 3400;
/// Feature: the reader's properties.
const FEATURE_PROPERTIES: u8 = 0x12;
/// Property: how many bytes of data a command may have, little-endian; 0: short commands only.
const PROPERTY_MOST_DATA: u8 = 0x0A;

/// Whether something happened at the readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A card or a reader came or went, or the service did. Look again.
    Some,
    /// The time is up.
    None,
}

/// The readers of this computer.
#[derive(Default)]
pub struct PcscReaders {
    context: Option<Context>,
    /// What was seen last, for [`PcscReaders::wait`].
    known: Vec<ReaderState>,
    /// Whether it has been looked at since the service was reached.
    watching: bool,
}

impl PcscReaders {
    /// Reaches for nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits until a card or reader comes or goes, at most for `limit`. What happened between two calls is not missed;
    /// the first call says [`Change::Some`] at once.
    pub fn wait(&mut self, limit: Duration) -> Change {
        let began = Instant::now();
        loop {
            let left = limit.saturating_sub(began.elapsed());
            match self.wait_at_service(left) {
                Ok(change) => return change,
                Err(_) if self.context.is_some() => {
                    self.lose();
                    return Change::Some;
                }
                Err(_) if left.is_zero() => return Change::None,
                Err(_) => std::thread::sleep(left.min(PATIENCE)),
            }
        }
    }

    fn wait_at_service(&mut self, limit: Duration) -> Result<Change, Error> {
        let mut changed = !self.watching;
        let context = self.reach()?;
        let names = reader_names(&context)?;
        self.watching = true;
        let before = self.known.len();
        self.known.retain(|state| names.iter().any(|name| name.as_c_str() == state.name()));
        changed |= self.known.len() != before;
        let is_plug = |state: &ReaderState| state.name() == PNP_NOTIFICATION();
        for name in names {
            if !self.known.iter().any(|state| state.name() == name.as_c_str()) {
                changed = true;
                self.known.push(ReaderState::new(name, State::UNAWARE));
            }
        }
        self.known.push(ReaderState::new(PNP_NOTIFICATION(), State::UNAWARE));
        let limit = if changed { Duration::ZERO } else { limit };
        let result = context.get_status_change(limit, &mut self.known);
        self.known.retain(|state| !is_plug(state));
        self.known.iter_mut().for_each(ReaderState::sync_current_state);
        match result {
            Ok(()) => Ok(Change::Some),
            Err(Error::Timeout) if changed => Ok(Change::Some),
            Err(Error::Timeout) => Ok(Change::None),
            Err(error) => Err(error),
        }
    }

    /// The service's context, made where there is none.
    fn reach(&mut self) -> Result<Context, Error> {
        if let Some(context) = &self.context {
            return Ok(context.clone());
        }
        let context = Context::establish(Scope::User)?;
        self.context = Some(context.clone());
        Ok(context)
    }

    /// Forgets the service's context and what was seen through it.
    fn lose(&mut self) {
        self.context = None;
        self.known.clear();
        self.watching = false;
    }

    fn look(&mut self) -> Result<Vec<String>, Error> {
        let context = self.reach()?;
        let names = reader_names(&context)?;
        if names.is_empty() {
            return Err(Error::NoReadersAvailable);
        }
        let mut states: Vec<_> = names.into_iter().map(|name| ReaderState::new(name, State::UNAWARE)).collect();
        match context.get_status_change(Duration::ZERO, &mut states) {
            Ok(()) | Err(Error::Timeout) => {}
            Err(error) => return Err(error),
        }
        // A mute card was put in the wrong way round, or is none.
        let occupied = |state: &&ReaderState| {
            state.event_state().contains(State::PRESENT) && !state.event_state().contains(State::MUTE)
        };
        Ok(states.iter().filter(occupied).filter_map(|state| state.name().to_str().ok()).map(str::to_owned).collect())
    }
}

impl Readers for PcscReaders {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        let had_context = self.context.is_some();
        let first = self.look();
        let looked = match first {
            // The service may have been started again since.
            Err(error) if had_context && not_begun(error) == TransportError::NoService => {
                self.lose();
                self.look()
            }
            other => other,
        };
        looked.map_err(|error| {
            let meaning = not_begun(error);
            if meaning == TransportError::NoService {
                self.lose();
            }
            meaning
        })
    }

    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        let reader = CString::new(reader).map_err(|_| TransportError::NoReader)?;
        let mut transport = PcscTransport {
            reader,
            card: None,
            largest_command: LARGEST_SHORT,
            answer: WipingBytes::zeros(LONGEST_ANSWER),
        };
        transport.connect()?;
        Ok(Box::new(transport))
    }
}

/// The names of all readers, none when there is none.
fn reader_names(context: &Context) -> Result<Vec<CString>, Error> {
    match context.list_readers_owned() {
        Err(Error::NoReadersAvailable) => Ok(Vec::new()),
        result => result,
    }
}

/// The card in one reader, for this program alone. The card is reset when it is let go.
struct PcscTransport {
    reader: CString,
    card: Option<Card>,
    largest_command: usize,
    answer: WipingBytes,
}

impl PcscTransport {
    fn connect(&mut self) -> Result<(), TransportError> {
        let card = connected(&self.reader).map_err(not_begun)?;
        self.largest_command = largest_command(&card);
        self.card = Some(card);
        Ok(())
    }
}

impl Transport for PcscTransport {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        let card = self.card.as_ref().ok_or(TransportError::NoCard)?;
        let result = match card.transmit(command.expose(), self.answer.expose_mut()) {
            // A reader whose card vanished may call an answer without any bytes a success.
            Ok([]) => Err(TransportError::CutOff),
            Ok(answer) => Response::new(WipingBytes::from_slice(answer)).ok_or(TransportError::Garbled),
            Err(error) => Err(begun(error)),
        };
        self.answer.expose_mut().zeroize();
        result
    }

    fn largest_command(&self) -> usize {
        self.largest_command
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        if let Some(card) = &mut self.card
            && card.reconnect(ShareMode::Exclusive, Protocols::ANY, Disposition::ResetCard).is_ok()
        {
            return Ok(());
        }
        // The reader was unplugged or the service started again: what was connected is worth nothing any more.
        self.card = None;
        self.connect()
    }
}

fn connected(reader: &CStr) -> Result<Card, Error> {
    Context::establish(Scope::User)?.connect(reader, ShareMode::Exclusive, Protocols::ANY)
}

/// What reader and device both carry in one piece. A reader that says nothing, as the virtual one, carries anything.
fn largest_command(card: &Card) -> usize {
    let of_reader = match most_data(card) {
        Some(0) => LARGEST_SHORT,
        Some(data) => data.saturating_add(EXTENDED_OVERHEAD),
        None => input_attribute(card).unwrap_or(LARGEST_OF_ALL_DEVICES),
    };
    of_reader.clamp(LARGEST_SHORT, LARGEST_OF_ALL_DEVICES)
}

/// The reader's own word on how many bytes of data a command may have.
fn most_data(card: &Card) -> Option<usize> {
    let mut buffer = [0; 256];
    let features = card.control(pcsc::ctl_code(GET_FEATURES.into()), &[], &mut buffer).ok()?;
    // Control codes stand there in network order.
    let code: [u8; 4] = property(features, FEATURE_PROPERTIES)?.try_into().ok()?;
    let mut buffer = [0; 256];
    let properties = card.control(u32::from_be_bytes(code).into(), &[], &mut buffer).ok()?;
    little_endian(property(properties, PROPERTY_MOST_DATA)?)
}

/// The longest message to the reader, where its driver tells.
fn input_attribute(card: &Card) -> Option<usize> {
    little_endian(&card.get_attribute_owned(Attribute::Maxinput).ok()?).filter(|size| *size > 0)
}

/// Finds a value among tag, length of one byte, value.
fn property(mut list: &[u8], wanted: u8) -> Option<&[u8]> {
    while let [tag, length, rest @ ..] = list {
        let (value, after) = rest.split_at_checked(usize::from(*length))?;
        if *tag == wanted {
            return Some(value);
        }
        list = after;
    }
    None
}

fn little_endian(bytes: &[u8]) -> Option<usize> {
    let (low, high) = bytes.split_at_checked(bytes.len().min(4))?;
    let number = low.iter().rev().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    if high.iter().all(|byte| *byte == 0) { usize::try_from(number).ok() } else { None }
}

/// Errors of calls that send nothing to the card.
fn not_begun(error: Error) -> TransportError {
    match error {
        Error::SharingViolation | Error::ServerTooBusy => TransportError::Busy,
        Error::NoSmartcard
        | Error::RemovedCard
        | Error::ResetCard
        | Error::UnpoweredCard
        | Error::UnresponsiveCard
        | Error::UnsupportedCard
        | Error::ProtoMismatch
        | Error::NotReady => TransportError::NoCard,
        // Who may use the readers is the service's decision: some answer these two.
        Error::SecurityViolation
        | Error::NoAccess
        | Error::NoService
        | Error::ServiceStopped
        | Error::CommError
        | Error::InternalError
        | Error::InvalidHandle => TransportError::NoService,
        _ => TransportError::NoReader,
    }
}

/// Errors of a command. The first four are found before anything is sent; with any other nobody knows.
fn begun(error: Error) -> TransportError {
    match error {
        Error::RemovedCard | Error::ResetCard | Error::InvalidHandle => TransportError::NoCard,
        Error::SharingViolation => TransportError::Busy,
        _ => TransportError::CutOff,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_readers_say_of_themselves() {
        // As a CCID reader for extended commands answers: eight features, then seven properties.
        let features = [0x12, 4, 0x42, 0x33, 0, 0x12, 0x13, 4, 0x42, 0x33, 0, 0x13];
        assert_eq!(property(&features, FEATURE_PROPERTIES), Some(&[0x42, 0x33, 0, 0x12][..]));
        let properties = [0x09, 1, 0, 0x0A, 4, 0, 0, 1, 0, 0x0B, 2, 0xE6, 0x04];
        assert_eq!(property(&properties, PROPERTY_MOST_DATA).and_then(little_endian), Some(65_536));
        assert_eq!(property(&properties, 0x0C), None);
        assert_eq!(property(&[0x0A, 4, 0], PROPERTY_MOST_DATA), None, "cut short");
        assert_eq!(little_endian(&[0x05, 0x01, 0, 0, 0, 0, 0, 0]), Some(261));
        assert_eq!(little_endian(&[0, 0, 0, 0, 1]), None);
    }

    #[test]
    fn only_what_is_known_not_to_have_begun_says_so() {
        for error in
            [Error::NotTransacted, Error::CommError, Error::ReaderUnavailable, Error::NoSmartcard, Error::NoService]
        {
            assert_eq!(begun(error), TransportError::CutOff, "{error:?}");
        }
        assert_eq!(begun(Error::RemovedCard), TransportError::NoCard);
        assert_eq!(not_begun(Error::SharingViolation), TransportError::Busy);
        assert_eq!(not_begun(Error::NoService), TransportError::NoService);
        assert_eq!(not_begun(Error::NoReadersAvailable), TransportError::NoReader);
        assert_eq!(not_begun(Error::NoSmartcard), TransportError::NoCard);
    }
}
