//! What is known about the people: who is absent, and who may know a share that now belongs to somebody else.

use crate::ceremony::known::Known;
use crate::ceremony::known::character::Cards;
use crate::ceremony::known::holders::{Holder, everybody};
use crate::plan::Plan;
use crate::record::Former;
use crate::terms::{CustodianNumber, Purpose};

/// What is known about the people beyond the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// Everyone without a tick at the roll call of a restore, as the record names them: name and role.
    pub absent: Vec<String>,
    /// Everybody who may know a share, by name, and which one: they saw it or sat down with it; with cards dealt
    /// earlier, everybody in the plan.
    pub knowing: Vec<(String, Holder)>,
}

impl People {
    pub(super) fn new(cards: Cards, plan: &Plan) -> Self {
        let knowing = match cards {
            Cards::Earlier => everybody(plan),
            Cards::Dealt | Cards::None => Vec::new(),
        };
        Self { absent: Vec::new(), knowing }
    }

    pub(super) fn is_absent(&self, name: &str) -> bool {
        self.absent.iter().any(|who| who.strip_prefix(name).is_some_and(|rest| rest.starts_with(" · ")))
    }

    pub(super) fn learn_formers(&mut self, people: &[Former]) {
        let known =
            |former: &Former| (former.name.clone(), Holder { share: former.share, custodian: former.custodian });
        self.knowing.extend(people.iter().map(known));
    }
}

impl Known {
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
        let same = |other: &str| other.trim().to_lowercase() == name.trim().to_lowercase();
        self.plan.guards().any(|other| same(other))
            || self.people.knowing.iter().any(|(other, of)| same(other) && *of != holder)
    }

    /// The name of a holder who may know the share.
    pub fn knows_the_share(&self, holder: Holder) -> Option<&str> {
        let name = holder.name(&self.plan);
        self.people.knowing.iter().any(|(other, of)| other == name && *of == holder).then_some(name)
    }
}
