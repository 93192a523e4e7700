//! Answering the roll call.

use crate::ceremony::known::roll_call::{Attendance, Called, Person};
use crate::ceremony::machine::input::{Input, TickId};
use crate::ceremony::machine::{Asking, Machine, Mode};
use crate::record::{Entry, Fact};
use crate::terms::KeyReference;

impl Asking {
    /// Everyone with a tick.
    pub(in crate::ceremony) fn here(&self) -> Vec<Person> {
        let person = |(id, ticked): &(TickId, bool)| match id {
            TickId::Person(person) => ticked.then_some(*person),
            TickId::Item(_) | TickId::Key(_) => None,
        };
        self.ticks.iter().filter_map(person).collect()
    }

    /// Every key with a tick.
    pub(in crate::ceremony) fn picked(&self) -> Vec<KeyReference> {
        let key = |(id, ticked): &(TickId, bool)| match id {
            TickId::Key(reference) => ticked.then_some(*reference),
            TickId::Item(_) | TickId::Person(_) => None,
        };
        self.ticks.iter().filter_map(key).collect()
    }

    /// Whether everything is ticked.
    pub(in crate::ceremony) fn all_ticked(&self) -> bool {
        self.ticks.iter().all(|(_, ticked)| *ticked)
    }
}

impl Machine {
    /// Handles a tick or Enter; returns whether to continue.
    pub(in crate::ceremony) fn tick(&mut self, attendance: Attendance, input: &Input) -> bool {
        if let (Mode::Asking(asking), Input::Tick(id)) = (&mut self.mode, input) {
            asking.ticks.iter_mut().filter(|(known, _)| known == id).for_each(|(_, ticked)| *ticked = !*ticked);
        }
        match &self.mode {
            Mode::Asking(asking) => *input == Input::GoOn && self.enough(attendance, asking),
            Mode::Working { .. } | Mode::Faulted { .. } => false,
        }
    }

    /// A substitute has not been seen yet, whoever was ticked before.
    pub(in crate::ceremony) fn untick_who_is_new(&mut self, before: &[Called]) {
        let called = self.known.called();
        let Mode::Asking(Asking { ticks, .. }) = &mut self.mode else { return };
        for new in called.iter().filter(|now| !before.contains(now)) {
            for (_, ticked) in ticks.iter_mut().filter(|(id, _)| *id == TickId::Person(new.person)) {
                *ticked = false;
            }
        }
    }

    /// Whether the people present are enough to continue.
    pub(in crate::ceremony) fn enough(&self, attendance: Attendance, asking: &Asking) -> bool {
        match attendance {
            Attendance::Quorum => {
                let here = asking.here();
                self.known.without_tick(attendance, &here).is_empty() && self.known.still_needed(&here).is_empty()
            }
            Attendance::Administrator => self.known.without_tick(attendance, &asking.here()).is_empty(),
            Attendance::Everyone if self.at_the_roll_call() => {
                self.known.without_tick(attendance, &asking.here()).is_empty()
            }
            Attendance::Everyone => asking.all_ticked(),
        }
    }

    /// Records who is present, and who is not; and that those who are were identified as the plan says, where it says it.
    pub(in crate::ceremony) fn note_who_is_here(&mut self) {
        let Mode::Asking(asking) = &self.mode else { return };
        let (called, here) = (self.known.called(), asking.here());
        let (people, away): (Vec<_>, Vec<_>) = called.into_iter().partition(|called| here.contains(&called.person));
        let names = |people: Vec<Called>| people.into_iter().map(|called| called.text).collect::<Vec<_>>();
        let (people, away, step) = (names(people), names(away), self.number());
        self.emit(Entry::Learned { step, fact: Fact::Present { people } });
        if !away.is_empty() {
            self.emit(Entry::Learned { step, fact: Fact::Absent { people: away } });
        }
        // A tick says: identified as the plan says, unless people have said something else.
        let as_planned = self.known.all_identified(&self.known.not_yet_identified(here), None);
        if let Some(fact) = as_planned {
            self.emit(Entry::Learned { step, fact });
        }
    }
}
