//! How keys are generated, listed, backed up and brought back.

use crate::ceremony::known::Known;
use crate::ceremony::known::character::KeySource;
use crate::ceremony::steps::{Actor, Condition, List, StageKind, Step, step};
use crate::clerk::{Act, acts};
use crate::fields::{Field, FieldKind};
use crate::names::{FieldName, StageName, StepName};
use crate::plan::{Plan, PlannedKey};
use crate::record::StoredKey;
use crate::terms::{DeviceRole, Handle};

/// The list shows nothing, every key comes back, the list shows them, each signs.
pub fn bring_keys_back(list: &mut List, plan: &Plan) {
    bring_keys_to(list, plan, DeviceRole::Replacement);
}

/// The same for any device. The devices of a fleet are all alike: nobody chooses a reference there.
pub fn bring_keys_to(list: &mut List, plan: &Plan, role: DeviceRole) {
    list.section();
    list.add(
        step(StepName::EmptyList, Actor::Administrator).on(role).then(StageName::List, StageKind::Do(inventory_empty)),
    );
    for key in &plan.keys {
        let restored = step(StepName::RestoreKey, Actor::Administrator).on(role).about(&key.label);
        let restored = match role {
            DeviceRole::Original | DeviceRole::Replacement => restored
                .then_when(Condition::LeftOut(false), StageName::Reference, StageKind::Form(key_reference))
                .then_when(Condition::OtherReference, StageName::OtherReference, StageKind::Confirm(other_reference)),
            DeviceRole::Further(_) => restored,
        };
        list.add(
            restored.then_when(Condition::LeftOut(false), StageName::Restore, StageKind::Do(restore_key)).then_when(
                Condition::LeftOut(true),
                StageName::LeftOut,
                StageKind::Read,
            ),
        );
    }
    list.add(
        step(StepName::FullList, Actor::Administrator)
            .on(role)
            .then(StageName::List, StageKind::Do(inventory_restored))
            .then_when(Condition::LeftOut(false), StageName::Listed, StageKind::Read)
            .then_when(Condition::LeftOut(true), StageName::ListedWithout, StageKind::Read),
    );
    for key in &plan.keys {
        list.add(
            step(StepName::ProveKey, Actor::Administrator)
                .on(role)
                .about(&key.label)
                .then_when(Condition::LeftOut(false), StageName::Sign, StageKind::Do(prove_key))
                .then_when(Condition::Proven, StageName::Proven, StageKind::Read)
                .then_when(Condition::NotProvable, StageName::NotProvable, StageKind::Read)
                .then_when(Condition::WithoutProof, StageName::WithoutProof, StageKind::Read)
                .then_when(Condition::LeftOut(true), StageName::LeftOut, StageKind::Read),
        );
    }
}

/// The step that generates a key.
pub fn made(key: &PlannedKey) -> Step {
    step(StepName::MakeKey, Actor::Administrator)
        .about(&key.label)
        .then(StageName::Make, StageKind::Do(make_key))
        .then_when(Condition::LeftOut(false), StageName::Made, StageKind::Read)
        .then_when(Condition::LeftOut(true), StageName::LeftOut, StageKind::Read)
}

/// The step that backs up a key that was generated today. The DKEK is forgotten after the last one.
pub fn wrapped(plan: &Plan, key: &PlannedKey) -> Step {
    wrapped_keeping_dkek(key)
        .forgetting((Some(&key.label) == plan.keys.last().map(|last| &last.label)).then_some(Handle::Dkek))
}

/// The same where the DKEK is needed once more.
pub fn wrapped_keeping_dkek(key: &PlannedKey) -> Step {
    step(StepName::BackUp, Actor::Administrator)
        .about(&key.label)
        .then_when(Condition::LeftOut(false), StageName::Wrap, StageKind::Do(back_up))
        .then_when(Condition::LeftOut(false), StageName::Wrapped, StageKind::Read)
        .then_when(Condition::LeftOut(true), StageName::LeftOut, StageKind::Read)
}

fn make_key(known: &Known, step: &Step) -> Option<Act> {
    let key = known.key(step.key.as_ref())?.clone();
    Some(acts::MakeKey { key, serial: known.devices.serial(step.role)?, again: known.doubt.again }.into())
}

/// The act that compares the device's list with the plan.
pub fn inventory_planned(known: &Known, step: &Step) -> Option<Act> {
    inventory(known, step, Vec::new(), known.keys_that_stay().cloned().collect())
}

/// The act that compares the device's list with the plan and with what it listed before: those keys must all be there still.
pub fn inventory_with_those_before(known: &Known, step: &Step) -> Option<Act> {
    let new = |key: &&StoredKey| !known.plan.keys.iter().any(|planned| planned.reference == key.reference);
    let before = known.keys.listed.iter().filter(new).cloned().collect();
    inventory(known, step, before, known.keys_that_stay().cloned().collect())
}

fn inventory_empty(known: &Known, step: &Step) -> Option<Act> {
    inventory(known, step, Vec::new(), Vec::new())
}

fn inventory_restored(known: &Known, step: &Step) -> Option<Act> {
    let moved = |key: &PlannedKey| PlannedKey { reference: known.restore_to(key), ..key.clone() };
    inventory(known, step, Vec::new(), known.keys_that_stay().map(moved).collect())
}

fn inventory(known: &Known, step: &Step, before: Vec<StoredKey>, expected: Vec<PlannedKey>) -> Option<Act> {
    let left_out = known.keys_of_today().filter(|key| known.keys.left_out.contains(key.label.as_str()));
    let at = |key: &PlannedKey| match step.role {
        DeviceRole::Original => key.reference,
        DeviceRole::Replacement | DeviceRole::Further(_) => known.restore_to(key),
    };
    let perhaps = left_out.map(at).collect();
    Some(
        acts::TakeInventory { role: step.role, serial: known.devices.serial(step.role)?, expected, before, perhaps }
            .into(),
    )
}

/// The act that wraps this step's key.
pub fn back_up(known: &Known, step: &Step) -> Option<Act> {
    let key = known.key(step.key.as_ref())?.clone();
    let origin = match known.ceremony.keys {
        KeySource::Known | KeySource::Folder => acts::KeyOrigin::Generated,
        KeySource::New | KeySource::Files => acts::KeyOrigin::Added,
        KeySource::Device => acts::KeyOrigin::Found { opened: known.opens_share_files() },
    };
    Some(acts::BackUp { key, serial: known.devices.serial(step.role)?, kcv: known.shares.dkek_kcv?, origin }.into())
}

/// The act that verifies this step's wrapped key.
pub fn verify_backup(known: &Known, step: &Step) -> Option<Act> {
    let (label, kcv, opened) = (step.key.clone()?, known.shares.dkek_kcv?, known.opens_share_files());
    Some(acts::VerifyBackup { label, kcv, opened }.into())
}

fn key_reference(known: &Known, step: &Step) -> Vec<Field> {
    let Some(key) = known.key(step.key.as_ref()) else { return Vec::new() };
    let others = known.keys_of_today().filter(|other| other.label != key.label);
    let taken = others.map(|other| known.restore_to(other).get()).collect();
    vec![Field::new(FieldName::KeyReference, FieldKind::KeyReference { taken, planned: key.restore_to.get() })]
}

fn other_reference(_: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::OtherReference, FieldKind::Word("OTHER REFERENCE"))]
}

fn restore_key(known: &Known, step: &Step) -> Option<Act> {
    let key = known.key(step.key.as_ref())?;
    let to = known.restore_to(key);
    Some(
        acts::RestoreKey {
            label: key.label.clone(),
            role: further(step),
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
    let (role, serial) = (further(step), known.devices.serial(step.role)?);
    Some(acts::ProveKey { label: key.label.clone(), role, at, serial }.into())
}

/// Which device of a fleet a step is about; none: it is about the only one that gets keys.
fn further(step: &Step) -> Option<DeviceRole> {
    step.role.further().map(|_| step.role)
}
