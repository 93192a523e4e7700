//! What can go wrong with a card, as an enum; the wording is in the script.

use super::heard::Heard;
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

/// A command of the device, for errors and the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// SELECT of the application.
    Select,
    /// Reading EF 2F02, the device's certificates.
    ReadCertificates,
    /// GET CHALLENGE.
    Random,
    /// VERIFY without data.
    PinStatus,
    /// VERIFY of the user PIN.
    VerifyUserPin,
    /// CHANGE REFERENCE DATA of the user PIN.
    ChangeUserPin,
    /// CHANGE REFERENCE DATA of the SO-PIN.
    ChangeSoPin,
    /// RESET RETRY COUNTER.
    UnblockUserPin,
    /// INITIALIZE DEVICE.
    Initialise,
    /// IMPORT DKEK SHARE without a share.
    DkekStatus,
    /// IMPORT DKEK SHARE.
    ImportDkekShare,
    /// ENUMERATE OBJECTS.
    List,
    /// SELECT of a file.
    SelectFile,
    /// READ BINARY.
    ReadFile,
    /// UPDATE BINARY.
    WriteFile,
    /// DELETE FILE.
    DeleteFile,
    /// GENERATE ASYMMETRIC KEY PAIR.
    Generate,
    /// WRAP KEY.
    Wrap,
    /// UNWRAP KEY.
    Unwrap,
    /// SIGN.
    Sign,
}

impl Operation {
    /// All operations.
    pub const ALL: [Self; 20] = [
        Self::Select,
        Self::ReadCertificates,
        Self::Random,
        Self::PinStatus,
        Self::VerifyUserPin,
        Self::ChangeUserPin,
        Self::ChangeSoPin,
        Self::UnblockUserPin,
        Self::Initialise,
        Self::DkekStatus,
        Self::ImportDkekShare,
        Self::List,
        Self::SelectFile,
        Self::ReadFile,
        Self::WriteFile,
        Self::DeleteFile,
        Self::Generate,
        Self::Wrap,
        Self::Unwrap,
        Self::Sign,
    ];

    /// The word used in the record; it never changes, because old records contain it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Select => "select",
            Self::ReadCertificates => "read-certificates",
            Self::Random => "random",
            Self::PinStatus => "pin-status",
            Self::VerifyUserPin => "verify-user-pin",
            Self::ChangeUserPin => "change-user-pin",
            Self::ChangeSoPin => "change-so-pin",
            Self::UnblockUserPin => "unblock-user-pin",
            Self::Initialise => "initialise",
            Self::DkekStatus => "dkek-status",
            Self::ImportDkekShare => "import-dkek-share",
            Self::List => "list",
            Self::SelectFile => "select-file",
            Self::ReadFile => "read-file",
            Self::WriteFile => "write-file",
            Self::DeleteFile => "delete-file",
            Self::Generate => "generate",
            Self::Wrap => "wrap",
            Self::Unwrap => "unwrap",
            Self::Sign => "sign",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_its_own_kebab_case_word() {
        let words: std::collections::HashSet<_> = Operation::ALL.iter().map(|o| o.word()).collect();
        assert_eq!(words.len(), Operation::ALL.len());
        assert!(words.iter().all(|w| w.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    }
}
