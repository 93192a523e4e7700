//! *Restore*: a quorum brings the backed-up keys onto a replacement device.

use crate::ceremony::act::Act;
use crate::ceremony::kinds::establish::spare;
use crate::ceremony::steps::opening;
use crate::ceremony::steps::parts;
use crate::ceremony::steps::provisioning;
use crate::ceremony::steps::{Actor, Condition, List, Question, StageKind, Step, step};
use crate::plan::Plan;
use crate::terms::{DeviceRole, Handle};

/// The steps of *restore* for the plan of the sitting that is restored from.
pub fn steps(plan: &Plan) -> Vec<Step> {
    let mut list = List::default();
    list.section();
    list.add(
        step("source", Actor::Administrator)
            .then("read", StageKind::Do(|_, _| Some(Act::ReadFolder)))
            .then_when(Condition::FromOurs, "found", StageKind::Read)
            .then_when(Condition::FromElsewhere, "found-elsewhere", StageKind::Read)
            .then_when(Condition::NotSealed, "not-sealed", StageKind::Deviates("source-record-not-sealed"))
            .then_when(Condition::Damaged, "damaged", StageKind::Deviates("wrapped-keys-not-readable")),
    );
    list.add(step("loss", Actor::Administrator).then("ask", StageKind::Choose(Question::Loss)).then_when(
        Condition::Stolen,
        "stolen",
        StageKind::Tick,
    ));
    parts::people_and_room(&mut list, "call-quorum");

    opening::open_all(&mut list, plan);

    list.section();
    for key in &plan.keys {
        list.add(
            step("verify-backup", Actor::Administrator)
                .about(&key.label)
                .then("verify", StageKind::Do(parts::verify_backup))
                .then("verified", StageKind::Read),
        );
    }

    list.section();
    list.add(spare());
    provisioning::provision(&mut list, plan, DeviceRole::Replacement);
    provisioning::load(&mut list, DeviceRole::Replacement, &[Handle::Dkek]);
    parts::bring_keys_back(&mut list, plan);
    parts::close(&mut list);
    list.finish()
}
