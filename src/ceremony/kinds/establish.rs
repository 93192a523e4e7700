//! *Establish*: shares, share file, device, keys, backups, in the order that undoes nothing.

use crate::ceremony::act::Act;
use crate::ceremony::known::State;
use crate::ceremony::steps::opening;
use crate::ceremony::steps::parts;
use crate::ceremony::steps::provisioning;
use crate::ceremony::steps::turns;
use crate::ceremony::steps::{Actor, Kind, List, Step, When, step};
use crate::fields::{Field, FieldKind};
use crate::names::FieldName;
use crate::plan::Plan;
use crate::terms::{DeviceRole, Handle};

/// The steps of *establish* for a plan.
pub fn steps(plan: &Plan) -> Vec<Step> {
    let mut list = List::default();
    list.section();
    list.add(
        step("plan", Actor::Administrator)
            .then("read", Kind::Read)
            .then_when(When::NeedsEveryone, "everyone", Kind::Form(everyone))
            .then("scheme", Kind::Read)
            .then("guards", Kind::Read),
    );
    parts::people_and_room(&mut list, "call");

    // The device's certificate chain is read in this section once that is part of the ceremony.
    list.section();
    list.add(parts::found_device(step("device", Actor::Administrator)));
    turns::deal(&mut list, plan);

    turns::turns(&mut list, plan);

    list.section();
    for share in plan.numbers() {
        list.add(
            step("share-file", Actor::Administrator)
                .of(share)
                .then("write", Kind::Do(|_, step| Some(Act::WriteShareFile { share: step.share })))
                .then("written", Kind::Read),
        );
    }
    opening::open_all(&mut list, plan);

    list.section();
    provisioning::provision(&mut list, plan, DeviceRole::Original);
    provisioning::load(&mut list, DeviceRole::Original, &[]);

    list.section();
    for key in &plan.keys {
        list.add(
            step("make-key", Actor::Administrator)
                .about(&key.label)
                .then("make", Kind::Do(parts::make_key))
                .then("made", Kind::Read),
        );
    }
    list.add(
        step("inventory", Actor::Administrator)
            .then("list", Kind::Do(parts::inventory_planned))
            .then("listed", Kind::Read),
    );

    list.section();
    for key in &plan.keys {
        list.add(
            step("back-up", Actor::Administrator)
                .about(&key.label)
                .then("wrap", Kind::Do(parts::back_up))
                .then("wrapped", Kind::Read)
                .forgetting((Some(&key.label) == plan.keys.last().map(|last| &last.label)).then_some(Handle::Dkek)),
        );
    }
    list.add(
        step("vault", Actor::Administrator)
            .then("prove", Kind::Do(|_, _| Some(Act::ProveVaultEmpty)))
            .then("manifest", Kind::Do(|state, _| Some(Act::WriteManifest { keys: state.plan.keys.clone() })))
            .then(if plan.prove_restore { "proof-next" } else { "empty" }, Kind::Read),
    );

    if plan.prove_restore {
        opening::open_all(&mut list, plan);
        list.section();
        list.add(spare());
        provisioning::provision(&mut list, plan, DeviceRole::Replacement);
        provisioning::load(&mut list, DeviceRole::Replacement, &[Handle::Dkek]);
        parts::bring_keys_back(&mut list, plan);
    } else {
        list.section();
        list.add(step("not-proven", Actor::Administrator).then("deviation", Kind::Deviates("restore-not-proven")));
    }
    parts::close(&mut list);
    list.finish()
}

/// The second device, on which the restore is proven in the same sitting.
pub fn spare() -> Step {
    parts::found_device(step("replacement", Actor::Administrator).on(DeviceRole::Replacement))
}

fn everyone(_: &State, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::Everyone, FieldKind::Word("ALL NEEDED"))]
}
