//! Cards and passwords on paper are put away once: after the last time of the day that anybody reads them. New ones get the
//! KCV first. The number of every bag goes into the record.

use crate::ceremony::known::Known;
use crate::ceremony::known::holders::everybody;
use crate::ceremony::steps::{Actor, Condition, List, Need, StageKind, Step, check_values, step};
use crate::fields::{Field, FieldKind};
use crate::names::{FieldName, StageName, StepName};
use crate::plan::Plan;
use crate::terms::Holder;

/// The KCV is written on every card, and all of them get their bags.
pub fn first_bags(list: &mut List, plan: &Plan) {
    list.section();
    list.add(check_values::read_aloud(step(StepName::KcvOnCards, Actor::Administrator)));
    for (_, holder) in everybody(plan) {
        list.add(bag(holder, StageName::Bag));
    }
}

/// The cards that were taken out of their bags get new ones.
pub fn new_bags(list: &mut List, plan: &Plan) {
    list.section();
    for (_, holder) in everybody(plan) {
        let step = bag(holder, StageName::BagAgain);
        // Every password is needed; of the custodians, a quorum is enough.
        list.add(if holder.custodian.is_some() { step.only_if(Need::CardUsed(holder)) } else { step });
    }
}

/// The holder puts the paper away and reads the number of the bag aloud; nobody else has to come to the keyboard.
fn bag(holder: Holder, stage: StageName) -> Step {
    let name = if holder.custodian.is_some() { StepName::Bag } else { StepName::BagOfPassword };
    step(name, Actor::Administrator)
        .of(holder.share)
        .putting_away(holder)
        .then_when(Condition::HolderHere(true), stage, StageKind::Form(number))
        .then_when(Condition::HolderHere(false), StageName::BagOfAbsent, StageKind::Form(number))
}

fn number(known: &Known, _: &Step) -> Vec<Field> {
    let taken = known.bags.numbers.values().cloned().collect();
    vec![Field::new(FieldName::Bag, FieldKind::Bag { taken })]
}
