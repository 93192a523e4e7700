//! Compares the keys on a device with those of the backup, before anybody decides to erase the device.

use crate::card::{CardError, Device, DkekState, FileId, PublicKey, public_key_beside};
use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::keys_on_device::stored_in_full;
use crate::clerk::source::Source;
use crate::clerk::workers::devices::Devices;
use crate::clerk::wrapped_keys::public_key;
use crate::faults::Fault;
use crate::record::{BackedUpKey, Fact, HeldKey, InBackup, StoredKey};
use crate::terms::{DeviceRole, Kcv, KeyReference, Serial};
use crate::vault::Vault;

/// Say of each key on a device whether it is in the backup at hand. Nobody needs to be logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompareKeys {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
}

/// A key of the backup: its public key, if the backup has it, and how a device lists it.
struct Known {
    public: Option<PublicKey>,
    label: String,
    id: String,
}

impl ActKind for CompareKeys {
    const WORD: &'static str = "compare-keys";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let source = clerk.source.as_ref();
        let kcv = source.and_then(|source| source.kcv);
        let in_backup = |key: &BackedUpKey| Known {
            // A public key file that is missing or changed was named when the folder was read.
            public: source.and_then(|source| public_key(&source.folder, key).ok().flatten()),
            label: key.label.to_string(),
            id: key.id.to_string(),
        };
        let known: Vec<Known> = source.into_iter().flat_map(Source::keys_of_today).map(in_backup).collect();
        Ok(Begun::on_card(move |devices| self.compare(devices, &known, kcv)))
    }
}

impl CompareKeys {
    fn compare(&self, devices: &mut Devices, known: &[Known], kcv: Option<Kcv>) -> Result<Vec<Fact>, Fault> {
        let mut keys = Vec::new();
        for key in stored_in_full(devices, &self.serial)? {
            let public = devices.with(&self.serial, |device| public_on(device, key.reference))?;
            keys.push(HeldKey { backup: standing(&key, public.as_ref(), known), key });
        }
        let (own, others) = devices.with(&self.serial, |device| Ok((device.dkek_state()?, device.key_domains()?)))?;
        let same = |dkek| matches!(dkek, DkekState::Complete { kcv: found, .. } if found.is_some() && found == kcv);
        let same_dkek = same(own) || others.iter().any(|domain| same(domain.dkek));
        Ok(vec![Fact::Held { role: self.role, keys, same_dkek }])
    }
}

/// The public key that a device keeps beside a key; none if it keeps none that can be read.
pub(super) fn public_on(device: &mut Device, reference: KeyReference) -> Result<Option<PublicKey>, CardError> {
    match device.read_file(FileId::request(reference)) {
        Ok(bytes) => Ok(public_key_beside(&bytes)),
        Err(CardError::Transport(error)) => Err(error.into()),
        Err(_) => Ok(None),
    }
}

/// Public keys decide. Where one of the two is missing, label and id together say that it may be the same.
fn standing(key: &StoredKey, public: Option<&PublicKey>, known: &[Known]) -> InBackup {
    if public.is_some() && known.iter().any(|other| other.public.as_ref() == public) {
        return InBackup::Yes;
    }
    let comparable = |other: &&Known| public.is_none() || other.public.is_none();
    let same_name = |other: &Known| {
        key.label.as_deref() == Some(&other.label) && key.id.as_ref().is_some_and(|id| id.to_string() == other.id)
    };
    if known.iter().filter(comparable).any(same_name) { InBackup::Perhaps } else { InBackup::No }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{Curve, KeyId};

    fn public(byte: u8) -> PublicKey {
        let mut point = vec![byte; 65];
        point[0] = 0x04;
        PublicKey::ec(Curve::P256, &point).unwrap()
    }

    fn on_device(label: &str) -> StoredKey {
        StoredKey {
            reference: KeyReference::new(1).unwrap(),
            label: Some(label.to_owned()),
            id: KeyId::parse("10").ok(),
            key_type: None,
            domain: None,
            uses_left: None,
        }
    }

    #[test]
    fn a_name_proves_nothing_where_public_keys_differ() {
        let known = |public: Option<PublicKey>| [Known { public, label: "root".into(), id: "10".into() }];
        let of = |own: Option<PublicKey>, label: &str, other| standing(&on_device(label), own.as_ref(), &known(other));
        assert_eq!(of(Some(public(1)), "renamed", Some(public(1))), InBackup::Yes);
        assert_eq!(of(Some(public(1)), "root", Some(public(2))), InBackup::No);
        assert_eq!(of(None, "root", Some(public(2))), InBackup::Perhaps);
        assert_eq!(of(Some(public(1)), "root", None), InBackup::Perhaps);
        assert_eq!(of(None, "other", None), InBackup::No);
    }
}
