//! How a card is reached: whole command APDUs in, whole response APDUs out.

use super::status::Status;
use crate::secret::WipingBytes;

/// The largest short command: header, Lc, 255 bytes, Le. A transport that carries no more than this carries no extended
/// commands.
pub const LARGEST_SHORT_COMMAND: usize = 261;

/// A response APDU: data and status word. Wiped when dropped, because it may hold random bytes drawn by the device.
pub struct Response(WipingBytes);

impl Response {
    /// Takes data followed by the two-byte status word; `None` when shorter than two bytes.
    pub fn new(bytes: WipingBytes) -> Option<Self> {
        (bytes.len() >= 2).then_some(Self(bytes))
    }

    /// The data without the status word.
    pub fn data(&self) -> &[u8] {
        self.0.expose().split_last_chunk::<2>().map_or(&[], |(data, _)| data)
    }

    /// The status word.
    pub fn status(&self) -> Status {
        self.0.expose().last_chunk::<2>().map_or(Status::Other(0), |word| Status::from(u16::from_be_bytes(*word)))
    }
}

/// Why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportError {
    /// No card is in the reader; the command was not performed.
    NoCard,
    /// The card or reader vanished before it answered: whether the command was performed is unknown.
    CutOff,
    /// There is no reader, or this one is gone; the command was not performed.
    NoReader,
    /// The reader service (pcscd) is not running or refuses access; the command was not performed.
    NoService,
    /// Another program is using the card; the command was not performed.
    Busy,
    /// The answer was not a response APDU.
    Garbled,
    /// The reader cannot carry a command this large, and the card does not support command chaining; the command was
    /// not performed.
    TooLarge,
    /// A software card in this process could not write its state to the disk, and is as it was: the command was not performed.
    NotKept(std::io::ErrorKind),
}

/// One card: a real one behind PC/SC, or a software card in this process.
pub trait Transport: Send {
    /// Sends one command APDU (short or extended) and waits for its response APDU.
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError>;

    /// The size in bytes of the largest command APDU that reaches the card in one piece.
    fn largest_command(&self) -> usize;

    /// Resets the card and connects again, for example after it was removed and reinserted.
    fn reconnect(&mut self) -> Result<(), TransportError>;

    /// What the card answered to reset; `None` where the transport does not know.
    fn answer_to_reset(&self) -> Option<Vec<u8>> {
        None
    }
}

/// A transport limited to short commands, for a reader that claims to carry more than it does.
pub struct ShortOnly(pub Box<dyn Transport>);

impl Transport for ShortOnly {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        self.0.transmit(command)
    }

    fn largest_command(&self) -> usize {
        self.0.largest_command().min(LARGEST_SHORT_COMMAND)
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.0.reconnect()
    }

    fn answer_to_reset(&self) -> Option<Vec<u8>> {
        self.0.answer_to_reset()
    }
}

/// The readers in which devices are found.
pub trait Readers: Send {
    /// The names of the readers that hold a card now.
    fn occupied(&mut self) -> Result<Vec<String>, TransportError>;

    /// Connects to the card in the named reader.
    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError>;
}
