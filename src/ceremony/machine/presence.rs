//! Who comes, who leaves, who stands in, and who acts in place of a person who is absent. Nobody absent is asked to act.

use crate::ceremony::known::character::{Cards, DeviceUse};
use crate::ceremony::known::roll_call::with_role;
use crate::ceremony::machine::interlude::{Change, Interlude};
use crate::ceremony::machine::{Asking, Detour, Machine, Mode, Request};
use crate::ceremony::steps::{Condition, Stage, StageKind, Step, hand_over};
use crate::record::{Entry, Fact};
use crate::terms::{Holder, Person};

impl Machine {
    /// Everybody who can be replaced now: those who hold a part of a DKEK share first; at a step of one of them, only
    /// the people of that share. A chosen password cannot be known to anybody else, and where no cards are used, nobody
    /// needs a custodian.
    pub(in crate::ceremony) fn replaceable(&self) -> Vec<Person> {
        let known = &self.known;
        let here = self.step().filter(|step| step.actor.has_a_part()).map(|step| step.share);
        let holds = |holder: &Holder| {
            let chosen = known.shares.kcv(holder.share).is_some() || known.cards() != Cards::Dealt;
            known.ceremony.cards != Cards::None
                && here.is_none_or(|here| here == holder.share)
                && (holder.custodian.is_some() || !chosen)
        };
        let uses_so_pin = match known.ceremony.devices {
            DeviceUse::ChangesPins => true,
            DeviceUse::Adds | DeviceUse::None => false,
            DeviceUse::Provisions | DeviceUse::Fleet | DeviceUse::Retires | DeviceUse::Keeps => {
                known.ceremony.cards != Cards::None
            }
        };
        let (mut holders, mut others) = (Vec::new(), Vec::new());
        for person in known.plan.people() {
            match person {
                Person::Holder(holder) if holds(&holder) => holders.push(person),
                Person::Holder(_) => {}
                Person::SoPinHolder if !uses_so_pin => {}
                Person::Administrator
                | Person::SoPinHolder
                | Person::PinHolder
                | Person::Auditor(_)
                | Person::Witness(_) => others.push(person),
            }
        }
        holders.append(&mut others);
        holders
    }

    /// Everybody who can leave: those who are here.
    pub(in crate::ceremony) fn may_go(&self) -> Vec<Person> {
        self.known.plan.people().into_iter().filter(|person| !self.known.is_absent(*person)).collect()
    }

    /// Whether people are being called.
    pub(super) fn at_the_roll_call(&self) -> bool {
        matches!(self.stage().map(|stage| stage.kind), Some(StageKind::RollCall(_)))
    }

    /// Whoever should act now, if they are absent. Anybody may take a seat, and whoever is absent cannot be chosen there.
    fn absent_actor(&self) -> Option<Person> {
        let step = self.step().filter(|step| step.seat().is_none() && self.known.progress.ended.is_none())?;
        step.acting(&self.known).filter(|person| self.known.is_absent(*person))
    }

    /// The stage that begins waits if whoever should act is absent; returns whether it does.
    pub(super) fn waits_for_somebody(&mut self) -> bool {
        let Some(person) = self.absent_actor() else { return false };
        self.nobody_acts = true;
        self.request(Request::ForgetTyped);
        self.mode = Mode::Asking(Asking::default());
        // A question that was asked while the clerk was working comes first.
        if self.interlude.is_none() {
            self.ask_next(Interlude::Absent(person));
        }
        true
    }

    /// After a question in between: nobody absent is asked to act, and what waited for somebody continues.
    pub(super) fn calls_who_acts(&mut self) {
        if matches!(self.mode, Mode::Working { .. }) {
            return;
        }
        if let Some(person) = self.absent_actor() {
            self.ask_next(Interlude::Absent(person));
        } else if std::mem::take(&mut self.nobody_acts) {
            self.enter_stage(self.stage);
        }
    }

    /// Whether somebody must decide on a change, by name: whenever somebody else gets a role, and where an auditor leaves.
    pub(super) const fn needs_a_decision(change: &Change) -> bool {
        match change {
            Change::StandsIn(..) | Change::Leaves(Person::Auditor(_)) => true,
            Change::Leaves(
                Person::Administrator
                | Person::Holder(_)
                | Person::SoPinHolder
                | Person::PinHolder
                | Person::Witness(_),
            ) => false,
        }
    }

    /// Somebody has come.
    pub(super) fn arrives(&mut self, person: Person) {
        let name = self.known.plan.name_of(person).to_owned();
        self.people_change(vec![self.learned(Fact::Arrived { person, name })]);
    }

    /// Somebody leaves. Without an auditor, somebody must decide to go on.
    pub(super) fn goes(&mut self, person: Person) {
        self.ask_next(Interlude::Why(Change::Leaves(person), None));
    }

    /// A change among the people, with its reason.
    pub(super) fn changes(&mut self, change: Change, reason: String, decided_by: Option<String>) {
        let (plan, step) = (&self.known.plan, self.number());
        let entries = match change {
            Change::StandsIn(person, name) => {
                let former = plan.name_of(person).to_owned();
                vec![match person {
                    Person::Holder(place) => Entry::Substituted {
                        step,
                        share: place.share,
                        custodian: place.custodian,
                        name,
                        former_knows: self.known.knows_the_share(place).map(str::to_owned),
                        former: Some(former),
                        reason: Some(reason),
                        decided_by,
                    },
                    Person::Administrator
                    | Person::SoPinHolder
                    | Person::PinHolder
                    | Person::Auditor(_)
                    | Person::Witness(_) => Entry::StoodIn { step, person, name, former, reason, decided_by },
                }]
            }
            Change::Leaves(person) => {
                let gone = self.learned(Fact::Gone {
                    person,
                    name: plan.name_of(person).to_owned(),
                    reason: Some(reason.clone()),
                });
                let without = |decided_by| Fact::Without { people: vec![with_role(plan, person)], decided_by, reason };
                [gone].into_iter().chain(decided_by.map(|by| self.learned(without(by)))).collect()
            }
        };
        self.people_change(entries);
    }

    /// Somebody decided to go on without the auditors who are missing at the roll call.
    pub(super) fn go_on_without_auditors(&mut self, decided_by: String, reason: String) {
        let missing = self.known.people.absent.iter().filter(|person| matches!(person, Person::Auditor(_)));
        let people = missing.map(|person| with_role(&self.known.plan, *person)).collect();
        self.emit(self.learned(Fact::Without { people, decided_by, reason }));
    }

    fn learned(&self, fact: Fact) -> Entry {
        Entry::Learned { step: self.number(), fact }
    }

    /// Records a change among the people. If somebody else acts now, they take the keyboard first.
    fn people_change(&mut self, entries: Vec<Entry>) {
        let acting = |machine: &Self| machine.step().and_then(|step| step.person(&machine.known)).map(str::to_owned);
        let (before, called) = (acting(self), self.known.called());
        for entry in entries {
            self.emit(entry);
        }
        self.untick_who_is_new(&called);
        self.request(Request::ForgetTyped);
        self.request(Request::SetAside(false));
        if !matches!(self.mode, Mode::Asking(_)) || self.absent_actor().is_some() {
            self.calls_who_acts();
            return;
        }
        let waited = std::mem::take(&mut self.nobody_acts);
        let step = self.step().cloned();
        let sat = step.filter(|step| step.seat().is_some()).and_then(|step| step.acting(&self.known));
        if sat.is_some_and(|person| self.known.is_absent(person)) {
            // Whoever sat here has left: somebody else sits down.
            self.enter_stage(0);
            return;
        }
        let other = before.is_some() && acting(self) != before;
        let hands_over = matches!(self.stage().map(|stage| stage.kind), Some(StageKind::HandOver));
        if other && !hands_over && self.detour.is_none() && !self.at_the_roll_call() {
            let Some(step) = self.step().cloned() else { return };
            let stages = vec![Stage { when: Condition::Always, ..hand_over::HAND_OVER }];
            self.detour = Some(Detour { step: Step { stages, ..step }, back_to: self.stage });
            self.enter_stage(0);
        } else if waited || (other && hands_over) {
            self.enter_stage(self.stage);
        }
    }
}
