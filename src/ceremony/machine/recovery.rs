//! What people can choose after a failure. One table for all ceremonies.

use crate::ceremony::known::Known;
use crate::clerk::{Act, acts};
use crate::faults::{Fault, FaultName};
use crate::terms::DeviceRole;

/// A way to continue after a failure.
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
    /// Another device replaces this one.
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

    /// The word used in the record.
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

    /// The recovery that a record names; `None` if it comes from a version of the program that had others.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|recovery| recovery.word() == word)
    }
}

/// What can be done about a fault of an act, best first.
pub fn recoveries(known: &Known, act: &Act, fault: &Fault) -> Vec<Recovery> {
    let mut choices = match fault.name {
        FaultName::CardLoginLost => vec![Recovery::LogIn],
        fault => ways_on(known, act, fault),
    };
    choices.push(Recovery::Stop);
    choices
}

fn ways_on(known: &Known, act: &Act, fault: FaultName) -> Vec<Recovery> {
    use Recovery::{AnotherCustodian, AnotherDevice, FromStart, PinsAgain, SeatsAgain, TryAgain, TypeAgain};
    match act {
        Act::CompareShare(_) => vec![TypeAgain, FromStart],
        Act::TakeShare(_) => match fault {
            // Nobody knows which of the sets is the right one: the first may have been wrong.
            FaultName::SharesOfOtherSets => vec![TypeAgain, SeatsAgain],
            _ => vec![TypeAgain, FromStart],
        },
        Act::OpenShareFile(acts::OpenShareFile { share, .. }) => match fault {
            FaultName::SharesDoNotOpen | FaultName::SharesDisagree => {
                let more = known.custodians_left(*share) > 0;
                more.then_some(AnotherCustodian).into_iter().chain([SeatsAgain]).collect()
            }
            FaultName::KcvDiffers
            | FaultName::DkekShareTwice
            | FaultName::SharesOfOtherSets
            | FaultName::WordsDoNotOpen => vec![SeatsAgain],
            _ => vec![TryAgain],
        },
        Act::OpenWithPassword(_) => vec![TypeAgain],
        Act::RebuildSoPin(_) => vec![SeatsAgain],
        Act::JoinDkek(_) => Vec::new(),
        Act::FindDevice(acts::FindDevice { picked, .. }) => vec![if picked.is_some() { FromStart } else { TryAgain }],
        Act::ReadTries(acts::ReadTries { role, .. }) => match fault {
            FaultName::SoPinBlocked if !known.devices.initialised.contains(role) => vec![AnotherDevice, TryAgain],
            FaultName::PinBlocked => vec![without_user_pin(known, *role).unwrap_or(TryAgain)],
            _ => vec![TryAgain],
        },
        Act::Initialise(acts::Initialise { role, .. }) => match fault {
            FaultName::SoPinWrong | FaultName::SoPinOldWrong | FaultName::PinsMissing => vec![PinsAgain],
            FaultName::InitialiseRefused | FaultName::SoPinBlocked if !known.devices.initialised.contains(role) => {
                vec![AnotherDevice, TryAgain]
            }
            _ => vec![TryAgain],
        },
        Act::ChangeSoPin(_) => match fault {
            FaultName::SoPinWrong | FaultName::SoPinOldWrong | FaultName::PinsMissing => vec![PinsAgain],
            _ => vec![TryAgain],
        },
        Act::LogIn(acts::LogIn { role, .. }) => match fault {
            FaultName::PinBlocked => vec![without_user_pin(known, *role).unwrap_or(FromStart)],
            _ => vec![FromStart],
        },
        Act::LoadDkek(acts::LoadDkek { role, .. }) => match fault {
            // The device holds nothing yet: it may be erased once more.
            FaultName::DeviceKcvDiffers | FaultName::DkekIncomplete | FaultName::DkekNotConfigured
                if !known.devices.loaded.contains(role) =>
            {
                vec![TryAgain, PinsAgain]
            }
            _ => vec![TryAgain],
        },
        Act::RestoreKey(_) => match fault {
            FaultName::KeyReferenceOccupied => vec![TypeAgain],
            _ => vec![TryAgain],
        },
        Act::ExamineRoom(_)
        | Act::ReadFolder(_)
        | Act::MixEntropy(_)
        | Act::Deal(_)
        | Act::FinishSealing(_)
        | Act::ProveVaultEmpty(_)
        | Act::WriteShareFile(_)
        | Act::ReadDkek(_)
        | Act::ListKeys(_)
        | Act::MakeKey(_)
        | Act::TakeInventory(_)
        | Act::BackUp(_)
        | Act::VerifyBackup(_)
        | Act::ProveKey(_)
        | Act::WriteManifest(_)
        | Act::CloseFolder(_) => vec![TryAgain],
    }
}

/// What can be done if the user PIN is blocked.
fn without_user_pin(known: &Known, role: DeviceRole) -> Option<Recovery> {
    let devices = &known.devices;
    // People who only inspect can do without what the PIN would have shown.
    if devices.kcv_asked == Some(true) {
        return Some(Recovery::LeaveHidden);
    }
    // The device holds nothing yet: it may be erased once more and get a PIN that people remember.
    (devices.initialised.contains(&role) && !devices.loaded.contains(&role)).then_some(Recovery::PinsAgain)
}
