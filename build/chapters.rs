//! Chapters of paper and help, and the texts of the ceremonies.

use super::names::{concat, constant};
use super::script::{Ceremony, Script};

/// All chapters.
pub fn generate(script: &Script) -> String {
    concat(script.chapters.iter().map(|(name, paragraphs)| {
        format!("/// The chapter `{name}`.\npub(crate) const {}: &[&str] = &{paragraphs:?};\n\n", constant(name))
    }))
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
