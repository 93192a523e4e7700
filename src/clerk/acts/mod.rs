//! The acts: what a ceremony asks of the clerk. One file each says what is asked, what is decided about it and how it is
//! performed. A new act is its file, its `mod` line and its line in the list at the end.

mod back_up;
mod change_so_pin;
mod close_folder;
mod compare_share;
mod deal;
mod examine_room;
mod find_device;
mod finish_sealing;
mod initialise;
mod join_dkek;
mod list_keys;
mod load_dkek;
mod log_in;
mod make_key;
mod mix_entropy;
mod open_share_file;
mod open_with_password;
mod prove_key;
mod prove_vault_empty;
mod read_dkek;
mod read_folder;
mod read_tries;
mod rebuild_so_pin;
mod restore_key;
mod take_inventory;
mod take_share;
mod verify_backup;
mod write_manifest;
mod write_share_file;

use std::time::Duration;

use crate::clerk::Clerk;
use crate::clerk::opening::Opening;
use crate::clerk::workers::card::{self, Reply};
use crate::clerk::workers::devices::Devices;
use crate::faults::Fault;
use crate::record::Fact;
use crate::terms::Serial;
use crate::vault::Vault;

/// What has to be decided about an act. Nothing here has a default, so that an act with a gap does not compile.
pub(in crate::clerk) trait ActKind: Sized {
    /// Its name in record, script and faults; it never changes, for old records hold it.
    const WORD: &'static str;
    /// Whether people may stop while it is under way. Whatever changes a device is waited for, so that the record says what
    /// became of it.
    const MAY_BE_STOPPED: bool;
    /// Whether it takes what was typed on the last screen.
    const READS_TYPED: bool;
    /// What it may leave behind when it failed.
    const AFTERMATH: Aftermath;
    /// The device that it changes beyond recall, if it does.
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial>;

    /// Performs it at once, or begins it; where it is under way then, the answer says.
    fn perform(self, clerk: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault>;
}

/// What a failed act may leave behind: its answer may have been lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aftermath {
    /// Nothing.
    Nothing,
    /// Perhaps the device is initialised. Only a plain refusal proves that it is not.
    PerhapsInitialised,
    /// Perhaps the device has another SO-PIN. Only a plain refusal proves that it has not.
    PerhapsOtherSoPin,
    /// Perhaps a key is at its reference.
    PerhapsKey,
    /// The devices that were seen may not be there any more.
    DevicesUnknown,
}

/// Where an act is under way.
pub(in crate::clerk) enum Begun {
    /// Nowhere: it was done at once.
    Done(Vec<Fact>),
    /// With the card worker.
    OnCard(card::Job),
    /// With the card worker, again and again while what it looks for is missing and may come.
    Looking(Look),
    /// With the workers that encipher DKEK shares since they were dealt.
    Sealing,
    /// With a worker that tries passwords on a share file.
    Opening(Opening),
}

impl Begun {
    /// With the card worker, without secrets.
    fn on_card(work: impl FnOnce(&mut Devices) -> Result<Vec<Fact>, Fault> + Send + 'static) -> Self {
        Self::OnCard(Box::new(move |devices| Reply::plain(work(devices))))
    }
}

/// Makes the job that looks once more, after a pause.
pub(in crate::clerk) type Look = Box<dyn Fn(Duration) -> card::Job>;

macro_rules! acts {
    ($($module:ident::$act:ident,)+) => {
        $(pub use $module::$act;)+

        /// One thing for the clerk to do. It names secrets by handle at most; every value is public.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Act {
            $(#[doc = concat!("See [`", stringify!($act), "`].")] $act($act),)+
        }

        /// Which act it is, without its values.
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
            /// Which it is.
            pub const fn name(&self) -> ActName {
                match self {
                    $(Self::$act(_) => ActName::$act,)+
                }
            }

            /// Whether people may stop while it is under way.
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

            /// The device that it changes beyond recall, if it does.
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

            /// The name in record, script and faults.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$act => <$act as ActKind>::WORD,)+
                }
            }

            /// What it may leave behind when it failed.
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
    find_device::FindDevice,
    mix_entropy::MixEntropy,
    deal::Deal,
    compare_share::CompareShare,
    finish_sealing::FinishSealing,
    prove_vault_empty::ProveVaultEmpty,
    write_share_file::WriteShareFile,
    take_share::TakeShare,
    open_share_file::OpenShareFile,
    open_with_password::OpenWithPassword,
    join_dkek::JoinDkek,
    rebuild_so_pin::RebuildSoPin,
    read_dkek::ReadDkek,
    list_keys::ListKeys,
    read_tries::ReadTries,
    initialise::Initialise,
    change_so_pin::ChangeSoPin,
    log_in::LogIn,
    load_dkek::LoadDkek,
    make_key::MakeKey,
    take_inventory::TakeInventory,
    back_up::BackUp,
    verify_backup::VerifyBackup,
    restore_key::RestoreKey,
    prove_key::ProveKey,
    write_manifest::WriteManifest,
    close_folder::CloseFolder,
}

impl Act {
    /// Its name in record, script and faults.
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
