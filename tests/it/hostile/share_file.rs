//! Share files (`.pbe`), as they are and in base64. The first byte is the length of a password.

use hsm_ceremony::dkek::{Derivation, Rounds, ShareFile, open, seal};

pub fn check(data: &[u8]) {
    let Some((length, rest)) = data.split_first() else { return };
    let (password, file) = rest.split_at_checked(usize::from(*length % 32)).unwrap_or((&[], rest));
    let Ok(parsed) = ShareFile::parse(file) else { return };
    assert!(ShareFile::begins(file));
    let bytes = parsed.to_bytes();
    let again = ShareFile::parse(&bytes).expect("what is written is read");
    assert!(again.trailing() == 0 && again.to_bytes() == bytes && again.salt() == parsed.salt());
    let mut derivation = Derivation::new(password, parsed.salt(), Rounds(3));
    while !derivation.step(1).is_complete() {}
    let Ok(key) = derivation.finish() else { panic!("all rounds are done") };
    if let Ok(share) = open(&parsed, &key) {
        assert!(seal(&share, &key, parsed.salt()).to_bytes() == bytes, "there is one file for a share and a key");
    }
}
