//! Fills values into sentences.

/// Replaces every `{name}` with its value.
pub fn fill(template: &str, values: &[(&str, String)]) -> String {
    fill_with(template, |name| values.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone()))
}

/// Replaces every `{name}` with its value, looked up by name. A name without a value stays in braces, so that people notice.
pub fn fill_with(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        out.push_str(&value(name).unwrap_or_else(|| format!("{{{name}}}")));
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_known_names_and_shows_unknown_ones() {
        let values = [("who", "Ada".to_owned())];
        assert_eq!(fill("{who}, come. {what} {", &values), "Ada, come. {what} {");
        assert_eq!(fill("{who}{who}", &values), "AdaAda");
    }
}
