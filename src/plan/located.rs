//! Reads the text of a plan, and says of everything that is wrong where it is.

use serde_json::Value;

use super::mended::mended;
use super::names::Names;
use super::places::{Part, Place, Places};
use super::{Plan, read};
use crate::faults::{self, Fault};

/// A fault of a plan, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The place in the text.
    pub place: Place,
    /// The path of the field: `keys[2].label`; empty: the plan as a whole, or its JSON.
    pub path: String,
    /// What is wrong.
    pub fault: Fault,
}

/// Reads a plan.
///
/// # Errors
/// All its faults in the order of the text, at least one.
pub fn read(text: &str, names: Names) -> Result<Plan, Vec<Located>> {
    let whole = |fault: Fault| Located { place: Place { line: 1, column: 1 }, path: String::new(), fault };
    if text.len() > Plan::LARGEST {
        return Err(vec![whole(Fault::from(faults::PlanTooLarge))]);
    }
    let text = text.strip_prefix(MARK).unwrap_or(text);
    let mended = mended(text);
    let places = Places::of(text, &mended.text);
    let of_json = |(place, fault)| Located { place, path: String::new(), fault };
    let mut found: Vec<Located> = mended.wrong.into_iter().map(of_json).collect();
    let (plan, wrong) = match &mended.value {
        Some(Value::Object(map)) => read::plan(map, names),
        Some(_) => {
            found.push(whole(Fault::from(faults::PlanNotObject)));
            (None, Vec::new())
        }
        None => (None, Vec::new()),
    };
    match names {
        Names::New => found.extend(places.twice.iter().map(|twice| Located {
            place: twice.again,
            path: twice.path.clone(),
            fault: Fault::from(faults::PlanFieldTwice {
                field: &twice.path,
                first: twice.first_line,
                line: twice.again.line,
            }),
        })),
        // The last one counted.
        Names::Kept => {}
    }
    found.extend(wrong.into_iter().map(|wrong| Located {
        place: places.place(&wrong.path, wrong.part),
        path: wrong.path,
        fault: wrong.fault,
    }));
    found.sort_by_key(|located| located.place);
    match plan {
        Some(plan) if found.is_empty() => Ok(plan),
        _ if found.is_empty() => Err(vec![whole(Fault::from(faults::PlanNotObject))]),
        _ => Err(found),
    }
}

/// Where in the text of a plan the first of these fields is that is there.
pub fn place_of(text: &str, fields: &[String]) -> Place {
    let text = text.strip_prefix(MARK).unwrap_or(text);
    Places::of(text, text).first(fields, Part::Name)
}

/// Editors on other systems put this before UTF-8.
const MARK: char = '\u{feff}';
