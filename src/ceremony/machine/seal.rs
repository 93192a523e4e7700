//! The last line of the record, and what the machine adds to the facts of the clerk, who knows no people.

use crate::ceremony::known::holders::everybody;
use crate::ceremony::machine::Machine;
use crate::record::{BagNow, Ending, Entry, Fact, Sat};
use crate::terms::{DkekShareNumber, Holder, Person, Seat};

impl Machine {
    /// Ends the record.
    pub(super) fn seal(&mut self, ending: Ending) {
        let progress = &self.known.progress;
        let (deviations, deviated) = (progress.deviations, progress.deviated.clone());
        let now = |(_, holder): (String, Holder)| {
            let bag = self.known.bags.closed(holder)?.to_owned();
            let name = holder.name(&self.known.plan).to_owned();
            Some(BagNow { share: holder.share, custodian: holder.custodian, name, bag })
        };
        let bags = everybody(&self.known.plan).into_iter().filter_map(now).collect();
        self.emit(Entry::Sealed { ending, deviations, deviated, bags });
    }

    /// A fact with the people who sat at the seats that it speaks of.
    pub(super) fn with_people(&self, fact: Fact) -> Fact {
        match fact {
            Fact::Opened { share, file, kcv, right, wrong, defects, needed, people: _ } => {
                let people = self.sat(Some(share), &right, &wrong);
                Fact::Opened { share, file, kcv, right, wrong, defects, needed, people }
            }
            Fact::SoPinRebuilt { right, wrong, people: _ } => {
                let people = self.sat(self.known.plan.so_pin_share(), &right, &wrong);
                Fact::SoPinRebuilt { right, wrong, people }
            }
            other => other,
        }
    }

    fn sat(&self, share: Option<DkekShareNumber>, right: &[Seat], wrong: &[Seat]) -> Vec<Sat> {
        let mut seats: Vec<Seat> = right.iter().chain(wrong).copied().collect();
        seats.sort();
        let sat = |seat: Seat| {
            let custodian = self.known.seats.sitter(seat)?;
            let person = Person::Holder(Holder { share: share?, custodian: Some(custodian) });
            Some(Sat { seat, custodian, name: self.known.plan.name_of(person).to_owned() })
        };
        seats.into_iter().filter_map(sat).collect()
    }
}
