//! Values about a drill.

use crate::ceremony::known::Known;
use crate::record::DepartedOutcome;
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

/// What came of shares of an earlier set: whatever was tried, before what was not.
pub fn departed(known: &Known) -> String {
    let drilled = &known.drilled;
    let came = |outcome| drilled.departed.values().any(|found| *found == outcome);
    if came(DepartedOutcome::Refused) {
        words::DEPARTED_REFUSED.to_owned()
    } else if came(DepartedOutcome::NotHere) || came(DepartedOutcome::Here) {
        words::DEPARTED_NOT_TRIED.to_owned()
    } else if drilled.sets_before.iter().any(Option::is_some) {
        words::DEPARTED_OTHER_FORM.to_owned()
    } else {
        words::DEPARTED_NONE.to_owned()
    }
}

fn name(known: &Known, holder: Holder) -> &str {
    holder.name(&known.plan)
}
