//! Reads the script files that are built into the program.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{FaultText, Script, StageText, StepText};
use crate::terms::Fault;

/// The script files by name, built in.
const FILES: [(&str, &str); 5] = [
    ("terminal.json", include_str!("../../assets/script/terminal.json")),
    ("screens.json", include_str!("../../assets/script/screens.json")),
    ("faults.json", include_str!("../../assets/script/faults.json")),
    ("steps.json", include_str!("../../assets/script/steps.json")),
    ("handbook.json", include_str!("../../assets/script/handbook.json")),
];

impl Script {
    /// Parses and checks the built-in script. Fails only when the program was built from broken files.
    pub fn load() -> Result<Self, Fault> {
        let mut script = Self {
            words: BTreeMap::new(),
            faults: BTreeMap::new(),
            steps: BTreeMap::new(),
            sections: BTreeMap::new(),
            handbook: BTreeMap::new(),
            digest: [0; 32],
        };
        let mut digest = Sha256::new();
        for (name, text) in FILES {
            digest.update(text);
            script.add(text).map_err(|what| Fault::new("script-broken").with("file", name).with("what", what))?;
        }
        script.digest = digest.finalize().into();
        Ok(script)
    }

    fn add(&mut self, text: &str) -> Result<(), String> {
        let file: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        for (name, value) in entries(&file, "words")? {
            self.words.insert(name.clone(), string(value, name)?);
        }
        for (name, value) in entries(&file, "sections")? {
            self.sections.insert(name.clone(), string(value, name)?);
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
                let items = parts.get("items").map_or_else(|| Ok(Vec::new()), |list| strings(Some(list), name))?;
                stages.insert(stage.clone(), StageText { text, items });
            }
            let field = |key: &str| value.get(key).map_or_else(|| Err(name.clone()), |found| string(found, name));
            self.steps.insert(name.clone(), StepText { title: field("title")?, act: field("act")?, stages });
        }
        for (name, value) in entries(&file, "handbook")? {
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
