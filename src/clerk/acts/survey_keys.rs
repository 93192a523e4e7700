//! Finds out which keys of a device can be backed up.

use sha2::{Digest as _, Sha256};

use crate::card::status::Status;
use crate::card::{CardError, Device, KeyEntry, Operation};
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::keys_on_device::{BesideKey, beside_key, stored};
use crate::clerk::source::foreign::{MOST_KEYS, described};
use crate::clerk::source::found::FoundFile;
use crate::clerk::workers::devices::Devices;
use crate::clerk::{Clerk, as_fault};
use crate::dkek::{KeyBlob, WrappedKeyFile};
use crate::faults::{self, Fault};
use crate::record::{BackedUpKey, Fact, FoundKey, KeyToBackUp, NotWrapped, RefusedKey, StoredKey};
use crate::terms::{DeviceRole, Digest, Kcv, Serial};
use crate::vault::Vault;

/// Ask the device to wrap each of its keys once. Nothing is kept of what it answers: people choose first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveyKeys {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
    /// Identifies the DKEK.
    pub kcv: Kcv,
}

impl ActKind for SurveyKeys {
    const WORD: &'static str = "survey-keys";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = true;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, _: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        Ok(Begun::on_card(move |devices| self.survey(devices)))
    }
}

impl SurveyKeys {
    fn survey(&self, devices: &mut Devices) -> Result<Vec<Fact>, Fault> {
        let listed = stored(devices, &self.serial)?;
        let mut entries = devices.with(&self.serial, Device::keys)?;
        entries.sort_by_key(|entry| entry.reference);
        let (mut files, mut taken, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        for entry in entries {
            let Some(key) = listed.iter().find(|key| key.reference == entry.reference) else { continue };
            match self.wrapped(devices, &entry)? {
                Ok(content) => {
                    let name = format!("key-{}", entry.reference);
                    let digest = Digest(Sha256::digest(content.to_bytes()).into());
                    files.push(FoundFile { name, digest, content });
                    taken.push(key);
                }
                Err(why) => refused.push(RefusedKey { key: key.clone(), why }),
            }
        }
        if files.is_empty() {
            return Err(Fault::from(faults::NoKeyIsWrapped { serial: &self.serial, refused: named(&refused) }));
        }
        if files.len() > MOST_KEYS {
            return Err(Fault::from(faults::SourceTooManyKeys { found: files.len(), most: MOST_KEYS }));
        }
        let keys = described(&files).into_iter().zip(taken).map(|(found, key)| as_listed(found, key)).collect();
        Ok(vec![Fact::Listed { role: self.role, keys: listed }, Fact::Surveyed { role: self.role, keys, refused }])
    }

    /// The key as it would be written, or why there is no backup of it under this DKEK.
    fn wrapped(&self, devices: &mut Devices, entry: &KeyEntry) -> Result<Result<WrappedKeyFile, NotWrapped>, Fault> {
        let work = |device: &mut Device| match device.wrap(entry.reference) {
            Ok(blob) => Ok(Ok((blob, beside_key(device, entry.reference)?))),
            Err(CardError::Refused { operation: Operation::Wrap, status }) if status != Status::NotLoggedIn => {
                Ok(Err(why(status)))
            }
            Err(error) => Err(error),
        };
        let (blob, BesideKey { description, certificate }) = match devices.with(&self.serial, work)? {
            Ok(answered) => answered,
            Err(why) => return Ok(Err(why)),
        };
        let name = format!("key {}", entry.reference);
        let blob = KeyBlob::parse(&blob).map_err(|error| as_fault::wrapped_key(&name, &error))?;
        if blob.kcv() != self.kcv {
            return Ok(Err(NotWrapped::OtherDkek(blob.kcv())));
        }
        Ok(Ok(WrappedKeyFile { blob, description, certificate }))
    }
}

/// What a status word means as the answer to WRAP KEY (the protocol reference, section 2.12).
fn why(status: Status) -> NotWrapped {
    match status {
        Status::ConditionNotMet => NotWrapped::NotExportable,
        Status::ReferenceNotFound => NotWrapped::OtherDomain,
        Status::UnknownInstruction => NotWrapped::NoDkek,
        status => NotWrapped::Refused(status.to_string()),
    }
}

fn as_listed((key, found): (BackedUpKey, FoundKey), listed: &StoredKey) -> KeyToBackUp {
    KeyToBackUp {
        label: key.label,
        id: key.id,
        key_type: key.key_type,
        reference: listed.reference,
        described: found.described.clone(),
        described_id: found.described.and(found.id),
    }
}

fn named(refused: &[RefusedKey]) -> String {
    let one = |refused: &RefusedKey| {
        let RefusedKey { key, why } = refused;
        let why = match why {
            NotWrapped::NotExportable => "6985".to_owned(),
            NotWrapped::OtherDomain => "6A88".to_owned(),
            NotWrapped::NoDkek => "6D00".to_owned(),
            NotWrapped::OtherDkek(kcv) => format!("KCV {kcv}"),
            NotWrapped::Refused(status) => status.clone(),
        };
        format!("{} ({}): {why}", key.label.as_deref().unwrap_or("?"), key.reference)
    };
    if refused.is_empty() { "-".to_owned() } else { refused.iter().map(one).collect::<Vec<_>>().join(", ") }
}
