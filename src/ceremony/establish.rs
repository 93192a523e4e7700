//! *Establish*: shares, share file, device, keys, backups, in the order that undoes nothing.

use super::act::Act;
use super::field::{Field, FieldKind};
use super::parts;
use super::state::State;
use super::step::{Actor, Kind, List, Step, When, step};
use crate::plan::Plan;
use crate::terms::{CustodianNumber, DeviceRole, Handle, Purpose};

/// The steps of *establish* for a plan.
pub fn steps(plan: &Plan) -> Vec<Step> {
    let mut list = List::default();
    list.section();
    list.add(
        step("plan", Actor::Administrator)
            .then("read", Kind::Read)
            .then_when(When::NeedsEveryone, "everyone", Kind::Form(everyone))
            .then("guards", Kind::Read),
    );
    parts::people_and_room(&mut list);

    // The device's certificate chain is read and dice are thrown in this section once they are part of the ceremony.
    list.section();
    list.add(parts::found_device(step("device", Actor::Administrator)));
    list.add(
        step("entropy", Actor::Administrator)
            .then("mix", Kind::Do(|state, step| Some(Act::MixEntropy { serial: state.serial(step.role)? })))
            .then("mixed", Kind::Read),
    );
    list.add(
        step("deal", Actor::Administrator)
            .then("deal", Kind::Do(|state, _| Some(Act::Deal { quorum: state.plan.quorum })))
            .then("dealt", Kind::Read)
            .forgetting([Handle::GeneratorSeed]),
    );

    list.section();
    let last = plan.quorum.custodians();
    for custodian in plan.quorum.numbers() {
        list.add(turn(custodian, custodian.get() == last));
    }

    list.section();
    list.add(
        step("share-file", Actor::Administrator)
            .then("write", Kind::Do(|_, _| Some(Act::WriteShareFile)))
            .then("written", Kind::Read),
    );
    parts::quorum_opens(&mut list, plan);

    list.section();
    parts::provision(&mut list, DeviceRole::Original);
    parts::load(&mut list, DeviceRole::Original, &[]);

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
            .then("empty", Kind::Read),
    );

    if plan.prove_restore {
        parts::quorum_opens(&mut list, plan);
        list.section();
        list.add(spare());
        parts::provision(&mut list, DeviceRole::Replacement);
        parts::load(&mut list, DeviceRole::Replacement, &[Handle::Dkek]);
        parts::bring_keys_back(&mut list, plan);
    } else {
        list.section();
        list.add(step("not-proven", Actor::Administrator).then("deviation", Kind::Deviates("restore-not-proven")));
    }
    parts::close(&mut list);
    list.finish()
}

/// One custodian's turn: reveal, note, hide, type everything from the card, put the card away.
fn turn(custodian: CustodianNumber, last: bool) -> Step {
    let mut turn = step("custodian", Actor::Custodian(custodian))
        .then("reveal", Kind::Reveal(custodian))
        .then("retype", Kind::Form(parts::whole_card))
        .then("compare", Kind::Do(compare));
    if custodian.get() == 1 {
        // The plain DKEK share and the password must be gone before anybody else sits down.
        turn = turn.then("seal", Kind::Do(|_, _| Some(Act::FinishSealing)));
    }
    turn = turn.then("bag", Kind::Form(bag));
    if last {
        turn = turn.then("empty", Kind::Do(|_, _| Some(Act::ProveVaultEmpty)));
    }
    turn.forgetting([Handle::DealtShare(Purpose::FIRST, custodian)])
}

/// The second device, on which the restore is proven in the same sitting.
pub fn spare() -> Step {
    parts::found_device(step("replacement", Actor::Administrator).on(DeviceRole::Replacement))
}

fn compare(state: &State, step: &Step) -> Option<Act> {
    match step.actor {
        Actor::Custodian(custodian) => Some(Act::CompareShare { custodian, prime: state.prime.clone()? }),
        _ => None,
    }
}

fn everyone(_: &State, _: &Step) -> Vec<Field> {
    vec![Field { name: "everyone", kind: FieldKind::Word("ALL NEEDED"), keep: None }]
}

fn bag(_: &State, _: &Step) -> Vec<Field> {
    vec![Field { name: "bag", kind: FieldKind::Line, keep: None }]
}
