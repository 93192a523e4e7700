//! The clerk's acts on shares that come back: taking them, recombining them, joining what they open.

use crate::faults::{self, Fault};
use std::collections::BTreeSet;

use crate::clerk::as_fault;
use crate::clerk::workers::kdf::{Found, Try};
use crate::dkek::{Dkek, DkekShare, password_encodings};
use crate::names::FieldName;
use crate::record::{Defect, Fact};
use crate::secret::{Secret, WipingBytes};
use crate::share::{
    Candidate, CheckVerdict, PasswordShare, SharePrime, StrongCandidate, StrongShare, WordsError, candidates,
    id_readings, password_of, read_check, read_id, read_prime, read_value, read_words, strong_candidates, verdict,
    with_prime_added, write_words,
};
use crate::terms::{DkekShareNumber, Handle, Kcv, MOST_DKEK_SHARES, Purpose, Scheme, Seat};
use crate::vault::Vault;

/// More derivations than this are not tried on one share file: each takes seconds.
const MOST_TRIES: usize = 48;

/// Takes the share typed at a seat into the vault. Where its set is not known yet, it was typed too, and everybody else sees
/// it from then on.
pub fn take(taking: &Taking<'_>, vault: &mut Vault) -> Result<Vec<Fact>, Fault> {
    let Taking { card, seat, scheme, set, threshold, foreign } = *taking;
    let taken = match scheme {
        Scheme::ScHsmTool => numbers(set, foreign, vault),
        Scheme::Words => words(threshold, vault),
    };
    vault.forget_typed();
    let Taken { secret, ids, set: typed } = taken?;
    if set.is_some_and(|known| known != typed) {
        return Err(Fault::from(faults::SharesOfOtherSets));
    }
    vault.keep(Handle::SeatShare(card, seat), secret);
    let typed = Fact::SetTyped { card, set: typed };
    Ok(set.is_none().then_some(typed).into_iter().chain([Fact::Given { card, seat, ids }]).collect())
}

/// What is known of a share that is given at a seat.
#[derive(Clone, Copy)]
pub struct Taking<'a> {
    /// What it is a share of.
    pub card: Purpose,
    /// Where it is given.
    pub seat: Seat,
    /// How it is written.
    pub scheme: Scheme,
    /// Its set, where that is known.
    pub set: Option<&'a str>,
    /// M.
    pub threshold: u8,
    /// Made elsewhere.
    pub foreign: bool,
}

/// A share that was typed.
struct Taken {
    secret: WipingBytes,
    ids: Vec<u8>,
    set: String,
}

/// The prime where it is not known, id, value, and the check bytes where the card has some.
fn numbers(prime: Option<&str>, foreign: bool, vault: &Vault) -> Result<Taken, Fault> {
    let read = crate::fields::read_fault;
    let typed = |field| vault.typed(field).ok_or_else(|| Fault::from(faults::TypedMissing));
    let prime = match prime {
        Some(known) => SharePrime::parse(known.as_bytes()),
        None => read_prime(typed(FieldName::Prime)?.expose()),
    };
    let prime = prime.map_err(read)?;
    let id = typed(FieldName::ShareId)?.expose();
    let mut ids = if foreign { id_readings(id) } else { vec![read_id(id).map_err(read)?] };
    let value = read_value(typed(FieldName::ShareValue)?.expose(), true).map_err(read)?;
    if let Some(check) = vault.typed(FieldName::CheckBytesIfAny).filter(|text| !text.is_empty()) {
        let check = read_check(check.expose()).map_err(read)?;
        // They also tell which of two readings of an id is meant.
        ids.retain(|id| verdict(prime.get(), *id, &value, &check) == CheckVerdict::Right);
        if ids.is_empty() {
            return Err(Fault::from(faults::CheckBytesSeveral));
        }
    }
    let id = *ids.first().ok_or_else(|| Fault::from(faults::IdNotNumber))?;
    let share = PasswordShare { prime, id, value };
    share.check().map_err(as_fault::share)?;
    Ok(Taken { secret: WipingBytes::from_slice(share.value.expose()), ids, set: prime.to_string() })
}

/// All words of a strong share.
fn words(threshold: u8, vault: &Vault) -> Result<Taken, Fault> {
    let typed = vault.typed(FieldName::ShareWords).ok_or_else(|| Fault::from(faults::TypedMissing))?;
    let share = read_words(typed.expose()).map_err(words_fault)?;
    if share.threshold != threshold {
        return Err(Fault::from(faults::WordsOtherThreshold { found: share.threshold, planned: threshold }));
    }
    Ok(Taken { secret: write_words(&share), ids: vec![share.number], set: share.set.to_string() })
}

/// What is wrong with words that cannot be read.
fn words_fault(error: WordsError) -> Fault {
    match error {
        WordsError::Wrong { place } | WordsError::Unknown { place } => Fault::from(faults::WordsWrong { place }),
        WordsError::Swapped { place } => Fault::from(faults::WordsSwapped { place, next: place.saturating_add(1) }),
        WordsError::Count { .. } | WordsError::Several | WordsError::NoShare => Fault::from(faults::WordsSeveral),
    }
}

/// What was given at the seats, as the machine remembers it: who gave what is public, the values are in the vault.
pub struct Given<'a> {
    /// The seats, and what the id of each share can mean.
    pub seats: &'a [(Seat, Vec<u8>)],
    /// Which DKEK share.
    pub share: DkekShareNumber,
    /// How the shares are written.
    pub scheme: Scheme,
    /// The set's prime, or its number.
    pub set: &'a str,
    /// M.
    pub threshold: u8,
    /// A set made elsewhere, with the old tool's defects.
    pub foreign: bool,
}

/// Recombines what the seats gave.
pub fn tries(given: &Given<'_>, vault: &Vault) -> Result<Vec<Try>, Fault> {
    match given.scheme {
        Scheme::ScHsmTool => numbers_tries(given, vault),
        Scheme::Words => words_tries(given, vault),
    }
}

/// Every secret whose inner check holds. There is more than one only if somebody made it so.
fn words_tries(given: &Given<'_>, vault: &Vault) -> Result<Vec<Try>, Fault> {
    let shares = strong_shares(given.seats.iter().map(|(seat, _)| *seat), Purpose::DkekShare(given.share), vault)?;
    let list: Vec<&StrongShare> = shares.iter().collect();
    let found = strong_candidates(&list).map_err(|_| Fault::from(faults::SharesOfOtherSets))?;
    if found.is_empty() {
        // Words can be right in themselves and no card of the set all the same: one more custodian shows whose.
        return Err(Fault::from(faults::SharesDisagree));
    }
    let attempt = |candidate: StrongCandidate| Try {
        password: password_of(&candidate.secret),
        agreeing: candidate.agreeing,
        defects: Vec::new(),
    };
    Ok(found.into_iter().map(attempt).collect())
}

fn strong_shares(seats: impl Iterator<Item = Seat>, card: Purpose, vault: &Vault) -> Result<Vec<StrongShare>, Fault> {
    seats
        .map(|seat| {
            let words = vault.lend(Handle::SeatShare(card, seat)).ok_or_else(|| Fault::from(faults::SharesMissing))?;
            read_words(words).map_err(words_fault)
        })
        .collect()
}

/// Rebuilds the SO-PIN from the seats' shares, as it is typed: 16 hexadecimal digits.
pub fn rebuild_so_pin(seats: &[Seat], vault: &mut Vault) -> Result<Vec<Fact>, Fault> {
    let shares = strong_shares(seats.iter().copied(), Purpose::SoPin, vault)?;
    let list: Vec<&StrongShare> = shares.iter().collect();
    let found = strong_candidates(&list).map_err(|_| Fault::from(faults::SoPinSharesDisagree))?;
    let candidate = found.into_iter().next().ok_or_else(|| Fault::from(faults::SoPinSharesDisagree))?;
    vault.keep(Handle::NewSoPin, password_of(&candidate.secret));
    for seat in seats {
        vault.forget(Handle::SeatShare(Purpose::SoPin, *seat));
    }
    let (right, wrong) = sides(seats, &candidate.agreeing);
    Ok(vec![Fact::SoPinRebuilt { right, wrong }])
}

/// The seats whose shares agree, and the others.
fn sides(seats: &[Seat], agreeing: &[usize]) -> (Vec<Seat>, Vec<Seat>) {
    let (right, wrong): (Vec<_>, Vec<_>) = seats.iter().enumerate().partition(|(place, _)| agreeing.contains(place));
    let only = |list: Vec<(usize, &Seat)>| list.into_iter().map(|(_, seat)| *seat).collect();
    (only(right), only(wrong))
}

/// Every password that M of the shares can mean, the likeliest first. Of a set made
/// elsewhere also what only salvage finds: ids read as the old tool reads them, a prime below the secret.
fn numbers_tries(given: &Given<'_>, vault: &Vault) -> Result<Vec<Try>, Fault> {
    let prime = SharePrime::parse(given.set.as_bytes()).map_err(crate::fields::read_fault)?;
    let mut tries = Vec::new();
    let mut refused = None;
    for ids in readings(given.seats) {
        let mut shares = Vec::new();
        for ((seat, decimal), id) in given.seats.iter().zip(&ids) {
            let value =
                vault.lend(Handle::SeatShare(Purpose::DkekShare(given.share), *seat)).and_then(Secret::from_slice);
            let value = value.ok_or_else(|| Fault::from(faults::SharesMissing))?;
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
            Err(error) => refused = refused.or(Some(as_fault::share(error))),
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

/// A share file that is being opened.
pub struct Opening {
    /// Which DKEK share it is taken for.
    pub share: DkekShareNumber,
    /// Who gave shares; nobody where its holder typed the password.
    pub seats: Vec<Seat>,
    /// The KCV that the DKEK share must have, where it is known.
    pub kcv: Option<Kcv>,
    /// The fault where nothing opens it.
    pub otherwise: Fault,
}

/// What opening a share file brought: the DKEK share into the vault, or the fault. Keeps the seats' shares when it failed.
pub fn opened(found: Option<Found>, opening: &Opening, vault: &mut Vault) -> Result<Vec<Fact>, Fault> {
    let Found { share, file, agreeing, mut defects } = found.ok_or_else(|| opening.otherwise.clone())?;
    let kcv = share.kcv();
    if let Some(expected) = opening.kcv.filter(|expected| *expected != kcv) {
        return Err(Fault::from(faults::KcvDiffers { found: kcv, expected }));
    }
    // The same DKEK share twice cancels itself.
    for other in DkekShareNumber::up_to(MOST_DKEK_SHARES.into()).filter(|other| *other != opening.share) {
        let known = vault.lend(Handle::DkekShare(other)).and_then(Secret::from_slice).map(DkekShare::new);
        if known.is_some_and(|known| known.same(&share)) {
            return Err(Fault::from(faults::DkekShareTwice { other }));
        }
    }
    vault.keep(Handle::DkekShare(opening.share), WipingBytes::from_slice(share.expose()));
    let (right, wrong) = sides(&opening.seats, &agreeing);
    for seat in &opening.seats {
        vault.forget(Handle::SeatShare(Purpose::DkekShare(opening.share), *seat));
    }
    if !wrong.is_empty() {
        defects.push(Defect::WrongShare);
    }
    Ok(vec![Fact::Opened { share: opening.share, file, kcv, right, wrong, defects }])
}

/// Joins the DKEK shares, one after the other as the device will get them; their XOR must be the DKEK.
pub fn join(shares: u8, expected: Kcv, vault: &mut Vault) -> Result<Vec<Fact>, Fault> {
    let mut all = WipingBytes::with_capacity(usize::from(shares) * 32);
    for number in DkekShareNumber::up_to(shares.into()) {
        let share = vault.lend(Handle::DkekShare(number)).ok_or_else(|| Fault::from(faults::DkekMissing))?;
        all.extend(share).map_err(|_| Fault::from(faults::DkekMissing))?;
    }
    let kcv = dkek_of(&all)?.kcv();
    if kcv != expected {
        return Err(Fault::from(faults::DkekDiffers { found: kcv, expected }));
    }
    for number in DkekShareNumber::up_to(shares.into()) {
        vault.forget(Handle::DkekShare(number));
    }
    vault.keep(Handle::Dkek, all);
    Ok(vec![Fact::Joined { kcv }])
}

/// The DKEK of DKEK shares that stand one after the other.
pub fn dkek_of(shares: &WipingBytes) -> Result<Dkek, Fault> {
    let shares: Vec<DkekShare> =
        shares.expose().chunks(32).filter_map(Secret::from_slice).map(DkekShare::new).collect();
    Dkek::from_shares(&shares.iter().collect::<Vec<_>>()).map_err(|error| as_fault::dkek(&error))
}
