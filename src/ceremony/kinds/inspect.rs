//! *Inspect*: what is in the reader. Nothing on the device is changed.

use crate::ceremony::steps::parts;
use crate::ceremony::steps::provisioning;
use crate::ceremony::steps::{Actor, Kind, List, Question, Step, When, step};
use crate::clerk::acts;

/// The steps of *inspect*.
pub fn steps() -> Vec<Step> {
    let mut list = List::default();
    list.section();
    list.add(parts::found_device(step("inspect-device", Actor::Administrator)));
    let read_dkek: crate::ceremony::steps::MakeAct =
        |state, step| Some(acts::ReadDkek { role: step.role, serial: state.serial(step.role)? }.into());
    list.add(step("inspect-dkek", Actor::Administrator).then("read", Kind::Do(read_dkek)).then("state", Kind::Read));
    list.add(
        step("inspect-keys", Actor::Administrator)
            .then(
                "list",
                Kind::Do(|state, step| {
                    Some(acts::ListKeys { role: step.role, serial: state.serial(step.role)? }.into())
                }),
            )
            .then("listed", Kind::Read),
    );
    // Last, for whoever has no PIN has seen everything else by then.
    let asked =
        step("inspect-log-in", Actor::PinHolder).then_when(When::KcvHidden, "ask", Kind::Choose(Question::HiddenKcv));
    list.add(
        provisioning::with_log_in_when(asked, When::KcvHidden)
            .then_when(When::KcvHidden, "read", Kind::Do(read_dkek))
            .then_when(When::KcvAsked, "shown", Kind::Read),
    );
    list.finish()
}
