//! What people can choose after a failure. One table for all ceremonies.

use crate::ceremony::known::Known;
use crate::ceremony::known::character::{Cards, DeviceUse};
use crate::clerk::{Act, ActName, acts};
use crate::faults::{Fault, FaultName};
use crate::terms::{DeviceRole, Purpose, Seat};

/// A way to continue after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// The same act again.
    TryAgain,
    /// Look once more at what is there: what was wrong has been changed.
    LookAgain,
    /// Type it again.
    TypeAgain,
    /// This step from its start.
    FromStart,
    /// Log in again, then the same act.
    LogIn,
    /// The login with the PIN that was just set did not work: its holder types it.
    TypePin,
    /// This seat types its share again; the shares of the others are kept.
    SeatAgain(Seat),
    /// All seats again, from the first.
    SeatsAgain,
    /// One more custodian sits down.
    AnotherCustodian,
    /// Both PINs again.
    PinsAgain,
    /// The KCV stays hidden: nobody logs in.
    LeaveHidden,
    /// The proof of this key is left out.
    WithoutProof,
    /// Nobody confirms the key check value.
    NotConfirmed,
    /// This key is left out: it is not restored.
    LeaveOut,
    /// Another device replaces this one.
    AnotherDevice,
    /// It was the wrong device: the step that finds it, again.
    DeviceAgain,
    /// This further device of a fleet is left out.
    WithoutDevice,
    /// Another medium for this copy.
    AnotherMedium,
    /// This copy is left out.
    WithoutMedium,
    /// What is done to a PIN is chosen anew.
    OtherChange,
    /// The record is not signed by a key.
    WithoutSignature,
    /// Stop the ceremony (asks first).
    Stop,
}

impl Recovery {
    /// All that need nothing besides their word.
    const PLAIN: [Self; 21] = [
        Self::TryAgain,
        Self::LookAgain,
        Self::TypeAgain,
        Self::FromStart,
        Self::LogIn,
        Self::TypePin,
        Self::SeatsAgain,
        Self::AnotherCustodian,
        Self::PinsAgain,
        Self::LeaveHidden,
        Self::WithoutProof,
        Self::NotConfirmed,
        Self::LeaveOut,
        Self::AnotherDevice,
        Self::DeviceAgain,
        Self::WithoutDevice,
        Self::AnotherMedium,
        Self::WithoutMedium,
        Self::OtherChange,
        Self::WithoutSignature,
        Self::Stop,
    ];

    /// The word used in the record.
    pub const fn word(self) -> &'static str {
        match self {
            Self::TryAgain => "try-again",
            Self::LookAgain => "look-again",
            Self::TypeAgain => "type-again",
            Self::FromStart => "from-start",
            Self::LogIn => "log-in",
            Self::TypePin => "type-pin",
            Self::SeatAgain(_) => SEAT_AGAIN,
            Self::SeatsAgain => "seats-again",
            Self::AnotherCustodian => "another-custodian",
            Self::PinsAgain => "pins-again",
            Self::LeaveHidden => "leave-hidden",
            Self::WithoutProof => "without-proof",
            Self::NotConfirmed => "not-confirmed",
            Self::LeaveOut => "leave-key-out",
            Self::AnotherDevice => "another-device",
            Self::DeviceAgain => "device-again",
            Self::WithoutDevice => "without-device",
            Self::AnotherMedium => "another-medium",
            Self::WithoutMedium => "without-medium",
            Self::OtherChange => "other-change",
            Self::WithoutSignature => "without-signature",
            Self::Stop => "stop",
        }
    }

    /// Whether the same act is done again, with nothing else decided.
    pub fn tries_the_same(self) -> bool {
        matches!(self, Self::TryAgain | Self::LookAgain)
    }

    /// The recovery that a record names, where `seat` is that of the step it leads to; `None` if it comes from a version
    /// of the program that had others.
    pub fn recorded(word: &str, seat: Option<Seat>) -> Option<Self> {
        match word {
            SEAT_AGAIN => seat.map(Self::SeatAgain),
            word => Self::PLAIN.into_iter().find(|recovery| recovery.word() == word),
        }
    }
}

/// Which seat it is, the record says by the step that the ceremony continues with.
const SEAT_AGAIN: &str = "seat-again";

/// What can be done about a fault of an act, best first.
pub fn recoveries(known: &Known, act: &Act, fault: &Fault) -> Vec<Recovery> {
    let mut choices = match fault.name {
        FaultName::CardLoginLost if act.name().in_a_login() => vec![Recovery::LogIn],
        // The device may have refused because nobody is logged in.
        FaultName::KeyUnfinished => [ways_on(known, act, FaultName::KeyUnfinished), vec![Recovery::LogIn]].concat(),
        // A device that was out has logged out: nobody has to be told so by a second fault.
        // The same where its connection was given up because its answer was none.
        fault if (fault.may_come_back() || fault == FaultName::CardGarbled) && act.name().in_a_login() => {
            vec![Recovery::LogIn]
        }
        fault if known.ceremony.devices == DeviceUse::ChangesPins => {
            for_pins(act, fault).unwrap_or_else(|| ways_on(known, act, fault))
        }
        fault => ways_on(known, act, fault),
    };
    choices.push(Recovery::Stop);
    choices
}

fn ways_on(known: &Known, act: &Act, fault: FaultName) -> Vec<Recovery> {
    use Recovery::{
        AnotherCustodian, AnotherDevice, AnotherMedium, DeviceAgain, FromStart, LeaveOut, LookAgain, NotConfirmed,
        PinsAgain, SeatAgain, SeatsAgain, TryAgain, TypeAgain, TypePin, WithoutMedium, WithoutProof, WithoutSignature,
    };
    match act {
        Act::CompareShare(_) => vec![TypeAgain, FromStart],
        // A slip is put right at once; what differs twice may be another value.
        Act::CompareWords(_) => {
            let differs = (known.shares.misheard > 1).then_some(NotConfirmed);
            [FromStart, TypeAgain].into_iter().chain(differs).collect()
        }
        Act::TakeShare(acts::TakeShare { card, foreign, .. }) => match fault {
            // Nobody knows which of the sets is the right one: the first seat, which named it, may have been wrong.
            FaultName::SharesOfOtherSets => {
                let named = (*foreign && *card != Purpose::SoPin).then_some(SeatAgain(Seat(1)));
                [TypeAgain].into_iter().chain(named).chain([SeatsAgain]).collect()
            }
            _ => vec![TypeAgain, FromStart],
        },
        Act::OpenShareFile(acts::OpenShareFile { share, seats, .. }) => match fault {
            FaultName::SharesDoNotOpen | FaultName::OldSharesDoNotOpen | FaultName::SharesDisagree => {
                let more = (known.custodians_left(*share) > 0).then_some(AnotherCustodian);
                any_seat(seats).chain(more).chain([SeatsAgain]).collect()
            }
            FaultName::KcvDiffers
            | FaultName::DkekShareTwice
            | FaultName::SharesOfOtherSets
            | FaultName::WordsDoNotOpen => any_seat(seats).chain([SeatsAgain]).collect(),
            _ => vec![TryAgain],
        },
        Act::OpenWithPassword(_) => vec![TypeAgain],
        Act::RebuildSoPin(_) => vec![SeatsAgain],
        Act::JoinDkek(_) => Vec::new(),
        Act::FindDevice(_) => vec![LookAgain],
        Act::ReadTries(acts::ReadTries { role, .. }) => match fault {
            FaultName::SoPinBlocked if may_be_another(known, *role) => vec![AnotherDevice, TryAgain],
            FaultName::PinBlocked => vec![without_user_pin(known, *role).unwrap_or(TryAgain)],
            _ => vec![TryAgain],
        },
        Act::Initialise(acts::Initialise { role, .. }) => match fault {
            FaultName::SoPinWrong | FaultName::SoPinOldWrong | FaultName::PinsMissing => vec![PinsAgain],
            FaultName::InitialiseRefused | FaultName::SoPinBlocked if may_be_another(known, *role) => {
                vec![AnotherDevice, TryAgain]
            }
            // It may be the right device, which did not list them when it was found: then people read what is on it.
            FaultName::DeviceOtherKeys if may_be_another(known, *role) => vec![AnotherDevice, DeviceAgain, TryAgain],
            _ => vec![TryAgain],
        },
        Act::ChangeSoPin(_) => match fault {
            FaultName::SoPinWrong | FaultName::SoPinOldWrong | FaultName::PinsMissing => vec![PinsAgain],
            _ => vec![TryAgain],
        },
        Act::LogIn(acts::LogIn { held: true, .. }) => vec![TypePin],
        Act::LogIn(acts::LogIn { role, held: false, .. }) => match fault {
            FaultName::PinBlocked => vec![without_user_pin(known, *role).unwrap_or(FromStart)],
            // No guess costs a try: people who are not sure of the PIN need not try it out.
            FaultName::PinWrong => {
                let anew = holds_nothing_yet(known, *role).then_some(PinsAgain);
                [FromStart].into_iter().chain(anew).collect()
            }
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
        Act::ProveDevice(acts::ProveDevice { role, .. })
        | Act::ProvePinRules(acts::ProvePinRules { role, .. }) => {
            [TryAgain].into_iter().chain(holds_nothing_yet(known, *role).then_some(PinsAgain)).collect()
        }
        Act::RestoreKey(_) => {
            let first = if fault == FaultName::KeyReferenceOccupied { TypeAgain } else { TryAgain };
            let others = one_key_fails(known, fault) || refuses_one_of_several(known, fault);
            [first].into_iter().chain(others.then_some(LeaveOut)).collect()
        }
        Act::MakeKey(_) => {
            [TryAgain].into_iter().chain(refuses_one_of_several(known, fault).then_some(LeaveOut)).collect()
        }
        Act::ReadKeyFile(_) => [TryAgain].into_iter().chain(others_stay(known).then_some(LeaveOut)).collect(),
        // The decision is about a file: where another one may be needed, it is made once more.
        Act::ImportKey(_) => {
            let first = match fault {
                FaultName::KeyFileWrongPassword => vec![TypeAgain, FromStart],
                fault if of_the_file(fault) => vec![FromStart],
                _ => vec![TryAgain],
            };
            let others = of_the_file(fault) && others_stay(known) || refuses_one_of_several(known, fault);
            first.into_iter().chain(others.then_some(LeaveOut)).collect()
        }
        Act::VerifyBackup(_) | Act::CarryKey(_) | Act::RewrapKey(_) => {
            [TryAgain].into_iter().chain(one_key_fails(known, fault).then_some(LeaveOut)).collect()
        }
        Act::CompareDkek(_) | Act::SurveyKeys(_) | Act::CheckNewKeys(_) => match fault {
            // That says nothing about which device it is.
            FaultName::CardRefused => vec![TryAgain, DeviceAgain],
            _ => vec![DeviceAgain, TryAgain],
        },
        // Of a device that holds them already, the others can be backed up without it.
        Act::BackUp(acts::BackUp { origin, .. }) => {
            let others = known.kept_keys().len() > 1 && !fault.may_come_back();
            let found = matches!(origin, acts::KeyOrigin::Found { .. });
            [TryAgain].into_iter().chain((found && others).then_some(LeaveOut)).collect()
        }
        Act::ProveKey(_) => match fault {
            // Only where nothing vouches for the public key can it be the public key that is the wrong one.
            FaultName::PublicKeyDiffers | FaultName::SignatureWrong if !known.restored.is_foreign() => vec![TryAgain],
            fault if fault.may_come_back() => vec![TryAgain],
            // What cannot be proven does not block a key that is back, nor the keys after it.
            _ => vec![TryAgain, WithoutProof],
        },
        Act::TryDepartedShare(_) => match fault {
            FaultName::DepartedShareOpens => Vec::new(),
            _ => vec![TypeAgain, FromStart],
        },
        Act::TryWrongShare(_) => match fault {
            FaultName::WrongShareOpens => Vec::new(),
            _ => vec![TryAgain],
        },
        Act::CopyFolder(_) => vec![TryAgain, TypeAgain, AnotherMedium, WithoutMedium],
        Act::ReadySigner(_) => vec![TryAgain, WithoutSignature],
        Act::ExamineRoom(_)
        | Act::SetNextDrill(_)
        | Act::KeepCertificates(_)
        | Act::ReadFolder(_)
        | Act::ReadCustody(_)
        | Act::MixEntropy(_)
        | Act::Deal(_)
        | Act::FinishSealing(_)
        | Act::ProveVaultEmpty(_)
        | Act::WriteShareFile(_)
        | Act::ReadDkek(_)
        | Act::CopyShareFile(_)
        | Act::ListKeys(_)
        | Act::CompareKeys(_)
        | Act::TraceKeys(_)
        | Act::DrawPin(_)
        | Act::ReadPins(_)
        | Act::VerifyUserPin(_)
        | Act::ChangeUserPin(_)
        | Act::ResetUserPin(_)
        | Act::TakeInventory(_)
        | Act::WriteManifest(_)
        | Act::CloseFolder(_)
        // After the seal nobody is asked: the last screen says what came of it.
        | Act::SignRecord(_) => vec![TryAgain],
    }
}

/// What can be done in a ceremony that changes PINs; `None`: the same as in others. Whoever typed a wrong PIN is still at the
/// keyboard, and may also leave it at that.
fn for_pins(act: &Act, fault: FaultName) -> Option<Vec<Recovery>> {
    use Recovery::{FromStart, OtherChange, TryAgain};
    let asks_for_a_pin = [ActName::ReadTries, ActName::VerifyUserPin, ActName::ChangeUserPin, ActName::ResetUserPin]
        .into_iter()
        .chain([ActName::ChangeSoPin]);
    asks_for_a_pin.into_iter().find(|name| *name == act.name())?;
    Some(match fault {
        FaultName::PinBlocked | FaultName::SoPinBlocked | FaultName::PinResetRefused => vec![OtherChange],
        FaultName::UserPinNotAccepted | FaultName::SoPinNotAccepted | FaultName::PinsMissing => {
            vec![FromStart, OtherChange]
        }
        FaultName::UserPinEither | FaultName::SoPinEither | FaultName::PinChangeRefused => vec![FromStart],
        FaultName::CardRefused => vec![TryAgain, FromStart],
        _ => vec![TryAgain],
    })
}

/// Whether it is this key of a backup that fails, and not the device or the reader: then the others can still be restored.
fn one_key_fails(known: &Known, fault: FaultName) -> bool {
    known.restored.from.is_some() && !fault.may_come_back()
}

/// Whether it is the file of a key that fails: nothing of it was sent to a device.
const fn of_the_file(fault: FaultName) -> bool {
    matches!(
        fault,
        FaultName::KeyFileUnread
            | FaultName::KeyFileNotKey
            | FaultName::KeyFileDamaged
            | FaultName::KeyFileWrongPassword
            | FaultName::KeyFileEncryption
            | FaultName::KeyFileAlgorithm
            | FaultName::KeyFileRsaSize
            | FaultName::KeyFileSeveralKeys
            | FaultName::KeyFileOtherType
            | FaultName::KeyFileChanged
            | FaultName::FileNotOrdinary
            | FaultName::ImportedKeyThere
    )
}

/// Whether the device refuses this key, and there are others to go on with.
fn refuses_one_of_several(known: &Known, fault: FaultName) -> bool {
    let refuses = matches!(
        fault,
        FaultName::DeviceFull
            | FaultName::KeyUnfinished
            | FaultName::KeyTypeRefused
            | FaultName::UnwrapRefused
            | FaultName::ImportRefused
            | FaultName::CardRefused
    );
    refuses && others_stay(known)
}

/// Whether there are other keys to go on with.
fn others_stay(known: &Known) -> bool {
    known.keys_that_stay().count() > 1
}

/// Any one seat that has given a share types it again: nobody knows which one is wrong.
fn any_seat(seats: &[(Seat, Vec<u8>)]) -> impl Iterator<Item = Recovery> {
    let mut seats: Vec<Seat> = seats.iter().map(|(seat, _)| *seat).collect();
    seats.sort_unstable();
    seats.into_iter().map(Recovery::SeatAgain)
}

/// What can be done if the user PIN is blocked.
fn without_user_pin(known: &Known, role: DeviceRole) -> Option<Recovery> {
    let devices = &known.devices;
    // People who only inspect can do without what the PIN would have shown.
    if devices.kcv_asked == Some(true) {
        return Some(Recovery::LeaveHidden);
    }
    holds_nothing_yet(known, role).then_some(Recovery::PinsAgain)
}

/// Whether another device may take the place of this one: nothing was initialised yet, and it is not this very device that is
/// to be erased.
fn may_be_another(known: &Known, role: DeviceRole) -> bool {
    let this_very_device = match known.ceremony.devices {
        DeviceUse::Retires => true,
        // The old device, where another one has taken its keys.
        DeviceUse::Provisions => known.ceremony.cards == Cards::Replaced && role == DeviceRole::Original,
        DeviceUse::Fleet | DeviceUse::Keeps | DeviceUse::Adds | DeviceUse::ChangesPins | DeviceUse::None => false,
    };
    !this_very_device && !known.devices.initialised.contains(&role)
}

/// Whether a device was initialised in this sitting and has no DKEK: it may be erased once more and get a PIN that people
/// remember.
fn holds_nothing_yet(known: &Known, role: DeviceRole) -> bool {
    known.devices.initialised.contains(&role) && !known.devices.loaded.contains(&role)
}
