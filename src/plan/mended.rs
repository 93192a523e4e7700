//! The JSON of a plan. Slips that everybody makes (a comma too many or too few, a comment) are named one by one, and mended
//! for reading on: the plan is refused all the same, but whatever else is wrong with it is named, too.

use serde_json::Value;

use super::places::Place;
use crate::faults::{self, Fault};

/// The most slips that are mended. A file with more is something else than a plan.
const MOST_SLIPS: usize = 20;

/// What a text holds.
pub struct Mended {
    /// The text without its slips. Every byte that remains is where it was; lines may have become one.
    pub text: String,
    /// Its value; `None` if it cannot be mended.
    pub value: Option<Value>,
    /// What is wrong, and where.
    pub wrong: Vec<(Place, Fault)>,
}

/// Reads JSON.
pub fn mended(original: &str) -> Mended {
    let (mut text, mut wrong) = (original.to_owned(), Vec::new());
    loop {
        let error = match serde_json::from_str(&text) {
            Ok(value) => return Mended { text, value: Some(value), wrong },
            Err(error) => error,
        };
        let at = place(&text, &error);
        let mend = |slip: &Slip| slip.mend(&text, at).filter(|better| reads_on(better, at));
        match Slip::ALL.iter().find_map(|slip| mend(slip).map(|better| (*slip, better))) {
            Some((slip, better)) if wrong.len() < MOST_SLIPS => {
                let place = Place::of(original, slip.shown_at(&text, at));
                wrong.push((place, slip.fault(place.line)));
                text = better;
            }
            Some(_) | None => {
                let place = Place::of(original, at);
                wrong.push((place, Fault::from(faults::PlanNotJson { line: place.line, column: place.column })));
                return Mended { text, value: None, wrong };
            }
        }
    }
}

/// Where reading stopped, in bytes: at the first character that does not fit.
fn place(text: &str, error: &serde_json::Error) -> usize {
    if error.is_eof() {
        return text.len();
    }
    let before: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let mut at = (before + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Whether reading comes further than `at`.
fn reads_on(text: &str, at: usize) -> bool {
    serde_json::from_str::<Value>(text).map_or_else(|error| place(text, &error) > at, |_| true)
}

/// What people often get wrong.
#[derive(Clone, Copy)]
enum Slip {
    /// A comma before a closing bracket.
    CommaTooMany,
    /// No comma between two fields or items.
    CommaMissing,
    /// A comment.
    Comment,
}

impl Slip {
    const ALL: [Self; 3] = [Self::CommaTooMany, Self::Comment, Self::CommaMissing];

    fn fault(self, line: usize) -> Fault {
        match self {
            Self::CommaTooMany => Fault::from(faults::PlanCommaTooMany { line }),
            Self::CommaMissing => Fault::from(faults::PlanCommaMissing { line }),
            Self::Comment => Fault::from(faults::PlanComment { line }),
        }
    }

    /// The text without this slip, if it is there. The length stays the same.
    fn mend(self, text: &str, at: usize) -> Option<String> {
        let (before, after) = text.split_at_checked(at)?;
        match self {
            Self::CommaTooMany => {
                let comma = before.trim_end().strip_suffix(',')?.len();
                replaced(text, comma, 1, " ")
            }
            Self::CommaMissing => {
                let end = before.trim_end().len();
                (end < at).then(|| replaced(text, end, 1, ","))?
            }
            Self::Comment => {
                let length = match after {
                    block if block.starts_with("/*") => block.find("*/")? + 2,
                    line if line.starts_with("//") || line.starts_with('#') => line.find('\n').unwrap_or(line.len()),
                    _ => return None,
                };
                let blank: String = after.get(..length)?.bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }).collect();
                replaced(text, at, length, &blank)
            }
        }
    }

    /// Where people see it: a missing comma at the end of what comes before.
    fn shown_at(self, text: &str, at: usize) -> usize {
        let before = text.get(..at).unwrap_or_default().trim_end();
        match self {
            Self::CommaTooMany => before.len().saturating_sub(1),
            Self::CommaMissing => before.len(),
            Self::Comment => at,
        }
    }
}

/// The text with something else in place of `length` bytes.
fn replaced(text: &str, at: usize, length: usize, with: &str) -> Option<String> {
    Some(format!("{}{with}{}", text.get(..at)?, text.get(at + length..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> Vec<(usize, usize, &'static str)> {
        let mended = mended(text);
        assert_eq!(mended.text.len(), text.len());
        mended.wrong.iter().map(|(place, fault)| (place.line, place.column, fault.name.word())).collect()
    }

    #[test]
    fn slips_are_named_where_they_are_and_reading_goes_on() {
        assert_eq!(wrong(r#"{"a": [1, 2], "b": "ü"}"#), []);
        assert_eq!(wrong("{\"a\": [1, 2,],\n}"), [(1, 12, "plan-comma-too-many"), (1, 14, "plan-comma-too-many")]);
        assert_eq!(wrong("{\"ü\": 1\n \"b\": [1 2]}"), [(1, 8, "plan-comma-missing"), (2, 9, "plan-comma-missing")]);
        assert_eq!(
            wrong("{// one\n\"a\": 1, # two\n/* three\n */ \"b\": 2}"),
            [(1, 2, "plan-comment"), (2, 9, "plan-comment"), (3, 1, "plan-comment")]
        );
        let read = mended("{\"a\": 1 // one\n \"b\": [2,]}");
        assert_eq!(read.value, Some(serde_json::json!({"a": 1, "b": [2]})));
        assert_eq!(read.wrong.len(), 3);
    }

    #[test]
    fn what_cannot_be_mended_is_named_once() {
        for (text, column) in [("", 1), ("{", 2), ("{\"a\": 'x'}", 7), ("{\"a\" 1}", 6), ("{a: 1}", 2), ("{} {}", 4)] {
            assert_eq!(wrong(text), [(1, column, "plan-not-json")], "{text}");
        }
        let many = format!("{{\"a\": [{}1]}}", "1 ".repeat(MOST_SLIPS + 5));
        assert_eq!(wrong(&many).len(), MOST_SLIPS + 1);
        assert_eq!(wrong(&"[".repeat(60_000)).len(), 1);
    }
}
