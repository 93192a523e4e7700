//! What the machine asks of the clerk, and which faults people can answer in which way.

use crate::plan::{Custody, PinReset, PlannedKey};
use crate::record::PinName;
use crate::terms::{
    CustodianNumber, DeviceRole, DkekShareNumber, Kcv, KeyLabel, KeyReference, KeyType, Purpose, Quorum, Scheme, Seat,
    Serial,
};

/// One thing for the clerk to do. Names secrets by handle at most; every value is public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Look whether this machine and terminal are fit.
    ExamineRoom,
    /// Find the finished folder that is restored from.
    ReadFolder,
    /// Find the device for a role; never one of `not`.
    FindDevice {
        /// For which role.
        role: DeviceRole,
        /// Serials that cannot be it.
        not: Vec<Serial>,
        /// The one that people picked among several; no other is taken.
        picked: Option<Serial>,
    },
    /// Seed the generator from the device, the host and, where they were thrown, dice.
    MixEntropy {
        /// The device that adds its randomness.
        serial: Serial,
        /// How many throws of dice people typed; 0: none.
        dice: u16,
    },
    /// Compute the DKEK shares and all that guards them, and begin to encipher.
    Deal {
        /// Who guards each DKEK share.
        dkek_shares: Vec<Custody>,
        /// M of N of the SO-PIN, where it is drawn and split too.
        so_pin: Option<Quorum>,
    },
    /// Compare what a custodian typed with what was dealt to them.
    CompareShare {
        /// Which card of theirs.
        card: Purpose,
        /// Which custodian.
        custodian: CustodianNumber,
        /// How the card is written.
        scheme: Scheme,
        /// The prime of the set, or the set's number.
        set: String,
    },
    /// Wait until the DKEK shares are enciphered.
    FinishSealing,
    /// Say that the vault is empty, or fail.
    ProveVaultEmpty,
    /// Write the share file of a DKEK share, sync it, read it back.
    WriteShareFile {
        /// Which DKEK share.
        share: DkekShareNumber,
    },
    /// Keep the share that was typed at a seat.
    TakeShare {
        /// What it is a share of.
        card: Purpose,
        /// Which seat.
        seat: Seat,
        /// How it is written.
        scheme: Scheme,
        /// The set's prime, where it is known, or its number; otherwise it was typed with the share (a prime before it).
        set: Option<String>,
        /// M, which a card of words must say too.
        threshold: u8,
        /// A set made elsewhere.
        foreign: bool,
    },
    /// Rebuild the password from the seats' shares and open the written share file.
    OpenShareFile {
        /// Which DKEK share.
        share: DkekShareNumber,
        /// The seats that have given a share, and what its id can mean.
        seats: Vec<(Seat, Vec<u8>)>,
        /// M.
        threshold: u8,
        /// How the shares are written.
        scheme: Scheme,
        /// The set's prime, or its number.
        set: String,
        /// The KCV that the DKEK share must have, where it is known.
        kcv: Option<Kcv>,
        /// A set made elsewhere, with the old tool's defects.
        foreign: bool,
    },
    /// Open the written share file with the password that its holder typed.
    OpenWithPassword {
        /// Which DKEK share.
        share: DkekShareNumber,
        /// The KCV that the DKEK share must have, where it is known.
        kcv: Option<Kcv>,
        /// Made elsewhere.
        foreign: bool,
    },
    /// Join the opened DKEK shares to the DKEK.
    JoinDkek {
        /// How many there are.
        shares: u8,
        /// Names the DKEK.
        kcv: Kcv,
    },
    /// Rebuild the SO-PIN from the seats' shares.
    RebuildSoPin {
        /// The seats that have given a share.
        seats: Vec<Seat>,
    },
    /// Read where the DKEK of a device stands.
    ReadDkek {
        /// Which device.
        role: DeviceRole,
        /// Its serial.
        serial: Serial,
    },
    /// List what keys there are, whatever they are.
    ListKeys {
        /// Which device.
        role: DeviceRole,
        /// Its serial.
        serial: Serial,
    },
    /// Read how many tries a PIN has left, before anyone types it.
    ReadTries {
        /// On which device.
        role: DeviceRole,
        /// Its serial.
        serial: Serial,
        /// Which PIN.
        pin: PinName,
    },
    /// Erase and initialise a device. Cannot be undone.
    Initialise {
        /// Which device.
        role: DeviceRole,
        /// Its serial; any other device is refused.
        serial: Serial,
        /// Whether it had been initialised before, so that the SO-PIN must match.
        initialised: bool,
        /// Tries left of its SO-PIN as people were told last.
        so_pin_tries: Option<u8>,
        /// The retry counter of the user PIN.
        user_pin_tries: u8,
        /// What the SO-PIN may do to the user PIN.
        pin_reset: PinReset,
        /// How many DKEK shares it will wait for.
        dkek_shares: u8,
        /// The SO-PIN that it has is the one that it shall have.
        same_so_pin: bool,
        /// An earlier try had no answer: whether it was performed has to be found out first.
        cut: bool,
    },
    /// Change the SO-PIN from the one the device had before to the new one.
    ChangeSoPin {
        /// Which device.
        role: DeviceRole,
        /// Its serial.
        serial: Serial,
        /// An earlier try had no answer.
        cut: bool,
    },
    /// Log in with the user PIN.
    LogIn {
        /// Which device.
        role: DeviceRole,
        /// Its serial.
        serial: Serial,
    },
    /// Load the DKEK and compare the KCV.
    LoadDkek {
        /// Which device.
        role: DeviceRole,
        /// Its serial.
        serial: Serial,
        /// The KCV it must show.
        kcv: Kcv,
    },
    /// Make a key, describe it, store its public key.
    MakeKey {
        /// The key.
        key: PlannedKey,
        /// The device.
        serial: Serial,
        /// An earlier try was broken off and may have left the key there.
        again: bool,
    },
    /// List the keys; they must be exactly these (by reference, label and id).
    TakeInventory {
        /// Which device.
        role: DeviceRole,
        /// Its serial.
        serial: Serial,
        /// What must be there: reference, label, id.
        expected: Vec<PlannedKey>,
    },
    /// Wrap a key to a file and verify what was written under the DKEK.
    BackUp {
        /// The key.
        key: PlannedKey,
        /// The device.
        serial: Serial,
        /// Names the DKEK.
        kcv: Kcv,
    },
    /// Verify a wrapped key's KCV and MAC under the DKEK.
    VerifyBackup {
        /// The key.
        label: KeyLabel,
        /// Names the DKEK.
        kcv: Kcv,
    },
    /// Unwrap a key to a reference, with its description and request.
    RestoreKey {
        /// The key.
        label: KeyLabel,
        /// Where to.
        to: KeyReference,
        /// The device.
        serial: Serial,
        /// An earlier try was broken off and may have left the key there.
        again: bool,
    },
    /// Sign with a restored key and verify with the original's public key file.
    ProveKey {
        /// The key.
        label: KeyLabel,
        /// What kind.
        key_type: KeyType,
        /// Where it is.
        at: KeyReference,
        /// The device.
        serial: Serial,
    },
    /// Write the manifest: from then on the folder is a backup that can be restored.
    WriteManifest {
        /// The keys it must hold.
        keys: Vec<PlannedKey>,
    },
    /// Let go of the devices: nobody is logged in any more.
    CloseFolder,
}

impl Act {
    /// The act's name in record, script and faults.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::ExamineRoom => "examine-room",
            Self::ReadFolder => "read-folder",
            Self::FindDevice { .. } => "find-device",
            Self::MixEntropy { .. } => "mix-entropy",
            Self::Deal { .. } => "deal",
            Self::CompareShare { .. } => "compare-share",
            Self::FinishSealing => "finish-sealing",
            Self::ProveVaultEmpty => "prove-vault-empty",
            Self::WriteShareFile { .. } => "write-share-file",
            Self::TakeShare { .. } => "take-share",
            Self::OpenShareFile { .. } => "open-share-file",
            Self::OpenWithPassword { .. } => "open-with-password",
            Self::JoinDkek { .. } => "join-dkek",
            Self::RebuildSoPin { .. } => "rebuild-so-pin",
            Self::ReadDkek { .. } => "read-dkek",
            Self::ListKeys { .. } => "list-keys",
            Self::ReadTries { .. } => "read-tries",
            Self::Initialise { .. } => "initialise",
            Self::ChangeSoPin { .. } => "change-so-pin",
            Self::LogIn { .. } => "log-in",
            Self::LoadDkek { .. } => "load-dkek",
            Self::MakeKey { .. } => "make-key",
            Self::TakeInventory { .. } => "take-inventory",
            Self::BackUp { .. } => "back-up",
            Self::VerifyBackup { .. } => "verify-backup",
            Self::RestoreKey { .. } => "restore-key",
            Self::ProveKey { .. } => "prove-key",
            Self::WriteManifest { .. } => "write-manifest",
            Self::CloseFolder => "close-folder",
        }
    }

    /// Whether people may stop while it is under way. Whatever changes a device or writes a file is waited for, so that the
    /// record says what became of it.
    pub const fn may_be_stopped(&self) -> bool {
        !matches!(
            self,
            Self::Initialise { .. }
                | Self::ChangeSoPin { .. }
                | Self::LoadDkek { .. }
                | Self::MakeKey { .. }
                | Self::BackUp { .. }
                | Self::RestoreKey { .. }
                | Self::ProveKey { .. }
        )
    }

    /// Whether it takes what was typed on the last screen.
    pub const fn reads_typed(&self) -> bool {
        matches!(self, Self::CompareShare { .. } | Self::TakeShare { .. } | Self::OpenWithPassword { .. })
    }

    /// The device that an act changes beyond recall, if it does.
    pub const fn irreversible_on(&self) -> Option<&Serial> {
        match self {
            Self::Initialise { serial, .. } => Some(serial),
            _ => None,
        }
    }
}
