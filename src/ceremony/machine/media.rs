//! What people say about the medium of a copy.

use crate::ceremony::machine::Machine;
use crate::record::{Entry, Fact};

impl Machine {
    /// A medium was brought; empty fields say that it is the one of the plan and, in a rehearsal, that it is a folder.
    pub(super) fn bring_medium(&mut self, number: u8, typed: Option<String>, place: Option<String>) {
        let said = |text: Option<String>| text.filter(|text| !text.is_empty());
        let label = said(typed).or_else(|| self.known.medium_label(number).map(str::to_owned)).unwrap_or_default();
        self.emit(Entry::Learned { step: self.number(), fact: Fact::Medium { number, label, place: said(place) } });
    }

    /// Somebody decided that there is no such copy.
    pub(super) fn leave_medium_out(&mut self, number: u8, decided_by: String, reason: String) {
        let label = self.known.medium_label(number).map(str::to_owned);
        let fact = Fact::MediumLeftOut { number, label, decided_by, reason };
        self.emit(Entry::Learned { step: self.number(), fact });
    }
}
