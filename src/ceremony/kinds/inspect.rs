//! *Inspect*: what is in the reader. Nothing on the device is changed.

use crate::ceremony::act::Act;
use crate::ceremony::steps::parts;
use crate::ceremony::steps::provisioning;
use crate::ceremony::steps::{Actor, Condition, List, Question, StageKind, Step, step};

/// The steps of *inspect*.
pub fn steps() -> Vec<Step> {
    let mut list = List::default();
    list.section();
    list.add(parts::found_device(step("inspect-device", Actor::Administrator)));
    let read_dkek: crate::ceremony::steps::MakeAct =
        |state, step| Some(Act::ReadDkek { role: step.role, serial: state.serial(step.role)? });
    list.add(
        step("inspect-dkek", Actor::Administrator)
            .then("read", StageKind::Do(read_dkek))
            .then("state", StageKind::Read),
    );
    list.add(
        step("inspect-keys", Actor::Administrator)
            .then(
                "list",
                StageKind::Do(|state, step| Some(Act::ListKeys { role: step.role, serial: state.serial(step.role)? })),
            )
            .then("listed", StageKind::Read),
    );
    // Last, for whoever has no PIN has seen everything else by then.
    let asked = step("inspect-log-in", Actor::PinHolder).then_when(
        Condition::KcvHidden,
        "ask",
        StageKind::Choose(Question::HiddenKcv),
    );
    list.add(
        provisioning::with_log_in_when(asked, Condition::KcvHidden)
            .then_when(Condition::KcvHidden, "read", StageKind::Do(read_dkek))
            .then_when(Condition::KcvAsked, "shown", StageKind::Read),
    );
    list.finish()
}
