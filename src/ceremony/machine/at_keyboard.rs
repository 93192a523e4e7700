//! Who is at the keyboard, for every line of the record.

use crate::ceremony::machine::Machine;
use crate::ceremony::steps::{StageKind, Step};
use crate::record::Keyboard;
use crate::terms::Person;

impl Machine {
    /// Whoever acts in the current step; where nobody does, or whoever does is absent, the administrator. Before people are
    /// called, nobody.
    pub(super) fn at_the_keyboard(&self) -> Keyboard {
        let calls = |step: &Step| step.stages.iter().any(|stage| matches!(stage.kind, StageKind::RollCall(_)));
        if self.steps.iter().skip(self.known.progress.cursor + 1).any(calls) {
            return Keyboard::NobodyYet;
        }
        let acting = self.step().and_then(|step| step.acting(&self.known));
        let here = |person: &Person| !self.known.is_absent(*person);
        let person = acting.into_iter().chain([Person::Administrator]).find(here);
        person
            .map_or(Keyboard::NobodyYet, |person| Keyboard::Person(person, self.known.plan.name_of(person).to_owned()))
    }
}
