//! *Re-key*: a new DKEK, new custodians' cards and new keys, because an old quorum must no longer yield what is in use. A plan can have
//! the old keys carried over instead of new ones made: an override, since whatever yielded them before still does.

use crate::ceremony::kinds::{Ceremony, establish, re_split, retire};
use crate::ceremony::known::Known;
use crate::ceremony::known::character::{Cards, Character, DeviceUse, KeySource, Needs, Unattended};
use crate::ceremony::known::roll_call::Attendance;
use crate::ceremony::steps::{
    Actor, Condition, List, Part, Question, StageKind, Step, bags, closing, device, keys, opening, people,
    provisioning, source, step, turns,
};
use crate::clerk::{Act, acts};
use crate::fields::{Field, FieldKind};
use crate::names::{CeremonyKind, FieldName, StageName, StepName};
use crate::plan::Plan;
use crate::record::{Deviation, Fact};
use crate::script::ceremonies;
use crate::terms::{DeviceRole, Handle};

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

/// The entry for a *re-key* by a plan that carries the old keys over.
pub static CARRYING: Ceremony = Ceremony {
    character: Character {
        kind: CeremonyKind::ReKey,
        text: &ceremonies::RE_KEY,
        needs: Needs::PlanAndBackup,
        cards: Cards::Replaced,
        keys: KeySource::Folder,
        devices: DeviceUse::Provisions,
        unattended: Unattended::ByNameAfterDealing,
    },
    steps: carrying,
};

/// The steps of *re-key* for a plan: after what the old backup is, those of *establish*.
fn steps(plan: &Plan) -> Vec<Step> {
    let mut list = List::default();
    list.section();
    list.add(
        step(StepName::ReKeySource, Actor::Administrator)
            .then(StageName::Read, StageKind::Do(|_, _| Some(acts::ReadFolder { dkek: None }.into())))
            .then_when(Condition::SeveralDkeks, StageName::Dkek, StageKind::Choose(Question::Dkek))
            .then_when(Condition::SeveralDkeks, StageName::Read, StageKind::Do(source::read_chosen))
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

/// The steps for a plan that carries the old keys over. The old quorum opens the old DKEK, and each wrapped key is wrapped anew
/// as soon as the new share files have proven to open; only a device that signs with every key lets the old one go.
fn carrying(plan: &Plan) -> Vec<Step> {
    let (before, spare) = (plan.of_those_before(), DeviceRole::Replacement);
    let mut list = List::default();
    list.of_those_before(|list| {
        list.section();
        list.add(carried_source());
        people::people_and_room(list, Attendance::Quorum);
        opening::open_all(list, &before, Cards::Earlier);
    });

    list.section();
    list.add(
        step(StepName::CarriedCustodians, Actor::Administrator)
            .then(StageName::Change, StageKind::States(|| Fact::NewCustodians)),
    );
    list.add(re_split::new_plan());
    people::people_of_the_plan(&mut list);
    list.section();
    list.add(device::device(spare));
    turns::deal(&mut list, plan, spare);
    turns::turns_beside_old_dkek(&mut list, plan);

    list.section();
    for share in plan.numbers() {
        list.add(turns::share_file(share));
    }
    opening::open_all(&mut list, plan, Cards::Dealt);
    list.section();
    for key in &plan.keys {
        list.add(
            step(StepName::RewrapKey, Actor::Administrator)
                .on(spare)
                .about(&key.label)
                .then_when(Condition::LeftOut(false), StageName::Rewrap, StageKind::Do(rewrap_key))
                .then_when(Condition::LeftOut(false), StageName::Rewrapped, StageKind::Read)
                .then_when(Condition::LeftOut(true), StageName::LeftOut, StageKind::Read)
                .forgetting(
                    (Some(&key.label) == plan.keys.last().map(|last| &last.label)).then_some(Handle::EarlierDkek),
                ),
        );
    }
    bags::first_bags(&mut list, plan);

    list.section();
    provisioning::provision(&mut list, plan, spare);
    provisioning::load(&mut list, spare, &[Handle::Dkek, Handle::NewSoPin]);
    keys::bring_keys_back(&mut list, plan);
    list.add(
        step(StepName::CarriedManifest, Actor::Administrator)
            .then(StageName::Prove, StageKind::Do(|_, _| Some(acts::ProveVaultEmpty.into())))
            .then(
                StageName::Manifest,
                StageKind::Do(|known, _| {
                    Some(acts::WriteManifest { keys: known.keys_that_stay().cloned().collect() }.into())
                }),
            )
            .then(StageName::Written, StageKind::Read),
    );
    old_device(&mut list);
    list.section();
    list.add(
        step(StepName::CarriedKeys, Actor::Administrator)
            .then(StageName::Destroy, StageKind::Choose(Question::OldCards))
            .then_when(Condition::OldCardsRemain, StageName::Remain, StageKind::Read)
            .then(StageName::StillYield, StageKind::Read),
    );
    closing::close(&mut list, plan);
    list.finish()
}

/// Why, what this leaves as it is, and what there is. Whoever carries old keys over types that.
fn carried_source() -> Step {
    let read = source::read_with_custody(step(StepName::CarriedSource, Actor::Administrator));
    let asked = read
        .then(StageName::Cause, StageKind::Choose(Question::Cause))
        .then(StageName::Override, StageKind::Form(carry_keys))
        .then(StageName::StillYields, StageKind::Deviates(Deviation::OldSharesStillYieldKeys));
    source::carried(asked)
}

/// The old device is erased like one that is retired, if it is here.
fn old_device(list: &mut List) {
    list.section();
    list.add(
        step(StepName::OldDevice, Actor::Administrator)
            .then(StageName::Ask, StageKind::Choose(Question::OldDevice))
            .then_when(Condition::OldDeviceGone, StageName::Gone, StageKind::Read),
    );
    list.part(Part::OldDevice, |list| {
        list.add(device::found_device(step(StepName::RetireDevice, Actor::Administrator)));
        list.add(
            step(StepName::OldDeviceKeys, Actor::Administrator)
                .then(StageName::Trace, StageKind::Do(retire::trace_keys))
                .then_when(Condition::LosesKeys(false), StageName::Traced, StageKind::Read)
                .then_when(Condition::LosesKeys(true), StageName::Loses, StageKind::Confirm(retire::lose_keys)),
        );
        list.section();
        retire::erase_for_good(list);
    });
}

fn carry_keys(_: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::CarryKeys, FieldKind::Word("CARRY OLD KEYS"))]
}

fn rewrap_key(known: &Known, step: &Step) -> Option<Act> {
    let key = known.key(step.key.as_ref())?.clone();
    let unusable = known.restored.from.as_ref().map(|origin| origin.public_unusable.clone()).unwrap_or_default();
    let (under, kcv) = (known.restored.earlier_kcv?, known.shares.dkek_kcv?);
    Some(acts::RewrapKey { key, under, kcv, serial: known.devices.serial(step.role)?, unusable }.into())
}
