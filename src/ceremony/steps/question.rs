//! What choices decide.

use crate::names::ItemName;
use crate::record::{ChangeCause, Deviation, Loss, PinChange};
use crate::terms::{Drill, Seat};

/// What a choice decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// What became of the old device.
    Loss,
    /// Whether the old device is here to be erased, or what became of it.
    OldDevice,
    /// Which of several DKEKs is restored.
    Dkek,
    /// Whether wrapped keys that cannot be used are left out, or good copies were put into the folder.
    UnusableKeys,
    /// Which custodian sits at this seat.
    Sitter(Seat),
    /// Which of several devices it is.
    Device,
    /// Whether the device that was found is the one that is meant, or another one comes into the reader.
    RightDevice,
    /// Whether what is missing outside this program is put right now, or later.
    Missing,
    /// Whether a device's SO-PIN is the one on the custodians' cards, or known to somebody.
    CurrentSoPin,
    /// Whether somebody logs in to see a hidden KCV, or it stays hidden.
    HiddenKcv,
    /// Whether a quorum opens the share files, or nobody does.
    Opening,
    /// How far a drill goes.
    Drill,
    /// Whether a card of an earlier set is here.
    Departed,
    /// Why the custodians change.
    Cause,
    /// Whether all old cards and passwords on paper were destroyed.
    OldCards,
    /// Whether all files of imported keys, their media and their copies were destroyed.
    KeyFiles,
    /// What is done to a PIN.
    PinChange,
}

/// What an item of the script answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// What became of the old device.
    Loss(Loss),
    /// Whether the SO-PIN is the one on the cards.
    OnCards(bool),
    /// Whether somebody logs in.
    LogIn(bool),
    /// Whether a quorum opens the share files.
    Opens(bool),
    /// How far a drill goes.
    Drill(Drill),
    /// Whether a card of an earlier set is here.
    Departed(bool),
    /// Why the custodians change.
    Cause(ChangeCause),
    /// Whether all old cards were destroyed.
    OldCards(bool),
    /// Whether all files of imported keys were destroyed.
    KeyFiles(bool),
    /// What is done to a PIN.
    PinChange(PinChange),
    /// None of them: another device.
    AnotherDevice,
    /// Look again: something has been changed.
    LookAgain,
    /// Go on.
    GoOn,
    /// Go on without something: a deviation.
    Without(Deviation),
}

impl Question {
    /// The items of the script and what each one answers; empty where people or devices are chosen. A test compares
    /// them with the script.
    pub const fn answers(self) -> &'static [(ItemName, Answer)] {
        match self {
            Self::Loss => &[
                (ItemName::Broken, Answer::Loss(Loss::Broken)),
                (ItemName::Lost, Answer::Loss(Loss::Lost)),
                (ItemName::Stolen, Answer::Loss(Loss::Stolen)),
                (ItemName::Proof, Answer::Loss(Loss::Nothing)),
            ],
            Self::OldDevice => &[
                (ItemName::EraseNow, Answer::Loss(Loss::Nothing)),
                (ItemName::OldDeviceBroken, Answer::Loss(Loss::Broken)),
                (ItemName::OldDeviceLost, Answer::Loss(Loss::Lost)),
                (ItemName::OldDeviceStolen, Answer::Loss(Loss::Stolen)),
            ],
            Self::CurrentSoPin => {
                &[(ItemName::Held, Answer::OnCards(false)), (ItemName::OnCards, Answer::OnCards(true))]
            }
            Self::HiddenKcv => &[(ItemName::LogIn, Answer::LogIn(true)), (ItemName::LeaveHidden, Answer::LogIn(false))],
            Self::Opening => &[(ItemName::ByQuorum, Answer::Opens(true)), (ItemName::ByNobody, Answer::Opens(false))],
            Self::Drill => &[
                (ItemName::DrillQuorum, Answer::Drill(Drill::Quorum)),
                (ItemName::DrillEveryone, Answer::Drill(Drill::Everyone)),
                (ItemName::DrillSpare, Answer::Drill(Drill::Spare)),
            ],
            Self::Departed => &[
                (ItemName::DepartedHere, Answer::Departed(true)),
                (ItemName::DepartedNotHere, Answer::Departed(false)),
            ],
            Self::Cause => &[
                (ItemName::CardLost, Answer::Cause(ChangeCause::CardLost)),
                (ItemName::CustodianLeaves, Answer::Cause(ChangeCause::CustodianLeaves)),
                (ItemName::OtherCause, Answer::Cause(ChangeCause::Other)),
            ],
            Self::OldCards => {
                &[(ItemName::AllDestroyed, Answer::OldCards(true)), (ItemName::SomeRemain, Answer::OldCards(false))]
            }
            Self::KeyFiles => {
                &[(ItemName::AllDestroyed, Answer::KeyFiles(true)), (ItemName::SomeRemain, Answer::KeyFiles(false))]
            }
            Self::RightDevice | Self::Missing => {
                &[(ItemName::GoOn, Answer::GoOn), (ItemName::LookAgain, Answer::LookAgain)]
            }
            Self::UnusableKeys => &[
                (ItemName::LookAgain, Answer::LookAgain),
                (ItemName::LeaveOut, Answer::Without(Deviation::WrappedKeysLeftOut)),
            ],
            Self::PinChange => &[
                (ItemName::ChangeUserPin, Answer::PinChange(PinChange::ChangeUserPin)),
                (ItemName::UnblockUserPin, Answer::PinChange(PinChange::UnblockUserPin)),
                (ItemName::SetUserPin, Answer::PinChange(PinChange::SetUserPin)),
                (ItemName::ChangeSoPin, Answer::PinChange(PinChange::ChangeSoPin)),
                (ItemName::AnotherDevice, Answer::AnotherDevice),
            ],
            Self::Sitter(_) | Self::Device | Self::Dkek => &[],
        }
    }

    /// What an item answers.
    pub fn answer(self, item: ItemName) -> Option<Answer> {
        self.answers().iter().find(|(name, _)| *name == item).map(|(_, answer)| *answer)
    }
}
