//! What can go wrong with a card, as an enum; the wording is in the script.

use super::heard::Heard;
pub use super::operation::Operation;
use super::status::Status;
use super::tlv::Malformed;
use super::transport::{Response, TransportError};
use crate::terms::Serial;

/// Why a command gave no usable answer. Never contains what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardError {
    /// There was no answer at all.
    Transport(TransportError),
    /// The device refused.
    Refused {
        /// What it was asked to do.
        operation: Operation,
        /// Its answer.
        status: Status,
    },
    /// The device answered with bytes that make no sense.
    Malformed {
        /// What it was asked to do.
        operation: Operation,
        /// What is wrong with the bytes, in a word for the record.
        what: &'static str,
        /// What is kept of the answer; none: there was none, and nothing was sent.
        heard: Option<Heard>,
    },
    /// After reconnecting, a different device answers.
    OtherDevice {
        /// The serial of the device that answers now.
        seen: Serial,
    },
}

impl From<TransportError> for CardError {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl CardError {
    /// Names the operation whose answer did not parse, and keeps what may be kept of it.
    pub(super) fn malformed(operation: Operation, answer: &Response) -> impl FnOnce(Malformed) -> Self {
        let heard = Heard::of(operation, answer);
        move |Malformed(what)| Self::Malformed { operation, what, heard: Some(heard) }
    }

    /// The same for a file.
    pub(super) fn malformed_file(operation: Operation, content: &[u8]) -> impl FnOnce(Malformed) -> Self {
        let heard = Heard::of_data(operation, Status::Done, content);
        move |Malformed(what)| Self::Malformed { operation, what, heard: Some(heard) }
    }

    /// The status word of a refusal.
    pub const fn refusal(&self) -> Option<Status> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::Transport(_) | Self::Malformed { .. } | Self::OtherDevice { .. } => None,
        }
    }
}
