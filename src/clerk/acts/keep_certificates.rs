//! Keeps the certificates of a device.

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::files::{write_once, written};
use crate::faults::Fault;
use crate::folder::names;
use crate::terms::Serial;
use crate::vault::Vault;

/// Write the certificates that a device gave when it was opened into the folder, byte by byte: what others can check is not
/// lost with the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepCertificates {
    /// The device.
    pub serial: Serial,
}

impl ActKind for KeepCertificates {
    const WORD: &'static str = "keep-certificates";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let folder = clerk.folder.clone();
        Ok(Begun::on_card(move |devices| {
            let chain = devices.with(&self.serial, |device| Ok(device.certificates().to_vec()))?;
            let file = names::device_certificates(self.serial.as_str());
            Ok(vec![written(write_once(&folder, &file, &chain)?)])
        }))
    }
}
