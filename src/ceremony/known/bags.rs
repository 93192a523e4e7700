//! What is known about the bags: the numbers on record, and whose cards have been taken out today.

use std::collections::{BTreeMap, BTreeSet};

use crate::ceremony::known::Known;
use crate::record::RecordedBag;
use crate::terms::Holder;
use crate::terms::{Purpose, Seat};

/// The bags of cards and of passwords on paper.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bags {
    /// The number that was recorded last for each holder.
    pub numbers: BTreeMap<Holder, String>,
    /// Custodians who typed from their cards in this sitting.
    pub used: BTreeSet<Holder>,
    /// Holders whose card is outside its bag.
    pub outside: BTreeSet<Holder>,
}

impl Bags {
    /// The number of the bag that somebody's card or paper is in.
    pub fn closed(&self, holder: Holder) -> Option<&str> {
        self.numbers.get(&holder).filter(|_| !self.outside.contains(&holder)).map(String::as_str)
    }

    pub(super) fn learn_bagged(&mut self, holder: Holder, bag: &str) {
        self.numbers.insert(holder, bag.to_owned());
        self.outside.remove(&holder);
    }

    pub(super) fn learn_on_record(&mut self, bags: &[RecordedBag]) {
        for RecordedBag { share, custodian, bag } in bags {
            self.learn_bagged(Holder { share: *share, custodian: *custodian }, bag);
        }
    }
}

impl Known {
    /// Whoever sits there has a card outside its bag, whatever became of its share.
    pub(super) fn learn_card_used(&mut self, card: Purpose, seat: Seat) {
        let share = match card {
            Purpose::DkekShare(share) => Some(share),
            Purpose::SoPin => self.plan.so_pin_share(),
        };
        let holder = |share| Some(Holder { share, custodian: Some(self.seats.sitter(seat)?) });
        let holder = share.and_then(holder);
        self.bags.used.extend(holder);
        self.bags.outside.extend(holder);
    }
}
