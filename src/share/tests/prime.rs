//! Tests against sets made by `sc-hsm-tool` and against our own.

use chacha20::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_json::Value;
use static_assertions::assert_not_impl_any;

use super::super::*;
use crate::secret::Secret;
use crate::terms::Quorum;

assert_not_impl_any!(PasswordShare: Clone, Copy, core::fmt::Debug, core::fmt::Display, PartialEq);
assert_not_impl_any!(Dealt: Clone, core::fmt::Debug);
assert_not_impl_any!(Candidate: Clone, core::fmt::Debug);

/// The prime of the set 2-of-3 in `password-shares.json`.
const PRIME: u64 = 0xcff2_6ccf_aff0_1d63;

pub(super) fn share(prime: u64, id: u8, value: u64) -> PasswordShare {
    PasswordShare { prime: SharePrime::new(prime).unwrap(), id, value: secret(value) }
}

pub(super) fn secret(number: u64) -> Secret<[u8; 8]> {
    Secret::init(|place: &mut [u8; 8]| *place = number.to_be_bytes())
}

pub(super) fn number(secret: &Secret<[u8; 8]>) -> u64 {
    u64::from_be_bytes(*secret.expose())
}

pub(super) fn copy(original: &PasswordShare) -> PasswordShare {
    share(original.prime.get(), original.id, number(&original.value))
}

pub(super) fn vectors() -> Vec<Value> {
    serde_json::from_str(include_str!("../../../tests/vectors/password-shares.json")).unwrap()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap()
}

fn small(value: &Value, key: &str) -> u8 {
    u8::try_from(value[key].as_u64().unwrap()).unwrap()
}

/// Reads a recorded set as custodians would type it.
fn typed_set(vector: &Value) -> Vec<PasswordShare> {
    let prime = SharePrime::parse(text(vector, "prime").as_bytes()).unwrap();
    let read = |entry: &Value| PasswordShare {
        prime,
        id: read_id(text(entry, "id_displayed").as_bytes()).unwrap(),
        value: read_value(text(entry, "value_displayed").as_bytes(), true).ok().unwrap(),
    };
    vector["shares"].as_array().unwrap().iter().map(read).collect()
}

fn subsets(shares: &[PasswordShare], size: u8) -> Vec<Vec<&PasswordShare>> {
    (0_u32..1 << shares.len())
        .filter(|set| set.count_ones() == u32::from(size))
        .map(|set| shares.iter().enumerate().filter(|(place, _)| set >> place & 1 == 1).map(|(_, s)| s).collect())
        .collect()
}

#[test]
fn every_quorum_of_every_recorded_set_recovers_the_secret() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 4);
    for vector in &vectors {
        let shares = typed_set(vector);
        let threshold = small(vector, "threshold");
        assert_eq!(shares.len(), usize::from(small(vector, "total")));
        assert!(shares[0].prime.is_safe());
        assert_eq!(shares[0].prime.to_string(), text(vector, "prime"));
        for quorum in subsets(&shares, threshold) {
            let secret = combine(&quorum, threshold).ok().unwrap();
            assert_eq!(format!("{:016x}", number(&secret)), text(vector, "secret_password_hex"));
        }
        assert!(combine(&shares.iter().collect::<Vec<_>>(), threshold).is_ok());
    }
}

#[test]
fn shares_and_ids_are_written_as_the_old_tool_expects_them() {
    for vector in vectors() {
        for (share, entry) in typed_set(&vector).iter().zip(vector["shares"].as_array().unwrap()) {
            assert_eq!(write_value(&share.value).expose(), text(entry, "value_displayed").as_bytes());
            let typed = old_tool_id(share.id).unwrap_or_else(|| share.id.to_string());
            assert_eq!(typed, text(entry, "id_as_typed_at_import"));
            assert!(id_readings(typed.as_bytes()).contains(&share.id));
        }
    }
    assert_eq!(old_tool_id(16).as_deref(), Some("10"));
    assert_eq!(old_tool_id(9), None);
    assert_eq!(write_value(&secret(0x0a)).expose(), b"00:00:00:00:00:00:00:0a");
}

#[test]
fn a_leading_zero_in_the_secret_is_kept() {
    // the secret 5 on the line 5 + 3x
    let (one, two) = (share(PRIME, 1, 8), share(PRIME, 2, 11));
    assert_eq!(combine(&[&one, &two], 2).ok().unwrap().expose(), &[0, 0, 0, 0, 0, 0, 0, 5]);
}

#[test]
fn ids_up_to_255_of_foreign_sets_recombine() {
    let line = |id: u8| share(PRIME, id, 5 + 3 * u64::from(id));
    for (one, other) in [(255, 1), (16, 254), (254, 255)] {
        assert_eq!(number(&combine(&[&line(one), &line(other)], 2).ok().unwrap()), 5);
    }
}

#[test]
fn refuses_what_cannot_be_a_set() {
    let good = [share(PRIME, 1, 8), share(PRIME, 2, 11), share(PRIME, 3, 14)];
    let of = |extra: &PasswordShare| combine(&[&good[0], extra], 2).err();
    assert_eq!(of(&share(PRIME, 0, 7)), Some(ShareError::IdZero));
    assert_eq!(of(&share(PRIME, 1, 9)), Some(ShareError::DuplicateId { id: 1 }));
    assert_eq!(of(&share(PRIME, 1, 8)), Some(ShareError::DuplicateId { id: 1 }));
    assert_eq!(of(&share(PRIME, 2, PRIME)), Some(ShareError::ValueNotBelowPrime { id: 2 }));
    assert_eq!(of(&share(PRIME, 2, PRIME - 1)), None);
    assert_eq!(of(&share(0xe06a_979b_19d1_3497, 2, 11)), Some(ShareError::MixedPrimes { first: 1, id: 2 }));
    assert_eq!(combine(&[&good[0]], 2).err(), Some(ShareError::TooFew { given: 1, needed: 2 }));
    assert_eq!(combine(&[], 2).err(), Some(ShareError::TooFew { given: 0, needed: 2 }));
    assert_eq!(combine(&[&good[0]], 1).err(), Some(ShareError::Threshold { threshold: 1 }));
    assert_eq!(combine(&[], 0).err(), Some(ShareError::Threshold { threshold: 0 }));
    assert_eq!(combine(&[&good[0], &good[1], &share(PRIME, 3, 15)], 2).err(), Some(ShareError::Disagree));
    assert!(combine(&[&good[0], &good[1], &good[2]], 2).is_ok());
}

#[test]
fn salvage_names_the_wrong_shares() {
    let vectors = vectors();
    let mut shares = typed_set(&vectors[2]); // 3-of-5
    shares[1].value = secret(number(&shares[1].value) ^ 0x10);
    let all: Vec<&PasswordShare> = shares.iter().collect();
    assert_eq!(combine(&all, 3).err(), Some(ShareError::Disagree));
    let found = candidates(&all, 3).ok().unwrap();
    assert_eq!(found[0].agreeing, [0, 2, 3, 4]);
    assert_eq!(format!("{:016x}", number(&found[0].secret)), text(&vectors[2], "secret_password_hex"));
    // six quorums contain the wrong share, and each yields a different secret
    assert_eq!(found.len(), 7);
    assert!(found[1..].iter().all(|candidate| candidate.agreeing.len() == 3 && candidate.agreeing.contains(&1)));
}

#[test]
fn salvage_lists_every_secret_when_none_is_likelier() {
    let mut shares = typed_set(&vectors()[0]); // 2-of-3
    shares[0].value = secret(1);
    let found = candidates(&shares.iter().collect::<Vec<_>>(), 2).ok().unwrap();
    let agreeing: Vec<&[usize]> = found.iter().map(|candidate| candidate.agreeing.as_slice()).collect();
    assert_eq!(agreeing, [&[0, 1][..], &[0, 2], &[1, 2]]);
    assert_eq!(number(&found[2].secret), 0x2176_1d39_ab36_1cda);
}

#[test]
fn salvage_is_bounded_and_refuses_what_combining_refuses() {
    let many: Vec<PasswordShare> = (1..=17).map(|id| share(PRIME, id, 5 + 3 * u64::from(id))).collect();
    let many: Vec<&PasswordShare> = many.iter().collect();
    assert_eq!(candidates(&many, 2).err(), Some(ShareError::TooMany { given: 17, most: 16 }));
    let all = candidates(&many[..16], 8).ok().unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].agreeing.len(), 16);
    assert_eq!(candidates(&[many[0], many[0]], 2).err(), Some(ShareError::DuplicateId { id: 1 }));
    assert_eq!(candidates(&[many[0]], 2).err(), Some(ShareError::TooFew { given: 1, needed: 2 }));
}

#[test]
fn a_secret_above_its_prime_is_recovered() {
    let prime = SharePrime::new(PRIME).unwrap();
    assert_eq!(with_prime_added(&secret(5), prime).map(|sum| number(&sum)), Some(PRIME + 5));
    assert!(with_prime_added(&secret(u64::MAX - PRIME), prime).is_some());
    assert!(with_prime_added(&secret(u64::MAX - PRIME + 1), prime).is_none());
}

#[test]
fn only_64_bit_primes_are_accepted() {
    assert_eq!(SharePrime::new(PRIME + 2), Err(ReadError::NotPrime));
    assert_eq!(SharePrime::new(2_147_483_647), Err(ReadError::PrimeTooSmall));
    // the greatest prime below 2^64 is not safe, but still accepted
    let greatest = SharePrime::new(u64::MAX - 58).unwrap();
    assert!(!greatest.is_safe());
    assert_eq!(SharePrime::parse(b"ff ff ff ff ff ff ff c5"), Ok(greatest));
    assert_eq!(SharePrime::parse(b"ff ff ff ff ff ff ff c7"), Err(ReadError::NotPrime));
    assert_eq!(SharePrime::parse(b"f2:6c:cf:af:f0:1d:63"), Err(ReadError::Short { groups: 7 }));
}

#[test]
fn typing_is_checked_live() {
    for (typed, reading) in [
        ("", Reading::Incomplete { groups: 0 }),
        ("4", Reading::Incomplete { groups: 0 }),
        ("4c", Reading::Incomplete { groups: 1 }),
        ("4c:4", Reading::Incomplete { groups: 1 }),
        ("4C:40 1be2 : 94", Reading::Incomplete { groups: 5 }),
        (" 4c:40:1b:e2:94:7a:18:0b ", Reading::Complete),
        ("4c401be2947a180b", Reading::Complete),
        ("4c401be2947a180b0", Reading::TooLong),
        ("4c:40:1b:e2:94:7a:18:0b:11", Reading::TooLong),
        ("4c-40", Reading::WrongCharacter { position: 3, group: 2 }),
        ("4c:4o", Reading::WrongCharacter { position: 5, group: 2 }),
        ("4c::40", Reading::WrongCharacter { position: 4, group: 2 }),
        (":4c", Reading::WrongCharacter { position: 1, group: 1 }),
        ("4c401be2947a180bx", Reading::WrongCharacter { position: 17, group: 8 }),
        ("4c:4:1b", Reading::OddGroup { group: 2 }),
        ("4c:40 1", Reading::Incomplete { groups: 2 }),
    ] {
        assert_eq!(check_hex(typed.as_bytes()), reading, "{typed:?}");
    }
}

#[test]
fn short_values_are_refused_unless_foreign() {
    assert_eq!(read_value(b"0b:cd", true).err(), Some(ReadError::Short { groups: 2 }));
    assert_eq!(number(&read_value(b"0b:cd", false).ok().unwrap()), 0x0bcd);
    assert_eq!(read_value(b"", false).err(), Some(ReadError::Short { groups: 0 }));
    assert_eq!(read_value(b"0b:c", false).err(), Some(ReadError::OddGroup { group: 2 }));
    assert_eq!(read_value(b"0b:cd:\xff", false).err(), Some(ReadError::WrongCharacter { position: 7, group: 3 }));
}

#[test]
fn ids_of_one_set_are_read_together() {
    let together = |ids: &[&[u8]]| ids_together(&ids.iter().map(|ids| ids.to_vec()).collect::<Vec<_>>());
    assert_eq!(together(&[&[10, 16], &[10, 16]]), [[10, 16], [16, 10]]);
    assert_eq!(together(&[&[10, 16], &[10]]), [[16, 10]]);
    assert!(together(&[&[10, 16][..]; 3]).is_empty() && together(&[&[3], &[3]]).is_empty());
    let likeliest = together(&[&[10, 16], &[11, 17], &[12, 18]]);
    assert_eq!((likeliest.len(), &likeliest[0], &likeliest[1]), (8, &vec![10, 11, 12], &vec![16, 17, 18]));
    let all = together(&[&[10, 16], &[11, 17], &[12, 18], &[13, 19], &[14, 20], &[15, 21], &[16, 22], &[1]]);
    assert!(all.len() == 64 && all.contains(&vec![16, 17, 18, 19, 20, 21, 22, 1]));
}

#[test]
fn own_ids_are_decimal_and_foreign_ids_decimal_or_hexadecimal() {
    for (typed, id) in [("1", Some(1)), ("16", Some(16)), (" 07 ", Some(7)), ("0", None), ("17", None), ("A", None)] {
        assert_eq!(read_id(typed.as_bytes()).ok(), id, "{typed:?}");
    }
    for typed in ["", "+1", "-1", "1 2", "256", "\u{661}"] {
        assert_eq!(read_id(typed.as_bytes()), Err(ReadError::NotAnId), "{typed:?}");
    }
    assert_eq!(id_readings(b"10"), [10, 16]);
    assert_eq!(id_readings(b"9"), [9]);
    assert_eq!(id_readings(b"c"), [12]);
    assert_eq!(id_readings(b"99"), [99, 153]);
    assert_eq!(id_readings(b"200"), [200]);
    assert!(id_readings(b"0").is_empty() && id_readings(b"").is_empty() && id_readings(b"+5").is_empty());
}

#[test]
fn dealing_keeps_the_guarantees_of_the_scheme() {
    for seed in 0..8 {
        let quorum = Quorum::new(2, 3).unwrap();
        let dealt = deal(quorum, &mut ChaCha20Rng::from_seed([seed; 32])).ok().unwrap();
        assert!((0x01..=0x7f).contains(&dealt.password.expose()[0]));
        let prime = dealt.shares[0].prime;
        assert!(prime.is_safe() && prime.get() >> 62 == 3);
        assert_eq!(dealt.shares.iter().map(|share| share.id).collect::<Vec<_>>(), [1, 2, 3]);
    }
}

#[test]
fn two_deals_of_one_generator_have_nothing_in_common() {
    let quorum = Quorum::new(3, 5).unwrap();
    let generator = &mut ChaCha20Rng::from_seed([7; 32]);
    let (one, other) = (deal(quorum, generator).ok().unwrap(), deal(quorum, generator).ok().unwrap());
    assert!(!one.password.same(&other.password));
    assert_ne!(one.shares[0].prime, other.shares[0].prime);
    assert!(one.shares.iter().zip(&other.shares).all(|(one, other)| !one.value.same(&other.value)));
}

/// A generator that returns given words first, to force a rare draw.
struct Scripted(Vec<u64>, ChaCha20Rng);

impl rand_core::TryRng for Scripted {
    type Error = core::convert::Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.1.try_next_u32()
    }
    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.1.try_next_u64()
    }
    fn try_fill_bytes(&mut self, place: &mut [u8]) -> Result<(), Self::Error> {
        match self.0.pop() {
            Some(word) => place.copy_from_slice(&word.to_be_bytes()),
            None => self.1.try_fill_bytes(place)?,
        }
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Scripted {}

#[test]
fn a_password_that_the_old_tool_would_lose_is_drawn_again() {
    let words = vec![0x9122_3344_5566_7788, 0x80ff_ffff_ffff_ffff, 0x00ff_ffff_ffff_ffff];
    let mut generator = Scripted(words, ChaCha20Rng::from_seed([1; 32]));
    let dealt = deal(Quorum::new(2, 2).unwrap(), &mut generator).ok().unwrap();
    assert_eq!(number(&dealt.password), 0x1122_3344_5566_7788);
}
