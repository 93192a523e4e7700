//! How many minutes a step usually takes. Measured in rehearsals where the program does the work; where people write, type
//! and compare, what a person new to it needs.

use crate::names::StepName;

/// The usual minutes of a step.
pub const fn usual_minutes(step: StepName) -> u8 {
    use StepName as S;
    match step {
        // One sentence is read, or the program works by itself.
        S::Vault
        | S::NotProven
        | S::Entropy
        | S::Deal
        | S::ShareFile
        | S::Open
        | S::EmptyList
        | S::FullList
        | S::LogIn
        | S::Load
        | S::InspectDkek
        | S::BackUpDkek
        | S::CopyShareFile
        | S::CarryKey
        | S::NewCustodians
        | S::InBetween => 1,
        // A list or a value is compared, or a word is typed.
        S::Source
        | S::BackUpSource
        | S::BackUpManifest
        | S::ReSplitManifest
        | S::Loss
        | S::VerifyBackup
        | S::InspectDevice
        | S::InspectKeys
        | S::InspectLogIn
        | S::Inventory
        | S::BackUp
        | S::RestoreKey
        | S::ProveKey
        | S::Initialise
        | S::MakeKey => 2,
        // Something is put away, written down, or plugged in and compared.
        S::Device
        | S::BackUpDevice
        | S::BackUpKeys
        | S::Replacement
        | S::KcvOnCards
        | S::Bag
        | S::BagOfPassword
        | S::Password
        | S::PasswordOpen
        | S::UserPin
        | S::SoPin
        | S::Close
        | S::Ended => 3,
        // Everybody reads or answers.
        S::Plan
        | S::NewPlan
        | S::ReSplitSource
        | S::ReKeySource
        | S::OldKeys
        | S::OldCards
        | S::RollCall
        | S::Room
        | S::Seat
        | S::SoPinQuorum => 5,
        // A card is written and read back, or dice are thrown.
        S::Custodian | S::SoPinCard | S::Dice => 10,
    }
}
