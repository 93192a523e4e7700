//! Who has which role, who stands in, and which people would check themselves.

use super::Plan;
use crate::terms::{Holder, Person, alike};

/// One person in two roles that check each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The name, as it is in the first role.
    pub name: String,
    /// The two roles.
    pub roles: [Person; 2],
}

impl Plan {
    /// Everybody in the plan, in the order of the roll call. If the custodians share the SO-PIN, the administrator types
    /// the one that a device had before, and is called once.
    pub fn people(&self) -> Vec<Person> {
        let mut people = vec![Person::Administrator];
        for share in self.numbers() {
            match self.quorum(share) {
                Some(quorum) => people
                    .extend(quorum.numbers().map(|number| Person::Holder(Holder { share, custodian: Some(number) }))),
                None => people.push(Person::Holder(Holder { share, custodian: None })),
            }
        }
        people.extend((!self.administrator_has_so_pin()).then_some(Person::SoPinHolder));
        people.push(Person::PinHolder);
        people.extend((1..).zip(&self.auditors).map(|(number, _)| Person::Auditor(number)));
        people.extend((1..).zip(&self.witnesses).map(|(number, _)| Person::Witness(number)));
        people
    }

    /// Whether the administrator types the SO-PIN that a device had before, because nobody holds the new one.
    pub fn administrator_has_so_pin(&self) -> bool {
        self.so_pin_share().is_some() && self.so_pin_holder == self.administrator
    }

    /// The name of whoever has a role; empty if the plan has no such role.
    pub fn name_of<'a>(&'a self, person: Person) -> &'a str {
        let listed =
            |names: &'a [String], number: u8| names.get(usize::from(number).wrapping_sub(1)).map_or("", String::as_str);
        match person {
            Person::Administrator => &self.administrator,
            Person::Holder(Holder { share, custodian: Some(number) }) => self.custodian(share, number),
            Person::Holder(Holder { share, custodian: None }) => self.holder(share),
            Person::SoPinHolder => &self.so_pin_holder,
            Person::PinHolder => &self.pin_holder,
            Person::Auditor(number) => listed(&self.auditors, number),
            Person::Witness(number) => listed(&self.witnesses, number),
        }
    }

    /// Somebody takes a role.
    pub fn replace(&mut self, person: Person, name: &str) {
        let also_so_pin = self.administrator_has_so_pin();
        let at = |number: u8| usize::from(number).wrapping_sub(1);
        let place = match person {
            Person::Administrator => {
                if also_so_pin {
                    name.clone_into(&mut self.so_pin_holder);
                }
                Some(&mut self.administrator)
            }
            Person::Holder(Holder { share, custodian }) => {
                self.substitute(share, custodian, name);
                None
            }
            Person::SoPinHolder => Some(&mut self.so_pin_holder),
            Person::PinHolder => Some(&mut self.pin_holder),
            Person::Auditor(number) => self.auditors.get_mut(at(number)),
            Person::Witness(number) => self.witnesses.get_mut(at(number)),
        };
        if let Some(place) = place {
            name.clone_into(place);
        }
    }

    /// The roles of a person of this name that check `person`'s, besides that one.
    pub fn checking(&self, person: Person, name: &str) -> Vec<Person> {
        let checks = |other: &Person| *other != person && person.checks(*other) && alike(self.name_of(*other), name);
        self.people().into_iter().filter(checks).collect()
    }

    /// Everybody who has two roles that check each other. The plan can be used, but one person checks nobody.
    pub fn clashes(&self) -> Vec<Clash> {
        let people = self.people();
        let mut clashes = Vec::new();
        for (place, one) in people.iter().enumerate() {
            for other in people.iter().skip(place + 1).filter(|other| one.checks(**other)) {
                let name = self.name_of(*one);
                if alike(name, self.name_of(*other)) {
                    clashes.push(Clash { name: name.to_owned(), roles: [*one, *other] });
                }
            }
        }
        clashes
    }
}
