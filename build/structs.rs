//! Structs with a field for every value of a sentence: a missing value does not compile.

use super::names::{concat, pascal, placeholders, snake};

/// The struct, with a type parameter for each of its values.
pub fn declared(name: &str, doc: &str, values: &[&str]) -> String {
    let fields: Vec<String> =
        values.iter().enumerate().map(|(place, value)| format!("pub(crate) {}: T{place}", snake(value))).collect();
    let body = if fields.is_empty() { ";".to_owned() } else { format!(" {{ {} }}", fields.join(", ")) };
    format!(
        "#[doc = {doc:?}]\n#[derive(Clone, Copy)]\npub(crate) struct {}{}{body}\n\n",
        pascal(name),
        types(values, "")
    )
}

/// The head of an `impl` for it, for values that can be displayed.
pub fn implemented(what: &str, name: &str, values: &[&str]) -> String {
    let bounds = types(values, ": core::fmt::Display");
    format!("impl{bounds} {what} for {}{}", pascal(name), types(values, ""))
}

/// The head of an `impl` of its own functions, for values that can be displayed.
pub fn inherent(name: &str, values: &[&str]) -> String {
    let bounds = types(values, ": core::fmt::Display");
    format!("impl{bounds} {}{}", pascal(name), types(values, ""))
}

/// What `format!` and `write!` take to put the values of such a struct into a sentence.
pub fn arguments(text: &str) -> String {
    let values = placeholders([text]);
    let places = values.iter().enumerate();
    let template = places
        .fold(text.to_owned(), |text, (place, value)| text.replace(&format!("{{{value}}}"), &format!("{{{place}}}")));
    let values = concat(values.iter().map(|value| format!(", self.{}", snake(value))));
    format!("{template:?}{values}")
}

fn types(values: &[&str], bound: &str) -> String {
    let types = (0..values.len()).map(|place| format!("T{place}{bound}, "));
    if values.is_empty() { String::new() } else { format!("<{}>", concat(types).trim_end_matches(", ")) }
}
