//! Reads the script files that are built into the program.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{FaultText, Script, StageText, StepText};
use crate::faults::{self, Fault};

/// Transitional: the script files by name.
const FILES: [(&str, &str); 25] = [
    ("ceremonies/establish.json", include_str!("../../assets/script/ceremonies/establish.json")),
    ("ceremonies/inspect.json", include_str!("../../assets/script/ceremonies/inspect.json")),
    ("ceremonies/restore.json", include_str!("../../assets/script/ceremonies/restore.json")),
    ("faults/card.json", include_str!("../../assets/script/faults/card.json")),
    ("faults/fields.json", include_str!("../../assets/script/faults/fields.json")),
    ("faults/plan.json", include_str!("../../assets/script/faults/plan.json")),
    ("faults/program.json", include_str!("../../assets/script/faults/program.json")),
    ("faults/record.json", include_str!("../../assets/script/faults/record.json")),
    ("faults/shares.json", include_str!("../../assets/script/faults/shares.json")),
    ("fields.json", include_str!("../../assets/script/fields.json")),
    ("paper/cards.json", include_str!("../../assets/script/paper/cards.json")),
    ("paper/handbook.json", include_str!("../../assets/script/paper/handbook.json")),
    ("paper/print.json", include_str!("../../assets/script/paper/print.json")),
    ("plan.json", include_str!("../../assets/script/plan.json")),
    ("program.json", include_str!("../../assets/script/program.json")),
    ("recoveries.json", include_str!("../../assets/script/recoveries.json")),
    ("steps/close.json", include_str!("../../assets/script/steps/close.json")),
    ("steps/device.json", include_str!("../../assets/script/steps/device.json")),
    ("steps/in-between.json", include_str!("../../assets/script/steps/in-between.json")),
    ("steps/keys.json", include_str!("../../assets/script/steps/keys.json")),
    ("steps/opening.json", include_str!("../../assets/script/steps/opening.json")),
    ("steps/people.json", include_str!("../../assets/script/steps/people.json")),
    ("steps/provisioning.json", include_str!("../../assets/script/steps/provisioning.json")),
    ("steps/shares.json", include_str!("../../assets/script/steps/shares.json")),
    ("terminal.json", include_str!("../../assets/script/terminal.json")),
];

impl Script {
    /// Parses and checks the built-in script. Fails only when the program was built from broken files.
    pub fn load() -> Result<Self, Fault> {
        let mut script = Self {
            words: BTreeMap::new(),
            faults: BTreeMap::new(),
            steps: BTreeMap::new(),
            handbook: BTreeMap::new(),
            digest: [0; 32],
        };
        let mut digest = Sha256::new();
        for (name, text) in FILES {
            digest.update(text);
            script.add(text).map_err(|what| Fault::from(faults::ScriptBroken { file: name, what }))?;
        }
        script.digest = digest.finalize().into();
        Ok(script)
    }

    fn add(&mut self, text: &str) -> Result<(), String> {
        let file: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if let Some(ceremony) = file.get("ceremony") {
            let name = string(ceremony.get("name").unwrap_or(&Value::Null), "name")?;
            for (key, word) in
                [("heading", "ceremony-"), ("menu", "menu-"), ("keep", "keep-"), ("handbook_title", "paper-")]
            {
                self.words.insert(format!("{word}{name}"), string(ceremony.get(key).unwrap_or(&Value::Null), key)?);
            }
            if let Some(later) = ceremony.get("menu_later") {
                self.words.insert(format!("menu-{name}-later"), string(later, "menu_later")?);
            }
            self.handbook.insert(name.clone(), strings(ceremony.get("handbook"), &name)?);
        }
        for (name, value) in entries(&file, "fields")? {
            for part in ["label", "hint"] {
                self.words
                    .insert(format!("field-{name}-{part}"), string(value.get(part).unwrap_or(&Value::Null), name)?);
            }
        }
        for (name, value) in entries(&file, "words")? {
            self.words.insert(name.clone(), string(value, name)?);
        }
        for (name, value) in entries(&file, "faults")? {
            let fault = FaultText {
                happened: strings(value.get("happened"), name)?,
                truth: strings(value.get("truth"), name)?,
            };
            self.faults.insert(name.clone(), fault);
        }
        for (name, value) in entries(&file, "steps")? {
            let mut stages = BTreeMap::new();
            for (stage, parts) in entries(value, "stages")? {
                let text = strings(parts.get("text"), name)?;
                let items = match parts.get("items") {
                    Some(Value::Object(items)) => {
                        items.values().map(|item| string(item, name)).collect::<Result<_, _>>()?
                    }
                    _ => Vec::new(),
                };
                stages.insert(stage.clone(), StageText { text, items });
            }
            if let Some(blanks) = value.get("blanks") {
                self.handbook.insert(format!("blanks-{name}"), strings(Some(blanks), name)?);
            }
            let field = |key: &str| value.get(key).map_or_else(|| Err(name.clone()), |found| string(found, name));
            self.steps.insert(name.clone(), StepText { title: field("title")?, act: field("act")?, stages });
        }
        for (name, value) in entries(&file, "chapters")? {
            self.handbook.insert(name.clone(), strings(Some(value), name)?);
        }
        Ok(())
    }
}

fn entries<'a>(file: &'a Value, key: &str) -> Result<Vec<(&'a String, &'a Value)>, String> {
    match file.get(key) {
        None => Ok(Vec::new()),
        Some(Value::Object(map)) => Ok(map.iter().collect()),
        Some(_) => Err(key.to_owned()),
    }
}

fn string(value: &Value, name: &str) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| name.to_owned())
}

fn strings(value: Option<&Value>, name: &str) -> Result<Vec<String>, String> {
    let list = value.and_then(Value::as_array).ok_or_else(|| name.to_owned())?;
    list.iter().map(|item| string(item, name)).collect()
}
