//! Turns the lower rooms' errors into faults named in the script.

use std::io;

use crate::card::status::Status;
use crate::card::transport::TransportError;
use crate::card::{CardError, Heard, Operation};
use crate::dkek::{ContainerError, DkekError, WrappedKeyError};
use crate::faults::{self, Fault, FaultName};
use crate::folder::reason;
use crate::key_file::{KeyFileError, Unread};
use crate::share::ShareError;

/// What is in a reader did not do what it was asked to. Whether it is still there was not asked.
pub fn card(error: &CardError, reader: &str) -> Fault {
    match error {
        CardError::Transport(TransportError::NoCard) => Fault::from(faults::CardNotResponding { reader }),
        CardError::Transport(TransportError::CutOff) => Fault::from(faults::CardCutOff),
        CardError::Transport(TransportError::NoReader) => Fault::from(faults::CardNoReader),
        CardError::Transport(TransportError::NoService) => Fault::from(faults::CardNoService),
        CardError::Transport(TransportError::Busy) => Fault::from(faults::CardBusy),
        CardError::Transport(TransportError::Garbled) => Fault::from(faults::CardGarbled),
        CardError::Transport(TransportError::TooLarge) => reader_too_small(reader),
        // Of the built-in cards alone: it is the disk of their states, and no device.
        CardError::Transport(TransportError::NotKept(kind)) => {
            Fault::from(faults::CardNotKept { why: reason(&io::Error::from(*kind)) })
        }
        // Never the login with the user PIN, whatever the status word: INITIALIZE and the PINs themselves need no
        // login.
        CardError::Refused { operation: Operation::Initialise, status } => {
            if may_have_begun(*status) {
                Fault::from(faults::InitialiseBrokeOff { status })
            } else {
                Fault::from(faults::InitialiseRefused { status })
            }
        }
        CardError::Refused { operation: Operation::Select, status: Status::Terminated } => {
            Fault::from(faults::DeviceTerminated)
        }
        CardError::Refused { operation: Operation::ReadCertificates, status } => {
            Fault::from(faults::DeviceWithoutCertificate { status })
        }
        CardError::Refused { operation, status: status @ (Status::NoRoom | Status::MemoryFailure) }
            if stores(*operation) =>
        {
            Fault::from(faults::DeviceFull { operation: operation.word(), status })
        }
        CardError::Refused { operation, status: Status::NotLoggedIn } if needs_login(*operation) => {
            Fault::from(faults::CardLoginLost)
        }
        CardError::Refused { operation, status } => {
            Fault::from(faults::CardRefused { operation: operation.word(), status })
        }
        CardError::Malformed { operation, what, heard } => not_understood(*operation, what, heard.as_ref()),
        CardError::OtherDevice { seen } => Fault::from(faults::CardOtherDevice { seen }),
    }
}

/// The fault of an act that had only read until then: an answer that was lost leaves nothing in doubt. Where the reader
/// was asked, its answer stands.
pub fn while_reading(fault: Fault) -> Fault {
    match fault.name {
        FaultName::CardCutOff | FaultName::CardGarbled => Fault::from(faults::CardLostReading),
        _ => fault,
    }
}

/// An answer that makes no sense, with what may be kept of it.
pub fn not_understood(operation: Operation, what: &str, heard: Option<&Heard>) -> Fault {
    let or_dash = |of: &dyn Fn(&Heard) -> String| heard.map_or_else(|| "-".to_owned(), of);
    Fault::from(faults::CardMalformed {
        operation: operation.word(),
        what,
        status: or_dash(&|heard| heard.status.to_string()),
        length: or_dash(&|heard| heard.length.to_string()),
        begins: or_dash(&Heard::begins_in_hex),
    })
}

/// A reader does not support commands as large as the device needs.
pub fn reader_too_small(reader: &str) -> Fault {
    Fault::from(faults::ReaderTooSmall { reader })
}

/// Status words that devices return when something failed internally, perhaps halfway through (62xx, 64xx, 65xx, 6Fxx),
/// or when there is no room; all others refuse the command before it starts.
fn may_have_begun(status: Status) -> bool {
    let [class, _] = u16::from(status).to_be_bytes();
    status == Status::NoRoom || [0x62, 0x64, 0x65, 0x6F].contains(&class)
}

/// Whether it needs room on the device.
const fn stores(operation: Operation) -> bool {
    match operation {
        Operation::WriteFile | Operation::Generate | Operation::Unwrap => true,
        Operation::Select
        | Operation::ReadCertificates
        | Operation::Random
        | Operation::PinStatus
        | Operation::VerifyUserPin
        | Operation::ChangeUserPin
        | Operation::ChangeSoPin
        | Operation::UnblockUserPin
        | Operation::Initialise
        | Operation::DkekStatus
        | Operation::ImportDkekShare
        | Operation::List
        | Operation::SelectFile
        | Operation::ReadFile
        | Operation::DeleteFile
        | Operation::Wrap
        | Operation::Sign => false,
    }
}

/// Whether a device does it only for whoever has logged in. Where it needs no login, nobody is asked for a PIN that changes
/// nothing.
const fn needs_login(operation: Operation) -> bool {
    match operation {
        Operation::ImportDkekShare
        | Operation::WriteFile
        | Operation::DeleteFile
        | Operation::Generate
        | Operation::Wrap
        | Operation::Unwrap
        | Operation::Sign => true,
        Operation::Select
        | Operation::ReadCertificates
        | Operation::Random
        | Operation::PinStatus
        | Operation::VerifyUserPin
        | Operation::ChangeUserPin
        | Operation::ChangeSoPin
        | Operation::UnblockUserPin
        | Operation::Initialise
        | Operation::DkekStatus
        | Operation::List
        | Operation::SelectFile
        // Only files that everybody may read are read.
        | Operation::ReadFile => false,
    }
}

/// Shares that cannot be what they claim to be.
pub fn share(error: ShareError) -> Fault {
    match error {
        ShareError::Disagree => Fault::from(faults::SharesDisagree),
        ShareError::MixedSets { .. } | ShareError::MixedThresholds { .. } => Fault::from(faults::SharesOfOtherSets),
        ShareError::ValueNotBelowPrime { .. } => Fault::from(faults::ShareNotBelowPrime),
        ShareError::Threshold { .. }
        | ShareError::TooFew { .. }
        | ShareError::TooMany { .. }
        | ShareError::IdZero
        | ShareError::IdTooLarge { .. }
        | ShareError::DuplicateId { .. }
        | ShareError::MixedPrimes { .. }
        | ShareError::MixedKinds { .. }
        | ShareError::Length { .. }
        | ShareError::SecretLength { .. }
        | ShareError::WrongCheck
        | ShareError::NotProven => Fault::from(faults::SharesDoNotOpen),
    }
}

/// DKEK shares that do not form a DKEK.
pub fn dkek(error: &DkekError) -> Fault {
    match error {
        DkekError::NoShares => Fault::from(faults::DkekMissing),
        DkekError::EqualShares { first, .. } => Fault::from(faults::DkekShareTwice { other: first + 1 }),
        DkekError::Cancelled => Fault::from(faults::DkekSharesCancel),
    }
}

/// A file that is not a share file.
pub fn share_file(error: &ContainerError) -> Fault {
    match error {
        ContainerError::TooShort { length } => Fault::from(faults::ShareFileShort { length }),
        ContainerError::NotSalted => Fault::from(faults::ShareFileForeign),
        ContainerError::WrongPassword => Fault::from(faults::SharesDoNotOpen),
    }
}

/// A file that is not a wrapped key, or not one under this DKEK.
pub fn wrapped_key(file: &str, error: &WrappedKeyError) -> Fault {
    match error {
        WrappedKeyError::NotThisDkek { found } => Fault::from(faults::BackupNotThisDkek { file, found }),
        WrappedKeyError::MacWrong => Fault::from(faults::BackupMacWrong { file }),
        WrappedKeyError::NotAWrappedKey | WrappedKeyError::Truncated | WrappedKeyError::UnknownType { .. } => {
            Fault::from(faults::BackupBroken { file, why: error })
        }
    }
}

/// A file with a private key that cannot be read at all.
pub fn unread_key_file(file: &str, unread: &Unread) -> Fault {
    match unread {
        Unread::NotOrdinary => Fault::from(faults::FileNotOrdinary { file }),
        Unread::TooLarge => Fault::from(faults::KeyFileNotKey { file }),
        Unread::Failed(error) => Fault::from(faults::KeyFileUnread { file, why: reason(error) }),
    }
}

/// A file that gives no private key for a device.
pub fn key_file(file: &str, error: &KeyFileError) -> Fault {
    match error {
        KeyFileError::NotAPrivateKey => Fault::from(faults::KeyFileNotKey { file }),
        KeyFileError::Damaged => Fault::from(faults::KeyFileDamaged { file }),
        KeyFileError::WrongPassword => Fault::from(faults::KeyFileWrongPassword { file }),
        KeyFileError::Encryption { found } => Fault::from(faults::KeyFileEncryption { file, found }),
        KeyFileError::Algorithm { found } => Fault::from(faults::KeyFileAlgorithm { file, found }),
        KeyFileError::RsaSize { bits } => Fault::from(faults::KeyFileRsaSize { file, bits }),
        KeyFileError::SeveralKeys { count } => Fault::from(faults::KeyFileSeveralKeys { file, count }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_early_refusal_says_that_nothing_was_erased() {
        let named =
            |word: u16| card(&CardError::Refused { operation: Operation::Initialise, status: word.into() }, "").name;
        for word in [0x6400, 0x6581, 0x6A84, 0x6F00, 0x6FFF] {
            assert_eq!(named(word), FaultName::InitialiseBrokeOff, "{word:04X}");
        }
        for word in [0x6300, 0x6700, 0x6900, 0x6982, 0x6984, 0x6985, 0x6A80, 0x6B00, 0x6D00, 0x6E00] {
            assert_eq!(named(word), FaultName::InitialiseRefused, "{word:04X}");
        }
    }
}
