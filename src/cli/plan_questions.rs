//! The questions of `plan new`, one for each choice that only people can make. An answer is put into the plan and checked
//! there at once, by the same rules as any plan.

use std::io::{self, Write as _};

use serde_json::{Map, Value, json};

use super::plan_check::said;
use super::say::print_all;
use crate::faults::{self, Fault};
use crate::names::PlanField as F;
use crate::paper;
use crate::plan::Plan;
use crate::script::{PLAN_FIELDS, words};
use crate::terms::alike;

/// How the questions ended.
pub enum Answered {
    /// With the text of a plan.
    Plan(String),
    /// The example is wanted as it is.
    AsItIs,
    /// There was no further input.
    Stopped,
}

/// How an answer is typed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Typed {
    /// A line, as text.
    Text,
    /// A line, as a number.
    Number,
    /// `yes` or `no`.
    YesNo,
    /// Lines, until an empty one.
    List,
}

/// What is asked, in this order. The fields that are not asked for keep the values of the example.
const QUESTIONS: [(F, Typed); 15] = [
    (F::Title, Typed::Text),
    (F::Place, Typed::Text),
    (F::ApprovalBy, Typed::Text),
    (F::Administrator, Typed::Text),
    (F::Auditors, Typed::List),
    (F::Witnesses, Typed::List),
    (F::Custodians, Typed::List),
    (F::Threshold, Typed::Number),
    (F::Scheme, Typed::Text),
    (F::DeviceSoPinHolder, Typed::Text),
    (F::DevicePinHolder, Typed::Text),
    (F::DeviceUserPinTries, Typed::Number),
    (F::DevicePinReset, Typed::Text),
    (F::Dice, Typed::Number),
    (F::ProveRestore, Typed::YesNo),
];

/// What is asked about each key.
const OF_A_KEY: [(F, Typed); 3] = [(F::KeysLabel, Typed::Text), (F::KeysType, Typed::Text), (F::KeysId, Typed::Text)];

type Lines<'a> = dyn Iterator<Item = io::Result<String>> + 'a;

/// Asks for everything that only people know. Everything else is as in the example.
///
/// # Errors
/// The example is no plan.
pub fn ask(example: &str, lines: &mut Lines<'_>) -> Result<Answered, Vec<Fault>> {
    let Ok(Value::Object(mut plan)) = serde_json::from_str(example) else {
        return Err(vec![Fault::from(faults::PlanNotObject)]);
    };
    plan.remove(F::People.path());
    let _ = print_all([words::NEW_HEAD, ""]);
    match choice(lines) {
        Some(true) => {}
        Some(false) => return Ok(Answered::AsItIs),
        None => return Ok(Answered::Stopped),
    }
    let usual = plan.clone();
    for (field, typed) in QUESTIONS {
        let (parent, name) = field.path().rsplit_once('.').unwrap_or(("", field.path()));
        let usual = at(&usual, parent).and_then(|map| map.get(name)).cloned();
        if question(&mut plan, field.path(), field.path(), typed, usual.as_ref(), lines).is_none() {
            return Ok(Answered::Stopped);
        }
    }
    if keys(&mut plan, lines).is_none() {
        return Ok(Answered::Stopped);
    }
    arrange(&mut plan);
    let text = serde_json::to_string_pretty(&Value::Object(plan)).unwrap_or_default() + "\n";
    Plan::parse(&text).map(|_| Answered::Plan(text))
}

/// Whether questions are answered; `None`: there is no further input.
fn choice(lines: &mut Lines<'_>) -> Option<bool> {
    loop {
        match line(words::NEW_CHOICE, lines)?.to_lowercase().as_str() {
            "" | "y" | "yes" => return Some(true),
            "n" | "no" => return Some(false),
            _ => {}
        }
    }
}

/// One line of input, without the spaces around it.
fn line(prompt: &str, lines: &mut Lines<'_>) -> Option<String> {
    let mut out = io::stdout().lock();
    // Whoever cannot see the question can still stop.
    let _ = write!(out, "{prompt} ").and_then(|()| out.flush());
    drop(out);
    lines.next()?.ok().map(|line| line.trim().to_owned())
}

/// The object with this path; the empty path is the plan.
fn at<'a>(plan: &'a Map<String, Value>, path: &str) -> Option<&'a Map<String, Value>> {
    if path.is_empty() { Some(plan) } else { plan.get(path)?.as_object() }
}

/// Asks until the answer is right, and puts it into the plan. `row` is the path in the table, `path` the one in this plan,
/// which is below the top or below an object there.
fn question(
    plan: &mut Map<String, Value>,
    row: &str,
    path: &str,
    typed: Typed,
    usual: Option<&Value>,
    lines: &mut Lines<'_>,
) -> Option<()> {
    let row = PLAN_FIELDS.iter().find(|other| other.path == row)?;
    // A name of the example is no answer.
    let usual = usual.filter(|_| matches!(typed, Typed::Number | Typed::YesNo) || CHOICES.contains(&row.path));
    let _ = print_all([words::NewQuestion { path, meaning: paper::meaning(row) }.to_string().as_str()]);
    loop {
        let value = answer(typed, usual, lines)?;
        put(plan, path, value);
        let text = Value::Object(plan.clone()).to_string();
        let faults = Plan::check(&text).err().unwrap_or_default();
        let wrong = faults.iter().filter(|located| located.path.starts_with(path));
        let wrong: Vec<String> = wrong.map(|located| said(&located.fault)).collect();
        if wrong.is_empty() {
            return Some(());
        }
        let _ = print_all(wrong.iter().map(String::as_str));
    }
}

/// Where Enter takes what the example has.
const CHOICES: [&str; 3] = [F::Scheme.path(), F::DevicePinReset.path(), F::KeysType.path()];

fn answer(typed: Typed, usual: Option<&Value>, lines: &mut Lines<'_>) -> Option<Value> {
    if typed == Typed::List {
        let mut list = Vec::new();
        loop {
            let item = line(&words::NewItem { number: list.len() + 1 }.to_string(), lines)?;
            if item.is_empty() {
                return Some(Value::from(list));
            }
            list.push(item);
        }
    }
    let shown = match usual {
        Some(Value::Bool(true)) => Some(words::NEW_YES.to_owned()),
        Some(Value::Bool(false)) => Some(words::NEW_NO.to_owned()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(other) => Some(other.to_string()),
        None => None,
    };
    let prompt = shown.map_or_else(|| words::NEW_PROMPT.to_owned(), |usual| words::NewUsual { usual }.to_string());
    let text = line(&prompt, lines)?;
    if text.is_empty()
        && let Some(usual) = usual
    {
        return Some(usual.clone());
    }
    Some(match typed {
        Typed::Number => text.parse::<u64>().map_or_else(|_| Value::from(text), Value::from),
        Typed::YesNo => match text.to_lowercase().as_str() {
            "y" | "yes" => Value::Bool(true),
            "n" | "no" => Value::Bool(false),
            _ => Value::from(text),
        },
        Typed::Text | Typed::List => Value::from(text),
    })
}

/// Puts a value into the plan; a path in a list has the number of its item, from 1.
fn put(plan: &mut Map<String, Value>, path: &str, value: Value) {
    let mut parts = path.split('.').collect::<Vec<_>>();
    let Some(name) = parts.pop() else { return };
    let mut map = Some(plan);
    for part in parts {
        map = map.and_then(|map| match part.split_once('[') {
            Some((list, number)) => {
                let number: usize = number.trim_end_matches(']').parse().ok()?;
                map.get_mut(list)?.as_array_mut()?.get_mut(number.checked_sub(1)?)?.as_object_mut()
            }
            None => map.get_mut(part)?.as_object_mut(),
        });
    }
    if let Some(map) = map {
        map.insert(name.to_owned(), value);
    }
}

/// The keys, one after the other, until no further one is wanted.
fn keys(plan: &mut Map<String, Value>, lines: &mut Lines<'_>) -> Option<()> {
    let usual = plan.get(F::Keys.path()).and_then(|keys| keys.get(0)).cloned().unwrap_or_default();
    let mut keys: Vec<Value> = Vec::new();
    loop {
        keys.push(usual.clone());
        let number = keys.len();
        // Whatever the example has, these are the usual ones.
        keys.last_mut()?.as_object_mut()?.retain(|name, _| name != "reference" && name != "restore_to");
        plan.insert(F::Keys.path().to_owned(), Value::from(keys.clone()));
        for (field, typed) in OF_A_KEY {
            let name = field.path().rsplit('.').next()?;
            let path = format!("{}[{number}].{name}", F::Keys.path());
            question(plan, field.path(), &path, typed, usual.get(name), lines)?;
        }
        keys.clone_from(plan.get(F::Keys.path())?.as_array()?);
        loop {
            match line(words::NEW_KEY, lines)?.to_lowercase().as_str() {
                "y" | "yes" => break,
                "" | "n" | "no" => return Some(()),
                _ => {}
            }
        }
    }
}

/// Room for what is arranged around the answers: devices, bags, envelopes and people, to be filled in later.
fn arrange(plan: &mut Map<String, Value>) {
    let proven = plan.get(F::ProveRestore.path()) == Some(&Value::Bool(true));
    let roles = ["original", "replacement", "spare"].into_iter().filter(|role| proven || *role != "replacement");
    let devices: Vec<Value> = roles.map(|role| json!({ "role": role, "serial": "" })).collect();
    let blanks = |count: usize| Value::from(vec![""; count]);
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let list = |field: F| -> Vec<String> {
        let items = plan.get(field.path()).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(|item| text(Some(item))).collect()
    };
    let device = plan.get(F::Device.path());
    let keepers = list(F::Custodians).into_iter();
    let keepers = keepers.chain(text(device.and_then(|device| device.get("so_pin_holder"))));
    let keepers: Vec<String> = keepers.chain(text(device.and_then(|device| device.get("pin_holder")))).collect();
    let others = text(plan.get(F::Administrator.path())).into_iter().chain(list(F::Auditors)).chain(list(F::Witnesses));
    let others: Vec<String> = others.collect();
    let mut people: Vec<(String, Value)> = Vec::new();
    for (name, keeps) in
        others.into_iter().map(|name| (name, false)).chain(keepers.iter().cloned().map(|name| (name, true)))
    {
        let person = if keeps {
            json!({ "name": name, "identified_by": "", "keeps_at": "" })
        } else {
            json!({ "name": name, "identified_by": "" })
        };
        match people.iter_mut().find(|(known, _)| alike(known, &name)) {
            Some((_, known)) if keeps => *known = person,
            Some(_) => {}
            None => people.push((name, person)),
        }
    }
    let (bags, envelopes) = (list(F::Custodians).len() + devices.len(), 2 * devices.len());
    plan.insert(F::Bags.path().to_owned(), blanks(bags));
    plan.insert(F::Envelopes.path().to_owned(), blanks(envelopes));
    plan.insert(F::Devices.path().to_owned(), Value::from(devices));
    plan.insert(F::People.path().to_owned(), people.into_iter().map(|(_, person)| person).collect());
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../../assets/plan.new.json");

    /// What comes of these lines, typed one after the other.
    fn typed(lines: &[&str]) -> Answered {
        ask(EXAMPLE, &mut lines.iter().map(|line| Ok((*line).to_owned()))).expect("the answers make a plan")
    }

    /// The right answers, in the order of the questions.
    const ANSWERS: [&str; 28] = [
        "yes", "Demo CA", "Room 5", "Board", "Ann", "Bea", "", "", "Carl", "Dora", "Emil", "", "2", "", "Fay", "Gus",
        "", "", "", "no", "ca", "", "01", "yes", "tls", "rsa:2048", "02", "",
    ];

    fn plan(answered: Answered) -> Plan {
        let Answered::Plan(text) = answered else { panic!("no plan") };
        Plan::parse(&text).unwrap()
    }

    #[test]
    fn the_answers_are_in_the_plan_and_there_is_room_for_the_rest() {
        let plan = plan(typed(&ANSWERS));
        assert_eq!((plan.title.as_str(), plan.administrator.as_str()), ("Demo CA", "Ann"));
        assert_eq!((plan.auditors.as_slice(), plan.witnesses.len()), (&["Bea".to_owned()][..], 0));
        assert_eq!(plan.dkek_shares.iter().map(crate::plan::Custody::word).collect::<Vec<_>>(), ["2-of-3 words"]);
        assert_eq!((plan.so_pin_holder.as_str(), plan.pin_holder.as_str(), plan.user_pin_tries), ("Fay", "Gus", 3));
        let keys: Vec<_> = plan
            .keys
            .iter()
            .map(|key| (key.label.to_string(), key.key_type.to_string(), key.reference.get()))
            .collect();
        assert_eq!(
            keys,
            [("ca".to_owned(), "EC:secp384r1".to_owned(), 1), ("tls".to_owned(), "rsa:2048".to_owned(), 2)]
        );
        assert!(!plan.prove_restore);
        let arranged = &plan.arrangements;
        assert_eq!(arranged.place.as_deref(), Some("Room 5"));
        let people: Vec<&str> = arranged.people.iter().map(|person| person.name.as_str()).collect();
        assert_eq!(people, ["Ann", "Bea", "Carl", "Dora", "Emil", "Fay", "Gus"]);
        assert_eq!((arranged.devices.len(), arranged.bags.len(), arranged.envelopes.len()), (2, 5, 4));
    }

    #[test]
    fn a_wrong_answer_is_asked_again_and_changes_nothing_else() {
        let mut lines = ANSWERS.to_vec();
        // From the back, so that the places before stay the same.
        for (place, wrong) in
            [(22, "xyz"), (20, "a b"), (19, "perhaps"), (16, "eleven"), (13, "word"), (12, "4"), (12, "many")]
        {
            lines.insert(place, wrong);
        }
        // A list is asked again as a whole.
        for wrong in ["", "carl", "Carl"] {
            lines.insert(8, wrong);
        }
        lines.insert(1, "");
        lines.insert(0, "what?");
        assert_eq!(plan(typed(&lines)), plan(typed(&ANSWERS)));
    }

    #[test]
    fn without_further_input_there_is_no_plan() {
        for end in 0..ANSWERS.len() {
            assert!(matches!(typed(&ANSWERS[..end]), Answered::Stopped), "{end}");
        }
        assert!(matches!(typed(&["no"]), Answered::AsItIs));
    }
}
