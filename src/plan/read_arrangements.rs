//! Reads what is arranged for the day: the optional fields of a plan around its people, quorums, device and keys.

use std::collections::BTreeMap;

use serde_json::Value;

use super::arrangements::{Approval, Arrangements, Blank, DeviceUse, PersonArranged, PlannedDevice};
use super::names::{as_name, repeated};
use super::nearest::nearest;
use super::reader::{NAME, Object, Reader, as_list, form, not_text, small};
use crate::faults::{self, Fault};
use crate::names::{PlanField as F, StepName};
use crate::terms::{Digest, Further, KeyLabel, Serial, alike, short};

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
            sign_record: self.signer(top),
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

    /// The label of the key that signs the record; whether there is such a key is asked where all keys are known.
    fn signer(&mut self, top: Object<'_>) -> Option<KeyLabel> {
        let read = |value: &Value| match value.as_str()? {
            "" => Some(None),
            label => KeyLabel::new(label).ok().map(Some),
        };
        self.value(top, F::SignRecord, Some(None), read, form).flatten()
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
            if role.is_some_and(|role| role != DeviceUse::Fleet) && object.get(F::DevicesCopyKeys).is_some() {
                let field = object.path(F::DevicesCopyKeys);
                self.add(field.clone(), faults::PlanCopyKeys { field });
            }
            let copy_keys = self.value(object, F::DevicesCopyKeys, Some(true), Value::as_bool, form);
            if let (Some(role), Some(serial), Some(copy_keys)) = (role, serial, copy_keys) {
                devices.push((object.path(F::DevicesSerial), PlannedDevice { role, serial, copy_keys }));
            }
        }
        let serial =
            |(path, device): &(String, PlannedDevice)| Some((path.clone(), device.serial.as_ref()?.to_string()));
        self.once(F::Devices, devices.iter().filter_map(serial));
        let mut further = devices.iter().filter(|(_, device)| device.role == DeviceUse::Fleet);
        if let Some((path, _)) = further.nth(Further::ALL.len()) {
            self.add(path.clone(), faults::PlanFleetLarge { most: Further::ALL.len() + 1 });
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;

    const EXAMPLE: &str = include_str!("../../assets/plan.example.json");
    const FULL: &str = include_str!("../../assets/plan.full.json");

    /// The example with more fields at its top.
    fn with(fields: &str) -> Result<Plan, Vec<String>> {
        let faults = |faults: Vec<Fault>| {
            let values =
                |fault: &Fault| fault.values.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" ");
            faults.iter().map(|fault| format!("{} {}", fault.name, values(fault))).collect()
        };
        Plan::parse(&EXAMPLE.replacen('{', &format!("{{{fields},"), 1)).map_err(faults)
    }

    fn refused(fields: &str) -> Vec<String> {
        with(fields).expect_err(fields)
    }

    #[test]
    fn a_plan_of_an_earlier_day_has_nothing_arranged() {
        assert_eq!(Plan::parse(EXAMPLE).unwrap().arrangements, Arrangements::default());
    }

    #[test]
    fn what_is_arranged_is_read_as_it_is_written() {
        let plan = Plan::parse(FULL).unwrap();
        let arranged = &plan.arrangements;
        let approval = arranged.approval.as_ref().unwrap();
        assert_eq!(approval.by, "Vinton Cerf, head of trust services");
        assert_eq!(
            (approval.reference.as_deref(), approval.date.as_deref()),
            (Some("decision 2026-14"), Some("2026-11-02"))
        );
        assert_eq!(arranged.token_label.as_deref(), Some("Example Root CA"));
        assert_eq!((arranged.evidence.len(), arranged.duties.len()), (4, 2));
        let serials: Vec<_> =
            arranged.devices.iter().map(|device| device.serial.as_ref().map(Serial::as_str)).collect();
        assert_eq!(serials, [Some("DENK0105815"), Some("DENK0105816"), None]);
        assert_eq!(plan.devices_for(DeviceUse::Spare).count(), 1);
        assert_eq!(arranged.readers, [Some("reader 1".to_owned()), None]);
        assert_eq!((plan.minutes(StepName::Custodian), plan.minutes(StepName::RollCall)), (15, 10));
        assert_eq!(plan.minutes(StepName::Dice), Plan::parse(EXAMPLE).unwrap().minutes(StepName::Dice));
        let people = plan.people();
        let with = |place: &str| people.iter().filter(|person| plan.keeps_at(**person) == Some(place)).count();
        assert_eq!(with("Springfield, bank"), 2);
        assert_eq!(people.iter().filter(|person| plan.identified_by(**person) == Some("employee card")).count(), 2);
    }

    #[test]
    fn what_is_blank_is_as_good_as_left_out() {
        let blank = with(
            r#""approval": {"by": "Board", "reference": " ", "date": ""}, "place": "", "video_reference": " ",
               "live_image_sha256": "", "devices": [{"role": "spare"}], "bags": ["", " "], "minutes": {},
               "people": [{"name": "ada lovelace", "keeps_at": ""}]"#,
        );
        let arranged = blank.unwrap().arrangements;
        assert_eq!(arranged.approval, Some(Approval { by: "Board".to_owned(), reference: None, date: None }));
        assert_eq!((arranged.place, arranged.video_reference, arranged.live_image), (None, None, None));
        assert_eq!((arranged.bags, arranged.devices[0].serial.as_ref()), (vec![None, None], None));
        assert_eq!(arranged.people[0].keeps_at, None);
    }

    #[test]
    fn every_field_has_its_limits() {
        for (field, most) in [("place", 80), ("video_reference", 80)] {
            let text = |length: usize| format!("\"{field}\": \"{}\"", "ä".repeat(length));
            assert!(with(&text(most)).is_ok(), "{field}");
            assert_eq!(refused(&text(most + 1)), [format!("plan-text {field} {most}")]);
        }
        for (field, most) in
            [("evidence", 80), ("duties", 300), ("readers", 80), ("bags", 80), ("media", 80), ("envelopes", 80)]
        {
            let text = |length: usize| format!("\"{field}\": [\"one\", \"{}\"]", "ä".repeat(length));
            assert!(with(&text(most)).is_ok(), "{field}");
            assert_eq!(refused(&text(most + 1)), [format!("plan-text {field}[2] {most}")]);
            assert_eq!(refused(&format!("\"{field}\": [\"two\\nlines\", 3]")).len(), 3, "{field}");
            assert_eq!(refused(&format!("\"{field}\": \"one\"")), [format!("plan-field-form {field}")]);
            let items = |count: usize| (0..count).map(|item| format!("\"{item}\"")).collect::<Vec<_>>().join(",");
            assert!(with(&format!("\"{field}\": [{}]", items(200))).is_ok(), "{field}");
            assert_eq!(refused(&format!("\"{field}\": [{}]", items(201))), [format!("plan-list-long {field} 200")]);
        }
        for field in ["readers", "bags", "media", "envelopes"] {
            assert_eq!(
                refused(&format!("\"{field}\": [\"A1\", \"\", \"a1\", \"\"]")),
                [format!("plan-item-twice {field} a1")]
            );
        }
        assert_eq!(refused(r#""evidence": [""]"#), ["plan-text evidence[1] 80"], "nothing is no evidence");
        for (wrong, fault) in [
            (r#""approval": {}"#, "plan-field-missing approval.by"),
            (r#""approval": []"#, "plan-field-form approval"),
            (r#""approval": {"by": "B", "date": "2026-02-29"}"#, "plan-date approval.date"),
            (r#""approval": {"by": "B", "date": "20261127"}"#, "plan-date approval.date"),
            (r#""approval": {"by": "B", "date": "2026-11-27T10:00"}"#, "plan-date approval.date"),
            (r#""live_image_sha256": "abc""#, "plan-sha256 live_image_sha256"),
            (r#""devices": [{"serial": "ABCD"}]"#, "plan-field-missing devices[1].role"),
            (r#""devices": [{"role": "Spare"}]"#, "plan-device-role devices[1].role"),
            (r#""devices": [{"role": "spare", "serial": "A-1"}]"#, "plan-serial devices[1].serial"),
            (r#""devices": [3]"#, "plan-field-form devices[1]"),
            (r#""minutes": []"#, "plan-field-form minutes"),
            (r#""minutes": {"plan": 0}"#, "plan-number minutes.plan 1 240"),
            (r#""minutes": {"plan": 241}"#, "plan-number minutes.plan 1 240"),
            (r#""minutes": {"lunch": 60}"#, "plan-step-unknown minutes.lunch"),
            (r#""minutes": {"rollcall": 6}"#, "plan-field-misspelt minutes.rollcall roll-call"),
            (r#""people": [{"name": "Nobody"}]"#, "plan-person-unknown people[1].name Nobody"),
            (r#""people": [{"identified_by": "x"}]"#, "plan-field-missing people[1].name"),
        ] {
            assert_eq!(refused(wrong), [fault], "{wrong}");
        }
        let twice = r#""people": [{"name": "Ada Lovelace"}, {"name": "ADA LOVELACE"}]"#;
        assert_eq!(refused(twice), ["plan-arranged-twice Ada Lovelace"]);
        let serial = r#"{"role": "spare", "serial": "DENK0105815"}"#;
        assert_eq!(refused(&format!("\"devices\": [{serial}, {serial}]")), ["plan-item-twice devices denk0105815"]);
    }

    #[test]
    fn what_nobody_sees_is_refused_here_too() {
        for (before, after, path) in [
            ("Room 101", "Room\u{202e} 101", "place"),
            ("camera 2", "camera\u{200b} 2", "video_reference"),
            ("the video", "the\u{2069} video", "evidence[3]"),
            ("I keep my", "I\u{feff} keep my", "duties[1]"),
            ("reader 1", "reader\u{200b} 1", "readers[1]"),
            ("decision 2026", "decision\u{200b} 2026", "approval.reference"),
            ("North Haverbrook", "North\u{200b} Haverbrook", "people[10].keeps_at"),
            ("\"token_label\": \"Example", "\"token_label\": \"\u{200b}Example", "device.token_label"),
        ] {
            assert!(FULL.contains(before), "{before}");
            let faults = Plan::parse(&FULL.replacen(before, after, 1)).unwrap_err();
            let [fault] = faults.as_slice() else { panic!("{path}: {faults:?}") };
            assert_eq!((fault.name.word(), fault.values[0].1.as_str()), ("plan-invisible", path));
        }
    }
}
