//! How many minutes a step usually takes. These are estimates, none of them measured with people: where the program works, its
//! time in rehearsals, rounded up; where people write, type and compare, what somebody new to it is thought to need. A plan that
//! knows better says so.

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
        | S::AddKeysDkek
        | S::AddKeysPlaces
        | S::CopyShareFile
        | S::CarryKey
        | S::RewrapKey
        | S::CarriedCustodians
        | S::NewCustodians
        | S::InBetween => 1,
        // A list or a value is compared, or a word is typed.
        S::Source
        | S::BackUpSource
        | S::BackUpManifest
        | S::FleetDevices
        | S::FleetBackup
        | S::FleetResult
        | S::AddKeysSource
        | S::AddKeysManifest
        | S::ImportSource
        | S::ImportManifest
        | S::AddKeysList
        | S::ReSplitManifest
        | S::CarriedManifest
        | S::OldDevice
        | S::OldDeviceKeys
        | S::Loss
        | S::DrillExtent
        | S::DepartedShare
        | S::RetireOpening
        | S::RetireBackup
        | S::RetireKeys
        | S::RetireErase
        | S::DrillBackup
        | S::VerifyBackup
        | S::InspectDevice
        | S::PinsChoose
        | S::UnblockUserPin
        | S::SetUserPin
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
        | S::AddKeysDevice
        | S::BackUpKeys
        | S::Replacement
        | S::FleetDevice
        | S::FleetLeftOut
        | S::KcvOnCards
        | S::KcvCompared
        | S::Bag
        | S::BagOfPassword
        | S::Password
        | S::PasswordOpen
        | S::PinsDevice
        | S::ChangeUserPin
        | S::NewUserPin
        | S::ChangeSoPin
        | S::UserPin
        | S::SoPin
        | S::CheckCard
        | S::Close
        | S::SignOut
        | S::DrillResult
        | S::Copy
        | S::RetireDevice
        | S::RetireSoPin
        | S::Ended => 3,
        // Everybody reads or answers.
        S::Plan
        | S::NewPlan
        | S::ReSplitSource
        | S::ReKeySource
        | S::CarriedSource
        | S::CarriedKeys
        | S::OldKeys
        | S::OldCards
        | S::ImportKey
        | S::ImportFiles
        | S::RollCall
        | S::Room
        | S::Seat
        | S::Fingerprints
        | S::SoPinQuorum => 5,
        // A card is written and read back, or dice are thrown.
        S::Custodian | S::SoPinCard | S::Dice => 10,
    }
}
