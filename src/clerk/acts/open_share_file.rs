//! A share file that a quorum guards: their shares yield passwords to try.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::words::given_words;
use crate::clerk::workers::kdf::{Found, Try};
use crate::clerk::{Clerk, as_fault, opening};
use crate::dkek::password_encodings;
use crate::faults::{self, Fault};
use crate::fields::read_fault;
use crate::record::{Defect, Fact};
use crate::secret::{Secret, WipingBytes};
use crate::share::{
    Candidate, PasswordShare, SharePrime, StrongCandidate, StrongShare, candidates, ids_together, password_of,
    strong_candidates, with_prime_added,
};
use crate::terms::{DkekShareNumber, Handle, Kcv, Purpose, Scheme, Seat, Serial};
use crate::vault::Vault;

/// The maximum number of derivations tried on one share file: each takes seconds.
const MOST_TRIES: usize = 48;

/// Rebuild the password from the seats' shares and open the written share file. Who gave which share is public; the
/// values are in the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenShareFile {
    /// Which DKEK share.
    pub share: DkekShareNumber,
    /// The seats that have given a share, and the possible meanings of its id.
    pub seats: Vec<(Seat, Vec<u8>)>,
    /// M.
    pub threshold: u8,
    /// The scheme of the shares.
    pub scheme: Scheme,
    /// The set's prime, or its number.
    pub set: String,
    /// The KCV that the DKEK share must have, if known.
    pub kcv: Option<Kcv>,
    /// A set made elsewhere, with the old tool's defects.
    pub foreign: bool,
}

impl ActKind for OpenShareFile {
    const WORD: &'static str = "open-share-file";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let tries = self.tries_with(Wrong::None, vault);
        let (share, foreign) = (self.share, self.foreign);
        opening::begin(tries?, share, foreign, clerk, move |found, vault| self.keep(found, vault)).map(Begun::Opening)
    }
}

/// Whether a share is made wrong on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// None is.
    None,
    /// One digit of this seat's share is changed; in words, one bit of what they say.
    Seat(Seat),
}

impl OpenShareFile {
    /// The passwords to try, likeliest first.
    pub(super) fn tries_with(&self, wrong: Wrong, vault: &Vault) -> Result<Vec<Try>, Fault> {
        match self.scheme {
            Scheme::ScHsmTool => self.numbers_tries(wrong, vault),
            Scheme::Words => self.words_tries(wrong, vault),
        }
    }

    fn keep(&self, found: Option<Found>, vault: &mut Vault) -> Result<Vec<Fact>, Fault> {
        let found = found.ok_or_else(|| match self.scheme {
            Scheme::ScHsmTool if self.foreign => Fault::from(faults::OldSharesDoNotOpen { threshold: self.threshold }),
            Scheme::ScHsmTool => Fault::from(faults::SharesDoNotOpen),
            Scheme::Words => Fault::from(faults::WordsDoNotOpen),
        })?;
        let seats: Vec<Seat> = self.seats.iter().map(|(seat, _)| *seat).collect();
        opening::keep(found, self.share, &seats, self.kcv, vault)
    }

    /// Every secret whose inner check holds. There is more than one only if somebody arranged it.
    fn words_tries(&self, wrong: Wrong, vault: &Vault) -> Result<Vec<Try>, Fault> {
        let mut shares = given_words(self.seats.iter().map(|(seat, _)| *seat), Purpose::DkekShare(self.share), vault)?;
        for ((seat, _), share) in self.seats.iter().zip(&mut shares) {
            if wrong == Wrong::Seat(*seat) {
                spoil(share.body.expose_mut());
            }
        }
        let list: Vec<&StrongShare> = shares.iter().collect();
        let found = strong_candidates(&list).map_err(|_| faults::SharesOfOtherSets)?;
        if found.is_empty() && wrong == Wrong::None {
            // Words can be valid in themselves without being a card of the set: one more custodian shows whose is
            // wrong.
            return Err(Fault::from(faults::SharesDisagree));
        }
        let attempt = |candidate: StrongCandidate| Try {
            password: password_of(&candidate.secret),
            agreeing: candidate.agreeing,
            defects: Vec::new(),
            needed: None,
        };
        Ok(found.into_iter().map(attempt).collect())
    }

    /// Every password that M of the shares can mean, the likeliest first. For a set made elsewhere, this includes what
    /// only salvage finds: ids read as the old tool reads them, a prime smaller than the secret.
    fn numbers_tries(&self, wrong: Wrong, vault: &Vault) -> Result<Vec<Try>, Fault> {
        let prime = SharePrime::parse(self.set.as_bytes()).map_err(read_fault)?;
        let mut tries = Vec::new();
        let mut refused = None;
        let meanings: Vec<Vec<u8>> = self.seats.iter().map(|(_, ids)| ids.clone()).collect();
        for ids in ids_together(&meanings) {
            let mut shares = Vec::new();
            for ((seat, decimal), id) in self.seats.iter().zip(&ids) {
                let value = vault.lend(Handle::SeatShare(Purpose::DkekShare(self.share), *seat));
                let mut value: Secret<[u8; 8]> = value.and_then(Secret::from_slice).ok_or(faults::SharesMissing)?;
                if wrong == Wrong::Seat(*seat) {
                    spoil(value.expose_mut());
                }
                shares.push((PasswordShare { prime, id: *id, value }, reading(decimal, *id)));
            }
            let list: Vec<&PasswordShare> = shares.iter().map(|(share, _)| share).collect();
            for threshold in self.thresholds() {
                let found = match candidates(&list, threshold) {
                    Ok(found) => found,
                    Err(error) => {
                        refused = refused.or(Some(as_fault::share(error)));
                        break;
                    }
                };
                let needed = (threshold != self.threshold).then_some(threshold);
                for candidate in found {
                    // Only how the shares that count were noted says anything about the set.
                    let agreeing = || candidate.agreeing.iter().filter_map(|place| shares.get(*place));
                    let short = |(share, _): &(PasswordShare, _)| share.value.expose().first() == Some(&0);
                    let short = agreeing().any(short).then_some(Defect::ShortValue);
                    let noted = agreeing().filter_map(|(_, reading)| *reading).chain(short);
                    let common: BTreeSet<Defect> = noted.filter(|_| self.foreign).collect();
                    tries.extend(self.tries_of(&candidate, prime, &common, needed));
                }
            }
        }
        // Candidates that assume the fewest defects come first; then those that more shares agree on than are needed;
        // then those of all shares.
        tries.sort_by_key(|attempt| {
            let needed = usize::from(attempt.needed.unwrap_or(self.threshold));
            let more = attempt.agreeing.len().saturating_sub(needed);
            (attempt.defects.len(), Reverse(more), needed != self.seats.len(), needed)
        });
        tries.truncate(MOST_TRIES);
        match refused {
            Some(fault) if tries.is_empty() => Err(fault),
            Some(_) | None => Ok(tries),
        }
    }

    /// The numbers of shares that the set may need. Files of the old tool do not say it, so the plan's may be too small;
    /// one that is too large does no harm, since more shares yield the same secret.
    fn thresholds(&self) -> RangeInclusive<u8> {
        let given = u8::try_from(self.seats.len()).unwrap_or(u8::MAX);
        self.threshold..=if self.foreign { given.max(self.threshold) } else { self.threshold }
    }

    fn tries_of(
        &self,
        candidate: &Candidate,
        prime: SharePrime,
        common: &BTreeSet<Defect>,
        needed: Option<u8>,
    ) -> Vec<Try> {
        let attempt = |password: WipingBytes, more: Option<Defect>| {
            let defects = common.iter().copied().chain(more).collect();
            Try { password, agreeing: candidate.agreeing.clone(), defects, needed }
        };
        let zero = (candidate.secret.expose().first() == Some(&0)).then_some(Defect::LeadingZero);
        // Eight bytes first; the old tool's stripped form only ever helps with a file that was made from a stripped
        // password.
        let encodings = password_encodings(&candidate.secret).into_iter();
        let mut tries: Vec<Try> = encodings.map(|password| attempt(password, zero)).collect();
        if self.foreign
            && let Some(larger) = with_prime_added(&candidate.secret, prime)
        {
            tries.push(attempt(WipingBytes::from_slice(larger.expose()), Some(Defect::SmallPrime)));
        }
        tries
    }
}

/// Changes the last digit.
fn spoil(share: &mut [u8]) {
    if let Some(last) = share.last_mut() {
        *last ^= 1;
    }
}

/// How an id above 9 was noted, if this is its meaning. Decimal digits have two meanings, a letter has one.
fn reading(meanings: &[u8], id: u8) -> Option<Defect> {
    match meanings {
        _ if id < 10 => None,
        [decimal, _] if *decimal == id => Some(Defect::DecimalId),
        _ => Some(Defect::HexadecimalId),
    }
}
