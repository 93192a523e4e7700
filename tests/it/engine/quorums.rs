//! Every quorum of every set of up to eight custodians, and everything that is not a quorum.

use chacha20::ChaCha20Rng;
use hsm_ceremony::secret::WipingBytes;
use hsm_ceremony::share::{
    Kind, PasswordShare, SetId, ShareError, StrongShare, combine, combine_strong, deal, strong_candidates,
};
use hsm_ceremony::terms::Quorum;
use proptest::prelude::*;
use rand_core::SeedableRng;

use super::{reread, strong_set};

/// Every selection of `size` elements of `all`.
fn selections<T>(all: &[T], size: u8) -> impl Iterator<Item = Vec<&T>> {
    (0_u32..1 << all.len()).filter(move |set| set.count_ones() == u32::from(size)).map(move |set| {
        all.iter().enumerate().filter(|(place, _)| set >> place & 1 == 1).map(|(_, share)| share).collect()
    })
}

fn quorums_of_up_to_eight() -> impl Iterator<Item = Quorum> {
    (2_u8..=8).flat_map(|n| (2..=n).map(move |m| Quorum::new(m, n).unwrap()))
}

/// The number of selections of exactly M shares, and of one less: the sums of 2ⁿ - 1 - n and of 2ⁿ - 2.
const QUORUMS: usize = 466;
const TOO_SMALL: usize = 494;

#[test]
fn every_quorum_of_strong_shares_restores_and_one_share_less_is_refused() {
    let mut rng = ChaCha20Rng::from_seed([31; 32]);
    for kind in [Kind::Password, Kind::SoPin] {
        let (mut restored, mut refused) = (0, 0);
        for quorum in quorums_of_up_to_eight() {
            let threshold = quorum.threshold();
            let (secret, dealt) = strong_set(kind, quorum, &mut rng);
            let shares: Vec<StrongShare> = dealt.shares.iter().map(reread).collect();
            for members in selections(&shares, threshold) {
                assert!(combine_strong(&members).is_ok_and(|found| found.same(&secret)), "{quorum}");
                restored += 1;
            }
            for members in selections(&shares, threshold - 1) {
                let too_few = ShareError::TooFew { given: usize::from(threshold) - 1, needed: threshold };
                assert_eq!(combine_strong(&members).err(), Some(too_few), "{quorum}");
                assert_eq!(strong_candidates(&members).err(), Some(too_few), "{quorum}");
                refused += 1;
            }
            for members in (threshold..=quorum.custodians()).flat_map(|size| selections(&shares, size)) {
                assert!(combine_strong(&members).is_ok_and(|found| found.same(&secret)), "{quorum}");
            }
        }
        assert_eq!((restored, refused), (QUORUMS, TOO_SMALL));
    }
}

#[test]
fn every_quorum_of_password_shares_restores_and_one_share_less_is_refused() {
    let mut rng = ChaCha20Rng::from_seed([32; 32]);
    let (mut restored, mut refused) = (0, 0);
    for quorum in quorums_of_up_to_eight() {
        let threshold = quorum.threshold();
        let dealt = deal(quorum, &mut rng).ok().unwrap();
        let shares: Vec<PasswordShare> = dealt.shares.iter().map(super::files::retyped).collect();
        for members in selections(&shares, threshold) {
            assert!(combine(&members, threshold).is_ok_and(|found| found.same(&dealt.password)), "{quorum}");
            restored += 1;
        }
        for members in selections(&shares, threshold - 1) {
            let too_few = ShareError::TooFew { given: usize::from(threshold) - 1, needed: threshold };
            assert_eq!(combine(&members, threshold).err(), Some(too_few), "{quorum}");
            refused += 1;
        }
    }
    assert_eq!((restored, refused), (QUORUMS, TOO_SMALL));
}

fn any_kind() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Password), Just(Kind::SoPin)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// `sharks` alone accepts all of these, and gives wrong answers.
    #[test]
    fn anything_but_a_quorum_of_one_set_is_refused_by_name(
        seed: [u8; 32],
        kind in any_kind(),
        quorum in super::files::quorums(),
        chosen: prop::sample::Index,
        extra: bool,
    ) {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let (secret, mut set) = strong_set(kind, quorum, &mut rng);
        let (_, others) = strong_set(kind, quorum, &mut rng);
        let threshold = usize::from(quorum.threshold());
        set.shares.truncate(if extra { threshold + 1 } else { threshold });
        let place = chosen.index(set.shares.len() - 1) + 1;
        let with = |share: &StrongShare| {
            let mut members: Vec<&StrongShare> = set.shares.iter().collect();
            members[place] = share;
            (combine_strong(&members), strong_candidates(&members).err())
        };
        let right = &set.shares[place];
        let changed = |number: u8, set: SetId, threshold: u8| {
            StrongShare { set, kind, threshold, number, body: WipingBytes::from_slice(right.body.expose()) }
        };
        let (first, id) = (1, right.number);
        prop_assert!(with(right).0.is_ok_and(|found| found.same(&secret)));
        for (share, error) in [
            (changed(1, right.set, right.threshold), ShareError::DuplicateId { id: 1 }),
            (reread(&set.shares[0]), ShareError::DuplicateId { id: 1 }),
            (changed(0, right.set, right.threshold), ShareError::IdZero),
            (changed(id + 16, right.set, right.threshold), ShareError::IdTooLarge { id: id + 16 }),
            (changed(id, others.set, right.threshold), ShareError::MixedSets { first, id }),
            (reread(&others.shares[place]), ShareError::MixedSets { first, id }),
            (changed(id, right.set, right.threshold ^ 1), match right.threshold ^ 1 {
                threshold @ (0 | 1 | 17) => ShareError::Threshold { threshold },
                _ => ShareError::MixedThresholds { first, id },
            }),
        ] {
            let (combined, candidates) = with(&share);
            prop_assert_eq!(combined.err(), Some(error));
            prop_assert_eq!(candidates, Some(error));
        }
        let mut twice: Vec<&StrongShare> = set.shares.iter().collect();
        twice.push(right);
        let error = if twice.len() > 16 {
            ShareError::TooMany { given: 17, most: 16 }
        } else {
            ShareError::DuplicateId { id }
        };
        prop_assert_eq!(combine_strong(&twice).err(), Some(error));
        // the right number of shares, one of them well-formed but wrong: never a different result
        let wrong = StrongShare { body: WipingBytes::from_slice(others.shares[place].body.expose()), ..*right };
        let error = if set.shares.len() > threshold { ShareError::Disagree } else { ShareError::WrongCheck };
        prop_assert_eq!(with(&wrong).0.err(), Some(error));
    }
}
