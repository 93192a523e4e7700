//! The content of the script files: the format of one file, and all of them together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use super::entries::{Entries, Sentence};
use super::names::{check_name, pascal, placeholders};

/// What a script file may hold.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct File {
    words: Entries<Sentence>,
    fields: Entries<Field>,
    faults: Entries<Fault>,
    steps: Entries<Step>,
    chapters: Entries<Vec<String>>,
    plan_fields: Entries<PlanField>,
    ceremony: Option<Ceremony>,
}

/// A field of a form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub label: Sentence,
    pub hint: Sentence,
}

/// Something that can go wrong.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    pub happened: Vec<String>,
    pub truth: Vec<String>,
    /// Values that the record gets besides those in the sentences.
    #[serde(default)]
    recorded: Vec<String>,
    /// Values in the sentences that the step knows, and not the code that raises the fault.
    #[serde(default)]
    from_step: Vec<String>,
    leaves: Option<Leaves>,
    comes_back: Option<bool>,
    /// The name of its file, without the extension.
    #[serde(skip)]
    pub kind: String,
}

/// The state in which a fault leaves the device.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Leaves {
    AsItWas,
    InDoubt,
}

/// A step of a ceremony.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub title: Sentence,
    pub act: Sentence,
    #[serde(default)]
    pub blanks: Vec<String>,
    pub stages: Entries<Stage>,
}

/// A stage of a step.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    pub text: Vec<String>,
    #[serde(default)]
    pub items: Entries<Sentence>,
}

/// What a field of the plan file means.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanField {
    pub meaning: Sentence,
    pub default: Option<Sentence>,
}

/// The texts of a ceremony.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ceremony {
    pub name: Sentence,
    pub heading: Sentence,
    pub menu: Sentence,
    pub menu_later: Option<Sentence>,
    pub keep: Sentence,
    pub help: Vec<String>,
    pub handbook_title: Sentence,
    pub handbook: Vec<String>,
}

/// Everything that the script files say, by name.
#[derive(Default)]
pub struct Script {
    pub words: BTreeMap<String, Sentence>,
    pub fields: BTreeMap<String, Field>,
    pub faults: BTreeMap<String, Fault>,
    pub steps: BTreeMap<String, Step>,
    pub chapters: BTreeMap<String, Vec<String>>,
    pub ceremonies: BTreeMap<String, Ceremony>,
    plan_fields: BTreeMap<String, PlanField>,
    /// The paths of the plan's fields in the order of the handbook.
    plan_fields_listed: Vec<String>,
}

impl Script {
    /// Adds the content of one file.
    ///
    /// # Errors
    ///
    /// It has the wrong format, or repeats a name from another file.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), String> {
        let content: File = serde_json::from_str(text).map_err(|error| format!("{file}: {error}"))?;
        self.merge(file, content).map_err(|what| format!("{file}: {what}"))
    }

    fn merge(&mut self, file: &str, content: File) -> Result<(), String> {
        let ceremony = content.ceremony.map(|ceremony| (ceremony.name.0.clone(), ceremony));
        self.plan_fields_listed.extend(content.plan_fields.0.iter().map(|(name, _)| name.clone()));
        let faults = content.faults.0.into_iter().map(|(name, fault)| (name, fault.of_kind(file)));
        once(&mut self.words, content.words.0)?;
        once(&mut self.fields, content.fields.0)?;
        once(&mut self.faults, faults)?;
        once(&mut self.steps, content.steps.0)?;
        once(&mut self.chapters, content.chapters.0)?;
        once(&mut self.plan_fields, content.plan_fields.0)?;
        once(&mut self.ceremonies, ceremony)
    }

    /// The fields of the plan, in the order of the handbook.
    pub fn plan_fields(&self) -> impl Iterator<Item = (&str, &PlanField)> {
        self.plan_fields_listed.iter().filter_map(|path| self.plan_fields.get(path).map(|field| (path.as_str(), field)))
    }

    /// Checks what parsing a single entry cannot: names and placeholders become Rust names, and faults are complete.
    ///
    /// # Errors
    ///
    /// The first mistake, with the name of its entry.
    pub fn check(&self) -> Result<(), String> {
        let stages = self.steps.values().flat_map(|step| &step.stages.0);
        let items = stages.clone().flat_map(|(_, stage)| &stage.items.0);
        names("words", self.words.keys())?;
        names("fields", self.fields.keys())?;
        names("faults", self.faults.keys())?;
        names("steps", self.steps.keys())?;
        names("stages", stages.map(|(name, _)| name))?;
        names("items", items.map(|(name, _)| name))?;
        names("chapters", self.chapters.keys())?;
        names("ceremonies", self.ceremonies.keys())?;
        names("plan_fields", self.plan_fields.keys())?;
        for (name, word) in &self.words {
            values(name, [word.0.as_str()])?;
        }
        for (name, step) in &self.steps {
            values(name, step.sentences())?;
        }
        for (name, fault) in &self.faults {
            fault.check().map_err(|what| format!("{name}: {what}"))?;
            let of_steps = || self.steps.values().flat_map(|step| placeholders(step.sentences()));
            if let Some(unknown) = fault.from_step.iter().find(|value| !of_steps().any(|known| known == value.as_str()))
            {
                return Err(format!("{name}: from_step: no step says {unknown}"));
            }
        }
        Ok(())
    }
}

impl Fault {
    fn of_kind(mut self, file: &str) -> Self {
        let stem = Path::new(file).file_stem().unwrap_or_default();
        self.kind = stem.to_string_lossy().into_owned();
        self
    }

    fn sentences(&self) -> impl Iterator<Item = &str> {
        self.happened.iter().chain(&self.truth).map(String::as_str)
    }

    /// The values that the code which raises the fault has to give.
    pub fn values(&self) -> Vec<&str> {
        let mut values = placeholders(self.sentences());
        values.retain(|value| !self.from_step.iter().any(|known| known == value));
        values.extend(self.recorded.iter().map(String::as_str));
        values
    }

    /// The device refused, or nothing was sent: the device is unchanged.
    pub fn leaves_as_it_was(&self) -> bool {
        self.leaves == Some(Leaves::AsItWas)
    }

    /// What is missing may be inserted or started at any moment.
    pub fn may_come_back(&self) -> bool {
        self.comes_back == Some(true)
    }

    fn check(&self) -> Result<(), String> {
        let said = placeholders(self.sentences());
        values("the sentences", self.sentences())?;
        names("recorded", self.recorded.iter())?;
        if let Some(twice) = self.recorded.iter().find(|value| said.contains(&value.as_str())) {
            return Err(format!("recorded: {twice} is in the sentences"));
        }
        if let Some(unsaid) = self.from_step.iter().find(|value| !said.contains(&value.as_str())) {
            return Err(format!("from_step: {unsaid} is not in the sentences"));
        }
        match (self.kind.as_str(), self.leaves, self.comes_back) {
            ("card", None, _) => Err("leaves is missing".to_owned()),
            ("card", _, None) => Err("comes_back is missing".to_owned()),
            _ => Ok(()),
        }
    }
}

impl Step {
    /// The sentences that may have placeholders.
    pub fn sentences(&self) -> impl Iterator<Item = &str> {
        [&self.title.0, &self.act.0].into_iter().map(String::as_str).chain(self.stages.0.iter().flat_map(
            |(_, stage)| {
                let items = stage.items.0.iter().map(|(_, item)| item.0.as_str());
                stage.text.iter().map(String::as_str).chain(items)
            },
        ))
    }
}

fn once<T>(all: &mut BTreeMap<String, T>, more: impl IntoIterator<Item = (String, T)>) -> Result<(), String> {
    for (name, value) in more {
        if all.contains_key(&name) {
            return Err(format!("{name} is in another file, too"));
        }
        all.insert(name, value);
    }
    Ok(())
}

/// Checks that every name becomes a Rust name, and no two the same one.
fn names<'a>(section: &str, names: impl Iterator<Item = &'a String>) -> Result<(), String> {
    let all: BTreeSet<&str> = names.map(String::as_str).collect();
    let mut made = BTreeSet::new();
    for name in all {
        check_name(name).map_err(|what| format!("{section}: {what}"))?;
        if !made.insert(pascal(name)) {
            return Err(format!("{section}: {name} differs from another name in its dashes alone"));
        }
    }
    Ok(())
}

/// Checks that every brace belongs to a placeholder, and that every placeholder becomes a Rust name.
fn values<'a>(at: &str, texts: impl IntoIterator<Item = &'a str>) -> Result<(), String> {
    for text in texts {
        let found = placeholders([text]);
        let left = found.iter().fold(text.to_owned(), |left, name| left.replace(&format!("{{{name}}}"), ""));
        if left.contains(['{', '}']) {
            return Err(format!("{at}: a brace stands alone in {text:?}"));
        }
        for name in found {
            check_name(name).map_err(|what| format!("{at}: {what}"))?;
        }
    }
    Ok(())
}
