//! The texts that are looked up by name, of steps, faults, form fields and plan fields; and the files of the script.

use super::names::{concat, pascal};
use super::script::{Fault, Field, Script, Stage, Step, Term};

/// The lookup functions, and both lists.
pub fn generate(script: &Script, files: &[String]) -> String {
    [
        lookup("The sentences of a step.", "step", "StepName", "StepTexts", script.steps.iter().map(step)),
        lookup("The sentences of a fault.", "fault", "FaultName", "FaultTexts", script.faults.iter().map(fault)),
        lookup("Label and hint of a field.", "field", "FieldName", "FieldText", script.fields.iter().map(field)),
        plan_fields(script),
        glossary(script),
        list_of_files(files),
    ]
    .concat()
}

/// A function from names to texts; `all` has the literal for each name.
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
    let (text, aloud, items) = (&stage.text, stage.aloud, concat(items));
    format!("(StageName::{}, StageTexts {{ text: &{text:?}, aloud: {aloud}, items: &[{items}] }}), ", pascal(name))
}

fn fault((name, fault): (&String, &Fault)) -> (String, String) {
    let Fault { happened, truth, .. } = fault;
    (pascal(name), format!("{{ happened: &{happened:?}, truth: &{truth:?} }}"))
}

fn field((name, field): (&String, &Field)) -> (String, String) {
    let Field { label, hint } = field;
    (pascal(name), format!("{{ label: {:?}, hint: {:?} }}", label.0, hint.0))
}

fn plan_fields(script: &Script) -> String {
    let rows = concat(script.plan_fields().map(|(path, field)| {
        let (meaning, default) = (&field.meaning.0, field.default.as_ref().map(|default| &default.0));
        format!("    PlanFieldText {{ path: {path:?}, meaning: {meaning:?}, default: {default:?} }},\n")
    }));
    format!(
        "/// Every field of a plan, in the order of the handbook.
pub const PLAN_FIELDS: &[PlanFieldText] = &[
{rows}];

"
    )
}

fn glossary(script: &Script) -> String {
    let rows = concat(script.glossary.values().map(|Term { word, also, meaning }| {
        let (word, meaning) = (&word.0, &meaning.0);
        format!("    GlossaryTerm {{ word: {word:?}, also: &{also:?}, meaning: {meaning:?} }},\n")
    }));
    format!(
        "/// Every word that is explained, in alphabetical order.
pub const GLOSSARY: &[GlossaryTerm] = &[
{rows}];

"
    )
}

fn list_of_files(files: &[String]) -> String {
    let bytes = files
        .iter()
        .map(|file| format!("    include_bytes!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/assets/script/{file}\")),\n"));
    let (count, bytes) = (files.len(), concat(bytes));
    format!(
        "/// All files of the script, sorted by name.
const FILES: [&[u8]; {count}] = [
{bytes}];
"
    )
}
