//! The numbered steps of a ceremony that has not begun, with everything that the plan says about them.

use crate::ceremony::{
    Ceremony, Condition, Known, Machine, Origin, Question, Stage, StageKind, Step, StepState, ViewContext, Whose,
    planned, role,
};
use crate::names::{CeremonyKind, FieldName, FieldValueName, StageName, StepName, ValueName};
use crate::plan::{Custody, Plan};
use crate::script::{self, fill_with, words};
use crate::terms::Purpose;

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
    /// Whether somebody else was at the keyboard before; `None`: that is decided on the day.
    pub hands_over: Option<bool>,
}

/// The sentences of a stage on paper.
pub struct PaperStage {
    /// Paragraphs.
    pub text: Vec<String>,
    /// What to tick or to choose.
    pub items: Vec<String>,
    /// Whether something in it is read aloud.
    pub aloud: bool,
}

/// A ceremony's steps on paper.
pub struct PaperSteps {
    /// Its steps in order.
    pub steps: Vec<PaperStep>,
    known: Known,
    /// The same for the steps of those who guarded the DKEK before.
    before: Known,
}

impl PaperSteps {
    /// Unrolls the steps of a ceremony for a plan.
    pub fn new(ceremony: CeremonyKind, plan: &Plan) -> Self {
        let machine = Machine::new(ceremony, plan.clone(), false);
        let view = machine.view(&ViewContext::default());
        let character = &Ceremony::by(ceremony, plan).character;
        let known = |plan: Plan| Known::new(character, plan, false);
        let before = known(plan.of_those_before().into_owned());
        let mut all = Self { steps: Vec::new(), known: known(plan.clone()), before };
        for (place, (step, line)) in machine.steps().iter().zip(&view.steps).enumerate() {
            all.steps.push(PaperStep {
                number: line.number.clone(),
                title: line.title.clone(),
                act: all.fill(script::step(step.id).act, step),
                who: all.who(step),
                if_needed: line.state == StepState::IfNeeded,
                hands_over: all.hands_over(machine.steps().get(..place).unwrap_or_default(), step),
                step: step.clone(),
            });
        }
        all
    }

    /// What the plan says at a step.
    const fn known(&self, step: &Step) -> &Known {
        match step.whose {
            Whose::OfThePlan => &self.known,
            Whose::OfBefore => &self.before,
        }
    }

    /// The custodians of a step's DKEK share.
    pub fn custodians(&self, step: &Step) -> &[String] {
        self.known(step).plan.custody(step.share).map(Custody::custodians).unwrap_or_default()
    }

    /// Who acts: name and role.
    fn who(&self, step: &Step) -> String {
        let plan = &self.known(step).plan;
        match step.acting(self.known(step)) {
            Some(person) => format!("{} ({})", plan.name_of(person), role(plan, person)),
            None => words::PAPER_ANY_CUSTODIAN.to_owned(),
        }
    }

    /// Whether somebody else is at the keyboard in the step before, whichever of these that is.
    fn hands_over(&self, before: &[Step], step: &Step) -> Option<bool> {
        let now = step.person(self.known(step))?;
        let optional = before.iter().rev().take_while(|step| step.may_be_left_out());
        let certain = before.iter().rev().find(|step| !step.may_be_left_out());
        let mut others = optional.chain(certain).map(|step| {
            if let Some(person) = step.person(self.known(step)) {
                return Some(person != now);
            }
            // At a seat, any custodian.
            (!self.custodians(step).iter().any(|custodian| custodian == now)).then_some(true)
        });
        let first = others.next()??;
        others.all(|other| other == Some(first)).then_some(first)
    }

    /// Everyone who is called, with their roles and how they are identified.
    pub fn called(&self, step: &Step) -> Vec<String> {
        let known = self.known(step);
        known.called().iter().map(|called| known.called_line(called)).collect()
    }

    /// The sentences of a stage, with the values that the plan has. Values known only on the day stay in braces.
    pub fn text(&self, step: &Step, stage: StageName) -> PaperStage {
        // A hand-over says the same at every step.
        let id = if stage == StageName::HandOver { StepName::InBetween } else { step.id };
        let stage = script::step(id).stage(stage);
        let (text, items) = stage.map_or((&[][..], &[][..]), |stage| (stage.text, stage.items));
        let lines = |text: &str| self.fill(text, step).split('\n').map(str::to_owned).collect::<Vec<_>>();
        PaperStage {
            text: text.iter().flat_map(|text| lines(text)).collect(),
            items: items.iter().flat_map(|(_, text)| lines(text)).collect(),
            aloud: stage.is_some_and(|stage| stage.aloud),
        }
    }

    /// The labels of the fields that people fill in at a stage.
    pub fn fields(&self, step: &Step, stage: &Stage) -> Vec<String> {
        let Some(fields) = stage.kind.fields() else { return Vec::new() };
        let mut names: Vec<FieldName> =
            fields(&self.by_then(step, stage.when), step).iter().map(|field| field.name).collect();
        if names.is_empty() {
            // Of what is lost and which device it is, nobody knows anything before the day.
            names.extend(match stage.kind {
                StageKind::Danger(_) => Some(FieldName::Serial),
                StageKind::Confirm(_) => Some(FieldName::Loss),
                StageKind::HandOver
                | StageKind::Read
                | StageKind::Tick
                | StageKind::RollCall(_)
                | StageKind::PickKeys
                | StageKind::SignOut
                | StageKind::Choose(_)
                | StageKind::Form(_)
                | StageKind::FromCard(_)
                | StageKind::Reveal { .. }
                | StageKind::RevealPin { .. }
                | StageKind::Do(_)
                | StageKind::States(_)
                | StageKind::Deviates(_) => None,
            });
        }
        let label = |name: &FieldName| fill_with(script::field(*name).label, on_the_day);
        names.iter().map(label).collect()
    }

    /// What is known by the time of a stage, as far as its form depends on it: what is on the cards, and who sits there.
    fn by_then(&self, step: &Step, when: Condition) -> Known {
        let mut known = self.known(step).clone();
        let knows_prime = when == Condition::KnowsPrime;
        let foreign = when == Condition::TypesPrime || when == Condition::KnowsOldPrime;
        if knows_prime || when == Condition::KnowsOldPrime {
            known.shares.sets.insert(Purpose::DkekShare(step.share), String::new());
        }
        let somebody = known.plan.quorum(step.share).and_then(|quorum| quorum.numbers().next());
        known.seats.seated.extend(step.seat().zip(somebody).filter(|_| knows_prime));
        known.restored.from = foreign.then(Origin::default);
        known
    }

    fn fill(&self, text: &str, step: &Step) -> String {
        fill_with(text, |name| planned(self.known(step), step, ValueName::from_word(name)?))
    }
}

/// Which set it is will be known only on the day, and nothing is printed in its place; the other values keep theirs.
fn on_the_day(name: &str) -> Option<String> {
    match FieldValueName::from_word(name)? {
        FieldValueName::OfSet | FieldValueName::IfEmpty => Some(String::new()),
        FieldValueName::Planned | FieldValueName::Word | FieldValueName::Signs | FieldValueName::Asked => None,
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
        | Question::HiddenKcv
        | Question::PinChange
        | Question::Opening
        | Question::Drill
        | Question::OldDevice
        | Question::Departed
        | Question::Cause
        | Question::OldCards
        | Question::KeyFiles => items,
    }
}
