//! `sc-hsm-tool`'s scheme: a polynomial over the integers modulo a public 64-bit prime; share i is its value at i.

use core::fmt;

use crypto_bigint::U64;
use crypto_primes::{Flavor, is_prime, random_prime};
use rand_core::CryptoRng;
use zeroize::{Zeroize, Zeroizing};

use crate::secret::Secret;
use crate::terms::Quorum;

use super::{ReadError, ShareError};

/// The public prime of one set of shares: 64 bits, printed with every share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SharePrime(u64);

impl SharePrime {
    /// Checks that `number` is a prime of 64 bits. Foreign sets need not have a safe prime.
    pub fn new(number: u64) -> Result<Self, ReadError> {
        if number >> 63 == 0 {
            return Err(ReadError::PrimeTooSmall);
        }
        if is_prime(Flavor::Any, &U64::from(number)) { Ok(Self(number)) } else { Err(ReadError::NotPrime) }
    }

    /// Reads eight groups of hexadecimal digits, see [`read_prime`](super::read_prime).
    pub fn parse(text: &[u8]) -> Result<Self, ReadError> {
        super::read_prime(text)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Whether (p-1)/2 is prime too, as in every set that we or `sc-hsm-tool` made.
    pub fn is_safe(self) -> bool {
        is_prime(Flavor::Safe, &U64::from(self.0))
    }

    /// Draws a safe prime with the two top bits set, as `sc-hsm-tool` does.
    fn draw(rng: &mut impl CryptoRng) -> Self {
        loop {
            let number = u64::from(random_prime::<U64, _>(rng, Flavor::Safe, u64::BITS));
            if number >> 62 == 0b11 {
                return Self(number);
            }
        }
    }
}

impl fmt::Display for SharePrime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, byte) in self.0.to_be_bytes().iter().enumerate() {
            let colon = if place == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02x}")?;
        }
        Ok(())
    }
}

/// One custodian's part of the password. The value alone is secret.
pub struct PasswordShare {
    /// The prime of the set.
    pub prime: SharePrime,
    /// Where the polynomial is evaluated, 1..=255; in our sets 1..=16.
    pub id: u8,
    /// The polynomial's value there, big-endian, below the prime.
    pub value: Secret<[u8; 8]>,
}

impl PasswordShare {
    /// Refuses id 0 and a value that is not below the prime; both are visible without any other share.
    pub fn check(&self) -> Result<(), ShareError> {
        if self.id == 0 {
            return Err(ShareError::IdZero);
        }
        if *self.number() < self.prime.0 { Ok(()) } else { Err(ShareError::ValueNotBelowPrime { id: self.id }) }
    }

    /// Whether both are the same share: prime, id and value. The values are compared in constant time.
    pub fn same(&self, other: &Self) -> bool {
        self.prime == other.prime && self.id == other.id && self.value.same(&other.value)
    }

    pub(super) fn number(&self) -> Zeroizing<u64> {
        Zeroizing::new(u64::from_be_bytes(*self.value.expose()))
    }
}

/// A password and all its shares, verified to belong together.
pub struct Dealt {
    /// The password that encrypts the share file: 8 bytes, the first one 01 to 7F.
    pub password: Secret<[u8; 8]>,
    /// The shares with the ids 1 to N, in this order.
    pub shares: Vec<PasswordShare>,
}

/// Draws a password and deals it: any M of the N shares recover it, M-1 reveal nothing about it.
///
/// The first byte of the password is never 00, because `sc-hsm-tool` drops leading zero bytes on import and could then
/// never open the share file (protocol reference, trap 1). Fails only with [`ShareError::NotProven`].
pub fn deal(quorum: Quorum, rng: &mut impl CryptoRng) -> Result<Dealt, ShareError> {
    let password = Secret::init(|bytes: &mut [u8; 8]| {
        while bytes.first() == Some(&0) {
            rng.fill_bytes(bytes);
            if let Some(first) = bytes.first_mut() {
                *first &= 0x7F;
            }
        }
    });
    let field = Field::new(SharePrime::draw(rng));
    let threshold = usize::from(quorum.threshold());
    let coefficients = Secret::init(|all: &mut [u64; 16]| {
        for (power, coefficient) in all.iter_mut().take(threshold).enumerate() {
            *coefficient =
                if power == 0 { u64::from_be_bytes(*password.expose()) } else { draw_below(field.prime(), rng) };
        }
    });
    let shares: Vec<PasswordShare> = quorum
        .numbers()
        .map(|number| {
            let id = number.get();
            let value = Secret::init(|place: &mut [u8; 8]| {
                let mut sum = Zeroizing::new(0);
                for coefficient in coefficients.expose().iter().take(threshold).rev() {
                    *sum = field.add(field.multiply(*sum, u64::from(id)), *coefficient);
                }
                place.copy_from_slice(&sum.to_be_bytes());
            });
            PasswordShare { prime: field.prime, id, value }
        })
        .collect();
    prove(&password, &shares, quorum, rng)?;
    Ok(Dealt { password, shares })
}

/// Recombines the first M, the last M, one random quorum, and finally all shares together.
fn prove(
    password: &Secret<[u8; 8]>,
    shares: &[PasswordShare],
    quorum: Quorum,
    rng: &mut impl CryptoRng,
) -> Result<(), ShareError> {
    let threshold = usize::from(quorum.threshold());
    let mut random: Vec<(u64, &PasswordShare)> = shares.iter().map(|share| (rng.next_u64(), share)).collect();
    random.sort_by_key(|(order, _)| *order);
    let random: Vec<&PasswordShare> = random.into_iter().map(|(_, share)| share).take(threshold).collect();
    let first: Vec<&PasswordShare> = shares.iter().take(threshold).collect();
    let last: Vec<&PasswordShare> = shares.iter().rev().take(threshold).collect();
    let all: Vec<&PasswordShare> = shares.iter().collect();
    for subset in [first, last, random, all] {
        let proven = combine(&subset, quorum.threshold()).is_ok_and(|secret| secret.same(password));
        if !proven {
            return Err(ShareError::NotProven);
        }
    }
    Ok(())
}

/// The secret that the shares yield: always 8 bytes, leading zeros kept.
///
/// With more than `threshold` shares, all must lie on one polynomial; otherwise [`ShareError::Disagree`], and
/// [`candidates`](super::candidates) finds which ones agree.
pub fn combine(shares: &[&PasswordShare], threshold: u8) -> Result<Secret<[u8; 8]>, ShareError> {
    let prime = check_set(shares, threshold)?;
    let field = Field::new(prime);
    let (quorum, others) = shares.split_at_checked(usize::from(threshold)).unwrap_or((shares, &[]));
    let mut disagree = false;
    for share in others {
        disagree |= *field.interpolate(quorum, share.id) != *share.number();
    }
    if disagree {
        return Err(ShareError::Disagree);
    }
    Ok(Secret::init(|place: &mut [u8; 8]| place.copy_from_slice(&field.interpolate(quorum, 0).to_be_bytes())))
}

/// Refuses everything that can be refused before any arithmetic. Returns the prime that all shares have.
pub(super) fn check_set(shares: &[&PasswordShare], threshold: u8) -> Result<SharePrime, ShareError> {
    if threshold < 2 {
        return Err(ShareError::Threshold { threshold });
    }
    let too_few = ShareError::TooFew { given: shares.len(), needed: threshold };
    let Some(first) = shares.first() else { return Err(too_few) };
    let mut seen = [false; 256];
    for share in shares {
        if share.prime != first.prime {
            return Err(ShareError::MixedPrimes { first: first.id, id: share.id });
        }
        share.check()?;
        if let Some(seen) = seen.get_mut(usize::from(share.id))
            && core::mem::replace(seen, true)
        {
            return Err(ShareError::DuplicateId { id: share.id });
        }
    }
    if shares.len() < usize::from(threshold) { Err(too_few) } else { Ok(first.prime) }
}

/// A uniform number in [0, bound): draws again instead of reducing, which would favour small numbers.
fn draw_below(bound: u64, rng: &mut impl CryptoRng) -> u64 {
    loop {
        let mut number = rng.next_u64();
        if number < bound {
            return number;
        }
        number.zeroize();
    }
}

/// Arithmetic modulo the prime. Interpolation between ids only ever divides by 1..=255, so only those inverses are
/// kept.
pub(super) struct Field {
    prime: SharePrime,
    inverses: [u64; 256],
}

impl Field {
    pub(super) fn new(prime: SharePrime) -> Self {
        let mut field = Self { prime, inverses: [1; 256] };
        // p = q·n + r gives n⁻¹ = -q·r⁻¹, and r < n is known already
        for number in 2..=u8::MAX {
            let (quotient, remainder) = (prime.0 / u64::from(number), prime.0 % u64::from(number));
            let known = u8::try_from(remainder).map_or(0, |remainder| field.inverse(remainder));
            let inverse = field.subtract(0, field.multiply(quotient, known));
            if let Some(place) = field.inverses.get_mut(usize::from(number)) {
                *place = inverse;
            }
        }
        field
    }

    const fn prime(&self) -> u64 {
        self.prime.0
    }

    fn inverse(&self, number: u8) -> u64 {
        self.inverses.get(usize::from(number)).copied().unwrap_or(0)
    }

    #[allow(clippy::cast_possible_truncation, reason = "a remainder of a 64-bit number has 64 bits")]
    fn multiply(&self, one: u64, other: u64) -> u64 {
        (u128::from(one) * u128::from(other) % u128::from(self.prime.0)) as u64
    }

    #[allow(clippy::cast_possible_truncation, reason = "a remainder of a 64-bit number has 64 bits")]
    fn add(&self, one: u64, other: u64) -> u64 {
        ((u128::from(one) + u128::from(other)) % u128::from(self.prime.0)) as u64
    }

    fn subtract(&self, one: u64, other: u64) -> u64 {
        if one >= other { one - other } else { one + (self.prime.0 - other) }
    }

    /// (one - other) / (one' - other') of small numbers, as a factor of a Lagrange weight.
    fn ratio(&self, numerator: (u8, u8), denominator: (u8, u8)) -> u64 {
        let above = self.subtract(u64::from(numerator.0), u64::from(numerator.1));
        let below = self.inverse(denominator.0.abs_diff(denominator.1));
        let factor = self.multiply(above, below);
        if denominator.0 < denominator.1 { self.subtract(0, factor) } else { factor }
    }

    /// The value at `place` of the one polynomial through all of `shares`, whose ids differ. The value at 0 is the
    /// secret.
    pub(super) fn interpolate(&self, shares: &[&PasswordShare], place: u8) -> Zeroizing<u64> {
        let mut sum = Zeroizing::new(0);
        for share in shares {
            let others = shares.iter().filter(|other| other.id != share.id);
            // ids and prime are public, and so is the weight
            let weight = others
                .fold(1, |weight, other| self.multiply(weight, self.ratio((place, other.id), (share.id, other.id))));
            let part = Zeroizing::new(self.multiply(weight, *share.number()));
            *sum = self.add(*sum, *part);
        }
        sum
    }
}
