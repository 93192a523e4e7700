//! Wrapped keys: files of `sc-hsm-tool --wrap-key`, and bare blobs.

use hsm_ceremony::card::{KeyDescription, public_key_beside, x509_pem};
use hsm_ceremony::dkek::{Dkek, DkekShare, WrappedKeyError, WrappedKeyFile, rewrap};
use hsm_ceremony::secret::Secret;

pub fn check(data: &[u8]) {
    let Ok(file) = WrappedKeyFile::parse(data) else { return };
    let Ok(again) = WrappedKeyFile::parse(&file.to_bytes()) else { panic!("what is written is read") };
    assert!(again == file && again.says_no_more_than(&file));
    assert!(file.blob.as_bytes().len() <= data.len() && file.blob.allowed().len() <= data.len());
    let _ = file.blob.size_by_length();
    if let Some(description) = &file.description {
        let _ = KeyDescription::decode(description);
    }
    if let Some(beside) = &file.certificate {
        let _ = (public_key_beside(beside), x509_pem(beside));
    }
    let [dkek, other] = [1, 2].map(|byte| {
        let share = DkekShare::new(Secret::init(|place: &mut [u8; 32]| place.fill(byte)));
        Dkek::from_shares(&[&share]).expect("one share is enough")
    });
    // Nobody here has the DKEK of any vector: whatever says so is forged.
    let refused = file.blob.verify(&dkek);
    assert!(matches!(refused, Err(WrappedKeyError::NotThisDkek { .. } | WrappedKeyError::MacWrong)));
    assert!(rewrap(&file.blob, &dkek, &other, [3; 8]).is_err());
}
