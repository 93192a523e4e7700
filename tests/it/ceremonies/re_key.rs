//! A new DKEK and new keys take the place of old ones; the old quorum opens what is old, and nothing of what is new.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::bundle::{FileState, examine};
use hsm_ceremony::ceremony::{Body, Machine};
use hsm_ceremony::dkek::{Dkek, Rounds, ShareFile, WrappedKeyError, WrappedKeyFile, derive, open};
use hsm_ceremony::folder::Folder;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Fact, InBackup, Manifest, verify};
use hsm_ceremony::secret::Secret;
use hsm_ceremony::share::{PasswordShare, SharePrime, combine};
use hsm_ceremony::softcard::SoftCard;
use hsm_ceremony::terms::{Handle, Seat};

use super::given::on;
use super::rig::{Rig, Turn};
use super::{Day, Guard, dkek_share};

pub fn setup(from: &Path, plan: &str, records: &Path) -> Setup {
    let new = (Plan::parse(plan).unwrap(), plan.to_owned());
    Setup::by_change(CeremonyKind::ReKey, from, new, None, records, Environment::SoftwareCards).unwrap()
}

/// A finished *establish* by numbers, and what two of its custodians typed.
pub fn established(records: &Path) -> (Rig, Vec<PasswordShare>) {
    let mut typed: BTreeMap<u8, Vec<u8>> = BTreeMap::new();
    let mut rig = Rig::establish(&Day::of(&[Guard::Numbers(2, 3)]).text(), records);
    rig.run(|sight| {
        for seat in 1..=3 {
            let bytes = sight.vault.lend(Handle::SeatShare(dkek_share(1), Seat(seat)));
            typed.extend(bytes.map(|bytes| (seat, bytes.to_vec())));
        }
    });
    assert!(rig.complete());
    let set = rig.facts().into_iter().find_map(|fact| match fact {
        Fact::Dealt { set, .. } => Some(set.clone()),
        _ => None,
    });
    let prime = SharePrime::parse(set.unwrap().as_bytes()).unwrap();
    let id = |seat| {
        rig.facts().into_iter().find_map(|fact| match fact {
            Fact::Given { seat: given, ids, .. } if *given == Seat(seat) => Some(ids[0]),
            _ => None,
        })
    };
    let share = |(seat, bytes): (&u8, &Vec<u8>)| PasswordShare {
        prime,
        id: id(*seat).unwrap(),
        value: Secret::from_slice(bytes).unwrap(),
    };
    let shares = typed.iter().map(share).collect();
    (rig, shares)
}

/// The DKEK that these shares get out of the share file of a folder.
pub fn dkek(shares: &[PasswordShare], folder: &Path) -> Option<Dkek> {
    let password = combine(&shares.iter().collect::<Vec<_>>(), 2).unwrap();
    let file = ShareFile::parse(&fs::read(folder.join("dkek-1.pbe")).unwrap()).unwrap();
    let key = derive(password.expose(), file.salt(), Rounds(1000), &mut |_| ControlFlow::Continue(())).unwrap();
    open(&file, &key).ok().map(|share| Dkek::from_shares(&[&share]).ok().unwrap())
}

pub fn judged(dkek: &Dkek, folder: &Path) -> Result<(), WrappedKeyError> {
    let file = WrappedKeyFile::parse(&fs::read(folder.join("keys/key-0.wrapped")).unwrap()).unwrap();
    file.blob.verify(dkek)
}

pub fn manifest(folder: &Path) -> Manifest {
    Manifest::parse(&fs::read_to_string(folder.join("manifest.json")).unwrap()).unwrap()
}

#[test]
fn the_old_quorum_opens_old_keys_and_nothing_under_the_new_dkek() {
    let records = tempfile::tempdir().unwrap();
    let (made, shares) = established(records.path());
    let old = made.folder.clone();
    let after = Day::of(&[Guard::Words(3, 4)]).prove_restore(true).text();
    let mut rig = Rig::in_hands(setup(&old, &after, records.path()), |readers| readers).with_papers_of(made);
    let mut said = String::new();
    rig.play(|front| {
        if let (Body::Read { text }, "re-key-source") = (&front.view.body, front.step()) {
            said = text.join("\n");
        }
        Turn::Autopilot
    });
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    assert!(said.contains("still yields the old private keys"), "{said}");
    let of_old = dkek(&shares, &old).unwrap();
    assert_eq!(of_old.kcv(), manifest(&old).kcv);
    assert!(dkek(&shares, &rig.folder).is_none());
    let new = manifest(&rig.folder);
    assert_ne!(new.kcv, of_old.kcv());
    assert_eq!(judged(&of_old, &old), Ok(()));
    assert_eq!(judged(&of_old, &rig.folder), Err(WrappedKeyError::NotThisDkek { found: new.kcv }));
    let public = |folder: &Path| fs::read(folder.join("keys/key-0.pub.pem")).unwrap();
    assert_ne!(public(&old), public(&rig.folder), "the key is new");
    assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Proven { .. })), "from the new folder, not the old one");

    let proof = verify(&fs::read(rig.folder.join("record.jsonl")).unwrap()).unwrap();
    let examined = examine(&Folder::open(&rig.folder), &proof);
    assert!(examined.faults.is_empty() && examined.files.iter().all(|file| file.state == FileState::Unchanged));
    let plan = Plan::parse(&after).unwrap();
    let resumed = Machine::resume(CeremonyKind::ReKey, plan, true, &rig.entries).unwrap();
    assert_eq!(resumed.known(), rig.machine.known());
    let mut restore = Rig::restore(records.path()).with_papers_of(rig);
    restore.run(|_| {});
    assert!(restore.complete() && restore.faults.is_empty(), "{:?}", restore.faults);
}

#[test]
fn the_old_device_may_be_the_new_one_and_its_keys_are_named_before_it_is_erased() {
    let records = tempfile::tempdir().unwrap();
    let (made, _) = established(records.path());
    let old = made.folder.clone();
    let file = fs::read_dir(old.join("cards")).unwrap().next().unwrap().unwrap().path();
    let card = SoftCard::from_json(&serde_json::from_slice(&fs::read(file).unwrap()).unwrap()).ok().unwrap();
    let setup = on(setup(&old, &Day::of(&[Guard::Numbers(2, 3)]).text(), records.path()), card);
    let mut rig = Rig::in_hands(setup, |readers| readers).with_papers_of(made);
    rig.run(|_| {});
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    let held = rig.facts().into_iter().find_map(|fact| match fact {
        Fact::Held { keys, same_dkek, .. } => Some((keys.iter().map(|key| key.backup).collect::<Vec<_>>(), *same_dkek)),
        _ => None,
    });
    assert_eq!(held, Some((vec![InBackup::Yes], true)));
}
