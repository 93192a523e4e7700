//! Reads a plan file field by field, and collects everything that is wrong with it.

use serde_json::{Map, Value};

use super::names::{Names, as_name, repeated};
use super::{Custody, NewPin, PinReset, Plan, PlannedKey};
use crate::faults::{self, Fault};
use crate::names::PlanField as F;
use crate::terms::{KeyId, KeyLabel, KeyReference, KeyType, MOST_DKEK_SHARES, Quorum, Scheme, TermError, short};

/// Reads a plan.
///
/// # Errors
/// All its faults, at least one.
pub fn plan(map: &Map<String, Value>, names: Names) -> Result<Plan, Vec<Fault>> {
    let mut reader = Reader { faults: Vec::new(), names };
    let plan = reader.plan(map);
    match plan {
        Some(plan) if reader.faults.is_empty() => Ok(plan),
        _ if reader.faults.is_empty() => Err(vec![Fault::from(faults::PlanNotObject)]),
        _ => Err(reader.faults),
    }
}

/// An object in a plan, and its number if it is in a list.
#[derive(Clone, Copy)]
struct Object<'a> {
    map: &'a Map<String, Value>,
    number: usize,
}

impl<'a> Object<'a> {
    fn get(self, field: F) -> Option<&'a Value> {
        self.map.get(name(field))
    }

    /// The path of a field in this plan: `keys[2].label`.
    fn path(self, field: F) -> String {
        self.numbered(field.path())
    }

    fn numbered(self, path: &str) -> String {
        path.replace("[]", &format!("[{}]", self.number))
    }
}

/// A field's name in its object.
fn name(field: F) -> &'static str {
    split(field.path()).1
}

/// The path of the object that a field is in, and its name there.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('.').unwrap_or(("", path))
}

/// The fields that describe a quorum.
struct QuorumFields {
    custodians: F,
    threshold: F,
    scheme: F,
}

impl QuorumFields {
    /// At the top of the plan, for its only DKEK share.
    const AT_THE_TOP: Self = Self { custodians: F::Custodians, threshold: F::Threshold, scheme: F::Scheme };

    /// In the list of DKEK shares.
    const IN_THE_LIST: Self =
        Self { custodians: F::DkekSharesCustodians, threshold: F::DkekSharesThreshold, scheme: F::DkekSharesScheme };

    const fn all(&self) -> [F; 3] {
        [self.custodians, self.threshold, self.scheme]
    }
}

/// Reads fields and collects what is wrong with them.
struct Reader {
    faults: Vec<Fault>,
    names: Names,
}

impl Reader {
    fn plan(&mut self, map: &Map<String, Value>) -> Option<Plan> {
        let top = Object { map, number: 0 };
        self.known_only(top, "", &[]);
        if top.get(F::Plan).and_then(Value::as_u64) != Some(1) {
            self.add(faults::PlanVersion);
        }
        let title = self.text(top, F::Title, 60);
        let administrator = self.text(top, F::Administrator, NAME);
        let auditors = self.people(top, F::Auditors);
        let witnesses = self.people(top, F::Witnesses);
        let dkek_shares = self.dkek_shares(top);
        let dice = self.value(top, F::Dice, Some(0), throws, |_, _| {
            Fault::from(faults::PlanDice { least: FEWEST_THROWS, most: MOST_THROWS })
        });
        let device = self.value(top, F::Device, None, Value::as_object, form);
        let device = device.map(|map| Object { map, number: 0 });
        let device = device.and_then(|device| {
            self.known_only(device, F::Device.path(), &[]);
            let so_pin_under_quorum = self.so_pin_under_quorum(device, dkek_shares.as_deref());
            let so_pin_holder = match (so_pin_under_quorum, device.get(F::DeviceSoPinHolder)) {
                // Nobody holds it; if the device had one before, the administrator types that.
                (Some(true), None) => administrator.clone(),
                _ => self.text(device, F::DeviceSoPinHolder, NAME),
            };
            let pin_holder = self.text(device, F::DevicePinHolder, NAME);
            let user_pin_tries = self.number(device, F::DeviceUserPinTries, 1, 10);
            let word = |value: &Value| value.as_str().and_then(PinReset::from_word);
            let otherwise = |_, _: &Value| Fault::from(faults::PlanPinReset);
            let pin_reset = self.value(device, F::DevicePinReset, Some(PinReset::Off), word, otherwise);
            let new = [(F::DeviceNewSoPin, NewPin::Drawn), (F::DeviceNewUserPin, NewPin::Typed)];
            let new = new.map(|(field, left_out)| self.new_pin(device, field, left_out));
            Some((so_pin_under_quorum?, so_pin_holder?, pin_holder?, user_pin_tries?, pin_reset?, new))
        });
        let keys = self.keys(top);
        let prove_restore = self.value(top, F::ProveRestore, Some(false), Value::as_bool, form);
        let (so_pin_under_quorum, so_pin_holder, pin_holder, user_pin_tries, pin_reset, [so_pin, user_pin]) = device?;
        Some(Plan {
            title: title?,
            administrator: administrator?,
            auditors,
            witnesses,
            dkek_shares: dkek_shares?,
            dice: dice?,
            so_pin_holder,
            so_pin_under_quorum,
            new_so_pin: so_pin?,
            new_user_pin: user_pin?,
            pin_holder,
            user_pin_tries,
            pin_reset,
            keys,
            prove_restore: prove_restore?,
        })
    }

    fn add(&mut self, fault: impl Into<Fault>) {
        self.faults.push(fault.into());
    }

    /// Refuses fields that have no row in the script, or that the other fields of the object exclude (`not_here`).
    fn known_only(&mut self, object: Object<'_>, parent: &str, not_here: &[F]) {
        let is = |path: &str, key: &str| split(path) == (parent, key);
        let known = |key: &str| {
            F::PATHS.iter().any(|path| is(path, key)) && !not_here.iter().any(|field| is(field.path(), key))
        };
        for key in object.map.keys().filter(|key| !known(key)) {
            let parent = if parent.is_empty() { String::new() } else { format!("{}.", object.numbered(parent)) };
            self.add(faults::PlanFieldUnknown { field: format!("{parent}{}", short(key)) });
        }
    }

    /// The value of a field. If it is left out: the default (`left_out`) or, without one, a fault.
    fn value<'a, T>(
        &mut self,
        object: Object<'a>,
        field: F,
        left_out: Option<T>,
        read: impl Fn(&'a Value) -> Option<T>,
        otherwise: impl Fn(String, &'a Value) -> Fault,
    ) -> Option<T> {
        let Some(value) = object.get(field) else {
            if left_out.is_none() {
                self.add(faults::PlanFieldMissing { field: object.path(field) });
            }
            return left_out;
        };
        let read = read(value);
        if read.is_none() {
            self.add(otherwise(object.path(field), value));
        }
        read
    }

    fn text(&mut self, object: Object<'_>, field: F, most: usize) -> Option<String> {
        self.seen(object.get(field), || object.path(field));
        let read = |value: &Value| value.as_str().and_then(|text| as_name(text, most));
        let otherwise = |field, value: &Value| match value {
            Value::String(_) => Fault::from(faults::PlanText { field, most }),
            _ => form(field, value),
        };
        self.value(object, field, None, read, otherwise)
    }

    fn people(&mut self, object: Object<'_>, field: F) -> Vec<String> {
        let list = self.value(object, field, Some(&[][..]), |value| value.as_array().map(Vec::as_slice), form);
        let path = object.path(field);
        let mut names = Vec::new();
        for (number, item) in (1..).zip(list.unwrap_or_default()) {
            self.seen(Some(item), || format!("{path}[{number}]"));
            match item.as_str().and_then(|text| as_name(text, NAME)) {
                Some(name) => names.push(name),
                None => self.add(faults::PlanText { field: format!("{path}[{number}]"), most: NAME }),
            }
        }
        for name in self.names.repeated(|| names.iter()) {
            self.add(faults::PlanPersonTwice { field: &path, name });
        }
        names
    }

    /// Refuses what nobody sees in a text, or what turns the direction of reading: what people read aloud would not be
    /// what is recorded.
    fn seen(&mut self, value: Option<&Value>, field: impl Fn() -> String) {
        let hidden = value.and_then(Value::as_str).and_then(|text| self.names.hidden(text));
        if let Some(hidden) = hidden {
            self.add(faults::PlanInvisible { field: field(), character: format!("U+{:04X}", u32::from(hidden)) });
        }
    }

    fn number(&mut self, object: Object<'_>, field: F, least: u8, most: u8) -> Option<u8> {
        let read = |value: &Value| small(value).filter(|number| (least..=most).contains(number));
        self.value(object, field, None, read, |field, _| Fault::from(faults::PlanNumber { field, least, most }))
    }

    /// Who guards the DKEK shares: a list of them, or one quorum at the top of the plan.
    fn dkek_shares(&mut self, top: Object<'_>) -> Option<Vec<Custody>> {
        let before = self.faults.len();
        let shares: Vec<Custody> = match top.get(F::DkekShares) {
            None => self.quorum(top, &QuorumFields::AT_THE_TOP).into_iter().collect(),
            Some(Value::Array(list)) if (1..=usize::from(MOST_DKEK_SHARES)).contains(&list.len()) => {
                for field in QuorumFields::AT_THE_TOP.all().into_iter().filter(|field| top.get(*field).is_some()) {
                    self.add(faults::PlanQuorumTwice { field: name(field) });
                }
                (1..).zip(list).filter_map(|(number, item)| self.dkek_share(item, number)).collect()
            }
            Some(_) => {
                self.add(faults::PlanDkekShares { most: MOST_DKEK_SHARES });
                Vec::new()
            }
        };
        if self.faults.len() > before {
            return None;
        }
        for name in self.names.repeated(|| shares.iter().flat_map(Custody::people)) {
            self.add(faults::PlanTwoShares { name });
        }
        (self.faults.len() == before).then_some(shares)
    }

    fn dkek_share(&mut self, item: &Value, number: usize) -> Option<Custody> {
        let list = F::DkekShares.path();
        let Some(map) = item.as_object() else {
            self.add(faults::PlanFieldForm { field: format!("{list}[{number}]") });
            return None;
        };
        let (object, parent, fields) = (Object { map, number }, format!("{list}[]"), QuorumFields::IN_THE_LIST);
        if object.get(F::DkekSharesPasswordHolder).is_some() {
            self.known_only(object, &parent, &fields.all());
            let holder = self.text(object, F::DkekSharesPasswordHolder, NAME);
            return holder.map(|holder| Custody::Password { holder });
        }
        self.known_only(object, &parent, &[]);
        self.quorum(object, &fields)
    }

    fn quorum(&mut self, object: Object<'_>, fields: &QuorumFields) -> Option<Custody> {
        let custodians = self.people(object, fields.custodians);
        let threshold = self.number(object, fields.threshold, 2, 16);
        let word = |value: &Value| value.as_str().and_then(Scheme::parse);
        let otherwise = |field, _: &Value| Fault::from(faults::PlanScheme { field });
        let scheme = self.value(object, fields.scheme, Some(Scheme::ScHsmTool), word, otherwise);
        let count = u8::try_from(custodians.len()).unwrap_or(u8::MAX);
        let Ok(quorum) = Quorum::new(threshold?, count) else {
            self.add(faults::QuorumRange { threshold: threshold?, custodians: count });
            return None;
        };
        Some(Custody::Quorum { custodians, quorum, scheme: scheme? })
    }

    fn new_pin(&mut self, device: Object<'_>, field: F, left_out: NewPin) -> Option<NewPin> {
        let word = |value: &Value| value.as_str().and_then(NewPin::from_word);
        self.value(device, field, Some(left_out), word, |field, _| Fault::from(faults::PlanNewPin { field }))
    }

    fn so_pin_under_quorum(&mut self, device: Object<'_>, shares: Option<&[Custody]>) -> Option<bool> {
        let under_quorum = match device.get(F::DeviceSoPin).map(Value::as_str) {
            None | Some(Some("holder")) => return Some(false),
            Some(word) => word == Some("quorum"),
        };
        if shares.is_some_and(|shares| shares.iter().all(|share| share.quorum().is_none())) {
            self.add(faults::PlanSoPinNobody);
            return None;
        }
        if !under_quorum {
            self.add(faults::PlanSoPin);
        }
        under_quorum.then_some(true)
    }

    fn keys(&mut self, top: Object<'_>) -> Vec<PlannedKey> {
        let list = match top.get(F::Keys) {
            Some(Value::Array(list)) if (1..=MOST_KEYS).contains(&list.len()) => list,
            _ => {
                self.add(faults::PlanKeys { most: MOST_KEYS });
                return Vec::new();
            }
        };
        let mut keys: Vec<PlannedKey> = Vec::new();
        for (number, item) in (1..).zip(list) {
            match item.as_object() {
                Some(map) => keys.extend(self.key(Object { map, number })),
                None => self.add(faults::PlanFieldForm { field: format!("{}[{number}]", F::Keys.path()) }),
            }
        }
        let mut once = |field: F, value: fn(&PlannedKey) -> String| {
            for value in repeated(keys.iter().map(value)) {
                self.add(faults::PlanKeyTwice { field: name(field), value });
            }
        };
        once(F::KeysLabel, |key| key.label.to_string().to_lowercase());
        once(F::KeysId, |key| key.id.to_string());
        once(F::KeysReference, |key| key.reference.to_string());
        once(F::KeysRestoreTo, |key| key.restore_to.to_string());
        keys
    }

    fn key(&mut self, object: Object<'_>) -> Option<PlannedKey> {
        self.known_only(object, &format!("{}[]", F::Keys.path()), &[]);
        let label = self
            .term(object, F::KeysLabel, KeyLabel::new, |field, text| Fault::from(faults::KeyLabelForm { field, text }));
        let key_type = self
            .term(object, F::KeysType, generated, |field, text| Fault::from(faults::KeyTypeUnknown { field, text }));
        let id =
            self.term(object, F::KeysId, KeyId::parse, |field, text| Fault::from(faults::KeyIdForm { field, text }));
        let number = u8::try_from(object.number).ok().and_then(KeyReference::new);
        let reference = self.key_reference(object, F::KeysReference, number);
        let restore_to = self.key_reference(object, F::KeysRestoreTo, reference.or(number));
        Some(PlannedKey { label: label?, id: id?, key_type: key_type?, reference: reference?, restore_to: restore_to? })
    }

    fn term<T>(
        &mut self,
        object: Object<'_>,
        field: F,
        read: impl Fn(&str) -> Result<T, TermError>,
        otherwise: impl Fn(String, String) -> Fault,
    ) -> Option<T> {
        let term = |value: &Value| value.as_str().and_then(|text| read(text).ok());
        self.value(object, field, None, term, |field, value| match value {
            Value::String(text) => otherwise(field, short(text)),
            _ => form(field, value),
        })
    }

    fn key_reference(&mut self, object: Object<'_>, field: F, left_out: Option<KeyReference>) -> Option<KeyReference> {
        let read = |value: &Value| small(value).and_then(KeyReference::new);
        let otherwise = |field, _: &Value| Fault::from(faults::PlanNumber { field, least: 1, most: 255 });
        self.value(object, field, left_out, read, otherwise)
    }
}

/// The longest name of a person, in characters.
const NAME: usize = 40;

/// The fewest throws: fewer add little, as each gives 2.6 bits.
const FEWEST_THROWS: u16 = 50;

/// The most throws: more add nothing to a seed of 256 bits.
const MOST_THROWS: u16 = 250;

/// The most keys: more than one sitting generates.
const MOST_KEYS: usize = 32;

fn form(field: String, _: &Value) -> Fault {
    Fault::from(faults::PlanFieldForm { field })
}

/// A key type that a ceremony generates.
fn generated(text: &str) -> Result<KeyType, TermError> {
    KeyType::parse(text).ok().filter(|key_type| key_type.is_generated()).ok_or(TermError::KeyType)
}

fn small(value: &Value) -> Option<u8> {
    value.as_u64().and_then(|number| u8::try_from(number).ok())
}

fn throws(value: &Value) -> Option<u16> {
    let throws = value.as_u64().and_then(|throws| u16::try_from(throws).ok());
    throws.filter(|throws| *throws == 0 || (FEWEST_THROWS..=MOST_THROWS).contains(throws))
}
