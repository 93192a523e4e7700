//! Finds out where each key of a device lives on, before the device is erased for good.

use crate::card::{Device, PublicKey};
use crate::clerk::Clerk;
use crate::clerk::acts::compare_keys::public_on;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::keys_on_device::stored_in_full;
use crate::clerk::source::Source;
use crate::clerk::workers::devices::Devices;
use crate::clerk::wrapped_keys::public_key;
use crate::faults::Fault;
use crate::folder::Folder;
use crate::record::{BackedUpKey, Copied, Fact, HeldKey, InBackup, LivesOn, StoredKey, TracedKey};
use crate::terms::{DeviceRole, KeyLabel, Serial};
use crate::vault::Vault;

/// Say of each key on a device which verified backup it is in: its public key decides. Nobody needs to be logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceKeys {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
    /// The keys whose backup was verified in this sitting.
    pub verified: Vec<KeyLabel>,
    /// Whether their MAC was: otherwise only structure and KCV.
    pub opened: bool,
}

/// A verified backup of a key, and its public key, where the backup states one.
struct Backup {
    key: BackedUpKey,
    /// A further folder that it is in; none: the one that the sitting is held with.
    folder: Option<String>,
    public: Option<PublicKey>,
}

impl ActKind for TraceKeys {
    const WORD: &'static str = "trace-keys";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let source = clerk.source.as_ref();
        let earlier = source.into_iter().flat_map(Source::backups);
        let own = clerk.manifest.keys.iter().map(|key| (&clerk.folder, key));
        // A sitting that has wrapped them itself says where they are now.
        let wrapped_here = !clerk.manifest.keys.is_empty();
        let keys: Vec<_> = if wrapped_here { own.collect() } else { earlier.collect() };
        let backup = |(folder, key): &(&Folder, &BackedUpKey)| Backup {
            // A public key file that is missing or changed was named when the folder was read.
            public: public_key(folder, key).ok().flatten(),
            folder: source
                .filter(|source| !wrapped_here && source.folder.path() != folder.path())
                .map(|_| folder.name()),
            key: (*key).clone(),
        };
        let verified = keys.iter().filter(|(_, key)| self.verified.contains(&key.label));
        let backups = verified.map(backup).collect::<Vec<_>>();
        Ok(Begun::on_card(move |devices| self.trace(devices, &backups)))
    }
}

impl TraceKeys {
    fn trace(&self, devices: &mut Devices, backups: &[Backup]) -> Result<Vec<Fact>, Fault> {
        let mut keys = Vec::new();
        for key in stored_in_full(devices, &self.serial)? {
            let public = devices.with(&self.serial, |device: &mut Device| public_on(device, key.reference))?;
            let lives = lives(&key, public.as_ref(), backups);
            keys.push(TracedKey { key, lives });
        }
        let held = |traced: &TracedKey| HeldKey {
            key: traced.key.clone(),
            backup: match traced.lives {
                LivesOn::In(_) => InBackup::Yes,
                LivesOn::Perhaps(_) => InBackup::Perhaps,
                LivesOn::Nowhere => InBackup::No,
            },
        };
        let held = keys.iter().map(held).collect();
        let (role, mac_not_verified) = (self.role, !self.opened);
        Ok(vec![Fact::Held { role, keys: held, same_dkek: false }, Fact::Traced { role, keys, mac_not_verified }])
    }
}

/// Public keys decide. Where one of the two is missing, label and id together say that it may be the same.
fn lives(key: &StoredKey, public: Option<&PublicKey>, backups: &[Backup]) -> LivesOn {
    let copied = |backup: &Backup| {
        let BackedUpKey { label, wrapped, wrapped_sha256, .. } = &backup.key;
        Copied { label: label.clone(), folder: backup.folder.clone(), file: wrapped.clone(), sha256: *wrapped_sha256 }
    };
    let same = |backup: &&Backup| public.is_some() && backup.public.as_ref() == public;
    if let Some(backup) = backups.iter().find(same) {
        return LivesOn::In(copied(backup));
    }
    let named = |backup: &&Backup| {
        let comparable = public.is_none() || backup.public.is_none();
        let id = key.id.as_ref().is_some_and(|id| *id == backup.key.id);
        comparable && id && key.label.as_deref() == Some(backup.key.label.as_str())
    };
    backups.iter().find(named).map_or(LivesOn::Nowhere, |backup| LivesOn::Perhaps(copied(backup)))
}
