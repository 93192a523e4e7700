//! What devices are called, and what the plan says they should be called.

use crate::ceremony::known::Known;
use crate::ceremony::known::character::DeviceUse;
use crate::record::Fact;
use crate::terms::DeviceRole;

impl Known {
    /// The label of the plan, where this ceremony initialises a device that stays in use.
    pub fn label_to_write(&self) -> Option<&str> {
        let label = self.plan.arrangements.token_label.as_deref();
        match self.ceremony.devices {
            DeviceUse::Provisions | DeviceUse::Fleet => label,
            DeviceUse::Keeps | DeviceUse::Adds | DeviceUse::ChangesPins | DeviceUse::Retires | DeviceUse::None => None,
        }
    }

    /// The label of the plan, if the device that was found for a role is called something else, or nothing.
    pub fn other_label(&self, role: DeviceRole) -> Option<&str> {
        let planned = self.plan.arrangements.token_label.as_deref()?;
        let device = self.devices.get(role)?;
        (device.token_label.as_deref() != Some(planned)).then_some(planned)
    }

    /// That people go on with a device that is called something else than the plan says; none: it is not, or it will be
    /// initialised and gets that label.
    pub fn goes_on_with_other_label(&self, role: DeviceRole) -> Option<Fact> {
        if self.label_to_write().is_some() {
            return None;
        }
        let (planned, device) = (self.other_label(role)?.to_owned(), self.devices.get(role)?);
        Some(Fact::OtherTokenLabel { role, serial: device.serial.clone(), planned, found: device.token_label.clone() })
    }
}
