//! *Re-key*: a new DKEK, new custodians' cards and new keys, because an old quorum must no longer yield what is in use.

use crate::ceremony::kinds::{Ceremony, establish};
use crate::ceremony::known::Known;
use crate::ceremony::known::character::{Cards, Character, DeviceUse, KeySource, Needs, Unattended};
use crate::ceremony::known::roll_call::Attendance;
use crate::ceremony::steps::{Actor, Condition, List, Question, StageKind, Step, closing, people, step};
use crate::clerk::{Act, acts};
use crate::names::{CeremonyKind, StageName, StepName};
use crate::plan::Plan;
use crate::record::{Deviation, Fact};
use crate::script::ceremonies;

/// The entry for *re-key*.
pub static CEREMONY: Ceremony = Ceremony {
    character: Character {
        kind: CeremonyKind::ReKey,
        text: &ceremonies::RE_KEY,
        needs: Needs::PlanAndBackup,
        cards: Cards::Dealt,
        keys: KeySource::Known,
        devices: DeviceUse::Provisions,
        unattended: Unattended::ByNameAfterDealing,
    },
    steps,
};

/// The steps of *re-key* for a plan: after what the old backup is, those of *establish*.
fn steps(plan: &Plan) -> Vec<Step> {
    let mut list = List::default();
    list.section();
    list.add(
        step(StepName::ReKeySource, Actor::Administrator)
            .then(StageName::Read, StageKind::Do(|_, _| Some(acts::ReadFolder { dkek: None }.into())))
            .then_when(Condition::SeveralDkeks, StageName::Dkek, StageKind::Choose(Question::Dkek))
            .then_when(Condition::SeveralDkeks, StageName::Read, StageKind::Do(read_chosen))
            .then(StageName::Cause, StageKind::Choose(Question::Cause))
            .then_when(Condition::FromOurs, StageName::Found, StageKind::Read)
            .then_when(Condition::FromOursInPart, StageName::Found, StageKind::Read)
            .then_when(Condition::FromElsewhere, StageName::FoundElsewhere, StageKind::Read)
            .then_when(
                Condition::NotSealed,
                StageName::NotSealed,
                StageKind::Deviates(Deviation::SourceRecordNotSealed),
            )
            .then(StageName::StillYields, StageKind::States(|| Fact::NewCustodians)),
    );
    list.add(establish::plan_step());
    people::people_and_room(&mut list, Attendance::Everyone);
    establish::from_the_device_on(&mut list, plan);
    list.section();
    list.add(step(StepName::OldKeys, Actor::Administrator).then(StageName::Decide, StageKind::Tick));
    closing::close(&mut list, plan);
    list.finish()
}

/// Of several DKEKs in the folder, the one that people chose.
fn read_chosen(known: &Known, _: &Step) -> Option<Act> {
    Some(acts::ReadFolder { dkek: Some(known.restored.chosen?) }.into())
}
