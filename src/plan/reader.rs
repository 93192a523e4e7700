//! What reads the fields of a plan, and collects what is wrong with them, each with the path of its field.

use serde_json::{Map, Value};

use super::names::{Names, as_name};
use super::nearest::nearest;
use super::places::Part;
use crate::faults::{self, Fault};
use crate::names::PlanField as F;
use crate::terms::short;

/// The longest name of a person, in characters.
pub const NAME: usize = 40;

/// A fault of a plan, and the field that has it.
pub struct Found {
    /// The path of the field: `keys[2].label`; empty: the plan as a whole.
    pub path: String,
    /// What of it is wrong.
    pub part: Part,
    /// What is wrong with it.
    pub fault: Fault,
}

/// An object in a plan, and its number if it is in a list.
#[derive(Clone, Copy)]
pub struct Object<'a> {
    pub map: &'a Map<String, Value>,
    pub number: usize,
}

impl<'a> Object<'a> {
    pub fn get(self, field: F) -> Option<&'a Value> {
        self.map.get(name(field))
    }

    /// The path of a field in this plan: `keys[2].label`.
    pub fn path(self, field: F) -> String {
        self.numbered(field.path())
    }

    fn numbered(self, path: &str) -> String {
        path.replace("[]", &format!("[{}]", self.number))
    }
}

/// A field's name in its object.
pub fn name(field: F) -> &'static str {
    split(field.path()).1
}

/// The path of the object that a field is in, and its name there.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('.').unwrap_or(("", path))
}

/// Reads fields and collects what is wrong with them.
pub struct Reader {
    pub found: Vec<Found>,
    pub names: Names,
}

impl Reader {
    pub fn add(&mut self, path: impl Into<String>, fault: impl Into<Fault>) {
        self.found.push(Found { path: path.into(), part: Part::Value, fault: fault.into() });
    }

    /// A field that does not belong there.
    pub fn refuse(&mut self, path: impl Into<String>, fault: impl Into<Fault>) {
        self.found.push(Found { path: path.into(), part: Part::Name, fault: fault.into() });
    }

    /// Refuses fields that have no row in the script.
    pub fn known_only(&mut self, object: Object<'_>, parent: &str) {
        let here = F::PATHS.iter().map(|path| split(path)).filter(|path| path.0 == parent).map(|path| path.1);
        let here: Vec<&str> = here.collect();
        for key in object.map.keys().filter(|key| !here.contains(&key.as_str())) {
            let parent = if parent.is_empty() { String::new() } else { format!("{}.", object.numbered(parent)) };
            let field = format!("{parent}{}", short(key));
            let elsewhere = F::PATHS.iter().find(|path| split(path).1 == key);
            let fault = match (nearest(key, here.iter().copied()), elsewhere) {
                (Some(meant), _) => Fault::from(faults::PlanFieldMisspelt { field, meant }),
                (None, Some(meant)) => Fault::from(faults::PlanFieldElsewhere { field, meant }),
                (None, None) => Fault::from(faults::PlanFieldUnknown { field }),
            };
            self.refuse(format!("{parent}{key}"), fault);
        }
    }

    /// The value of a field. If it is left out: the default (`left_out`) or, without one, a fault.
    pub fn value<'a, T>(
        &mut self,
        object: Object<'a>,
        field: F,
        left_out: Option<T>,
        read: impl Fn(&'a Value) -> Option<T>,
        otherwise: impl Fn(String, &'a Value) -> Fault,
    ) -> Option<T> {
        let path = object.path(field);
        let Some(value) = object.get(field) else {
            if left_out.is_none() {
                self.add(path.clone(), faults::PlanFieldMissing { field: path });
            }
            return left_out;
        };
        let read = read(value);
        if read.is_none() {
            self.add(path.clone(), otherwise(path, value));
        }
        read
    }

    pub fn text(&mut self, object: Object<'_>, field: F, most: usize) -> Option<String> {
        self.seen(object.get(field), || object.path(field));
        let read = |value: &Value| value.as_str().and_then(|text| as_name(text, most));
        self.value(object, field, None, read, |field, value| not_text(field, value, most))
    }

    /// The objects of a list, each with its number. What is no object is a fault.
    pub fn objects<'a>(&mut self, list: &'a [Value], field: F) -> Vec<Object<'a>> {
        let mut objects = Vec::new();
        for (number, item) in (1..).zip(list) {
            if let Some(map) = item.as_object() {
                objects.push(Object { map, number });
            } else {
                let field = format!("{}[{number}]", field.path());
                self.add(field.clone(), faults::PlanFieldForm { field });
            }
        }
        objects
    }

    pub fn people(&mut self, object: Object<'_>, field: F) -> Vec<String> {
        let list = self.value(object, field, Some(&[][..]), as_list, form);
        let path = object.path(field);
        let mut names = Vec::new();
        for (number, item) in (1..).zip(list.unwrap_or_default()) {
            let field = format!("{path}[{number}]");
            self.seen(Some(item), || field.clone());
            match item.as_str().and_then(|text| as_name(text, NAME)) {
                Some(name) => names.push((field, name)),
                None => self.add(field.clone(), not_text(field, item, NAME)),
            }
        }
        for (again, name) in self.names.repeated(&names) {
            self.add(again, faults::PlanPersonTwice { field: &path, name });
        }
        names.into_iter().map(|(_, name)| name).collect()
    }

    /// Refuses what nobody sees in a text, or what turns the direction of reading: what people read aloud would not be
    /// what is recorded.
    pub fn seen(&mut self, value: Option<&Value>, field: impl Fn() -> String) {
        let hidden = value.and_then(Value::as_str).and_then(|text| self.names.hidden(text));
        if let Some(hidden) = hidden {
            let character = format!("U+{:04X}", u32::from(hidden));
            self.add(field(), faults::PlanInvisible { field: field(), character });
        }
    }

    pub fn number(&mut self, object: Object<'_>, field: F, least: u8, most: u8) -> Option<u8> {
        let read = |value: &Value| small(value).filter(|number| (least..=most).contains(number));
        self.value(object, field, None, read, |field, _| Fault::from(faults::PlanNumber { field, least, most }))
    }
}

/// A value that is not of the type that its field has.
pub fn form(field: String, _: &Value) -> Fault {
    Fault::from(faults::PlanFieldForm { field })
}

/// A value that is not one line of text.
pub fn not_text(field: String, _: &Value, most: usize) -> Fault {
    Fault::from(faults::PlanText { field, most })
}

/// The items of a list.
pub fn as_list(value: &Value) -> Option<&[Value]> {
    value.as_array().map(Vec::as_slice)
}

/// A number below 256.
pub fn small(value: &Value) -> Option<u8> {
    value.as_u64().and_then(|number| u8::try_from(number).ok())
}
