//! What is known about the signature of the record.

use crate::ceremony::known::Known;
use crate::clerk::acts;
use crate::terms::{DeviceRole, KeyLabel};

/// The signature of the record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signing {
    /// The key that has shown today that it signs.
    pub signer: Option<KeyLabel>,
    /// People go on without it.
    pub without: bool,
}

impl Known {
    /// The plan's key for the record, on the device to which somebody logged in last; `None`: none is there.
    fn signer(&self) -> Option<acts::Signer> {
        let label = self.plan.arrangements.sign_record.as_ref()?;
        let key = self.keys_that_stay().find(|key| key.label == *label)?;
        let logged_in = |role: &DeviceRole| self.devices.logged_in.contains(role);
        // Not every device of a fleet has the key.
        let has_key = |role: &DeviceRole| {
            let further = role.further().is_some();
            !further || !self.devices.left_out.contains(role) && self.keys.proven_on(label).any(|on| on == *role)
        };
        let role = DeviceRole::all().rev().filter(has_key).find(logged_in)?;
        let reference = match role {
            DeviceRole::Original => key.reference,
            DeviceRole::Replacement | DeviceRole::Further(_) => self.restore_to(key),
        };
        Some(acts::Signer { label: label.clone(), reference, serial: self.devices.serial(role)? })
    }

    /// The key that is to sign the record, unless people go on without it.
    pub fn signs_record(&self) -> Option<acts::Signer> {
        self.signer().filter(|_| !self.signing.without)
    }

    /// What signs the sealed record; `None`: nothing, because no key has shown today that it can.
    pub fn sign_sealed(&self) -> Option<acts::SignRecord> {
        self.signs_record().filter(|_| self.signing.signer.is_some()).map(|signer| acts::SignRecord { signer })
    }
}
