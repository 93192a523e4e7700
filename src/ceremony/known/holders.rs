//! Who holds a part of which DKEK share. One person holds one share.

use crate::plan::Plan;
use crate::terms::{CustodianNumber, DkekShareNumber, Quorum};

/// Somebody who holds a part of a DKEK share, and whom another person can stand in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// The DKEK share that they have a part of.
    pub share: DkekShareNumber,
    /// Which custodian of it; none: whoever holds its password.
    pub custodian: Option<CustodianNumber>,
}

impl Holder {
    /// Who it is by now.
    pub fn name(self, plan: &Plan) -> &str {
        match self.custodian {
            Some(number) => plan.custodian(self.share, number),
            None => plan.holder(self.share),
        }
    }
}

/// Everybody who has a part of a DKEK share by the plan.
pub fn everybody(plan: &Plan) -> Vec<(String, Holder)> {
    let of = |share: DkekShareNumber| {
        let custodians = plan.quorum(share).into_iter().flat_map(Quorum::numbers).map(Some);
        let password = plan.quorum(share).is_none().then_some(None);
        custodians.chain(password).map(move |custodian| Holder { share, custodian })
    };
    plan.numbers().flat_map(of).map(|holder| (holder.name(plan).to_owned(), holder)).collect()
}
