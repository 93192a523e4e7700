//! What of JSON Schema (draft 2020-12) `docs/record.schema.json` uses.

use serde_json::Value;

/// The published schema of a record's line.
pub struct Schema(Value);

impl Schema {
    /// `docs/record.schema.json`.
    pub fn of_a_line() -> Self {
        Self(serde_json::from_str(include_str!("../../../docs/record.schema.json")).unwrap())
    }

    /// Whether a line of a record is as the schema says.
    pub fn fits(&self, line: &str) -> bool {
        self.holds(&self.0, &serde_json::from_str(line).unwrap())
    }

    fn holds(&self, schema: &Value, value: &Value) -> bool {
        let Some(rules) = schema.as_object() else { return schema == true };
        let member = |name: &str| schema["properties"].get(name);
        rules.iter().all(|(rule, is)| match rule.as_str() {
            "$ref" => {
                let path = is.as_str().unwrap().strip_prefix('#').unwrap();
                self.holds(self.0.pointer(path).unwrap_or_else(|| panic!("no {path}")), value)
            }
            "oneOf" => is.as_array().unwrap().iter().filter(|one| self.holds(one, value)).count() == 1,
            "anyOf" => is.as_array().unwrap().iter().any(|one| self.holds(one, value)),
            "const" => is == value,
            "enum" => is.as_array().unwrap().contains(value),
            "type" => match is.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "integer" => value.is_u64(),
                "boolean" => value.is_boolean(),
                "null" => value.is_null(),
                other => panic!("{other}"),
            },
            "minimum" => value.as_u64() >= is.as_u64(),
            "maximum" => value.as_u64() <= is.as_u64(),
            // The patterns are those of digests and times: as many characters as the text, each of its kind.
            "pattern" => value.as_str().is_none_or(|text| matches(is.as_str().unwrap(), text)),
            "required" => is.as_array().unwrap().iter().all(|name| value.get(name.as_str().unwrap()).is_some()),
            "properties" => value
                .as_object()
                .into_iter()
                .flatten()
                .all(|(name, inner)| member(name).is_none_or(|schema| self.holds(schema, inner))),
            "additionalProperties" => {
                value.as_object().into_iter().flatten().all(|(name, _)| member(name).is_some() || is == true)
            }
            "items" if is == false => {
                value.as_array().is_none_or(|list| list.len() <= schema["prefixItems"].as_array().unwrap().len())
            }
            "items" => value.as_array().into_iter().flatten().all(|inner| self.holds(is, inner)),
            "prefixItems" => {
                let schemas = is.as_array().unwrap().iter();
                value.as_array().into_iter().flatten().zip(schemas).all(|(inner, schema)| self.holds(schema, inner))
            }
            "$schema" | "$defs" | "title" | "description" => true,
            other => panic!("{other} is not a rule that this test knows"),
        })
    }
}

/// Whether a text has a pattern of classes `[…]`, each once, `+` or `{n}`, of plain characters, and of `\.`.
fn matches(pattern: &str, text: &str) -> bool {
    let mut pattern = pattern.strip_prefix('^').and_then(|pattern| pattern.strip_suffix('$')).unwrap();
    let mut text = text;
    while let Some(first) = pattern.chars().next() {
        let (class, rest) = match first {
            '[' => pattern[1..].split_once(']').unwrap(),
            '\\' => pattern[1..].split_at(1),
            _ => pattern.split_at(first.len_utf8()),
        };
        let kind = |character: char| match class.as_bytes() {
            [from, b'-', to] => (char::from(*from)..=char::from(*to)).contains(&character),
            [a, b'-', b, c, b'-', d] => {
                (char::from(*a)..=char::from(*b)).contains(&character)
                    || (char::from(*c)..=char::from(*d)).contains(&character)
            }
            _ => class.contains(character),
        };
        let (least, most, rest) = match rest.chars().next() {
            Some('+') => (1, usize::MAX, &rest[1..]),
            Some('{') => {
                let (count, rest) = rest[1..].split_once('}').unwrap();
                (count.parse().unwrap(), count.parse().unwrap(), rest)
            }
            _ => (1, 1, rest),
        };
        let length = text.chars().take(most).take_while(|character| kind(*character)).count();
        if length < least {
            return false;
        }
        (pattern, text) = (rest, &text[length..]);
    }
    text.is_empty()
}
