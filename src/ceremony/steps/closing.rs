//! How a ceremony ends.

use crate::ceremony::steps::{Actor, List, StageKind, copies, step};
use crate::clerk::acts;
use crate::names::{StageName, StepName};
use crate::plan::Plan;

/// Nothing is held, the folder is complete and is copied, everyone signs out, the record can be sealed.
pub fn close(list: &mut List, plan: &Plan) {
    close_in_words(list, plan, StageName::Close, StageName::Closed);
}

/// The same where no device took part.
pub fn close_without_device(list: &mut List, plan: &Plan) {
    close_in_words(list, plan, StageName::CloseWithoutDevice, StageName::ClosedWithoutDevice);
}

fn close_in_words(list: &mut List, plan: &Plan, close: StageName, closed: StageName) {
    list.section();
    list.add(
        step(StepName::Close, Actor::Administrator)
            .then(StageName::Empty, StageKind::Do(|_, _| Some(acts::ProveVaultEmpty.into())))
            .then(close, StageKind::Do(|_, _| Some(acts::CloseFolder.into())))
            .then(closed, StageKind::Tick),
    );
    copies::copies(list, plan);
    list.add(step(StepName::SignOut, Actor::Administrator).then(StageName::SignOut, StageKind::SignOut));
}
