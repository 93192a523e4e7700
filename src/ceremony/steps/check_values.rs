//! The KCV that people compare: one reads it aloud, digits and words, and another, who noted the words, types two of them
//! where the screen no longer shows any.

use crate::ceremony::known::Known;
use crate::ceremony::steps::{Actor, List, StageKind, Step, step};
use crate::clerk::{Act, acts};
use crate::fields::{Decider, Field, FieldKind};
use crate::names::{FieldName, StageName, StepName};
use crate::terms::Kcv;

/// A step of its own: the KCV against the papers of the day when the DKEK was made.
pub fn compare_kcv(list: &mut List) {
    list.add(read_aloud(step(StepName::KcvCompared, Actor::Administrator)));
}

/// The stages in which it is read aloud and confirmed. Esc leads back to the words.
pub fn read_aloud(step: Step) -> Step {
    step.then(StageName::Write, StageKind::Read)
        .then(StageName::Heard, StageKind::FromCard(heard))
        .then(StageName::Compare, StageKind::Do(compare))
}

/// The places of the two words that are asked for, one in each half. They follow from the value, so that nobody knows them
/// before it is read, and everybody can tell afterwards.
pub fn asked(kcv: Kcv) -> [u8; 2] {
    let Kcv([.., last]) = kcv;
    [1 + last % 4, 5 + last / 4 % 4]
}

fn heard(known: &Known, _: &Step) -> Vec<Field> {
    let places = known.shares.dkek_kcv.map_or([1, 5], asked);
    let (people, reader) = confirmers(known);
    vec![
        Field::new(FieldName::CheckWords, FieldKind::CheckWords { places }),
        Field::new(FieldName::ComparedBy, FieldKind::Confirmer { people, reader }),
    ]
}

/// Everybody who is here but whoever reads aloud; if nobody else is here, they alone.
fn confirmers(known: &Known) -> (Vec<Decider>, Vec<String>) {
    let reader = vec![known.plan.administrator.clone()];
    let others = known.deciders(&reader);
    if others.is_empty() { (known.deciders(&[]), Vec::new()) } else { (others, reader) }
}

fn compare(known: &Known, _: &Step) -> Option<Act> {
    let kcv = known.shares.dkek_kcv?;
    let (people, _) = confirmers(known);
    Some(acts::CompareWords { kcv, places: asked(kcv), people }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_of_each_half_is_asked_for_and_every_place_comes() {
        let all: std::collections::BTreeSet<[u8; 2]> =
            (0..=u8::MAX).map(|last| asked(Kcv([7, 7, 7, 7, 7, 7, 7, last]))).collect();
        assert_eq!(all.len(), 16);
        assert!(all.iter().all(|[first, second]| (1..=4).contains(first) && (5..=8).contains(second)));
    }
}
