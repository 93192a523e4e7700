//! How the names in the script become Rust names, and the enums of all of them.

use std::collections::BTreeMap;

use super::plan_fields;
use super::script::Script;

/// All enums.
pub fn generate(script: &Script) -> String {
    let mut kinds = Docs::new();
    for (name, fault) in &script.faults {
        kinds.entry(&fault.kind).or_default().push(name);
    }
    [
        enumeration("StepName", "A step by its name in the script.", &titles(script)),
        enumeration("StageName", "A stage of a step by its name in the script.", &stages(script)),
        enumeration("ItemName", "Something to tick or to choose, by its name in the script.", &items(script)),
        enumeration("FieldName", "A field of a form by its name in the script.", &labels(script)),
        enumeration("ValueName", "A value of a step's sentences.", &values(script)),
        enumeration("FieldValueName", "A value in the label or hint of a field.", &field_values(script)),
        enumeration(
            "HandbookValueName",
            "A value in what the handbook says of a ceremony or of a field of the plan.",
            &handbook_values(script),
        ),
        enumeration(
            "CeremonyKind",
            "Which ceremony, by the name in commands, folders and records.",
            &ceremonies(script),
        ),
        enumeration("FaultName", "Everything that can go wrong, by its name in the script.", &happened(script)),
        enumeration("FaultKind", "Which file of the script a fault is in.", &kinds),
        properties(script),
        plan_fields::generate(script),
    ]
    .concat()
}

/// What documents each name: sentences, or where it is used.
type Docs<'a> = BTreeMap<&'a str, Vec<&'a str>>;

fn titles(script: &Script) -> Docs<'_> {
    script.steps.iter().map(|(name, step)| (name.as_str(), vec![step.title.0.as_str()])).collect()
}

fn stages(script: &Script) -> Docs<'_> {
    let mut docs = Docs::new();
    for (step, text) in &script.steps {
        for (name, _) in &text.stages.0 {
            docs.entry(name).or_default().push(step);
        }
    }
    docs
}

fn items(script: &Script) -> Docs<'_> {
    let mut docs = Docs::new();
    for (name, item) in script.steps.values().flat_map(|step| &step.stages.0).flat_map(|(_, stage)| &stage.items.0) {
        docs.entry(name).or_default().push(&item.0);
    }
    docs
}

fn labels(script: &Script) -> Docs<'_> {
    script.fields.iter().map(|(name, field)| (name.as_str(), vec![field.label.0.as_str()])).collect()
}

fn values(script: &Script) -> Docs<'_> {
    let mut docs = Docs::new();
    for (step, text) in &script.steps {
        for value in placeholders(text.sentences()) {
            docs.entry(value).or_default().push(step);
        }
    }
    docs
}

fn field_values(script: &Script) -> Docs<'_> {
    let mut docs = Docs::new();
    for (field, text) in &script.fields {
        for value in placeholders([text.label.0.as_str(), text.hint.0.as_str()]) {
            docs.entry(value).or_default().push(field);
        }
    }
    docs
}

fn handbook_values(script: &Script) -> Docs<'_> {
    let mut docs = Docs::new();
    for (ceremony, text) in &script.ceremonies {
        for value in placeholders(text.handbook.iter().map(String::as_str)) {
            docs.entry(value).or_default().push(ceremony);
        }
    }
    for (path, field) in script.plan_fields() {
        for value in placeholders(field.sentences()) {
            docs.entry(value).or_default().push(path);
        }
    }
    docs
}

fn ceremonies(script: &Script) -> Docs<'_> {
    script.ceremonies.iter().map(|(name, text)| (name.as_str(), vec![text.menu.0.as_str()])).collect()
}

fn happened(script: &Script) -> Docs<'_> {
    let mut docs = Docs::new();
    for (name, fault) in &script.faults {
        docs.entry(name).or_default().extend(fault.happened.iter().map(String::as_str));
    }
    docs
}

/// An enum of names, with the word of each and the way back.
fn enumeration(name: &str, doc: &str, members: &Docs<'_>) -> String {
    let count = members.len();
    let variants = concat(members.iter().map(|(word, docs)| {
        let doc = format!("`{word}`: {}", docs.join(" · "));
        format!("    #[doc = {doc:?}]\n    #[serde(rename = {word:?})]\n    {},\n", pascal(word))
    }));
    let all = concat(members.keys().map(|word| format!("        Self::{},\n", pascal(word))));
    let words = concat(members.keys().map(|word| format!("            Self::{} => {word:?},\n", pascal(word))));
    format!(
        "/// {doc}
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum {name} {{
{variants}}}

impl {name} {{
    /// All of them, by name.
    pub const ALL: [Self; {count}] = [
{all}    ];

    /// The name in the script and in records.
    pub const fn word(self) -> &'static str {{
        match self {{
{words}        }}
    }}

    /// The one with this name.
    pub fn from_word(word: &str) -> Option<Self> {{
        Self::ALL.into_iter().find(|one| one.word() == word)
    }}
}}

"
    )
}

/// What the script says about a fault besides its sentences.
fn properties(script: &Script) -> String {
    let arms = |value: &dyn Fn(&super::script::Fault) -> String| {
        let arm = |(name, fault): (&String, _)| format!("            Self::{} => {},\n", pascal(name), value(fault));
        concat(script.faults.iter().map(arm))
    };
    let kinds = arms(&|fault| format!("FaultKind::{}", pascal(&fault.kind)));
    let as_it_was = arms(&|fault| fault.leaves_as_it_was().to_string());
    let may_come_back = arms(&|fault| fault.may_come_back().to_string());
    let screen_only = arms(&|fault| format!("&{:?}", fault.screen_only));
    format!(
        "impl FaultName {{
    /// Which file of the script it is in.
    pub const fn kind(self) -> FaultKind {{
        match self {{
{kinds}        }}
    }}

    /// The device refused, or nothing was sent: the device is unchanged.
    pub const fn leaves_device_as_it_was(self) -> bool {{
        match self {{
{as_it_was}        }}
    }}

    /// What is missing may be inserted or started at any moment: it is worth looking again.
    pub const fn may_come_back(self) -> bool {{
        match self {{
{may_come_back}        }}
    }}

    /// The names of values that people see, and the record does not get: they say something about a secret.
    pub const fn screen_only(self) -> &'static [&'static str] {{
        match self {{
{screen_only}        }}
    }}
}}
"
    )
}

/// The names in braces, each once, in order of appearance.
pub fn placeholders<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut names = Vec::new();
    for text in texts {
        for (name, _) in text.split('{').skip(1).filter_map(|part| part.split_once('}')) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// Checks that a name in the script can become a Rust name: lower-case letters and digits, in parts.
///
/// # Errors
///
/// It cannot.
pub fn check_name(name: &str) -> Result<(), String> {
    let letter = |first: char| first.is_ascii_lowercase();
    let part = |part: &str| !part.is_empty() && part.chars().all(|c| letter(c) || c.is_ascii_digit());
    if name.starts_with(letter) && name.replace("[].", "-").split(['-', '_', '.']).all(part) {
        Ok(())
    } else {
        Err(format!("{name:?} is not a name: use lower-case letters and digits, with dashes between"))
    }
}

/// As a type or a variant: `DeviceUserPinTries`.
pub fn pascal(name: &str) -> String {
    concat(parts(name).map(|part| {
        let (first, rest) = part.split_at(1);
        first.to_uppercase() + rest
    }))
}

/// As a field: `user_pin_tries`.
pub fn snake(name: &str) -> String {
    parts(name).collect::<Vec<_>>().join("_")
}

/// As a constant: `DEVICE_USER_PIN_TRIES`.
pub fn constant(name: &str) -> String {
    snake(name).to_uppercase()
}

fn parts(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty())
}

/// Generated pieces, one after another.
pub fn concat(pieces: impl Iterator<Item = String>) -> String {
    pieces.collect()
}
