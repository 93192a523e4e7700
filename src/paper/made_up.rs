//! Keys that nobody has, for walks through whole ceremonies.

use crate::plan::PlannedKey;
use crate::record::{Copied, KeyToBackUp, LivesOn, StoredKey, TracedKey};
use crate::terms::{Digest, KeyLabel, KeyReference};

/// A key as a device lists it.
pub fn held(label: &str, number: u8) -> StoredKey {
    StoredKey {
        reference: KeyReference::least(number),
        label: Some(label.to_owned()),
        id: None,
        key_type: None,
        domain: None,
        uses_left: None,
    }
}

/// A key of the plan as a device that holds it would describe it.
pub fn surveyed(key: &PlannedKey) -> KeyToBackUp {
    KeyToBackUp {
        label: key.label.clone(),
        id: key.id.clone(),
        key_type: key.key_type,
        reference: key.reference,
        described: Some(key.label.to_string()),
        described_id: Some(key.id.clone()),
    }
}

/// Keys of a device that is retired: one that lives on, one that may, and one that does not.
pub fn traced() -> Vec<TracedKey> {
    let copied = |label: &str| Copied {
        label: KeyLabel::new(label).unwrap(),
        file: format!("keys/{label}.wrapped"),
        sha256: Digest([0x5a; 32]),
    };
    let lives = [LivesOn::In(copied("root")), LivesOn::Perhaps(copied("issuing")), LivesOn::Nowhere];
    lives.into_iter().zip(1..).map(|(lives, number)| TracedKey { key: held("root", number), lives }).collect()
}
