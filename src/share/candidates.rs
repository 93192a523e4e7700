//! Salvage: which secrets a list of shares can yield when one or more of them are wrong.

use std::cmp::Reverse;

use crate::secret::Secret;

use super::prime::{Field, check_set};
use super::{PasswordShare, ShareError, SharePrime};

/// The most shares that [`candidates`] accepts: with 16, 8 of them form 12,870 quorums, and all are tried.
pub const MOST_SHARES: usize = 16;

/// A secret that at least `threshold` of the shares agree on.
pub struct Candidate {
    /// The secret, always 8 bytes.
    pub secret: Secret<[u8; 8]>,
    /// The indices, in the given list, of the shares that agree. The others are wrong if this candidate is right.
    pub agreeing: Vec<usize>,
}

/// Every secret that `threshold` of the shares can yield, the one that most shares agree on first, one per set of
/// agreeing shares. Only the share file can tell which is right.
///
/// With exactly `threshold` shares there is one candidate. Refuses what [`combine`](super::combine) refuses,
/// except disagreement, and more than [`MOST_SHARES`] shares.
pub fn candidates(shares: &[&PasswordShare], threshold: u8) -> Result<Vec<Candidate>, ShareError> {
    let field = Field::new(check_set(shares, threshold)?);
    if shares.len() > MOST_SHARES {
        return Err(ShareError::TooMany { given: shares.len(), most: MOST_SHARES });
    }
    let mut found: Vec<Candidate> = Vec::new();
    let mut larger: Vec<u32> = Vec::new();
    // a set of shares is a bit mask over the list
    for subset in 0_u32..1 << shares.len() {
        let covered = || larger.iter().any(|agreeing| subset & agreeing == subset);
        if subset.count_ones() != u32::from(threshold) || covered() {
            continue;
        }
        let quorum: Vec<&PasswordShare> = members(shares, subset).map(|(_, share)| share).collect();
        let mut agreeing = subset;
        for (place, share) in members(shares, !subset) {
            if *field.interpolate(&quorum, share.id) == *share.number() {
                agreeing |= 1 << place;
            }
        }
        let secret = Secret::init(|bytes: &mut [u8; 8]| {
            bytes.copy_from_slice(&field.interpolate(&quorum, 0).to_be_bytes());
        });
        if agreeing != subset {
            larger.push(agreeing);
        }
        found.push(Candidate { secret, agreeing: members(shares, agreeing).map(|(place, _)| place).collect() });
    }
    found.sort_by_key(|candidate| Reverse(candidate.agreeing.len()));
    Ok(found)
}

/// The shares of a set, each with its index in the list.
fn members<'a>(shares: &[&'a PasswordShare], set: u32) -> impl Iterator<Item = (usize, &'a PasswordShare)> {
    shares.iter().copied().enumerate().filter(move |(place, _)| set >> place & 1 == 1)
}

/// The secret plus the prime, if that still fits into 8 bytes.
///
/// `OpenSC` before 2016 could choose a prime below the secret; its sets recombine to the secret minus the prime. The
/// last thing to try before giving up on a set.
pub fn with_prime_added(secret: &Secret<[u8; 8]>, prime: SharePrime) -> Option<Secret<[u8; 8]>> {
    Secret::try_init(|place: &mut [u8; 8]| {
        let sum = u64::from_be_bytes(*secret.expose()).checked_add(prime.get()).ok_or(())?;
        place.copy_from_slice(&sum.to_be_bytes());
        Ok::<(), ()>(())
    })
    .ok()
}
