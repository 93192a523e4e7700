//! Every sentence that people read, from `assets/script/`, made into constants when the program is built: a sentence that
//! is missing, misspelled or used by nobody stops the build.
//!
//! A sentence without values is a constant of [`words`]; one with values is a type there whose fields are the values, and
//! which displays itself. What a step or a fault says is looked up by name, and its values are put in with [`fill`].

mod fill;
mod load;

pub use fill::{fill, fill_with};

pub use generated::{PLAN_FIELDS, fault, field, plan_field, step};

use crate::names::{FaultName, FieldName, ItemName, PlanField, StageName, StepName};

/// What happened, and what is true now. What can be done about it belongs to the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultTexts {
    /// What happened.
    pub happened: &'static [&'static str],
    /// What is true now, and what to do.
    pub truth: &'static [&'static str],
}

/// Label and hint of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldText {
    /// What goes in.
    pub label: &'static str,
    /// How it is written.
    pub hint: &'static str,
}

/// The sentences of one stage of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageTexts {
    /// Paragraphs.
    pub text: &'static [&'static str],
    /// What to tick or to choose.
    pub items: &'static [(ItemName, &'static str)],
}

/// The sentences of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepTexts {
    /// The step's title in the header and in the list.
    pub title: &'static str,
    /// What is done in a few words, for the header.
    pub act: &'static str,
    /// Blanks to be filled in on the printed script.
    pub blanks: &'static [&'static str],
    /// Its stages.
    pub stages: &'static [(StageName, StageTexts)],
}

impl StepTexts {
    /// The sentences of a stage; none where the script has none for it.
    pub fn stage(&self, name: StageName) -> Option<&'static StageTexts> {
        self.stages.iter().find(|(stage, _)| *stage == name).map(|(_, text)| text)
    }
}

/// What a field of a plan file means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanFieldText {
    /// What goes in, and in what form.
    pub meaning: &'static str,
    /// What holds where it is left out; none where it must be there.
    pub default: Option<&'static str>,
}

/// The texts of one ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CeremonyText {
    /// Its name in commands, folders and records.
    pub name: &'static str,
    /// In the header of every screen.
    pub heading: &'static str,
    /// In the menu.
    pub menu: &'static str,
    /// In the menu where something has to be done first.
    pub menu_later: Option<&'static str>,
    /// What becomes of its folder, on the last screen.
    pub keep: &'static str,
    /// Lines of the help.
    pub help: &'static [&'static str],
    /// The title of its chapter in the handbook.
    pub handbook_title: &'static str,
    /// What its chapter says before the steps.
    pub handbook: &'static [&'static str],
}

// Transitional: once every room uses these, `deny(dead_code)` goes onto words, chapters and ceremonies, as it is on
// `plan_fields`.

/// Sentences by name.
#[allow(missing_docs, reason = "made from the script; the sentence is the documentation")]
pub(crate) mod words {
    include!(concat!(env!("OUT_DIR"), "/words.rs"));
}

/// Chapters of paper, help and menu, by name: paragraphs.
pub(crate) mod chapters {
    include!(concat!(env!("OUT_DIR"), "/chapters.rs"));
}

/// The texts of the ceremonies, by name.
pub(crate) mod ceremonies {
    use super::CeremonyText;

    include!(concat!(env!("OUT_DIR"), "/ceremonies.rs"));
}

/// The fields of a plan file, by name.
#[deny(dead_code, reason = "a field that is described must be read")]
pub(crate) mod plan_fields {
    use crate::names::PlanField;

    include!(concat!(env!("OUT_DIR"), "/plan_fields.rs"));
}

mod generated {
    use super::{
        FaultName, FaultTexts as FaultText, FieldName, FieldText, ItemName, PlanField, PlanFieldText, StageName,
        StageTexts as StageText, StepName, StepTexts as StepText,
    };

    include!(concat!(env!("OUT_DIR"), "/texts.rs"));

    /// SHA-256 over all files of the script, so that paper, program and record can be matched.
    pub fn digest() -> [u8; 32] {
        use sha2::Digest as _;
        let mut digest = sha2::Sha256::new();
        FILES.iter().for_each(|file| digest.update(file));
        digest.finalize().into()
    }
}

pub use generated::digest;

use std::collections::BTreeMap;

/// What happened, what is true now, and nothing else: the choices belong to the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultText {
    /// What happened.
    pub happened: Vec<String>,
    /// What is true now, and what to do.
    pub truth: Vec<String>,
}

/// The sentences of one stage of a step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StageText {
    /// Paragraphs.
    pub text: Vec<String>,
    /// What to tick or to choose.
    pub items: Vec<String>,
}

/// The sentences of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepText {
    /// The step's title in the header and in the list.
    pub title: String,
    /// What is done in a few words, for the header.
    pub act: String,
    /// Stages by name.
    pub stages: BTreeMap<String, StageText>,
}

/// All sentences.
pub struct Script {
    words: BTreeMap<String, String>,
    faults: BTreeMap<String, FaultText>,
    steps: BTreeMap<String, StepText>,
    handbook: BTreeMap<String, Vec<String>>,
    digest: [u8; 32],
}

impl Script {
    /// A word or short sentence of the screens. A missing name comes back as itself; a test keeps names complete.
    pub fn word<'a>(&'a self, name: &'a str) -> &'a str {
        self.words.get(name).map_or(name, String::as_str)
    }

    /// The sentences of a fault.
    pub fn fault(&self, name: &str) -> Option<&FaultText> {
        self.faults.get(name)
    }

    /// The sentences of a step.
    pub fn step(&self, id: &str) -> Option<&StepText> {
        self.steps.get(id)
    }

    /// How many things the script asks to tick or to choose from in a stage of a step.
    pub fn items(&self, step: &str, stage: &str) -> usize {
        self.step(step).and_then(|step| step.stages.get(stage)).map_or(0, |stage| stage.items.len())
    }

    /// A chapter of CEREMONY.md: paragraphs.
    pub fn chapter(&self, name: &str) -> &[String] {
        self.handbook.get(name).map_or(&[], Vec::as_slice)
    }

    /// SHA-256 over all script files, so that paper, program and record can be matched.
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The names of all faults, for the test that compares them with the code.
    pub fn fault_names(&self) -> impl Iterator<Item = &str> {
        self.faults.keys().map(String::as_str)
    }

    /// All steps, for the tests that compare them with the code.
    pub fn steps(&self) -> impl Iterator<Item = (&str, &StepText)> {
        self.steps.iter().map(|(id, text)| (id.as_str(), text))
    }
}
