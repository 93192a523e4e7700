//! Manifests of backups.

use hsm_ceremony::record::Manifest;

pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(manifest) = Manifest::parse(&text) else { return };
    for (name, _) in manifest.files() {
        let outside = name.starts_with('/') || name.split('/').any(|part| part == "..");
        assert!(!outside, "{name:?} is outside the folder");
    }
    let written = manifest.to_text().expect("what was read can be written");
    assert!(Manifest::parse(&written).is_ok_and(|again| again == manifest), "what is written is read");
}
