//! Takes a share that was typed at a seat.

use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::words::words_fault;
use crate::clerk::{Clerk, as_fault};
use crate::faults::{self, Fault};
use crate::fields::read_fault;
use crate::names::FieldName;
use crate::record::Fact;
use crate::secret::WipingBytes;
use crate::share::{
    CheckVerdict, PasswordShare, SharePrime, id_readings, read_check, read_prime, read_value, read_words, verdict,
    write_words,
};
use crate::terms::{Handle, Purpose, Scheme, Seat, Serial};
use crate::vault::Vault;

/// Keep the share that was typed at a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeShare {
    /// What it is a share of.
    pub card: Purpose,
    /// Which seat.
    pub seat: Seat,
    /// Its scheme.
    pub scheme: Scheme,
    /// The set's prime, if known, or its number; otherwise it was typed with the share (a prime before it).
    pub set: Option<String>,
    /// The id of a numbers share, if its custodian is known to have it; otherwise it was typed.
    pub id: Option<u8>,
    /// M, which a card of words must state too.
    pub threshold: u8,
    /// A set made elsewhere.
    pub foreign: bool,
}

impl ActKind for TakeShare {
    const WORD: &'static str = "take-share";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = true;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    /// If its set is not known yet, that was typed too, and from then on everybody sees it.
    fn perform(self, _: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let taken = match self.scheme {
            Scheme::ScHsmTool => self.numbers(vault),
            Scheme::Words => self.words(vault),
        };
        vault.forget_typed();
        let Taken { secret, ids, set: typed } = taken?;
        let Self { card, seat, set, .. } = self;
        if set.as_ref().is_some_and(|known| *known != typed) {
            return Err(Fault::from(faults::SharesOfOtherSets));
        }
        vault.keep(Handle::SeatShare(card, seat), secret);
        let typed = Fact::SetTyped { card, set: typed };
        let facts = set.is_none().then_some(typed).into_iter().chain([Fact::Given { card, seat, ids }]);
        Ok(Begun::Done(facts.collect()))
    }
}

/// A share that was typed.
pub(super) struct Taken {
    pub(super) secret: WipingBytes,
    pub(super) ids: Vec<u8>,
    set: String,
}

impl TakeShare {
    /// The prime and the id if they are not known, value, and the check bytes, which a card of a set made elsewhere may lack.
    pub(super) fn numbers(&self, vault: &Vault) -> Result<Taken, Fault> {
        let typed = |field| vault.typed(field).ok_or(faults::TypedMissing);
        let prime = match &self.set {
            Some(known) => SharePrime::parse(known.as_bytes()),
            None => read_prime(typed(FieldName::Prime)?.expose()),
        };
        let prime = prime.map_err(read_fault)?;
        let mut ids = match self.id {
            Some(id) => vec![id],
            None => id_readings(typed(FieldName::ShareId)?.expose()),
        };
        let value = read_value(typed(FieldName::ShareValue)?.expose(), true).map_err(read_fault)?;
        // Only a card of a set made elsewhere may have none.
        let check = if self.foreign {
            vault.typed(FieldName::CheckBytesIfAny).filter(|text| !text.is_empty())
        } else {
            Some(typed(FieldName::CheckBytes)?)
        };
        if let Some(check) = check {
            let check = read_check(check.expose()).map_err(read_fault)?;
            // They also tell which of two readings of an id is meant.
            ids.retain(|id| verdict(prime.get(), *id, &value, &check) == CheckVerdict::Right);
            if ids.is_empty() {
                return Err(Fault::from(faults::CheckBytesSeveral));
            }
        }
        let id = *ids.first().ok_or(faults::IdNotNumber)?;
        let share = PasswordShare { prime, id, value };
        share.check().map_err(as_fault::share)?;
        Ok(Taken { secret: WipingBytes::from_slice(share.value.expose()), ids, set: prime.to_string() })
    }

    /// All words of a strong share.
    fn words(&self, vault: &Vault) -> Result<Taken, Fault> {
        let typed = vault.typed(FieldName::ShareWords).ok_or(faults::TypedMissing)?;
        let share = read_words(typed.expose()).map_err(words_fault)?;
        if share.threshold != self.threshold {
            return Err(Fault::from(faults::WordsOtherThreshold { found: share.threshold, planned: self.threshold }));
        }
        words_of_any_threshold(vault)
    }
}

/// All words of a strong share, whatever threshold its set has.
pub(super) fn words_of_any_threshold(vault: &Vault) -> Result<Taken, Fault> {
    let typed = vault.typed(FieldName::ShareWords).ok_or(faults::TypedMissing)?;
    let share = read_words(typed.expose()).map_err(words_fault)?;
    Ok(Taken { secret: write_words(&share), ids: vec![share.number], set: share.set.to_string() })
}
