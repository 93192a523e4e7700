//! Files of private keys that were made elsewhere.

use hsm_ceremony::dkek::{Dkek, DkekShare};
use hsm_ceremony::key_file::{THROW_AWAY_PASSWORD, form, open};
use hsm_ceremony::secret::{Secret, WipingBytes};

pub fn check(data: &[u8]) {
    let file = WipingBytes::from_slice(data);
    let share = DkekShare::new(Secret::init(|place: &mut [u8; 32]| place.fill(1)));
    let dkek = Dkek::from_shares(&[&share]).expect("one share is enough");
    for password in ["", THROW_AWAY_PASSWORD] {
        let opened = open(&file, password.as_bytes());
        assert!(form(&file).is_ok() || opened.is_err(), "what has no form gives no key");
        if let Ok(opened) = opened {
            let wrapped = opened.key.wrap(&dkek, [3; 8]).expect("a key that was read can be wrapped");
            assert!(wrapped.verify(&dkek).is_ok());
            assert!(opened.key.public().key_type().is_generated());
        }
    }
}
