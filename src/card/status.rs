//! Status words as an enum. A status word is an answer, not in itself an error.
//!
//! Source: ISO 7816-4 and the SmartCard-HSM protocol reference, section 2.

/// The two bytes that end every response APDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// 9000: done.
    Done,
    /// 61xx: this many more bytes wait for GET RESPONSE (0: 256 or more).
    MoreData(u8),
    /// 6282: the file ended before Le bytes; a success, with data.
    EndReached,
    /// 63Cx: not verified, x tries left.
    TriesLeft(u8),
    /// 6400: execution error (Pico HSM's answer to nearly every internal failure).
    ExecutionError,
    /// 6581: writing to the card's memory failed.
    MemoryFailure,
    /// 6285: the application, or the file, is terminated: out of use for ever.
    Terminated,
    /// 6700: wrong length or badly formed data.
    WrongLength,
    /// 6982: not logged in.
    NotLoggedIn,
    /// 6983: PIN blocked.
    Blocked,
    /// 6984: referenced data not usable (transport PIN, never initialised below version 2, counter spent).
    NotUsable,
    /// 6985: conditions of use not satisfied.
    ConditionNotMet,
    /// 6986: command not allowed (all DKEK shares already imported; reset disabled).
    NotAllowed,
    /// 6A80: wrong data.
    WrongData,
    /// 6A81: function or curve not supported.
    NotSupported,
    /// 6A82: file or key not found.
    NotFound,
    /// 6A84: no room left.
    NoRoom,
    /// 6A86: wrong P1 P2.
    WrongParameters,
    /// 6A88: referenced data not found (PIN not initialised, no DKEK).
    ReferenceNotFound,
    /// 6B00: wrong P1 P2 or offset.
    WrongOffset,
    /// 6Cxx: wrong Le; the correct one is xx.
    WrongExpected(u8),
    /// 6D00: instruction unknown, or function not enabled.
    UnknownInstruction,
    /// 6E00: class unknown, often because the application is not selected.
    UnknownClass,
    /// Any other word.
    Other(u16),
}

impl From<u16> for Status {
    fn from(word: u16) -> Self {
        match word {
            0x9000 => Self::Done,
            0x6282 => Self::EndReached,
            0x6285 => Self::Terminated,
            0x6400 => Self::ExecutionError,
            0x6581 => Self::MemoryFailure,
            0x6700 => Self::WrongLength,
            0x6982 => Self::NotLoggedIn,
            0x6983 => Self::Blocked,
            0x6984 => Self::NotUsable,
            0x6985 => Self::ConditionNotMet,
            0x6986 => Self::NotAllowed,
            0x6A80 => Self::WrongData,
            0x6A81 => Self::NotSupported,
            0x6A82 => Self::NotFound,
            0x6A84 => Self::NoRoom,
            0x6A86 => Self::WrongParameters,
            0x6A88 => Self::ReferenceNotFound,
            0x6B00 => Self::WrongOffset,
            0x6D00 => Self::UnknownInstruction,
            0x6E00 => Self::UnknownClass,
            _ => match word.to_be_bytes() {
                [0x61, rest] => Self::MoreData(rest),
                [0x6C, right] => Self::WrongExpected(right),
                [0x63, low] if low & 0xF0 == 0xC0 => Self::TriesLeft(low & 0x0F),
                _ => Self::Other(word),
            },
        }
    }
}

impl From<Status> for u16 {
    fn from(status: Status) -> Self {
        match status {
            Status::Done => 0x9000,
            Status::MoreData(rest) => u16::from_be_bytes([0x61, rest]),
            Status::EndReached => 0x6282,
            Status::Terminated => 0x6285,
            Status::TriesLeft(tries) => 0x63C0 | Self::from(tries & 0x0F),
            Status::ExecutionError => 0x6400,
            Status::MemoryFailure => 0x6581,
            Status::WrongLength => 0x6700,
            Status::NotLoggedIn => 0x6982,
            Status::Blocked => 0x6983,
            Status::NotUsable => 0x6984,
            Status::ConditionNotMet => 0x6985,
            Status::NotAllowed => 0x6986,
            Status::WrongData => 0x6A80,
            Status::NotSupported => 0x6A81,
            Status::NotFound => 0x6A82,
            Status::NoRoom => 0x6A84,
            Status::WrongParameters => 0x6A86,
            Status::ReferenceNotFound => 0x6A88,
            Status::WrongOffset => 0x6B00,
            Status::WrongExpected(right) => u16::from_be_bytes([0x6C, right]),
            Status::UnknownInstruction => 0x6D00,
            Status::UnknownClass => 0x6E00,
            Status::Other(word) => word,
        }
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04X}", u16::from(*self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_survives_a_round_trip_through_the_enum() {
        for word in 0..=u16::MAX {
            assert_eq!(u16::from(Status::from(word)), word);
        }
    }
}
