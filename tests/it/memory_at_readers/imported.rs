//! Private keys of files are imported: once they are on the device, neither they nor the password of a file nor the DKEK are in
//! the program's memory.

use std::fs;
use std::path::Path;

use super::{Scheme, all_gone, leave, needles_of, newest, nothing_left, seats, sees, start};
use crate::support::memory::{Needle, scan};
use crate::support::walk::{self, USER_PIN, fill};
use crate::support::wizard::Wizard;
use crate::support::{Table, at_readers, bags, binary, day};

const PASSWORD: &str = "Kreidekreis 1948";

/// Two keys of files: one under a password, and one that is not encrypted, with what would be found of them.
fn key_files(table: &Table) -> Vec<Needle> {
    let mut needles = Vec::new();
    for name in ["sealed", "plain"] {
        let (pem, der) = (format!("{name}.pem"), format!("{name}.der"));
        let curve = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-out", &pem];
        table.run("openssl", &[&["genpkey"], &curve[..]].concat());
        table.run("openssl", &["ec", "-in", &pem, "-outform", "DER", "-out", &der]);
        // ECPrivateKey: a sequence, version 1, and 32 bytes of the key.
        let private = fs::read(table.file(&der)).unwrap();
        assert_eq!(private[2..7], [2, 1, 1, 4, 32]);
        needles.extend(needles_of("private key", &private[7..39]));
    }
    let plain = fs::read_to_string(table.file("plain.pem")).unwrap();
    // Its second line is all of the key.
    needles.push(Needle::exact("private key in PEM", plain.lines().nth(2).unwrap().as_bytes()));
    let under = format!("pass:{PASSWORD}");
    table.run("openssl", &["pkcs8", "-topk8", "-in", "sealed.pem", "-out", "sealed.p8", "-passout", &under]);
    needles
}

/// The plan of the first day, with the keys of the files instead of its own.
fn plan(table: &Table) -> String {
    let mut plan: serde_json::Value = serde_json::from_str(&Scheme::Numbers.plan()).unwrap();
    let key = |label: &str, id: u8, file: &str| {
        let file = table.file(file);
        serde_json::json!({ "label": label, "type": "EC:secp256r1", "id": id.to_string(), "reference": id, "file": file })
    };
    plan["keys"] = serde_json::json!([key("sealed", 21, "sealed.p8"), key("plain", 22, "plain.pem")]);
    plan.to_string()
}

fn importing(table: &Table, from: &Path) -> Wizard {
    let file = table.file("import.json");
    fs::write(&file, plan(table)).unwrap();
    let records = table.file("Numbers");
    let [plan, records, from] = [&file, &records, from].map(|path| path.to_str().unwrap());
    Wizard::start(&["rehearse", "import", "--pcsc", "--records", records, "--from", from, "--plan", plan])
}

#[test]
fn nothing_of_an_imported_key_its_password_or_the_dkek_stays_in_memory() {
    binary::short();
    at_readers(
        "memory_at_readers::imported::nothing_of_an_imported_key_its_password_or_the_dkek_stays_in_memory",
        |table| {
            let keys = key_files(table);
            let card = table.insert(0, "REH0000001");
            let mut w = start(table, Scheme::Numbers, "establish", &[]);
            let (cards, set) = super::until_it_would_be_erased(table, &mut w, Scheme::Numbers);
            fill(&mut w, &["REH0000001"]);
            w.pass("and it is the right one");
            day::keys(&mut w);
            all_gone(&w, &cards, &set, "at the end of establish");
            leave(w);
            let from = newest(table, Scheme::Numbers);

            let mut w = importing(table, &from);
            w.pass("The folder is one of ours");
            w.pass("These keys will be imported from files");
            w.pass("SHA-256 of the plan's file aloud");
            walk::people_and_room(&mut w);
            w.pass("take the device that gets the new keys");
            walk::device(&mut w, "One device was found:");
            w.wait_for("Type the user PIN");
            fill(&mut w, &[USER_PIN]);
            w.pass("The new keys are backed up under this DKEK");
            bags::kcv(&mut w);
            w.pass("Keys on device");
            seats(&mut w, &cards, [0, 1], &set);
            bags::used_cards(&mut w, &["B-7", "B-8"]);
            sees(&w, &set.dkek, &["DKEK"]);

            w.pass("The share file is copied");
            w.wait_for("encrypted under a password");
            fill(&mut w, &["IMPORT KEY", "the key of the old CA"]);
            w.wait_for("Whoever knows the password of the file");
            w.keys(PASSWORD.as_bytes());
            w.until("the password is typed", |screen| screen.matches('•').count() >= PASSWORD.len());
            sees(&w, &needles_of("password", PASSWORD.as_bytes()), &["password"]);
            w.keys(b"\r");
            w.wait_for("its signature is right under the public key of the file");
            nothing_left(&w, &keys, "after a key was imported");
            nothing_left(&w, &needles_of("password", PASSWORD.as_bytes()), "after the file was opened");
            w.pass("its signature is right under the public key of the file");
            w.wait_for("NOT encrypted");
            nothing_left(&w, &keys, "after an unencrypted file was read");
            fill(&mut w, &["IMPORT KEY", "the key of the old CA"]);
            w.wait_for("its signature is right under the public key of the file");
            nothing_left(&w, &keys, "after the second key was imported");
            // Who does have them, is found out: the card.
            let found = scan(card.id(), &keys).unwrap();
            assert!(found.iter().any(|find| find.name == "private key"), "the test sees no private key: {found:?}");
            w.pass("its signature is right under the public key of the file");
            w.pass("The device holds the new keys");
            bags::public_keys(&mut w);
            w.pass("read back and verified: it belongs to this DKEK");
            w.pass("read back and verified: it belongs to this DKEK");
            w.wait_for("What has become of the files");
            nothing_left(&w, &set.dkek, "after the last key was backed up");
            w.keys(b"1");
            w.pass("The backup of the imported keys is complete");
            walk::close(&mut w);
            all_gone(&w, &cards, &set, "at the end of the import");
            nothing_left(&w, &keys, "at the end of the import");
            w.leave();
            assert_eq!(w.exit(), 4, "an import is a deviation");
            w.assert_given_back();
            drop(card);
        },
    );
}
