//! The fields of a plan file by name: what the reader of plans takes up.

use super::names::{concat, constant, pascal};
use super::script::Script;

/// A constant for each, so that one which nobody reads is dead code.
pub fn generate(script: &Script) -> String {
    concat(script.plan_fields.iter().map(|(name, field)| {
        let doc = format!("`{name}`: {}", field.meaning.0);
        format!("#[doc = {doc:?}]\npub(crate) const {}: PlanField = PlanField::{};\n\n", constant(name), pascal(name))
    }))
}
