//! *Add keys*: a device that holds keys already gets more of them, and each is backed up at once. What was on the device stays as
//! it is.

use crate::ceremony::kinds::Ceremony;
use crate::ceremony::known::Known;
use crate::ceremony::known::character::{Cards, Character, DeviceUse, KeySource, Needs, Unattended};
use crate::ceremony::known::roll_call::Attendance;
use crate::ceremony::steps::{
    Actor, Condition, List, StageKind, Step, bags, check_values, closing, device, keys, opening, people, provisioning,
    share_files, step,
};
use crate::clerk::{Act, acts};
use crate::names::{CeremonyKind, StageName, StepName};
use crate::plan::Plan;
use crate::record::{Deviation, Fact};
use crate::script::ceremonies;
use crate::terms::Handle;

/// The entry for *add-keys*.
pub static CEREMONY: Ceremony = Ceremony {
    character: Character {
        kind: CeremonyKind::AddKeys,
        text: &ceremonies::ADD_KEYS,
        needs: Needs::NewKeysAndBackup,
        cards: Cards::Earlier,
        keys: KeySource::New,
        devices: DeviceUse::Adds,
        unattended: Unattended::ByNameAfterDealing,
    },
    steps,
};

/// The steps of *add-keys* for a plan, whose keys are the new ones.
fn steps(plan: &Plan) -> Vec<Step> {
    let mut list = List::default();
    up_to_the_new_keys(&mut list, plan, StepName::AddKeysSource);
    for key in &plan.keys {
        list.add(keys::made(key));
    }
    list_and_back_up(&mut list, plan);
    list.add(manifest(StepName::AddKeysManifest));
    closing::close(&mut list, plan);
    list.finish()
}

/// From the share files (`source`) to the section of the new keys: the device in use has the DKEK and room for them, and the
/// share files open and are copied.
pub(super) fn up_to_the_new_keys(list: &mut List, plan: &Plan, source: StepName) {
    list.section();
    list.add(with_share_files(source));
    people::people_and_room(list, Attendance::Quorum);

    list.section();
    list.add(device::found_device(step(StepName::AddKeysDevice, Actor::Administrator)));
    let log_in = step(StepName::LogIn, Actor::PinHolder);
    list.add(provisioning::with_log_in(log_in).forgetting([Handle::UserPin]));
    list.add(
        step(StepName::AddKeysDkek, Actor::Administrator)
            .then(StageName::Compare, StageKind::Do(share_files::compare_dkek))
            .then(StageName::State, StageKind::Read),
    );
    check_values::compare_kcv(list);
    // Before anybody opens anything: a place that is taken is a fault of the plan.
    list.add(
        step(StepName::AddKeysPlaces, Actor::Administrator)
            .then(StageName::List, StageKind::Do(check_new_keys))
            .then(StageName::Listed, StageKind::Read),
    );

    opening::open_all(list, plan, Cards::Earlier);
    bags::new_bags(list, plan);

    list.section();
    share_files::copy_share_files(list, plan);

    list.section();
}

/// The list of keys, with those that were there before, and the backup of the new ones.
pub(super) fn list_and_back_up(list: &mut List, plan: &Plan) {
    list.add(
        step(StepName::AddKeysList, Actor::Administrator)
            .then(StageName::List, StageKind::Do(keys::inventory_with_those_before))
            .then_when(Condition::LeftOut(false), StageName::Listed, StageKind::Read)
            .then_when(Condition::LeftOut(true), StageName::ListedWithout, StageKind::Read),
    );
    check_values::compare_fingerprints(list);

    list.section();
    for key in &plan.keys {
        list.add(keys::wrapped(plan, key));
    }
}

/// The step that writes the manifest of a backup whose restore nobody proved.
pub(super) fn manifest(id: StepName) -> Step {
    step(id, Actor::Administrator)
        .then(
            StageName::Manifest,
            StageKind::Do(|known, _| Some(acts::WriteManifest { keys: known.kept_keys() }.into())),
        )
        .then(StageName::Written, StageKind::States(|| Fact::RestoreNotProven))
}

/// The step that reads the folder whose share files guard the DKEK of a device that gets more keys.
fn with_share_files(id: StepName) -> Step {
    step(id, Actor::Administrator)
        .then(StageName::Read, StageKind::Do(|_, _| Some(acts::ReadFolder { dkek: None }.into())))
        .then_when(Condition::FromOurs, StageName::Found, StageKind::Read)
        // Of the earlier backup, only the share files are used.
        .then_when(Condition::FromOursInPart, StageName::Found, StageKind::Read)
        .then_when(Condition::FromElsewhere, StageName::FoundElsewhere, StageKind::Read)
        .then_when(Condition::NotSealed, StageName::NotSealed, StageKind::Deviates(Deviation::SourceRecordNotSealed))
        .then_when(Condition::Copies, StageName::Copies, StageKind::Read)
        .then(StageName::NewKeys, StageKind::Read)
        .then(StageName::PlanDigest, StageKind::Read)
}

fn check_new_keys(known: &Known, step: &Step) -> Option<Act> {
    let keys = known.plan.keys.clone();
    Some(acts::CheckNewKeys { role: step.role, serial: known.devices.serial(step.role)?, keys }.into())
}
