//! Devices in real readers, through PC/SC (pcscd).
//!
//! Every connection is exclusive and has its own service context, so that trouble with one reader does not affect
//! another. It is not an error if the service is not running at the start: each call tries to reach it again.

use super::transport::{Readers, Response, Transport, TransportError};
use crate::secret::WipingBytes;
use pcsc::{
    Attribute, Card, Context, Disposition, Error, PNP_NOTIFICATION, Protocols, ReaderState, Scope, ShareMode, State,
};
use std::ffi::{CStr, CString};
use std::time::{Duration, Instant};
use zeroize::Zeroize;

/// The smallest command buffer of all devices: JCOP 3 takes commands of 1232 bytes (the protocol reference, section 3).
const LARGEST_OF_ALL_DEVICES: usize = 1232;
/// The limit of a reader without extended commands: header, Lc, 255 bytes, Le.
const LARGEST_SHORT: usize = 261;
/// Header and length fields of an extended command.
const EXTENDED_OVERHEAD: usize = 9;
/// The longest answer: 65,536 bytes and the status word.
const LONGEST_ANSWER: usize = 65_538;
/// How often to look for a service that is not running.
const PATIENCE: Duration = Duration::from_millis(250);

/// PC/SC specification, part 10: asks which features a reader has.
const GET_FEATURES: u32 = 3400;
/// Feature: the reader's properties.
const FEATURE_PROPERTIES: u8 = 0x12;
/// Property: the most data bytes a command may have, little-endian; 0: short commands only.
const PROPERTY_MOST_DATA: u8 = 0x0A;

/// Whether something changed at the readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A card, a reader or the service came or went. Look again.
    Some,
    /// The time limit was reached.
    None,
}

/// The readers of this computer.
#[derive(Default)]
pub struct PcscReaders {
    context: Option<Context>,
    /// What was seen last, for [`PcscReaders::wait`].
    known: Vec<ReaderState>,
    /// Whether the readers have been looked at since the service was reached.
    watching: bool,
}

impl PcscReaders {
    /// Does not contact the service yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits until a card or reader comes or goes, for at most `limit`. Changes between two calls are not missed; the
    /// first call returns [`Change::Some`] at once.
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

    /// The service's context, established if there is none.
    fn reach(&mut self) -> Result<Context, Error> {
        if let Some(context) = &self.context {
            return Ok(context.clone());
        }
        let context = Context::establish(Scope::User)?;
        self.context = Some(context.clone());
        Ok(context)
    }

    /// Drops the service's context and what was seen through it.
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
        // A mute card was inserted the wrong way round, or is not a smart card.
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
            // The service may have been restarted since.
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

/// The names of all readers, possibly none.
fn reader_names(context: &Context) -> Result<Vec<CString>, Error> {
    match context.list_readers_owned() {
        Err(Error::NoReadersAvailable) => Ok(Vec::new()),
        result => result,
    }
}

/// The card in one reader, used exclusively. It is reset when released.
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
            // A reader whose card vanished may report success with an empty answer.
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
        // The reader was unplugged or the service restarted: the old connection is useless.
        self.card = None;
        self.connect()
    }

    fn answer_to_reset(&self) -> Option<Vec<u8>> {
        self.card.as_ref()?.status2_owned().ok().map(|status| status.atr().to_vec())
    }
}

fn connected(reader: &CStr) -> Result<Card, Error> {
    Context::establish(Scope::User)?.connect(reader, ShareMode::Exclusive, Protocols::ANY)
}

/// What both reader and device carry in one piece. A reader that states no limit, such as the virtual one, carries
/// anything.
fn largest_command(card: &Card) -> usize {
    let of_reader = match most_data(card) {
        Some(0) => LARGEST_SHORT,
        Some(data) => data.saturating_add(EXTENDED_OVERHEAD),
        None => input_attribute(card).unwrap_or(LARGEST_OF_ALL_DEVICES),
    };
    of_reader.clamp(LARGEST_SHORT, LARGEST_OF_ALL_DEVICES)
}

/// How many data bytes a command may have, according to the reader.
fn most_data(card: &Card) -> Option<usize> {
    let mut buffer = [0; 256];
    let features = card.control(pcsc::ctl_code(GET_FEATURES.into()), &[], &mut buffer).ok()?;
    // Control codes are in network byte order.
    let code: [u8; 4] = property(features, FEATURE_PROPERTIES)?.try_into().ok()?;
    let mut buffer = [0; 256];
    let properties = card.control(u32::from_be_bytes(code).into(), &[], &mut buffer).ok()?;
    little_endian(property(properties, PROPERTY_MOST_DATA)?)
}

/// The longest message to the reader, if its driver reports it.
fn input_attribute(card: &Card) -> Option<usize> {
    little_endian(&card.get_attribute_owned(Attribute::Maxinput).ok()?).filter(|size| *size > 0)
}

/// Finds a value in a list of tag, one-byte length and value.
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
        // The service decides who may use the readers, and some refuse with these two.
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

/// Errors of a command. The first four are detected before anything is sent; after any other, it is unknown.
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
    fn reads_what_readers_report() {
        // As a CCID reader with extended commands answers: eight features, then seven properties.
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
    fn only_errors_known_to_precede_the_command_say_so() {
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
