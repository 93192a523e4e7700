//! The clerk's acts on shares: dealing, comparing, taking, recombining.

use rand_core::Rng;

use super::derive::{self, Job, Try};
use super::entropy;
use super::faults;
use crate::dkek::{DkekShare, REHEARSAL_SALT, Rounds, ShareFile, password_encodings};
use crate::record::Fact;
use crate::secret::{Secret, WipingBytes};
use crate::share::{PasswordShare, SharePrime, candidates, deal, read_id, read_prime, read_value, write_value};
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

/// Takes the share typed at a seat (fields 0 and 1) into the vault: id and value.
pub fn take(seat: Seat, prime: &str, vault: &mut Vault) -> Result<Vec<Fact>, Fault> {
    let share = {
        let typed = |place: u8| vault.typed(place).ok_or_else(|| Fault::new("typed-missing"));
        let id = read_id(typed(0)?.expose()).map_err(super::check::read_fault)?;
        let value = read_value(typed(1)?.expose(), true).map_err(super::check::read_fault)?;
        let prime = SharePrime::parse(prime.as_bytes()).map_err(super::check::read_fault)?;
        PasswordShare { prime, id, value }
    };
    vault.forget_typed();
    share.check().map_err(faults::share)?;
    let mut kept = WipingBytes::with_capacity(9);
    let whole = kept.push(share.id).and_then(|()| kept.extend(share.value.expose()));
    whole.map_err(|_| Fault::new("step-not-possible"))?;
    vault.keep(Handle::SeatShare(seat), kept);
    Ok(Vec::new())
}

/// Recombines what the seats gave: every password that M of the shares can mean, the likeliest first, in both encodings.
pub fn tries(seats: &[Seat], prime: &str, threshold: u8, vault: &Vault) -> Result<Vec<Try>, Fault> {
    let prime = SharePrime::parse(prime.as_bytes()).map_err(super::check::read_fault)?;
    let mut shares = Vec::new();
    for seat in seats {
        let kept = vault.lend(Handle::SeatShare(*seat)).and_then(<[u8]>::split_first);
        let (id, value) = kept.ok_or_else(|| Fault::new("shares-missing"))?;
        let value = Secret::from_slice(value).ok_or_else(|| Fault::new("shares-missing"))?;
        shares.push(PasswordShare { prime, id: *id, value });
    }
    let shares: Vec<&PasswordShare> = shares.iter().collect();
    let found = candidates(&shares, threshold).map_err(faults::share)?;
    let each = found.into_iter().flat_map(|candidate| {
        let encodings = password_encodings(&candidate.secret);
        encodings.into_iter().map(move |password| Try { password, agreeing: candidate.agreeing.clone() })
    });
    Ok(each.take(MOST_TRIES).collect())
}

/// What opening the share file brought: the DKEK into the vault, or the fault. Keeps the seats' shares when it failed.
pub fn opened(
    found: Option<(DkekShare, Vec<usize>)>,
    seats: &[Seat],
    expected: Kcv,
    vault: &mut Vault,
) -> Result<Vec<Fact>, Fault> {
    let (share, agreeing) = found.ok_or_else(|| Fault::new("shares-do-not-open"))?;
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
    Ok(vec![Fact::Opened { kcv, right: only(right), wrong: only(wrong) }])
}
