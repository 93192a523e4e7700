//! *Restore*: a quorum brings the backed-up keys onto a replacement device.

use crate::ceremony::kinds::establish::spare;
use crate::ceremony::steps::opening;
use crate::ceremony::steps::parts;
use crate::ceremony::steps::provisioning;
use crate::ceremony::steps::{Actor, Kind, List, Question, Step, When, step};
use crate::clerk::acts;
use crate::plan::Plan;
use crate::terms::{DeviceRole, Handle};

/// The steps of *restore* for the plan of the sitting that is restored from.
pub fn steps(plan: &Plan) -> Vec<Step> {
    let mut list = List::default();
    list.section();
    list.add(
        step("source", Actor::Administrator)
            .then("read", Kind::Do(|_, _| Some(acts::ReadFolder.into())))
            .then_when(When::FromOurs, "found", Kind::Read)
            .then_when(When::FromElsewhere, "found-elsewhere", Kind::Read)
            .then_when(When::NotSealed, "not-sealed", Kind::Deviates("source-record-not-sealed"))
            .then_when(When::Damaged, "damaged", Kind::Deviates("wrapped-keys-not-readable")),
    );
    list.add(step("loss", Actor::Administrator).then("ask", Kind::Choose(Question::Loss)).then_when(
        When::Stolen,
        "stolen",
        Kind::Tick,
    ));
    parts::people_and_room(&mut list, "call-quorum");

    opening::open_all(&mut list, plan);

    list.section();
    for key in &plan.keys {
        list.add(
            step("verify-backup", Actor::Administrator)
                .about(&key.label)
                .then("verify", Kind::Do(parts::verify_backup))
                .then("verified", Kind::Read),
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
