//! Who is called, and who must be present to continue.

use crate::ceremony::known::Known;
use crate::plan::Plan;
use crate::script::words;
pub use crate::terms::Person;
use crate::terms::{DkekShareNumber, Holder, Quorum};

/// Who must be present to continue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attendance {
    /// Everyone who gets a card.
    Everyone,
    /// Enough to open the backup.
    Quorum,
    /// Whoever leads: nobody opens anything.
    Administrator,
}

/// Somebody who is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// Who.
    pub person: Person,
    /// Name and role.
    pub text: String,
}

impl Known {
    /// Everyone in the plan with their role.
    pub fn called(&self) -> Vec<Called> {
        let called = |person| Called { person, text: with_role(&self.plan, person) };
        self.plan.people().into_iter().map(called).collect()
    }

    /// Everyone who is here, with their role.
    pub fn here(&self) -> Vec<Called> {
        self.called().into_iter().filter(|called| !self.is_absent(called.person)).collect()
    }

    /// Everybody without whom the ceremony cannot continue, or has nobody to act, and who has no tick.
    pub fn without_tick(&self, attendance: Attendance, here: &[Person]) -> Vec<Person> {
        let needed = |person: &Person| match person {
            Person::Administrator => true,
            Person::Holder(_) => attendance == Attendance::Everyone,
            Person::SoPinHolder | Person::PinHolder | Person::Auditor(_) | Person::Witness(_) => false,
        };
        self.plan.people().into_iter().filter(|person| needed(person) && !here.contains(person)).collect()
    }

    /// How many people are still needed for each DKEK share to open the backup.
    pub fn still_needed(&self, here: &[Person]) -> Vec<(DkekShareNumber, u8)> {
        let still = |share: DkekShareNumber| {
            let guards = |person: &&Person| match person {
                Person::Holder(holder) => holder.share == share,
                Person::Administrator
                | Person::SoPinHolder
                | Person::PinHolder
                | Person::Auditor(_)
                | Person::Witness(_) => false,
            };
            let here = u8::try_from(here.iter().filter(guards).count()).unwrap_or(u8::MAX);
            (share, self.plan.quorum(share).map_or(1, Quorum::threshold).saturating_sub(here))
        };
        self.plan.numbers().map(still).filter(|(_, more)| *more > 0).collect()
    }
}

/// Name and role.
pub fn with_role(plan: &Plan, person: Person) -> String {
    let (name, role) = (plan.name_of(person), role(plan, person));
    match person {
        Person::Holder(Holder { share, custodian: None }) => {
            format!("{name} · {} {share}", words::ROLE_PASSWORD_HOLDER)
        }
        Person::Administrator
        | Person::Holder(_)
        | Person::SoPinHolder
        | Person::PinHolder
        | Person::Auditor(_)
        | Person::Witness(_) => format!("{name} · {role}"),
    }
}

/// What a role is called.
pub fn role(plan: &Plan, person: Person) -> String {
    let several = plan.dkek_shares.len() > 1;
    match person {
        Person::Administrator => words::ROLE_ADMINISTRATOR.to_owned(),
        Person::Holder(Holder { share, custodian: Some(number) }) if several => {
            format!("{} {share}.{number}", words::ROLE_CUSTODIAN)
        }
        Person::Holder(Holder { custodian: Some(number), .. }) => format!("{} {number}", words::ROLE_CUSTODIAN),
        Person::Holder(Holder { share, custodian: None }) => words::RoleOfPassword { share }.to_string(),
        Person::SoPinHolder => words::ROLE_SO_PIN_HOLDER.to_owned(),
        Person::PinHolder => words::ROLE_PIN_HOLDER.to_owned(),
        Person::Auditor(_) => words::ROLE_AUDITOR.to_owned(),
        Person::Witness(_) => words::ROLE_WITNESS.to_owned(),
    }
}
