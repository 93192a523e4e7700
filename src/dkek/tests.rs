//! Tests against files made by `sc-hsm-tool` and against our own.

use core::ops::ControlFlow;

use aes::Aes256;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use cmac::{Cmac, KeyInit, Mac};
use md5::{Digest, Md5};
use proptest::prelude::*;
use serde_json::Value;
use static_assertions::assert_not_impl_any;

use super::*;
use crate::secret::Secret;

assert_not_impl_any!(DkekShare: Clone, Copy, core::fmt::Debug, core::fmt::Display, PartialEq);
assert_not_impl_any!(Dkek: Clone, Copy, core::fmt::Debug, core::fmt::Display, PartialEq);
assert_not_impl_any!(DerivedKey: Clone, core::fmt::Debug);
assert_not_impl_any!(Derivation: Clone, core::fmt::Debug);
assert_not_impl_any!(ShareFile: core::fmt::Debug);

fn vectors(file: &str) -> Vec<Value> {
    serde_json::from_str(file).unwrap()
}

fn share_files() -> Vec<Value> {
    let mut all = vectors(include_str!("../../tests/vectors/pbe.json"));
    assert_eq!(all.len(), 8);
    all.extend(vectors(include_str!("../../tests/vectors/password-shares.json")));
    all
}

fn share_file(name: &str) -> Value {
    share_files().into_iter().find(|vector| vector["name"] == name).unwrap()
}

fn wrapped_keys() -> Vec<Value> {
    let all = vectors(include_str!("../../tests/vectors/wrapped-keys.json"));
    assert!(all.len() >= 10);
    all
}

fn hex(vector: &Value, key: &str) -> Vec<u8> {
    base16ct::mixed::decode_vec(vector[key].as_str().unwrap()).unwrap()
}

fn key(vector: &Value, key: &str, iv: &str) -> DerivedKey {
    DerivedKey {
        key: Secret::from_slice(&hex(vector, key)).unwrap(),
        iv: Secret::from_slice(&hex(vector, iv)).unwrap(),
    }
}

fn share(bytes: &[u8]) -> DkekShare {
    DkekShare::new(Secret::from_slice(bytes).unwrap())
}

fn dkek(vector: &Value) -> Dkek {
    Dkek::from_shares(&[&share(&hex(vector, "dkek"))]).ok().unwrap()
}

fn salt(vector: &Value) -> [u8; 8] {
    hex(vector, "salt").try_into().unwrap()
}

fn derive_all(password: &[u8], salt: [u8; 8], rounds: u32) -> DerivedKey {
    derive(password, salt, Rounds(rounds), &mut |_| ControlFlow::Continue(())).unwrap()
}

/// The derivation as defined, with the general hasher.
fn by_definition(password: &[u8], salt: [u8; 8], rounds: u32) -> Vec<u8> {
    let mut all = Vec::new();
    let mut last = Vec::new();
    for _ in 0..3 {
        let mut digest = Md5::digest([&last, password, &salt].concat());
        for _ in 1..rounds {
            digest = Md5::digest(digest);
        }
        last = digest.to_vec();
        all.extend(&last);
    }
    all
}

#[test]
fn every_recorded_file_opens_and_is_reproduced() {
    for vector in share_files() {
        let file = ShareFile::parse(&hex(&vector, "pbe_file")).unwrap_or_else(|fault| panic!("{fault}"));
        let key = key(&vector, "key", "iv");
        let opened = open(&file, &key).ok().unwrap();
        assert_eq!(opened.expose().as_slice(), hex(&vector, "dkek_share"));
        assert_eq!(file.salt(), salt(&vector));
        assert_eq!(file.trailing(), 0);
        assert_eq!(seal(&opened, &key, salt(&vector)).to_bytes().as_slice(), hex(&vector, "pbe_file"));
    }
}

#[test]
fn a_file_the_old_tool_cannot_reopen_opens_with_all_eight_bytes() {
    let vector = share_file("secret-leading-zero");
    let file = ShareFile::parse(&hex(&vector, "pbe_file")).ok().unwrap();
    let secret = Secret::from_slice(&hex(&vector, "password_hex")).unwrap();
    let passwords = password_encodings(&secret);
    assert_eq!(passwords.len(), 2);
    assert_eq!(passwords[1].expose(), hex(&vector, "sc_hsm_tool_import_uses_password_hex"));

    let mut seen = Vec::new();
    let key_of_it = derive(passwords[0].expose(), file.salt(), Rounds::PRODUCT, &mut |progress| {
        seen.push(progress.done);
        assert_eq!(progress.total, 30_000_000);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert!(key_of_it.same(&key(&vector, "key", "iv")));
    assert!(seen.is_sorted() && seen.len() == 300 && seen.last() == Some(&30_000_000));
    assert_eq!(open(&file, &key_of_it).ok().unwrap().expose().as_slice(), hex(&vector, "dkek_share"));

    let as_imported = key(&vector, "sc_hsm_tool_import_derived_key", "sc_hsm_tool_import_derived_iv");
    assert_eq!(open(&file, &as_imported).err(), Some(ContainerError::WrongPassword));
}

#[test]
fn the_wrong_password_that_the_old_tool_accepts_is_refused() {
    let vector = share_file("false-accept");
    let file = ShareFile::parse(&hex(&vector, "pbe_file")).ok().unwrap();
    let wrong = derive_all(vector["wrong_password_text"].as_str().unwrap().as_bytes(), file.salt(), 10_000_000);
    let mut plaintext: [u8; 48] = file.to_bytes()[16..].try_into().unwrap();
    let mut cipher = cbc::Decryptor::<Aes256>::new(wrong.key.expose().into(), wrong.iv.expose().into());
    for block in plaintext.as_chunks_mut::<16>().0 {
        cipher.decrypt_block(block.into());
    }
    // the key that fools the old tool: its plaintext ends in valid one-byte padding
    assert_eq!(plaintext.as_slice(), hex(&vector, "wrong_password_plaintext"));
    assert_eq!(open(&file, &wrong).err(), Some(ContainerError::WrongPassword));
}

#[test]
fn a_file_under_the_stripped_password_opens_too() {
    let secret = Secret::from_slice(&[0, 0, 1, 2, 3, 4, 5, 6]).unwrap();
    let sealed = seal(&share(&[9; 32]), &derive_all(&[1, 2, 3, 4, 5, 6], [7; 8], 1000), [7; 8]);
    let tries: Vec<bool> = password_encodings(&secret)
        .iter()
        .map(|password| open(&sealed, &derive_all(password.expose(), sealed.salt(), 1000)).is_ok())
        .collect();
    assert_eq!(tries, [false, true]);
    assert_eq!(password_encodings(&Secret::from_slice(&[1, 0, 0, 0, 0, 0, 0, 0]).unwrap()).len(), 1);
    assert!(password_encodings(&Secret::from_slice(&[0; 8]).unwrap())[1].is_empty());
}

#[test]
fn the_derivation_matches_its_definition() {
    let long = [b'A'; 127];
    for password in [&b""[..], b"x", &long[..47], &long[..48], &long[..64], &long] {
        for rounds in [1, 2, 3, 1000] {
            let derived = derive_all(password, *b"saltsalt", rounds);
            let expected = by_definition(password, *b"saltsalt", rounds);
            assert_eq!([derived.key.expose().as_slice(), derived.iv.expose()].concat(), expected);
        }
    }
    assert!(derive_all(b"x", [0; 8], 0).same(&derive_all(b"x", [0; 8], 1)));
}

#[test]
fn the_step_size_does_not_change_the_result() {
    let whole = derive_all(b"password", [1; 8], 100);
    for size in [1, 3, 99, 100, 101, 150, 299, 300, u32::MAX] {
        let mut derivation = Derivation::new(b"password", [1; 8], Rounds(100));
        let mut done = 0;
        while !derivation.progress().is_complete() {
            derivation = derivation.finish().err().unwrap();
            let progress = derivation.step(size);
            assert_eq!(progress, Progress { done: (done + u64::from(size)).min(300), total: 300 });
            done = progress.done;
        }
        assert_eq!(derivation.step(size).done, 300);
        assert!(derivation.finish().ok().unwrap().same(&whole));
    }
}

#[test]
fn a_derivation_can_be_cancelled() {
    let mut asked = 0;
    let key = derive(b"x", [0; 8], Rounds::PRODUCT, &mut |progress| {
        asked += 1;
        if progress.done >= 200_000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(key.is_none());
    assert_eq!(asked, 2);
}

#[test]
fn refuses_what_is_not_a_share_file_and_counts_trailing_bytes() {
    let file = hex(&share_file("tool-password-1"), "pbe_file");
    for length in 0..64 {
        let expected = Some(ContainerError::TooShort { length });
        assert_eq!(ShareFile::parse(&file[..length]).err(), expected, "{length} bytes");
    }
    let mut other = file.clone();
    other[7] = b'-';
    assert_eq!(ShareFile::parse(&other).err(), Some(ContainerError::NotSalted));
    let longer = ShareFile::parse(&[&file[..], b"\r\n"].concat()).ok().unwrap();
    assert_eq!(longer.trailing(), 2);
    assert_eq!(longer.to_bytes().as_slice(), file);
    assert!(!longer.is_rehearsal());
    let rehearsed = seal(&share(&[1; 32]), &derive_all(b"", REHEARSAL_SALT, 1), REHEARSAL_SALT);
    assert!(ShareFile::parse(&rehearsed.to_bytes()).ok().unwrap().is_rehearsal());
}

#[test]
fn a_changed_share_file_does_not_open() {
    let vector = share_file("tool-password-1");
    let key = key(&vector, "key", "iv");
    // CBC: a change in the second or third block reaches the padding; one in the first changes only the share, which
    // only the key check value reveals
    for position in 32..64 {
        let mut file = hex(&vector, "pbe_file");
        file[position] ^= 1;
        assert_eq!(open(&ShareFile::parse(&file).ok().unwrap(), &key).err(), Some(ContainerError::WrongPassword));
    }
}

#[test]
fn shares_make_a_dkek() {
    let (one, two, three) = (share(&[0x0F; 32]), share(&[0xF1; 32]), share(&[0xFE; 32]));
    let dkek = Dkek::from_shares(&[&one, &two]).ok().unwrap();
    assert_eq!(dkek.expose(), &[0xFE; 32]);
    assert_eq!(Dkek::from_shares(&[&two, &one]).ok().unwrap().kcv(), dkek.kcv());
    assert_eq!(three.kcv(), dkek.kcv());
    assert_eq!(Dkek::from_shares(&[]).err(), Some(DkekError::NoShares));
    let twice = Dkek::from_shares(&[&one, &two, &share(&[0x0F; 32])]);
    assert_eq!(twice.err(), Some(DkekError::EqualShares { first: 0, second: 2 }));
    assert_eq!(Dkek::from_shares(&[&one, &two, &three]).err(), Some(DkekError::Cancelled));
}

#[test]
fn every_recorded_wrapped_key_is_verified_and_written_again() {
    for vector in wrapped_keys() {
        let dkek = dkek(&vector);
        assert_eq!(dkek.kcv().0.as_slice(), hex(&vector, "kcv"));
        assert_eq!(dkek.mac_key().expose().as_slice(), hex(&vector, "k_mac"));
        let bare = WrappedKeyFile::parse(&hex(&vector, "blob")).ok().unwrap();
        assert_eq!(bare.blob.verify(&dkek), Ok(()));
        assert_eq!(bare.blob.as_bytes(), hex(&vector, "blob"));
        assert_eq!(bare.blob.kcv(), dkek.kcv());
        let key_type = match vector["blob_type"].as_u64().unwrap() {
            5 => BlobType::Rsa,
            6 => BlobType::RsaCrt,
            12 => BlobType::Ec,
            15 => BlobType::Aes,
            other => panic!("unknown type {other}"),
        };
        assert_eq!(bare.blob.key_type(), key_type);
        if vector["wrap_file"].is_string() {
            let written = hex(&vector, "wrap_file");
            let file = WrappedKeyFile::parse(&written).ok().unwrap();
            assert!(file.blob == bare.blob);
            // an empty field of the vector means that the file lacks this part
            let recorded = |key: &str| Some(hex(&vector, key)).filter(|part| !part.is_empty());
            assert!(file.description.is_some() && file.description == recorded("prkd"));
            assert_eq!(file.certificate, recorded("cert"));
            assert_eq!(file.to_bytes(), written);
        }
        let written = bare.to_bytes();
        assert!(WrappedKeyFile::parse(&written).ok().unwrap() == bare);
    }
}

#[test]
fn a_flipped_bit_anywhere_in_a_blob_is_caught() {
    for vector in wrapped_keys() {
        let dkek = dkek(&vector);
        let blob = hex(&vector, "blob");
        for position in 0..blob.len() {
            let mut changed = blob.clone();
            changed[position] ^= 1 << (position % 8);
            let verdict = KeyBlob::parse(&changed).and_then(|blob| blob.verify(&dkek));
            match position {
                0..8 => assert!(matches!(verdict, Err(WrappedKeyError::NotThisDkek { found }) if found != dkek.kcv())),
                8..27 => assert!(verdict.is_err(), "byte {position}"),
                _ => assert_eq!(verdict, Err(WrappedKeyError::MacWrong), "byte {position}"),
            }
        }
    }
}

#[test]
fn an_aes_blob_is_judged_by_its_mac_even_if_its_lists_are_malformed() {
    let dkek = Dkek::from_shares(&[&share(&[3; 32])]).ok().unwrap();
    for list in [&b"\x00\x08\x60\x86\x48\x01\x65\x03\x04\x01"[..], b"\x00\x06\x60\x86\x48\x01\x65\x03\x04\x01"] {
        let mut bytes = [&dkek.kcv().0[..], &[0x0F], list, &[0; 6], &[0xAA; 32]].concat();
        let mac = <Cmac<Aes256> as KeyInit>::new(dkek.mac_key().expose().into()).chain_update(&bytes).finalize();
        bytes.extend(mac.into_bytes());
        let file = WrappedKeyFile::parse(&bytes).ok().unwrap();
        assert_eq!(file.blob.key_type(), BlobType::Aes);
        assert_eq!(file.blob.verify(&dkek), Ok(()));
        assert!(WrappedKeyFile::parse(&file.to_bytes()).ok().unwrap() == file);
    }
}

#[test]
fn a_bare_blob_may_begin_like_a_file() {
    let vector = &wrapped_keys()[0];
    for kcv in [[0x30, 0x82, 1, 2, 3, 4, 5, 6], [0x30, 0x09, 0xFF, 0, 0, 0, 0, 0], [0x30, 0x80, 4, 0, 0, 0, 0, 0]] {
        let bytes = [&kcv[..], &hex(vector, "blob")[8..]].concat();
        assert_eq!(WrappedKeyFile::parse(&bytes).ok().map(|file| file.blob.kcv()), Some(Kcv(kcv)));
    }
}

#[test]
fn a_different_dkek_is_named() {
    let vector = &wrapped_keys()[0];
    let blob = KeyBlob::parse(&hex(vector, "blob")).ok().unwrap();
    let other = Dkek::from_shares(&[&share(&[1; 32])]).ok().unwrap();
    let found = dkek(vector).kcv();
    assert_eq!(blob.verify(&other), Err(WrappedKeyError::NotThisDkek { found }));
}

#[test]
fn refuses_what_is_not_a_wrapped_key() {
    let vector = &wrapped_keys()[0];
    let file = hex(vector, "wrap_file");
    let refusal = |bytes: &[u8]| WrappedKeyFile::parse(bytes).err();
    for length in 0..file.len() {
        assert_eq!(refusal(&file[..length]), Some(WrappedKeyError::Truncated), "{length} bytes");
    }
    // What follows the end is ignored, as sc-hsm-tool does: a line end, or the rest of a block.
    for behind in [&[0; 3][..], b"\r\n", &file] {
        assert!(WrappedKeyFile::parse(&[&file[..], behind].concat()) == WrappedKeyFile::parse(&file));
    }
    assert_eq!(refusal(b"-----BEGIN CERTIFICATE-----\n"), Some(WrappedKeyError::NotAWrappedKey));
    let mut blob = hex(vector, "blob");
    blob[8] = 0x07;
    assert_eq!(KeyBlob::parse(&blob).err(), Some(WrappedKeyError::UnknownType { found: 7 }));
    blob[8] = 0x06;
    assert_eq!(KeyBlob::parse(&blob).ok().map(|blob| blob.key_type()), Some(BlobType::RsaCrt));
}

#[test]
fn description_and_certificate_are_optional() {
    let vector = &wrapped_keys()[0];
    let mut file = WrappedKeyFile::parse(&hex(vector, "wrap_file")).ok().unwrap();
    file.description = None;
    let without = WrappedKeyFile::parse(&file.to_bytes()).ok().unwrap();
    assert!(without == file && without.certificate.is_some());
    file.certificate = None;
    assert!(WrappedKeyFile::parse(&file.to_bytes()).ok().unwrap() == file);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn only_the_right_password_opens(bytes: [u8; 32], salt: [u8; 8], right: [u8; 8], wrong: [u8; 8]) {
        let sealed = seal(&share(&bytes), &derive_all(&right, salt, 10), salt);
        let read = ShareFile::parse(&sealed.to_bytes()).ok().unwrap();
        let opened = open(&read, &derive_all(&right, salt, 10)).ok();
        prop_assert!(opened.is_some_and(|opened| opened.same(&share(&bytes))));
        prop_assert!(right == wrong || open(&read, &derive_all(&wrong, salt, 10)).is_err());
    }

    #[test]
    fn arbitrary_files_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), place: prop::sample::Index) {
        let _ = (ShareFile::parse(&bytes).is_ok(), WrappedKeyFile::parse(&bytes).is_ok());
        // and a real file with a piece of it overwritten
        let mut file = hex(&wrapped_keys()[0], "wrap_file");
        let start = place.index(file.len());
        for (place, byte) in file[start..].iter_mut().zip(&bytes) {
            *place = *byte;
        }
        if let Ok(parsed) = WrappedKeyFile::parse(&file) {
            let written = parsed.to_bytes();
            prop_assert!(WrappedKeyFile::parse(&written).is_ok_and(|again| again == parsed));
        }
    }
}
