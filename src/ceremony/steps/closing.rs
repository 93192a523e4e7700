//! How a ceremony ends.

use crate::ceremony::known::Known;
use crate::ceremony::steps::{Actor, Condition, List, StageKind, Step, copies, step};
use crate::clerk::{Act, acts};
use crate::names::{StageName, StepName};
use crate::plan::Plan;

/// Nothing is held, the folder is complete and is copied, the record can be sealed.
pub fn close(list: &mut List, plan: &Plan) {
    list.section();
    let close = step(StepName::Close, Actor::Administrator)
        .then(StageName::Empty, StageKind::Do(|_, _| Some(acts::ProveVaultEmpty.into())));
    list.add(if plan.arrangements.sign_record.is_some() {
        let (signs, not) = (Condition::SignsRecord(true), Condition::SignsRecord(false));
        // Whoever logs in again does so to the device that signs.
        close
            .on(list.last_role())
            .then_when(signs, StageName::Signer, StageKind::Do(ready_signer))
            .then_when(not, StageName::Close, StageKind::Do(|_, _| Some(acts::CloseFolder.into())))
            .then_when(not, StageName::Closed, StageKind::Tick)
            .then_when(signs, StageName::ClosedSigning, StageKind::Tick)
    } else {
        close
            .then(StageName::Close, StageKind::Do(|_, _| Some(acts::CloseFolder.into())))
            .then(StageName::Closed, StageKind::Tick)
    });
    copies::copies(list, plan);
}

fn ready_signer(known: &Known, _: &Step) -> Option<Act> {
    Some(acts::ReadySigner { signer: known.signs_record()? }.into())
}
