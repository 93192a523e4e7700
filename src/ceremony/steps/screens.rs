//! What is a screen of a step, and what decides whether it comes: so that people are told how many there are only where that
//! is certain.

use crate::ceremony::steps::{Condition, StageKind};

impl StageKind {
    /// Whether it is a screen of its step. A hand-over stands between two people, and while the clerk works nobody is asked.
    pub const fn is_screen(self) -> bool {
        match self {
            Self::HandOver | Self::Do(_) => false,
            Self::Read
            | Self::Tick
            | Self::RollCall(_)
            | Self::PickKeys
            | Self::SignOut
            | Self::Choose(_)
            | Self::Form(_)
            | Self::FromCard(_)
            | Self::Confirm(_)
            | Self::Danger(_)
            | Self::Reveal { .. }
            | Self::RevealPin { .. }
            | Self::States(_)
            | Self::Deviates(_) => true,
        }
    }
}

impl Condition {
    /// Whether what a stage of this kind asks or does may decide it.
    pub const fn hangs_on(self, kind: StageKind) -> bool {
        match self {
            // What the plan or an earlier step decided. Which form asks for the prime is decided before a seat is taken.
            Self::Always
            | Self::HandsOver
            | Self::NeedsEveryone
            | Self::Initialised(_)
            | Self::RolesClash
            | Self::PublicKeys
            | Self::HolderHere(_)
            | Self::MayHaveCardsSoPin(_)
            | Self::SoPinRebuilt
            | Self::TypesPrime
            | Self::KnowsPrime
            | Self::KnowsOldPrime => false,
            Self::LastTry(..)
            | Self::Proven
            | Self::FleetProven(_)
            | Self::AlsoFrom
            | Self::OlderKeysElsewhere
            | Self::NotProvable
            | Self::WithoutProof
            | Self::Salvaged
            | Self::OtherThreshold
            | Self::SharesNotProven
            | Self::LosesKeys(_)
            | Self::HoldsKeys
            | Self::EmptyOriginal
            | Self::HoldsOtherKeys
            | Self::HoldsBackedUpKeys
            | Self::Several
            | Self::Unfit
            | Self::NotGenuine
            | Self::KeyFileHasPassword
            | Self::Missing
            | Self::FromOurs
            | Self::FromOursInPart
            | Self::WrappedKeysUnusable
            | Self::SeveralDkeks
            | Self::FromElsewhere
            | Self::NotSealed
            | Self::Damaged
            | Self::LeftOut(_)
            | Self::Copied(_)
            | Self::SignsRecord(_)
            | Self::BackedUp(_)
            | Self::Copies
            | Self::SoPinOnOldCards
            | Self::Undescribed
            | Self::PublicKeysUnusable => matches!(kind, StageKind::Do(_)),
            Self::OldCardsRemain
            | Self::KeyFilesRemain
            | Self::OtherSoPin(_)
            | Self::TypesSoPin
            | Self::NotGiven(_)
            | Self::Stolen
            | Self::OldDeviceGone
            | Self::DepartedHere
            | Self::KcvAsked
            | Self::Opens(_)
            | Self::Drills(_)
            | Self::DrillsWithoutDevice
            | Self::DrillsEveryShare(_) => {
                matches!(kind, StageKind::Choose(_))
            }
            Self::KcvHidden => matches!(kind, StageKind::Do(_) | StageKind::Choose(_)),
            Self::OtherReference => matches!(kind, StageKind::Form(_)),
            Self::AuditorAbsent | Self::ToBeIdentified => matches!(kind, StageKind::RollCall(_)),
        }
    }
}
