//! What people can choose when something failed. One table for all ceremonies.

use crate::ceremony::known::Known;
use crate::clerk::{Act, acts};
use crate::faults::Fault;

/// A way on after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// The same act again.
    TryAgain,
    /// Type it again.
    TypeAgain,
    /// This step from its start.
    FromStart,
    /// Log in again, then the same act.
    LogIn,
    /// All seats again, from the first.
    SeatsAgain,
    /// One more custodian sits down.
    AnotherCustodian,
    /// Both PINs again.
    PinsAgain,
    /// The KCV stays hidden: nobody logs in.
    LeaveHidden,
    /// Another device takes the place of this one.
    AnotherDevice,
    /// Stop the ceremony (asks first).
    Stop,
}

impl Recovery {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::TryAgain,
        Self::TypeAgain,
        Self::FromStart,
        Self::LogIn,
        Self::SeatsAgain,
        Self::AnotherCustodian,
        Self::PinsAgain,
        Self::LeaveHidden,
        Self::AnotherDevice,
        Self::Stop,
    ];

    /// The word of record and script (`choice-…`).
    pub const fn word(self) -> &'static str {
        match self {
            Self::TryAgain => "try-again",
            Self::TypeAgain => "type-again",
            Self::FromStart => "from-start",
            Self::LogIn => "log-in",
            Self::SeatsAgain => "seats-again",
            Self::AnotherCustodian => "another-custodian",
            Self::PinsAgain => "pins-again",
            Self::LeaveHidden => "leave-hidden",
            Self::AnotherDevice => "another-device",
            Self::Stop => "stop",
        }
    }

    /// The recovery that a record names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|recovery| recovery.word() == word)
    }
}

/// What can be done about a fault of an act, best first.
pub fn recoveries(known: &Known, act: &Act, fault: &Fault) -> Vec<Recovery> {
    use Recovery::{
        AnotherCustodian, AnotherDevice, FromStart, LeaveHidden, LogIn, PinsAgain, SeatsAgain, Stop, TryAgain,
        TypeAgain,
    };
    let mut choices = match (act, fault.name.word()) {
        (_, "card-login-lost") => vec![LogIn],
        // Which of the sets is the right one, nobody knows: it may have been the first that was wrong.
        (Act::TakeShare(_), "shares-of-other-sets") => vec![TypeAgain, SeatsAgain],
        (Act::CompareShare(_) | Act::TakeShare(_), _) => vec![TypeAgain, FromStart],
        (Act::JoinDkek(_), _) => Vec::new(),
        (Act::OpenShareFile(acts::OpenShareFile { share, .. }), "shares-do-not-open" | "shares-disagree") => {
            (known.custodians_left(*share) > 0).then_some(AnotherCustodian).into_iter().chain([SeatsAgain]).collect()
        }
        (Act::OpenShareFile(_), "kcv-differs" | "dkek-share-twice" | "shares-of-other-sets" | "words-do-not-open")
        | (Act::RebuildSoPin(_), _) => vec![SeatsAgain],
        (Act::Initialise(_) | Act::ChangeSoPin(_), "so-pin-wrong" | "so-pin-old-wrong" | "pins-missing") => {
            vec![PinsAgain]
        }
        (Act::ReadTries(acts::ReadTries { role, .. }), "so-pin-blocked")
        | (Act::Initialise(acts::Initialise { role, .. }), "initialise-refused" | "so-pin-blocked")
            if !known.devices.initialised.contains(role) =>
        {
            vec![AnotherDevice, TryAgain]
        }
        // Who only looks does without what the PIN would have shown.
        (Act::ReadTries(_) | Act::LogIn(_), "pin-blocked") if known.devices.kcv_asked == Some(true) => {
            vec![LeaveHidden]
        }
        // Nothing is on the device yet: it may be erased once more and get a PIN that people remember.
        (Act::ReadTries(acts::ReadTries { role, .. }) | Act::LogIn(acts::LogIn { role, .. }), "pin-blocked")
            if known.devices.initialised.contains(role) && !known.devices.loaded.contains(role) =>
        {
            vec![PinsAgain]
        }
        // Nothing is on the device yet: it may be erased once more.
        (
            Act::LoadDkek(acts::LoadDkek { role, .. }),
            "device-kcv-differs" | "dkek-incomplete" | "dkek-not-configured",
        ) if !known.devices.loaded.contains(role) => {
            vec![TryAgain, PinsAgain]
        }
        (Act::RestoreKey(_), "key-reference-occupied") | (Act::OpenWithPassword(_), _) => vec![TypeAgain],
        (Act::LogIn(_) | Act::FindDevice(acts::FindDevice { picked: Some(_), .. }), _) => vec![FromStart],
        _ => vec![TryAgain],
    };
    choices.push(Stop);
    choices
}
