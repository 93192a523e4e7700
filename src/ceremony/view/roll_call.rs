//! Who is called, and who must be here before it goes on.

use crate::ceremony::machine::{Asking, Machine, Mode};
use crate::ceremony::steps::StageKind;
use crate::record::{CeremonyKind, Entry, Fact};
use crate::script::fill;
use crate::script::words;
use crate::terms::{DkekShareNumber, Quorum};

/// Somebody who is called.
pub(in crate::ceremony) struct Called {
    /// Name and role.
    pub text: String,
    /// The DKEK share that they have a part of.
    guards: Option<DkekShareNumber>,
}

impl Machine {
    /// Everyone of the plan with what they are.
    pub(in crate::ceremony) fn called(&self) -> Vec<Called> {
        let plan = &self.known().plan;
        let other = |word: &'static str, name: &str| {
            let text = format!("{name} · {}", self.script.word(word));
            Called { text, guards: None }
        };
        let several = plan.dkek_shares.len() > 1;
        let of = |share: DkekShareNumber| if several { format!("{share}.") } else { String::new() };
        let mut people = vec![other("role-administrator", &plan.administrator)];
        for share in plan.numbers() {
            let guard = |text| Called { text, guards: Some(share) };
            match plan.quorum(share) {
                Some(quorum) => people.extend(quorum.numbers().map(|number| {
                    let name = plan.custodian(share, number);
                    guard(format!("{name} · {} {}{number}", words::ROLE_CUSTODIAN, of(share)))
                })),
                None => people.push(guard(self.holder(share))),
            }
        }
        if plan.so_pin_share().is_none() || plan.so_pin_holder != plan.administrator {
            people.push(other("role-so-pin-holder", &plan.so_pin_holder));
        }
        people.push(other("role-pin-holder", &plan.pin_holder));
        people.extend(plan.auditors.iter().map(|name| other("role-auditor", name)));
        people.extend(plan.witnesses.iter().map(|name| other("role-witness", name)));
        people
    }

    fn holder(&self, share: DkekShareNumber) -> String {
        let role = words::ROLE_PASSWORD_HOLDER;
        format!("{} · {role} {share}", self.known().plan.holder(share))
    }

    /// How many people of each DKEK share are still needed. *Restore* takes any quorum; *establish* needs everybody, for
    /// everybody gets a card.
    fn needed(&self, ticks: &[bool]) -> Vec<(DkekShareNumber, u8)> {
        let (plan, called) = (&self.known().plan, self.called());
        let still = |share: DkekShareNumber| {
            let here = called.iter().zip(ticks).filter(|(called, tick)| **tick && called.guards == Some(share));
            let here = u8::try_from(here.count()).unwrap_or(u8::MAX);
            (share, plan.quorum(share).map_or(1, Quorum::threshold).saturating_sub(here))
        };
        plan.numbers().map(still).filter(|(_, more)| *more > 0).collect()
    }

    /// Who stands in has not been seen yet, whoever was ticked before.
    pub(in crate::ceremony) fn untick_who_is_new(&mut self, before: &[Called]) {
        let new: Vec<bool> = before.iter().zip(self.called()).map(|(old, now)| old.text != now.text).collect();
        if let Mode::Asking(Asking { ticks, .. }) = &mut self.mode
            && ticks.len() == new.len()
        {
            ticks.iter_mut().zip(new).for_each(|(tick, new)| *tick &= !new);
        }
    }

    /// Whether it goes on with who is here.
    pub(in crate::ceremony) fn enough(&self, ticks: &[bool]) -> bool {
        match self.known().ceremony {
            CeremonyKind::Restore => self.needed(ticks).is_empty(),
            CeremonyKind::Establish | CeremonyKind::Inspect => ticks.iter().all(|tick| *tick),
        }
    }

    /// Who is here, and who is not.
    pub(in crate::ceremony) fn note_who_is_here(&mut self, ticks: &[bool]) {
        let (here, away): (Vec<_>, Vec<_>) =
            self.called().into_iter().map(|called| called.text).zip(ticks).partition(|(_, tick)| **tick);
        let names = |people: Vec<(String, &bool)>| people.into_iter().map(|(text, _)| text).collect::<Vec<_>>();
        let (here, away, step) = (names(here), names(away), self.number());
        self.emit(Entry::Learned { step, fact: Fact::Present { people: here } });
        if !away.is_empty() {
            self.emit(Entry::Learned { step, fact: Fact::Absent { people: away } });
        }
    }

    /// Who is still needed before it goes on, in words; nothing where nobody is called.
    pub(in crate::ceremony) fn still_needed(&self) -> String {
        let (Mode::Asking(Asking { ticks, .. }), Some(StageKind::RollCall)) =
            (&self.mode, self.stage().map(|stage| stage.kind))
        else {
            return String::new();
        };
        let plan = &self.known().plan;
        let several = plan.dkek_shares.len() > 1;
        let line = |(share, more): (DkekShareNumber, u8)| {
            let values = [("share", share.to_string()), ("more", more.to_string())];
            match plan.quorum(share) {
                Some(_) if several => fill(self.script.word("needed-custodians-of"), &values),
                Some(_) => fill(self.script.word("needed-custodians"), &values),
                None => self.holder(share),
            }
        };
        let lines: Vec<String> = self.needed(ticks).into_iter().map(line).collect();
        if ticks.iter().all(|tick| *tick) {
            return words::NEEDED_NONE_ABSENT.to_owned();
        }
        if lines.is_empty() {
            return words::NEEDED_NOBODY.to_owned();
        }
        words::Needed { people: lines.join("; ") }.to_string()
    }
}
