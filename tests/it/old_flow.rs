//! Today's manual, line by line, with the real tools on our card: password shares, initialise, import, keys, backup, a
//! second card, restore. Then the same files and shares in our own program.

use crate::support::{PIN, Written, after, at_readers, private_key, so_pin};
use hsm_ceremony::card::transport::Readers;
use hsm_ceremony::card::{DkekState, FileId, Initialise, PinAnswer, PinReset};
use hsm_ceremony::dkek::{Rounds, ShareFile, WrappedKeyFile, derive, open, password_encodings};
use hsm_ceremony::secret::Secret;
use hsm_ceremony::share::{PasswordShare, SharePrime, combine, read_id, read_value};
use hsm_ceremony::terms::KeyReference;
use std::fs;
use std::ops::ControlFlow;

/// Type for pkcs11-tool, id, label.
const KEYS: [(&str, &str, &str); 5] = [
    ("rsa:2048", "10", "rsa-root"),
    ("EC:prime256v1", "11", "p256-root"),
    ("EC:brainpoolP256r1", "12", "brainpool-root"),
    ("EC:secp256k1", "13", "k256-root"),
    ("EC:secp384r1", "14", "p384-root"),
];

/// What is on a custodian's card, typed into the wizard.
fn typed_here(written: &Written) -> PasswordShare {
    PasswordShare {
        prime: SharePrime::parse(written.prime.as_bytes()).unwrap(),
        id: read_id(written.id.as_bytes()).unwrap(),
        value: read_value(written.value.as_bytes(), true).ok().unwrap(),
    }
}

#[test]
fn the_manual_works_on_our_card_and_its_backups_open_here() {
    at_readers("old_flow::the_manual_works_on_our_card_and_its_backups_open_here", |table| {
        let first = table.insert(0, "REH0000001");

        let shares = table.create_share("dkek.pbe", 2, 4);
        assert_eq!(shares.iter().map(|share| share.id.as_str()).collect::<Vec<_>>(), ["1", "2", "3", "4"]);
        assert_eq!(fs::metadata(table.file("dkek.pbe")).unwrap().len(), 64);
        table.initialise("1");
        let check_value = table.import_share("dkek.pbe", &[shares[1].clone(), shares[3].clone()]);
        for (key_type, id, label) in KEYS {
            table.generate(key_type, id, label);
        }
        let before = table.run("pkcs15-tool", &["-D"]);
        assert!(before.contains("Serial number  : REH0000001"), "{before}");
        for (place, (key_type, id, label)) in (1..).zip(KEYS) {
            let block = private_key(&before, label).join("\n");
            assert_eq!(after(&block, "ID"), Some(id), "{block}");
            assert!(before.contains(&format!("Key ref        : {place} (0x0{place})")), "{before}");
            let public = format!("{label}.pem");
            table.public_key(id, &public);
            table.sign_and_verify(key_type, id, &public);
            table.wrap(&place.to_string(), &format!("{label}.wrapped"));
        }
        assert!(first.end().success());
        table.wait_for(0, false);

        let second = table.insert(0, "REH0000002");
        table.initialise("1");
        assert_eq!(table.import_share("dkek.pbe", &[shares[2].clone(), shares[0].clone()]), check_value);
        for (reference, (_, _, label)) in (10..).zip(KEYS) {
            table.unwrap(&reference.to_string(), &format!("{label}.wrapped"));
        }
        let restored = table.run("pkcs15-tool", &["-D"]);
        assert!(restored.contains("Serial number  : REH0000002"), "{restored}");
        for (reference, (key_type, id, label)) in (10..).zip(KEYS) {
            assert_eq!(private_key(&restored, label), private_key(&before, label));
            assert!(restored.contains(&format!("Key ref        : {reference} (0x{reference:02X})")), "{restored}");
            table.sign_and_verify(key_type, id, &format!("{label}.pem"));
        }

        // What the tool restored matches the backup to the last byte (OpenSC's report 3567).
        let mut device = table.logged_in(0);
        for (reference, (_, _, label)) in (10..).zip(KEYS) {
            let reference = KeyReference::new(reference).unwrap();
            let backup = fs::read(table.file(&format!("{label}.wrapped"))).unwrap();
            let backup = WrappedKeyFile::parse(&backup).unwrap();
            assert_eq!(device.read_file(FileId::description(reference)).ok(), backup.description, "{label}");
            assert_eq!(device.read_file(FileId::request(reference)).ok(), backup.certificate, "{label}");
        }
        drop(device);

        // The shares and the file open here, and our driver restores the tool's backups to a third card.
        let given = [typed_here(&shares[0]), typed_here(&shares[2])];
        let secret = combine(&given.each_ref(), 2).ok().unwrap();
        let file = ShareFile::parse(&fs::read(table.file("dkek.pbe")).unwrap()).unwrap();
        let share = password_encodings(&secret).iter().find_map(|password| {
            let key = derive(password.expose(), file.salt(), Rounds::PRODUCT, &mut |_| ControlFlow::Continue(()));
            open(&file, &key?).ok()
        });
        let share = share.expect("the tool's shares do not open the tool's file here");
        assert_eq!(share.kcv().to_string(), check_value);

        let third = table.insert(1, "REH0000003");
        let mut device = table.device(1);
        let settings = Initialise {
            so_pin: &so_pin(),
            user_pin: &crate::support::user_pin(),
            user_pin_tries: 3,
            dkek_shares: Some(1),
            pin_reset: PinReset::Off,
        };
        assert_eq!(device.initialise(&settings), Ok(PinAnswer::Accepted));
        assert_eq!(
            device.import_dkek_share(&Secret::from_slice(share.expose()).unwrap()),
            Ok(DkekState::Complete { total: 1, kcv: Some(share.kcv()) })
        );
        drop(device);
        let mut device = table.logged_in(1);
        for (reference, (_, _, label)) in (20..).zip(KEYS) {
            let reference = KeyReference::new(reference).unwrap();
            let backup = fs::read(table.file(&format!("{label}.wrapped"))).unwrap();
            let backup = WrappedKeyFile::parse(&backup).unwrap();
            device.unwrap(reference, backup.blob.as_bytes()).unwrap();
            device.write_file(FileId::description(reference), &backup.description.unwrap()).unwrap();
            device.store_request(reference, &backup.certificate.unwrap()).unwrap();
        }
        drop(device);
        assert!(second.end().success());
        table.wait_for(0, false);
        assert_eq!(table.readers.occupied().unwrap().len(), 1);
        for (key_type, id, label) in KEYS {
            table.sign_and_verify(key_type, id, &format!("{label}.pem"));
        }
        let listed = table.run("pkcs11-tool", &["-l", "--pin", PIN, "-O", "--type", "privkey"]);
        assert!(KEYS.iter().all(|(_, _, label)| listed.contains(label)), "{listed}");
        drop(third);
    });
}
