//! The devices of a fleet: the original, and further ones with the same DKEK.

use super::Plan;
use super::arrangements::DeviceUse;
use crate::terms::{DeviceRole, Further, Serial};

/// A further device of a fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FleetDevice {
    /// Which one.
    pub role: DeviceRole,
    /// Whether it gets the keys of the first.
    pub copy_keys: bool,
}

/// How many further devices the fleet of a plan has that names none: a rehearsal and the handbook show three devices.
const IF_NONE_IS_NAMED: usize = 2;

impl Plan {
    /// Whether the plan names further devices of a fleet.
    pub fn names_a_fleet(&self) -> bool {
        self.devices_for(DeviceUse::Fleet).next().is_some()
    }

    /// The serial that the plan names for a device; none: it is written by hand.
    pub fn planned_serial(&self, role: DeviceRole) -> Option<&Serial> {
        let named = |used| self.devices_for(used).find_map(|device| device.serial.as_ref());
        match role {
            DeviceRole::Original => named(DeviceUse::Original),
            DeviceRole::Replacement => named(DeviceUse::Replacement),
            DeviceRole::Further(further) => {
                let place = usize::from(further.number()).checked_sub(2)?;
                self.devices_for(DeviceUse::Fleet).nth(place)?.serial.as_ref()
            }
        }
    }

    /// The same plan for devices that are all alike: a key has one place on all of them.
    #[must_use]
    pub fn with_equal_places(mut self) -> Self {
        for key in &mut self.keys {
            key.restore_to = key.reference;
        }
        self
    }

    /// The further devices of the fleet.
    pub fn fleet(&self) -> Vec<FleetDevice> {
        let further = Further::ALL.map(DeviceRole::Further).into_iter();
        if !self.names_a_fleet() {
            return further.take(IF_NONE_IS_NAMED).map(|role| FleetDevice { role, copy_keys: true }).collect();
        }
        let named = further.zip(self.devices_for(DeviceUse::Fleet));
        named.map(|(role, planned)| FleetDevice { role, copy_keys: planned.copy_keys }).collect()
    }
}
