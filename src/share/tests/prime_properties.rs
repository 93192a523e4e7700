//! Properties of every quorum in sc-hsm-tool's scheme.

use chacha20::ChaCha20Rng;
use proptest::prelude::*;
use rand_core::SeedableRng;

use super::super::*;
use super::prime::*;
use crate::terms::Quorum;

fn quorums() -> impl Strategy<Value = Quorum> {
    (2_u8..=16).prop_flat_map(|custodians| {
        (2..=custodians).prop_map(move |threshold| Quorum::new(threshold, custodians).unwrap())
    })
}

/// Indices 0..N in random order.
fn shuffled(quorum: Quorum) -> impl Strategy<Value = Vec<usize>> {
    Just((0..usize::from(quorum.custodians())).collect::<Vec<_>>()).prop_shuffle()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_quorum_recovers_the_secret_and_fewer_do_not(
        seed: [u8; 32],
        (quorum, order) in quorums().prop_flat_map(|quorum| (Just(quorum), shuffled(quorum))),
    ) {
        let dealt = deal(quorum, &mut ChaCha20Rng::from_seed(seed)).ok().unwrap();
        let threshold = quorum.threshold();
        let sitting: Vec<&PasswordShare> = order.iter().map(|place| &dealt.shares[*place]).collect();
        for from in 0..=sitting.len() - usize::from(threshold) {
            let members = &sitting[from..from + usize::from(threshold)];
            prop_assert!(combine(members, threshold).is_ok_and(|secret| secret.same(&dealt.password)));
            // one share missing: refused; claiming a lower threshold gives something else
            let fewer = &members[1..];
            prop_assert_eq!(
                combine(fewer, threshold).err(),
                Some(ShareError::TooFew { given: fewer.len(), needed: threshold })
            );
            if threshold > 2 {
                prop_assert!(!combine(fewer, threshold - 1).is_ok_and(|secret| secret.same(&dealt.password)));
            }
        }
    }

    #[test]
    fn a_wrong_share_beside_a_quorum_is_detected_and_named(
        seed: [u8; 32],
        (quorum, wrong) in quorums()
            .prop_filter("needs two more than the threshold", |q| q.custodians() >= q.threshold() + 2 && q.custodians() <= 9)
            .prop_flat_map(|quorum| (Just(quorum), 0..usize::from(quorum.custodians()))),
        error in 1_u64..1 << 62,
    ) {
        let mut dealt = deal(quorum, &mut ChaCha20Rng::from_seed(seed)).ok().unwrap();
        let prime = dealt.shares[0].prime.get();
        let value = number(&dealt.shares[wrong].value);
        dealt.shares[wrong].value =
            secret(u64::try_from((u128::from(value) + u128::from(error)) % u128::from(prime)).unwrap());
        let all: Vec<&PasswordShare> = dealt.shares.iter().collect();
        prop_assert_eq!(combine(&all, quorum.threshold()).err(), Some(ShareError::Disagree));
        let found = candidates(&all, quorum.threshold()).ok().unwrap();
        prop_assert!(found[0].secret.same(&dealt.password));
        let right: Vec<usize> = (0..all.len()).filter(|place| *place != wrong).collect();
        prop_assert_eq!(&found[0].agreeing, &right);
    }

    #[test]
    fn a_share_given_twice_or_changed_is_never_recombined(seed: [u8; 32], quorum in quorums(), twice: prop::sample::Index) {
        let dealt = deal(quorum, &mut ChaCha20Rng::from_seed(seed)).ok().unwrap();
        let place = twice.index(dealt.shares.len());
        let again = copy(&dealt.shares[place]);
        let mut given: Vec<&PasswordShare> = dealt.shares.iter().collect();
        given.push(&again);
        let id = again.id;
        prop_assert_eq!(combine(&given, quorum.threshold()).err(), Some(ShareError::DuplicateId { id }));
        let mut zero = copy(&dealt.shares[place]);
        zero.id = 0;
        given.pop();
        given.push(&zero);
        prop_assert_eq!(combine(&given, quorum.threshold()).err(), Some(ShareError::IdZero));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_way_of_writing_a_value_reads_the_same(
        value: u64,
        separators in prop::collection::vec(prop::sample::select(vec!["", ":", " ", " : ", "  "]), 7),
        upper in prop::collection::vec(any::<bool>(), 16),
    ) {
        let written = write_value(&secret(value));
        let mut typed = String::new();
        let digits: Vec<u8> = written.expose().iter().copied().filter(u8::is_ascii_hexdigit).collect();
        for (place, digit) in digits.iter().enumerate() {
            if place > 0 && place % 2 == 0 {
                typed.push_str(separators[place / 2 - 1]);
            }
            typed.push(char::from(if upper[place] { digit.to_ascii_uppercase() } else { *digit }));
        }
        prop_assert_eq!(check_hex(typed.as_bytes()), Reading::Complete);
        for text in [typed.as_bytes(), written.expose()] {
            for own in [true, false] {
                prop_assert_eq!(read_value(text, own).ok().map(|read| number(&read)), Some(value));
            }
        }
    }

    #[test]
    fn a_value_without_its_leading_zeros_reads_the_same(value: u64, zeros in 1_usize..8) {
        let value = value >> (8 * zeros);
        let written = write_value(&secret(value));
        let cut = &written.expose()[3 * zeros..];
        prop_assert_eq!(read_value(cut, false).ok().map(|read| number(&read)), Some(value));
        let groups = u8::try_from(8 - zeros).unwrap();
        prop_assert_eq!(read_value(cut, true).err(), Some(ReadError::Short { groups }));
    }

    #[test]
    fn typing_anything_never_panics(typed in prop::collection::vec(any::<u8>(), 0..64), hexish in "[0-9a-fA-F: ]{0,40}") {
        for text in [typed.as_slice(), hexish.as_bytes()] {
            let complete = check_hex(text) == Reading::Complete;
            prop_assert_eq!(complete, read_value(text, true).is_ok());
            prop_assert!(!complete || read_value(text, false).is_ok());
            let _ = (read_prime(text), read_id(text), id_readings(text));
        }
    }
}
