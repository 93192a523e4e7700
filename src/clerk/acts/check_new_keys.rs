//! Sees to it that new keys find their places on a device free.

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::keys_on_device::stored_in_full;
use crate::faults::{self, Fault};
use crate::plan::PlannedKey;
use crate::record::{Fact, StoredKey};
use crate::terms::{DeviceRole, Serial};
use crate::vault::Vault;

/// List the keys of a device that gets more: none of them may have the key reference, the label or the id of a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckNewKeys {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
    /// The new keys.
    pub keys: Vec<PlannedKey>,
}

impl ActKind for CheckNewKeys {
    const WORD: &'static str = "check-new-keys";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = true;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, _: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        Ok(Begun::on_card(move |devices| {
            let there = stored_in_full(devices, &self.serial)?;
            let taken: Vec<String> = self.keys.iter().filter_map(|key| taken_by(key, &there)).collect();
            if !taken.is_empty() {
                let taken = taken.join(", ");
                return Err(Fault::from(faults::NewKeysCollide { serial: &self.serial, taken }));
            }
            Ok(vec![Fact::Listed { role: self.role, keys: there }])
        }))
    }
}

/// The new key, and the key on the device that has something of its own: label and reference of both.
fn taken_by(new: &PlannedKey, there: &[StoredKey]) -> Option<String> {
    let key = there.iter().find(|key| {
        key.reference == new.reference
            || key.label.as_deref() == Some(new.label.as_str())
            || key.id.as_ref() == Some(&new.id)
    })?;
    let label = key.label.as_deref().unwrap_or("?");
    Some(format!("{} ({}): {label} ({})", new.label, new.reference, key.reference))
}
