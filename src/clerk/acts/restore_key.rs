//! Restores a key.

use crate::card::status::Status;
use crate::card::{CardError, Device, FileId, Heard, KeyDescription, Operation};
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::keys_on_device::Unfinished;
use crate::clerk::workers::devices::Devices;
use crate::clerk::wrapped_keys::{kept_description, new_description};
use crate::clerk::{Clerk, as_fault};
use crate::dkek::WrappedKeyFile;
use crate::faults::{self, Fault};
use crate::folder::Folder;
use crate::record::{BackedUpKey, Fact};
use crate::terms::{DeviceRole, KeyLabel, KeyReference, Serial};
use crate::vault::Vault;

/// Unwrap a key to a reference and restore its description and request; read both back and compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreKey {
    /// The key.
    pub label: KeyLabel,
    /// The device of the fleet; none: the replacement.
    pub role: Option<DeviceRole>,
    /// The target reference.
    pub to: KeyReference,
    /// The device.
    pub serial: Serial,
    /// An earlier attempt was interrupted and may have left the key there.
    pub again: bool,
}

impl ActKind for RestoreKey {
    const WORD: &'static str = "restore-key";
    const MAY_BE_STOPPED: bool = false;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = true;
    const AFTERMATH: Aftermath = Aftermath::PerhapsKey;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let (from, key) = clerk.backed_up(&self.label)?;
        let from = from.clone();
        Ok(Begun::on_card(move |devices| self.restore(devices, &from, &key)))
    }
}

impl RestoreKey {
    fn restore(&self, devices: &mut Devices, from: &Folder, key: &BackedUpKey) -> Result<Vec<Fact>, Fault> {
        let Self { to, serial, .. } = self;
        let content = from.unchanged(&key.wrapped, key.wrapped_sha256)?;
        let file = WrappedKeyFile::parse(&content).map_err(|error| as_fault::wrapped_key(&key.wrapped, &error))?;
        let listed = devices.with(serial, Device::list).map_err(as_fault::while_reading)?;
        let there = listed.contains(&FileId::key(*to));
        if there && !self.again {
            return Err(Fault::from(faults::KeyReferenceOccupied { reference: to }));
        }
        let work = |device: &mut Device| -> Result<(), CardError> {
            if !there {
                match device.unwrap(*to, file.blob.as_bytes()) {
                    // Some devices store a key and then refuse: what is there counts.
                    Err(CardError::Refused { operation, status })
                        if status == Status::NotLoggedIn || !device.list()?.contains(&FileId::key(*to)) =>
                    {
                        return Err(CardError::Refused { operation, status });
                    }
                    Err(CardError::Refused { .. }) | Ok(()) => {}
                    Err(error) => return Err(error),
                }
            }
            if let Some(description) = description_at(&file, key, *to) {
                write_whole(device, FileId::description(*to), &description, !there)?;
            }
            if let Some(request) = &file.certificate {
                write_whole(device, FileId::request(*to), request, !there)?;
            }
            Ok(())
        };
        let done = devices.with(serial, |device| match work(device) {
            Ok(()) => Ok(Ok(())),
            Err(error) => Unfinished::ask(device, *to, error).map(Err),
        })?;
        done.map_err(|unfinished| match unfinished.refused() {
            // A full device has sentences of its own, and so has a lost login.
            Some(CardError::Refused { operation: Operation::Unwrap, status })
                if !matches!(status, Status::NotLoggedIn | Status::NoRoom | Status::MemoryFailure) =>
            {
                Fault::from(faults::UnwrapRefused { label: &key.label, status })
            }
            Some(_) | None => unfinished.fault(&key.label, *to),
        })?;
        Ok(vec![Fact::Unwrapped { label: key.label.clone(), reference: *to, role: self.role }])
    }
}

/// Writes a file and reads it back.
pub(super) fn write_whole(device: &mut Device, id: FileId, content: &[u8], new: bool) -> Result<(), CardError> {
    // A key deleted with other tools may have left its files behind: then they are deleted and rewritten in full.
    if new && device.write_new_file(id, content).is_ok() && device.read_file(id)? == content {
        return Ok(());
    }
    device.write_file(id, content)?;
    let stored = device.read_file(id)?;
    if stored == content {
        return Ok(());
    }
    let heard = Heard::of_data(Operation::WriteFile, Status::Done, &stored);
    Err(CardError::Malformed { operation: Operation::WriteFile, what: "file-cut-short", heard: Some(heard) })
}

/// What is written as the description of a restored key: the kept one with its new reference; the kept one unchanged if
/// we would not write it the same way; a new one if none was kept.
fn description_at(file: &WrappedKeyFile, key: &BackedUpKey, to: KeyReference) -> Option<Vec<u8>> {
    match kept_description(file) {
        Some((bytes, described)) if described.encode().as_deref() != Some(bytes) => Some(bytes.to_vec()),
        Some((_, described)) => KeyDescription { reference: Some(to.get()), ..described }.encode(),
        None => new_description(file, key, to).encode(),
    }
}
