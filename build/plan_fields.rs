//! The fields of a plan file. Their texts are looked up by path and not by variant, so the compiler reports a variant that
//! nothing reads as never constructed.

use super::names::{concat, pascal};
use super::script::Script;

/// The enum, with the path of each field.
pub fn generate(script: &Script) -> String {
    let variants = concat(script.plan_fields().map(|(path, field)| {
        let doc = &field.meaning.0;
        format!("    #[doc = {doc:?}]\n    {},\n", pascal(path))
    }));
    let arms =
        concat(script.plan_fields().map(|(path, _)| format!("            Self::{} => {path:?},\n", pascal(path))));
    let paths: Vec<&str> = script.plan_fields().map(|(path, _)| path).collect();
    format!(
        "/// A field of a plan, by its path in the script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlanField {{
{variants}}}

impl PlanField {{
    /// All paths.
    pub(crate) const PATHS: &[&str] = &{paths:?};

    /// Its path: objects before a dot, lists before `[]`.
    pub(crate) const fn path(self) -> &'static str {{
        match self {{
{arms}        }}
    }}
}}
"
    )
}
