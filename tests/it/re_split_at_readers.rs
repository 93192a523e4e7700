//! A device that people set up with OpenSC's tools alone: its backup is drilled and gets new custodians here, and what comes out
//! restores with OpenSC's tools.

use crate::back_up_at_readers::{Custodians, KEYS, copied, run, set_up};
use crate::support::{at_readers, private_key};
use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Entry, Fact, Manifest, verify};
use std::fs;
use std::path::Path;

const NAME: &str =
    "re_split_at_readers::the_backup_of_what_opensc_made_is_drilled_and_split_again_and_opensc_restores_it";

/// What the acts of a sitting found out.
fn facts(folder: &Path) -> Vec<Fact> {
    let lines = verify(&fs::read(folder.join("record.jsonl")).unwrap()).unwrap().lines;
    let fact = |entry| if let Entry::Learned { fact, .. } = entry { Some(fact) } else { None };
    lines.into_iter().filter_map(|line| fact(line.entry)).collect()
}

fn manifest(folder: &Path) -> Manifest {
    Manifest::parse(&fs::read_to_string(folder.join("manifest.json")).unwrap()).unwrap()
}

#[test]
fn the_backup_of_what_opensc_made_is_drilled_and_split_again_and_opensc_restores_it() {
    at_readers(NAME, |table| {
        let first = table.insert(0, "REH0000001");
        let (shares, check_value) = set_up(table);
        let before = table.run("pkcs15-tool", &["-D"]);
        let (text, records) = (include_str!("../../assets/plan.example.json"), table.file("records"));
        let (plan, environment) = (|| Plan::parse(text).unwrap(), Environment::VirtualReaders);
        let theirs = table.file("theirs");
        let given = Some((plan(), text.to_owned()));
        let setup = Setup::from_backup(CeremonyKind::BackUp, &theirs, given, &records, environment).unwrap();
        let backup = setup.folder();
        run(setup, &mut Custodians::new(&[&shares[3], &shares[1]], true));

        // Any two of them prove it, and a wrong share opens nothing; no device is needed.
        let setup = Setup::from_backup(CeremonyKind::Drill, &backup, None, &records, environment).unwrap();
        let drill = setup.folder();
        run(setup, &mut Custodians::new(&[&shares[0], &shares[2]], false));
        let drilled = facts(&drill);
        let count = |is: fn(&Fact) -> bool| drilled.iter().filter(|fact| is(fact)).count();
        assert_eq!(count(|fact| matches!(fact, Fact::WrongShareRefused { .. })), 1);
        assert_eq!(count(|fact| matches!(fact, Fact::Verified { mac_not_verified: false, .. })), KEYS.len());

        // Three new custodians, two of whom are needed, get a set of ours for the same DKEK.
        let mut new: serde_json::Value = serde_json::from_str(text).unwrap();
        new["custodians"] = serde_json::json!(["Nora New", "Otto New", "Pia New"]);
        new["threshold"] = 2.into();
        let text = new.to_string();
        let new = (Plan::parse(&text).unwrap(), text);
        let setup = Setup::by_change(CeremonyKind::ReSplit, &backup, new, None, &records, environment).unwrap();
        let split = setup.folder();
        let mut people = Custodians::new(&[&shares[1], &shares[2]], false);
        run(setup, &mut people);
        let (old, made) = (manifest(&backup), manifest(&split));
        assert_eq!((made.kcv.to_string(), made.shares_elsewhere), (check_value.clone(), false));
        assert_eq!((people.cards.len(), &made.serial), (3, &old.serial));
        for (old, made) in old.keys.iter().zip(&made.keys) {
            assert_eq!((&old.label, old.wrapped_sha256), (&made.label, made.wrapped_sha256));
        }
        for folder in [&drill, &split] {
            let said = table.run(env!("CARGO_BIN_EXE_ceremony"), &["verify", folder.to_str().unwrap()]);
            assert!(said.contains("Each file is there and has its recorded digest"), "{said}");
        }
        assert_eq!(table.run("pkcs15-tool", &["-D"]), before, "nothing on the device was changed");
        assert!(first.end().success());
        table.wait_for(0, false);

        // OpenSC's tools take the new shares, and every key comes back to a second card.
        copied(&split, table, &["dkek-1.pbe"]);
        let second = table.insert(0, "REH0000002");
        table.initialise("1");
        let two = [people.cards[2].clone(), people.cards[0].clone()];
        assert_eq!(table.import_share("dkek-1.pbe", &two), check_value);
        for (reference, (key_type, id, label, certified)) in (10..).zip(KEYS) {
            let wrapped = format!("{label}.wrapped");
            copied(&split, table, &[&format!("keys/{wrapped}")]);
            table.unwrap(&reference.to_string(), &wrapped);
            table.sign_and_verify(key_type, id, &format!("{label}.pem"));
            assert_eq!(split.join(format!("keys/{label}.cert.pem")).exists(), certified, "{label}");
        }
        let restored = table.run("pkcs15-tool", &["-D"]);
        for (_, _, label, _) in KEYS {
            assert_eq!(private_key(&restored, label), private_key(&before, label));
        }
        assert!(second.end().success());
        table.wait_for(0, false);
    });
}
