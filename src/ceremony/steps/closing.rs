//! How a ceremony ends.

use crate::ceremony::known::Known;
use crate::ceremony::steps::{Actor, Condition, List, StageKind, Step, copies, step};
use crate::clerk::{Act, acts};
use crate::names::{StageName, StepName};
use crate::plan::Plan;
use crate::terms::Drill;

/// Nothing is held, the folder is complete and is copied, everyone signs out, the record can be sealed.
pub fn close(list: &mut List, plan: &Plan) {
    let step = if plan.arrangements.sign_record.is_some() {
        let (signs, not) = (Condition::SignsRecord(true), Condition::SignsRecord(false));
        // Whoever logs in again does so to the device that signs.
        emptied()
            .on(list.last_role())
            .then_when(signs, StageName::Signer, StageKind::Do(ready_signer))
            .then_when(not, StageName::Close, complete())
            .then_when(not, StageName::Closed, StageKind::Tick)
            .then_when(signs, StageName::ClosedSigning, StageKind::Tick)
    } else {
        return close_erased(list, plan);
    };
    end_with(list, plan, step);
}

/// The same where the device was erased: it has no key that could sign the record.
pub fn close_erased(list: &mut List, plan: &Plan) {
    let step = emptied().then(StageName::Close, complete()).then(StageName::Closed, StageKind::Tick);
    end_with(list, plan, step);
}

/// The same where no device took part.
pub fn close_without_device(list: &mut List, plan: &Plan) {
    let step =
        emptied().then(StageName::CloseWithoutDevice, complete()).then(StageName::ClosedWithoutDevice, StageKind::Tick);
    end_with(list, plan, step);
}

/// The same where a device may not have been needed.
pub fn close_drill(list: &mut List, plan: &Plan) {
    let step = emptied()
        .then(StageName::Close, complete())
        .then_when(Condition::Drills(Drill::Spare), StageName::Closed, StageKind::Tick)
        .then_when(Condition::DrillsWithoutDevice, StageName::ClosedDrill, StageKind::Tick);
    end_with(list, plan, step);
}

fn emptied() -> Step {
    step(StepName::Close, Actor::Administrator)
        .then(StageName::Empty, StageKind::Do(|_, _| Some(acts::ProveVaultEmpty.into())))
}

const fn complete() -> StageKind {
    StageKind::Do(|_, _| Some(acts::CloseFolder.into()))
}

fn end_with(list: &mut List, plan: &Plan, step: Step) {
    list.section();
    list.add(step);
    copies::copies(list, plan);
    list.add(self::step(StepName::SignOut, Actor::Administrator).then(StageName::SignOut, StageKind::SignOut));
}

fn ready_signer(known: &Known, _: &Step) -> Option<Act> {
    Some(acts::ReadySigner { signer: known.signs_record()? }.into())
}
