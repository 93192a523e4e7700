//! Wraps a key to a file.

use crate::card::{CardError, Device, FileId};
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::workers::card::Reply;
use crate::clerk::workers::devices::Devices;
use crate::clerk::wrapped_keys::verify;
use crate::clerk::{Clerk, as_fault};
use crate::dkek::{KeyBlob, WrappedKeyFile};
use crate::faults::{self, Fault};
use crate::folder::{Folder, names};
use crate::plan::PlannedKey;
use crate::record::Fact;
use crate::secret::WipingBytes;
use crate::terms::{Handle, Kcv, Serial};
use crate::vault::Vault;

/// Wrap a key to a file, read the file back, and verify the KCV and MAC of what was read under the DKEK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackUp {
    /// The key.
    pub key: PlannedKey,
    /// The device.
    pub serial: Serial,
    /// Identifies the DKEK.
    pub kcv: Kcv,
}

impl ActKind for BackUp {
    const WORD: &'static str = "back-up";
    const MAY_BE_STOPPED: bool = false;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = true;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        clerk.manifest.expect_key(self.key.clone());
        let folder = clerk.folder.clone();
        let dkek = vault.give(Handle::Dkek).ok_or(faults::DkekMissing)?;
        Ok(Begun::OnCard(Box::new(move |devices| {
            let result = self.back_up(devices, &folder, &dkek);
            Reply { result, back: vec![(Handle::Dkek, dkek)] }
        })))
    }
}

impl BackUp {
    fn back_up(&self, devices: &mut Devices, folder: &Folder, dkek: &WipingBytes) -> Result<Vec<Fact>, Fault> {
        let Self { key, serial, kcv } = self;
        let name = names::wrapped_key(&key.label);
        if !folder.has(&name) {
            let read = |device: &mut Device| -> Result<_, CardError> {
                let blob = device.wrap(key.reference)?;
                let description = device.read_file(FileId::description(key.reference))?;
                let request = device.read_file(FileId::request(key.reference))?;
                Ok((blob, description, request))
            };
            let (blob, description, request) = devices.with(serial, read)?;
            let blob = KeyBlob::parse(&blob).map_err(|error| as_fault::wrapped_key(&name, &error))?;
            let file = WrappedKeyFile { blob, description: Some(description), certificate: Some(request) };
            let content = file.to_bytes();
            // Only content that verifies gets this name.
            verify(&name, &content, *kcv, dkek)?;
            folder.write_new(&name, &content)?;
        }
        let content = folder.read(&name)?;
        verify(&name, &content, *kcv, dkek)?;
        let written = folder.written(&name)?;
        Ok(vec![Fact::BackedUp { label: key.label.clone(), file: name, sha256: written.sha256 }])
    }
}
