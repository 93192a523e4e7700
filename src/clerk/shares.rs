//! The clerk's acts on shares: dealing, comparing, taking, recombining.

use std::collections::BTreeSet;

use rand_core::Rng;

use super::derive::{self, Found, Job, Try};
use super::entropy;
use super::faults;
use crate::dkek::{DkekShare, REHEARSAL_SALT, Rounds, ShareFile, password_encodings};
use crate::record::{Defect, Fact};
use crate::secret::{Secret, WipingBytes};
use crate::share::{
    Candidate, PasswordShare, SharePrime, candidates, deal, id_readings, read_id, read_prime, read_value,
    with_prime_added, write_value,
};
use crate::terms::{CustodianNumber, Fault, Handle, Kcv, Quorum, Seat};
use crate::vault::Vault;

/// More derivations than this are not tried on one share file: each takes seconds.
const MOST_TRIES: usize = 48;

/// What dealing leaves behind besides the shares in the vault.
pub struct Begun {
    /// The share file in the making.
    pub sealing: Job<ShareFile>,
    /// What may be known of it.
    pub fact: Fact,
}

/// Draws everything of a set from the generator, puts the shares into the vault and begins to encipher the DKEK share.
/// The worker has password and DKEK share from then on, nobody else.
pub fn begin(quorum: Quorum, rounds: Rounds, rehearsal: bool, vault: &mut Vault) -> Result<Begun, Fault> {
    let seed = vault.give(Handle::GeneratorSeed).ok_or_else(|| Fault::new("random-failed"))?;
    let mut generator = entropy::generator(seed.expose())?;
    let dealt = deal(quorum, &mut generator).map_err(faults::share)?;
    let mut salt = [0; 8];
    generator.fill_bytes(&mut salt);
    let share = DkekShare::new(Secret::init(|bytes: &mut [u8; 32]| generator.fill_bytes(bytes)));
    let (kcv, salt) = (share.kcv(), if rehearsal { REHEARSAL_SALT } else { salt });
    let Some(prime) = dealt.shares.first().map(|share| share.prime) else {
        return Err(Fault::new("step-not-possible"));
    };
    for (number, share) in quorum.numbers().zip(&dealt.shares) {
        vault.keep(Handle::DealtShare(number), write_value(&share.value));
    }
    let sealing = derive::begin_sealing(dealt.password, share, salt, rounds);
    Ok(Begun { sealing, fact: Fact::Dealt { quorum, prime: prime.to_string(), kcv } })
}

/// Compares what a custodian typed from their card (fields 0 to 2) with what was dealt. Says which field and which group
/// is wrong, never what would be right. Wipes both when they are equal.
pub fn compare(custodian: CustodianNumber, prime: &str, vault: &mut Vault) -> Result<Vec<Fact>, Fault> {
    let mut wrong: Vec<String> = Vec::new();
    {
        let typed = |place: u8| vault.typed(place).ok_or_else(|| Fault::new("typed-missing"));
        let typed_prime = read_prime(typed(0)?.expose()).map_err(super::check::read_fault)?;
        if typed_prime.to_string() != prime {
            wrong.push("prime".to_owned());
        }
        let id = read_id(typed(1)?.expose()).map_err(super::check::read_fault)?;
        if id != custodian.get() {
            wrong.push("share id".to_owned());
        }
        let value = read_value(typed(2)?.expose(), true).map_err(super::check::read_fault)?;
        let dealt = vault.lend(Handle::DealtShare(custodian)).ok_or_else(|| Fault::new("typed-missing"))?;
        let dealt = read_value(dealt, true).map_err(super::check::read_fault)?;
        let groups = value.expose().iter().zip(dealt.expose()).enumerate();
        wrong.extend(groups.filter(|(_, (a, b))| a != b).map(|(place, _)| format!("group {} of the value", place + 1)));
    }
    vault.forget_typed();
    if !wrong.is_empty() {
        return Err(Fault::new("share-differs").with("where", wrong.join(", ")));
    }
    vault.forget(Handle::DealtShare(custodian));
    Ok(vec![Fact::ReadBack { custodian }])
}

/// Takes the share typed at a seat into the vault: what its id can mean, and its value. Where the prime is not known yet,
/// it was typed before id and value, and everybody else sees it from then on.
pub fn take(seat: Seat, prime: Option<&str>, foreign: bool, vault: &mut Vault) -> Result<Vec<Fact>, Fault> {
    let first = u8::from(prime.is_none());
    let (share, ids) = {
        let typed = |place: u8| vault.typed(place).ok_or_else(|| Fault::new("typed-missing"));
        let prime = match prime {
            Some(known) => SharePrime::parse(known.as_bytes()),
            None => read_prime(typed(0)?.expose()),
        };
        let prime = prime.map_err(super::check::read_fault)?;
        let id = typed(first)?.expose();
        let ids = if foreign { id_readings(id) } else { vec![read_id(id).map_err(super::check::read_fault)?] };
        let id = *ids.first().ok_or_else(|| Fault::new("id-not-number"))?;
        let value = read_value(typed(first + 1)?.expose(), true).map_err(super::check::read_fault)?;
        (PasswordShare { prime, id, value }, ids)
    };
    vault.forget_typed();
    share.check().map_err(faults::share)?;
    vault.keep(Handle::SeatShare(seat), WipingBytes::from_slice(share.value.expose()));
    let mut facts = vec![Fact::Given { seat, ids }];
    if first == 1 {
        facts.insert(0, Fact::PrimeTyped { prime: share.prime.to_string() });
    }
    Ok(facts)
}

/// What was given at the seats, as the machine remembers it: who gave what is public, the values are in the vault.
pub struct Given<'a> {
    /// The seats, and what the id of each share can mean.
    pub seats: &'a [(Seat, Vec<u8>)],
    /// The set's prime.
    pub prime: &'a str,
    /// M.
    pub threshold: u8,
    /// A set made elsewhere, with the old tool's defects.
    pub foreign: bool,
}

/// Recombines what the seats gave: every password that M of the shares can mean, the likeliest first. Of a set made
/// elsewhere also what only salvage finds: ids read as the old tool reads them, a prime below the secret.
pub fn tries(given: &Given<'_>, vault: &Vault) -> Result<Vec<Try>, Fault> {
    let prime = SharePrime::parse(given.prime.as_bytes()).map_err(super::check::read_fault)?;
    let mut tries = Vec::new();
    let mut refused = None;
    for ids in readings(given.seats) {
        let mut shares = Vec::new();
        for ((seat, decimal), id) in given.seats.iter().zip(&ids) {
            let value = vault.lend(Handle::SeatShare(*seat)).and_then(Secret::from_slice);
            let value = value.ok_or_else(|| Fault::new("shares-missing"))?;
            shares.push((PasswordShare { prime, id: *id, value }, reading(decimal, *id)));
        }
        let list: Vec<&PasswordShare> = shares.iter().map(|(share, _)| share).collect();
        match candidates(&list, given.threshold) {
            Ok(found) => {
                for candidate in found {
                    // Only what the shares that count were noted as says anything about the set.
                    let agreeing = || candidate.agreeing.iter().filter_map(|place| shares.get(*place));
                    let short = |(share, _): &(PasswordShare, _)| share.value.expose().first() == Some(&0);
                    let short = agreeing().any(short).then_some(Defect::ShortValue);
                    let noted = agreeing().filter_map(|(_, reading)| *reading).chain(short);
                    let common: BTreeSet<Defect> = noted.filter(|_| given.foreign).collect();
                    let common: Vec<Defect> = common.into_iter().collect();
                    tries.extend(tries_of(&candidate, prime, given.foreign, &common));
                }
            }
            Err(error) => refused = refused.or(Some(faults::share(error))),
        }
    }
    // A stable order: what needs the fewest excuses first.
    tries.sort_by_key(|attempt| (attempt.defects.len(), std::cmp::Reverse(attempt.agreeing.len())));
    tries.truncate(MOST_TRIES);
    match refused {
        Some(fault) if tries.is_empty() => Err(fault),
        _ => Ok(tries),
    }
}

/// How an id above 9 was noted, if this is what it means. Decimal digits have two meanings, a letter has one.
fn reading(meanings: &[u8], id: u8) -> Option<Defect> {
    match meanings {
        _ if id < 10 => None,
        [decimal, _] if *decimal == id => Some(Defect::DecimalId),
        _ => Some(Defect::HexadecimalId),
    }
}

/// Every way to read the ids, all in decimal first.
fn readings(seats: &[(Seat, Vec<u8>)]) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = vec![Vec::new()];
    for (_, ids) in seats {
        let longer = ids.iter().flat_map(|id| all.iter().map(move |before| [before.as_slice(), &[*id]].concat()));
        all = longer.take(64).collect();
    }
    all
}

fn tries_of(candidate: &Candidate, prime: SharePrime, foreign: bool, common: &[Defect]) -> Vec<Try> {
    let attempt = |password: WipingBytes, more: &[Defect]| {
        let defects = common.iter().chain(more).copied().collect();
        Try { password, agreeing: candidate.agreeing.clone(), defects }
    };
    let zero: &[Defect] = if candidate.secret.expose().first() == Some(&0) { &[Defect::LeadingZero] } else { &[] };
    let mut tries: Vec<Try> = Vec::new();
    // Eight bytes first; the old tool's stripped form only ever helps with a file that it made from a stripped password.
    for password in password_encodings(&candidate.secret) {
        tries.push(attempt(password, zero));
    }
    if foreign && let Some(larger) = with_prime_added(&candidate.secret, prime) {
        tries.push(attempt(WipingBytes::from_slice(larger.expose()), &[Defect::SmallPrime]));
    }
    tries
}

/// What opening the share file brought: the DKEK into the vault, or the fault. Keeps the seats' shares when it failed.
pub fn opened(found: Option<Found>, seats: &[Seat], expected: Kcv, vault: &mut Vault) -> Result<Vec<Fact>, Fault> {
    let Found { share, agreeing, mut defects } = found.ok_or_else(|| Fault::new("shares-do-not-open"))?;
    let kcv = share.kcv();
    if kcv != expected {
        return Err(Fault::new("kcv-differs").with("found", kcv).with("expected", expected));
    }
    vault.keep(Handle::Dkek, WipingBytes::from_slice(share.expose()));
    let is_right = |place: &usize| agreeing.contains(place);
    let (right, wrong): (Vec<_>, Vec<_>) = seats.iter().enumerate().partition(|(place, _)| is_right(place));
    let only = |list: Vec<(usize, &Seat)>| list.into_iter().map(|(_, seat)| *seat).collect();
    for seat in seats {
        vault.forget(Handle::SeatShare(*seat));
    }
    if !wrong.is_empty() {
        defects.push(Defect::WrongShare);
    }
    Ok(vec![Fact::Opened { kcv, right: only(right), wrong: only(wrong), defects }])
}
