//! The DKEK in the device: the state of its import, and its key check value.

use super::Device;
use crate::card::apdu::{self, Command};
use crate::card::error::{CardError, Operation};
use crate::card::status::Status;
use crate::card::tlv::Malformed;
use crate::secret::Secret;
use crate::terms::Kcv;

/// The state of the import of DKEK shares into a key domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DkekState {
    /// The domain has no DKEK: its keys cannot be backed up.
    NotConfigured,
    /// The device does not say.
    NotTold(Status),
    /// Shares are missing. The device's key check value means nothing yet and is not reported.
    Pending {
        /// Shares the device was initialised for.
        total: u8,
        /// Shares still missing, at least 1.
        outstanding: u8,
    },
    /// The DKEK is complete.
    Complete {
        /// The number of shares it was made of; 0: the device generated it itself.
        total: u8,
        /// Its key check value; `None` if the device hides it (as zeros) until the user PIN is verified.
        kcv: Option<Kcv>,
    },
}

impl Device {
    /// Asks for the state of the import into key domain 0, the only one on most devices; no login needed.
    pub fn dkek_state(&mut self) -> Result<DkekState, CardError> {
        let operation = Operation::DkekStatus;
        let answer = self.send(&Command::new(0x80, 0x52, 0x00, 0x00).expect(apdu::MOST_SHORT))?;
        match answer.status() {
            Status::Done => read_state(answer.data()).map_err(CardError::malformed(operation, &answer)),
            Status::ReferenceNotFound | Status::UnknownInstruction | Status::WrongParameters => {
                Ok(DkekState::NotConfigured)
            }
            status => Ok(DkekState::NotTold(status)),
        }
    }

    /// Imports one DKEK share, which travels to the device in the clear. One share too many is refused with 6986.
    pub fn import_dkek_share(&mut self, share: &Secret<[u8; 32]>) -> Result<DkekState, CardError> {
        let operation = Operation::ImportDkekShare;
        let pieces = [&share.expose()[..]];
        let command = Command::new(0x80, 0x52, 0x00, 0x00).data(&pieces).expect(apdu::MOST_SHORT);
        let answer = self.done(operation, &command)?;
        read_state(answer.data()).map_err(CardError::malformed(operation, &answer))
    }
}

/// total ‖ outstanding ‖ 8-byte KCV; newer devices append the domain's identifier.
pub(super) fn read_state(answer: &[u8]) -> Result<DkekState, Malformed> {
    let [total, outstanding, rest @ ..] = answer else { return Err(Malformed("dkek-state-length")) };
    let kcv = rest.first_chunk::<8>().ok_or(Malformed("dkek-state-length"))?;
    match (*total, *outstanding) {
        (total, 0) => Ok(DkekState::Complete { total, kcv: (*kcv != [0; 8]).then_some(Kcv(*kcv)) }),
        (total, outstanding) if outstanding <= total => Ok(DkekState::Pending { total, outstanding }),
        _ => Err(Malformed("dkek-state-counts")),
    }
}
