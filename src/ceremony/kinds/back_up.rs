//! *Back-up*: keys that a device holds already are wrapped, into a folder of ours. Nothing on the device is changed.

use crate::ceremony::kinds::Ceremony;
use crate::ceremony::known::Known;
use crate::ceremony::known::character::{Cards, Character, DeviceUse, KeySource, Needs, Unattended};
use crate::ceremony::steps::{
    Actor, Condition, List, Part, Question, StageKind, Step, bags, check_values, closing, device, keys, opening,
    people, provisioning, share_files, step,
};
use crate::clerk::{Act, acts};
use crate::names::{CeremonyKind, StageName, StepName};
use crate::plan::Plan;
use crate::record::{Deviation, Fact};
use crate::script::ceremonies;
use crate::terms::Handle;

/// The entry for *back-up*.
pub static CEREMONY: Ceremony = Ceremony {
    character: Character {
        kind: CeremonyKind::BackUp,
        text: &ceremonies::BACK_UP,
        needs: Needs::Backup,
        cards: Cards::Earlier,
        keys: KeySource::Device,
        devices: DeviceUse::Keeps,
        unattended: Unattended::ByNameAfterDealing,
    },
    steps,
};

/// The steps of *back-up* for a plan: those of its keys come once people have chosen which.
fn steps(plan: &Plan) -> Vec<Step> {
    let mut list = List::default();
    list.section();
    list.add(
        step(StepName::BackUpSource, Actor::Administrator)
            .then(StageName::Read, StageKind::Do(|_, _| Some(acts::ReadFolder { dkek: None }.into())))
            .then_when(Condition::FromOurs, StageName::Found, StageKind::Read)
            // Of an earlier backup, only the share files are used.
            .then_when(Condition::PublicKeysUnusable, StageName::Found, StageKind::Read)
            .then_when(Condition::FromElsewhere, StageName::FoundElsewhere, StageKind::Read)
            .then_when(
                Condition::NotSealed,
                StageName::NotSealed,
                StageKind::Deviates(Deviation::SourceRecordNotSealed),
            )
            .then_when(Condition::Copies, StageName::Copies, StageKind::Read)
            .then(StageName::Opening, StageKind::Choose(Question::Opening))
            .then_when(Condition::Opens(false), StageName::ByNobody, StageKind::Read),
    );
    people::people_if_opened_and_room(&mut list);

    list.section();
    list.add(device::found_device(step(StepName::BackUpDevice, Actor::Administrator)));
    let log_in = step(StepName::LogIn, Actor::PinHolder);
    list.add(provisioning::with_log_in(log_in).forgetting([Handle::UserPin]));
    list.add(
        step(StepName::BackUpDkek, Actor::Administrator)
            .then(StageName::Compare, StageKind::Do(share_files::compare_dkek))
            .then(StageName::State, StageKind::Read),
    );
    check_values::compare_kcv(&mut list);
    list.add(
        step(StepName::BackUpKeys, Actor::Administrator)
            .then(StageName::List, StageKind::Do(survey_keys))
            .then(StageName::Listed, StageKind::Read)
            .then(StageName::Choose, StageKind::PickKeys),
    );

    list.part(Part::IfOpened, |list| {
        opening::open_all(list, plan, Cards::Earlier);
        bags::new_bags(list, plan);
    });

    list.section();
    share_files::copy_share_files(&mut list, plan);

    list.section();
    for key in &plan.keys {
        list.add(
            step(StepName::BackUp, Actor::Administrator)
                .about(&key.label)
                .then_when(Condition::LeftOut(false), StageName::Wrap, StageKind::Do(keys::back_up))
                .then_when(Condition::BackedUp(true), StageName::Wrapped, StageKind::Read)
                .then_when(Condition::BackedUp(false), StageName::WrappedUnopened, StageKind::Read)
                .then_when(Condition::LeftOut(true), StageName::LeftOut, StageKind::Read)
                .forgetting((Some(&key.label) == plan.keys.last().map(|last| &last.label)).then_some(Handle::Dkek)),
        );
    }
    list.add(
        step(StepName::BackUpManifest, Actor::Administrator)
            .then(
                StageName::Manifest,
                StageKind::Do(|known, _| Some(acts::WriteManifest { keys: known.kept_keys() }.into())),
            )
            .then_when(Condition::Opens(true), StageName::Written, StageKind::States(|| Fact::RestoreNotProven))
            .then_when(
                Condition::Opens(false),
                StageName::WrittenUnopened,
                StageKind::States(|| Fact::RestoreNotProven),
            ),
    );
    closing::close(&mut list, plan);
    list.finish()
}

fn survey_keys(known: &Known, step: &Step) -> Option<Act> {
    let kcv = known.shares.dkek_kcv?;
    Some(acts::SurveyKeys { role: step.role, serial: known.devices.serial(step.role)?, kcv }.into())
}
