//! The keys of a device as its lists show them.

use crate::card::{DescribedType, Device, KeyDescription, KeyEntry};
use crate::clerk::workers::devices::Devices;
use crate::faults::Fault;
use crate::record::StoredKey;
use crate::terms::{KeyId, KeyReference, Serial, short};

/// The keys of a device in the order of their references.
///
/// # Errors
/// The device cannot be asked.
pub fn stored(devices: &mut Devices, serial: &Serial) -> Result<Vec<StoredKey>, Fault> {
    let stored = |entry: KeyEntry| listed(entry.reference, entry.description.as_ref());
    let mut keys: Vec<StoredKey> = devices.with(serial, Device::keys)?.into_iter().map(stored).collect();
    keys.sort_by_key(|key| key.reference);
    Ok(keys)
}

/// A key as its description shows it.
pub fn listed(reference: KeyReference, description: Option<&KeyDescription>) -> StoredKey {
    StoredKey {
        reference,
        label: description.map(|description| short(&description.label)),
        id: description.and_then(|description| KeyId::from_bytes(&description.id)),
        key_type: description.and_then(|description| type_word(description.key_type)),
    }
}

/// What a description says of a key's type: the modulus or field in bits.
fn type_word(described: DescribedType) -> Option<String> {
    match described {
        DescribedType::Rsa { bits } => Some(format!("RSA-{bits}")),
        DescribedType::Ec { field_bits } => Some(format!("EC-{field_bits}")),
        DescribedType::Other => None,
    }
}
