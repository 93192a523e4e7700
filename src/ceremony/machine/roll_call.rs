//! How the roll call is answered.

use crate::ceremony::known::roll_call::Called;
use crate::ceremony::machine::{Asking, Machine, Mode};
use crate::record::{CeremonyKind, Entry, Fact};

impl Machine {
    /// Who stands in has not been seen yet, whoever was ticked before.
    pub(in crate::ceremony) fn untick_who_is_new(&mut self, before: &[Called]) {
        let new: Vec<bool> = before.iter().zip(self.known.called()).map(|(old, now)| old.text != now.text).collect();
        if let Mode::Asking(Asking { ticks, .. }) = &mut self.mode
            && ticks.len() == new.len()
        {
            ticks.iter_mut().zip(new).for_each(|(tick, new)| *tick &= !new);
        }
    }

    /// Whether it goes on with who is here: *restore* takes any quorum, *establish* needs everybody, for everybody gets a
    /// card.
    pub(in crate::ceremony) fn enough(&self, ticks: &[bool]) -> bool {
        match self.known.ceremony {
            CeremonyKind::Restore => self.known.still_needed(ticks).is_empty(),
            CeremonyKind::Establish | CeremonyKind::Inspect => ticks.iter().all(|tick| *tick),
        }
    }

    /// Who is here, and who is not.
    pub(in crate::ceremony) fn note_who_is_here(&mut self, ticks: &[bool]) {
        let called = self.known.called();
        let named = |here: bool| {
            let people = called.iter().zip(ticks).filter(|(_, tick)| **tick == here);
            people.map(|(called, _)| called.text.clone()).collect::<Vec<_>>()
        };
        let (people, away, step) = (named(true), named(false), self.number());
        self.emit(Entry::Learned { step, fact: Fact::Present { people } });
        if !away.is_empty() {
            self.emit(Entry::Learned { step, fact: Fact::Absent { people: away } });
        }
    }
}
