//! A restore from a folder in which a file was changed, cut or removed.

use std::fs;

use super::{rehearsed, text};
use crate::support::walk;
use crate::support::wizard::Wizard;

#[test]
fn a_changed_folder_is_not_restored_from_until_the_file_is_repaired() {
    let place = tempfile::tempdir().unwrap();
    let sitting = rehearsed(place.path());
    let arguments = ["rehearse", "restore", "--records", text(place.path())];
    for file in ["manifest.json", "plan.json", "record.jsonl"] {
        let path = sitting.join(file);
        let good = fs::read(&path).unwrap();
        for bad in [good[..good.len() / 2].to_vec(), Vec::new(), vec![0xff; 300]] {
            fs::write(&path, bad).unwrap();
            let mut wizard = Wizard::start(&arguments);
            assert_eq!(wizard.exit(), 3, "{file}");
            wizard.assert_given_back();
            assert!(!wizard.screen().trim().is_empty(), "{file}: nothing is said");
        }
        fs::write(&path, good).unwrap();
    }
    let mut wizard = Wizard::start(&arguments);
    let good: Vec<_> = ["dkek-1.pbe", "keys/rsa-root.wrapped"]
        .map(|file| (file, fs::read(sitting.join(file)).unwrap()))
        .into_iter()
        .collect();
    // an unchanged folder is accepted; the changes start after the first check
    wizard.wait_for("The folder is complete, and its files are unchanged");
    drop(wizard);
    // Of wrapped keys, there is no other one to go on with.
    let no_key = "None of the wrapped keys in this folder";
    let said = [("is not the one on record", "is missing from the folder"), (no_key, no_key)];
    for ((file, good), (changed, missing)) in good.into_iter().zip(said) {
        let path = sitting.join(file);
        let mut flipped = good.clone();
        flipped[good.len() / 2] ^= 1;
        fs::write(&path, &flipped).unwrap();
        let mut wizard = Wizard::start(&arguments);
        walk::leave_open(&mut wizard);
        wizard.wait_for(changed);
        wizard.see(file);
        fs::write(&path, &good[..good.len() / 2]).unwrap();
        wizard.again(b"1", changed);
        fs::remove_file(&path).unwrap();
        if missing == changed {
            // The same failure once more changes nothing on the screen: another sitting sees it for the first time. The one
            // before has read no folder yet, and does not keep it from beginning.
            drop(wizard);
            wizard = Wizard::start(&arguments);
            wizard.wait_for(missing);
        } else {
            wizard.again(b"1", missing);
        }
        fs::write(&path, &good).unwrap();
        wizard.keys(b"1");
        wizard.wait_for("The folder is complete, and its files are unchanged");
    }
    // A public key that is missing stops nothing: its key can still be brought back, and it is named.
    let public = sitting.join("keys/rsa-root.pub.pem");
    fs::remove_file(&public).unwrap();
    let mut wizard = Wizard::start(&arguments);
    walk::leave_open(&mut wizard);
    wizard.pass("The share files of this folder are there and unchanged");
    wizard.pass("read the SHA-256 of the plan's file aloud");
    wizard.pass("These public key files are not those");
    wizard.wait_for("What became of the old device");
}
