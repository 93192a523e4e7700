//! The plan: people, quorum, device and keys of one ceremony. Checked whole, and all its faults are said at once.

use std::collections::HashSet;
use std::hash::Hash;

use serde_json::{Map, Value};

use crate::terms::{CustodianNumber, Fault, KeyId, KeyLabel, KeyReference, KeyType, Quorum, short};

/// What the SO-PIN may do to the user PIN (option bits 0001 and 0020 of INITIALIZE DEVICE).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinReset {
    /// Nothing: a blocked user PIN stays blocked.
    Off,
    /// Unblock it; the PIN stays what it was.
    Unblock,
    /// Set a new one: who knows the SO-PIN can take the keys.
    Set,
}

impl PinReset {
    /// The word of the plan file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Unblock => "unblock",
            Self::Set => "set",
        }
    }
}

/// One key that the ceremony makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedKey {
    /// Its label.
    pub label: KeyLabel,
    /// Its PKCS#11 id.
    pub id: KeyId,
    /// What kind of key.
    pub key_type: KeyType,
    /// Where it is made.
    pub reference: KeyReference,
    /// Where a replacement gets it.
    pub restore_to: KeyReference,
}

/// Who, how many, which device, which keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What the ceremony is for, for example `Example Root CA`.
    pub title: String,
    /// Leads, sits at the keyboard between turns.
    pub administrator: String,
    /// Follow and initial.
    pub auditors: Vec<String>,
    /// See that it happened.
    pub witnesses: Vec<String>,
    /// One share each, in the order of their numbers.
    pub custodians: Vec<String>,
    /// M of N.
    pub quorum: Quorum,
    /// Holds the SO-PIN.
    pub so_pin_holder: String,
    /// Holds the user PIN.
    pub pin_holder: String,
    /// Wrong tries before the user PIN is blocked, 1..=10.
    pub user_pin_tries: u8,
    /// What the SO-PIN may do to the user PIN.
    pub pin_reset: PinReset,
    /// The keys in the order they are made.
    pub keys: Vec<PlannedKey>,
    /// Whether *establish* itself proves the restore on a second device.
    pub prove_restore: bool,
}

impl Plan {
    /// The largest plan file that is read, in bytes.
    pub const LARGEST: usize = 64 * 1024;

    /// Reads the text of a plan file; on failure all its faults, never none.
    pub fn parse(text: &str) -> Result<Self, Vec<Fault>> {
        if text.len() > Self::LARGEST {
            return Err(vec![Fault::new("plan-too-large")]);
        }
        let value: Value = serde_json::from_str(text).map_err(|error| {
            vec![Fault::new("plan-not-json").with("line", error.line()).with("column", error.column())]
        })?;
        let Value::Object(map) = value else { return Err(vec![Fault::new("plan-not-object")]) };
        let mut reader = Reader { faults: Vec::new() };
        let plan = reader.plan(&map);
        match plan {
            Some(plan) if reader.faults.is_empty() => Ok(plan),
            _ if reader.faults.is_empty() => Err(vec![Fault::new("plan-not-object")]),
            _ => Err(reader.faults),
        }
    }

    /// A custodian's name by number.
    pub fn custodian(&self, number: CustodianNumber) -> &str {
        self.custodians.get(number.index()).map_or("", String::as_str)
    }
}

/// Reads fields and collects what is wrong with them.
struct Reader {
    faults: Vec<Fault>,
}

impl Reader {
    fn plan(&mut self, map: &Map<String, Value>) -> Option<Plan> {
        self.known_only(
            map,
            "",
            &[
                "plan",
                "title",
                "administrator",
                "auditors",
                "witnesses",
                "custodians",
                "threshold",
                "device",
                "keys",
                "prove_restore",
            ],
        );
        match map.get("plan").map(Value::as_u64) {
            Some(Some(1)) => {}
            _ => self.faults.push(Fault::new("plan-version")),
        }
        let title = self.text(map, "title", 60);
        let administrator = self.text(map, "administrator", NAME);
        let auditors = self.names(map, "auditors");
        let witnesses = self.names(map, "witnesses");
        let custodians = self.names(map, "custodians");
        let threshold = self.number(map, "threshold", 2, 16);
        let quorum = self.quorum(threshold, &custodians);
        let empty = Map::new();
        let device = match map.get("device") {
            Some(Value::Object(device)) => device,
            Some(_) => {
                self.faults.push(Fault::new("plan-field-form").with("field", "device"));
                &empty
            }
            None => {
                self.faults.push(Fault::new("plan-field-missing").with("field", "device"));
                &empty
            }
        };
        let present = !device.is_empty();
        if present {
            self.known_only(device, "device.", &["so_pin_holder", "pin_holder", "user_pin_tries", "pin_reset"]);
        }
        let so_pin_holder = present.then(|| self.text(device, "so_pin_holder", NAME)).flatten();
        let pin_holder = present.then(|| self.text(device, "pin_holder", NAME)).flatten();
        let user_pin_tries = present.then(|| self.number(device, "user_pin_tries", 1, 10)).flatten();
        let pin_reset = self.pin_reset(device);
        let keys = self.keys(map);
        let prove_restore = match map.get("prove_restore") {
            None => Some(false),
            Some(Value::Bool(prove)) => Some(*prove),
            Some(_) => {
                self.faults.push(Fault::new("plan-field-form").with("field", "prove_restore"));
                None
            }
        };
        Some(Plan {
            title: title?,
            administrator: administrator?,
            auditors,
            witnesses,
            custodians,
            quorum: quorum?,
            so_pin_holder: so_pin_holder?,
            pin_holder: pin_holder?,
            user_pin_tries: user_pin_tries?,
            pin_reset: pin_reset?,
            keys,
            prove_restore: prove_restore?,
        })
    }

    fn known_only(&mut self, map: &Map<String, Value>, prefix: &str, known: &[&str]) {
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            self.faults.push(Fault::new("plan-field-unknown").with("field", format!("{prefix}{}", short(key))));
        }
    }

    fn text(&mut self, map: &Map<String, Value>, field: &'static str, most: usize) -> Option<String> {
        match map.get(field) {
            None => self.faults.push(Fault::new("plan-field-missing").with("field", field)),
            Some(Value::String(text)) if is_name(text, most) => return Some(text.trim().to_owned()),
            Some(Value::String(_)) => self.faults.push(Fault::new("plan-text").with("field", field).with("most", most)),
            Some(_) => self.faults.push(Fault::new("plan-field-form").with("field", field)),
        }
        None
    }

    fn names(&mut self, map: &Map<String, Value>, field: &'static str) -> Vec<String> {
        let list = match map.get(field) {
            None => return Vec::new(),
            Some(Value::Array(list)) => list,
            Some(_) => {
                self.faults.push(Fault::new("plan-field-form").with("field", field));
                return Vec::new();
            }
        };
        let mut names = Vec::new();
        for (place, item) in list.iter().enumerate() {
            match item.as_str() {
                Some(name) if is_name(name, NAME) => names.push(name.trim().to_owned()),
                _ => {
                    let field = format!("{field}[{}]", place + 1);
                    self.faults.push(Fault::new("plan-text").with("field", field).with("most", NAME));
                }
            }
        }
        for name in repeated(names.iter().map(|name| name.to_lowercase())) {
            self.faults.push(Fault::new("plan-person-twice").with("field", field).with("name", short(&name)));
        }
        names
    }

    fn number(&mut self, map: &Map<String, Value>, field: &'static str, least: u8, most: u8) -> Option<u8> {
        match map.get(field) {
            None => self.faults.push(Fault::new("plan-field-missing").with("field", field)),
            Some(value) => {
                let number = value.as_u64().and_then(|n| u8::try_from(n).ok()).filter(|n| (least..=most).contains(n));
                if number.is_some() {
                    return number;
                }
                let fault = Fault::new("plan-number").with("field", field).with("least", least).with("most", most);
                self.faults.push(fault);
            }
        }
        None
    }

    fn quorum(&mut self, threshold: Option<u8>, custodians: &[String]) -> Option<Quorum> {
        let count = u8::try_from(custodians.len()).unwrap_or(u8::MAX);
        match Quorum::new(threshold?, count) {
            Ok(quorum) => Some(quorum),
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    fn pin_reset(&mut self, device: &Map<String, Value>) -> Option<PinReset> {
        match device.get("pin_reset") {
            None => return Some(PinReset::Off),
            Some(value) => {
                let known = [PinReset::Off, PinReset::Unblock, PinReset::Set];
                if let Some(reset) = known.into_iter().find(|reset| value.as_str() == Some(reset.word())) {
                    return Some(reset);
                }
            }
        }
        self.faults.push(Fault::new("plan-pin-reset"));
        None
    }

    fn keys(&mut self, map: &Map<String, Value>) -> Vec<PlannedKey> {
        let list = match map.get("keys") {
            Some(Value::Array(list)) if (1..=MOST_KEYS).contains(&list.len()) => list,
            _ => {
                self.faults.push(Fault::new("plan-keys").with("most", MOST_KEYS));
                return Vec::new();
            }
        };
        let mut keys: Vec<PlannedKey> = Vec::new();
        for (place, item) in list.iter().enumerate() {
            let number = u8::try_from(place + 1).unwrap_or(u8::MAX);
            let before = self.faults.len();
            let key = item.as_object().and_then(|map| self.key(map, number));
            match key {
                Some(key) => keys.push(key),
                None if self.faults.len() == before => {
                    self.faults.push(Fault::new("plan-field-form").with("field", format!("keys[{number}]")));
                }
                None => {}
            }
        }
        let twice = |field: &'static str, values: Vec<String>| {
            repeated(values.into_iter())
                .into_iter()
                .map(move |value| Fault::new("plan-key-twice").with("field", field).with("value", value))
        };
        self.faults.extend(twice("label", keys.iter().map(|key| key.label.to_string().to_lowercase()).collect()));
        self.faults.extend(twice("id", keys.iter().map(|key| key.id.to_string()).collect()));
        self.faults.extend(twice("reference", keys.iter().map(|key| key.reference.to_string()).collect()));
        self.faults.extend(twice("restore_to", keys.iter().map(|key| key.restore_to.to_string()).collect()));
        keys
    }

    fn key(&mut self, map: &Map<String, Value>, number: u8) -> Option<PlannedKey> {
        self.known_only(map, &format!("keys[{number}]."), &["label", "type", "id", "reference", "restore_to"]);
        let label = self.key_field(map, number, "label", KeyLabel::new);
        let key_type = self.key_field(map, number, "type", KeyType::parse);
        let id = self.key_field(map, number, "id", KeyId::parse);
        let reference = self.key_reference(map, number, "reference", number);
        let restore_to = self.key_reference(map, number, "restore_to", reference.map_or(number, KeyReference::get));
        Some(PlannedKey { label: label?, id: id?, key_type: key_type?, reference: reference?, restore_to: restore_to? })
    }

    fn key_field<T>(
        &mut self,
        map: &Map<String, Value>,
        number: u8,
        field: &'static str,
        read: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        let place = format!("keys[{number}].{field}");
        match map.get(field).map(Value::as_str) {
            None => self.faults.push(Fault::new("plan-field-missing").with("field", place)),
            Some(None) => self.faults.push(Fault::new("plan-field-form").with("field", place)),
            Some(Some(text)) => match read(text) {
                Ok(value) => return Some(value),
                Err(fault) => self.faults.push(fault.with("field", place)),
            },
        }
        None
    }

    fn key_reference(
        &mut self,
        map: &Map<String, Value>,
        number: u8,
        field: &'static str,
        otherwise: u8,
    ) -> Option<KeyReference> {
        let reference = match map.get(field) {
            None => KeyReference::new(otherwise),
            Some(value) => value.as_u64().and_then(|n| u8::try_from(n).ok()).and_then(KeyReference::new),
        };
        if reference.is_none() {
            let field = format!("keys[{number}].{field}");
            self.faults.push(Fault::new("plan-number").with("field", field).with("least", 1).with("most", 255));
        }
        reference
    }
}

/// The longest name of a person, in characters.
const NAME: usize = 40;

/// More keys than one sitting makes.
const MOST_KEYS: usize = 32;

fn is_name(text: &str, most: usize) -> bool {
    let trimmed = text.trim();
    !trimmed.is_empty() && trimmed.chars().count() <= most && !trimmed.chars().any(char::is_control)
}

fn repeated<T: Hash + Eq + Clone>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = HashSet::new();
    let mut twice = Vec::new();
    for value in values {
        if !seen.insert(value.clone()) && !twice.contains(&value) {
            twice.push(value);
        }
    }
    twice
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../assets/plan.example.json");

    #[test]
    fn the_example_is_the_scenario_of_the_manual() {
        let plan = Plan::parse(EXAMPLE).unwrap();
        assert_eq!(plan.quorum.to_string(), "2-of-4");
        let key = &plan.keys[0];
        assert_eq!((key.key_type.to_string().as_str(), key.id.as_bytes()), ("rsa:2048", &[0x10][..]));
        assert_eq!((key.reference.get(), key.restore_to.get()), (1, 10));
    }

    #[test]
    fn all_faults_are_said_at_once() {
        let text = EXAMPLE
            .replace("\"threshold\": 2", "\"threshold\": 9")
            .replace("\"rsa:2048\"", "\"rsa:1000\"")
            .replace("\"Grace Hopper\"", "\"ada lovelace\"")
            .replace("\"off\"", "\"maybe\"")
            .replace("\"witnesses\"", "\"wittnesses\"");
        let names: Vec<_> = Plan::parse(&text).unwrap_err().into_iter().map(|fault| fault.name).collect();
        for name in ["quorum-range", "key-type-unknown", "plan-person-twice", "plan-pin-reset", "plan-field-unknown"] {
            assert!(names.contains(&name), "{name} missing in {names:?}");
        }
    }

    #[test]
    fn every_truncation_and_every_wrong_type_is_a_fault_and_no_panic() {
        for end in 0..EXAMPLE.trim_end().len() {
            assert!(!Plan::parse(&EXAMPLE[..end]).unwrap_err().is_empty());
        }
        for wrong in ["null", "7", "-1", "[]", "{}", "\"\"", "1e400", "\"\\u0000\""] {
            let value: Value = serde_json::from_str(EXAMPLE).unwrap();
            for key in
                value.as_object().unwrap().keys().filter(|key| !["auditors", "witnesses"].contains(&key.as_str()))
            {
                let Ok(replacement) = serde_json::from_str::<Value>(wrong) else { continue };
                let mut changed = value.clone();
                changed[key] = replacement;
                assert!(Plan::parse(&changed.to_string()).is_err(), "{key} = {wrong}");
            }
        }
        assert!(Plan::parse(&" ".repeat(Plan::LARGEST + 1)).is_err());
    }
}
