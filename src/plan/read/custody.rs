//! Who guards the DKEK shares: a list of them, or one quorum at the top of the plan.

use serde_json::Value;

use super::fields::twice;
use super::object::{Object, Part, key};
use super::{LONGEST_NAME, Reader};
use crate::faults;
use crate::plan::Custody;
use crate::script::{PLAN_FIELDS, plan_fields};
use crate::terms::{MOST_DKEK_SHARES, Quorum, Scheme};

impl Reader {
    pub(super) fn dkek_shares(&mut self, plan: &Object) -> Option<Vec<Custody>> {
        let before = self.faults.len();
        let shares: Vec<Custody> = match plan.get(plan_fields::DKEK_SHARES) {
            None => self.quorum(plan).into_iter().collect(),
            Some(Value::Array(list)) if (1..=usize::from(MOST_DKEK_SHARES)).contains(&list.len()) => {
                let of_quorum = PLAN_FIELDS.into_iter().filter(|field| Part::of(*field) == Part::Quorum);
                for field in of_quorum.filter(|field| plan.get(*field).is_some()) {
                    self.fault(faults::PlanQuorumTwice { field: key(field) });
                }
                (1..).zip(list).filter_map(|(number, item)| self.dkek_share(plan, item, number)).collect()
            }
            Some(_) => {
                self.fault(faults::PlanDkekShares { most: MOST_DKEK_SHARES });
                Vec::new()
            }
        };
        if self.faults.len() > before {
            return None;
        }
        for name in twice(shares.iter().flat_map(Custody::people)) {
            self.fault(faults::PlanTwoShares { name });
        }
        if let [Custody::Password { .. }] = shares.as_slice() {
            self.fault(faults::PlanOnePassword);
        }
        (self.faults.len() == before).then_some(shares)
    }

    fn dkek_share(&mut self, plan: &Object, item: &Value, number: usize) -> Option<Custody> {
        let place = format!("{}[{number}]", plan.place(plan_fields::DKEK_SHARES));
        let Some(map) = item.as_object() else {
            self.fault(faults::PlanFieldForm { field: place });
            return None;
        };
        let share = Object::new(map, format!("{place}."));
        let holder = plan_fields::DKEK_SHARES_PASSWORD_HOLDER;
        if share.get(holder).is_some() {
            self.known_only(&share, &[Part::Password]);
            return self.text(&share, holder, LONGEST_NAME).map(|holder| Custody::Password { holder });
        }
        self.known_only(&share, &[Part::Quorum]);
        self.quorum(&share)
    }

    fn quorum(&mut self, object: &Object) -> Option<Custody> {
        let custodians = self.names(object, plan_fields::CUSTODIANS);
        let threshold = self.number(object, plan_fields::THRESHOLD, 2, 16);
        let scheme = self.choice(object, plan_fields::SCHEME, Scheme::ScHsmTool, Scheme::parse, |field| {
            faults::PlanScheme { field }.into()
        });
        let (threshold, count) = (threshold?, u8::try_from(custodians.len()).unwrap_or(u8::MAX));
        let Ok(quorum) = Quorum::new(threshold, count) else {
            self.fault(faults::QuorumRange { threshold, custodians: count });
            return None;
        };
        Some(Custody::Quorum { custodians, quorum, scheme: scheme? })
    }
}
