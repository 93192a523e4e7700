//! The KCV and the digest of the public keys that people compare: one reads it aloud, digits and words, and another, who noted the words, types two of them
//! where the screen no longer shows any.

use crate::ceremony::known::Known;
use crate::ceremony::steps::{Actor, Condition, List, StageKind, Step, step};
use crate::clerk::{Act, acts};
use crate::fields::{Decider, Field, FieldKind};
use crate::names::{FieldName, StageName, StepName};
use crate::terms::{Digest, Kcv};

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

/// A step of its own: the public keys that were made or brought back.
pub fn compare_fingerprints(list: &mut List) {
    let some = Condition::PublicKeys;
    list.add(
        step(StepName::Fingerprints, Actor::Administrator)
            .then_when(some, StageName::Write, StageKind::Read)
            .then_when(some, StageName::Heard, StageKind::FromCard(heard_of_keys))
            .then_when(some, StageName::Compare, StageKind::Do(compare_keys)),
    );
}

/// The same for a digest, which has 32 words.
pub fn asked_of_digest(digest: Digest) -> [u8; 2] {
    let Digest([.., last]) = digest;
    [1 + last % 16, 17 + last / 16]
}

fn heard_of_keys(known: &Known, _: &Step) -> Vec<Field> {
    from_notes(known, known.fingerprint().map_or([1, 17], asked_of_digest))
}

fn compare_keys(known: &Known, _: &Step) -> Option<Act> {
    let digest = known.fingerprint()?;
    let keys = known.fingerprints().into_iter().map(|(label, _)| label).collect();
    let value = acts::CheckValue::PublicKeys(keys, digest);
    Some(acts::CompareWords { value, places: asked_of_digest(digest), people: confirmers(known).0 }.into())
}

fn heard(known: &Known, _: &Step) -> Vec<Field> {
    from_notes(known, known.shares.dkek_kcv.map_or([1, 5], asked))
}

/// Two words, and whose notes they are from.
fn from_notes(known: &Known, places: [u8; 2]) -> Vec<Field> {
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
    let value = acts::CheckValue::Kcv(kcv);
    Some(acts::CompareWords { value, places: asked(kcv), people }.into())
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
        let all: std::collections::BTreeSet<[u8; 2]> =
            (0..=u8::MAX).map(|last| asked_of_digest(Digest([last; 32]))).collect();
        assert_eq!(all.len(), 256);
        assert!(all.iter().all(|[first, second]| (1..=16).contains(first) && (17..=32).contains(second)));
    }
}
