//! Lists the keys of a device.

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::keys_on_device::stored_in_full;
use crate::faults::Fault;
use crate::record::Fact;
use crate::terms::{DeviceRole, Serial};
use crate::vault::Vault;

/// List the keys that are there, whatever they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListKeys {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
}

impl ActKind for ListKeys {
    const WORD: &'static str = "list-keys";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, _: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        Ok(Begun::on_card(move |devices| {
            Ok(vec![Fact::Listed { role: self.role, keys: stored_in_full(devices, &self.serial)? }])
        }))
    }
}
