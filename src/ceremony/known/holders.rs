//! Who has a part of which DKEK share, and who may know one that is another's by now. One person holds one share.

use crate::ceremony::known::State;
use crate::plan::Plan;
use crate::terms::{CustodianNumber, DkekShareNumber, Purpose, Quorum};

/// Somebody whom another person can stand in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The DKEK share that they have a part of.
    pub share: DkekShareNumber,
    /// Which custodian of it; none: whoever holds its password.
    pub custodian: Option<CustodianNumber>,
}

impl State {
    /// Whoever is at a custodian's place now has seen this card.
    pub(in crate::ceremony) fn has_seen(&mut self, card: Purpose, custodian: CustodianNumber) {
        let share = match card {
            Purpose::DkekShare(share) => Some(share),
            Purpose::SoPin => self.plan.so_pin_share(),
        };
        let Some(share) = share else { return };
        let place = Place { share, custodian: Some(custodian) };
        let known = (self.name_at(place).to_owned(), place);
        if !self.knowing.contains(&known) {
            self.knowing.push(known);
        }
    }

    /// One person holds one share: whether this one has another part than that of a place already, or may know one. Whoever
    /// was at the place before may come back to it.
    pub fn has_another_share(&self, name: &str, place: Place) -> bool {
        let same = |other: &str| other.trim().to_lowercase() == name.trim().to_lowercase();
        self.plan.guards().any(|other| same(other))
            || self.knowing.iter().any(|(other, of)| same(other) && *of != place)
    }

    /// The name of who is at a place now, where they may know the share.
    pub fn knows_the_share(&self, place: Place) -> Option<&str> {
        let name = self.name_at(place);
        self.knowing.iter().any(|(other, of)| other == name && *of == place).then_some(name)
    }

    /// Who is at a place now.
    pub fn name_at(&self, place: Place) -> &str {
        match place.custodian {
            Some(number) => self.plan.custodian(place.share, number),
            None => self.plan.holder(place.share),
        }
    }
}

/// Everybody who has a part of a DKEK share by the plan.
pub fn everybody(plan: &Plan) -> Vec<(String, Place)> {
    let of = |share: DkekShareNumber| {
        let custodians = plan.quorum(share).into_iter().flat_map(Quorum::numbers).map(Some);
        let holder = plan.quorum(share).is_none().then_some(None);
        custodians.chain(holder).map(move |custodian| Place { share, custodian })
    };
    let name = |place: Place| match place.custodian {
        Some(number) => (plan.custodian(place.share, number).to_owned(), place),
        None => (plan.holder(place.share).to_owned(), place),
    };
    plan.numbers().flat_map(of).map(name).collect()
}
