//! How the device of a step is found.

use crate::ceremony::known::Known;
use crate::ceremony::steps::{Actor, Condition, Question, StageKind, Step, step};
use crate::clerk::{Act, acts};
use crate::names::{StageName, StepName};
use crate::terms::DeviceRole;

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
    found_device(step(id, Actor::Administrator).on(role))
}

/// A replacement is never an original: that is lost, or it is what the replacement is for.
#[allow(clippy::unnecessary_wraps, reason = "the form of every act's maker")]
fn find(known: &Known, step: &Step) -> Option<Act> {
    let mut not = Vec::new();
    if step.role == DeviceRole::Replacement {
        not.extend(known.restored.from.iter().flat_map(|source| source.devices.clone()));
        not.extend(known.devices.serial(DeviceRole::Original));
    }
    Some(acts::FindDevice { role: step.role, not, given_up: known.devices.given_up.clone(), picked: None }.into())
}

fn find_picked(known: &Known, step: &Step) -> Option<Act> {
    let picked = Some(known.devices.picked.clone()?);
    Some(acts::FindDevice { role: step.role, not: Vec::new(), given_up: Vec::new(), picked }.into())
}
