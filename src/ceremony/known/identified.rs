//! Who was identified, and how: by the plan's way, by another, or not at all.

use crate::ceremony::known::Known;
use crate::ceremony::known::people::People;
use crate::ceremony::known::roll_call::Called;
use crate::record::{Fact, Identified};
use crate::script::words;
use crate::terms::{Person, alike};

/// How somebody was identified in this sitting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// In this way.
    By(String),
    /// They could not be; somebody decided to go on.
    Unknown,
}

impl People {
    /// How somebody of this name was identified; `None`: nobody has said.
    pub fn identity(&self, name: &str) -> Option<&Identity> {
        self.identities.iter().find(|(known, _)| alike(known, name)).map(|(_, identity)| identity)
    }

    pub(super) fn learn_identified(&mut self, people: &[Identified]) {
        for one in people {
            self.learn_identity(&one.name, Identity::By(one.by.clone()));
        }
    }

    pub(super) fn learn_not_identified(&mut self, name: &str) {
        self.learn_identity(name, Identity::Unknown);
    }

    /// What was said last counts.
    fn learn_identity(&mut self, name: &str, identity: Identity) {
        self.identities.retain(|(known, _)| !alike(known, name));
        self.identities.push((name.to_owned(), identity));
    }
}

impl Known {
    /// How somebody was identified, or how the plan asks for it, to stand behind their name; empty: nobody has said.
    pub fn identity_shown(&self, called: &Called) -> String {
        let by = match self.people.identity(self.plan.name_of(called.person)) {
            Some(Identity::By(by)) => Some(by.as_str()),
            Some(Identity::Unknown) => Some(words::IDENTITY_UNKNOWN),
            None => self.plan.identified_by(called.person),
        };
        by.map(|by| words::IdentifiedBy { by }.to_string()).unwrap_or_default()
    }

    /// Name, role, and how they are identified.
    pub fn called_line(&self, called: &Called) -> String {
        format!("{}{}", called.text, self.identity_shown(called))
    }

    /// That this person was identified in this way.
    pub fn identified(&self, person: Person, name: &str, by: &str) -> Identified {
        let planned = self.arranged_identification(name).filter(|planned| !alike(planned, by));
        Identified { person, name: name.to_owned(), by: by.to_owned(), instead_of: planned.map(str::to_owned) }
    }

    /// How the plan asks for whoever has this name to be identified.
    pub fn arranged_identification(&self, name: &str) -> Option<&str> {
        let arranged = self.plan.arrangements.people.iter().find(|arranged| alike(&arranged.name, name))?;
        arranged.identified_by.as_deref()
    }

    /// Everybody of these people about whom nobody has said yet how they were identified, in every role of theirs.
    pub fn not_yet_identified(&self, people: impl IntoIterator<Item = Person>) -> Vec<Person> {
        let unsaid = |person: &Person| self.people.identity(self.plan.name_of(*person)).is_none();
        people.into_iter().filter(unsaid).collect()
    }

    /// Everybody who is here and about whom neither plan nor people have said it.
    pub fn to_be_identified(&self) -> Vec<Person> {
        self.not_yet_identified(self.here().into_iter().map(|called| called.person))
    }

    /// That all of these people were identified: in the way of the plan or, where it says nothing, in this one. `None` if that
    /// is nobody.
    pub fn all_identified(&self, people: &[Person], otherwise: Option<&str>) -> Option<Fact> {
        let one = |person: &Person| {
            let name = self.plan.name_of(*person);
            let by = self.arranged_identification(name).or(otherwise)?;
            Some(self.identified(*person, name, by))
        };
        let people: Vec<Identified> = people.iter().filter_map(one).collect();
        (!people.is_empty()).then_some(Fact::Identified { people })
    }

    /// Whether somebody of this name, who is not called at the moment, is to be asked about: people have been called, and
    /// nobody has said how this person was identified.
    pub fn asks_identity_of(&self, name: &str) -> bool {
        !self.people.since.is_empty() && self.people.identity(name).is_none()
    }
}
