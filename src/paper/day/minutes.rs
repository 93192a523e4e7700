//! How long a step takes people who do it for the first time.

use crate::ceremony::{StageKind, Step};
use crate::paper::when::when;
use crate::plan::Plan;
use crate::terms::{Purpose, Scheme};

/// The minutes that a step is expected to take.
pub fn minutes(plan: &Plan, step: &Step) -> u32 {
    let usual = step.stages.iter().filter(|stage| when(stage.when).is_none());
    usual.map(|stage| seconds(plan, step, &stage.kind)).sum::<u32>().div_ceil(60).max(1)
}

/// The seconds of one screen, its sentences read aloud.
fn seconds(plan: &Plan, step: &Step, kind: &StageKind) -> u32 {
    // A share as words is written and typed word by word.
    let words = |purpose: Purpose| match purpose {
        Purpose::DkekShare(share) => plan.scheme(share) == Some(Scheme::Words),
        Purpose::SoPin => true,
    };
    match kind {
        StageKind::HandOver | StageKind::Choose(_) | StageKind::Do(_) | StageKind::States(_) => 30,
        StageKind::Read | StageKind::Deviates(_) | StageKind::Form(_) | StageKind::Confirm(_) => 45,
        StageKind::Tick => 60,
        StageKind::RollCall(_) => 60 + 15 * u32::try_from(plan.people().len()).unwrap_or_default(),
        StageKind::Danger(_) | StageKind::RevealPin { .. } => 120,
        StageKind::Reveal { card, .. } if words(*card) => 360,
        StageKind::Reveal { .. } => 180,
        StageKind::FromCard(_) if plan.scheme(step.share) == Some(Scheme::Words) => 240,
        StageKind::FromCard(_) => 120,
    }
}
