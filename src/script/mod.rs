//! Every sentence that people read, from `assets/script/`, generated as constants at build time: a missing, misspelled or
//! unused sentence stops the build.
//!
//! A sentence without values is a constant in [`words`]; one with values is a type there, whose fields are the values and
//! which implements `Display`. The sentences of a step or a fault are looked up by name and filled in with [`fill`].

mod fill;
mod glossary;

pub use fill::{fill, fill_with};
pub use glossary::GlossaryTerm;

pub use generated::{GLOSSARY, PLAN_FIELDS, digest, fault, field, step, text};

use crate::names::{FaultName, FieldName, ItemName, StageName, StepName};

/// What happened, and what is true now. What can be done about it is up to the machine.
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

/// A field of a plan, for the handbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanFieldText {
    /// Its path: objects before a dot, lists before `[]`.
    pub path: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// What holds if it is left out; `None`: it is required.
    pub default: Option<&'static str>,
}

/// The sentences of one stage of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageTexts {
    /// Paragraphs.
    pub text: &'static [&'static str],
    /// Something in it is read aloud: the printed script marks it.
    pub aloud: bool,
    /// What to tick or to choose.
    pub items: &'static [(ItemName, &'static str)],
}

/// The sentences of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepTexts {
    /// The step's title in the header and in the list.
    pub title: &'static str,
    /// What is done, in a few words, for the header.
    pub act: &'static str,
    /// Blanks to be filled in on the printed script.
    pub blanks: &'static [&'static str],
    /// Its stages.
    pub stages: &'static [(StageName, StageTexts)],
}

impl StepTexts {
    /// The sentences of a stage; `None` if the script has none.
    pub fn stage(&self, name: StageName) -> Option<&'static StageTexts> {
        self.stages.iter().find(|(stage, _)| *stage == name).map(|(_, text)| text)
    }
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
    /// In the menu, while something else has to be done first.
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

/// Sentences by name.
#[allow(missing_docs, clippy::doc_markdown, reason = "made from the script; the sentence is the documentation")]
#[deny(dead_code, reason = "a sentence that nobody uses")]
pub(crate) mod words {
    include!(concat!(env!("OUT_DIR"), "/words.rs"));
}

/// Chapters of paper, help and menu, by name: each a list of paragraphs.
#[deny(dead_code, reason = "a sentence that nobody uses")]
pub(crate) mod chapters {
    include!(concat!(env!("OUT_DIR"), "/chapters.rs"));
}

/// The texts of the ceremonies, by name.
#[deny(dead_code, reason = "a sentence that nobody uses")]
pub(crate) mod ceremonies {
    use super::CeremonyText;

    include!(concat!(env!("OUT_DIR"), "/ceremonies.rs"));
}

mod generated {
    use super::{
        FaultName, FaultTexts, FieldName, FieldText, GlossaryTerm, ItemName, PlanFieldText, StageName, StageTexts,
        StepName, StepTexts,
    };

    include!(concat!(env!("OUT_DIR"), "/texts.rs"));

    /// SHA-256 over all files of the script, so that paper, program and record can be matched.
    pub fn digest() -> [u8; 32] {
        use sha2::Digest as _;
        let mut digest = sha2::Sha256::new();
        for file in FILES {
            digest.update(file);
        }
        digest.finalize().into()
    }

    /// All files of the script, one after another: what [`digest`] is the digest of.
    pub fn text() -> Vec<u8> {
        FILES.concat()
    }
}
