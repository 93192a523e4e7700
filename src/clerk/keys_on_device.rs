//! The keys of a device as it lists them.

use crate::card::{DescribedType, Device, KeyDescription, KeyEntry};
use crate::clerk::workers::devices::Devices;
use crate::faults::Fault;
use crate::record::StoredKey;
use crate::terms::{KeyId, KeyReference, Serial, short};

/// The keys of a device, ordered by reference.
///
/// # Errors
/// The device cannot be read.
pub fn stored(devices: &mut Devices, serial: &Serial) -> Result<Vec<StoredKey>, Fault> {
    let stored = |entry: KeyEntry| listed(entry.reference, entry.description.as_ref());
    let mut keys: Vec<StoredKey> = devices.with(serial, Device::keys)?.into_iter().map(stored).collect();
    keys.sort_by_key(|key| key.reference);
    Ok(keys)
}

/// A key as its description presents it.
pub fn listed(reference: KeyReference, description: Option<&KeyDescription>) -> StoredKey {
    StoredKey {
        reference,
        label: description.map(|description| short(&description.label)),
        id: description.and_then(|description| KeyId::from_bytes(&description.id)),
        key_type: description.and_then(|description| type_word(description.key_type)),
    }
}

/// A description's key type: the modulus or field size in bits.
fn type_word(described: DescribedType) -> Option<String> {
    match described {
        DescribedType::Rsa { bits } => Some(format!("RSA-{bits}")),
        DescribedType::Ec { field_bits } => Some(format!("EC-{field_bits}")),
        DescribedType::Other => None,
    }
}
