//! Looking for the device of a role, again and again until it is there.

use crate::faults::Fault;
use std::time::Duration;

use crate::clerk::acts::provision;
use crate::clerk::workers::card::{Job, Reply};
use crate::clerk::workers::devices::Devices;
use crate::record::Fact;
use crate::terms::{DeviceRole, Serial};

/// What may be missing when a device is looked for, and comes when somebody plugs it in, starts it or ends another program.
/// Looking sends nothing that changes a device, so it may be done again whatever became of it.
pub const MISSING: [&str; 8] = [
    "no-device",
    "card-no-reader",
    "card-no-service",
    "card-busy",
    "card-no-card",
    "card-cut-off",
    "card-foreign",
    "reader-failed",
];

/// A device that is looked for.
#[derive(Clone)]
pub struct Finding {
    /// For which role.
    pub role: DeviceRole,
    /// Serials that cannot be it.
    pub not: Vec<Serial>,
    /// The one that people picked among several.
    pub picked: Option<Serial>,
    /// A rehearsal.
    pub rehearsal: bool,
}

impl Finding {
    /// Looks for it.
    pub fn look(&self, devices: &mut Devices) -> Result<Vec<Fact>, Fault> {
        let found = match &self.picked {
            Some(picked) => devices.find_picked(self.role, picked)?,
            None => devices.find(self.role, &self.not)?,
        };
        provision::find(devices, self.role, found, self.rehearsal)
    }

    /// Looks again after a moment.
    pub fn again(&self) -> Job {
        let finding = self.clone();
        Box::new(move |devices| {
            std::thread::sleep(Duration::from_millis(300));
            Reply::plain(finding.look(devices))
        })
    }
}
