//! The numbered steps of a ceremony that has not begun, with everything that the plan says about them.

use crate::ceremony::{Actor, Ceremony, Known, Machine, Question, Stage, Step, StepState, ViewContext, planned};
use crate::names::{CeremonyKind, FieldName, FieldValueName, StageName, ValueName};
use crate::plan::Plan;
use crate::script::{self, fill_with, words};

/// One step as paper shows it.
pub struct PaperStep {
    /// As the machine has it.
    pub step: Step,
    /// `4.2`.
    pub number: String,
    /// As on the screen.
    pub title: String,
    /// What is done, in a few words.
    pub act: String,
    /// Who is at the terminal.
    pub who: String,
    /// Whether it is done only if needed.
    pub if_needed: bool,
}

/// The sentences of a stage on paper.
pub struct PaperStage {
    /// Paragraphs.
    pub text: Vec<String>,
    /// What to tick or to choose.
    pub items: Vec<String>,
}

/// A ceremony's steps on paper.
pub struct PaperSteps<'a> {
    /// Its steps in order.
    pub steps: Vec<PaperStep>,
    plan: &'a Plan,
    known: Known,
}

impl<'a> PaperSteps<'a> {
    /// Unrolls the steps of a ceremony for a plan.
    pub fn new(ceremony: CeremonyKind, plan: &'a Plan) -> Self {
        let machine = Machine::new(ceremony, plan.clone(), false);
        let view = machine.view(&ViewContext::default());
        let mut all =
            Self { steps: Vec::new(), plan, known: Known::new(&Ceremony::of(ceremony).character, plan.clone(), false) };
        for (step, line) in machine.steps().iter().zip(&view.steps) {
            all.steps.push(PaperStep {
                number: line.number.clone(),
                title: line.title.clone(),
                act: all.fill(script::step(step.id).act, step),
                who: all.who(step),
                if_needed: line.state == StepState::IfNeeded,
                step: step.clone(),
            });
        }
        all
    }

    /// Who acts: name and role.
    fn who(&self, step: &Step) -> String {
        let role = |name: &str, role: &str| format!("{name} ({role})");
        match step.actor {
            Actor::Administrator => role(&self.plan.administrator, words::ROLE_ADMINISTRATOR),
            Actor::Custodian(number) => {
                role(self.plan.custodian(step.share, number), &format!("{} {number}", words::ROLE_CUSTODIAN))
            }
            Actor::Seat(_) => words::PAPER_ANY_CUSTODIAN.to_owned(),
            Actor::SoPinHolder => role(&self.plan.so_pin_holder, words::ROLE_SO_PIN_HOLDER),
            Actor::PinHolder => role(&self.plan.pin_holder, words::ROLE_PIN_HOLDER),
            Actor::PasswordHolder => role(self.plan.holder(step.share), words::ROLE_PASSWORD_HOLDER),
        }
    }

    /// The sentences of a stage, with the values that the plan has. Values known only on the day stay in braces.
    pub fn text(&self, step: &Step, stage: StageName) -> PaperStage {
        let (text, items) =
            script::step(step.id).stage(stage).map_or((&[][..], &[][..]), |stage| (stage.text, stage.items));
        let lines = |text: &str| self.fill(text, step).split('\n').map(str::to_owned).collect::<Vec<_>>();
        PaperStage {
            text: text.iter().flat_map(|text| lines(text)).collect(),
            items: items.iter().flat_map(|(_, text)| lines(text)).collect(),
        }
    }

    /// The labels of the fields that people fill in at a stage.
    pub fn fields(&self, step: &Step, stage: &Stage) -> Vec<String> {
        let Some(fields) = stage.kind.fields() else { return Vec::new() };
        let mut names: Vec<FieldName> = fields(&self.known, step).iter().map(|field| field.name).collect();
        if names.is_empty() && stage.kind.is_irreversible() {
            // The serial is known only once the device has been found.
            names.push(FieldName::Serial);
        }
        let label = |name: &FieldName| fill_with(script::field(*name).label, on_the_day);
        names.iter().map(label).collect()
    }

    fn fill(&self, text: &str, step: &Step) -> String {
        fill_with(text, |name| planned(self.plan, step, ValueName::from_word(name)?))
    }
}

/// Which set it is will be known only on the day, and nothing is printed in its place; the other values keep theirs.
fn on_the_day(name: &str) -> Option<String> {
    match FieldValueName::from_word(name)? {
        FieldValueName::OfSet => Some(String::new()),
        FieldValueName::Planned | FieldValueName::Word | FieldValueName::Signs => None,
    }
}

/// Puts the names of values known only on the day into angle quotes instead of braces.
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

/// What a question offers: the items of the script, or what is only known on the day.
pub fn chosen_from(question: Question, items: Vec<String>) -> Vec<String> {
    match question {
        Question::Sitter(_) => vec![words::PAPER_EVERY_NAME.to_owned()],
        Question::Device => vec![words::PAPER_EVERY_SERIAL.to_owned()],
        Question::Dkek => vec![words::PAPER_EVERY_DKEK.to_owned()],
        Question::Loss
        | Question::UnusableKeys
        | Question::RightDevice
        | Question::Missing
        | Question::CurrentSoPin
        | Question::HiddenKcv => items,
    }
}
