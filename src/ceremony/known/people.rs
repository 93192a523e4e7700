//! What is known about the people: who is absent, and who may know a share that now belongs to somebody else.

use std::collections::{BTreeMap, BTreeSet};

use crate::ceremony::known::Known;
use crate::ceremony::known::character::Cards;
use crate::ceremony::known::holders::everybody;
use crate::ceremony::known::identified::Identity;
use crate::fields::{self, Decider, Field, FieldKind};
use crate::names::FieldName;
use crate::plan::Plan;
use crate::record::{Entry, Fact, Former};
use crate::terms::Holder;
use crate::terms::{CustodianNumber, Number, Person, Purpose, alike, initials};

/// What is known about the people beyond the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// Everyone who is not here: without a tick at the roll call and without anybody in their place, or gone since.
    pub absent: BTreeSet<Person>,
    /// In which step each of them was seen first, or came.
    pub since: BTreeMap<Person, Number>,
    /// Everybody who may know a share, by name, and which one: they saw it or sat down with it; with cards dealt
    /// earlier, everybody in the plan.
    pub knowing: Vec<(String, Holder)>,
    /// How people were identified, by name.
    pub identities: Vec<(String, Identity)>,
}

impl People {
    pub(super) fn new(cards: Cards, plan: &Plan) -> Self {
        let knowing = match cards {
            Cards::Earlier => everybody(plan),
            Cards::Dealt | Cards::Changed | Cards::Replaced | Cards::None => Vec::new(),
        };
        Self { absent: BTreeSet::new(), since: BTreeMap::new(), knowing, identities: Vec::new() }
    }

    pub(super) fn learn_formers(&mut self, people: &[Former]) {
        let known =
            |former: &Former| (former.name.clone(), Holder { share: former.share, custodian: former.custodian });
        // The folder may be read more than once.
        for known in people.iter().map(known) {
            if !self.knowing.contains(&known) {
                self.knowing.push(known);
            }
        }
    }
}

impl Known {
    /// Whether whoever has this role is not here.
    pub fn is_absent(&self, person: Person) -> bool {
        self.people.absent.contains(&person)
    }

    /// Everybody who is here, each once, but for those whom a decision is about.
    pub fn deciders(&self, about: &[String]) -> Vec<Decider> {
        let mut names: Vec<&str> = Vec::new();
        for person in self.plan.people().into_iter().filter(|person| !self.is_absent(*person)) {
            let name = self.plan.name_of(person);
            if !names.iter().any(|known| alike(known, name)) && !about.iter().any(|other| alike(other, name)) {
                names.push(name);
            }
        }
        let all: Vec<Option<String>> = names.iter().map(|name| initials(name)).collect();
        let alone = |own: &String| all.iter().flatten().filter(|other| *other == own).count() == 1;
        let decider = |(name, own): (&&str, &Option<String>)| Decider {
            name: (*name).to_owned(),
            initials: own.clone().filter(|own| alone(own)),
        };
        names.iter().zip(&all).map(decider).collect()
    }

    /// The field for whoever decides.
    pub fn who_decides(&self, about: Vec<String>) -> Field {
        Field::new(FieldName::DecidedBy, FieldKind::Decider { people: self.deciders(&about), about })
    }

    /// The name of whoever decides, who may have typed initials.
    pub fn decider(&self, typed: &str, about: &[String]) -> String {
        let people = self.deciders(about);
        fields::decider(typed, &people).map_or_else(|| typed.trim().to_owned(), |one| one.name.clone())
    }

    /// Everybody who was called and has no tick, as the record names them.
    pub(super) fn learn_absent(&mut self, people: &[String]) {
        let absent = self.called().into_iter().filter(|called| people.contains(&called.text));
        self.people.absent = absent.map(|called| called.person).collect();
    }

    /// Somebody has come or left, with every role of theirs.
    pub(super) fn learn_presence(&mut self, name: &str, here: bool) {
        let roles = self.plan.people().into_iter().filter(|person| alike(self.plan.name_of(*person), name));
        for person in roles.collect::<Vec<_>>() {
            if here {
                self.people.absent.remove(&person);
            } else {
                self.people.absent.insert(person);
            }
        }
    }

    /// In which step people were seen first, or came.
    pub(super) fn learn_since(&mut self, entry: &Entry) {
        let (step, people): (Number, Vec<Person>) = match entry {
            Entry::Learned { step, fact: Fact::Present { people } } => {
                let here = self.called().into_iter().filter(|called| people.contains(&called.text));
                (*step, here.map(|called| called.person).collect())
            }
            Entry::Learned { step, fact: Fact::Arrived { name, .. } } => {
                let roles = self.plan.people().into_iter();
                (*step, roles.filter(|person| alike(self.plan.name_of(*person), name)).collect())
            }
            Entry::Substituted { step, share, custodian, .. } => {
                (*step, vec![Person::Holder(Holder { share: *share, custodian: *custodian })])
            }
            Entry::StoodIn { step, person, .. } => (*step, vec![*person]),
            Entry::Learned { .. }
            | Entry::Began { .. }
            | Entry::Intent { .. }
            | Entry::Revealed { .. }
            | Entry::Done { .. }
            | Entry::Failed { .. }
            | Entry::Recovered { .. }
            | Entry::Resumed { .. }
            | Entry::Deviates { .. }
            | Entry::Remarked { .. }
            | Entry::Sealed { .. } => return,
        };
        self.people.since.extend(people.into_iter().map(|person| (person, step)));
    }

    /// Somebody takes a role, and is here.
    pub(super) fn learn_stands_in(&mut self, person: Person, name: &str) {
        self.plan.replace(person, name);
        self.people.absent.remove(&person);
    }

    /// Whoever has this custodian's place now has seen this card.
    pub(super) fn learn_seen_card(&mut self, card: Purpose, custodian: CustodianNumber) {
        let share = match card {
            Purpose::DkekShare(share) => Some(share),
            Purpose::SoPin => self.plan.so_pin_share(),
        };
        let Some(share) = share else { return };
        let holder = Holder { share, custodian: Some(custodian) };
        let known = (holder.name(&self.plan).to_owned(), holder);
        if !self.people.knowing.contains(&known) {
            self.people.knowing.push(known);
        }
    }

    /// One person holds one share: whether this person already has a different one from this holder's, or may know one.
    /// Anyone who held this place before may come back to it.
    pub fn has_another_share(&self, name: &str, holder: Holder) -> bool {
        let same = |other: &str| alike(other, name);
        self.plan.guards().any(|other| same(other))
            || self.people.knowing.iter().any(|(other, of)| same(other) && *of != holder)
    }

    /// Whether a person of this name cannot take a role: whoever holds a share gets no second one.
    pub fn cannot_stand_in(&self, person: Person, name: &str) -> bool {
        match person {
            Person::Holder(holder) => self.has_another_share(name, holder),
            Person::Administrator
            | Person::SoPinHolder
            | Person::PinHolder
            | Person::Auditor(_)
            | Person::Witness(_) => false,
        }
    }

    /// The name of a holder who may know the share.
    pub fn knows_the_share(&self, holder: Holder) -> Option<&str> {
        let name = holder.name(&self.plan);
        self.people.knowing.iter().any(|(other, of)| other == name && *of == holder).then_some(name)
    }
}
