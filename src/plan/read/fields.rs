//! Fields by their form: text, names, numbers, one of several words.

use std::collections::HashSet;
use std::hash::Hash;

use serde_json::Value;

use super::object::{Object, Part};
use super::{LONGEST_NAME, Reader};
use crate::faults::{self, Fault};
use crate::names::PlanField;
use crate::terms::short;

impl Reader {
    pub(super) fn fault(&mut self, fault: impl Into<Fault>) {
        self.faults.push(fault.into());
    }

    /// What is in a field that must be there.
    pub(super) fn required<'a>(&mut self, object: &Object<'a>, field: PlanField) -> Option<&'a Value> {
        let value = object.get(field);
        if value.is_none() {
            self.fault(faults::PlanFieldMissing { field: object.place(field) });
        }
        value
    }

    pub(super) fn known_only(&mut self, object: &Object, parts: &[Part]) {
        for key in object.unknown(parts) {
            self.fault(faults::PlanFieldUnknown { field: object.place_of(&short(key)) });
        }
    }

    pub(super) fn object<'a>(&mut self, object: &Object<'a>, field: PlanField, part: Part) -> Option<Object<'a>> {
        let place = object.place(field);
        let Value::Object(map) = self.required(object, field)? else {
            self.fault(faults::PlanFieldForm { field: place });
            return None;
        };
        let inner = Object::new(map, format!("{place}."));
        self.known_only(&inner, &[part]);
        Some(inner)
    }

    pub(super) fn text(&mut self, object: &Object, field: PlanField, most: usize) -> Option<String> {
        match self.required(object, field)? {
            Value::String(text) if is_name(text, most) => return Some(text.trim().to_owned()),
            Value::String(_) => self.fault(faults::PlanText { field: object.place(field), most }),
            _ => self.fault(faults::PlanFieldForm { field: object.place(field) }),
        }
        None
    }

    pub(super) fn names(&mut self, object: &Object, field: PlanField) -> Vec<String> {
        let place = object.place(field);
        let list = match object.get(field) {
            None => return Vec::new(),
            Some(Value::Array(list)) => list,
            Some(_) => {
                self.fault(faults::PlanFieldForm { field: place });
                return Vec::new();
            }
        };
        let mut names = Vec::new();
        for (number, item) in (1..).zip(list) {
            match item.as_str() {
                Some(name) if is_name(name, LONGEST_NAME) => names.push(name.trim().to_owned()),
                _ => self.fault(faults::PlanText { field: format!("{place}[{number}]"), most: LONGEST_NAME }),
            }
        }
        for name in twice(&names) {
            self.fault(faults::PlanPersonTwice { field: &place, name });
        }
        names
    }

    pub(super) fn number(&mut self, object: &Object, field: PlanField, least: u8, most: u8) -> Option<u8> {
        let number = self.required(object, field)?.as_u64().and_then(|number| u8::try_from(number).ok());
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.fault(faults::PlanNumber { field: object.place(field), least, most });
        }
        number
    }

    /// One of several words.
    pub(super) fn choice<T>(
        &mut self,
        object: &Object,
        field: PlanField,
        default: T,
        read: impl Fn(&str) -> Option<T>,
        fault: impl Fn(String) -> Fault,
    ) -> Option<T> {
        let Some(value) = object.get(field) else { return Some(default) };
        let chosen = value.as_str().and_then(read);
        if chosen.is_none() {
            self.fault(fault(object.place(field)));
        }
        chosen
    }

    /// True or false; false where it is left out.
    pub(super) fn flag(&mut self, object: &Object, field: PlanField) -> Option<bool> {
        match object.get(field) {
            None => Some(false),
            Some(Value::Bool(flag)) => Some(*flag),
            Some(_) => {
                self.fault(faults::PlanFieldForm { field: object.place(field) });
                None
            }
        }
    }
}

fn is_name(text: &str, most: usize) -> bool {
    let trimmed = text.trim();
    !trimmed.is_empty() && trimmed.chars().count() <= most && !trimmed.chars().any(char::is_control)
}

/// The people who are named more than once, however their names are capitalised; shortened, for faults.
pub(super) fn twice<'a>(people: impl IntoIterator<Item = &'a String> + Clone) -> Vec<String> {
    let lower = people.clone().into_iter().map(|name| name.to_lowercase());
    let first = |lower: String| {
        let name = people.clone().into_iter().find(|name| name.to_lowercase() == lower);
        short(name.unwrap_or(&lower))
    };
    repeated(lower).into_iter().map(first).collect()
}

pub(super) fn repeated<T: Hash + Eq + Clone>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = HashSet::new();
    let mut twice = Vec::new();
    for value in values {
        if !seen.insert(value.clone()) && !twice.contains(&value) {
            twice.push(value);
        }
    }
    twice
}
