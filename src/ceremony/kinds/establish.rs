//! *Establish*: shares, share file, device, keys, backups, in an order in which no step undoes another.

use crate::ceremony::kinds::Ceremony;
use crate::ceremony::known::character::{Cards, Character, DeviceUse, KeySource, Needs, Unattended};
use crate::ceremony::known::roll_call::Attendance;
use crate::ceremony::steps::{
    Actor, Condition, List, StageKind, Step, bags, check_values, closing, device, keys, opening, people, provisioning,
    step, turns,
};
use crate::clerk::acts;
use crate::names::{CeremonyKind, StageName, StepName};
use crate::plan::Plan;
use crate::record::Fact;
use crate::script::ceremonies;
use crate::terms::{DeviceRole, Handle};

/// The entry for *establish*.
pub static CEREMONY: Ceremony = Ceremony {
    character: Character {
        kind: CeremonyKind::Establish,
        text: &ceremonies::ESTABLISH,
        needs: Needs::Plan,
        cards: Cards::Dealt,
        keys: KeySource::Known,
        devices: DeviceUse::Provisions,
        unattended: Unattended::Always,
    },
    steps,
};

/// The steps of *establish* for a plan.
fn steps(plan: &Plan) -> Vec<Step> {
    let mut list = List::default();
    list.section();
    list.add(plan_step());
    people::people_and_room(&mut list, Attendance::Everyone);
    from_the_device_on(&mut list, plan);
    closing::close(&mut list, plan);
    list.finish()
}

/// Everybody hears what the plan says.
pub(super) fn plan_step() -> Step {
    step(StepName::Plan, Actor::Administrator)
        .then_when(Condition::RolesClash, StageName::RolesClash, StageKind::Read)
        .then(StageName::Read, StageKind::Read)
        .then(StageName::PlanDigest, StageKind::Read)
        .then_when(Condition::NeedsEveryone, StageName::Everyone, StageKind::Form(people::everyone))
        .then(StageName::Scheme, StageKind::Read)
        .then(StageName::Guards, StageKind::Read)
}

/// All that follows once people are there, up to the end: shares, share files, device, keys, backups.
pub(super) fn from_the_device_on(list: &mut List, plan: &Plan) {
    shares(list, plan);
    if !plan.prove_restore {
        bags::first_bags(list, plan);
    }

    list.section();
    provisioning::provision(list, plan, DeviceRole::Original);
    provisioning::load(list, DeviceRole::Original, &[Handle::NewSoPin]);
    keys_of_the_plan(list, plan);

    list.section();
    for key in &plan.keys {
        list.add(keys::wrapped(plan, key));
    }
    let vault = step(StepName::Vault, Actor::Administrator)
        .then(StageName::Prove, StageKind::Do(|_, _| Some(acts::ProveVaultEmpty.into())))
        .then(
            StageName::Manifest,
            StageKind::Do(|known, _| {
                Some(acts::WriteManifest { keys: known.keys_that_stay().cloned().collect() }.into())
            }),
        );
    // Otherwise, the next screens say so.
    list.add(if plan.prove_restore { vault.then(StageName::ProofNext, StageKind::Read) } else { vault });

    if plan.prove_restore {
        opening::open_all(list, plan, Cards::Dealt);
        bags::first_bags(list, plan);
        list.section();
        list.add(device::device(DeviceRole::Replacement));
        provisioning::provision(list, plan, DeviceRole::Replacement);
        provisioning::load(list, DeviceRole::Replacement, &[Handle::Dkek, Handle::NewSoPin]);
        keys::bring_keys_back(list, plan);
    } else {
        list.section();
        list.add(
            step(StepName::NotProven, Actor::Administrator)
                .then(StageName::State, StageKind::States(|| Fact::RestoreNotProven)),
        );
    }
}

/// The device is found, the shares are dealt, and a quorum opens the share files that were written.
pub(super) fn shares(list: &mut List, plan: &Plan) {
    // The device's certificate chain will be read in this section once that is part of the ceremony.
    list.section();
    list.add(device::device(DeviceRole::Original));
    turns::deal(list, plan, DeviceRole::Original);

    turns::turns(list, plan);

    list.section();
    for share in plan.numbers() {
        list.add(turns::share_file(share));
    }
    opening::open_all(list, plan, Cards::Dealt);
}

/// The keys are generated, and the device lists them.
pub(super) fn keys_of_the_plan(list: &mut List, plan: &Plan) {
    list.section();
    for key in &plan.keys {
        list.add(keys::made(key));
    }
    list.add(
        step(StepName::Inventory, Actor::Administrator)
            .then(StageName::List, StageKind::Do(keys::inventory_planned))
            .then_when(Condition::LeftOut(false), StageName::Listed, StageKind::Read)
            .then_when(Condition::LeftOut(true), StageName::ListedWithout, StageKind::Read),
    );
    check_values::compare_fingerprints(list);
}
