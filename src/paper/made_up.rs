//! Keys and devices that nobody has, for walks through whole ceremonies.

use crate::folder::names;
use crate::plan::PlannedKey;
use crate::record::{Copied, Fact, ImportedKey, KeyFile, KeyToBackUp, LivesOn, Peculiar, StoredKey, TracedKey};
use crate::terms::{DeviceRole, Digest, Genuineness, KeyFileForm, KeyLabel, KeyReference, Serial};

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
        folder: None,
        file: format!("keys/{label}.wrapped"),
        sha256: Digest([0x5a; 32]),
    };
    let lives = [LivesOn::In(copied("root")), LivesOn::Perhaps(copied("issuing")), LivesOn::Nowhere];
    lives.into_iter().zip(1..).map(|(lives, number)| TracedKey { key: held("root", number), lives }).collect()
}

/// A device as it would be found.
pub fn device(role: DeviceRole, serial: Serial, initialised: bool) -> Fact {
    Fact::Device {
        role,
        serial,
        version: "3.5".into(),
        platform: initialised.then(|| "jcop".into()),
        user_pin_tries: initialised.then_some(3),
        user_pin: None,
        so_pin_tries: initialised.then_some(15),
        so_pin: None,
        initialised,
        keys: if initialised { 2 } else { 0 },
        certificates: Vec::new(),
        data_objects: Vec::new(),
        reader: None,
        certified_by: None,
        genuineness: Some(Genuineness::Genuine { root: "DESRCACC100001".into() }),
        advisories: Vec::new(),
        token_label: None,
        peculiar: Peculiar::default(),
    }
}

/// The file of a key that is imported.
pub fn key_file(key: &PlannedKey) -> Fact {
    let file = key.file.clone().unwrap_or_default();
    Fact::KeyFileRead(KeyFile { label: key.label.clone(), file, form: KeyFileForm::EncryptedPkcs8 })
}

/// A key that was imported.
pub fn imported(key: &PlannedKey, form: KeyFileForm) -> Vec<Fact> {
    let sha256 = Digest([0x5a; 32]);
    let (label, reference) = (key.label.clone(), key.reference);
    let imported = ImportedKey { label, reference, public_key_sha256: sha256, form, certificate: false };
    vec![Fact::Imported(imported), Fact::Written { file: names::public_key(&key.label), bytes: 451, sha256 }]
}
