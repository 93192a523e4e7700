//! From a dealt set to the DKEK and back, with every share on "paper" in between, as in a ceremony. Few rounds.

use std::ops::ControlFlow;

use chacha20::ChaCha20Rng;
use hsm_ceremony::dkek::{
    ContainerError, DerivedKey, DkekShare, Rounds, ShareFile, derive, open, password_encodings, seal,
};
use hsm_ceremony::secret::Secret;
use hsm_ceremony::share::{
    Kind, PasswordShare, SharePrime, StrongShare, candidates, combine, combine_strong, deal, old_tool_id, password_of,
    read_id, read_value, write_value,
};
use hsm_ceremony::terms::Quorum;
use proptest::prelude::*;
use rand_core::SeedableRng;

const SALT: [u8; 8] = *b"saltsalt";

fn key(password: &[u8]) -> DerivedKey {
    derive(password, SALT, Rounds(20), &mut |_| ControlFlow::Continue(())).unwrap()
}

/// Whether one of the passwords that `secret` can mean opens `file`, and the result.
fn opened(file: &ShareFile, secret: &Secret<[u8; 8]>) -> Result<DkekShare, ContainerError> {
    password_encodings(secret)
        .iter()
        .find_map(|password| open(file, &key(password.expose())).ok())
        .ok_or(ContainerError::WrongPassword)
}

/// What a custodian reads from their card and types.
pub fn retyped(share: &PasswordShare) -> PasswordShare {
    let (prime, id, value) = (share.prime.to_string(), share.id.to_string(), write_value(&share.value));
    PasswordShare {
        prime: SharePrime::parse(prime.as_bytes()).unwrap(),
        id: read_id(id.as_bytes()).unwrap(),
        value: read_value(value.expose(), true).ok().unwrap(),
    }
}

pub fn quorums() -> impl Strategy<Value = Quorum> {
    (2_u8..=16).prop_flat_map(|n| (2..=n).prop_map(move |m| Quorum::new(m, n).unwrap()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_file_opens_for_a_quorum_and_never_to_a_wrong_share(
        seed: [u8; 32],
        bytes: [u8; 32],
        quorum in quorums(),
        wrong: prop::sample::Index,
        error in 1_u64..1 << 62,
    ) {
        let dealt = deal(quorum, &mut ChaCha20Rng::from_seed(seed)).ok().unwrap();
        let share = DkekShare::new(Secret::from_slice(&bytes).unwrap());
        let file = ShareFile::parse(&seal(&share, &key(dealt.password.expose()), SALT).to_bytes()).ok().unwrap();
        let mut sitting: Vec<PasswordShare> = dealt.shares.iter().rev().map(retyped).collect();
        sitting.truncate(usize::from(quorum.threshold()));
        let members: Vec<&PasswordShare> = sitting.iter().collect();
        let secret = combine(&members, quorum.threshold()).ok().unwrap();
        prop_assert!(opened(&file, &secret).is_ok_and(|found| found.same(&share)));

        // one value wrong, and only as many shares as are needed: only the file can tell, and it does
        let place = wrong.index(sitting.len());
        let prime = u128::from(sitting[place].prime.get());
        let value = u128::from(u64::from_be_bytes(*sitting[place].value.expose()));
        let changed = u64::try_from((value + u128::from(error)) % prime).unwrap();
        sitting[place].value = Secret::from_slice(&changed.to_be_bytes()).unwrap();
        let members: Vec<&PasswordShare> = sitting.iter().collect();
        let secret = combine(&members, quorum.threshold()).ok().unwrap();
        prop_assert_eq!(opened(&file, &secret).err(), Some(ContainerError::WrongPassword));
    }
}

#[test]
fn the_file_under_a_password_of_strong_shares_opens_for_a_quorum_that_types_its_words() {
    let mut rng = ChaCha20Rng::from_seed([7; 32]);
    let (secret, dealt) = super::strong_set(Kind::Password, Quorum::new(3, 5).unwrap(), &mut rng);
    let share = DkekShare::new(Secret::from_slice(&[0x42; 32]).unwrap());
    let password = password_of(&secret);
    assert_eq!(password.len(), 64);
    let file = ShareFile::parse(&seal(&share, &key(password.expose()), SALT).to_bytes()).ok().unwrap();
    let sitting: Vec<StrongShare> = [4, 1, 2].map(|place: usize| super::reread(&dealt.shares[place])).into();
    let found = combine_strong(&sitting.iter().collect::<Vec<_>>()).ok().unwrap();
    assert!(open(&file, &key(password_of(&found).expose())).is_ok_and(|opened| opened.same(&share)));
}

#[test]
fn salvage_with_the_file_finds_the_right_meaning_among_several() {
    let quorum = Quorum::new(3, 5).unwrap();
    let dealt = deal(quorum, &mut ChaCha20Rng::from_seed([5; 32])).ok().unwrap();
    let share = DkekShare::new(Secret::from_slice(&[0x42; 32]).unwrap());
    let file = seal(&share, &key(dealt.password.expose()), SALT);
    let mut sitting: Vec<PasswordShare> = dealt.shares.iter().take(4).map(retyped).collect();
    sitting[2].value = Secret::from_slice(&[1; 8]).unwrap();
    let found = candidates(&sitting.iter().collect::<Vec<_>>(), 3).ok().unwrap();
    assert_eq!(found.len(), 4);
    let right: Vec<&[usize]> = found
        .iter()
        .filter(|candidate| opened(&file, &candidate.secret).is_ok_and(|opened| opened.same(&share)))
        .map(|candidate| candidate.agreeing.as_slice())
        .collect();
    assert_eq!(right, [&[0, 1, 3]]);
}

#[test]
fn ids_from_ten_on_are_typed_in_decimal_here() {
    let quorum = Quorum::new(2, 12).unwrap();
    let dealt = deal(quorum, &mut ChaCha20Rng::from_seed([6; 32])).ok().unwrap();
    let members = [retyped(&dealt.shares[9]), retyped(&dealt.shares[11])];
    assert_eq!(members.each_ref().map(|share| old_tool_id(share.id)), [Some("A".to_owned()), Some("C".to_owned())]);
    assert!(combine(&members.each_ref(), 2).is_ok_and(|secret| secret.same(&dealt.password)));
}
