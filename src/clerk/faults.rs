//! Turns the lower rooms' errors into faults with a name in the script.

use crate::card::status::Status;
use crate::card::transport::TransportError;
use crate::card::{CardError, Operation};
use crate::dkek::{ContainerError, DkekError, WrappedKeyError};
use crate::share::ShareError;
use crate::terms::Fault;

/// A device did not do what it was asked to.
pub fn card(error: &CardError) -> Fault {
    match error {
        CardError::Transport(TransportError::NoCard) => Fault::new("card-no-card"),
        CardError::Transport(TransportError::CutOff) => Fault::new("card-cut-off"),
        CardError::Transport(TransportError::NoReader) => Fault::new("card-no-reader"),
        CardError::Transport(TransportError::NoService) => Fault::new("card-no-service"),
        CardError::Transport(TransportError::Busy) => Fault::new("card-busy"),
        CardError::Transport(TransportError::Garbled) => Fault::new("card-garbled"),
        CardError::Transport(TransportError::TooLarge) => reader_too_small("?"),
        // Never the user PIN's login, whatever the word: INITIALIZE and the PINs themselves need none.
        CardError::Refused { operation: Operation::Initialise, status } => {
            if may_have_begun(*status) {
                Fault::new("initialise-broke-off").with("status", status)
            } else {
                Fault::new("initialise-refused").with("status", status)
            }
        }
        CardError::Refused { operation, status: Status::NotLoggedIn } if !presents_pin(*operation) => {
            Fault::new("card-login-lost")
        }
        CardError::Refused { operation, status } => {
            Fault::new("card-refused").with("operation", operation.word()).with("status", status)
        }
        CardError::Malformed { operation, .. } => Fault::new("card-malformed").with("operation", operation.word()),
        CardError::OtherDevice { seen } => Fault::new("card-other-device").with("seen", seen),
    }
}

/// A reader carries no commands as large as the device needs.
pub fn reader_too_small(reader: &str) -> Fault {
    Fault::new("reader-too-small").with("reader", reader)
}

/// Words that devices give when something failed inside, perhaps in the middle of the work; all others refuse it before.
fn may_have_begun(status: Status) -> bool {
    let inside = |word: u16| matches!(word.to_be_bytes(), [0x62 | 0x64 | 0x65 | 0x6F, _]);
    matches!(status, Status::NoRoom) || inside(status.into())
}

const fn presents_pin(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::VerifyUserPin | Operation::ChangeUserPin | Operation::ChangeSoPin | Operation::UnblockUserPin
    )
}

/// Shares that cannot be what they are taken for.
pub fn share(error: ShareError) -> Fault {
    match error {
        ShareError::Disagree => Fault::new("shares-disagree"),
        ShareError::MixedSets { .. } | ShareError::MixedThresholds { .. } => Fault::new("shares-of-other-sets"),
        ShareError::ValueNotBelowPrime { .. } => Fault::new("share-not-below-prime"),
        _ => Fault::new("shares-do-not-open"),
    }
}

/// DKEK shares that make no DKEK.
pub fn dkek(error: &DkekError) -> Fault {
    match error {
        DkekError::NoShares => Fault::new("dkek-missing"),
        DkekError::EqualShares { first, .. } => Fault::new("dkek-share-twice").with("other", first + 1),
        DkekError::Cancelled => Fault::new("dkek-shares-cancel"),
    }
}

/// A share file that is none.
pub fn share_file(error: &ContainerError) -> Fault {
    match error {
        ContainerError::TooShort { length } => Fault::new("share-file-short").with("length", length),
        ContainerError::NotSalted => Fault::new("share-file-foreign"),
        ContainerError::WrongPassword => Fault::new("shares-do-not-open"),
    }
}

/// A wrapped key that is none, or not under this DKEK.
pub fn wrapped_key(file: &str, error: &WrappedKeyError) -> Fault {
    match error {
        WrappedKeyError::NotThisDkek { found } => {
            Fault::new("backup-not-this-dkek").with("file", file).with("found", found)
        }
        WrappedKeyError::MacWrong => Fault::new("backup-mac-wrong").with("file", file),
        _ => Fault::new("backup-broken").with("file", file).with("why", error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_refusal_beforehand_says_that_nothing_was_erased() {
        let named =
            |word: u16| card(&CardError::Refused { operation: Operation::Initialise, status: word.into() }).name;
        for word in [0x6400, 0x6581, 0x6A84, 0x6F00, 0x6FFF] {
            assert_eq!(named(word), "initialise-broke-off", "{word:04X}");
        }
        for word in [0x6300, 0x6700, 0x6900, 0x6982, 0x6984, 0x6985, 0x6A80, 0x6B00, 0x6D00, 0x6E00] {
            assert_eq!(named(word), "initialise-refused", "{word:04X}");
        }
    }
}
