//! Reads what is arranged for the day: the optional fields of a plan around its people, quorums, device and keys.

use std::collections::BTreeMap;

use serde_json::Value;

use super::arrangements::{Approval, Arrangements, Blank, DeviceUse, PersonArranged, PlannedDevice};
use super::names::{as_name, repeated};
use super::nearest::nearest;
use super::reader::{NAME, Object, Reader, as_list, form, not_text, small};
use crate::faults::{self, Fault};
use crate::names::{PlanField as F, StepName};
use crate::terms::{Digest, Serial, alike, short};

/// The longest text of one line, in characters.
const LINE: usize = 80;

/// The longest duty, in characters: a sentence.
const SENTENCE: usize = 300;

/// The most items of a list: a bag for every card of eight DKEK shares with 16 custodians, and some.
const MOST_ITEMS: usize = 200;

/// The most minutes of one step: half a day.
const MOST_MINUTES: u8 = 240;

impl Reader {
    pub fn arrangements(&mut self, top: Object<'_>) -> Arrangements {
        let device = top.get(F::Device).and_then(Value::as_object).map(|map| Object { map, number: 0 });
        Arrangements {
            approval: self.approval(top),
            place: self.blank(top, F::Place, LINE),
            video_reference: self.blank(top, F::VideoReference, LINE),
            evidence: self.lines(top, F::Evidence, LINE),
            live_image: self.live_image(top),
            duties: self.lines(top, F::Duties, SENTENCE),
            token_label: device.and_then(|device| self.blank(device, F::DeviceTokenLabel, TOKEN_LABEL)),
            devices: self.devices(top),
            readers: self.blanks(top, F::Readers),
            bags: self.blanks(top, F::Bags),
            media: self.blanks(top, F::Media),
            envelopes: self.blanks(top, F::Envelopes),
            minutes: self.minutes(top),
            people: self.people_arranged(top),
        }
    }

    /// A text that may be left out or blank.
    fn blank(&mut self, object: Object<'_>, field: F, most: usize) -> Blank {
        self.seen(object.get(field), || object.path(field));
        let read = |value: &Value| value.as_str().and_then(|text| as_blank(text, most));
        self.value(object, field, Some(None), read, |field, value| not_text(field, value, most)).flatten()
    }

    /// A list of at most [`MOST_ITEMS`] items; empty if it is left out.
    fn list<'a>(&mut self, object: Object<'a>, field: F) -> &'a [Value] {
        let read = |value: &'a Value| as_list(value).filter(|list| list.len() <= MOST_ITEMS);
        let otherwise = |field, value: &Value| match value {
            Value::Array(_) => Fault::from(faults::PlanListLong { field, most: MOST_ITEMS }),
            _ => form(field, value),
        };
        self.value(object, field, Some(&[][..]), read, otherwise).unwrap_or_default()
    }

    /// A list of texts, none of them blank.
    fn lines(&mut self, object: Object<'_>, field: F, most: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for (number, item) in (1..).zip(self.list(object, field)) {
            let path = format!("{}[{number}]", object.path(field));
            self.seen(Some(item), || path.clone());
            match item.as_str().and_then(|text| as_name(text, most)) {
                Some(line) => lines.push(line),
                None => self.add(path.clone(), not_text(path, item, most)),
            }
        }
        lines
    }

    /// A list of names or numbers of things, which may be blank. No two are equal.
    fn blanks(&mut self, object: Object<'_>, field: F) -> Vec<Blank> {
        let mut blanks = Vec::new();
        for (number, item) in (1..).zip(self.list(object, field)) {
            let path = format!("{}[{number}]", object.path(field));
            self.seen(Some(item), || path.clone());
            match item.as_str().and_then(|text| as_blank(text, LINE)) {
                Some(blank) => blanks.push((path, blank)),
                None => self.add(path.clone(), not_text(path, item, LINE)),
            }
        }
        self.once(field, blanks.iter().filter_map(|(path, blank)| Some((path.clone(), blank.clone()?))));
        blanks.into_iter().map(|(_, blank)| blank).collect()
    }

    /// Names a value that a list has twice.
    fn once(&mut self, field: F, values: impl Iterator<Item = (String, String)>) {
        for (again, value) in repeated(values.map(|(path, value)| (path, value.to_lowercase()))) {
            self.add(again, faults::PlanItemTwice { field: field.path(), value: short(&value) });
        }
    }

    fn approval(&mut self, top: Object<'_>) -> Option<Approval> {
        let map = self.value(top, F::Approval, Some(None), |value| value.as_object().map(Some), form)??;
        let approval = Object { map, number: 0 };
        self.known_only(approval, F::Approval.path());
        let by = self.text(approval, F::ApprovalBy, LINE);
        let reference = self.blank(approval, F::ApprovalReference, LINE);
        let date = self
            .value(approval, F::ApprovalDate, Some(None), as_date, |field, _| Fault::from(faults::PlanDate { field }));
        Some(Approval { by: by?, reference, date: date? })
    }

    fn live_image(&mut self, top: Object<'_>) -> Option<Digest> {
        let read = |value: &Value| match value.as_str()?.trim() {
            "" => Some(None),
            text => Digest::parse(text).map(Some),
        };
        let otherwise = |field, _: &Value| Fault::from(faults::PlanSha256 { field });
        self.value(top, F::LiveImageSha256, Some(None), read, otherwise).flatten()
    }

    fn devices(&mut self, top: Object<'_>) -> Vec<PlannedDevice> {
        let (list, parent) = (self.list(top, F::Devices), format!("{}[]", F::Devices.path()));
        let mut devices = Vec::new();
        for object in self.objects(list, F::Devices) {
            self.known_only(object, &parent);
            let word = |value: &Value| value.as_str().and_then(DeviceUse::from_word);
            let role = self
                .value(object, F::DevicesRole, None, word, |field, _| Fault::from(faults::PlanDeviceRole { field }));
            let serial = |value: &Value| match value.as_str()?.trim() {
                "" => Some(None),
                text => Serial::new(text).ok().map(Some),
            };
            let otherwise = |field, _: &Value| Fault::from(faults::PlanSerial { field });
            let serial = self.value(object, F::DevicesSerial, Some(None), serial, otherwise);
            if let (Some(role), Some(serial)) = (role, serial) {
                devices.push((object.path(F::DevicesSerial), PlannedDevice { role, serial }));
            }
        }
        let serial =
            |(path, device): &(String, PlannedDevice)| Some((path.clone(), device.serial.as_ref()?.to_string()));
        self.once(F::Devices, devices.iter().filter_map(serial));
        devices.into_iter().map(|(_, device)| device).collect()
    }

    fn minutes(&mut self, top: Object<'_>) -> BTreeMap<StepName, u8> {
        let mut all = BTreeMap::new();
        let map = self.value(top, F::Minutes, Some(None), |value| value.as_object().map(Some), form).flatten();
        for (key, value) in map.into_iter().flatten() {
            let path = format!("{}.{key}", F::Minutes.path());
            let field = format!("{}.{}", F::Minutes.path(), short(key));
            let minutes = small(value).filter(|minutes| (1..=MOST_MINUTES).contains(minutes));
            match (StepName::from_word(key), minutes) {
                (Some(step), Some(minutes)) => {
                    all.insert(step, minutes);
                }
                (Some(_), None) => self.add(path, faults::PlanNumber { field, least: 1, most: MOST_MINUTES }),
                (None, _) => match nearest(key, StepName::ALL.iter().map(|step| step.word())) {
                    Some(meant) => self.refuse(path, faults::PlanFieldMisspelt { field, meant }),
                    None => self.refuse(path, faults::PlanStepUnknown { field }),
                },
            }
        }
        all
    }

    fn people_arranged(&mut self, top: Object<'_>) -> Vec<PersonArranged> {
        let (list, parent) = (self.list(top, F::People), format!("{}[]", F::People.path()));
        let named = named(top);
        let mut people = Vec::new();
        for object in self.objects(list, F::People) {
            self.known_only(object, &parent);
            let name = self.text(object, F::PeopleName, NAME);
            let identified_by = self.blank(object, F::PeopleIdentifiedBy, LINE);
            let keeps_at = self.blank(object, F::PeopleKeepsAt, LINE);
            let Some(name) = name else { continue };
            if !named.iter().any(|other| alike(other, &name)) {
                let field = object.path(F::PeopleName);
                self.add(field.clone(), faults::PlanPersonUnknown { field, name: short(&name) });
            }
            people.push((object.path(F::PeopleName), PersonArranged { name, identified_by, keeps_at }));
        }
        let names: Vec<_> = people.iter().map(|(path, person)| (path.clone(), person.name.clone())).collect();
        for (again, name) in self.names.repeated(&names) {
            self.add(again, faults::PlanArrangedTwice { name });
        }
        people.into_iter().map(|(_, person)| person).collect()
    }
}

/// The longest label of a token, in characters: what PKCS#11 shows.
const TOKEN_LABEL: usize = 32;

/// Everybody whom a plan names in a role, whether or not that role can be read.
fn named(top: Object<'_>) -> Vec<&str> {
    let device = top.get(F::Device).and_then(Value::as_object).map(|map| Object { map, number: 0 });
    let shares = top.get(F::DkekShares).and_then(as_list).unwrap_or_default();
    let shares = shares.iter().filter_map(Value::as_object).map(|map| Object { map, number: 0 });
    let of_shares =
        shares.flat_map(|share| [F::DkekSharesCustodians, F::DkekSharesPasswordHolder].map(|field| share.get(field)));
    let of_device =
        device.into_iter().flat_map(|device| [F::DeviceSoPinHolder, F::DevicePinHolder].map(|field| device.get(field)));
    let of_plan = [F::Administrator, F::Auditors, F::Witnesses, F::Custodians].map(|field| top.get(field));
    let values = of_plan.into_iter().chain(of_shares).chain(of_device).flatten();
    let texts = values.flat_map(|value| as_list(value).unwrap_or(std::slice::from_ref(value)));
    texts.filter_map(Value::as_str).collect()
}

/// A line of text, or nothing.
fn as_blank(text: &str, most: usize) -> Option<Blank> {
    if text.trim().is_empty() { Some(None) } else { as_name(text, most).map(Some) }
}

/// A day as `2026-11-27`, or nothing.
fn as_date(value: &Value) -> Option<Blank> {
    let text = value.as_str()?.trim();
    if text.is_empty() {
        return Some(None);
    }
    let date: jiff::civil::Date = text.parse().ok()?;
    (date.to_string() == text).then(|| Some(text.to_owned()))
}
