//! Compares the keys of a device with what must be there.

use crate::card::KeyDescription;
use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::keys_on_device::{listed, stored};
use crate::clerk::source::Source;
use crate::clerk::wrapped_keys::{kept_description, new_description, stated_type};
use crate::dkek::WrappedKeyFile;
use crate::faults::{self, Fault};
use crate::plan::PlannedKey;
use crate::record::{Fact, StoredKey};
use crate::terms::{DeviceRole, KeyReference, KeyType, Serial};
use crate::vault::Vault;

/// List the keys; they must be exactly these (by reference, label and id).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeInventory {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
    /// What must be there: reference, label, id.
    pub expected: Vec<PlannedKey>,
    /// Which keys were there before, and must be there still.
    pub before: Vec<StoredKey>,
    /// Where a key may be besides: it was left out after the device may have taken it.
    pub perhaps: Vec<KeyReference>,
}

impl ActKind for TakeInventory {
    const WORD: &'static str = "take-inventory";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = true;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let mut wanted = wanted(clerk.source.as_ref(), &self.expected);
        wanted.extend(self.before.iter().cloned());
        Ok(Begun::on_card(move |devices| {
            let keys = stored(devices, &self.serial)?;
            let missing: Vec<&StoredKey> =
                wanted.iter().filter(|wanted| !keys.iter().any(|key| is(key, wanted))).collect();
            let not_wanted = |key: &&StoredKey| !wanted.iter().any(|wanted| is(key, wanted));
            let extra: Vec<&StoredKey> =
                keys.iter().filter(not_wanted).filter(|key| !self.perhaps.contains(&key.reference)).collect();
            if !missing.is_empty() || !extra.is_empty() {
                return Err(Fault::from(faults::InventoryDiffers { missing: names(&missing), extra: names(&extra) }));
            }
            Ok(vec![Fact::Listed { role: self.role, keys }])
        }))
    }
}

/// Whether a listed key is the wanted one. What nothing stated, its kind or its whole description, is what the device says
/// now: a description that could not be read when the device was found may be read later.
fn is(listed: &StoredKey, wanted: &StoredKey) -> bool {
    let StoredKey { reference, label, id, key_type, domain: _, uses_left: _ } = wanted;
    let kind = key_type.is_none() || listed.key_type == *key_type;
    let described = (label.is_none() && id.is_none()) || (&listed.label, &listed.id) == (label, id);
    listed.reference == *reference && kind && described
}

/// What a device must list for these keys: for those of a backup, what their own descriptions say, because labels and ids
/// that other tools gave need not be valid in a plan.
fn wanted(source: Option<&Source>, keys: &[PlannedKey]) -> Vec<StoredKey> {
    let wanted = |key: &PlannedKey| {
        let kept = source.and_then(|source| {
            let backed_up = source.keys.iter().find(|backed_up| backed_up.label == key.label)?;
            let file = WrappedKeyFile::parse(&source.folder.read(&backed_up.wrapped).ok()?).ok()?;
            let described = kept_description(&file).map(|(_, description)| description);
            Some((described.unwrap_or_else(|| new_description(&file, backed_up, key.reference)), stated_type(&file)))
        });
        let (described, key_type) = kept
            .unwrap_or_else(|| (KeyDescription::new(&key.label, &key.id, key.reference, key.key_type), key.key_type));
        let stated = match key_type {
            KeyType::Rsa(_) | KeyType::Ec(_) => Some(key_type),
            KeyType::RsaUnstated | KeyType::EcUnstated(_) | KeyType::Aes(_) => None,
        };
        listed(key.reference, Some(&described), stated)
    };
    keys.iter().map(wanted).collect()
}

fn names(keys: &[&StoredKey]) -> String {
    let one = |key: &&StoredKey| format!("{} ({})", key.label.as_deref().unwrap_or("?"), key.reference);
    let list: Vec<String> = keys.iter().map(one).collect();
    if list.is_empty() { "-".to_owned() } else { list.join(", ") }
}
