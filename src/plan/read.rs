//! Reads a plan file field by field, and collects everything that is wrong with it.

use crate::faults::{self, Fault};
use std::collections::HashSet;
use std::hash::Hash;

use serde_json::{Map, Value};

use super::{Custody, PinReset, Plan, PlannedKey};
use crate::terms::{KeyId, KeyLabel, KeyReference, KeyType, MOST_DKEK_SHARES, Quorum, Scheme, TermError, short};

/// Reads a plan; on failure all its faults, never none.
pub fn plan(map: &Map<String, Value>) -> Result<Plan, Vec<Fault>> {
    let mut reader = Reader { faults: Vec::new() };
    let plan = reader.plan(map);
    match plan {
        Some(plan) if reader.faults.is_empty() => Ok(plan),
        _ if reader.faults.is_empty() => Err(vec![Fault::from(faults::PlanNotObject)]),
        _ => Err(reader.faults),
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
                "scheme",
                "dkek_shares",
                "dice",
                "device",
                "keys",
                "prove_restore",
            ],
        );
        match map.get("plan").map(Value::as_u64) {
            Some(Some(1)) => {}
            _ => self.faults.push(Fault::from(faults::PlanVersion)),
        }
        let title = self.text(map, "title", 60);
        let administrator = self.text(map, "administrator", NAME);
        let auditors = self.names(map, "auditors");
        let witnesses = self.names(map, "witnesses");
        let dkek_shares = self.dkek_shares(map);
        let dice = self.dice(map);
        let empty = Map::new();
        let device = match map.get("device") {
            Some(Value::Object(device)) => device,
            Some(_) => {
                self.faults.push(Fault::from(faults::PlanFieldForm { field: "device" }));
                &empty
            }
            None => {
                self.faults.push(Fault::from(faults::PlanFieldMissing { field: "device" }));
                &empty
            }
        };
        let present = !device.is_empty();
        if present {
            self.known_only(
                device,
                "device.",
                &["so_pin", "so_pin_holder", "pin_holder", "user_pin_tries", "pin_reset"],
            );
        }
        let so_pin_under_quorum = self.so_pin_under_quorum(device, dkek_shares.as_deref());
        let so_pin_holder = match (so_pin_under_quorum, device.get("so_pin_holder")) {
            // Nobody holds it; whatever a device had before, the administrator types.
            (Some(true), None) => administrator.clone(),
            _ => present.then(|| self.text_at(device, "so_pin_holder", "device.", NAME)).flatten(),
        };
        let pin_holder = present.then(|| self.text_at(device, "pin_holder", "device.", NAME)).flatten();
        let user_pin_tries = present.then(|| self.number_at(device, "user_pin_tries", "device.", 1, 10)).flatten();
        let pin_reset = self.pin_reset(device);
        let keys = self.keys(map);
        let prove_restore = match map.get("prove_restore") {
            None => Some(false),
            Some(Value::Bool(prove)) => Some(*prove),
            Some(_) => {
                self.faults.push(Fault::from(faults::PlanFieldForm { field: "prove_restore" }));
                None
            }
        };
        Some(Plan {
            title: title?,
            administrator: administrator?,
            auditors,
            witnesses,
            dkek_shares: dkek_shares?,
            dice: dice?,
            so_pin_holder: so_pin_holder?,
            so_pin_under_quorum: so_pin_under_quorum?,
            pin_holder: pin_holder?,
            user_pin_tries: user_pin_tries?,
            pin_reset: pin_reset?,
            keys,
            prove_restore: prove_restore?,
        })
    }

    fn known_only(&mut self, map: &Map<String, Value>, prefix: &str, known: &[&str]) {
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            self.faults.push(Fault::from(faults::PlanFieldUnknown { field: format!("{prefix}{}", short(key)) }));
        }
    }

    fn text(&mut self, map: &Map<String, Value>, field: &'static str, most: usize) -> Option<String> {
        self.text_at(map, field, "", most)
    }

    fn text_at(&mut self, map: &Map<String, Value>, field: &str, prefix: &str, most: usize) -> Option<String> {
        let place = format!("{prefix}{field}");
        match map.get(field) {
            None => self.faults.push(Fault::from(faults::PlanFieldMissing { field: place })),
            Some(Value::String(text)) if is_name(text, most) => return Some(text.trim().to_owned()),
            Some(Value::String(_)) => self.faults.push(Fault::from(faults::PlanText { field: place, most })),
            Some(_) => self.faults.push(Fault::from(faults::PlanFieldForm { field: place })),
        }
        None
    }

    fn names(&mut self, map: &Map<String, Value>, field: &'static str) -> Vec<String> {
        self.names_at(map, field, "")
    }

    fn names_at(&mut self, map: &Map<String, Value>, field: &str, prefix: &str) -> Vec<String> {
        let list = map.get(field);
        let field = format!("{prefix}{field}");
        let list = match list {
            None => return Vec::new(),
            Some(Value::Array(list)) => list,
            Some(_) => {
                self.faults.push(Fault::from(faults::PlanFieldForm { field }));
                return Vec::new();
            }
        };
        let mut names = Vec::new();
        for (place, item) in list.iter().enumerate() {
            match item.as_str() {
                Some(name) if is_name(name, NAME) => names.push(name.trim().to_owned()),
                _ => {
                    let field = format!("{field}[{}]", place + 1);
                    self.faults.push(Fault::from(faults::PlanText { field, most: NAME }));
                }
            }
        }
        for lower in repeated(names.iter().map(|name| name.to_lowercase())) {
            let name = names.iter().find(|name| name.to_lowercase() == lower).unwrap_or(&lower);
            self.faults.push(Fault::from(faults::PlanPersonTwice { field: &field, name: short(name) }));
        }
        names
    }

    fn number_at(&mut self, map: &Map<String, Value>, field: &str, prefix: &str, least: u8, most: u8) -> Option<u8> {
        let value = map.get(field);
        let field = format!("{prefix}{field}");
        match value {
            None => self.faults.push(Fault::from(faults::PlanFieldMissing { field })),
            Some(value) => {
                let number = value.as_u64().and_then(|n| u8::try_from(n).ok()).filter(|n| (least..=most).contains(n));
                if number.is_some() {
                    return number;
                }
                let fault = Fault::from(faults::PlanNumber { field, least, most });
                self.faults.push(fault);
            }
        }
        None
    }

    /// Who guards the DKEK shares: a list of them, or one quorum at the top of the plan.
    fn dkek_shares(&mut self, map: &Map<String, Value>) -> Option<Vec<Custody>> {
        let before = self.faults.len();
        let shares: Vec<Custody> = match map.get("dkek_shares") {
            None => self.quorum(map, "").into_iter().collect(),
            Some(Value::Array(list)) if (1..=usize::from(MOST_DKEK_SHARES)).contains(&list.len()) => {
                for field in ["custodians", "threshold", "scheme"].into_iter().filter(|field| map.contains_key(*field))
                {
                    self.faults.push(Fault::from(faults::PlanQuorumTwice { field }));
                }
                (1..).zip(list).filter_map(|(number, item)| self.dkek_share(item, number)).collect()
            }
            Some(_) => {
                self.faults.push(Fault::from(faults::PlanDkekShares { most: MOST_DKEK_SHARES }));
                Vec::new()
            }
        };
        if self.faults.len() > before {
            return None;
        }
        let people = || shares.iter().flat_map(Custody::people);
        for lower in repeated(people().map(|name| name.to_lowercase())) {
            let name = people().find(|name| name.to_lowercase() == lower).unwrap_or(&lower);
            self.faults.push(Fault::from(faults::PlanTwoShares { name: short(name) }));
        }
        if matches!(shares.as_slice(), [Custody::Password { .. }]) {
            self.faults.push(Fault::from(faults::PlanOnePassword));
        }
        (self.faults.len() == before).then_some(shares)
    }

    fn dkek_share(&mut self, item: &Value, number: usize) -> Option<Custody> {
        let prefix = format!("dkek_shares[{number}]");
        let Some(map) = item.as_object() else {
            self.faults.push(Fault::from(faults::PlanFieldForm { field: prefix }));
            return None;
        };
        let prefix = format!("{prefix}.");
        if map.contains_key("password_holder") {
            self.known_only(map, &prefix, &["password_holder"]);
            return self.text_at(map, "password_holder", &prefix, NAME).map(|holder| Custody::Password { holder });
        }
        self.known_only(map, &prefix, &["custodians", "threshold", "scheme"]);
        self.quorum(map, &prefix)
    }

    fn quorum(&mut self, map: &Map<String, Value>, prefix: &str) -> Option<Custody> {
        let custodians = self.names_at(map, "custodians", prefix);
        let threshold = self.number_at(map, "threshold", prefix, 2, 16);
        let scheme = match map.get("scheme") {
            None => Some(Scheme::ScHsmTool),
            Some(value) => value.as_str().and_then(Scheme::parse),
        };
        if scheme.is_none() {
            self.faults.push(Fault::from(faults::PlanScheme { field: format!("{prefix}scheme") }));
        }
        let count = u8::try_from(custodians.len()).unwrap_or(u8::MAX);
        match Quorum::new(threshold?, count) {
            Ok(quorum) => Some(Custody::Quorum { custodians, quorum, scheme: scheme? }),
            Err(_) => {
                self.faults.push(Fault::from(faults::QuorumRange { threshold: threshold?, custodians: count }));
                None
            }
        }
    }

    fn dice(&mut self, map: &Map<String, Value>) -> Option<u16> {
        let Some(value) = map.get("dice") else { return Some(0) };
        let throws = value.as_u64().and_then(|throws| u16::try_from(throws).ok());
        let throws = throws.filter(|throws| *throws == 0 || (FEWEST_THROWS..=MOST_THROWS).contains(throws));
        if throws.is_none() {
            self.faults.push(Fault::from(faults::PlanDice { least: FEWEST_THROWS, most: MOST_THROWS }));
        }
        throws
    }

    fn so_pin_under_quorum(&mut self, device: &Map<String, Value>, shares: Option<&[Custody]>) -> Option<bool> {
        let under_quorum = match device.get("so_pin").map(Value::as_str) {
            None | Some(Some("holder")) => return Some(false),
            Some(word) => word == Some("quorum"),
        };
        let nobody = shares.is_some_and(|shares| shares.iter().all(|share| share.quorum().is_none()));
        if !under_quorum || nobody {
            self.faults.push(if nobody {
                Fault::from(faults::PlanSoPinNobody)
            } else {
                Fault::from(faults::PlanSoPin)
            });
            return None;
        }
        Some(true)
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
        self.faults.push(Fault::from(faults::PlanPinReset));
        None
    }

    fn keys(&mut self, map: &Map<String, Value>) -> Vec<PlannedKey> {
        let list = match map.get("keys") {
            Some(Value::Array(list)) if (1..=MOST_KEYS).contains(&list.len()) => list,
            _ => {
                self.faults.push(Fault::from(faults::PlanKeys { most: MOST_KEYS }));
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
                    self.faults.push(Fault::from(faults::PlanFieldForm { field: format!("keys[{number}]") }));
                }
                None => {}
            }
        }
        let twice = |field: &'static str, values: Vec<String>| {
            repeated(values.into_iter())
                .into_iter()
                .map(move |value| Fault::from(faults::PlanKeyTwice { field, value }))
        };
        self.faults.extend(twice("label", keys.iter().map(|key| key.label.to_string().to_lowercase()).collect()));
        self.faults.extend(twice("id", keys.iter().map(|key| key.id.to_string()).collect()));
        self.faults.extend(twice("reference", keys.iter().map(|key| key.reference.to_string()).collect()));
        self.faults.extend(twice("restore_to", keys.iter().map(|key| key.restore_to.to_string()).collect()));
        keys
    }

    fn key(&mut self, map: &Map<String, Value>, number: u8) -> Option<PlannedKey> {
        self.known_only(map, &format!("keys[{number}]."), &["label", "type", "id", "reference", "restore_to"]);
        let label = self.key_field(map, number, "label", KeyLabel::new, |field, text| {
            Fault::from(faults::KeyLabelForm { field, text })
        });
        let key_type = self.key_field(map, number, "type", KeyType::parse, |field, text| {
            Fault::from(faults::KeyTypeUnknown { field, text })
        });
        let id = self
            .key_field(map, number, "id", KeyId::parse, |field, text| Fault::from(faults::KeyIdForm { field, text }));
        let reference = self.key_reference(map, number, "reference", number);
        let restore_to = self.key_reference(map, number, "restore_to", reference.map_or(number, KeyReference::get));
        Some(PlannedKey { label: label?, id: id?, key_type: key_type?, reference: reference?, restore_to: restore_to? })
    }

    fn key_field<T>(
        &mut self,
        map: &Map<String, Value>,
        number: u8,
        field: &'static str,
        read: impl Fn(&str) -> Result<T, TermError>,
        otherwise: impl Fn(String, String) -> Fault,
    ) -> Option<T> {
        let place = format!("keys[{number}].{field}");
        match map.get(field).map(Value::as_str) {
            None => self.faults.push(Fault::from(faults::PlanFieldMissing { field: place })),
            Some(None) => self.faults.push(Fault::from(faults::PlanFieldForm { field: place })),
            Some(Some(text)) => match read(text) {
                Ok(value) => return Some(value),
                Err(_) => self.faults.push(otherwise(place, short(text))),
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
            self.faults.push(Fault::from(faults::PlanNumber { field, least: 1, most: 255 }));
        }
        reference
    }
}

/// The longest name of a person, in characters.
const NAME: usize = 40;

/// Fewer throws than this add little: each gives 2.6 bits.
const FEWEST_THROWS: u16 = 50;

/// More throws than this add nothing to a seed of 256 bits.
const MOST_THROWS: u16 = 250;

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
