//! Whether a stage is due, or a step needed: what it depends on, as data. The machine decides it.

use crate::record::{PinChange, PinName};
use crate::terms::Holder;
use crate::terms::{DeviceRole, DkekShareNumber, Drill, Purpose, Seat};

/// Whether a stage is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Always.
    Always,
    /// Only if somebody else acted in the step before.
    HandsOver,
    /// Only if everyone is needed (M = N).
    NeedsEveryone,
    /// Only on a device that had been initialised before.
    Initialised(DeviceRole),
    /// Only on a device that may already have the SO-PIN on the custodians' cards: it was initialised before, but not
    /// at a time before these cards were dealt.
    MayHaveCardsSoPin(DeviceRole),
    /// Only on a device that had been initialised before with an SO-PIN that somebody types.
    OtherSoPin(DeviceRole),
    /// Only when one try is left.
    LastTry(DeviceRole, PinName),
    /// Only if a key of this sitting has a public key.
    PublicKeys,
    /// Only if this step's key has been proven.
    Proven,
    /// Only if a key was proven on a further device of the fleet or, with `false`, if none was.
    FleetProven(bool),
    /// Only if nobody can prove this step's key here.
    NotProvable,
    /// Only if a quorum opens the share files or, with `false`, if nobody does.
    Opens(bool),
    /// Only if a drill goes this far.
    Drills(Drill),
    /// Only if a drill is to prove every custodian's share or, with `false`, if a quorum is enough.
    DrillsEveryShare(bool),
    /// Only if a card of an earlier set is here.
    DepartedHere,
    /// Only if a drill needs no device.
    DrillsWithoutDevice,
    /// Only if every custodian's share was to be proven, and one was not.
    SharesNotProven,
    /// Only if a key of the device that is retired is not proven to live on or, with `false`, if all are.
    LosesKeys(bool),
    /// Only if the SO-PIN on the custodians' cards was rebuilt, which the device may have.
    SoPinRebuilt,
    /// Only if the SO-PIN of the step's device is not the one on the custodians' cards.
    TypesSoPin,
    /// Only if this step's key is backed up, and its MAC verified or, with `false`, not.
    BackedUp(bool),
    /// Only if this step's key (in a step about none: any key) is left out or, with `false`, if not.
    LeftOut(bool),
    /// Only if this step's copy was made or, with `false`, if it is left out.
    Copied(bool),
    /// Only if a key signs the record or, with `false`, if none does.
    SignsRecord(bool),
    /// Only if people go on without the proof of this step's key.
    WithoutProof,
    /// Only if people want this step's key at another reference than the plan.
    OtherReference,
    /// Only if this step's seat has not given its share of this.
    NotGiven(Purpose),
    /// Only if the prime of the set is not known and is typed.
    TypesPrime,
    /// Only if the prime of a set of ours is known and shown.
    KnowsPrime,
    /// Only if the prime of a set made elsewhere was typed at an earlier seat and is shown.
    KnowsOldPrime,
    /// Only if a set was opened that the old tool could not have opened this way.
    Salvaged,
    /// Only if a set was opened that needs another number of shares than the plan says.
    OtherThreshold,
    /// Only if several devices are in readers.
    Several,
    /// Only if the step's device holds keys.
    HoldsKeys,
    /// Only if the step's device holds keys, and none is known to be in the backup at hand.
    HoldsOtherKeys,
    /// Only if the step's device holds keys, and has a key of the backup at hand or its DKEK.
    HoldsBackedUpKeys,
    /// Only if one person has two roles that check each other.
    RolesClash,
    /// Only if the plan does not say of everybody who is here how they are identified, and nobody has said it yet.
    ToBeIdentified,
    /// Only if an auditor is missing.
    AuditorAbsent,
    /// Only if the step's device is one that the keys were generated on, and holds none.
    EmptyOriginal,
    /// Only if whoever this step puts a paper away for is here or, with `false`, if they are absent.
    HolderHere(bool),
    /// Only if this machine or terminal is unfit for a real ceremony.
    Unfit,
    /// Only if the program does not take the step's device for the maker's.
    NotGenuine,
    /// Only if something outside this program is missing that it needs.
    Missing,
    /// Only if the device hides its KCV until somebody logs in, and nobody chose to leave it hidden.
    KcvHidden,
    /// Only if somebody logged in to see the KCV.
    KcvAsked,
    /// Only if the old device was stolen.
    Stolen,
    /// Only if the origin of the restore is a sitting of ours with every file.
    FromOurs,
    /// Only if the origin of the restore is a sitting of ours, and some of its files cannot be used.
    FromOursInPart,
    /// Only if wrapped keys of the restore's origin are not those that its manifest names.
    WrappedKeysUnusable,
    /// Only if the folder has wrapped keys of several DKEKs.
    SeveralDkeks,
    /// Only if further folders are used.
    AlsoFrom,
    /// Only if the older keys of the device are in a folder that is not at hand.
    OlderKeysElsewhere,
    /// Only if the origin of the restore was made elsewhere.
    FromElsewhere,
    /// Only if the record of the restore's origin was never sealed.
    NotSealed,
    /// Only if a file of the restore's origin starts like a wrapped key but cannot be read as one.
    Damaged,
    /// Only if files of the restore's origin are copies of others.
    Copies,
    /// Only if keys of the restore's origin have no description.
    Undescribed,
    /// Only if the SO-PIN is on cards of those who guarded the DKEK before.
    SoPinOnOldCards,
    /// Only if not all old cards were destroyed.
    OldCardsRemain,
    /// Only if the file of this step's key, which was read last, opens with a password.
    KeyFileHasPassword,
    /// Only if not all files of imported keys were destroyed.
    KeyFilesRemain,
    /// Only if the old device is not here to be erased.
    OldDeviceGone,
    /// Only if a public key file of the restore's origin cannot be used.
    PublicKeysUnusable,
}

/// What decides on the day whether a step is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A seat beyond the quorum: only if it is opened.
    Seat(Seat),
    /// Only if this custodian typed from their card in this sitting.
    CardUsed(Holder),
    /// Only if nobody has logged in to this device since it was initialised.
    LogIn(DeviceRole),
    /// Only if the device hides its KCV until somebody logs in.
    HiddenKcv,
    /// Only if this further device of the fleet is left out.
    DeviceLeftOut(DeviceRole),
    /// Only if people chose this.
    PinChange(PinChange),
    /// Only if there was an earlier set for this DKEK share, of the same form.
    SetBefore(DkekShareNumber),
}
