//! *Import*: a device in use gets keys that live in files, and each is backed up at once. What was on the device stays as it is.

use crate::ceremony::kinds::Ceremony;
use crate::ceremony::kinds::add_keys;
use crate::ceremony::known::Known;
use crate::ceremony::known::character::{Cards, Character, DeviceUse, KeySource, Needs, Unattended};
use crate::ceremony::known::deviations::IMPORT_KEY;
use crate::ceremony::steps::{Actor, Condition, List, Question, StageKind, Step, closing, step};
use crate::clerk::{Act, acts};
use crate::fields::{Field, FieldKind};
use crate::names::{CeremonyKind, FieldName, StageName, StepName};
use crate::plan::{Plan, PlannedKey};
use crate::script::ceremonies;
use crate::terms::Handle;

/// The entry for *import*.
pub static CEREMONY: Ceremony = Ceremony {
    character: Character {
        kind: CeremonyKind::Import,
        text: &ceremonies::IMPORT,
        needs: Needs::NewKeysAndBackup,
        cards: Cards::Earlier,
        keys: KeySource::Files,
        devices: DeviceUse::Adds,
        unattended: Unattended::ByNameAfterDealing,
    },
    steps,
};

/// The steps of *import* for a plan, whose keys are those of the files.
fn steps(plan: &Plan) -> Vec<Step> {
    let mut list = List::default();
    add_keys::up_to_the_new_keys(&mut list, plan, StepName::ImportSource);
    for key in &plan.keys {
        list.add(imported(key));
    }
    add_keys::list_and_back_up(&mut list, plan);
    // Only now: until a key is backed up, its file is the only other copy.
    list.add(
        step(StepName::ImportFiles, Actor::Administrator)
            .then(StageName::Destroy, StageKind::Choose(Question::KeyFiles))
            .then_when(Condition::KeyFilesRemain, StageName::Remain, StageKind::Read),
    );
    list.add(add_keys::manifest(StepName::ImportManifest));
    closing::close(&mut list, plan);
    list.finish()
}

/// The step that imports a key.
fn imported(key: &PlannedKey) -> Step {
    step(StepName::ImportKey, Actor::Administrator)
        .about(&key.label)
        .then(StageName::Read, StageKind::Do(read_file))
        .then_when(Condition::LeftOut(false), StageName::Decide, StageKind::Confirm(decision))
        .then_when(Condition::KeyFileHasPassword, StageName::Password, StageKind::Form(password))
        .then_when(Condition::LeftOut(false), StageName::Import, StageKind::Do(import_key))
        .then_when(Condition::LeftOut(false), StageName::Imported, StageKind::Read)
        .then_when(Condition::LeftOut(true), StageName::LeftOut, StageKind::Read)
        .forgetting([Handle::KeyFilePassword])
}

fn read_file(known: &Known, step: &Step) -> Option<Act> {
    Some(acts::ReadKeyFile { key: known.key(step.key.as_ref())?.clone() }.into())
}

/// As with a device that is not genuine: the words are a fact, and the reason a noted deviation.
fn decision(_: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::Override, FieldKind::Word(IMPORT_KEY)), Field::new(FieldName::Reason, FieldKind::Reason)]
}

fn password(_: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::KeyFilePassword, FieldKind::KeyFilePassword).kept(Handle::KeyFilePassword)]
}

fn import_key(known: &Known, step: &Step) -> Option<Act> {
    let key = known.key(step.key.as_ref())?.clone();
    let (_, form) = known.keys.read.as_ref().filter(|(label, _)| *label == key.label)?;
    let serial = known.devices.serial(step.role)?;
    Some(acts::ImportKey { key, form: *form, serial, again: known.doubt.again }.into())
}
