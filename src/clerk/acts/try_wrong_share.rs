//! The negative control of a drill: with a wrong share, nothing may open.

use crate::clerk::acts::open_share_file::{OpenShareFile, Wrong};
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::{Clerk, opening};
use crate::faults::{self, Fault};
use crate::record::Fact;
use crate::terms::{DkekShareNumber, Scheme, Seat, Serial};
use crate::vault::Vault;

/// How many of the passwords that the shares can mean are tried: each takes seconds. A set of ours has one or two.
pub(super) const MOST_TRIES: usize = 4;

/// Change one digit of the first seat's share in memory and try to open the share file: it must stay shut. The shares in
/// the vault stay as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TryWrongShare {
    /// Which DKEK share.
    pub share: DkekShareNumber,
    /// As many seats as a quorum has: with more, the wrong share would be found, and the file opened without it.
    pub seats: Vec<(Seat, Vec<u8>)>,
    /// M.
    pub threshold: u8,
    /// The scheme of the shares.
    pub scheme: Scheme,
    /// The set's prime, or its number.
    pub set: String,
    /// A set made elsewhere.
    pub foreign: bool,
}

impl ActKind for TryWrongShare {
    const WORD: &'static str = "try-wrong-share";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let Self { share, seats, threshold, scheme, set, foreign } = self;
        let seat = seats.first().map(|(seat, _)| *seat).ok_or(faults::SharesMissing)?;
        // Its defects do not matter here: what they explain is an opening, and nothing may open.
        let opening = OpenShareFile { share, seats, threshold, scheme, set, kcv: None, foreign: false };
        // Shares that do not fit together yield no password at all; whether it is another one that is wrong, the opening
        // that follows finds out.
        let mut tries = opening.tries_with(Wrong::Seat(seat), vault).unwrap_or_default();
        tries.truncate(MOST_TRIES);
        let refused = Fact::WrongShareRefused { share, seat };
        let begun = opening::begin(tries, share, foreign, clerk, move |found, _| match found {
            None => Ok(vec![refused.clone()]),
            Some(_) => Err(Fault::from(faults::WrongShareOpens)),
        });
        begun.map(Begun::Opening)
    }
}
