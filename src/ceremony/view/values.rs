//! What the placeholders in the script's sentences stand for at a step.

use crate::ceremony::machine::Machine;
use crate::ceremony::steps::{Actor, Step};
use crate::ceremony::view::planned::planned;
use crate::record::{CeremonyKind, PinName};
use crate::script::words;
use crate::terms::{MOST_CUSTODIANS, Purpose, Scheme, Seat};

/// Values for the script's sentences, by name.
pub type Values = Vec<(&'static str, String)>;

/// The names of all values, for the test that reads the script's placeholders.
pub const NAMES: [&str; 60] = [
    "title",
    "administrator",
    "so_pin_holder",
    "pin_holder",
    "threshold",
    "custodians",
    "quorum",
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
    "model",
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
    "holder",
    "dice",
    "share",
    "shares",
    "of_share",
    "custody",
    "scheme",
    "so_pin_custody",
    "guards",
    "opened_file",
    "sets",
    "source_lines",
    "passed_over",
    "damaged",
    "still_needed",
    "former",
    "so_pin_hint",
];

impl Machine {
    /// Values for the sentences of a step as things stand now.
    pub(in crate::ceremony) fn values(&self, step: &Step) -> Values {
        let known = self.known();
        let mut values: Values = vec![
            ("deviations", known.progress.deviations.to_string()),
            ("sources", known.shares.sources.join(", ")),
            (
                "restore_to",
                known.key(step.key.as_ref()).map(|key| known.restore_to(key).to_string()).unwrap_or_default(),
            ),
        ];
        self.person_values(step, &mut values);
        values.push(("still_needed", self.still_needed()));
        self.key_values(step, &mut values);
        self.device_values(step, &mut values);
        self.finding_values(step, &mut values);
        values.extend(planned(&known.plan, step, &self.script));
        values
    }

    fn person_values(&self, step: &Step, values: &mut Values) {
        let known = self.known();
        if let Actor::Seat(seat) = step.actor {
            if let Some(number) = known.seats.sitter(seat) {
                values.push(("custodian", number.to_string()));
                values.push(("name", known.plan.custodian(step.share, number).to_owned()));
            }
            values.push(("seat", seat.to_string()));
            values.push(("seats_needed", known.open_seats(step.share).min(MOST_CUSTODIANS).to_string()));
        }
    }

    fn key_values(&self, step: &Step, values: &mut Values) {
        let digest = step.key.as_ref().and_then(|label| self.known().keys.made.get(label.as_str()));
        values.extend(digest.map(|digest| ("public_sha256", digest.in_lines())));
    }

    fn device_values(&self, step: &Step, values: &mut Values) {
        let known = self.known();
        if let Some(device) = known.devices.get(step.role) {
            values.push(("serial", device.serial.to_string()));
            values.push(("version", device.version.clone()));
            values.push(("model", self.model(device.platform.as_deref())));
            values.push(("keys_held", device.keys.to_string()));
            let condition = if device.initialised { "device-initialised" } else { "device-fresh" };
            values.push(("device_state", self.script.word(condition).to_owned()));
            let tries = |pin: PinName, found: Option<u8>| {
                let left = known.devices.tries_left(step.role, pin).or(found);
                left.map_or_else(|| words::TRIES_UNSET.to_owned(), |left| left.to_string())
            };
            values.push(("user_tries", tries(PinName::User, device.user_pin_tries)));
            values.push(("so_tries", tries(PinName::So, device.so_pin_tries)));
            let of_today = known.plan.so_pin_share().is_none() && known.devices.so_pin_of_today.contains(&step.role);
            let hint = self.script.word(match (of_today, known.devices.initialised.contains(&step.role)) {
                (true, _) => "so-pin-is-of-today",
                (false, true) => "so-pin-is-uncertain",
                (false, false) => "so-pin-is-older",
            });
            values.push(("so_pin_hint", crate::script::fill(hint, &[("holder", known.plan.so_pin_holder.clone())])));
        }
    }

    /// Every device that has the application is a SmartCard-HSM; what it runs on, newer ones say.
    fn model(&self, platform: Option<&str>) -> String {
        let word = match platform {
            Some("jcop") => "model-jcop",
            Some("demo") => "model-demo",
            Some(_) => "model-other",
            None => "model-not-told",
        };
        let platform = platform.unwrap_or_default().to_owned();
        crate::script::fill(self.script.word(word), &[("platform", platform)])
    }

    fn finding_values(&self, step: &Step, values: &mut Values) {
        let known = self.known();
        let room = known.host.findings.iter().map(|(name, detail)| {
            let text = self.script.word(name);
            format!("- {}", crate::script::fill(text, &[("detail", detail.clone())]))
        });
        let room: Vec<String> = room.collect();
        let fit = || words::ROOM_FIT.to_owned();
        values.push(("room", if room.is_empty() { fit() } else { room.join("\n") }));
        if let Some(set) = known.shares.set(Purpose::DkekShare(step.share)) {
            values.push(("prime", set.to_owned()));
        }
        values.push(("sets", self.sets()));
        values.extend(known.shares.opened_file.clone().map(|file| ("opened_file", file)));
        if let Some(kcv) = known.shares.dkek_kcv {
            values.push(("kcv", kcv.to_string()));
        }
        if let Some((file, digest)) = &known.written {
            values.push(("file", file.clone()));
            values.push(("sha256", digest.in_lines()));
        }
        values.push(("listed", self.key_table()));
        let who = |seat: &Seat| match known.seats.sitter(*seat) {
            Some(custodian) => known.plan.custodian(step.share, custodian).to_owned(),
            None => seat.to_string(),
        };
        let wrong = known.seats.wrong.iter().map(who).collect::<Vec<_>>().join(", ");
        values.push((
            "wrong_seats",
            match (wrong.is_empty(), known.ceremony) {
                (true, _) => words::NOBODY.to_owned(),
                // Nothing is erased yet: this is the last moment at which a wrong card can be made anew.
                (false, CeremonyKind::Establish) if known.devices.initialised.is_empty() => {
                    words::WrongBeforeErasing { names: wrong }.to_string()
                }
                (false, _) => wrong,
            },
        ));
        if let Some(source) = &known.restored.from {
            values.push(("source_folder", source.folder.clone()));
            let list = |items: &[String], none: &str, between: &str| {
                if items.is_empty() { none.to_owned() } else { items.join(between) }
            };
            let serials: Vec<String> = source.devices.iter().map(ToString::to_string).collect();
            values.push(("source_serial", list(&serials, words::UNKNOWN, ", ")));
            values.push(("source_lines", source.not_sealed.unwrap_or_default().to_string()));
            values.push(("passed_over", list(&source.passed_over, words::NOTHING_PASSED_OVER, ", ")));
            let damaged: Vec<String> = source.damaged.iter().map(|file| format!("  {file}")).collect();
            values.push(("damaged", damaged.join("\n")));
            let digest = source.record.map(|digest| digest.in_lines());
            values.push(("source_record", digest.unwrap_or_else(|| words::NO_RECORD.to_owned())));
        }
        let defects: Vec<&str> = known.shares.defects.iter().map(|defect| self.script.word(defect.word())).collect();
        values.push(("defects", if defects.is_empty() { words::NO_DEFECTS.to_owned() } else { defects.join("\n") }));
        if let Some((shares, outstanding, kcv)) = &known.devices.dkek {
            values.push(("dkek_state", self.dkek_text(step, *shares, *outstanding, *kcv)));
        }
        if let Some(proof) = &known.keys.proof {
            values.push(("proof", proof.clone()));
        }
    }

    /// What is public of the sets that were dealt, one a line.
    fn sets(&self) -> String {
        let (known, word) = (self.known(), |name: &'static str| self.script.word(name));
        let several = known.plan.dkek_shares.len() > 1;
        let mut lines = Vec::new();
        for share in known.plan.numbers() {
            let values = [
                ("share", share.to_string()),
                ("set", known.shares.set(Purpose::DkekShare(share)).unwrap_or_default().to_owned()),
                ("kcv", known.shares.kcv(share).map(|kcv| kcv.to_string()).unwrap_or_default()),
            ];
            lines.push(crate::script::fill(
                word(match (known.plan.scheme(share), several) {
                    (Some(Scheme::ScHsmTool), false) => "dealt-prime",
                    (Some(Scheme::Words), false) => "dealt-set",
                    (Some(Scheme::ScHsmTool), true) => "dealt-prime-of",
                    (Some(Scheme::Words), true) => "dealt-set-of",
                    (None, _) => "dealt-password-of",
                }),
                &values,
            ));
        }
        let so_pin = known.shares.set(Purpose::SoPin).map(|set| [("set", set.to_owned())]);
        lines.extend(so_pin.map(|values| crate::script::fill(word("dealt-so-pin"), &values)));
        lines.join("\n")
    }

    /// Where a device's DKEK stands, in words. A KCV with shares outstanding means nothing and is not shown.
    fn dkek_text(&self, step: &Step, shares: Option<u8>, outstanding: u8, kcv: Option<crate::terms::Kcv>) -> String {
        let values = [
            ("shares", shares.unwrap_or(0).to_string()),
            ("present", shares.unwrap_or(0).saturating_sub(outstanding).to_string()),
            ("found", kcv.map(|kcv| kcv.to_string()).unwrap_or_default()),
        ];
        let fresh = self.known().devices.get(step.role).is_some_and(|device| !device.initialised);
        let word = match (shares, outstanding, kcv) {
            (None, ..) if fresh => "dkek-fresh",
            (None, ..) => "dkek-none",
            (Some(_), 0, Some(_)) => "dkek-complete",
            (Some(_), 0, None) => "dkek-hidden",
            _ => "dkek-pending",
        };
        crate::script::fill(self.script.word(word), &values)
    }

    /// The keys that the device listed last, one a line.
    fn key_table(&self) -> String {
        let keys = &self.known().keys.listed;
        if keys.is_empty() {
            return format!("  {}", words::NO_KEYS);
        }
        let heading = format!(
            "  {:<9}  {:<10}  {:<9}  {}",
            words::COLUMN_REFERENCE,
            words::COLUMN_ID,
            words::COLUMN_TYPE,
            words::COLUMN_LABEL
        );
        let lines = keys.iter().map(|key| {
            let id = key.id.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
            let kind = key.key_type.as_deref().unwrap_or("-");
            format!("  {:<9}  {id:<10}  {kind:<9}  {}", key.reference.to_string(), key.label.as_deref().unwrap_or("-"))
        });
        std::iter::once(heading).chain(lines).collect::<Vec<_>>().join("\n")
    }
}
