//! The PKCS#15 description of a private key.

use hsm_ceremony::card::{DescribedType, KeyDescription};

pub fn check(data: &[u8]) {
    let Ok(read) = KeyDescription::decode(data) else { return };
    let _ = read.key_type.key_type();
    let Some(written) = read.encode() else {
        assert_eq!(read.key_type, DescribedType::Other);
        return;
    };
    let again = KeyDescription::decode(&written).expect("what is written is read");
    assert_eq!((&again.label, &again.id, again.key_type), (&read.label, &read.id, read.key_type));
    assert!(again.reference.is_none() || again.reference == read.reference);
}
