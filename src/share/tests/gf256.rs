//! Strong shares as bytes.

use chacha20::ChaCha20Rng;
use rand_core::SeedableRng;
use static_assertions::assert_not_impl_any;

use crate::secret::WipingBytes;
use crate::terms::Quorum;

use super::super::*;

assert_not_impl_any!(StrongShare: Clone, Copy, core::fmt::Debug, core::fmt::Display, PartialEq);
assert_not_impl_any!(StrongDealt: Clone, core::fmt::Debug);
assert_not_impl_any!(StrongCandidate: Clone, core::fmt::Debug);

pub fn generator(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

pub fn dealt(kind: Kind, threshold: u8, custodians: u8, seed: u8) -> (WipingBytes, StrongDealt) {
    let mut rng = generator(seed);
    let secret = draw_secret(kind, &mut rng);
    let quorum = Quorum::new(threshold, custodians).unwrap();
    let dealt = deal_strong(kind, &secret, quorum, &mut rng).ok().unwrap();
    (secret, dealt)
}

fn copy(share: &StrongShare) -> StrongShare {
    StrongShare { body: WipingBytes::from_slice(share.body.expose()), ..*share }
}

fn changed(share: &StrongShare, change: impl FnOnce(&mut StrongShare)) -> StrongShare {
    let mut share = copy(share);
    change(&mut share);
    share
}

#[test]
fn a_dealt_set_is_complete_and_recombines() {
    for (kind, secret_length, body_length) in [(Kind::Password, 32, 37), (Kind::SoPin, 8, 13)] {
        let (secret, dealt) = dealt(kind, 3, 5, 1);
        assert_eq!(secret.len(), secret_length);
        let numbers: Vec<u8> = dealt.shares.iter().map(|share| share.number).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5]);
        for share in &dealt.shares {
            assert_eq!((share.set, share.kind, share.threshold), (dealt.set, kind, 3));
            assert_eq!(share.body.len(), body_length);
            assert_eq!(share.check(), Ok(()));
        }
        let password = password_of(&secret);
        assert_eq!(password.expose(), base16ct::lower::encode_string(secret.expose()).as_bytes());
        let refused = deal_strong(kind, &WipingBytes::zeros(9), Quorum::new(2, 2).unwrap(), &mut generator(1));
        assert_eq!(refused.err(), Some(ShareError::SecretLength { given: 9 }));
    }
}

#[test]
fn a_set_id_has_22_bits_and_is_shown_in_two_groups() {
    assert_eq!(SetId::new(0x2b_1f3c).unwrap().to_string(), "2b1 f3c");
    assert_eq!(SetId::new(0xff).unwrap().to_string(), "000 0ff");
    assert_eq!(SetId::new((1 << 22) - 1).unwrap().to_string(), "3ff fff");
    assert_eq!(SetId::new(1 << 22), None);
}

#[test]
fn refuses_what_the_crate_would_accept() {
    let (secret, set) = dealt(Kind::Password, 3, 5, 2);
    let shares = &set.shares;
    let with = |share: &StrongShare| combine_strong(&[&shares[0], &shares[1], &shares[2], share]).err();
    let instead = |share: &StrongShare| combine_strong(&[&shares[0], &shares[1], share]).err();
    for refuses in [&with as &dyn Fn(&StrongShare) -> _, &instead] {
        let share = &shares[3];
        assert_eq!(refuses(share), None);
        assert_eq!(refuses(&copy(&shares[0])), Some(ShareError::DuplicateId { id: 1 }));
        let renumbered = changed(share, |share| share.number = 2);
        assert_eq!(refuses(&renumbered), Some(ShareError::DuplicateId { id: 2 }));
        assert_eq!(refuses(&changed(share, |share| share.number = 0)), Some(ShareError::IdZero));
        let far = changed(share, |share| share.number = 17);
        assert_eq!(refuses(&far), Some(ShareError::IdTooLarge { id: 17 }));
        let other_kind = changed(share, |share| {
            share.kind = Kind::SoPin;
            share.body = WipingBytes::zeros(13);
        });
        assert_eq!(refuses(&other_kind), Some(ShareError::MixedKinds { first: 1, id: 4 }));
        let other_set = changed(share, |share| share.set = SetId::new(set.set.get() ^ 1).unwrap());
        assert_eq!(refuses(&other_set), Some(ShareError::MixedSets { first: 1, id: 4 }));
        let lower = changed(share, |share| share.threshold = 2);
        assert_eq!(refuses(&lower), Some(ShareError::MixedThresholds { first: 1, id: 4 }));
        for threshold in [0, 1, 17] {
            let of_one = changed(share, |share| share.threshold = threshold);
            assert_eq!(refuses(&of_one), Some(ShareError::Threshold { threshold }));
        }
        for length in [0, 1, 36, 38] {
            let short = changed(share, |share| share.body = WipingBytes::zeros(length));
            assert_eq!(refuses(&short), Some(ShareError::Length { id: 4 }));
        }
    }
    assert_eq!(combine_strong(&[]).err(), Some(ShareError::TooFew { given: 0, needed: 2 }));
    assert_eq!(combine_strong(&[&shares[0], &shares[4]]).err(), Some(ShareError::TooFew { given: 2, needed: 3 }));
    let many: Vec<&StrongShare> = std::iter::repeat_n(&shares[0], 17).collect();
    assert_eq!(combine_strong(&many).err(), Some(ShareError::TooMany { given: 17, most: 16 }));
    assert!(combine_strong(&[&shares[4], &shares[0], &shares[2]]).is_ok_and(|found| found.same(&secret)));
}

#[test]
fn lowering_the_threshold_on_all_shares_yields_nothing() {
    let (_, set) = dealt(Kind::Password, 3, 3, 3);
    let lowered: Vec<StrongShare> =
        set.shares.iter().map(|share| changed(share, |share| share.threshold = 2)).collect();
    assert_eq!(combine_strong(&[&lowered[0], &lowered[1]]).err(), Some(ShareError::WrongCheck));
    assert_eq!(combine_strong(&lowered.iter().collect::<Vec<_>>()).err(), Some(ShareError::Disagree));
}

#[test]
fn every_flipped_bit_is_detected_and_the_wrong_share_named() {
    for kind in [Kind::Password, Kind::SoPin] {
        let (secret, set) = dealt(kind, 2, 3, 4);
        for bit in 0..8 * kind.body_length() {
            let wrong = changed(&set.shares[1], |share| share.body.expose_mut()[bit / 8] ^= 1 << (bit % 8));
            assert_eq!(combine_strong(&[&set.shares[0], &wrong]).err(), Some(ShareError::WrongCheck));
            let all = [&set.shares[0], &wrong, &set.shares[2]];
            assert_eq!(combine_strong(&all).err(), Some(ShareError::Disagree));
            let found = strong_candidates(&all).ok().unwrap();
            assert_eq!(found.len(), 1);
            assert!(found[0].secret.same(&secret));
            assert_eq!(found[0].agreeing, [0, 2]);
        }
    }
}

#[test]
fn salvages_the_largest_set_with_as_many_wrong_shares_as_possible() {
    let (secret, set) = dealt(Kind::Password, 8, 16, 5);
    let (_, other) = dealt(Kind::Password, 8, 16, 6);
    let bodies = set.shares.iter().zip(&other.shares).enumerate();
    let shares: Vec<StrongShare> = bodies
        .map(|(place, (right, wrong))| {
            let body = if place % 2 == 0 { wrong } else { right }.body.expose();
            StrongShare { body: WipingBytes::from_slice(body), ..*right }
        })
        .collect();
    let found = strong_candidates(&shares.iter().collect::<Vec<_>>()).ok().unwrap();
    assert_eq!(found.len(), 1);
    assert!(found[0].secret.same(&secret));
    assert_eq!(found[0].agreeing, [1, 3, 5, 7, 9, 11, 13, 15]);
}

#[test]
fn errors_that_cancel_out_do_not_make_a_second_candidate() {
    let (secret, set) = dealt(Kind::Password, 4, 12, 5);
    // seven right shares; among the quorums with the others, some give the right byte by chance
    let spoil = |share: &StrongShare| {
        changed(share, |share| share.body.expose_mut()[3] ^= if share.number > 7 { share.number } else { 0 })
    };
    let shares: Vec<StrongShare> = set.shares.iter().map(spoil).collect();
    let found = strong_candidates(&shares.iter().collect::<Vec<_>>()).ok().unwrap();
    assert_eq!(found.len(), 1);
    assert!(found[0].secret.same(&secret));
    assert_eq!(found[0].agreeing, [0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn salvage_finds_nothing_where_no_quorum_is_right() {
    let (_, set) = dealt(Kind::SoPin, 2, 3, 6);
    let wrong = |place: usize| changed(&set.shares[place], |share| share.body.expose_mut()[place] ^= 7);
    let (one, two) = (wrong(0), wrong(1));
    assert!(strong_candidates(&[&one, &two, &set.shares[2]]).is_ok_and(|found| found.is_empty()));
    assert!(strong_candidates(&[&one, &two]).is_ok_and(|found| found.is_empty()));
    let right = strong_candidates(&[&set.shares[0], &set.shares[1]]).ok().unwrap();
    assert_eq!(right[0].agreeing, [0, 1]);
    assert_eq!(strong_candidates(&[&one]).err(), Some(ShareError::TooFew { given: 1, needed: 2 }));
    assert_eq!(strong_candidates(&[&one, &copy(&one)]).err(), Some(ShareError::DuplicateId { id: 1 }));
}

#[test]
fn two_deals_have_nothing_in_common() {
    let (secret, one) = dealt(Kind::Password, 2, 3, 7);
    let other = deal_strong(Kind::Password, &secret, Quorum::new(2, 3).unwrap(), &mut generator(8)).ok().unwrap();
    assert_ne!(one.set, other.set);
    for (one, other) in one.shares.iter().zip(&other.shares) {
        assert!(!one.body.same(&other.body));
    }
    let mixed = [&one.shares[0], &other.shares[1]];
    assert_eq!(combine_strong(&mixed).err(), Some(ShareError::MixedSets { first: 1, id: 2 }));
}
