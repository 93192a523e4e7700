//! Who sat where, and what they gave.

use std::collections::BTreeMap;

use crate::ceremony::known::Known;
use crate::terms::{CustodianNumber, DkekShareNumber, Holder, Person, Purpose, Seat};

/// The seats of the quorums.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seats {
    /// Seats beyond the quorum that were added.
    pub extra: u8,
    /// Who sat where since the last opening.
    pub seated: Vec<(Seat, CustodianNumber)>,
    /// The possible meanings of the ids of the shares given since the last opening, by what they are shares of.
    pub given: BTreeMap<Purpose, Vec<(Seat, Vec<u8>)>>,
    /// Seats whose shares were wrong at the last opening.
    pub wrong: Vec<Seat>,
}

impl Seats {
    /// The shares that were given at seats since the last opening.
    pub fn given(&self, card: Purpose) -> &[(Seat, Vec<u8>)] {
        self.given.get(&card).map_or(&[], Vec::as_slice)
    }

    /// Who sits at a seat.
    pub fn sitter(&self, seat: Seat) -> Option<CustodianNumber> {
        self.seated.iter().find(|(taken, _)| *taken == seat).map(|(_, custodian)| *custodian)
    }

    /// Forgets who sat where: the seats are free again.
    pub fn free(&mut self) {
        self.seated.clear();
        self.given.clear();
        self.extra = 0;
    }

    /// A seat types its share of this again; what the others gave is kept.
    pub fn gives_again(&mut self, card: Option<Purpose>, seat: Seat) {
        if let Some(given) = card.and_then(|card| self.given.get_mut(&card)) {
            given.retain(|(taken, _)| *taken != seat);
        }
    }

    pub(super) fn learn_seated(&mut self, seat: Seat, custodian: CustodianNumber) {
        if self.sitter(seat).is_some_and(|before| before != custodian) {
            // What was given here came from the cards of somebody who has stood up.
            self.given.values_mut().for_each(|given| given.retain(|(taken, _)| *taken != seat));
        }
        self.seated.retain(|(taken, _)| *taken != seat);
        self.seated.push((seat, custodian));
    }

    pub(super) fn learn_given(&mut self, card: Purpose, seat: Seat, ids: &[u8]) {
        let given = self.given.entry(card).or_default();
        given.retain(|(taken, _)| *taken != seat);
        given.push((seat, ids.to_vec()));
    }

    pub(super) fn learn_opened(&mut self, wrong: &[Seat]) {
        self.wrong = wrong.to_vec();
        self.extra = 0;
    }

    pub(super) fn learn_so_pin_rebuilt(&mut self, wrong: &[Seat]) {
        self.wrong.extend(wrong);
        self.wrong.sort();
        self.wrong.dedup();
    }
}

impl Known {
    /// Whether a seat has given everything that is asked for there.
    pub fn has_given(&self, share: DkekShareNumber, seat: Seat) -> bool {
        let given = |card| self.seats.given(card).iter().any(|(taken, _)| *taken == seat);
        given(Purpose::DkekShare(share)) && (self.plan.so_pin_share() != Some(share) || given(Purpose::SoPin))
    }

    /// How many seats of a quorum are open.
    pub fn open_seats(&self, share: DkekShareNumber) -> u8 {
        let usual = || self.plan.quorum(share).map_or(0, |quorum| quorum.threshold() + self.seats.extra);
        self.seats_of_everyone(share).unwrap_or_else(usual)
    }

    /// Custodians of this share who are present and have not sat down; anyone absent at the roll call is not counted.
    pub fn custodians_left(&self, share: DkekShareNumber) -> u8 {
        let Some(quorum) = self.plan.quorum(share) else { return 0 };
        let person = |number| Person::Holder(Holder { share, custodian: Some(number) });
        let here = quorum.numbers().filter(|number| !self.is_absent(person(*number)));
        u8::try_from(here.count()).unwrap_or(u8::MAX).saturating_sub(self.open_seats(share))
    }
}
