//! Parts that ceremonies share: how a device is found, how keys are made, backed up and come back.

use crate::ceremony::act::Act;
use crate::ceremony::known::State;
use crate::ceremony::steps::{Actor, Kind, List, Question, Step, When, step};
use crate::fields::{Field, FieldKind};
use crate::names::FieldName;
use crate::plan::{Plan, PlannedKey};
use crate::terms::DeviceRole;

/// The stages that find the device of a step: it is put in, found, picked among several, and shown.
pub fn found_device(step: Step) -> Step {
    step.then("insert", Kind::Read)
        .then("find", Kind::Do(find))
        .then_when(When::Several, "which", Kind::Choose(Question::Device))
        .then_when(When::Several, "find", Kind::Do(find_picked))
        .then("found", Kind::Read)
}

/// A replacement is never an original: that is lost, or it is what the replacement is for.
#[allow(clippy::unnecessary_wraps, reason = "the form of every act's maker")]
fn find(state: &State, step: &Step) -> Option<Act> {
    let mut not = state.given_up.clone();
    if step.role == DeviceRole::Replacement {
        not.extend(state.source.iter().flat_map(|source| source.devices.clone()));
        not.extend(state.serial(DeviceRole::Original));
    }
    Some(Act::FindDevice { role: step.role, not, picked: None })
}

fn find_picked(state: &State, step: &Step) -> Option<Act> {
    Some(Act::FindDevice { role: step.role, not: Vec::new(), picked: Some(state.picked.clone()?) })
}

/// Everyone who is needed is here, and the room is fit.
pub fn people_and_room(list: &mut List, call: &'static str) {
    list.add(step("roll-call", Actor::Administrator).then(call, Kind::RollCall));
    list.add(
        step("room", Actor::Administrator)
            .then("examine", Kind::Do(|_, _| Some(Act::ExamineRoom)))
            .then("found", Kind::Tick)
            .then_when(When::Unfit, "override", Kind::Form(override_unfit)),
    );
}

/// The list shows nothing, every key comes back, the list shows them, each signs.
pub fn bring_keys_back(list: &mut List, plan: &Plan) {
    let role = DeviceRole::Replacement;
    list.section();
    list.add(
        step("empty-list", Actor::Administrator)
            .on(role)
            .then("list", Kind::Do(inventory_empty))
            .then("listed", Kind::Read),
    );
    for key in &plan.keys {
        list.add(
            step("restore-key", Actor::Administrator)
                .on(role)
                .about(&key.label)
                .then("reference", Kind::Form(key_reference))
                .then("restore", Kind::Do(restore_key))
                .then("restored", Kind::Read),
        );
    }
    list.add(
        step("full-list", Actor::Administrator)
            .on(role)
            .then("list", Kind::Do(inventory_restored))
            .then("listed", Kind::Read),
    );
    for key in &plan.keys {
        list.add(
            step("prove-key", Actor::Administrator)
                .on(role)
                .about(&key.label)
                .then("sign", Kind::Do(prove_key))
                .then_when(When::Proven, "proven", Kind::Read)
                .then_when(When::NotProvable, "not-provable", Kind::Read),
        );
    }
}

/// Nothing is held, the folder is complete, the record can be sealed.
pub fn close(list: &mut List) {
    list.section();
    list.add(
        step("close", Actor::Administrator)
            .then("empty", Kind::Do(|_, _| Some(Act::ProveVaultEmpty)))
            .then("close", Kind::Do(|_, _| Some(Act::CloseFolder)))
            .then("closed", Kind::Tick),
    );
}

fn override_unfit(_: &State, _: &Step) -> Vec<Field> {
    vec![
        Field::new(FieldName::Override, FieldKind::Word("OVERRIDE")),
        Field::new(FieldName::Reason, FieldKind::Line { optional: false }),
    ]
}

/// The act that makes this step's key.
pub fn make_key(state: &State, step: &Step) -> Option<Act> {
    let key = state.key(step.key.as_ref())?.clone();
    Some(Act::MakeKey { key, serial: state.serial(step.role)?, again: state.again })
}

/// The act that compares the device's list with the plan.
pub fn inventory_planned(state: &State, step: &Step) -> Option<Act> {
    inventory(state, step, state.plan.keys.clone())
}

fn inventory_empty(state: &State, step: &Step) -> Option<Act> {
    inventory(state, step, Vec::new())
}

fn inventory_restored(state: &State, step: &Step) -> Option<Act> {
    let moved = |key: &PlannedKey| PlannedKey { reference: state.restore_to(key), ..key.clone() };
    inventory(state, step, state.plan.keys.iter().map(moved).collect())
}

fn inventory(state: &State, step: &Step, expected: Vec<PlannedKey>) -> Option<Act> {
    Some(Act::TakeInventory { role: step.role, serial: state.serial(step.role)?, expected })
}

/// The act that wraps this step's key.
pub fn back_up(state: &State, step: &Step) -> Option<Act> {
    let key = state.key(step.key.as_ref())?.clone();
    Some(Act::BackUp { key, serial: state.serial(step.role)?, kcv: state.kcv? })
}

/// The act that verifies this step's wrapped key.
pub fn verify_backup(state: &State, step: &Step) -> Option<Act> {
    Some(Act::VerifyBackup { label: step.key.clone()?, kcv: state.kcv? })
}

fn key_reference(state: &State, step: &Step) -> Vec<Field> {
    let Some(key) = state.key(step.key.as_ref()) else { return Vec::new() };
    let others = state.plan.keys.iter().filter(|other| other.label != key.label);
    let taken = others.map(|other| state.restore_to(other).get()).collect();
    vec![Field::new(FieldName::KeyReference, FieldKind::KeyReference { taken, planned: key.restore_to.get() })]
}

fn restore_key(state: &State, step: &Step) -> Option<Act> {
    let key = state.key(step.key.as_ref())?;
    let to = state.restore_to(key);
    Some(Act::RestoreKey { label: key.label.clone(), to, serial: state.serial(step.role)?, again: state.again })
}

fn prove_key(state: &State, step: &Step) -> Option<Act> {
    let key = state.key(step.key.as_ref())?;
    let at = state.restore_to(key);
    Some(Act::ProveKey { label: key.label.clone(), key_type: key.key_type, at, serial: state.serial(step.role)? })
}
