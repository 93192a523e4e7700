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

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../../assets/plan.example.json");
    const FULL: &str = include_str!("../../assets/plan.full.json");

    /// Every fault of a plan: line, column and name.
    fn faults(text: &str) -> Vec<(usize, usize, &'static str)> {
        let faults = read(text, Names::New).unwrap_err();
        faults.iter().map(|located| (located.place.line, located.place.column, located.fault.name.word())).collect()
    }

    #[test]
    fn a_wrong_value_is_found_in_its_own_line_wherever_it_is() {
        let lines: Vec<&str> = FULL.lines().collect();
        let mut tried = 0;
        for (number, line) in (1..).zip(&lines) {
            for (end, name) in line.match_indices("\": ") {
                let end = end + name.len();
                let value = line[end..].trim_end_matches([',', '}', ']', '{', '[', ' ']).len();
                // No field takes a fraction.
                let wrong = format!("{}7.5{}", &line[..end], &line[end + value..]);
                let mut changed = lines.clone();
                changed[number - 1] = &wrong;
                let text = changed.join("\n");
                if serde_json::from_str::<Value>(&text).is_ok() {
                    let faults = faults(&text);
                    assert!(faults.iter().any(|(line, _, _)| *line == number), "line {number}: {wrong}: {faults:?}");
                    tried += 1;
                }
            }
        }
        assert!(tried > 20, "{tried} values were changed");
    }

    #[test]
    fn every_kind_of_mistake_has_its_place_and_none_hides_another() {
        let text = "{\n \"plan\": 1, \"titel\": \"x\",\n \"administrator\": \"A\",\n \"auditors\": [\"Ä\", 7, \"B\"],\n \
                    \"custodians\": [\"C\", \"D\", \"c\"], \"threshold\": 2\n \"device\": {\"pin_holder\": \"P\",\n  \
                    \"so_pin_holder\": \"S\", \"pin_holder\": \"Q\",},\n \"keys\": []\n}";
        assert_eq!(
            faults(text),
            [
                (1, 1, "plan-field-missing"),
                (2, 13, "plan-field-misspelt"),
                (4, 20, "plan-text"),
                (5, 27, "plan-person-twice"),
                (5, 47, "plan-comma-missing"),
                (6, 12, "plan-field-missing"),
                (7, 25, "plan-field-twice"),
                (7, 42, "plan-comma-too-many"),
                (8, 10, "plan-keys"),
            ]
        );
    }

    #[test]
    fn a_field_that_is_there_twice_is_refused_unless_the_plan_was_accepted_before() {
        let twice = EXAMPLE.replacen("\"threshold\": 2", "\"threshold\": 3, \"threshold\": 2", 1);
        assert_eq!(faults(&twice), [(8, 19, "plan-field-twice")]);
        assert!(read(&twice, Names::Kept).is_ok_and(|plan| Ok(plan) == read(EXAMPLE, Names::Kept)));
        assert!(read(&twice.replacen("\"auditors\"", "\"Auditors\"", 1), Names::Kept).is_err());
    }

    #[test]
    fn a_mark_before_utf_8_moves_nothing() {
        let wrong = EXAMPLE.replacen("\"plan\": 1", "\"plan\": 2", 1);
        assert_eq!(faults(&wrong), [(2, 11, "plan-version")]);
        assert_eq!(faults(&format!("{MARK}{wrong}")), faults(&wrong));
        let place = place_of(&format!("{MARK}{EXAMPLE}"), &["nothing".to_owned(), "threshold".to_owned()]);
        assert_eq!((place.line, place.column), (8, 3));
    }
}
