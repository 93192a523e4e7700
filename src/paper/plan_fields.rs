//! The handbook's table of the fields of a plan.

use crate::script::{PLAN_FIELDS, plan_field};

/// The table, line by line; what is in braces is not filled in yet.
pub fn table() -> Vec<String> {
    let head = ["| Field | What it is | Default |", "|---|---|---|"].map(str::to_owned);
    let rows = PLAN_FIELDS.into_iter().map(|field| {
        let text = plan_field(field);
        let default = text.default.map_or_else(String::new, |default| format!("{default} "));
        format!("| `{}` | {} | {default}|", field.word(), text.meaning)
    });
    head.into_iter().chain(rows).collect()
}
