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
    /// This step may have left its key on the device: an answer was lost, or the device was asked and has it.
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

    /// The program ended: whatever it had begun may have been done.
    pub(super) fn learn_interrupted(&mut self) {
        self.cut = true;
        self.again = true;
        self.perhaps_erased.extend(self.intended.take());
    }

    pub(super) fn learn_change_failed(&mut self, fault: Option<FaultName>) {
        self.cut |= in_doubt(fault);
        self.intended = None;
    }

    /// A throw-away key. Who is not logged in any more cannot delete it: the device may have kept it.
    pub(super) fn learn_throw_away_key_failed(&mut self, fault: Option<FaultName>) {
        self.again |= leaves_a_key(fault) || fault == Some(FaultName::CardLoginLost);
    }

    /// A key that was to be made or restored. `with_file`: its public key goes into a file afterwards.
    pub(super) fn learn_key_failed(&mut self, fault: Option<FaultName>, with_file: bool) {
        self.again |= leaves_a_key(fault) || with_file && comes_after_the_key(fault);
    }
}

fn in_doubt(fault: Option<FaultName>) -> bool {
    !fault.is_some_and(FaultName::leaves_device_as_it_was)
}

/// Whether this step may have left the key on the device: the answer was lost, or the device was asked and has it. After
/// anything else, a key that is there later is not one that this step put there. Every fault that is not named here ends
/// in a refusal, not in a foreign key taken for ours.
fn leaves_a_key(fault: Option<FaultName>) -> bool {
    // A fault of another version of the program says nothing.
    fault.is_none_or(|fault| {
        matches!(
            fault,
            FaultName::CardNoCard
                | FaultName::CardWasOut
                | FaultName::CardNotKept
                | FaultName::CardNotResponding
                | FaultName::CardNoReader
                | FaultName::CardNoService
                | FaultName::CardCutOff
                | FaultName::CardGarbled
                | FaultName::CardOtherDevice
                | FaultName::WorkerGone
                | FaultName::KeyUnfinished
                | FaultName::RequestWrong
                | FaultName::KeyOfOtherDevice
                | FaultName::KeyNotAttested
                | FaultName::ImportedKeyDiffers
                | FaultName::ThrowAwayKeyStays
        )
    })
}

/// Whether the key is there, and what failed is the file with its public key.
fn comes_after_the_key(fault: Option<FaultName>) -> bool {
    fault.is_some_and(|fault| {
        matches!(
            fault,
            FaultName::FileExists
                | FaultName::FileWrite
                | FaultName::FileRead
                | FaultName::FileDiffers
                | FaultName::FileNotOrdinary
                | FaultName::FileTooLarge
        )
    })
}
