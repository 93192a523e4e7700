//! How somebody was identified who comes later, stands in, or is not identified as the plan says.

use crate::ceremony::known::Known;
use crate::ceremony::machine::Machine;
use crate::ceremony::machine::input::{ChoiceId, Input};
use crate::ceremony::machine::interlude::{Change, Interlude};
use crate::fields::{Field, FieldKind};
use crate::names::{FieldName, ItemName};
use crate::record::{Entry, Fact};
use crate::terms::Person;

/// Somebody about whom is asked how they were identified, and what happens then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ceremony) enum Newcomer {
    /// They are being called.
    Called(Person),
    /// They were absent, and have come.
    Arrives(Person),
    /// They take somebody's place.
    StandsIn {
        /// Whose.
        person: Person,
        /// Their name.
        name: String,
        /// Why.
        reason: String,
        /// Who decided it, where somebody must.
        decided_by: Option<String>,
    },
}

impl Newcomer {
    /// In which role.
    pub(in crate::ceremony) const fn person(&self) -> Person {
        match self {
            Self::Called(person) | Self::Arrives(person) | Self::StandsIn { person, .. } => *person,
        }
    }

    /// Their name.
    pub(in crate::ceremony) fn name<'a>(&'a self, known: &'a Known) -> &'a str {
        match self {
            Self::Called(person) | Self::Arrives(person) => known.plan.name_of(*person),
            Self::StandsIn { name, .. } => name,
        }
    }
}

/// Who decided that somebody need not be identified, and why; `None` while it is incomplete.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::ceremony) struct Waived {
    by: Option<String>,
    reason: Option<String>,
}

impl Waived {
    /// The fields it asks for.
    pub(super) fn fields(newcomer: &Newcomer, known: &Known) -> Vec<Field> {
        let about = vec![newcomer.name(known).to_owned()];
        vec![known.who_decides(about), Field::new(FieldName::Reason, FieldKind::Reason)]
    }

    /// The text typed so far into a field was checked.
    pub(super) fn checked(&mut self, field: FieldName, text: Option<String>) {
        if field == FieldName::DecidedBy {
            self.by = text;
        } else if field == FieldName::Reason {
            self.reason = text;
        }
    }
}

/// The field for how somebody was identified.
pub(in crate::ceremony) const IDENTIFIED_BY: Field = Field::new(FieldName::IdentifiedBy, FieldKind::Line);

impl Machine {
    /// Somebody who was absent has come: how were they identified?
    pub(super) fn comes(&mut self, person: Person) {
        if self.known.asks_identity_of(self.known.plan.name_of(person)) {
            self.ask_next(Interlude::Identifies(Newcomer::Arrives(person)));
        } else {
            self.arrives(person);
        }
    }

    /// A change among the people is decided. A stand-in is identified first, unless people are being called.
    pub(super) fn settles(&mut self, change: Change, reason: String, decided_by: Option<String>) {
        match change {
            Change::StandsIn(person, name) if !self.at_the_roll_call() && self.known.asks_identity_of(&name) => {
                self.ask_next(Interlude::Identifies(Newcomer::StandsIn { person, name, reason, decided_by }));
            }
            change => self.changes(change, reason, decided_by),
        }
    }

    /// As the plan says, in another way, or not at all?
    pub(super) fn identifies(&mut self, newcomer: Newcomer, input: &Input) {
        let planned = self.known.arranged_identification(newcomer.name(&self.known)).map(str::to_owned);
        match (input, planned) {
            (Input::Chose(ChoiceId::Item(ItemName::AsPlanned)), Some(by)) => self.takes_in(newcomer, &by),
            (Input::Chose(ChoiceId::Item(ItemName::InThisWay)), _) => {
                self.ask_next(Interlude::IdentifiedBy(newcomer, None));
            }
            (Input::Chose(ChoiceId::Item(ItemName::NotIdentified)), _) => {
                self.ask_next(Interlude::NotIdentified(newcomer, Waived::default()));
            }
            (Input::Stop, _) => self.ask_next(Interlude::STOP),
            (Input::Leave, _) => self.back(),
            _ => self.interlude = Some(Interlude::Identifies(newcomer)),
        }
    }

    /// In which way?
    pub(super) fn identified_by(&mut self, newcomer: Newcomer, typed: Option<String>, input: &Input) {
        match (input, typed) {
            (Input::GoOn, Some(by)) => self.takes_in(newcomer, by.trim()),
            (Input::Leave, _) => self.ask_next(Interlude::Identifies(newcomer)),
            (Input::Stop, _) => self.ask_next(Interlude::STOP),
            (_, typed) => self.interlude = Some(Interlude::IdentifiedBy(newcomer, typed)),
        }
    }

    /// Who decided to go on with somebody who was not identified, and why?
    pub(super) fn not_identified(&mut self, newcomer: Newcomer, waived: Waived, input: &Input) {
        match (input, waived) {
            (Input::GoOn, Waived { by: Some(by), reason: Some(reason) }) => {
                let (person, name) = (newcomer.person(), newcomer.name(&self.known).to_owned());
                let decided_by = self.known.decider(&by, std::slice::from_ref(&name));
                let reason = reason.trim().to_owned();
                self.after_identity(newcomer, Fact::NotIdentified { person, name, decided_by, reason });
            }
            (Input::Leave, _) => self.ask_next(Interlude::Identifies(newcomer)),
            (Input::Stop, _) => self.ask_next(Interlude::STOP),
            (_, waived) => self.interlude = Some(Interlude::NotIdentified(newcomer, waived)),
        }
    }

    fn takes_in(&mut self, newcomer: Newcomer, by: &str) {
        let name = newcomer.name(&self.known).to_owned();
        let people = vec![self.known.identified(newcomer.person(), &name, by)];
        self.after_identity(newcomer, Fact::Identified { people });
    }

    /// It is recorded before they act.
    fn after_identity(&mut self, newcomer: Newcomer, fact: Fact) {
        self.emit(Entry::Learned { step: self.number(), fact });
        match newcomer {
            Newcomer::Called(_) => self.back(),
            Newcomer::Arrives(person) => self.arrives(person),
            Newcomer::StandsIn { person, name, reason, decided_by } => {
                self.changes(Change::StandsIn(person, name), reason, decided_by);
            }
        }
    }
}
