//! Rebuilds the SO-PIN from the cards.

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::opening::sides;
use crate::clerk::words::given_words;
use crate::faults::{self, Fault};
use crate::record::Fact;
use crate::share::{StrongShare, password_of, strong_candidates};
use crate::terms::{Handle, Purpose, Seat, Serial};
use crate::vault::Vault;

/// Rebuild the SO-PIN from the seats' shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RebuildSoPin {
    /// The seats that have given a share.
    pub seats: Vec<Seat>,
}

impl ActKind for RebuildSoPin {
    const WORD: &'static str = "rebuild-so-pin";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    /// It goes into the vault as it would be typed: 16 hexadecimal digits.
    fn perform(self, _: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let shares = given_words(self.seats.iter().copied(), Purpose::SoPin, vault)?;
        let list: Vec<&StrongShare> = shares.iter().collect();
        let found = strong_candidates(&list).map_err(|_| faults::SoPinSharesDisagree)?;
        let candidate = found.into_iter().next().ok_or(faults::SoPinSharesDisagree)?;
        vault.keep(Handle::NewSoPin, password_of(&candidate.secret));
        for seat in &self.seats {
            vault.forget(Handle::SeatShare(Purpose::SoPin, *seat));
        }
        let (right, wrong) = sides(&self.seats, &candidate.agreeing);
        Ok(Begun::Done(vec![Fact::SoPinRebuilt { right, wrong, people: Vec::new() }]))
    }
}
