//! The keys of a plan.

use serde_json::Value;

use super::Reader;
use super::fields::repeated;
use super::object::{Object, Part, key};
use crate::faults::{self, Fault};
use crate::names::PlanField;
use crate::plan::PlannedKey;
use crate::script::plan_fields;
use crate::terms::{KeyId, KeyLabel, KeyReference, KeyType, TermError, short};

/// More keys than one sitting makes.
const MOST_KEYS: usize = 32;

impl Reader {
    pub(super) fn keys(&mut self, plan: &Object) -> Vec<PlannedKey> {
        let list = match plan.get(plan_fields::KEYS) {
            Some(Value::Array(list)) if (1..=MOST_KEYS).contains(&list.len()) => list,
            _ => {
                self.fault(faults::PlanKeys { most: MOST_KEYS });
                return Vec::new();
            }
        };
        let keys: Vec<PlannedKey> =
            (1..).zip(list).filter_map(|(number, item)| self.planned_key(plan, item, number)).collect();
        self.each_once(plan_fields::KEYS_LABEL, keys.iter().map(|key| key.label.to_string().to_lowercase()));
        self.each_once(plan_fields::KEYS_ID, keys.iter().map(|key| key.id.to_string()));
        self.each_once(plan_fields::KEYS_REFERENCE, keys.iter().map(|key| key.reference.to_string()));
        self.each_once(plan_fields::KEYS_RESTORE_TO, keys.iter().map(|key| key.restore_to.to_string()));
        keys
    }

    fn each_once(&mut self, field: PlanField, values: impl Iterator<Item = String>) {
        for value in repeated(values) {
            self.fault(faults::PlanKeyTwice { field: key(field), value });
        }
    }

    fn planned_key(&mut self, plan: &Object, item: &Value, number: u8) -> Option<PlannedKey> {
        let place = format!("{}[{number}]", plan.place(plan_fields::KEYS));
        let Some(map) = item.as_object() else {
            self.fault(faults::PlanFieldForm { field: place });
            return None;
        };
        let object = Object::new(map, format!("{place}."));
        self.known_only(&object, &[Part::Key]);
        let label = self.term(&object, plan_fields::KEYS_LABEL, KeyLabel::new, |field, text| {
            faults::KeyLabelForm { field, text }.into()
        });
        let key_type = self.term(&object, plan_fields::KEYS_TYPE, KeyType::parse, |field, text| {
            faults::KeyTypeUnknown { field, text }.into()
        });
        let id = self
            .term(&object, plan_fields::KEYS_ID, KeyId::parse, |field, text| faults::KeyIdForm { field, text }.into());
        let reference = self.reference(&object, plan_fields::KEYS_REFERENCE, number);
        let restore_to =
            self.reference(&object, plan_fields::KEYS_RESTORE_TO, reference.map_or(number, KeyReference::get));
        Some(PlannedKey { label: label?, id: id?, key_type: key_type?, reference: reference?, restore_to: restore_to? })
    }

    /// A term with a form of its own.
    fn term<T>(
        &mut self,
        object: &Object,
        field: PlanField,
        read: impl Fn(&str) -> Result<T, TermError>,
        fault: impl Fn(String, String) -> Fault,
    ) -> Option<T> {
        let place = object.place(field);
        let Some(text) = self.required(object, field)?.as_str() else {
            self.fault(faults::PlanFieldForm { field: place });
            return None;
        };
        let term = read(text).ok();
        if term.is_none() {
            self.fault(fault(place, short(text)));
        }
        term
    }

    fn reference(&mut self, object: &Object, field: PlanField, default: u8) -> Option<KeyReference> {
        let reference = match object.get(field) {
            None => KeyReference::new(default),
            Some(value) => value.as_u64().and_then(|n| u8::try_from(n).ok()).and_then(KeyReference::new),
        };
        if reference.is_none() {
            self.fault(faults::PlanNumber { field: object.place(field), least: 1, most: 255 });
        }
        reference
    }
}
