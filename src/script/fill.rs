//! Puts values into sentences.

/// Replaces every `{name}` by its value. A name without a value stays as it is, in braces, so that it is seen.
pub fn fill(template: &str, values: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.split_once('}') {
            Some((name, tail)) => {
                match values.iter().find(|(key, _)| *key == name) {
                    Some((_, value)) => out.push_str(value),
                    None => {
                        out.push('{');
                        out.push_str(name);
                        out.push('}');
                    }
                }
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
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
