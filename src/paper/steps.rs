//! The numbered steps of a ceremony that has not begun, with all that a plan tells about them.

use crate::script::words;

use crate::ceremony::{Actor, Ceremony, Known, Machine, Stage, Step, StepState, ViewContext, planned};
use crate::names::CeremonyKind;
use crate::names::{FieldName, StageName, ValueName};
use crate::plan::Plan;
use crate::script::{Script, StageText, fill, fill_with};

/// One step as paper shows it.
pub struct PaperStep {
    /// As the machine has it.
    pub step: Step,
    /// `4.2`.
    pub number: String,
    /// As on the screen.
    pub title: String,
    /// What is done in a few words.
    pub act: String,
    /// Who is at the terminal.
    pub who: String,
    /// Only if needed.
    pub if_needed: bool,
}

/// A ceremony's steps on paper.
pub struct PaperSteps<'a> {
    /// Its steps in order.
    pub steps: Vec<PaperStep>,
    plan: &'a Plan,
    script: &'a Script,
    known: Known,
}

impl<'a> PaperSteps<'a> {
    /// Unrolls the steps of a ceremony for a plan. `None` only when the built-in script is broken.
    pub fn new(ceremony: CeremonyKind, plan: &'a Plan, script: &'a Script) -> Option<Self> {
        let machine = Machine::new(ceremony, plan.clone(), false);
        let view = machine.view(&ViewContext::default());
        let mut all = Self {
            steps: Vec::new(),
            plan,
            script,
            known: Known::new(&Ceremony::of(ceremony).character, plan.clone(), false),
        };
        for (step, line) in machine.steps().iter().zip(&view.steps) {
            let act = script.step(step.id.word()).map(|text| all.fill(&text.act, step)).unwrap_or_default();
            all.steps.push(PaperStep {
                number: line.number.clone(),
                title: line.title.clone(),
                act,
                who: all.who(step),
                if_needed: line.state == StepState::IfNeeded,
                step: step.clone(),
            });
        }
        Some(all)
    }

    /// Who acts: name and role.
    fn who(&self, step: &Step) -> String {
        let role = |name: &str, word: &'static str| format!("{name} ({})", self.script.word(word));
        match step.actor {
            Actor::Administrator => role(&self.plan.administrator, "role-administrator"),
            Actor::Custodian(number) => {
                let name = self.plan.custodian(step.share, number);
                format!("{name} ({} {number})", words::ROLE_CUSTODIAN)
            }
            Actor::Seat(_) => words::PAPER_ANY_CUSTODIAN.to_owned(),
            Actor::SoPinHolder => role(&self.plan.so_pin_holder, "role-so-pin-holder"),
            Actor::PinHolder => role(&self.plan.pin_holder, "role-pin-holder"),
            Actor::PasswordHolder => role(self.plan.holder(step.share), "role-password-holder"),
        }
    }

    /// The sentences of a stage, with what the plan knows; what only the day knows stays in braces.
    pub fn text(&self, step: &Step, stage: StageName) -> StageText {
        let text = self
            .script
            .step(step.id.word())
            .and_then(|text| text.stages.get(stage.word()))
            .cloned()
            .unwrap_or_default();
        let filled = |list: &[String]| {
            let lines = list.iter().map(|line| self.fill(line, step));
            lines.flat_map(|line| line.split('\n').map(str::to_owned).collect::<Vec<_>>()).collect()
        };
        StageText { text: filled(&text.text), items: filled(&text.items) }
    }

    /// The labels of what a stage lets people type.
    pub fn fields(&self, step: &Step, stage: &Stage) -> Vec<String> {
        let Some(fields) = stage.kind.fields() else { return Vec::new() };
        let mut names: Vec<FieldName> = fields(&self.known, step).iter().map(|field| field.name).collect();
        if names.is_empty() && stage.kind.is_irreversible() {
            // The serial is known only once the device was found.
            names.push(FieldName::Serial);
        }
        // Which set it is, only the day knows.
        let label = |name: &FieldName| fill(crate::script::field(*name).label, &[("of_set", String::new())]);
        names.iter().map(label).collect()
    }

    fn fill(&self, text: &str, step: &Step) -> String {
        fill_with(text, |name| planned(self.plan, step, ValueName::from_word(name)?))
    }
}

/// What only the day knows stands in angle marks instead of braces.
pub fn angle(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else { break };
        out.push_str(before);
        out.push('‹');
        out.push_str(&name.replace('_', " "));
        out.push('›');
        rest = tail;
    }
    out + rest
}
