//! The numbered steps of a ceremony that has not begun, with all that a plan tells about them.

use std::rc::Rc;

use crate::ceremony::{Actor, Kind, Machine, Stage, State, Step, StepState, Surroundings};
use crate::plan::{PinReset, Plan};
use crate::record::CeremonyKind;
use crate::script::{Script, StageText, fill};
use crate::terms::{DeviceRole, KeyType};

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
    state: State,
}

impl<'a> PaperSteps<'a> {
    /// Unrolls the steps of a ceremony for a plan. `None` only when the built-in script is broken.
    pub fn new(ceremony: CeremonyKind, plan: &'a Plan, script: &'a Script) -> Option<Self> {
        let machine = Machine::new(ceremony, plan.clone(), Rc::new(Script::load().ok()?), false);
        let view = machine.view(&Surroundings::default());
        let mut all = Self { steps: Vec::new(), plan, script, state: State::new(ceremony, plan.clone(), false) };
        for (step, line) in machine.steps().iter().zip(&view.steps) {
            let act = script.step(step.id).map(|text| all.fill(&text.act, step)).unwrap_or_default();
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
                format!("{} ({} {number})", self.plan.custodian(number), self.script.word("role-custodian"))
            }
            Actor::Seat(_) => self.script.word("paper-any-custodian").to_owned(),
            Actor::SoPinHolder => role(&self.plan.so_pin_holder, "role-so-pin-holder"),
            Actor::PinHolder => role(&self.plan.pin_holder, "role-pin-holder"),
        }
    }

    /// The sentences of a stage, with what the plan knows; what only the day knows stays in braces.
    pub fn text(&self, step: &Step, stage: &str) -> StageText {
        let text = self.script.step(step.id).and_then(|text| text.stages.get(stage)).cloned().unwrap_or_default();
        let filled = |list: &[String]| {
            let lines = list.iter().map(|line| self.fill(line, step));
            lines.flat_map(|line| line.split('\n').map(str::to_owned).collect::<Vec<_>>()).collect()
        };
        StageText { text: filled(&text.text), items: filled(&text.items) }
    }

    /// The labels of what a stage lets people type.
    pub fn fields(&self, step: &Step, stage: &Stage) -> Vec<String> {
        let (Kind::Form(fields) | Kind::Danger(fields)) = stage.kind else { return Vec::new() };
        let mut names: Vec<&str> = fields(&self.state, step).iter().map(|field| field.name).collect();
        if names.is_empty() && matches!(stage.kind, Kind::Danger(_)) {
            // The serial is known only once the device was found.
            names.push("serial");
        }
        names.iter().map(|name| self.script.word(&format!("field-{name}-label")).to_owned()).collect()
    }

    fn fill(&self, text: &str, step: &Step) -> String {
        let plan = self.plan;
        let word = |name: &'static str| self.script.word(name).to_owned();
        let role = match step.role {
            DeviceRole::Original => word("role-original"),
            DeviceRole::Replacement => word("role-replacement"),
        };
        let pin_reset = word(match plan.pin_reset {
            PinReset::Off => "pin-reset-off",
            PinReset::Unblock => "pin-reset-unblock",
            PinReset::Set => "pin-reset-set",
        });
        let keys = plan.keys.iter().map(|key| format!("  {}  {}  id {}", key.label, key_name(key.key_type), key.id));
        let mut values = vec![
            ("title", plan.title.clone()),
            ("administrator", plan.administrator.clone()),
            ("so_pin_holder", plan.so_pin_holder.clone()),
            ("pin_holder", plan.pin_holder.clone()),
            ("threshold", plan.quorum.threshold().to_string()),
            ("custodians", plan.quorum.custodians().to_string()),
            ("quorum", plan.quorum.to_string()),
            ("tries_planned", plan.user_pin_tries.to_string()),
            ("pin_reset", pin_reset),
            ("keys_planned", keys.collect::<Vec<_>>().join("\n")),
            ("role", role),
        ];
        match step.actor {
            Actor::Custodian(number) => {
                values.push(("custodian", number.to_string()));
                values.push(("name", plan.custodian(number).to_owned()));
            }
            Actor::Seat(seat) => {
                let needed = seat.0.max(plan.quorum.threshold());
                values.extend([("seat", seat.to_string()), ("seats_needed", needed.to_string())]);
            }
            _ => {}
        }
        if let Some(key) = plan.keys.iter().find(|key| Some(&key.label) == step.key.as_ref()) {
            values.push(("label", key.label.to_string()));
            values.push(("key_type", key_name(key.key_type)));
            values.push(("key_id", key.id.to_string()));
            values.push(("reference", key.reference.to_string()));
            values.push(("restore_to", key.restore_to.to_string()));
        }
        fill(text, &values)
    }
}

/// A key type as people say it.
pub fn key_name(key_type: KeyType) -> String {
    match key_type {
        KeyType::Rsa(bits) => format!("RSA-{bits}"),
        KeyType::Ec(curve) => format!("EC {}", curve.name()),
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
