//! Folders of every form that this program ever wrote: they are verified, opened and restored from, for ever.
//!
//! What is kept, and which program wrote it: `tests/vectors/forms/README.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hsm_ceremony::ceremony::{Actor, Asks, Body, Machine, Question, Step};
use hsm_ceremony::faults::{Fault, FaultName};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::StepName;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Ending, Entry, Fact, verify};
use hsm_ceremony::terms::{Kcv, Number, Purpose};
use serde::Deserialize;

use crate::ceremonies::{Front, Rig, Turn};
use crate::support::{binary, torture};

const PLACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/forms");

/// What is known about the kept folders.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    /// All of them.
    folders: BTreeMap<String, Kept>,
}

/// What is known about a kept folder.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    ceremony: CeremonyKind,
    ending: Ending,
    deviations: u16,
    lines: u32,
    /// The digest that was read aloud.
    digest: String,
    /// How many files the record names; `None`: the record is no longer read.
    files: Option<usize>,
    /// The KCV of the DKEK, if there is a backup.
    kcv: Option<Kcv>,
    /// The record has a form that is no longer read.
    #[serde(default)]
    refused: bool,
}

fn index() -> Index {
    let text = fs::read_to_string(Path::new(PLACE).join("index.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn folder(name: &str) -> PathBuf {
    Path::new(PLACE).join(name)
}

/// What the people of a folder have on their cards or know: by `dkek-share-1` or `so-pin`, cards or a password.
#[derive(Deserialize)]
struct Paper(BTreeMap<String, Held>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Held {
    Password(String),
    Cards(Vec<Card>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Card {
    Words { words: String },
    Numbers { prime: String, id: String, value: String, check: Option<String> },
}

impl Paper {
    fn of(name: &str) -> Self {
        let text = fs::read_to_string(Path::new(PLACE).join(format!("{name}.paper.json"))).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// What people do: the last of every set come, and type what is on their cards. Everything else is left to the autopilot.
    fn answer(&self, front: &mut Front<'_>) -> Turn {
        if let Body::Choose { options, asks: Asks::Step(Question::Sitter(_)), .. } = &front.view.body {
            return front.pick(options.iter().rposition(|option| !option.closed).unwrap());
        }
        let Some((share, actor)) = front.machine.step().map(|step| (step.share, step.actor)) else {
            return Turn::Autopilot;
        };
        if let Some(place) = front.empty(|kind| *kind == FieldKind::Password) {
            let Held::Password(password) = &self.0[&Purpose::DkekShare(share).to_string()] else {
                panic!("a password")
            };
            return front.types(place, password);
        }
        let Actor::Seat(seat) = actor else { return Turn::Autopilot };
        let Some(sitter) = front.machine.known().seats.sitter(seat) else { return Turn::Autopilot };
        let Body::Form { fields, .. } = &front.view.body else { return Turn::Autopilot };
        let purpose = fields.iter().find_map(|field| match field.kind {
            FieldKind::ShareWords { card, .. } => Some(card),
            _ => None,
        });
        let Held::Cards(cards) = &self.0[&purpose.unwrap_or(Purpose::DkekShare(share)).to_string()] else {
            panic!("cards")
        };
        let mut typed =
            |kind: fn(&FieldKind) -> bool, text: &str| front.empty(kind).map(|place| front.types(place, text));
        let turn = match &cards[sitter.index()] {
            Card::Words { words } => typed(|kind| matches!(kind, FieldKind::ShareWords { .. }), words),
            Card::Numbers { prime, id, value, check } => typed(|kind| matches!(kind, FieldKind::Prime { .. }), prime)
                .or_else(|| typed(|kind| matches!(kind, FieldKind::ShareId { .. }), id))
                .or_else(|| typed(|kind| *kind == FieldKind::ShareValue, value))
                .or_else(|| typed(|kind| matches!(kind, FieldKind::CheckBytes { .. }), check.as_deref()?)),
        };
        turn.unwrap_or(Turn::Autopilot)
    }
}

/// Every key of the backup is on the replacement, and signs there.
fn comes_back(name: &str, kcv: Kcv, mut rig: Rig) -> Vec<Entry> {
    let paper = Paper::of(name);
    let keys = fs::read_dir(folder(name).join("keys")).unwrap().map(|entry| entry.unwrap().path());
    let keys = keys.filter(|path| path.extension().is_some_and(|end| end == "wrapped")).count();
    rig.play(|front| paper.answer(front));
    assert!(rig.complete() && rig.faults.is_empty(), "{name}: {:?}", rig.faults);
    let many = |wanted: &dyn Fn(&Fact) -> bool| rig.facts().into_iter().filter(|fact| wanted(fact)).count();
    assert_eq!(many(&|fact| matches!(fact, Fact::Loaded { kcv: loaded, .. } if *loaded == kcv)), 1, "{name}");
    assert_eq!(many(&|fact| matches!(fact, Fact::Unwrapped { .. })), keys, "{name}");
    assert_eq!(many(&|fact| matches!(fact, Fact::Proven { .. })), keys, "{name}");
    rig.entries
}

#[test]
fn the_index_names_every_kept_folder() {
    let mut there = BTreeSet::new();
    for form in fs::read_dir(PLACE).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for sitting in fs::read_dir(form).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
            there.insert(sitting.strip_prefix(PLACE).unwrap().to_str().unwrap().to_owned());
        }
    }
    assert_eq!(there, index().folders.into_keys().collect());
}

#[test]
fn the_record_of_every_folder_is_verified() {
    for (name, kept) in index().folders {
        let record = fs::read(folder(&name).join("record.jsonl")).unwrap();
        let output = Command::new(binary::delivered()).arg("verify").arg(folder(&name)).output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        if kept.refused {
            assert_eq!(
                verify(&record),
                Err(Fault { name: FaultName::RecordLineUnknown, values: vec![("line", 1.to_string())] }),
                "{name}"
            );
            assert_eq!(output.status.code(), Some(3), "{name}: {said}");
            assert!(said.contains("Line 1"), "{name}: {said}");
            continue;
        }
        let proof = verify(&record).unwrap();
        assert_eq!((proof.ceremony, proof.rehearsal), (kept.ceremony, true), "{name}");
        assert_eq!(proof.sealed, Some((kept.ending, kept.deviations)), "{name}");
        assert_eq!((proof.mark.line, proof.mark.digest.to_string()), (kept.lines, kept.digest), "{name}");
        assert_eq!(output.status.code(), Some(0), "{name}: {said}");
        assert!(said.contains(&proof.mark.digest.in_groups().join(" ")), "{name}: {said}");
        let looked_at = format!("all {} files", kept.files.unwrap());
        assert!(said.contains(&looked_at), "{name}: {said}");
    }
}

/// The kept backups of a form, with the KCVs of their DKEKs.
fn backups(form: &str) -> Vec<(String, Kcv)> {
    let mut found: Vec<_> = index().folders.into_iter().filter_map(|(name, kept)| Some((name, kept.kcv?))).collect();
    found.retain(|(name, _)| name.split('/').next() == Some(form));
    found
}

/// Backups of a form are restored from, unchanged: all in the long run, otherwise one, since each takes the full rounds
/// of the key derivation. Returns how many there are.
fn come_back(form: &str) -> usize {
    let backups = backups(form);
    for (name, kcv) in backups.iter().take(if torture() { backups.len() } else { 1 }) {
        let records = tempfile::tempdir().unwrap();
        let rig = Rig::restore_with_all_rounds(&folder(name), records.path()).unwrap();
        let entries = comes_back(name, *kcv, rig);
        // Anyone who had a share before somebody took their place is remembered.
        let substituted = fs::read_to_string(folder(name).join("record.jsonl")).unwrap().contains("former_knows");
        let formers = entries.iter().any(|entry| matches!(entry, Entry::Learned { fact: Fact::Formers { .. }, .. }));
        assert_eq!(formers, substituted, "{name}");
    }
    backups.len()
}

#[test]
fn the_keys_of_the_second_form_are_restored() {
    assert_eq!(come_back("second"), 3);
}

#[test]
fn the_keys_of_the_third_form_are_restored() {
    assert_eq!(come_back("third"), 4);
}

#[test]
fn the_keys_of_the_fourth_form_are_restored() {
    assert_eq!(come_back("fourth"), 4);
}

#[test]
fn the_keys_of_the_fifth_form_are_restored() {
    assert_eq!(come_back("fifth"), 4);
}

#[test]
fn the_keys_of_the_first_form_are_restored_as_its_refusal_says() {
    let backups = backups("first");
    assert_eq!(backups.len(), 1);
    for (name, kcv) in backups {
        let records = tempfile::tempdir().unwrap();
        let refused = Rig::restore_with_all_rounds(&folder(&name), records.path()).err().expect("it is refused");
        assert_eq!(refused.name, FaultName::ManifestOfOldForm);
        // "Copy the share file and the folder keys into a folder of their own": there, its plan is good enough.
        let copied = tempfile::tempdir().unwrap();
        fs::create_dir(copied.path().join("keys")).unwrap();
        fs::copy(folder(&name).join("dkek-1.pbe"), copied.path().join("dkek-1.pbe")).unwrap();
        for key in fs::read_dir(folder(&name).join("keys")).unwrap().map(|entry| entry.unwrap().path()) {
            fs::copy(&key, copied.path().join("keys").join(key.file_name().unwrap())).unwrap();
        }
        let plan = fs::read_to_string(folder(&name).join("plan.json")).unwrap();
        let rig = Rig::foreign_with_all_rounds(copied.path(), &plan, records.path());
        comes_back(&name, kcv, rig);
    }
}

/// The step that a line of a record refers to.
fn step_of(entry: &Entry) -> Option<Number> {
    match entry {
        Entry::Began { .. } | Entry::Sealed { .. } => None,
        Entry::Learned { step, .. }
        | Entry::Intent { step, .. }
        | Entry::Revealed { step, .. }
        | Entry::Done { step, .. }
        | Entry::Failed { step, .. }
        | Entry::Recovered { step, .. }
        | Entry::Resumed { step, .. }
        | Entry::Deviates { step, .. }
        | Entry::Remarked { step, .. }
        | Entry::Substituted { step, .. }
        | Entry::StoodIn { step, .. } => Some(*step),
    }
}

/// The section with the first step that the third form did not have; what comes before is numbered as it was then.
fn first_new_section(machine: &Machine) -> u8 {
    let new = |step: &&Step| {
        matches!(step.id, StepName::KcvOnCards | StepName::Bag | StepName::BagOfPassword | StepName::Fingerprints)
    };
    machine.steps().iter().find(new).map_or(u8::MAX, |step| step.number.section)
}

#[test]
fn records_of_the_third_form_recreate_the_machine_at_every_line_before_the_first_new_step() {
    let mut compared = 0;
    for (name, kept) in index().folders.into_iter().filter(|(name, _)| name.starts_with("third/")) {
        let plan = Plan::parse(&fs::read_to_string(folder(&name).join("plan.json")).unwrap()).unwrap();
        let proof = verify(&fs::read(folder(&name).join("record.jsonl")).unwrap()).unwrap();
        let entries: Vec<Entry> = proof.lines.into_iter().map(|line| line.entry).collect();
        for (place, entry) in entries.iter().enumerate() {
            let Some(step) = step_of(entry) else { continue };
            let machine = Machine::resume(kept.ceremony, plan.clone(), true, &entries[..place]).unwrap();
            if step.section < first_new_section(&machine) {
                assert_eq!(machine.number(), step, "{name}: before {entry:?}");
                compared += 1;
            }
        }
    }
    assert!(compared > 200, "{compared} lines were compared");
}
