//! Chapters of paper and help: a constant each, or a struct of its values. And the texts of the ceremonies.

use super::names::{concat, constant, placeholders};
use super::script::{Ceremony, Script};
use super::structs::{arguments, declared, inherent};

/// All chapters.
pub fn generate(script: &Script) -> String {
    concat(script.chapters.iter().map(|(name, paragraphs)| {
        let values = placeholders(paragraphs.iter().map(String::as_str));
        if values.is_empty() { plain(name, paragraphs) } else { with_values(name, paragraphs, &values) }
    }))
}

fn plain(name: &str, paragraphs: &[String]) -> String {
    format!("/// The chapter `{name}`.\npub(crate) const {}: &[&str] = &{paragraphs:?};\n\n", constant(name))
}

fn with_values(name: &str, paragraphs: &[String], values: &[&str]) -> String {
    let structure = declared(name, &format!("The chapter `{name}`."), values);
    let implementation = inherent(name, values);
    let filled = concat(paragraphs.iter().map(|text| format!("            format!({}),\n", arguments(text))));
    format!(
        "{structure}{implementation} {{
    /// Its paragraphs with the values.
    pub(crate) fn paragraphs(&self) -> Vec<String> {{
        vec![
{filled}        ]
    }}
}}

"
    )
}

/// The texts of all ceremonies.
pub fn ceremonies(script: &Script) -> String {
    concat(script.ceremonies.iter().map(|(name, texts)| ceremony(name, texts)))
}

fn ceremony(name: &str, texts: &Ceremony) -> String {
    let Ceremony { name: word, heading, menu, menu_later, keep, help, handbook_title, handbook } = texts;
    let menu_later = menu_later.as_ref().map(|later| &later.0);
    format!(
        "/// The texts of *{name}*.
pub(crate) const {constant}: CeremonyText = CeremonyText {{
    name: {word:?},
    heading: {heading:?},
    menu: {menu:?},
    menu_later: {menu_later:?},
    keep: {keep:?},
    help: &{help:?},
    handbook_title: {handbook_title:?},
    handbook: &{handbook:?},
}};

",
        constant = constant(name),
        word = word.0,
        heading = heading.0,
        menu = menu.0,
        keep = keep.0,
        handbook_title = handbook_title.0,
    )
}
