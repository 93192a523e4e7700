//! The keys of a device as it lists them.

use crate::card::{CardError, Device, FileId, KeyAttributes, KeyDescription, KeyEntry, Status, public_key_beside};
use crate::clerk::as_fault;
use crate::clerk::workers::devices::Devices;
use crate::faults::{self, Fault};
use crate::record::StoredKey;
use crate::terms::{KeyId, KeyLabel, KeyReference, KeyType, Serial, short};

/// The keys of a device, ordered by reference.
///
/// # Errors
/// The device cannot be read.
pub fn stored(devices: &mut Devices, serial: &Serial) -> Result<Vec<StoredKey>, Fault> {
    let mut keys = devices.with(serial, |device| {
        let entries = device.keys()?;
        entries.into_iter().map(|entry| stored_on(device, &entry)).collect::<Result<Vec<_>, CardError>>()
    })?;
    keys.sort_by_key(|key| key.reference);
    Ok(keys)
}

/// The same, with what the device says about each key besides: its key domain, and how often it may still be used.
///
/// # Errors
/// The device cannot be read.
pub fn stored_in_full(devices: &mut Devices, serial: &Serial) -> Result<Vec<StoredKey>, Fault> {
    let in_full = |devices: &mut Devices, key: StoredKey| {
        let KeyAttributes { domain, uses_left } =
            devices.with(serial, |device| device.key_attributes(key.reference))?;
        Ok(StoredKey { domain, uses_left, ..key })
    };
    stored(devices, serial)?.into_iter().map(|key| in_full(devices, key)).collect()
}

fn stored_on(device: &mut Device, entry: &KeyEntry) -> Result<StoredKey, CardError> {
    let described = entry.description.as_ref().and_then(|description| description.key_type.key_type());
    let key_type = match described {
        // A size is not a curve: what lies beside the key names it.
        None | Some(KeyType::EcUnstated(_) | KeyType::RsaUnstated) => beside(device, entry.reference)?.or(described),
        Some(KeyType::Rsa(_) | KeyType::Ec(_) | KeyType::Aes(_)) => described,
    };
    Ok(listed(entry.reference, entry.description.as_ref(), key_type))
}

/// The kind of the public key that the device has beside a key.
fn beside(device: &mut Device, reference: KeyReference) -> Result<Option<KeyType>, CardError> {
    match device.read_file(FileId::request(reference)) {
        Ok(bytes) => Ok(public_key_beside(&bytes).map(|public| public.key_type())),
        Err(
            CardError::Refused { status: Status::NotFound | Status::ReferenceNotFound, .. }
            | CardError::Malformed { .. }
            | CardError::OtherDevice { .. },
        ) => Ok(None),
        // Whoever is refused asks again: a key whose kind is unknown in one list differs from itself in the next.
        Err(error @ (CardError::Transport(_) | CardError::Refused { .. })) => Err(error),
    }
}

/// What lies beside a key on a device.
pub struct BesideKey {
    /// Its description (contents of EF `C4xx`).
    pub description: Option<Vec<u8>>,
    /// Its request or certificate (contents of EF `CExx`).
    pub certificate: Option<Vec<u8>>,
}

/// What lies beside a key, its description and its request or certificate, where there is something.
///
/// # Errors
/// The device cannot be read.
pub fn beside_key(device: &mut Device, reference: KeyReference) -> Result<BesideKey, CardError> {
    let mut read = |file| match device.read_file(file) {
        Ok(content) => Ok(Some(content).filter(|content| !content.is_empty())),
        Err(CardError::Refused { status: Status::NotFound, .. }) => Ok(None),
        Err(error) => Err(error),
    };
    Ok(BesideKey { description: read(FileId::description(reference))?, certificate: read(FileId::request(reference))? })
}

/// A key as its description presents it, and its kind.
pub fn listed(reference: KeyReference, description: Option<&KeyDescription>, key_type: Option<KeyType>) -> StoredKey {
    StoredKey {
        reference,
        label: description.map(|description| short(&description.label)),
        id: description.and_then(|description| KeyId::from_bytes(&description.id)),
        key_type: key_type.map(KeyType::name),
        domain: None,
        uses_left: None,
    }
}

/// What went wrong while a key was being put on a device that still answers, and whether the key is there.
pub struct Unfinished {
    error: CardError,
    there: bool,
}

impl Unfinished {
    /// The device refused, or its answer cannot be used: it is asked whether the key is there. An answer that was lost
    /// leaves nobody to ask.
    ///
    /// # Errors
    /// There was no answer, then or now.
    pub fn ask(device: &mut Device, reference: KeyReference, error: CardError) -> Result<Self, CardError> {
        match error {
            CardError::Refused { .. } | CardError::Malformed { .. } => {
                let there = device.list()?.contains(&FileId::key(reference));
                Ok(Self { error, there })
            }
            CardError::Transport(_) | CardError::OtherDevice { .. } => Err(error),
        }
    }

    /// What refused, if the key is not there.
    pub const fn refused(&self) -> Option<&CardError> {
        if self.there { None } else { Some(&self.error) }
    }

    /// The fault that says which of the two it is.
    pub fn fault(&self, label: &KeyLabel, reference: KeyReference) -> Fault {
        let (operation, status) = match &self.error {
            CardError::Refused { operation, status } if self.there => (operation, status.to_string()),
            CardError::Malformed { operation, .. } if self.there => (operation, Status::Done.to_string()),
            error => return as_fault::card(error, ""),
        };
        Fault::from(faults::KeyUnfinished { label, reference, operation: operation.word(), status })
    }
}
