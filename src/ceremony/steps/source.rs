//! How the folder of a backup is read, and what is said of it.

use crate::ceremony::known::Known;
use crate::ceremony::known::character::Cards;
use crate::ceremony::steps::{Actor, Condition, Question, StageKind, Step, step};
use crate::clerk::{Act, acts};
use crate::names::{StageName, StepName};
use crate::record::Deviation;

/// The folder of a backup is read, with everything that is wrong with it or that people have to compare.
pub fn backup() -> Step {
    step(StepName::Source, Actor::Administrator)
        .then(StageName::Read, StageKind::Do(|_, _| Some(acts::ReadFolder { dkek: None }.into())))
        .then_when(Condition::SeveralDkeks, StageName::Dkek, StageKind::Choose(Question::Dkek))
        .then_when(Condition::SeveralDkeks, StageName::Read, StageKind::Do(read_chosen))
        .then_when(Condition::FromOurs, StageName::Found, StageKind::Read)
        .then_when(Condition::FromOursInPart, StageName::FoundInPart, StageKind::Read)
        .then_when(Condition::FromElsewhere, StageName::FoundElsewhere, StageKind::Read)
        .then_when(Condition::AlsoFrom, StageName::AlsoFrom, StageKind::Read)
        .then_when(Condition::OlderKeysElsewhere, StageName::OlderKeys, StageKind::Read)
        .then(StageName::PlanDigest, StageKind::Read)
        .then_when(Condition::NotSealed, StageName::NotSealed, StageKind::Deviates(Deviation::SourceRecordNotSealed))
        .then_when(Condition::Damaged, StageName::Damaged, StageKind::Deviates(Deviation::WrappedKeysNotReadable))
        .then_when(
            Condition::WrappedKeysUnusable,
            StageName::WrappedKeysUnusable,
            StageKind::Choose(Question::UnusableKeys),
        )
        .then_when(Condition::Copies, StageName::Copies, StageKind::Read)
        .then_when(Condition::Undescribed, StageName::Undescribed, StageKind::Read)
        .then_when(Condition::PublicKeysUnusable, StageName::PublicKeysUnusable, StageKind::Read)
}

/// The folder is read where those who guarded its DKEK before act: who they are, and which keys there are.
pub fn read_with_custody(step: Step) -> Step {
    step.then(StageName::Read, StageKind::Do(|_, _| Some(acts::ReadFolder { dkek: None }.into())))
        .then_when(Condition::SeveralDkeks, StageName::Dkek, StageKind::Choose(Question::Dkek))
        .then_when(Condition::SeveralDkeks, StageName::Read, StageKind::Do(read_chosen))
        .then(StageName::Custody, StageKind::Do(read_custody))
}

/// What is said of a folder whose keys are carried over.
pub fn carried(step: Step) -> Step {
    step.then_when(Condition::FromOurs, StageName::Found, StageKind::Read)
        .then_when(Condition::FromOursInPart, StageName::FoundInPart, StageKind::Read)
        .then_when(Condition::FromElsewhere, StageName::FoundElsewhere, StageKind::Read)
        .then_when(Condition::NotSealed, StageName::NotSealed, StageKind::Deviates(Deviation::SourceRecordNotSealed))
        .then_when(Condition::Damaged, StageName::Damaged, StageKind::Deviates(Deviation::WrappedKeysNotReadable))
        .then_when(
            Condition::WrappedKeysUnusable,
            StageName::WrappedKeysUnusable,
            StageKind::Choose(Question::UnusableKeys),
        )
        .then_when(Condition::Copies, StageName::Copies, StageKind::Read)
        .then_when(Condition::PublicKeysUnusable, StageName::PublicKeysUnusable, StageKind::Read)
}

/// Of several DKEKs in the folder, the one that people chose.
pub fn read_chosen(known: &Known, _: &Step) -> Option<Act> {
    Some(acts::ReadFolder { dkek: Some(known.restored.chosen?) }.into())
}

#[allow(clippy::unnecessary_wraps, reason = "the form of every act's maker")]
fn read_custody(known: &Known, _: &Step) -> Option<Act> {
    let shares = match known.ceremony.cards {
        // The DKEK stays, and with it the number of its shares.
        Cards::Changed => Some(known.plan.dkek_shares.len()),
        Cards::Dealt | Cards::Earlier | Cards::Replaced | Cards::None => None,
    };
    Some(acts::ReadCustody { shares }.into())
}
