//! Canonical JSON (RFC 8785) for what a record holds: texts, whole numbers, true, false, null, lists, and objects whose
//! members have ASCII names. For those, sorting by bytes is the order that the RFC asks for.

use serde_json::Value;

/// The largest whole number that every reader of JSON reads exactly: 2^53 - 1 (RFC 8785, section 3.2.2.3).
const LARGEST: u64 = (1 << 53) - 1;

/// The canonical text of a value; `None` if it holds something that a record never does.
pub(super) fn text(value: &Value) -> Option<String> {
    let mut text = String::new();
    write(value, &mut text)?;
    Some(text)
}

fn write(value: &Value, text: &mut String) -> Option<()> {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(truth) => text.push_str(if *truth { "true" } else { "false" }),
        Value::Number(number) => text.push_str(&number.as_u64().filter(|number| *number <= LARGEST)?.to_string()),
        Value::String(string) => text.push_str(&quoted(string)?),
        Value::Array(list) => {
            text.push('[');
            for (place, inner) in list.iter().enumerate() {
                text.push_str(if place == 0 { "" } else { "," });
                write(inner, text)?;
            }
            text.push(']');
        }
        Value::Object(_) => {
            text.push('{');
            for (place, (name, inner)) in members(value).into_iter().enumerate() {
                text.push_str(if place == 0 { "" } else { "," });
                text.push_str(&quoted(name).filter(|name| name.is_ascii())?);
                text.push(':');
                write(inner, text)?;
            }
            text.push('}');
        }
    }
    Some(())
}

/// The members of an object in canonical order; of anything else, none.
pub(super) fn members(value: &Value) -> Vec<(&String, &Value)> {
    let mut members: Vec<_> = value.as_object().into_iter().flatten().collect();
    members.sort_by_key(|(name, _)| *name);
    members
}

/// A string in quotes. The escapes of `serde_json` are those of the RFC (section 3.2.2.2).
fn quoted(string: &str) -> Option<String> {
    serde_json::to_string(string).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_the_rfc_says() {
        // Names are sorted, nothing is between the parts, and only what must be escaped is (the RFC, section 3.2.2.2).
        let given =
            r#"{ "b": [1, true, null, {}], "a": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "A": "\u007f" }"#;
        let value: Value = serde_json::from_str(given).unwrap();
        let written = "{\"A\":\"\u{7f}\",\"a\":\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\",\"b\":[1,true,null,{}]}";
        assert_eq!(text(&value).as_deref(), Some(written));
    }

    #[test]
    fn what_a_record_never_holds_has_no_text() {
        for (given, fits) in [("9007199254740991", true), ("9007199254740992", false), ("-1", false), ("1.5", false)] {
            assert_eq!(text(&serde_json::from_str(given).unwrap()).is_some(), fits, "{given}");
        }
        assert_eq!(text(&serde_json::json!({ "\u{e9}": 1 })), None);
    }
}
