//! *Import*: a device in use gets keys that live in files, and each is backed up at once. What was on the device stays as it is.

use crate::ceremony::kinds::Ceremony;
use crate::ceremony::kinds::add_keys::{check_new_keys, with_share_files};
use crate::ceremony::known::Known;
use crate::ceremony::known::character::{Cards, Character, DeviceUse, KeySource, Needs, Unattended};
use crate::ceremony::known::deviations::IMPORT_KEY;
use crate::ceremony::known::roll_call::Attendance;
use crate::ceremony::steps::{
    Actor, Condition, List, Question, StageKind, Step, bags, check_values, closing, device, keys, opening, people,
    provisioning, share_files, step,
};
use crate::clerk::{Act, acts};
use crate::fields::{Field, FieldKind};
use crate::names::{CeremonyKind, FieldName, StageName, StepName};
use crate::plan::{Plan, PlannedKey};
use crate::record::Fact;
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
    list.section();
    list.add(with_share_files(StepName::ImportSource));
    people::people_and_room(&mut list, Attendance::Quorum);

    list.section();
    list.add(device::found_device(step(StepName::AddKeysDevice, Actor::Administrator)));
    let log_in = step(StepName::LogIn, Actor::PinHolder);
    list.add(provisioning::with_log_in(log_in).forgetting([Handle::UserPin]));
    list.add(
        step(StepName::AddKeysDkek, Actor::Administrator)
            .then(StageName::Compare, StageKind::Do(share_files::compare_dkek))
            .then(StageName::State, StageKind::Read),
    );
    check_values::compare_kcv(&mut list);
    list.add(
        step(StepName::AddKeysPlaces, Actor::Administrator)
            .then(StageName::List, StageKind::Do(check_new_keys))
            .then(StageName::Listed, StageKind::Read),
    );

    opening::open_all(&mut list, plan, Cards::Earlier);
    bags::new_bags(&mut list, plan);

    list.section();
    share_files::copy_share_files(&mut list, plan);

    list.section();
    for key in &plan.keys {
        list.add(imported(key));
    }
    list.add(
        step(StepName::AddKeysList, Actor::Administrator)
            .then(StageName::List, StageKind::Do(keys::inventory_with_those_before))
            .then_when(Condition::LeftOut(false), StageName::Listed, StageKind::Read)
            .then_when(Condition::LeftOut(true), StageName::ListedWithout, StageKind::Read),
    );
    check_values::compare_fingerprints(&mut list);

    list.section();
    for key in &plan.keys {
        list.add(keys::wrapped(plan, key));
    }
    // Only now: until a key is backed up, its file is the only other copy.
    list.add(
        step(StepName::ImportFiles, Actor::Administrator)
            .then(StageName::Destroy, StageKind::Choose(Question::KeyFiles))
            .then_when(Condition::KeyFilesRemain, StageName::Remain, StageKind::Read),
    );
    list.add(
        step(StepName::ImportManifest, Actor::Administrator)
            .then(
                StageName::Manifest,
                StageKind::Do(|known, _| Some(acts::WriteManifest { keys: known.kept_keys() }.into())),
            )
            .then(StageName::Written, StageKind::States(|| Fact::RestoreNotProven)),
    );
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
