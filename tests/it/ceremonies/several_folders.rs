//! The keys of one device are in several folders: each is found in its own, and none counts as lost.

use std::fs;
use std::path::{Path, PathBuf};

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::ceremony::{Body, Machine};
use hsm_ceremony::faults::FaultName;
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::FieldName;
use hsm_ceremony::record::{CeremonyKind, Fact, LivesOn, verify};
use hsm_ceremony::terms::Drill;

use super::rig::{Rig, Turn, plan_text};
use crate::record_form::by_python;
use crate::support::schema::Schema;

const ENVIRONMENT: Environment = Environment::SoftwareCards;

/// A device with one key, to which one more was added twice: the folders in order, and the papers of its people.
fn device_with_three_folders(records: &Path) -> (Vec<PathBuf>, Rig) {
    let mut rig = Rig::establish(&plan_text(2, 3, &[("EC:secp256r1", 10)], false), records);
    rig.run(|_| {});
    assert!(rig.complete());
    let mut folders = vec![rig.folder.clone()];
    for _ in 0..2 {
        let from = folders.last().unwrap();
        let setup = Setup::by_addition(CeremonyKind::AddKeys, from, None, records, ENVIRONMENT).unwrap();
        rig = Rig::in_hands(setup, |readers| readers).with_papers_of(rig);
        rig.run(|_| {});
        assert!(rig.complete(), "{:?}", rig.faults);
        folders.push(rig.folder.clone());
    }
    (folders, rig)
}

fn name(folder: &Path) -> String {
    folder.file_name().unwrap().to_string_lossy().into_owned()
}

/// In which further folder each key lives on, by label; `""`: in the first one named, none: nowhere.
fn lives(rig: &Rig) -> Vec<(String, Option<String>)> {
    let traced = rig.facts().into_iter().find_map(|fact| match fact {
        Fact::Traced { keys, .. } => Some(keys.clone()),
        _ => None,
    });
    let folder = |lives: &LivesOn| match lives {
        LivesOn::In(copy) => Some(copy.folder.clone().unwrap_or_default()),
        LivesOn::Perhaps(_) | LivesOn::Nowhere => None,
    };
    traced.unwrap().iter().map(|key| (key.key.label.clone().unwrap(), folder(&key.lives))).collect()
}

fn retire(from: &Path, others: &[PathBuf], papers: Rig, records: &Path) -> (Rig, bool) {
    let setup = Setup::from_backups(CeremonyKind::Retire, (from, others), None, records, ENVIRONMENT).unwrap();
    let plan = setup.plan.clone();
    let mut rig = Rig::in_hands(setup, |readers| readers).with_papers_of(papers);
    let mut loses = false;
    rig.play(|front| {
        loses |= front.empty(|kind| matches!(kind, FieldKind::Word(_))) == Some(FieldName::LoseKeys);
        Turn::Autopilot
    });
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    let resumed = Machine::resume(CeremonyKind::Retire, plan, true, &rig.entries).unwrap();
    assert_eq!(resumed.known(), rig.machine.known());
    let digest = verify(rig.lines.as_bytes()).unwrap().mark.digest.to_string();
    assert_eq!(by_python(rig.lines.as_bytes()), Some(digest));
    assert!(rig.lines.lines().all(|line| Schema::of_a_line().fits(line)));
    (rig, loses)
}

#[test]
fn the_folders_before_are_followed_where_they_lie_beside_and_the_record_says_which_key_is_where() {
    let records = tempfile::tempdir().unwrap();
    let (folders, papers) = device_with_three_folders(records.path());
    let (rig, loses) = retire(&folders[2], &[], papers, records.path());
    assert!(!loses, "no key is lost");
    let expected = [
        ("key-0".to_owned(), Some(name(&folders[0]))),
        ("added-1".to_owned(), Some(name(&folders[1]))),
        ("added-2".to_owned(), Some(String::new())),
    ];
    assert_eq!(lives(&rig), expected);
    let also: Vec<String> = rig
        .facts()
        .into_iter()
        .filter_map(|fact| if let Fact::AlsoFrom { folder, .. } = fact { Some(folder.clone()) } else { None })
        .collect();
    assert_eq!(also, [name(&folders[1]), name(&folders[0])]);
}

#[test]
fn folders_elsewhere_are_named_one_by_one_and_without_them_their_keys_are_lost() {
    let records = tempfile::tempdir().unwrap();
    let (folders, papers) = device_with_three_folders(records.path());
    let elsewhere: Vec<PathBuf> = folders[..2]
        .iter()
        .map(|folder| {
            let place = tempfile::tempdir().unwrap().keep().join(name(folder));
            fs::rename(folder, &place).unwrap();
            place
        })
        .collect();
    // A folder with the right name and another record is not the one that was named.
    fs::create_dir(&folders[1]).unwrap();
    let card = fs::read_dir(folders[2].join("cards")).unwrap().next().unwrap().unwrap();
    let state = fs::read(card.path()).unwrap();
    let (rig, loses) = retire(&folders[2], &[], papers, records.path());
    assert!(loses);
    assert_eq!(lives(&rig)[0], ("key-0".to_owned(), None));
    let older = |fact: &&Fact| matches!(fact, Fact::OlderKeysIn { folder, .. } if *folder == name(&folders[1]));
    assert!(rig.facts().into_iter().any(|fact| older(&fact)));
    // The same device once more, with all folders named.
    fs::write(card.path(), state).unwrap();
    let (rig, loses) = retire(&folders[2], &elsewhere, rig, records.path());
    assert!(!loses);
    assert_eq!(lives(&rig)[0], ("key-0".to_owned(), Some(name(&folders[0]))));
    assert!(!rig.facts().into_iter().any(|fact| older(&fact)));
    for place in elsewhere {
        fs::remove_dir_all(place.parent().unwrap()).unwrap();
    }
}

#[test]
fn a_folder_under_another_dkek_is_refused_before_anything_begins() {
    let records = tempfile::tempdir().unwrap();
    let plan = plan_text(2, 3, &[("EC:secp256r1", 10)], false);
    let made: Vec<PathBuf> = (0..2)
        .map(|_| {
            let mut rig = Rig::establish(&plan, records.path());
            rig.run(|_| {});
            rig.folder
        })
        .collect();
    let begun = || fs::read_dir(records.path()).unwrap().count();
    let before = begun();
    let others = [made[1].clone()];
    let refused = Setup::from_backups(CeremonyKind::Retire, (&made[0], &others), None, records.path(), ENVIRONMENT)
        .err()
        .unwrap();
    assert_eq!((refused.name, begun()), (FaultName::FolderOtherDkek, before));
}

#[test]
fn a_drill_says_that_the_older_keys_are_in_the_folder_before() {
    let records = tempfile::tempdir().unwrap();
    let (folders, papers) = device_with_three_folders(records.path());
    let mut papers = Some(papers);
    for (folder, says) in [(&folders[2], true), (&folders[0], false)] {
        let setup = Setup::from_backup(CeremonyKind::Drill, folder, None, records.path(), ENVIRONMENT).unwrap();
        let mut rig = Rig::in_hands(setup, |readers| readers).with_papers_of(papers.take().unwrap());
        rig = rig.drilling(Drill::Quorum);
        let mut said = String::new();
        rig.run(|sight| {
            if let Body::Read { text } = &sight.view.body {
                said += &text.join(" ");
            }
        });
        assert!(rig.complete(), "{:?}", rig.faults);
        assert_eq!(said.contains("The older keys of that device are backed up in another folder"), says);
        assert_eq!(said.contains(&name(&folders[1])), says);
        papers = Some(rig);
    }
}
