//! How a ceremony ends.

use crate::ceremony::steps::{Actor, List, StageKind, step};
use crate::clerk::acts;
use crate::names::{StageName, StepName};

/// Nothing is held, the folder is complete, the record can be sealed.
pub fn close(list: &mut List) {
    close_in_words(list, StageName::Close, StageName::Closed);
}

/// The same where no device took part.
pub fn close_without_device(list: &mut List) {
    close_in_words(list, StageName::CloseWithoutDevice, StageName::ClosedWithoutDevice);
}

fn close_in_words(list: &mut List, close: StageName, closed: StageName) {
    list.section();
    list.add(
        step(StepName::Close, Actor::Administrator)
            .then(StageName::Empty, StageKind::Do(|_, _| Some(acts::ProveVaultEmpty.into())))
            .then(close, StageKind::Do(|_, _| Some(acts::CloseFolder.into())))
            .then(closed, StageKind::Tick),
    );
}
