//! The folder is copied to the media of the plan, and each copy is a whole folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use hsm_ceremony::app::{Environment, FrontEnd, FrontError, Setup, Sitting};
use hsm_ceremony::autopilot::Autopilot;
use hsm_ceremony::bundle::examine;
use hsm_ceremony::ceremony::{Body, ChoiceId, FieldState, Input, Recovery, View};
use hsm_ceremony::clerk::Context;
use hsm_ceremony::dkek::Rounds;
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::folder::{Folder, names};
use hsm_ceremony::names::{FieldName, StepName};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, DeviationName, Ending, Entry, Fact, verify};
use hsm_ceremony::vault::Vault;
use serde_json::json;

use super::rig::{Front, Rig, Turn};
use super::{Day, Guard};

/// A plan with these media.
fn plan_with(media: [&str; 2]) -> String {
    let mut day = Day::of(&[Guard::Words(2, 3)]);
    day.0["media"] = json!(media);
    day.text()
}

/// An autopilot whose media can be pulled out while the record is being sealed.
pub struct Table {
    autopilot: Autopilot,
    /// What is pulled out when the last copy has been made.
    pulled: Option<PathBuf>,
    pub last: Vec<String>,
    /// A file of the sitting that is spoiled while people close it.
    pub spoils: Option<&'static str>,
    folder: PathBuf,
}

impl FrontEnd for Table {
    fn show(&mut self, view: &View, vault: &Vault) -> Result<(), FrontError> {
        if let Body::Ended { text, .. } = &view.body {
            self.last.clone_from(text);
        }
        self.autopilot.show(view, vault)
    }

    fn next(&mut self, view: &View, vault: &mut Vault, wait: Duration) -> Result<Option<Input>, FrontError> {
        if let (Body::Read { text }, Some(place)) = (&view.body, &self.pulled)
            && text.iter().any(|line| line.contains("Copy 2 holds"))
        {
            fs::remove_dir_all(place).unwrap();
        }
        if let (Body::Tick { .. }, Some(name), "Close") = (&view.body, self.spoils, view.header.title.as_str()) {
            fs::write(self.folder.join(name), "spoiled").unwrap();
        }
        self.autopilot.next(view, vault, wait)
    }

    fn wipe(&mut self) -> Result<(), FrontError> {
        Ok(())
    }

    fn pause(&self) -> Duration {
        self.autopilot.pause()
    }
}

pub fn table(pulled: Option<PathBuf>) -> Table {
    let autopilot = Autopilot::new(Box::new(io::sink()));
    Table { autopilot, pulled, last: Vec::new(), spoils: None, folder: PathBuf::new() }
}

/// One sitting of the whole program; the name of its folder, and how many copies it says do not hold the sealed record.
pub fn held(plan: &str, records: &Path, table: &mut Table) -> (String, usize) {
    let parsed = Plan::parse(plan).unwrap();
    let setup =
        Setup::by_plan(CeremonyKind::Establish, parsed, plan.to_owned(), records, Environment::SoftwareCards).unwrap();
    let name = setup.context.folder.name();
    setup.context.folder.path().clone_into(&mut table.folder);
    let context = Context { rounds: Rounds(1000), ..setup.context };
    let mut sitting = Sitting::begin(CeremonyKind::Establish, setup.plan, plan, context).unwrap();
    assert_eq!(sitting.run(table).unwrap().progress.ended, Some(Ending::Complete));
    (name, sitting.not_copied().len())
}

fn is_whole(folder: &Path) {
    let folder = Folder::open(folder);
    let proof = verify(&folder.read(names::RECORD).unwrap()).unwrap();
    assert!(proof.sealed.is_some());
    let seen = examine(&folder, &proof);
    assert_eq!((&seen.faults, &seen.unnamed), (&Vec::new(), &Vec::new()), "{}", folder.path().display());
    let python = Command::new("python3").arg(folder.path().join(names::VERIFY)).output().unwrap();
    assert_eq!(python.status.code(), Some(0), "{}", String::from_utf8_lossy(&python.stdout));
}

#[test]
fn every_copy_is_a_whole_folder_with_the_sealed_record() {
    let records = tempfile::tempdir().unwrap();
    let mut table = table(None);
    let (name, failed) = held(&plan_with(["STICK-A", ""]), records.path(), &mut table);
    assert_eq!(failed, 0);
    let original = records.path().join(&name);
    for medium in 1..=2 {
        let copy = records.path().join(names::rehearsed_medium(medium)).join(&name);
        is_whole(&copy);
        for file in [names::RECORD, names::MANIFEST, names::REPORT, "keys/key-0.wrapped"] {
            assert_eq!(fs::read(copy.join(file)).unwrap(), fs::read(original.join(file)).unwrap(), "{file}");
        }
    }
    let last = table.last.join("\n");
    assert!(last.contains("STICK-A, MEDIUM-2"), "{last}");
    let report = fs::read_to_string(original.join(names::REPORT)).unwrap();
    assert!(report.contains("STICK-A") && report.contains("MEDIUM-2"), "the register of media names them");
}

#[test]
fn a_medium_that_is_pulled_out_before_the_seal_is_named_on_the_last_screen() {
    let records = tempfile::tempdir().unwrap();
    let pulled = records.path().join(names::rehearsed_medium(1));
    let mut table = table(Some(pulled.clone()));
    let (name, failed) = held(&plan_with(["STICK-A", "STICK-B"]), records.path(), &mut table);
    assert_eq!(failed, 1);
    assert!(!pulled.exists(), "nothing is made where the medium was");
    is_whole(&records.path().join(&name));
    is_whole(&records.path().join(names::rehearsed_medium(2)).join(&name));
    let last = table.last.join("\n");
    assert!(last.contains("STICK-A does NOT hold"), "{last}");
    assert!(last.contains("read back: STICK-B"), "{last}");
}

/// Answers a failed copy in the way that is wanted.
fn recovers(front: &Front<'_>, wanted: Recovery) -> Turn {
    let Body::Fault { choices, .. } = &front.view.body else { panic!("{:?}", front.view.body) };
    let id = ChoiceId::Recovery(wanted);
    assert!(choices.iter().any(|choice| choice.id == id), "{choices:?}");
    Turn::Do(Input::Chose(id))
}

#[test]
fn a_medium_that_fails_is_replaced_or_left_out_by_a_decision() {
    let records = tempfile::tempdir().unwrap();
    let (broken, good) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut rig = Rig::establish(&plan_with(["STICK-A", "STICK-B"]), records.path());
    // Something else lies there under the name of the copy.
    let name = rig.folder.file_name().unwrap().to_owned();
    fs::write(broken.path().join(&name), "in the way").unwrap();
    let place = |place: &Path| place.to_str().unwrap().to_owned();
    let first = ["media/stick".to_owned(), place(broken.path()), place(good.path())];
    let (mut first, mut second) = (first.into_iter(), ["/nowhere/at/all".to_owned()].into_iter());
    let mut wrong = Vec::new();
    rig.play(|front| {
        let Some(number) = front.machine.step().filter(|step| step.id == StepName::Copy).and_then(|step| step.medium)
        else {
            return Turn::Autopilot;
        };
        if front.fault().is_some() {
            let out = number == 2;
            return recovers(front, if out { Recovery::WithoutMedium } else { Recovery::AnotherMedium });
        }
        // Another medium has a name of its own.
        if front.empty(|kind| matches!(kind, FieldKind::Medium { planned: None, .. })).is_some() {
            return front.types(FieldName::Medium, "STICK-C");
        }
        if front.empty(|kind| matches!(kind, FieldKind::Decider { .. })).is_some() {
            return front.types(FieldName::DecidedBy, "Admin");
        }
        let Body::Form { fields, .. } = &front.view.body else { return Turn::Autopilot };
        let typed = front.vault.typed(FieldName::RehearsedAt).is_some_and(|text| !text.is_empty());
        match fields.iter().find(|field| field.name == FieldName::RehearsedAt) {
            Some(field) if !typed || matches!(field.state, FieldState::Wrong(_)) => {
                let next = if number == 1 { first.next() } else { second.next() }.unwrap();
                let turn = front.types(FieldName::RehearsedAt, &next);
                wrong.extend(front.wrong_now(FieldName::RehearsedAt));
                turn
            }
            Some(_) | None => Turn::Autopilot,
        }
    });
    assert!(rig.complete());
    assert_eq!(wrong, ["place-not-absolute"]);
    let failed: Vec<&str> = rig
        .entries
        .iter()
        .filter_map(|entry| if let Entry::Failed { fault, .. } = entry { Some(fault.as_str()) } else { None })
        .collect();
    assert_eq!(failed, ["medium-fails", "medium-not-there"]);
    let facts = rig.facts();
    let copied = |fact: &&&Fact| matches!(fact, Fact::Copied { number: 1, label, .. } if label == "STICK-C");
    assert_eq!(facts.iter().filter(copied).count(), 1);
    let left_out = |fact: &&&Fact| {
        matches!(fact, Fact::MediumLeftOut { number: 2, label, decided_by, .. }
            if label.as_deref() == Some("STICK-B") && !decided_by.is_empty())
    };
    assert_eq!(facts.iter().filter(left_out).count(), 1);
    let Some(Entry::Sealed { deviated, .. }) = rig.entries.last() else { panic!("not sealed") };
    assert_eq!(deviated.iter().map(|one| one.name).collect::<Vec<_>>(), [DeviationName::CopyLeftOut]);
    assert_eq!(fs::read(broken.path().join(&name)).unwrap(), b"in the way", "it was not touched");
    // The program adds the sealed record once it is on the disk.
    let copy = good.path().join(&name);
    Folder::open(&rig.folder).complete_copy(&copy).unwrap();
    for file in ["record.jsonl", "manifest.json", "keys/key-0.wrapped"] {
        assert_eq!(fs::read(copy.join(file)).unwrap(), fs::read(rig.folder.join(file)).unwrap(), "{file}");
    }
}
