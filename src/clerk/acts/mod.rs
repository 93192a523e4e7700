//! The acts: what a ceremony asks of the clerk. Each file says what is asked, what has been decided about the act and
//! how it is performed. A new act is its file, its `mod` line and its line in the list at the end.

mod back_up;
mod carry_key;
mod change_so_pin;
mod change_user_pin;
mod check_new_keys;
mod close_folder;
mod compare_dkek;
mod compare_keys;
mod compare_share;
mod compare_words;
mod copy_folder;
mod copy_share_file;
mod deal;
mod draw_pin;
mod examine_room;
mod find_device;
mod finish_sealing;
mod import_key;
mod initialise;
mod join_dkek;
mod keep_certificates;
mod list_keys;
mod load_dkek;
mod log_in;
mod make_key;
mod mix_entropy;
mod open_share_file;
mod open_with_password;
mod prove_device;
mod prove_key;
mod prove_pin_rules;
mod prove_vault_empty;
mod read_custody;
mod read_dkek;
mod read_folder;
mod read_key_file;
mod read_pins;
mod read_tries;
mod rebuild_so_pin;
mod reset_user_pin;
mod restore_key;
mod rewrap_key;
mod set_next_drill;
mod sign_record;
mod survey_keys;
mod take_inventory;
mod take_share;
mod trace_keys;
mod try_departed_share;
mod try_wrong_share;
mod verify_backup;
mod verify_user_pin;
mod write_manifest;
mod write_share_file;

use std::sync::mpsc::Receiver;
use std::time::Duration;

use crate::clerk::Clerk;
use crate::clerk::opening::Opening;
use crate::clerk::workers::card::{self, Reply};
use crate::clerk::workers::devices::Devices;
use crate::faults::Fault;
use crate::record::Fact;
use crate::terms::Serial;
use crate::vault::Vault;

/// What has to be decided about an act. Nothing here has a default, so that an incomplete act does not compile.
pub(in crate::clerk) trait ActKind: Sized {
    /// Its name in the record, the script and faults; it never changes, because old records contain it.
    const WORD: &'static str;
    /// Whether people may stop while it is in progress. An act that changes a device always runs to its end, so that
    /// the record says what came of it.
    const MAY_BE_STOPPED: bool;
    /// Whether it takes what was typed on the last screen.
    const READS_TYPED: bool;
    /// Whether it is asked for while somebody is logged in, which ends when the device is taken out.
    const IN_A_LOGIN: bool;
    /// What it may leave behind if it fails.
    const AFTERMATH: Aftermath;
    /// The device that it changes irreversibly, if any.
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial>;

    /// Performs it at once, or starts it; the answer says who is working on it.
    fn perform(self, clerk: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault>;
}

/// What a failed act may leave behind: its answer may have been lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aftermath {
    /// Nothing.
    Nothing,
    /// The device may be initialised. Only an outright refusal proves that it is not.
    PerhapsInitialised,
    /// The device may have a different SO-PIN. Only an outright refusal proves that it does not.
    PerhapsOtherSoPin,
    /// The device may have a different user PIN. Only an outright refusal proves that it does not.
    PerhapsOtherUserPin,
    /// There may be a key at its reference.
    PerhapsKey,
    /// There may be a throw-away key, which could not be deleted, too, because the login was lost.
    PerhapsThrowAwayKey,
    /// The same; and what writes its public key to a file comes after it.
    PerhapsNewKey,
    /// The devices that were seen may be gone.
    DevicesUnknown,
}

/// Where an act is in progress.
pub(in crate::clerk) enum Begun {
    /// Nowhere: it was done at once.
    Done(Vec<Fact>),
    /// In the card worker.
    OnCard(card::Job),
    /// In the card worker, repeatedly for as long as what it looks for is missing and may appear.
    Looking(Look),
    /// In the workers that have been encrypting the DKEK shares since they were dealt.
    Sealing,
    /// In a worker that tries passwords on a share file.
    Opening(Opening),
    /// In a worker that writes to a medium.
    Copying(Receiver<Result<Vec<Fact>, Fault>>),
}

impl Begun {
    /// In the card worker, without secrets.
    fn on_card(work: impl FnOnce(&mut Devices) -> Result<Vec<Fact>, Fault> + Send + 'static) -> Self {
        Self::OnCard(Box::new(move |devices| Reply::plain(work(devices))))
    }
}

/// Creates the job that looks once more, after a pause.
pub(in crate::clerk) type Look = Box<dyn Fn(Duration) -> card::Job>;

pub use back_up::KeyOrigin;
pub use compare_words::{CheckValue, fingerprint, public_key_file};
pub use deal::DealtDkek;
pub use find_device::DevicePurpose;
pub use read_custody::guarded;
pub use sign_record::Signer;

macro_rules! acts {
    ($($module:ident::$act:ident,)+) => {
        $(pub use $module::$act;)+

        /// One thing for the clerk to do. It refers to secrets by handle only; every value is public.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Act {
            $(#[doc = concat!("See [`", stringify!($act), "`].")] $act($act),)+
        }

        /// Identifies an act, without its values.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ActName {
            $(#[doc = concat!("See [`", stringify!($act), "`].")] $act,)+
        }

        $(
            impl From<$act> for Act {
                fn from(act: $act) -> Self {
                    Self::$act(act)
                }
            }
        )+

        impl Act {
            /// Which act it is.
            pub const fn name(&self) -> ActName {
                match self {
                    $(Self::$act(_) => ActName::$act,)+
                }
            }

            /// Whether people may stop while it is in progress.
            pub const fn may_be_stopped(&self) -> bool {
                match self {
                    $(Self::$act(_) => <$act as ActKind>::MAY_BE_STOPPED,)+
                }
            }

            /// Whether it takes what was typed on the last screen.
            pub const fn reads_typed(&self) -> bool {
                match self {
                    $(Self::$act(_) => <$act as ActKind>::READS_TYPED,)+
                }
            }

            /// The device that it changes irreversibly, if any.
            pub fn irreversible_on(&self) -> Option<&Serial> {
                match self {
                    $(Self::$act(act) => $act::IRREVERSIBLE_ON.map(|device| device(act)),)+
                }
            }

            pub(in crate::clerk) fn perform(self, clerk: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
                match self {
                    $(Self::$act(act) => act.perform(clerk, vault),)+
                }
            }
        }

        impl ActName {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$act,)+];

            /// The name in the record, the script and faults.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$act => <$act as ActKind>::WORD,)+
                }
            }

            /// Whether it is asked for while somebody is logged in.
            pub const fn in_a_login(self) -> bool {
                match self {
                    $(Self::$act => <$act as ActKind>::IN_A_LOGIN,)+
                }
            }

            /// What it may leave behind if it fails.
            pub const fn aftermath(self) -> Aftermath {
                match self {
                    $(Self::$act => <$act as ActKind>::AFTERMATH,)+
                }
            }
        }
    };
}

acts! {
    examine_room::ExamineRoom,
    read_folder::ReadFolder,
    read_custody::ReadCustody,
    find_device::FindDevice,
    keep_certificates::KeepCertificates,
    mix_entropy::MixEntropy,
    deal::Deal,
    compare_share::CompareShare,
    compare_words::CompareWords,
    finish_sealing::FinishSealing,
    prove_vault_empty::ProveVaultEmpty,
    write_share_file::WriteShareFile,
    take_share::TakeShare,
    try_wrong_share::TryWrongShare,
    try_departed_share::TryDepartedShare,
    open_share_file::OpenShareFile,
    open_with_password::OpenWithPassword,
    join_dkek::JoinDkek,
    rebuild_so_pin::RebuildSoPin,
    read_dkek::ReadDkek,
    compare_dkek::CompareDkek,
    survey_keys::SurveyKeys,
    check_new_keys::CheckNewKeys,
    copy_share_file::CopyShareFile,
    list_keys::ListKeys,
    compare_keys::CompareKeys,
    trace_keys::TraceKeys,
    read_tries::ReadTries,
    draw_pin::DrawPin,
    initialise::Initialise,
    change_so_pin::ChangeSoPin,
    prove_pin_rules::ProvePinRules,
    read_pins::ReadPins,
    verify_user_pin::VerifyUserPin,
    change_user_pin::ChangeUserPin,
    reset_user_pin::ResetUserPin,
    log_in::LogIn,
    prove_device::ProveDevice,
    load_dkek::LoadDkek,
    make_key::MakeKey,
    read_key_file::ReadKeyFile,
    import_key::ImportKey,
    take_inventory::TakeInventory,
    back_up::BackUp,
    carry_key::CarryKey,
    rewrap_key::RewrapKey,
    verify_backup::VerifyBackup,
    restore_key::RestoreKey,
    prove_key::ProveKey,
    write_manifest::WriteManifest,
    set_next_drill::SetNextDrill,
    sign_record::ReadySigner,
    sign_record::SignRecord,
    close_folder::CloseFolder,
    copy_folder::CopyFolder,
}

impl Act {
    /// Its name in the record, the script and faults.
    pub const fn word(&self) -> &'static str {
        self.name().word()
    }
}

impl ActName {
    /// The act that a record names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|name| name.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_has_its_own_word() {
        for name in ActName::ALL {
            assert_eq!(ActName::from_word(name.word()), Some(*name), "another act has the word {}", name.word());
        }
    }
}
