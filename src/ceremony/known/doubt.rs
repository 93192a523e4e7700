//! What nobody knows, because a device or file failed halfway or an answer was lost. Only a fault that is known to
//! leave the device unchanged proves that nothing was done; an unknown fault from the record of an older or newer
//! version does not.

use std::collections::BTreeSet;

use crate::faults::FaultName;
use crate::terms::Serial;

/// What nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Doubt {
    /// The answer to an act was lost: whether it was done is unknown.
    pub cut: bool,
    /// A device or file failed halfway through this step's act, which may be partly done.
    pub again: bool,
    /// The device whose erasure was announced and has no outcome yet.
    pub intended: Option<Serial>,
    /// Devices that may have been erased: the answer was lost.
    pub perhaps_erased: BTreeSet<Serial>,
}

impl Doubt {
    /// Devices for which the record does not say whether they were erased.
    pub fn devices(&self) -> impl Iterator<Item = &Serial> {
        self.perhaps_erased.iter().chain(&self.intended)
    }

    /// The step is over, or it is now about another device: what was interrupted on one does not concern another.
    pub(super) fn settle(&mut self) {
        (self.cut, self.again) = (false, false);
    }

    pub(super) fn learn_initialised(&mut self, serial: &Serial) {
        self.settle();
        self.intended = None;
        self.perhaps_erased.remove(serial);
    }

    pub(super) fn learn_initialise_failed(&mut self, fault: Option<FaultName>) {
        // A later refusal does not tell what came of an earlier attempt.
        self.cut |= in_doubt(fault);
        let intended = self.intended.take().filter(|_| in_doubt(fault));
        self.perhaps_erased.extend(intended);
        // A device known to have refused this SO-PIN cannot have been initialised with it.
        self.cut &= fault != Some(FaultName::SoPinWrong);
    }

    pub(super) fn learn_change_failed(&mut self, fault: Option<FaultName>) {
        self.cut |= in_doubt(fault);
        self.intended = None;
    }

    pub(super) fn learn_key_failed(&mut self, fault: Option<FaultName>) {
        self.again |= fault != Some(FaultName::KeyReferenceOccupied);
    }
}

fn in_doubt(fault: Option<FaultName>) -> bool {
    !fault.is_some_and(FaultName::leaves_device_as_it_was)
}
