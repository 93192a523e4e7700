//! Who holds a part of which DKEK share. One person holds one share.

use crate::plan::Plan;
use crate::terms::{DkekShareNumber, Holder, Quorum};

impl Holder {
    /// The current holder's name.
    pub fn name(self, plan: &Plan) -> &str {
        match self.custodian {
            Some(number) => plan.custodian(self.share, number),
            None => plan.holder(self.share),
        }
    }
}

/// Everybody who has a part of a DKEK share according to the plan.
pub fn everybody(plan: &Plan) -> Vec<(String, Holder)> {
    let of = |share: DkekShareNumber| {
        let custodians = plan.quorum(share).into_iter().flat_map(Quorum::numbers).map(Some);
        let password = plan.quorum(share).is_none().then_some(None);
        custodians.chain(password).map(move |custodian| Holder { share, custodian })
    };
    plan.numbers().flat_map(of).map(|holder| (holder.name(plan).to_owned(), holder)).collect()
}
