//! Who is called, and who must be present to continue.

use crate::ceremony::known::Known;
use crate::ceremony::known::holders::Holder;
use crate::plan::Plan;
use crate::script::words;
use crate::terms::{DkekShareNumber, Quorum};

/// Somebody in the plan, identified by role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    /// The ceremony administrator.
    Administrator,
    /// Somebody who has a part of a DKEK share.
    Holder(Holder),
    /// The SO-PIN holder.
    SoPinHolder,
    /// The PIN holder.
    PinHolder,
    /// An auditor, by their number in the plan.
    Auditor(u8),
    /// A witness, by their number in the plan.
    Witness(u8),
}

/// Who must be present to continue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attendance {
    /// Everyone: everyone gets a card.
    Everyone,
    /// Enough to open the backup.
    Quorum,
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
        let plan = &self.plan;
        let other = |person, role: &str, name: &str| Called { person, text: format!("{name} · {role}") };
        let several = plan.dkek_shares.len() > 1;
        let of = |share: DkekShareNumber| if several { format!("{share}.") } else { String::new() };
        let mut people = vec![other(Person::Administrator, words::ROLE_ADMINISTRATOR, &plan.administrator)];
        for share in plan.numbers() {
            let guard = |custodian, text| Called { person: Person::Holder(Holder { share, custodian }), text };
            match plan.quorum(share) {
                Some(quorum) => people.extend(quorum.numbers().map(|number| {
                    let name = plan.custodian(share, number);
                    guard(Some(number), format!("{name} · {} {}{number}", words::ROLE_CUSTODIAN, of(share)))
                })),
                None => people.push(guard(None, password_holder(plan, share))),
            }
        }
        if plan.so_pin_share().is_none() || plan.so_pin_holder != plan.administrator {
            people.push(other(Person::SoPinHolder, words::ROLE_SO_PIN_HOLDER, &plan.so_pin_holder));
        }
        people.push(other(Person::PinHolder, words::ROLE_PIN_HOLDER, &plan.pin_holder));
        people.extend(
            (1..).zip(&plan.auditors).map(|(number, name)| other(Person::Auditor(number), words::ROLE_AUDITOR, name)),
        );
        people.extend(
            (1..).zip(&plan.witnesses).map(|(number, name)| other(Person::Witness(number), words::ROLE_WITNESS, name)),
        );
        people
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

/// The holder of the password of a DKEK share, with their role.
pub fn password_holder(plan: &Plan, share: DkekShareNumber) -> String {
    format!("{} · {} {share}", plan.holder(share), words::ROLE_PASSWORD_HOLDER)
}
