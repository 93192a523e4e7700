//! When a stage comes that does not always come, in words.

use crate::ceremony::Condition;
use crate::script::words;
use crate::terms::Drill;

/// Says when a stage is due; `None`: in every ceremony that goes as planned.
pub const fn when(condition: Condition) -> Option<&'static str> {
    match condition {
        Condition::Always
        | Condition::HandsOver
        | Condition::HolderHere(true)
        | Condition::Proven
        | Condition::FleetProven(true)
        | Condition::Copied(true)
        | Condition::SignsRecord(true)
        | Condition::Opens(true)
        | Condition::BackedUp(true)
        | Condition::LeftOut(false)
        | Condition::NotGiven(_)
        | Condition::KnowsPrime
        | Condition::FromOurs => None,
        Condition::Drills(Drill::Quorum) => Some(words::PAPER_WHEN_DRILL_QUORUM),
        Condition::Drills(Drill::Spare) => Some(words::PAPER_WHEN_DRILL_SPARE),
        Condition::DrillsWithoutDevice => Some(words::PAPER_WHEN_NO_DEVICE),
        Condition::Drills(Drill::Everyone) | Condition::DrillsEveryShare(true) => {
            Some(words::PAPER_WHEN_DRILL_EVERYONE)
        }
        Condition::DrillsEveryShare(false) => Some(words::PAPER_WHEN_DRILL_NOT_EVERYONE),
        Condition::LosesKeys(false) => Some(words::PAPER_WHEN_LOSES_NOTHING),
        Condition::LosesKeys(true) => Some(words::PAPER_WHEN_LOSES_KEYS),
        Condition::SoPinRebuilt => Some(words::PAPER_WHEN_SO_PIN_REBUILT),
        Condition::TypesSoPin => Some(words::PAPER_WHEN_TYPES_SO_PIN),
        Condition::SharesNotProven => Some(words::PAPER_WHEN_SHARES_NOT_PROVEN),
        Condition::Opens(false) | Condition::BackedUp(false) => Some(words::PAPER_WHEN_NOT_OPENED),
        Condition::NeedsEveryone => Some(words::PAPER_WHEN_EVERYONE),
        Condition::Initialised(_) | Condition::OtherSoPin(_) | Condition::MayHaveCardsSoPin(_) => {
            Some(words::PAPER_WHEN_INITIALISED)
        }
        Condition::LastTry(..) => Some(words::PAPER_WHEN_LAST_TRY),
        Condition::Stolen => Some(words::PAPER_WHEN_STOLEN),
        Condition::FromElsewhere => Some(words::PAPER_WHEN_ELSEWHERE),
        Condition::NotSealed => Some(words::PAPER_WHEN_NOT_SEALED),
        Condition::PublicKeysUnusable => Some(words::PAPER_WHEN_PUBLIC_UNUSABLE),
        Condition::OtherReference => Some(words::PAPER_WHEN_OTHER_REFERENCE),
        Condition::WithoutProof => Some(words::PAPER_WHEN_WITHOUT_PROOF),
        Condition::Damaged => Some(words::PAPER_WHEN_DAMAGED),
        Condition::FromOursInPart => Some(words::PAPER_WHEN_OURS_IN_PART),
        Condition::WrappedKeysUnusable => Some(words::PAPER_WHEN_WRAPPED_UNUSABLE),
        Condition::AlsoFrom => Some(words::PAPER_WHEN_ALSO_FROM),
        Condition::OlderKeysElsewhere => Some(words::PAPER_WHEN_OLDER_KEYS),
        Condition::SeveralDkeks => Some(words::PAPER_WHEN_SEVERAL_DKEKS),
        Condition::TypesPrime => Some(words::PAPER_WHEN_FOREIGN),
        Condition::KnowsOldPrime => Some(words::PAPER_WHEN_FOREIGN_LATER),
        Condition::Salvaged => Some(words::PAPER_WHEN_SALVAGED),
        Condition::HoldsKeys | Condition::HoldsOtherKeys => Some(words::PAPER_WHEN_HOLDS_KEYS),
        Condition::HoldsBackedUpKeys => Some(words::PAPER_WHEN_HOLDS_BACKED_UP_KEYS),
        Condition::EmptyOriginal => Some(words::PAPER_WHEN_EMPTY_ORIGINAL),
        Condition::OtherThreshold => Some(words::PAPER_WHEN_OTHER_THRESHOLD),
        Condition::RolesClash => Some(words::PAPER_WHEN_CLASH),
        Condition::PublicKeys => Some(words::PAPER_WHEN_PUBLIC_KEYS),
        Condition::ToBeIdentified => Some(words::PAPER_WHEN_TO_BE_IDENTIFIED),
        Condition::AuditorAbsent => Some(words::PAPER_WHEN_AUDITOR_ABSENT),
        Condition::HolderHere(false) => Some(words::PAPER_WHEN_HOLDER_ABSENT),
        Condition::Several => Some(words::PAPER_WHEN_SEVERAL),
        Condition::Unfit => Some(words::PAPER_WHEN_UNFIT),
        Condition::NotGenuine => Some(words::PAPER_WHEN_NOT_GENUINE),
        Condition::Missing => Some(words::PAPER_WHEN_MISSING),
        Condition::KcvHidden => Some(words::PAPER_WHEN_KCV_HIDDEN),
        Condition::KcvAsked => Some(words::PAPER_WHEN_KCV_ASKED),
        Condition::FleetProven(false) => Some(words::PAPER_WHEN_NOT_COPIED),
        Condition::NotProvable => Some(words::PAPER_WHEN_NOT_PROVABLE),
        Condition::Copied(false) => Some(words::PAPER_WHEN_WITHOUT_MEDIUM),
        Condition::SignsRecord(false) => Some(words::PAPER_WHEN_NOT_SIGNED),
        Condition::LeftOut(true) => Some(words::PAPER_WHEN_LEFT_OUT),
        Condition::SoPinOnOldCards => Some(words::PAPER_WHEN_SO_PIN_ON_OLD_CARDS),
        Condition::OldCardsRemain => Some(words::PAPER_WHEN_OLD_CARDS_REMAIN),
        Condition::KeyFileHasPassword => Some(words::PAPER_WHEN_KEY_FILE_HAS_PASSWORD),
        Condition::KeyFilesRemain => Some(words::PAPER_WHEN_KEY_FILES_REMAIN),
        Condition::DepartedHere => Some(words::PAPER_WHEN_DEPARTED_HERE),
        Condition::OldDeviceGone => Some(words::PAPER_WHEN_OLD_DEVICE_GONE),
        Condition::Copies => Some(words::PAPER_WHEN_COPIES),
        Condition::Undescribed => Some(words::PAPER_WHEN_UNDESCRIBED),
    }
}
