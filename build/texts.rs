//! What is looked up by name: the sentences of steps, faults, fields and fields of the plan, and the files of the script.

use super::names::{concat, pascal};
use super::script::{Fault, Field, PlanField, Script, Stage, Step};

/// The functions that look up.
pub fn generate(script: &Script, files: &[String]) -> String {
    [
        lookup("The sentences of a step.", "step", "StepName", "StepText", script.steps.iter().map(step)),
        lookup("The sentences of a fault.", "fault", "FaultName", "FaultText", script.faults.iter().map(fault)),
        lookup("Label and hint of a field.", "field", "FieldName", "FieldText", script.fields.iter().map(field)),
        lookup(
            "What a field of a plan means.",
            "plan_field",
            "PlanField",
            "PlanFieldText",
            script.plan_fields.iter().map(plan_field),
        ),
        plan_fields_listed(script),
        list_of_files(files),
    ]
    .concat()
}

/// A function from names to texts; of each name, the literal.
fn lookup(doc: &str, function: &str, names: &str, texts: &str, all: impl Iterator<Item = (String, String)>) -> String {
    let arms = concat(all.map(|(name, text)| format!("        {names}::{name} => &{texts} {text},\n")));
    format!(
        "/// {doc}
pub const fn {function}(name: {names}) -> &'static {texts} {{
    match name {{
{arms}    }}
}}

"
    )
}

fn step((name, step): (&String, &Step)) -> (String, String) {
    let Step { title, act, blanks, stages } = step;
    let stages = concat(stages.0.iter().map(stage));
    let (title, act) = (&title.0, &act.0);
    (pascal(name), format!("{{ title: {title:?}, act: {act:?}, blanks: &{blanks:?}, stages: &[{stages}] }}"))
}

fn stage((name, stage): &(String, Stage)) -> String {
    let items = stage.items.0.iter().map(|(name, item)| format!("(ItemName::{}, {:?}), ", pascal(name), item.0));
    let (text, items) = (&stage.text, concat(items));
    format!("(StageName::{}, StageText {{ text: &{text:?}, items: &[{items}] }}), ", pascal(name))
}

fn fault((name, fault): (&String, &Fault)) -> (String, String) {
    let Fault { happened, truth, .. } = fault;
    (pascal(name), format!("{{ happened: &{happened:?}, truth: &{truth:?} }}"))
}

fn field((name, field): (&String, &Field)) -> (String, String) {
    let Field { label, hint } = field;
    (pascal(name), format!("{{ label: {:?}, hint: {:?} }}", label.0, hint.0))
}

fn plan_field((name, field): (&String, &PlanField)) -> (String, String) {
    let default = field.default.as_ref().map(|default| &default.0);
    (pascal(name), format!("{{ meaning: {:?}, default: {default:?} }}", field.meaning.0))
}

fn plan_fields_listed(script: &Script) -> String {
    let fields = script.plan_fields_listed.iter().map(|name| format!("    PlanField::{},\n", pascal(name)));
    let (count, fields) = (script.plan_fields_listed.len(), concat(fields));
    format!(
        "/// The fields of a plan, in the order in which the handbook lists them.
pub const PLAN_FIELDS: [PlanField; {count}] = [
{fields}];

"
    )
}

fn list_of_files(files: &[String]) -> String {
    let bytes = files
        .iter()
        .map(|file| format!("    include_bytes!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/assets/script/{file}\")),\n"));
    let (count, bytes) = (files.len(), concat(bytes));
    format!(
        "/// All files of the script, in the order of their names.
const FILES: [&[u8]; {count}] = [
{bytes}];
"
    )
}
