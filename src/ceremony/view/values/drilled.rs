//! Values about a drill.

use crate::ceremony::known::Known;
use crate::script::words;
use crate::terms::{Drill, Holder};

/// How far the plan has drills go.
pub const fn planned(drill: Drill) -> &'static str {
    match drill {
        Drill::Quorum => words::DRILL_PLANNED_QUORUM,
        Drill::Everyone => words::DRILL_PLANNED_EVERYONE,
        Drill::Spare => words::DRILL_PLANNED_SPARE,
    }
}

/// The custodians whose share was proven.
pub fn proven(known: &Known) -> String {
    let proven: Vec<&str> = known.drilled.proven.iter().map(|holder| name(known, *holder)).collect();
    if proven.is_empty() { words::DRILL_NO_CUSTODIANS.to_owned() } else { proven.join(", ") }
}

/// The custodians whose share was not.
pub fn not_proven(known: &Known) -> String {
    let others = known.shares_not_proven();
    let others: Vec<&str> = others.iter().map(|holder| name(known, *holder)).collect();
    if others.is_empty() { words::DRILL_ALL_PROVEN.to_owned() } else { others.join(", ") }
}

fn name(known: &Known, holder: Holder) -> &str {
    holder.name(&known.plan)
}
