//! Parts that ceremonies share: how a device is found, and how keys are generated, backed up and restored.

use crate::ceremony::known::Known;
use crate::ceremony::known::roll_call::Attendance;
use crate::ceremony::steps::{Actor, Condition, List, Question, StageKind, Step, step};
use crate::clerk::{Act, acts};
use crate::fields::{Field, FieldKind};
use crate::names::{FieldName, StageName, StepName};
use crate::plan::{Plan, PlannedKey};
use crate::terms::DeviceRole;

/// The stages that find a step's device: it is inserted, found, picked if there are several, and shown.
pub fn found_device(step: Step) -> Step {
    step.then(StageName::Insert, StageKind::Read)
        .then(StageName::Find, StageKind::Do(find))
        .then_when(Condition::Several, StageName::Which, StageKind::Choose(Question::Device))
        .then_when(Condition::Several, StageName::Find, StageKind::Do(find_picked))
        .then(StageName::Found, StageKind::Read)
}

/// The step that finds the device for a role.
pub fn device(role: DeviceRole) -> Step {
    let id = match role {
        DeviceRole::Original => StepName::Device,
        DeviceRole::Replacement => StepName::Replacement,
    };
    found_device(step(id, Actor::Administrator).on(role))
}

/// A replacement is never an original: that one is lost, or it is what the replacement is for.
#[allow(clippy::unnecessary_wraps, reason = "the form of every act's maker")]
fn find(known: &Known, step: &Step) -> Option<Act> {
    let mut not = known.devices.given_up.clone();
    if step.role == DeviceRole::Replacement {
        not.extend(known.restored.from.iter().flat_map(|source| source.devices.clone()));
        not.extend(known.devices.serial(DeviceRole::Original));
    }
    Some(acts::FindDevice { role: step.role, not, picked: None }.into())
}

fn find_picked(known: &Known, step: &Step) -> Option<Act> {
    Some(acts::FindDevice { role: step.role, not: Vec::new(), picked: Some(known.devices.picked.clone()?) }.into())
}

/// Everyone who is needed is present, and the room is fit.
pub fn people_and_room(list: &mut List, attendance: Attendance) {
    let call = match attendance {
        Attendance::Everyone => StageName::Call,
        Attendance::Quorum => StageName::CallQuorum,
    };
    list.add(step(StepName::RollCall, Actor::Administrator).then(call, StageKind::RollCall(attendance)));
    list.add(
        step(StepName::Room, Actor::Administrator)
            .then(StageName::Examine, StageKind::Do(|_, _| Some(acts::ExamineRoom.into())))
            .then(StageName::Found, StageKind::Tick)
            .then_when(Condition::Unfit, StageName::Override, StageKind::Form(override_unfit)),
    );
}

/// The list is empty, every key is restored, the list shows them, each one signs.
pub fn bring_keys_back(list: &mut List, plan: &Plan) {
    let role = DeviceRole::Replacement;
    list.section();
    list.add(
        step(StepName::EmptyList, Actor::Administrator)
            .on(role)
            .then(StageName::List, StageKind::Do(inventory_empty))
            .then(StageName::Listed, StageKind::Read),
    );
    for key in &plan.keys {
        list.add(
            step(StepName::RestoreKey, Actor::Administrator)
                .on(role)
                .about(&key.label)
                .then(StageName::Reference, StageKind::Form(key_reference))
                .then(StageName::Restore, StageKind::Do(restore_key))
                .then(StageName::Restored, StageKind::Read),
        );
    }
    list.add(
        step(StepName::FullList, Actor::Administrator)
            .on(role)
            .then(StageName::List, StageKind::Do(inventory_restored))
            .then(StageName::Listed, StageKind::Read),
    );
    for key in &plan.keys {
        list.add(
            step(StepName::ProveKey, Actor::Administrator)
                .on(role)
                .about(&key.label)
                .then(StageName::Sign, StageKind::Do(prove_key))
                .then_when(Condition::Proven, StageName::Proven, StageKind::Read)
                .then_when(Condition::NotProvable, StageName::NotProvable, StageKind::Read),
        );
    }
}

/// Nothing is held, the folder is complete, the record can be sealed.
pub fn close(list: &mut List) {
    list.section();
    list.add(
        step(StepName::Close, Actor::Administrator)
            .then(StageName::Empty, StageKind::Do(|_, _| Some(acts::ProveVaultEmpty.into())))
            .then(StageName::Close, StageKind::Do(|_, _| Some(acts::CloseFolder.into())))
            .then(StageName::Closed, StageKind::Tick),
    );
}

fn override_unfit(_: &Known, _: &Step) -> Vec<Field> {
    vec![
        Field::new(FieldName::Override, FieldKind::Word("OVERRIDE")),
        Field::new(FieldName::Reason, FieldKind::Line { optional: false }),
    ]
}

/// The act that generates this step's key.
pub fn make_key(known: &Known, step: &Step) -> Option<Act> {
    let key = known.key(step.key.as_ref())?.clone();
    Some(acts::MakeKey { key, serial: known.devices.serial(step.role)?, again: known.doubt.again }.into())
}

/// The act that compares the device's list with the plan.
pub fn inventory_planned(known: &Known, step: &Step) -> Option<Act> {
    inventory(known, step, known.plan.keys.clone())
}

fn inventory_empty(known: &Known, step: &Step) -> Option<Act> {
    inventory(known, step, Vec::new())
}

fn inventory_restored(known: &Known, step: &Step) -> Option<Act> {
    let moved = |key: &PlannedKey| PlannedKey { reference: known.restore_to(key), ..key.clone() };
    inventory(known, step, known.plan.keys.iter().map(moved).collect())
}

fn inventory(known: &Known, step: &Step, expected: Vec<PlannedKey>) -> Option<Act> {
    Some(acts::TakeInventory { role: step.role, serial: known.devices.serial(step.role)?, expected }.into())
}

/// The act that wraps this step's key.
pub fn back_up(known: &Known, step: &Step) -> Option<Act> {
    let key = known.key(step.key.as_ref())?.clone();
    Some(acts::BackUp { key, serial: known.devices.serial(step.role)?, kcv: known.shares.dkek_kcv? }.into())
}

/// The act that verifies this step's wrapped key.
pub fn verify_backup(known: &Known, step: &Step) -> Option<Act> {
    Some(acts::VerifyBackup { label: step.key.clone()?, kcv: known.shares.dkek_kcv? }.into())
}

fn key_reference(known: &Known, step: &Step) -> Vec<Field> {
    let Some(key) = known.key(step.key.as_ref()) else { return Vec::new() };
    let others = known.plan.keys.iter().filter(|other| other.label != key.label);
    let taken = others.map(|other| known.restore_to(other).get()).collect();
    vec![Field::new(FieldName::KeyReference, FieldKind::KeyReference { taken, planned: key.restore_to.get() })]
}

fn restore_key(known: &Known, step: &Step) -> Option<Act> {
    let key = known.key(step.key.as_ref())?;
    let to = known.restore_to(key);
    Some(
        acts::RestoreKey {
            label: key.label.clone(),
            to,
            serial: known.devices.serial(step.role)?,
            again: known.doubt.again,
        }
        .into(),
    )
}

fn prove_key(known: &Known, step: &Step) -> Option<Act> {
    let key = known.key(step.key.as_ref())?;
    let at = known.restore_to(key);
    Some(acts::ProveKey { label: key.label.clone(), at, serial: known.devices.serial(step.role)? }.into())
}
