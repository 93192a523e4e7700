//! Compares the keys of a device with what must be there.

use crate::card::KeyDescription;
use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::keys_on_device::{listed, stored};
use crate::clerk::source::Source;
use crate::clerk::wrapped_keys::kept_description;
use crate::dkek::WrappedKeyFile;
use crate::faults::{self, Fault};
use crate::plan::PlannedKey;
use crate::record::{Fact, StoredKey};
use crate::terms::{DeviceRole, Serial};
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
}

impl ActKind for TakeInventory {
    const WORD: &'static str = "take-inventory";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = true;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let wanted = wanted(clerk.source.as_ref(), &self.expected);
        Ok(Begun::on_card(move |devices| {
            let keys = stored(devices, &self.serial)?;
            let missing: Vec<&StoredKey> = wanted.iter().filter(|key| !keys.contains(key)).collect();
            let extra: Vec<&StoredKey> = keys.iter().filter(|key| !wanted.contains(key)).collect();
            if !missing.is_empty() || !extra.is_empty() {
                return Err(Fault::from(faults::InventoryDiffers { missing: names(&missing), extra: names(&extra) }));
            }
            Ok(vec![Fact::Listed { role: self.role, keys }])
        }))
    }
}

/// What a device must list for these keys: for files made elsewhere, what their own descriptions say, because their
/// labels and ids need not be valid in a plan.
fn wanted(source: Option<&Source>, keys: &[PlannedKey]) -> Vec<StoredKey> {
    let source = source.filter(|source| source.is_foreign());
    let wanted = |key: &PlannedKey| {
        let kept = source.and_then(|source| {
            let backed_up = source.keys.iter().find(|backed_up| backed_up.label == key.label)?;
            let file = WrappedKeyFile::parse(&source.folder.read(&backed_up.wrapped).ok()?).ok()?;
            kept_description(&file).map(|(_, description)| description)
        });
        let described = kept.unwrap_or_else(|| KeyDescription::new(&key.label, &key.id, key.reference, key.key_type));
        listed(key.reference, Some(&described))
    };
    keys.iter().map(wanted).collect()
}

fn names(keys: &[&StoredKey]) -> String {
    let one = |key: &&StoredKey| format!("{} ({})", key.label.as_deref().unwrap_or("?"), key.reference);
    let list: Vec<String> = keys.iter().map(one).collect();
    if list.is_empty() { "-".to_owned() } else { list.join(", ") }
}
