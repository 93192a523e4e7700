//! The hand-over: between two people stands a screen that shows nothing, calls the next one by name, and goes on only when
//! something that is theirs has been typed.

use crate::ceremony::known::Known;
use crate::ceremony::steps::{Actor, Condition, Stage, StageKind, Step};
use crate::fields::{Field, FieldKind};
use crate::names::{FieldName, StageName};
use crate::terms::{CustodianNumber, Holder, Person, initials};

/// What is typed by those whose initials are not on every keyboard.
const HERE: &str = "HERE";

/// The stage that hands over to whoever acts in a step.
pub const HAND_OVER: Stage = Stage { name: StageName::HandOver, kind: StageKind::HandOver, when: Condition::HandsOver };

/// Puts a hand-over wherever somebody else may act than in the step before, or before those that may be passed over. A seat
/// has its own: whoever sits down types their number.
pub fn insert(steps: &mut [Step]) {
    let mut before = Vec::new();
    for step in steps {
        let now = (step.actor, step.actor.has_a_part().then_some((step.share, step.whose)));
        if before.iter().any(|before| *before != now) && step.seat().is_none() {
            step.stages.insert(0, HAND_OVER);
        }
        if !step.may_be_left_out() {
            before.clear();
        }
        before.push(now);
    }
}

impl Step {
    /// Who acts, by role; `None` while nobody has taken the seat.
    pub fn acting(&self, known: &Known) -> Option<Person> {
        let holder = |custodian| Some(Person::Holder(Holder { share: self.share, custodian }));
        match self.actor {
            Actor::Administrator => Some(Person::Administrator),
            Actor::Custodian(custodian) => holder(Some(custodian)),
            Actor::Seat(seat) => holder(Some(known.seats.sitter(seat)?)),
            Actor::SoPinHolder if known.plan.administrator_has_so_pin() => Some(Person::Administrator),
            Actor::SoPinHolder => Some(Person::SoPinHolder),
            Actor::PinHolder => Some(Person::PinHolder),
            Actor::PasswordHolder => holder(None),
        }
    }

    /// The name of whoever acts; `None` while nobody has taken the seat.
    pub fn person<'a>(&self, known: &'a Known) -> Option<&'a str> {
        self.acting(known).map(|person| known.plan.name_of(person))
    }
}

/// What the next person types.
pub fn fields(known: &Known, step: &Step) -> Vec<Field> {
    let signs = signs(step.person(known).unwrap_or_default(), step.custodian());
    vec![Field::new(FieldName::Sign, FieldKind::Sign(signs))]
}

/// What stands for a person, the shortest first: their custodian number, or first and last initial.
pub fn signs(name: &str, custodian: Option<CustodianNumber>) -> Vec<String> {
    let number = custodian.map(|number| number.to_string());
    let signs: Vec<String> = number.into_iter().chain(initials(name)).collect();
    if signs.is_empty() { vec![HERE.to_owned()] } else { signs }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_a_sign_that_any_keyboard_can_type() {
        let two = CustodianNumber::new(2);
        assert_eq!(signs("Grace Hopper", two), ["2", "GH"]);
        assert_eq!(signs("maria del carmen lópez", None), ["ML"]);
        assert_eq!(signs("Plato", None), ["P"]);
        assert_eq!(signs("Élodie Durand", two), ["2"]);
        assert_eq!(signs("Ольга Ладыженская", None), ["HERE"]);
    }
}
