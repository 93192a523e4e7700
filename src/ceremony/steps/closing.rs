//! How a ceremony ends.

use crate::ceremony::steps::{Actor, List, StageKind, copies, step};
use crate::clerk::acts;
use crate::names::{StageName, StepName};
use crate::plan::Plan;

/// Nothing is held, the folder is complete and is copied, everyone signs out, the record can be sealed.
pub fn close(list: &mut List, plan: &Plan) {
    list.section();
    list.add(
        step(StepName::Close, Actor::Administrator)
            .then(StageName::Empty, StageKind::Do(|_, _| Some(acts::ProveVaultEmpty.into())))
            .then(StageName::Close, StageKind::Do(|_, _| Some(acts::CloseFolder.into())))
            .then(StageName::Closed, StageKind::Tick),
    );
    copies::copies(list, plan);
    list.add(step(StepName::SignOut, Actor::Administrator).then(StageName::SignOut, StageKind::SignOut));
}
