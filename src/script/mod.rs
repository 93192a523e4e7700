//! Every sentence that people read, from `assets/script/*.json`, checked when the program starts.
//!
//! Code holds names and values; this room turns them into sentences.

mod fill;
mod load;

pub use fill::fill;

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
    sections: BTreeMap<String, String>,
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

    /// The title of a section of a ceremony.
    pub fn section<'a>(&'a self, id: &'a str) -> &'a str {
        self.sections.get(id).map_or(id, String::as_str)
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
