//! How the device of a step is found.

use crate::ceremony::known::Known;
use crate::ceremony::steps::{Actor, Condition, Question, StageKind, Step, step};
use crate::clerk::acts::DevicePurpose;
use crate::clerk::{Act, acts};
use crate::fields::{Field, FieldKind};
use crate::names::{FieldName, StageName, StepName};
use crate::terms::{DeviceRole, KeyType};

/// The stages that find the device of a step: it is put in, found, picked among several, and shown. Whoever sees that it is
/// the wrong one changes it and has the program look again.
pub fn found_device(step: Step) -> Step {
    step.then(StageName::Insert, StageKind::Read)
        .then(StageName::Find, StageKind::Do(find))
        .then_when(Condition::Several, StageName::Which, StageKind::Choose(Question::Device))
        .then_when(Condition::Several, StageName::Find, StageKind::Do(find_picked))
        .then(StageName::Found, StageKind::Choose(Question::RightDevice))
}

/// The step that finds the device for a role.
pub fn device(role: DeviceRole) -> Step {
    let id = match role {
        DeviceRole::Original => StepName::Device,
        DeviceRole::Replacement => StepName::Replacement,
    };
    let device = found_device(step(id, Actor::Administrator).on(role))
        .then_when(Condition::HoldsKeys, StageName::Compare, StageKind::Do(compare_keys))
        .then_when(Condition::HoldsOtherKeys, StageName::Erases, StageKind::Confirm(erase_keys));
    match role {
        DeviceRole::Original => device,
        DeviceRole::Replacement => {
            device.then_when(Condition::HoldsBackedUpKeys, StageName::ErasesBackedUp, StageKind::Confirm(erase_keys))
        }
    }
}

fn compare_keys(known: &Known, step: &Step) -> Option<Act> {
    Some(acts::CompareKeys { role: step.role, serial: known.devices.serial(step.role)? }.into())
}

fn erase_keys(_: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::EraseKeys, FieldKind::Word("ERASE THESE KEYS"))]
}

/// A replacement is never an original: that is lost, or it is what the replacement is for.
#[allow(clippy::unnecessary_wraps, reason = "the form of every act's maker")]
fn find(known: &Known, step: &Step) -> Option<Act> {
    let mut not = Vec::new();
    if step.role == DeviceRole::Replacement {
        not.extend(known.restored.from.iter().flat_map(|source| source.devices.clone()));
        not.extend(known.devices.serial(DeviceRole::Original));
    }
    let given_up = known.devices.given_up.clone();
    Some(acts::FindDevice { role: step.role, not, given_up, picked: None, purpose: purpose(known, step) }.into())
}

fn find_picked(known: &Known, step: &Step) -> Option<Act> {
    let picked = Some(known.devices.picked.clone()?);
    let (not, given_up) = (Vec::new(), Vec::new());
    Some(acts::FindDevice { role: step.role, not, given_up, picked, purpose: purpose(known, step) }.into())
}

/// Every device but the one that people inspect gets keys.
fn purpose(known: &Known, step: &Step) -> DevicePurpose {
    if step.id == StepName::InspectDevice {
        return DevicePurpose::Inspection;
    }
    let rsa_4096 = known.plan.keys.iter().any(|key| key.key_type == KeyType::Rsa(4096));
    DevicePurpose::Provisioning { rsa_4096 }
}
