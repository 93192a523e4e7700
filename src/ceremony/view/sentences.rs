//! The script's sentences with their values at a step.

use crate::ceremony::machine::Machine;
use crate::ceremony::steps::Step;
use crate::ceremony::view::ViewContext;
use crate::faults::Fault;
use crate::names::{ItemName, StageName, StepName, ValueName};
use crate::script::{self, FaultTexts, StageTexts, fill, fill_with};

/// The sentences of a step with the current values.
pub(in crate::ceremony) struct Sentences<'a> {
    pub machine: &'a Machine,
    pub step: &'a Step,
    pub context: &'a ViewContext,
}

impl Sentences<'_> {
    /// A sentence with its values; placeholders without a value yet stay in braces.
    pub fn fill(&self, text: &str) -> String {
        fill_with(text, |name| self.value(ValueName::from_word(name)?))
    }

    /// The paragraphs of a stage of this step.
    pub fn stage(&self, stage: StageName) -> Vec<String> {
        self.paragraphs(script::step(self.step.id).stage(stage))
    }

    /// The paragraphs of a hand-over: the same at every step.
    pub fn hand_over(&self) -> Vec<String> {
        self.paragraphs(script::step(StepName::InBetween).stage(StageName::HandOver))
    }

    /// The paragraphs of a stage's texts.
    pub fn paragraphs(&self, texts: Option<&StageTexts>) -> Vec<String> {
        texts.map(|texts| paragraphs(texts.text, |text| self.fill(text))).unwrap_or_default()
    }

    /// What a stage of this step offers to tick or to choose from.
    pub fn items(&self, stage: StageName) -> Vec<(ItemName, String)> {
        let items = script::step(self.step.id).stage(stage).map_or(&[][..], |texts| texts.items);
        items.iter().map(|(item, text)| (*item, self.fill(text))).collect()
    }

    /// What happened and what is true now. A fault has its own values; some of its sentences need one from the step as
    /// well.
    pub fn fault(&self, fault: &Fault) -> (Vec<String>, Vec<String>) {
        let own = |name: &str| fault.values.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone());
        let value = |name: &str| own(name).or_else(|| self.value(ValueName::from_word(name)?));
        let FaultTexts { happened, truth } = script::fault(fault.name);
        (paragraphs(happened, |text| fill_with(text, value)), paragraphs(truth, |text| fill_with(text, value)))
    }
}

/// What happened, in a sentence that needs no value but the fault's own.
pub(in crate::ceremony) fn in_words(fault: &Fault) -> String {
    let FaultTexts { happened, .. } = script::fault(fault.name);
    happened.iter().map(|text| fill(text, &fault.values)).collect::<Vec<_>>().join(" ")
}

/// Paragraphs with their values; a value of several lines becomes several paragraphs.
pub(in crate::ceremony) fn paragraphs(texts: &[&str], fill: impl Fn(&str) -> String) -> Vec<String> {
    let filled = texts.iter().map(|text| (*text, fill(text)));
    // A value that has nothing to say leaves no empty line.
    let said = filled.filter(|(text, filled)| text.is_empty() || !filled.is_empty());
    said.flat_map(|(_, filled)| filled.split('\n').map(str::to_owned).collect::<Vec<_>>()).collect()
}
