//! Copies onto disks that are full, or that nobody may write: each in a small file system of the test's own.

use std::fs;
use std::path::Path;

use hsm_ceremony::ceremony::{Body, ChoiceId, Input, Recovery};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::{FieldName, StepName};
use hsm_ceremony::record::{Entry, Fact};
use serde_json::json;

use super::rig::{Rig, Turn};
use super::{Day, Guard};
use crate::support::disks::beside_disks;

#[test]
fn a_full_medium_and_one_that_nobody_may_write_are_named_and_replaced() {
    let test = "ceremonies::media::a_full_medium_and_one_that_nobody_may_write_are_named_and_replaced";
    beside_disks(test, &[("full", "size=8k"), ("read-only", "ro"), ("good", "size=64m")], on_these);
}

fn on_these(disks: &Path) {
    let records = tempfile::tempdir().unwrap();
    let mut day = Day::of(&[Guard::Words(2, 3)]);
    day.0["media"] = json!(["STICK-A"]);
    let mut rig = Rig::establish(&day.text(), records.path());
    let places = ["full", "read-only", "good"].map(|name| disks.join(name));
    let (mut next, mut said) = (places.iter(), Vec::new());
    rig.play(|front| {
        if front.machine.step().is_none_or(|step| step.id != StepName::Copy) {
            return Turn::Autopilot;
        }
        if let Body::Fault { happened, choices, .. } = &front.view.body {
            said.push(happened.join(" "));
            let another = ChoiceId::Recovery(Recovery::AnotherMedium);
            assert!(choices.iter().any(|choice| choice.id == another), "{choices:?}");
            return Turn::Do(Input::Chose(another));
        }
        if front.empty(|kind| matches!(kind, FieldKind::Medium { planned: None, .. })).is_some() {
            let name = format!("STICK-{}", said.len());
            return front.types(FieldName::Medium, &name);
        }
        let Body::Form { fields, .. } = &front.view.body else { return Turn::Autopilot };
        let asked = fields.iter().any(|field| field.name == FieldName::RehearsedAt);
        let typed = front.vault.typed(FieldName::RehearsedAt).is_some_and(|text| !text.is_empty());
        if !asked || typed {
            return Turn::Autopilot;
        }
        let place = next.next().unwrap().to_str().unwrap().to_owned();
        front.types(FieldName::RehearsedAt, &place)
    });
    assert!(rig.complete(), "{:?}", rig.entries.last());
    let failed = rig.entries.iter().filter_map(|entry| match entry {
        Entry::Failed { act, fault, .. } => Some((act.as_str(), fault.as_str())),
        _ => None,
    });
    assert_eq!(failed.collect::<Vec<_>>(), [("copy-folder", "medium-fails"); 2]);
    // Each is named with its place and the reason.
    for (said, why) in said.iter().zip(["the disk is full", "the disk can only be read"]) {
        assert!(said.to_lowercase().contains(&why.to_lowercase()), "{said}");
    }
    assert!(said[0].contains(places[0].to_str().unwrap()) && said[1].contains(places[1].to_str().unwrap()), "{said:?}");
    let copied =
        |fact: &&Fact| matches!(fact, Fact::Copied { folder, .. } if Path::new(folder).starts_with(&places[2]));
    assert_eq!(rig.facts().into_iter().filter(|fact| copied(fact)).count(), 1);
    // The folder itself is whole, and so is the copy that was made.
    let name = rig.folder.file_name().unwrap();
    for file in ["manifest.json", "keys/key-0.wrapped"] {
        assert_eq!(
            fs::read(places[2].join(name).join(file)).unwrap(),
            fs::read(rig.folder.join(file)).unwrap(),
            "{file}"
        );
    }
}
