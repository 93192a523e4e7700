//! What a field of a plan takes, as the handbook's table and the program say it.

use crate::names::{HandbookValueName, StepName};
use crate::script::{PlanFieldText, fill_with};
use crate::terms::Curve;

/// What a field takes, in words.
pub fn meaning(row: &PlanFieldText) -> String {
    fill_with(row.meaning, |name| HandbookValueName::from_word(name).and_then(listed))
}

/// The names that a field can have as its value, or within it.
pub fn listed(value: HandbookValueName) -> Option<String> {
    let quoted = |names: Vec<&str>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match value {
        HandbookValueName::Curves => Some(quoted(Curve::ALL.iter().map(|curve| curve.name()).collect())),
        HandbookValueName::Steps => Some(quoted(StepName::ALL.iter().map(|step| step.word()).collect())),
        // Of a plan, and not of a field.
        HandbookValueName::Plan => None,
    }
}
