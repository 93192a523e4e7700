//! Faults: a struct for each, whose fields are the values that its sentences need.

use super::names::{concat, pascal, snake};
use super::script::{Fault, Script};
use super::structs::{declared, implemented};

/// All faults.
pub fn generate(script: &Script) -> String {
    concat(script.faults.iter().map(|(name, fault)| one(name, fault)))
}

fn one(name: &str, fault: &Fault) -> String {
    let values = fault.values();
    let pairs: Vec<String> =
        values.iter().map(|value| format!("({value:?}, self.{}.to_string())", snake(value))).collect();
    let (variant, pairs) = (pascal(name), pairs.join(", "));
    let structure = declared(name, &fault.happened.join(" "), &values);
    let implementation = implemented("Named", name, &values);
    format!(
        "{structure}{implementation} {{
    fn named(self) -> Fault {{
        Fault {{ name: FaultName::{variant}, values: vec![{pairs}] }}
    }}
}}

"
    )
}
