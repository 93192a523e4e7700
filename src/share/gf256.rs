//! Strong shares: a secret of 32 or 8 bytes, shared over GF(256) by the `sharks` crate, with the checks that it lacks.
//!
//! `sharks` silently gives a wrong answer when a share is given twice, has number 0 or belongs to another set. So it
//! only ever gets exactly as many shares as the threshold, all different and of one set; and what is shared is the
//! secret followed by five bytes of a digest, so that a wrong answer is detected. Those bytes are shared too: without a
//! quorum they are as unknown as the secret.
//!
//! `sharks` multiplies with tables, so its timing depends on secrets; nobody can measure that on an offline host that
//! runs nothing else.

use core::cmp::Reverse;
use core::fmt;

use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use sharks::{Share, Sharks};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::secret::WipingBytes;
use crate::terms::{MOST_CUSTODIANS, Quorum};

use super::{MOST_SHARES, ShareError};

/// The number of digest bytes shared after the secret.
const CHECK: usize = 5;

/// The name of one set of strong shares: 22 random bits, public, in the first words of each of its shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetId(u32);

impl SetId {
    /// Its length in bits.
    pub const BITS: u32 = 22;

    /// Checks that the number has at most 22 bits.
    pub const fn new(number: u32) -> Option<Self> {
        if number >> Self::BITS == 0 { Some(Self(number)) } else { None }
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }

    fn draw(rng: &mut impl CryptoRng) -> Self {
        Self(rng.next_u32() >> (u32::BITS - Self::BITS))
    }
}

/// As displayed: `2b1 f3c`.
impl fmt::Display for SetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03x} {:03x}", self.0 >> 12, self.0 & 0xfff)
    }
}

/// The kind of secret that a set of strong shares holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The password of a share file: 32 bytes, used as 64 hexadecimal digits.
    Password,
    /// An SO-PIN: 8 bytes, used as 16 hexadecimal digits.
    SoPin,
}

impl Kind {
    /// The length of the secret in bytes.
    pub const fn secret_length(self) -> usize {
        match self {
            Self::Password => 32,
            Self::SoPin => 8,
        }
    }

    /// The length of a share's body in bytes.
    pub const fn body_length(self) -> usize {
        self.secret_length() + CHECK
    }

    /// Its number in a share.
    pub const fn code(self) -> u8 {
        match self {
            Self::Password => 0,
            Self::SoPin => 1,
        }
    }

    /// The kind with this number.
    pub const fn of_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Password),
            1 => Some(Self::SoPin),
            _ => None,
        }
    }
}

/// One custodian's share of a strong set. Only the body is secret.
pub struct StrongShare {
    /// The set it belongs to.
    pub set: SetId,
    /// The kind of secret it holds.
    pub kind: Kind,
    /// M, 2..=16.
    pub threshold: u8,
    /// The number of this share, 1..=16: where the polynomials are evaluated.
    pub number: u8,
    /// The polynomials' values there: [`Kind::body_length`] bytes.
    pub body: WipingBytes,
}

impl StrongShare {
    /// Refuses a share that no set can contain, which is visible without any other share.
    pub fn check(&self) -> Result<(), ShareError> {
        if self.number == 0 {
            return Err(ShareError::IdZero);
        }
        if self.number > MOST_CUSTODIANS {
            return Err(ShareError::IdTooLarge { id: self.number });
        }
        if !(2..=MOST_CUSTODIANS).contains(&self.threshold) {
            return Err(ShareError::Threshold { threshold: self.threshold });
        }
        if self.body.len() == self.kind.body_length() { Ok(()) } else { Err(ShareError::Length { id: self.number }) }
    }
}

/// A set of strong shares, verified to recover its secret.
pub struct StrongDealt {
    /// Its name.
    pub set: SetId,
    /// The shares with the numbers 1 to N, in this order.
    pub shares: Vec<StrongShare>,
}

/// A secret that at least a threshold of shares agree on, and whose inner check is right.
pub struct StrongCandidate {
    /// The secret.
    pub secret: WipingBytes,
    /// The indices, in the given list, of the shares that agree. The others are wrong.
    pub agreeing: Vec<usize>,
}

/// Draws a secret of this kind.
pub fn draw_secret(kind: Kind, rng: &mut impl CryptoRng) -> WipingBytes {
    let mut secret = WipingBytes::zeros(kind.secret_length());
    rng.fill_bytes(secret.expose_mut());
    secret
}

/// The secret as it is typed: two lower-case hexadecimal digits per byte. 64 of them are the password of a share file.
pub fn password_of(secret: &WipingBytes) -> WipingBytes {
    let mut text = WipingBytes::zeros(2 * secret.len());
    // cannot fail: there is room for two digits per byte
    let _ = base16ct::lower::encode(secret.expose(), text.expose_mut());
    text
}

/// Deals `secret`: any M of the N shares recover it, M-1 reveal nothing about it.
///
/// Fails with [`ShareError::SecretLength`] when the secret has the wrong length for this kind, otherwise only with
/// [`ShareError::NotProven`].
pub fn deal_strong(
    kind: Kind,
    secret: &WipingBytes,
    quorum: Quorum,
    rng: &mut impl CryptoRng,
) -> Result<StrongDealt, ShareError> {
    if secret.len() != kind.secret_length() {
        return Err(ShareError::SecretLength { given: secret.len() });
    }
    let set = SetId::draw(rng);
    let threshold = quorum.threshold();
    let mut payload = WipingBytes::with_capacity(kind.body_length());
    let check = inner_check(set, kind, threshold, secret.expose());
    if payload.extend(secret.expose()).is_err() || payload.extend(&*check).is_err() {
        return Err(ShareError::SecretLength { given: secret.len() });
    }
    let points = Sharks(threshold).dealer_rng(payload.expose(), rng);
    let shares: Vec<StrongShare> = quorum
        .numbers()
        .zip(points)
        .map(|(number, point)| {
            let mut body = WipingBytes::zeros(point.y.len());
            for (place, value) in body.expose_mut().iter_mut().zip(&point.y) {
                *place = value.0;
            }
            StrongShare { set, kind, threshold, number: number.get(), body }
        })
        .collect();
    prove(secret, &shares, quorum, rng)?;
    Ok(StrongDealt { set, shares })
}

/// Recombines the first M, the last M, one random quorum, and finally all shares together.
fn prove(
    secret: &WipingBytes,
    shares: &[StrongShare],
    quorum: Quorum,
    rng: &mut impl CryptoRng,
) -> Result<(), ShareError> {
    let threshold = usize::from(quorum.threshold());
    let mut random: Vec<(u64, &StrongShare)> = shares.iter().map(|share| (rng.next_u64(), share)).collect();
    random.sort_by_key(|(order, _)| *order);
    let random: Vec<&StrongShare> = random.into_iter().map(|(_, share)| share).take(threshold).collect();
    let first: Vec<&StrongShare> = shares.iter().take(threshold).collect();
    let last: Vec<&StrongShare> = shares.iter().rev().take(threshold).collect();
    let all: Vec<&StrongShare> = shares.iter().collect();
    let proven = |subset: &Vec<&StrongShare>| combine_strong(subset).is_ok_and(|found| found.same(secret));
    let whole = shares.len() == usize::from(quorum.custodians());
    if whole && [first, last, random, all].iter().all(proven) { Ok(()) } else { Err(ShareError::NotProven) }
}

/// The secret that the shares yield.
///
/// With more shares than the threshold, all must agree; otherwise [`ShareError::Disagree`], and [`strong_candidates`]
/// finds which ones do. [`ShareError::WrongCheck`]: the shares belong to one set, but at least one of them is wrong.
pub fn combine_strong(shares: &[&StrongShare]) -> Result<WipingBytes, ShareError> {
    let set = Set::of(shares)?;
    let places: Vec<usize> = (0..shares.len()).collect();
    let (quorum, others) = places.split_at_checked(set.threshold()).unwrap_or((&places, &[]));
    let payload = set.recover(quorum)?;
    let mut agree = true;
    for other in others {
        agree &= set.agrees(quorum, &payload, *other)?;
    }
    if !agree {
        return Err(ShareError::Disagree);
    }
    set.secret(&payload).ok_or(ShareError::WrongCheck)
}

/// Every secret that a quorum of these shares yields and whose inner check is right, each once, with the largest set of
/// shares that agree on it.
///
/// Empty when no quorum is right; practically never more than one. When only a threshold of shares agree, there may be
/// wrong ones among them whose errors cancel out; the secret is right all the same. Refuses what [`combine_strong`]
/// refuses, except disagreement and a wrong check.
pub fn strong_candidates(shares: &[&StrongShare]) -> Result<Vec<StrongCandidate>, ShareError> {
    let set = Set::of(shares)?;
    let mut found: Vec<StrongCandidate> = Vec::new();
    // a set of shares is a bit mask over the list
    for subset in 0_u32..1 << shares.len() {
        let quorum: Vec<usize> = (0..shares.len()).filter(|place| subset >> place & 1 == 1).collect();
        let known = |found: &StrongCandidate| quorum.iter().all(|place| found.agreeing.contains(place));
        if quorum.len() != set.threshold() || found.iter().any(known) {
            continue;
        }
        let payload = set.recover(&quorum)?;
        let Some(secret) = set.secret(&payload) else { continue };
        let mut agreeing = Vec::new();
        for place in 0..shares.len() {
            if quorum.contains(&place) || set.agrees(&quorum, &payload, place)? {
                agreeing.push(place);
            }
        }
        match found.iter_mut().find(|known| known.secret.same(&secret)) {
            Some(known) if known.agreeing.len() >= agreeing.len() => (),
            Some(known) => known.agreeing = agreeing,
            None => found.push(StrongCandidate { secret, agreeing }),
        }
    }
    found.sort_by_key(|candidate| Reverse(candidate.agreeing.len()));
    Ok(found)
}

/// Shares that may be recombined: from one set, all different, at least a quorum.
struct Set {
    id: SetId,
    kind: Kind,
    threshold: u8,
    points: Vec<Share>,
}

impl Set {
    /// Refuses everything that can be refused before any arithmetic.
    fn of(shares: &[&StrongShare]) -> Result<Self, ShareError> {
        let Some(first) = shares.first() else { return Err(ShareError::TooFew { given: 0, needed: 2 }) };
        if shares.len() > MOST_SHARES {
            return Err(ShareError::TooMany { given: shares.len(), most: MOST_SHARES });
        }
        let mut seen: Vec<u8> = Vec::with_capacity(shares.len());
        for share in shares {
            share.check()?;
            let ids = (first.number, share.number);
            if share.kind != first.kind {
                return Err(ShareError::MixedKinds { first: ids.0, id: ids.1 });
            }
            if share.set != first.set {
                return Err(ShareError::MixedSets { first: ids.0, id: ids.1 });
            }
            if share.threshold != first.threshold {
                return Err(ShareError::MixedThresholds { first: ids.0, id: ids.1 });
            }
            if seen.contains(&share.number) {
                return Err(ShareError::DuplicateId { id: share.number });
            }
            seen.push(share.number);
        }
        if shares.len() < usize::from(first.threshold) {
            return Err(ShareError::TooFew { given: shares.len(), needed: first.threshold });
        }
        let points = shares.iter().map(|share| point(share)).collect::<Result<_, _>>()?;
        Ok(Self { id: first.set, kind: first.kind, threshold: first.threshold, points })
    }

    fn threshold(&self) -> usize {
        usize::from(self.threshold)
    }

    /// What the shares at these indices yield: secret and check. Passes on exactly as many shares as the threshold.
    fn recover(&self, places: &[usize]) -> Result<Zeroizing<Vec<u8>>, ShareError> {
        let points: Vec<&Share> = places.iter().filter_map(|place| self.points.get(*place)).collect();
        if points.len() != self.threshold() {
            return Err(ShareError::TooFew { given: points.len(), needed: self.threshold });
        }
        let sharks = Sharks(self.threshold);
        let payload = sharks.recover(points.iter().copied()).map(Zeroizing::new);
        payload.map_err(|_| ShareError::TooFew { given: places.len(), needed: self.threshold })
    }

    /// Whether the share at `other` lies on the polynomials through the quorum, which yields `payload`: if it replaces
    /// one of the quorum, the payload must not change.
    fn agrees(&self, quorum: &[usize], payload: &[u8], other: usize) -> Result<bool, ShareError> {
        let replaced: Vec<usize> = quorum.iter().skip(1).copied().chain([other]).collect();
        Ok(self.recover(&replaced)?.ct_eq(payload).into())
    }

    /// The secret in a payload, if its check is right.
    fn secret(&self, payload: &[u8]) -> Option<WipingBytes> {
        let (secret, check) = payload.split_at_checked(self.kind.secret_length())?;
        let right = inner_check(self.id, self.kind, self.threshold, secret);
        bool::from(right.as_slice().ct_eq(check)).then(|| WipingBytes::from_slice(secret))
    }
}

/// A share in the form that `sharks` takes.
fn point(share: &StrongShare) -> Result<Share, ShareError> {
    let mut bytes = WipingBytes::with_capacity(1 + share.body.len());
    let wrong = ShareError::Length { id: share.number };
    bytes.push(share.number).and_then(|()| bytes.extend(share.body.expose())).map_err(|_| wrong)?;
    Share::try_from(bytes.expose()).map_err(|_| wrong)
}

/// The first five bytes of a digest over the secret and the set it belongs to.
fn inner_check(set: SetId, kind: Kind, threshold: u8, secret: &[u8]) -> Zeroizing<[u8; CHECK]> {
    let [_, set @ ..] = set.0.to_be_bytes();
    let mut digest = Sha256::new()
        .chain_update(b"ceremony set")
        .chain_update(set)
        .chain_update([kind.code(), threshold])
        .chain_update(secret)
        .finalize();
    let mut check = Zeroizing::new([0; CHECK]);
    for (place, byte) in check.iter_mut().zip(&digest) {
        *place = *byte;
    }
    digest.as_mut_slice().zeroize();
    check
}
