//! What the placeholders in the script's sentences stand for at a step.

use super::machine::Machine;
use super::step::{Actor, Step};
use crate::plan::PinReset;
use crate::record::PinName;
use crate::terms::{CustodianNumber, DeviceRole, KeyType, MOST_CUSTODIANS, Seat};

/// Values for the script's sentences, by name.
pub type Values = Vec<(&'static str, String)>;

/// The names of all values, for the test that reads the script's placeholders.
pub const NAMES: [&str; 43] = [
    "title",
    "administrator",
    "so_pin_holder",
    "pin_holder",
    "threshold",
    "custodians",
    "quorum",
    "names",
    "keys_planned",
    "tries_planned",
    "pin_reset",
    "custodian",
    "name",
    "seat",
    "seats_needed",
    "label",
    "key_type",
    "key_id",
    "reference",
    "restore_to",
    "role",
    "serial",
    "version",
    "keys_held",
    "device_state",
    "user_tries",
    "so_tries",
    "room",
    "sources",
    "prime",
    "kcv",
    "file",
    "sha256",
    "public_sha256",
    "listed",
    "wrong_seats",
    "source_folder",
    "source_serial",
    "source_record",
    "proof",
    "defects",
    "dkek_state",
    "deviations",
];

impl Machine {
    /// Values for the sentences of a step as things stand now.
    pub(super) fn values(&self, step: &Step) -> Values {
        let state = self.state();
        let plan = &state.plan;
        let word = |name: &'static str| self.script.word(name).to_owned();
        let mut values: Values = vec![
            ("title", plan.title.clone()),
            ("administrator", plan.administrator.clone()),
            ("so_pin_holder", plan.so_pin_holder.clone()),
            ("pin_holder", plan.pin_holder.clone()),
            ("threshold", plan.quorum.threshold().to_string()),
            ("custodians", plan.quorum.custodians().to_string()),
            ("quorum", plan.quorum.to_string()),
            ("tries_planned", plan.user_pin_tries.to_string()),
            (
                "pin_reset",
                word(match plan.pin_reset {
                    PinReset::Off => "pin-reset-off",
                    PinReset::Unblock => "pin-reset-unblock",
                    PinReset::Set => "pin-reset-set",
                }),
            ),
            ("deviations", state.deviations.to_string()),
            ("sources", state.sources.join(", ")),
        ];
        let people = plan.quorum.numbers().map(|number| format!("  {number}  {}", plan.custodian(number)));
        values.push(("names", people.collect::<Vec<_>>().join("\n")));
        let keys = plan.keys.iter().map(|key| format!("  {}  {}  id {}", key.label, key_name(key.key_type), key.id));
        values.push(("keys_planned", keys.collect::<Vec<_>>().join("\n")));
        self.person_values(step, &mut values);
        self.key_values(step, &mut values);
        self.device_values(step, &mut values);
        self.finding_values(&mut values);
        values
    }

    fn person_values(&self, step: &Step, values: &mut Values) {
        let state = self.state();
        let custodian = match step.actor {
            Actor::Custodian(number) => Some(number),
            Actor::Seat(seat) => state.sitter(seat),
            _ => None,
        };
        if let Some(number) = custodian {
            values.push(("custodian", number.to_string()));
            values.push(("name", state.plan.custodian(number).to_owned()));
        }
        if let Actor::Seat(seat) = step.actor {
            values.push(("seat", seat.to_string()));
            let needed = state.plan.quorum.threshold() + state.extra_seats;
            values.push(("seats_needed", needed.min(MOST_CUSTODIANS).to_string()));
        }
    }

    fn key_values(&self, step: &Step, values: &mut Values) {
        let state = self.state();
        let Some(key) = state.key(step.key.as_ref()) else { return };
        values.push(("label", key.label.to_string()));
        values.push(("key_type", key_name(key.key_type)));
        values.push(("key_id", key.id.to_string()));
        values.push(("reference", key.reference.to_string()));
        values.push(("restore_to", state.restore_to(key).to_string()));
        if let Some(digest) = state.made.get(key.label.as_str()) {
            values.push(("public_sha256", digest.in_lines()));
        }
    }

    fn device_values(&self, step: &Step, values: &mut Values) {
        let state = self.state();
        values.push(("role", self.script.word(role_word(step.role)).to_owned()));
        if let Some(device) = state.device(step.role) {
            values.push(("serial", device.serial.to_string()));
            values.push(("version", device.version.clone()));
            values.push(("keys_held", device.keys.to_string()));
            let condition = if device.initialised { "device-initialised" } else { "device-fresh" };
            values.push(("device_state", self.script.word(condition).to_owned()));
            let tries = |pin: PinName, found: Option<u8>| {
                let left = state.tries_left(step.role, pin).or(found);
                left.map_or_else(|| self.script.word("tries-unset").to_owned(), |left| left.to_string())
            };
            values.push(("user_tries", tries(PinName::User, device.user_pin_tries)));
            values.push(("so_tries", tries(PinName::So, device.so_pin_tries)));
        }
    }

    fn finding_values(&self, values: &mut Values) {
        let state = self.state();
        let room = state.room.iter().map(|(name, detail)| {
            let text = self.script.word(name);
            format!("- {}", crate::script::fill(text, &[("detail", detail.clone())]))
        });
        let room: Vec<String> = room.collect();
        let fit = || self.script.word("room-fit").to_owned();
        values.push(("room", if room.is_empty() { fit() } else { room.join("\n") }));
        if let Some(prime) = &state.prime {
            values.push(("prime", prime.clone()));
        }
        if let Some(kcv) = state.kcv {
            values.push(("kcv", kcv.to_string()));
        }
        if let Some((file, _, digest)) = state.files.last() {
            values.push(("file", file.clone()));
            values.push(("sha256", digest.in_lines()));
        }
        values.push(("listed", self.key_table()));
        let who = |seat: &Seat| match state.sitter(*seat) {
            Some(custodian) => state.plan.custodian(custodian).to_owned(),
            None => seat.to_string(),
        };
        let wrong = state.wrong_seats.iter().map(who).collect::<Vec<_>>().join(", ");
        values.push(("wrong_seats", if wrong.is_empty() { self.script.word("nobody").to_owned() } else { wrong }));
        if let Some(source) = &state.source {
            values.push(("source_folder", source.folder.clone()));
            let unknown = || self.script.word("unknown").to_owned();
            values.push(("source_serial", source.serial.as_ref().map_or_else(unknown, ToString::to_string)));
            let digest = source.record.map(|digest| digest.in_lines());
            values.push(("source_record", digest.unwrap_or_else(|| self.script.word("no-record").to_owned())));
        }
        let defects: Vec<&str> = state.defects.iter().map(|defect| self.script.word(defect.word())).collect();
        values.push((
            "defects",
            if defects.is_empty() { self.script.word("no-defects").to_owned() } else { defects.join("\n") },
        ));
        if let Some((shares, outstanding, kcv)) = &state.dkek {
            values.push(("dkek_state", self.dkek_text(*shares, *outstanding, *kcv)));
        }
        if let Some(proof) = &state.proof {
            values.push(("proof", proof.clone()));
        }
    }

    /// Where a device's DKEK stands, in words. A KCV with shares outstanding means nothing and is not shown.
    fn dkek_text(&self, shares: Option<u8>, outstanding: u8, kcv: Option<crate::terms::Kcv>) -> String {
        let values = [
            ("shares", shares.unwrap_or(0).to_string()),
            ("present", shares.unwrap_or(0).saturating_sub(outstanding).to_string()),
            ("found", kcv.map(|kcv| kcv.to_string()).unwrap_or_default()),
        ];
        let word = match (shares, outstanding, kcv) {
            (None, ..) => "dkek-none",
            (Some(_), 0, Some(_)) => "dkek-complete",
            (Some(_), 0, None) => "dkek-hidden",
            _ => "dkek-pending",
        };
        crate::script::fill(self.script.word(word), &values)
    }

    /// The keys that the device listed last, one a line.
    fn key_table(&self) -> String {
        let keys = &self.state().listed;
        if keys.is_empty() {
            return format!("  {}", self.script.word("no-keys"));
        }
        let heading = format!(
            "  {:<9}  {:<10}  {:<9}  {}",
            self.script.word("column-reference"),
            self.script.word("column-id"),
            self.script.word("column-type"),
            self.script.word("column-label")
        );
        let lines = keys.iter().map(|key| {
            let id = key.id.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
            let kind = key.key_type.as_deref().unwrap_or("-");
            format!("  {:<9}  {id:<10}  {kind:<9}  {}", key.reference.to_string(), key.label.as_deref().unwrap_or("-"))
        });
        std::iter::once(heading).chain(lines).collect::<Vec<_>>().join("\n")
    }

    /// Everyone of the plan with what they are, for the roll call.
    pub(super) fn people_called(&self) -> Vec<String> {
        let plan = &self.state().plan;
        let role = |word: &'static str, name: &str| format!("{name} · {}", self.script.word(word));
        let custodian = |number: CustodianNumber| {
            format!("{} · {} {number}", plan.custodian(number), self.script.word("role-custodian"))
        };
        let mut people = vec![role("role-administrator", &plan.administrator)];
        people.extend(plan.quorum.numbers().map(custodian));
        people.push(role("role-so-pin-holder", &plan.so_pin_holder));
        people.push(role("role-pin-holder", &plan.pin_holder));
        people.extend(plan.auditors.iter().map(|name| role("role-auditor", name)));
        people.extend(plan.witnesses.iter().map(|name| role("role-witness", name)));
        people
    }
}

/// A key type as people say it: `RSA-2048`, `EC secp256r1`.
fn key_name(key_type: KeyType) -> String {
    match key_type {
        KeyType::Rsa(bits) => format!("RSA-{bits}"),
        KeyType::Ec(curve) => format!("EC {}", curve.name()),
    }
}

const fn role_word(role: DeviceRole) -> &'static str {
    match role {
        DeviceRole::Original => "role-original",
        DeviceRole::Replacement => "role-replacement",
    }
}
