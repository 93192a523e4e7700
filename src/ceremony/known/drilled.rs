//! What is known about a drill: how far it goes, and whose share was proven.

use std::collections::{BTreeMap, BTreeSet};

use crate::ceremony::known::Known;
use crate::record::{DepartedOutcome, Loss};
use crate::terms::{Day, DkekShareNumber, Drill, Holder, Person, Quorum, Scheme, Seat};

/// The drill.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drilled {
    /// How far it goes, once that is chosen.
    pub chosen: Option<Drill>,
    /// Whose share was among those that opened a share file.
    pub proven: BTreeSet<Holder>,
    /// The sets of the cards before those of today, by DKEK share.
    pub sets_before: Vec<Option<String>>,
    /// What came of a share of one of them.
    pub departed: BTreeMap<DkekShareNumber, DepartedOutcome>,
    /// When the next one is due.
    pub next: Option<Day>,
}

impl Known {
    /// A drill takes nothing away: the device that holds the keys stays in use, and is never the spare.
    pub(super) fn learn_drill_chosen(&mut self, drill: Drill) {
        self.drilled.chosen = Some(drill);
        self.restored.loss = Some(Loss::Nothing);
    }

    /// The set of the cards before those of today that can be typed together with them: it has the same form.
    pub fn set_before(&self, share: DkekShareNumber) -> Option<&str> {
        let set = self.drilled.sets_before.get(share.index())?.as_deref()?;
        // A prime is written with colons, the number of a set of words without.
        let scheme = if set.contains(':') { Scheme::ScHsmTool } else { Scheme::Words };
        (self.plan.scheme(share) == Some(scheme)).then_some(set)
    }

    /// Whether it is a drill that needs no device.
    pub const fn drills_without_device(&self) -> bool {
        match self.drilled.chosen {
            Some(Drill::Quorum | Drill::Everyone) => true,
            Some(Drill::Spare) | None => false,
        }
    }

    /// A share that agrees with those that opened the file opens it together with any of them.
    pub(super) fn learn_proven_shares(&mut self, share: DkekShareNumber, right: &[Seat]) {
        let holder = |seat: &Seat| Some(Holder { share, custodian: Some(self.seats.sitter(*seat)?) });
        let proven: Vec<Holder> = right.iter().filter_map(holder).collect();
        self.drilled.proven.extend(proven);
    }

    /// The custodians whose share was not proven in this sitting.
    pub fn shares_not_proven(&self) -> Vec<Holder> {
        let quorum = |share| self.plan.quorum(share).into_iter().flat_map(Quorum::numbers);
        let all = self
            .plan
            .numbers()
            .flat_map(|share| quorum(share).map(move |custodian| Holder { share, custodian: Some(custodian) }));
        all.filter(|holder| !self.drilled.proven.contains(holder)).collect()
    }

    /// How many seats a drill of every share opens from the start: one for each custodian who is here.
    pub(super) fn seats_of_everyone(&self, share: DkekShareNumber) -> Option<u8> {
        let quorum = self.plan.quorum(share).filter(|_| self.drilled.chosen == Some(Drill::Everyone))?;
        let here = |custodian| !self.is_absent(Person::Holder(Holder { share, custodian: Some(custodian) }));
        let here = u8::try_from(quorum.numbers().filter(|number| here(*number)).count()).unwrap_or(u8::MAX);
        Some(here.max(quorum.threshold()))
    }
}
