//! *Drill*: proof that a quorum, or every custodian, still opens the backup and that every wrapped key is intact; on a spare
//! device also that the keys come back. The device that holds them is not touched.

use crate::ceremony::kinds::Ceremony;
use crate::ceremony::known::character::{Cards, Character, DeviceUse, KeySource, Needs, Unattended};
use crate::ceremony::steps::{
    Actor, Condition, List, Part, Question, StageKind, Step, bags, check_values, closing, device, keys, opening,
    people, provisioning, source, step,
};
use crate::clerk::acts;
use crate::names::{CeremonyKind, StageName, StepName};
use crate::plan::Plan;
use crate::record::{Deviation, Fact};
use crate::script::ceremonies;
use crate::terms::{DeviceRole, Drill, Handle};

/// The entry for *drill*.
pub static CEREMONY: Ceremony = Ceremony {
    character: Character {
        kind: CeremonyKind::Drill,
        text: &ceremonies::DRILL,
        needs: Needs::Backup,
        cards: Cards::Earlier,
        keys: KeySource::Known,
        devices: DeviceUse::Provisions,
        unattended: Unattended::ByNameAfterDealing,
    },
    steps,
};

/// The steps of *drill* for the plan of the sitting whose backup is tried.
fn steps(plan: &Plan) -> Vec<Step> {
    let mut list = List::default();
    list.section();
    list.add(source::backup());
    list.add(
        step(StepName::DrillExtent, Actor::Administrator).then(StageName::Ask, StageKind::Choose(Question::Drill)),
    );
    people::people_of_drill_and_room(&mut list);

    opening::open_all_controlled(&mut list, plan);
    bags::new_bags(&mut list, plan);

    list.section();
    for key in &plan.keys {
        list.add(
            step(StepName::DrillBackup, Actor::Administrator)
                .about(&key.label)
                .then_when(Condition::LeftOut(false), StageName::Verify, StageKind::Do(keys::verify_backup))
                .then_when(Condition::LeftOut(false), StageName::Verified, StageKind::Read)
                .then_when(Condition::LeftOut(true), StageName::LeftOut, StageKind::Read),
        );
    }

    list.part(Part::OnSpare, |list| {
        list.section();
        list.add(device::device(DeviceRole::Replacement));
        provisioning::provision(list, plan, DeviceRole::Replacement);
        provisioning::load(list, DeviceRole::Replacement, &[Handle::Dkek, Handle::NewSoPin]);
        keys::bring_keys_back(list, plan);
        check_values::compare_fingerprints(list);
    });

    list.section();
    let not_restored: fn() -> Fact = || Fact::RestoreNotProven;
    list.add(
        step(StepName::DrillResult, Actor::Administrator)
            .on(DeviceRole::Replacement)
            .then(
                StageName::NextDrill,
                StageKind::Do(|known, _| Some(acts::SetNextDrill { months: known.plan.drill_months }.into())),
            )
            .then_when(Condition::Drills(Drill::Quorum), StageName::ByQuorum, StageKind::States(not_restored))
            .then_when(Condition::Drills(Drill::Everyone), StageName::ByEveryone, StageKind::States(not_restored))
            .then_when(
                Condition::SharesNotProven,
                StageName::NotEveryone,
                StageKind::Deviates(Deviation::SharesNotProven),
            )
            .then_when(Condition::Drills(Drill::Spare), StageName::OnSpare, StageKind::Read)
            .forgetting([Handle::Dkek, Handle::NewSoPin]),
    );
    closing::close_drill(&mut list, plan);
    list.finish()
}
