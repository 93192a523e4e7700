//! Sentences by name: a constant each, or a struct of its values that implements `Display`.

use super::names::{concat, constant, placeholders};
use super::script::Script;
use super::structs::{arguments, declared, implemented};

/// All words.
pub fn generate(script: &Script) -> String {
    concat(script.words.iter().map(|(name, word)| {
        let values = placeholders([word.0.as_str()]);
        if values.is_empty() { plain(name, &word.0) } else { with_values(name, &word.0, &values) }
    }))
}

fn plain(name: &str, text: &str) -> String {
    format!("#[doc = {text:?}]\npub(crate) const {}: &str = {text:?};\n\n", constant(name))
}

fn with_values(name: &str, text: &str, values: &[&str]) -> String {
    let (structure, implementation) = (declared(name, text, values), implemented("core::fmt::Display", name, values));
    let arguments = arguments(text);
    format!(
        "{structure}{implementation} {{
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {{
        write!(f, {arguments})
    }}
}}

"
    )
}
