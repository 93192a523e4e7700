//! How the folder is copied to the media of the plan.

use crate::ceremony::known::Known;
use crate::ceremony::known::media::planned_label;
use crate::ceremony::steps::{Actor, Condition, List, StageKind, Step, step};
use crate::clerk::{Act, acts};
use crate::fields::{Field, FieldKind};
use crate::names::{FieldName, StageName, StepName};
use crate::plan::Plan;

/// One step for each medium of the plan.
pub fn copies(list: &mut List, plan: &Plan) {
    for (number, _) in (1..=u8::MAX).zip(&plan.arrangements.media) {
        list.add(
            step(StepName::Copy, Actor::Administrator)
                .on_medium(number)
                .then(StageName::Mount, StageKind::Form(medium))
                .then(StageName::Copy, StageKind::Do(copy))
                .then_when(Condition::Copied(true), StageName::Copied, StageKind::Read)
                .then_when(Condition::Copied(false), StageName::WithoutMedium, StageKind::Confirm(without_medium)),
        );
    }
}

fn medium(known: &Known, step: &Step) -> Vec<Field> {
    let Some(number) = step.medium else { return Vec::new() };
    let planned = planned_label(&known.plan, number).filter(|_| !known.media.other.contains(&number));
    let others = known.media.copies.iter().filter(|(other, _)| **other != number);
    let taken = others.map(|(_, copy)| copy.label.clone()).collect();
    let place = if known.rehearsal { FieldName::RehearsedAt } else { FieldName::MountedAt };
    vec![
        Field::new(FieldName::Medium, FieldKind::Medium { planned: planned.map(str::to_owned), taken }),
        Field::new(place, FieldKind::Place { optional: known.rehearsal }),
    ]
}

fn copy(known: &Known, step: &Step) -> Option<Act> {
    let number = step.medium?;
    let brought = known.media.brought.get(&number)?;
    let others = known.media.copies.iter().filter(|(other, _)| **other != number);
    Some(
        acts::CopyFolder {
            number,
            label: brought.label.clone(),
            place: brought.place.clone(),
            others: others.map(|(_, copy)| copy.folder.clone()).collect(),
        }
        .into(),
    )
}

fn without_medium(known: &Known, _: &Step) -> Vec<Field> {
    vec![known.who_decides(Vec::new()), Field::new(FieldName::Reason, FieldKind::Reason)]
}
