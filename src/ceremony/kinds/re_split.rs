//! *Re-split*: the DKEK of a backup gets new custodians, with new passwords, new cards and new share files. The DKEK itself,
//! the keys and every device stay as they are.

use crate::ceremony::kinds::Ceremony;
use crate::ceremony::known::Known;
use crate::ceremony::known::character::{Cards, Character, DeviceUse, KeySource, Needs, Unattended};
use crate::ceremony::known::roll_call::Attendance;
use crate::ceremony::steps::{
    Actor, Condition, List, Question, StageKind, Step, bags, closing, opening, people, source, step, turns,
};
use crate::clerk::{Act, acts};
use crate::names::{CeremonyKind, StageName, StepName};
use crate::plan::Plan;
use crate::record::Fact;
use crate::script::ceremonies;
use crate::terms::Handle;

/// The entry for *re-split*.
pub static CEREMONY: Ceremony = Ceremony {
    character: Character {
        kind: CeremonyKind::ReSplit,
        text: &ceremonies::RE_SPLIT,
        needs: Needs::PlanAndBackup,
        cards: Cards::Changed,
        keys: KeySource::Folder,
        devices: DeviceUse::None,
        unattended: Unattended::ByNameAfterDealing,
    },
    steps,
};

/// The steps of *re-split* for a plan: who guarded the DKEK before, and which keys there are, is known once the folder has been
/// read.
fn steps(plan: &Plan) -> Vec<Step> {
    let before = plan.of_those_before();
    let mut list = List::default();
    list.of_those_before(|list| {
        list.section();
        from_the_folder(list);
        people::people_and_room(list, Attendance::Quorum);
        opening::open_all(list, &before, Cards::Earlier);
    });

    list.section();
    list.add(
        step(StepName::NewCustodians, Actor::Administrator)
            .then(StageName::Change, StageKind::States(|| Fact::NewCustodians)),
    );
    list.add(new_plan());
    people::people_of_the_plan(&mut list);
    list.section();
    turns::deal_again(&mut list, plan);
    turns::turns(&mut list, plan);

    list.section();
    for share in plan.numbers() {
        list.add(turns::share_file(share));
    }
    opening::open_all(&mut list, plan, Cards::Dealt);

    list.section();
    for key in &plan.keys {
        list.add(
            step(StepName::CarryKey, Actor::Administrator)
                .about(&key.label)
                .then_when(Condition::LeftOut(false), StageName::Carry, StageKind::Do(carry_key))
                .then_when(Condition::LeftOut(false), StageName::Carried, StageKind::Read)
                .then_when(Condition::LeftOut(true), StageName::LeftOut, StageKind::Read)
                .forgetting((Some(&key.label) == plan.keys.last().map(|last| &last.label)).then_some(Handle::Dkek)),
        );
    }
    list.add(
        step(StepName::ReSplitManifest, Actor::Administrator)
            .then(
                StageName::Manifest,
                StageKind::Do(|known, _| Some(acts::WriteManifest { keys: known.kept_keys() }.into())),
            )
            .then(StageName::Written, StageKind::States(|| Fact::RestoreNotProven)),
    );
    bags::first_bags(&mut list, plan);

    list.section();
    list.add(
        step(StepName::OldCards, Actor::Administrator)
            .then_when(Condition::SoPinOnOldCards, StageName::SoPinStays, StageKind::Read)
            .then(StageName::Destroy, StageKind::Choose(Question::OldCards))
            .then_when(Condition::OldCardsRemain, StageName::Remain, StageKind::Read),
    );
    closing::close_without_device(&mut list, plan);
    list.finish()
}

/// Why, what a re-split cannot do, and what there is.
fn from_the_folder(list: &mut List) {
    let read = source::read_with_custody(step(StepName::ReSplitSource, Actor::Administrator));
    let asked =
        read.then(StageName::Cause, StageKind::Choose(Question::Cause)).then(StageName::StillOpens, StageKind::Read);
    list.add(source::carried(asked));
}

/// Those who come hear what the plan says.
pub(super) fn new_plan() -> Step {
    step(StepName::NewPlan, Actor::Administrator)
        .then_when(Condition::RolesClash, StageName::RolesClash, StageKind::Read)
        .then(StageName::Read, StageKind::Read)
        .then(StageName::PlanDigest, StageKind::Read)
        .then_when(Condition::NeedsEveryone, StageName::Everyone, StageKind::Form(people::everyone))
        .then(StageName::Scheme, StageKind::Read)
}

fn carry_key(known: &Known, step: &Step) -> Option<Act> {
    let key = known.key(step.key.as_ref())?.clone();
    let unusable = known.restored.from.as_ref().map(|origin| origin.public_unusable.clone()).unwrap_or_default();
    Some(acts::CarryKey { key, kcv: known.shares.dkek_kcv?, unusable }.into())
}
