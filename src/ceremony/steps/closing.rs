//! How a ceremony ends.

use crate::ceremony::steps::{Actor, Condition, List, StageKind, Step, step};
use crate::clerk::acts;
use crate::names::{StageName, StepName};
use crate::terms::Drill;

/// The same where the device may not have been needed.
pub fn close_drill(list: &mut List) {
    list.section();
    list.add(closes().then_when(Condition::Drills(Drill::Spare), StageName::Closed, StageKind::Tick).then_when(
        Condition::DrillsWithoutDevice,
        StageName::ClosedWithoutDevice,
        StageKind::Tick,
    ));
}

/// Nothing is held, the folder is complete, the record can be sealed.
pub fn close(list: &mut List) {
    list.section();
    list.add(closes().then(StageName::Closed, StageKind::Tick));
}

fn closes() -> Step {
    step(StepName::Close, Actor::Administrator)
        .then(StageName::Empty, StageKind::Do(|_, _| Some(acts::ProveVaultEmpty.into())))
        .then(StageName::Close, StageKind::Do(|_, _| Some(acts::CloseFolder.into())))
}
