//! How a ceremony ends.

use crate::ceremony::steps::{Actor, List, StageKind, step};
use crate::clerk::acts;
use crate::names::{StageName, StepName};

/// Nothing is held, the folder is complete, the record can be sealed.
pub fn close(list: &mut List) {
    list.section();
    list.add(
        step(StepName::Close, Actor::Administrator)
            .then(StageName::Empty, StageKind::Do(|_, _| Some(acts::ProveVaultEmpty.into())))
            .then(StageName::Close, StageKind::Do(|_, _| Some(acts::CloseFolder.into())))
            .then(StageName::Closed, StageKind::Tick)
            .then(StageName::SignOut, StageKind::SignOut),
    );
}
