//! The content of the script files: the format of one file, and all of them together.

use std::collections::BTreeMap;
use std::ffi::OsStr;
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
    glossary: Entries<Term>,
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
    /// Values in the sentences that stay on the screen: they say something about a secret, and the record gets none of it.
    #[serde(default)]
    pub screen_only: Vec<String>,
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
    /// Something in it is read aloud: the printed script marks it.
    #[serde(default)]
    pub aloud: bool,
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

/// A word of the glossary.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    pub word: Sentence,
    /// Other forms in which it is on screens.
    #[serde(default)]
    pub also: Vec<String>,
    pub meaning: Sentence,
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
    pub glossary: BTreeMap<String, Term>,
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
        let mut content: File = serde_json::from_str(text).map_err(|error| format!("{file}: {error}"))?;
        for (_, fault) in &mut content.faults.0 {
            file_stem(file).clone_into(&mut fault.kind);
        }
        content.check().and_then(|()| self.merge(content)).map_err(|what| format!("{file}: {what}"))
    }

    fn merge(&mut self, content: File) -> Result<(), String> {
        let ceremony = content.ceremony.map(|ceremony| (ceremony.name.0.clone(), ceremony));
        self.plan_fields_listed.extend(content.plan_fields.names().map(str::to_owned));
        once(&mut self.words, content.words.0)?;
        once(&mut self.fields, content.fields.0)?;
        once(&mut self.faults, content.faults.0)?;
        once(&mut self.steps, content.steps.0)?;
        once(&mut self.chapters, content.chapters.0)?;
        once(&mut self.plan_fields, content.plan_fields.0)?;
        once(&mut self.glossary, content.glossary.0)?;
        once(&mut self.ceremonies, ceremony)
    }

    /// The fields of the plan, in the order of the handbook.
    pub fn plan_fields(&self) -> impl Iterator<Item = (&str, &PlanField)> {
        self.plan_fields_listed.iter().filter_map(|path| self.plan_fields.get(path).map(|field| (path.as_str(), field)))
    }

    /// What no single file can say: the values that faults have from steps are in steps.
    ///
    /// # Errors
    ///
    /// The first that is not, with file and name.
    pub fn check(&self) -> Result<(), String> {
        let of_steps: Vec<&str> = placeholders(self.steps.values().flat_map(Step::sentences));
        for (name, fault) in &self.faults {
            if let Some(unknown) = fault.from_step.iter().find(|value| !of_steps.contains(&value.as_str())) {
                return Err(format!("faults/{}.json: {name}: from_step: no step says {unknown}", fault.kind));
            }
        }
        Ok(())
    }
}

impl File {
    /// What serde does not see: names and placeholders make names of Rust, and faults are whole.
    fn check(&self) -> Result<(), String> {
        names("words", self.words.names())?;
        names("fields", self.fields.names())?;
        names("faults", self.faults.names())?;
        names("steps", self.steps.names())?;
        names("chapters", self.chapters.names())?;
        names("plan_fields", self.plan_fields.names())?;
        names("glossary", self.glossary.names())?;
        names("ceremony", self.ceremony.iter().map(|ceremony| ceremony.name.0.as_str()))?;
        for (name, word) in &self.words.0 {
            values(name, [word.0.as_str()])?;
        }
        for (name, field) in &self.fields.0 {
            values(name, [field.label.0.as_str(), field.hint.0.as_str()])?;
        }
        for (name, chapter) in &self.chapters.0 {
            // Code in the handbook has braces of its own.
            names(name, placeholders(chapter.iter().map(String::as_str)).into_iter())?;
        }
        for (name, term) in &self.glossary.0 {
            no_values(name, [&term.word, &term.meaning].map(|text| text.0.as_str()))?;
        }
        for (path, field) in &self.plan_fields.0 {
            values(path, field.sentences())?;
        }
        if let Some(ceremony) = &self.ceremony {
            values("handbook", ceremony.handbook.iter().map(String::as_str))?;
            no_values("ceremony", ceremony.never_filled())?;
        }
        for (name, step) in &self.steps.0 {
            names(name, step.stages.names())?;
            for (stage, text) in &step.stages.0 {
                names(stage, text.items.names())?;
            }
            values(name, step.sentences())?;
            no_values(name, step.blanks.iter().map(String::as_str))?;
        }
        for (name, fault) in &self.faults.0 {
            fault.check().map_err(|what| format!("{name}: {what}"))?;
        }
        Ok(())
    }
}

impl Fault {
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
        names("recorded", self.recorded.iter().map(String::as_str))?;
        if let Some(twice) = self.recorded.iter().find(|value| said.contains(&value.as_str())) {
            return Err(format!("recorded: {twice} is in the sentences"));
        }
        if let Some(unsaid) = self.screen_only.iter().find(|value| !said.contains(&value.as_str())) {
            return Err(format!("screen_only: {unsaid} is not in the sentences"));
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

impl PlanField {
    /// Its sentences, which may have placeholders.
    pub fn sentences(&self) -> impl Iterator<Item = &str> {
        [Some(&self.meaning), self.default.as_ref()].into_iter().flatten().map(|text| text.0.as_str())
    }
}

impl Ceremony {
    /// The texts that are printed as they are.
    fn never_filled(&self) -> impl Iterator<Item = &str> {
        let one = [Some(&self.heading), Some(&self.menu), self.menu_later.as_ref(), Some(&self.keep)];
        let one = one.into_iter().chain([Some(&self.handbook_title)]).flatten();
        one.map(|text| text.0.as_str()).chain(self.help.iter().map(String::as_str))
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

/// `card` of `faults/card.json`.
fn file_stem(file: &str) -> &str {
    Path::new(file).file_stem().and_then(OsStr::to_str).unwrap_or(file)
}

/// No two names make the same name of Rust, in whichever files they are.
fn once<T>(all: &mut BTreeMap<String, T>, more: impl IntoIterator<Item = (String, T)>) -> Result<(), String> {
    for (name, value) in more {
        if let Some(known) = all.keys().find(|known| pascal(known) == pascal(&name)) {
            return Err(format!("{name} is there already, as {known}"));
        }
        all.insert(name, value);
    }
    Ok(())
}

/// Every name makes a name of Rust.
fn names<'a>(section: &str, mut names: impl Iterator<Item = &'a str>) -> Result<(), String> {
    names.try_for_each(check_name).map_err(|what| format!("{section}: {what}"))
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

/// Texts that are printed as they are have no placeholders.
fn no_values<'a>(at: &str, texts: impl IntoIterator<Item = &'a str>) -> Result<(), String> {
    match texts.into_iter().find(|text| text.contains(['{', '}'])) {
        Some(text) => Err(format!("{at}: nothing is filled into {text:?}")),
        None => Ok(()),
    }
}
