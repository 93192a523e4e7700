//! Who is called, and who must be here before it goes on.

use crate::ceremony::known::Known;
use crate::plan::Plan;
use crate::script::words;
use crate::terms::{DkekShareNumber, Quorum};

/// Somebody who is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// Name and role.
    pub text: String,
    /// The DKEK share that they have a part of.
    pub guards: Option<DkekShareNumber>,
}

impl Known {
    /// Everyone of the plan with what they are.
    pub fn called(&self) -> Vec<Called> {
        let plan = &self.plan;
        let other = |role: &str, name: &str| Called { text: format!("{name} · {role}"), guards: None };
        let several = plan.dkek_shares.len() > 1;
        let of = |share: DkekShareNumber| if several { format!("{share}.") } else { String::new() };
        let mut people = vec![other(words::ROLE_ADMINISTRATOR, &plan.administrator)];
        for share in plan.numbers() {
            let guard = |text| Called { text, guards: Some(share) };
            match plan.quorum(share) {
                Some(quorum) => people.extend(quorum.numbers().map(|number| {
                    let name = plan.custodian(share, number);
                    guard(format!("{name} · {} {}{number}", words::ROLE_CUSTODIAN, of(share)))
                })),
                None => people.push(guard(password_holder(plan, share))),
            }
        }
        if plan.so_pin_share().is_none() || plan.so_pin_holder != plan.administrator {
            people.push(other(words::ROLE_SO_PIN_HOLDER, &plan.so_pin_holder));
        }
        people.push(other(words::ROLE_PIN_HOLDER, &plan.pin_holder));
        people.extend(plan.auditors.iter().map(|name| other(words::ROLE_AUDITOR, name)));
        people.extend(plan.witnesses.iter().map(|name| other(words::ROLE_WITNESS, name)));
        people
    }

    /// How many people of each DKEK share are still needed to open the backup.
    pub fn still_needed(&self, ticks: &[bool]) -> Vec<(DkekShareNumber, u8)> {
        let called = self.called();
        let still = |share: DkekShareNumber| {
            let here = called.iter().zip(ticks).filter(|(called, tick)| **tick && called.guards == Some(share));
            let here = u8::try_from(here.count()).unwrap_or(u8::MAX);
            (share, self.plan.quorum(share).map_or(1, Quorum::threshold).saturating_sub(here))
        };
        self.plan.numbers().map(still).filter(|(_, more)| *more > 0).collect()
    }
}

/// Who holds the password of a DKEK share, with what they are.
pub fn password_holder(plan: &Plan, share: DkekShareNumber) -> String {
    format!("{} · {} {share}", plan.holder(share), words::ROLE_PASSWORD_HOLDER)
}
