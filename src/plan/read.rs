//! Reads a plan file field by field, and collects everything that is wrong with it.

use serde_json::{Map, Value};

use super::names::{Names, repeated};
use super::reader::{Found, NAME, Object, Reader, form, name, small};
use super::{Custody, DeviceUse, NewPin, PinReset, Plan, PlannedKey};
use crate::faults::{self, Fault};
use crate::names::PlanField as F;
use crate::terms::{
    Drill, KeyId, KeyLabel, KeyReference, KeyType, MOST_DKEK_SHARES, Quorum, Scheme, TermError, can_be_seen, short,
};

/// How many months lie between two drills if the plan does not say, and at most.
const DRILL_MONTHS: u8 = 12;
const MOST_DRILL_MONTHS: u8 = 120;

/// Reads a plan: all that is wrong with it and, if nothing is, the plan.
pub fn plan(map: &Map<String, Value>, names: Names) -> (Option<Plan>, Vec<Found>) {
    let mut reader = Reader { found: Vec::new(), names };
    let plan = reader.plan(map);
    (plan.filter(|_| reader.found.is_empty()), reader.found)
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

impl Reader {
    fn plan(&mut self, map: &Map<String, Value>) -> Option<Plan> {
        let top = Object { map, number: 0 };
        self.known_only(top, "");
        if top.get(F::Plan).and_then(Value::as_u64) != Some(1) {
            self.add(F::Plan.path(), faults::PlanVersion);
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
            self.known_only(device, F::Device.path());
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
        let arrangements = self.arrangements(top);
        if let Some(label) = &arrangements.sign_record
            && !keys.is_empty()
            && !keys.iter().any(|key| key.label == *label)
        {
            self.add(F::SignRecord.path(), faults::PlanSignerUnknown { label });
        }
        let prove_restore = self.value(top, F::ProveRestore, Some(false), Value::as_bool, form);
        let carry_keys = self.value(top, F::CarryKeys, Some(false), Value::as_bool, form);
        let spare = arrangements.devices.iter().any(|device| device.role == DeviceUse::Spare);
        if carry_keys == Some(true) && !spare {
            self.add(F::CarryKeys.path(), faults::PlanCarryWithoutSpare);
        }
        let drill = |value: &Value| value.as_str().and_then(Drill::from_word);
        let drill = self.value(top, F::Drill, Some(Drill::Quorum), drill, |_, _| Fault::from(faults::PlanDrill));
        let months = |value: &Value| small(value).filter(|months| (1..=MOST_DRILL_MONTHS).contains(months));
        let drill_months = self.value(top, F::DrillMonths, Some(DRILL_MONTHS), months, |_, _| {
            Fault::from(faults::PlanDrillMonths { most: MOST_DRILL_MONTHS })
        });
        let (so_pin_under_quorum, so_pin_holder, pin_holder, user_pin_tries, pin_reset, [so_pin, user_pin]) = device?;
        Some(Plan {
            title: title?,
            administrator: administrator?,
            auditors,
            witnesses,
            dkek_shares: dkek_shares?,
            before: Vec::new(),
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
            carry_keys: carry_keys?,
            drill: drill?,
            drill_months: drill_months?,
            arrangements,
        })
    }

    /// Who guards the DKEK shares: a list of them, or one quorum at the top of the plan.
    fn dkek_shares(&mut self, top: Object<'_>) -> Option<Vec<Custody>> {
        let before = self.found.len();
        let shares: Vec<(usize, Custody)> = match top.get(F::DkekShares) {
            None => self.quorum(top, &QuorumFields::AT_THE_TOP).map(|quorum| (1, quorum)).into_iter().collect(),
            Some(Value::Array(list)) if (1..=usize::from(MOST_DKEK_SHARES)).contains(&list.len()) => {
                for field in QuorumFields::AT_THE_TOP.all().into_iter().filter(|field| top.get(*field).is_some()) {
                    self.refuse(field.path(), faults::PlanQuorumTwice { field: name(field) });
                }
                let objects = self.objects(list, F::DkekShares);
                objects.into_iter().filter_map(|object| Some((object.number, self.dkek_share(object)?))).collect()
            }
            Some(_) => {
                self.add(F::DkekShares.path(), faults::PlanDkekShares { most: MOST_DKEK_SHARES });
                Vec::new()
            }
        };
        self.in_one_share_only(&shares);
        (self.found.len() == before).then(|| shares.into_iter().map(|(_, share)| share).collect())
    }

    /// Nobody has a part in two DKEK shares.
    fn in_one_share_only(&mut self, shares: &[(usize, Custody)]) {
        let mut people = Vec::new();
        for (number, share) in shares {
            let object = format!("{}[{number}]", F::DkekShares.path());
            for (place, person) in self.names.distinct(share.people()) {
                let field = match share {
                    Custody::Quorum { .. } => format!("{}[{}]", name(F::DkekSharesCustodians), place + 1),
                    Custody::Password { .. } => name(F::DkekSharesPasswordHolder).to_owned(),
                };
                people.push((format!("{object}.{field}"), person.clone()));
            }
        }
        for (again, name) in self.names.repeated(&people) {
            self.add(again, faults::PlanTwoShares { name });
        }
    }

    fn dkek_share(&mut self, object: Object<'_>) -> Option<Custody> {
        let (parent, fields) = (format!("{}[]", F::DkekShares.path()), QuorumFields::IN_THE_LIST);
        if object.get(F::DkekSharesPasswordHolder).is_some() {
            for field in fields.all().into_iter().filter(|field| object.get(*field).is_some()) {
                let field = object.path(field);
                self.refuse(field.clone(), faults::PlanPasswordOrQuorum { field });
            }
            self.known_only(object, &parent);
            let holder = self.text(object, F::DkekSharesPasswordHolder, NAME);
            return holder.map(|holder| Custody::Password { holder });
        }
        self.known_only(object, &parent);
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
            self.add(object.path(fields.threshold), faults::QuorumRange { threshold: threshold?, custodians: count });
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
            self.add(device.path(F::DeviceSoPin), faults::PlanSoPinNobody);
            return None;
        }
        if !under_quorum {
            self.add(device.path(F::DeviceSoPin), faults::PlanSoPin);
        }
        under_quorum.then_some(true)
    }

    fn keys(&mut self, top: Object<'_>) -> Vec<PlannedKey> {
        let list = match top.get(F::Keys) {
            Some(Value::Array(list)) if (1..=MOST_KEYS).contains(&list.len()) => list,
            _ => {
                self.add(F::Keys.path(), faults::PlanKeys { most: MOST_KEYS });
                return Vec::new();
            }
        };
        let objects = self.objects(list, F::Keys).into_iter();
        let keys: Vec<_> = objects.filter_map(|object| Some((object, self.key(object)?))).collect();
        let mut once = |field: F, value: fn(&PlannedKey) -> String| {
            for (again, value) in repeated(keys.iter().map(|(object, key)| (object.path(field), value(key)))) {
                self.add(again, faults::PlanKeyTwice { field: name(field), value });
            }
        };
        once(F::KeysLabel, |key| key.label.to_string().to_lowercase());
        once(F::KeysId, |key| key.id.to_string());
        once(F::KeysReference, |key| key.reference.to_string());
        once(F::KeysRestoreTo, |key| key.restore_to.to_string());
        keys.into_iter().map(|(_, key)| key).collect()
    }

    fn key(&mut self, object: Object<'_>) -> Option<PlannedKey> {
        self.known_only(object, &format!("{}[]", F::Keys.path()));
        let label = self
            .term(object, F::KeysLabel, KeyLabel::new, |field, text| Fault::from(faults::KeyLabelForm { field, text }));
        let key_type = self
            .term(object, F::KeysType, generated, |field, text| Fault::from(faults::KeyTypeUnknown { field, text }));
        let id =
            self.term(object, F::KeysId, KeyId::parse, |field, text| Fault::from(faults::KeyIdForm { field, text }));
        let number = u8::try_from(object.number).ok().and_then(KeyReference::new);
        let reference = self.key_reference(object, F::KeysReference, number);
        let restore_to = self.key_reference(object, F::KeysRestoreTo, reference.or(number));
        let file = self.key_file(object);
        let (label, id, key_type) = (label?, id?, key_type?);
        Some(PlannedKey { label, id, key_type, reference: reference?, restore_to: restore_to?, file: file? })
    }

    /// Where the file of a key is imported from. The path begins at the root: a sitting that goes on may be started elsewhere.
    #[allow(clippy::option_option, reason = "none: it is wrong; none inside: the plan names no file")]
    fn key_file(&mut self, object: Object<'_>) -> Option<Option<String>> {
        let path = |value: &Value| {
            let text = value.as_str()?;
            let fits = text.starts_with('/') && text.chars().count() <= LONGEST_PATH && text.chars().all(can_be_seen);
            fits.then(|| Some(text.to_owned()))
        };
        let otherwise = |field, _: &Value| Fault::from(faults::PlanKeyPath { field, most: LONGEST_PATH });
        self.value(object, F::KeysFile, Some(None), path, otherwise)
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

/// The fewest throws: fewer add little, as each gives 2.6 bits.
const FEWEST_THROWS: u16 = 50;

/// The most throws: more add nothing to a seed of 256 bits.
const MOST_THROWS: u16 = 250;

/// The longest path of a key file: what a line of the record and of a page can take.
const LONGEST_PATH: usize = 200;

/// The most keys: more than one sitting generates.
const MOST_KEYS: usize = 32;

/// A key type that a ceremony generates.
fn generated(text: &str) -> Result<KeyType, TermError> {
    KeyType::parse(text).ok().filter(|key_type| key_type.is_generated()).ok_or(TermError::KeyType)
}

fn throws(value: &Value) -> Option<u16> {
    let throws = value.as_u64().and_then(|throws| u16::try_from(throws).ok());
    throws.filter(|throws| *throws == 0 || (FEWEST_THROWS..=MOST_THROWS).contains(throws))
}
