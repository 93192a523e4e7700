//! Both ceremonies for every scheme, every number of DKEK shares, dice and an SO-PIN under a quorum: all laws hold.

use hsm_ceremony::record::{Entry, Fact};
use hsm_ceremony::terms::{Handle, Purpose};

use super::laws::{Kept, keep_the_laws, no_guess_costs_a_try};
use super::plans::{Day, FULL, Guard, dkek_share};
use super::rig::Rig;

fn count(entries: &[Entry], found: impl Fn(&Fact) -> bool) -> usize {
    entries.iter().filter(|entry| matches!(entry, Entry::Learned { fact, .. } if found(fact))).count()
}

/// Nothing failed, and every card was typed from paper.
fn smoothly(kept: &Kept, cards: usize) {
    for entries in [&kept.establish, &kept.restore] {
        let failed: Vec<&Entry> = entries.iter().filter(|entry| matches!(entry, Entry::Failed { .. })).collect();
        assert!(failed.is_empty(), "{failed:?}");
        assert!(count(entries, |fact| matches!(fact, Fact::Proven { .. } | Fact::Made { .. })) > 0);
    }
    assert_eq!(count(&kept.establish, |fact| matches!(fact, Fact::ReadBack { .. })), cards);
    let dealt = |handle: &&Handle| matches!(handle, Handle::DealtShare(..));
    assert_eq!(kept.dealt.iter().filter(dealt).count(), cards, "every card was in the vault, and looked for");
}

#[test]
fn words_alone() {
    for (threshold, custodians) in [(2, 2), (2, 3), (3, 5), (16, 16)] {
        let kept = keep_the_laws(&Day::of(&[Guard::Words(threshold, custodians)]).text());
        smoothly(&kept, usize::from(custodians));
        assert!(!kept.dealt.iter().any(|handle| matches!(handle, Handle::DealtCheck(..))), "words check themselves");
    }
}

#[test]
fn numbers_with_dice() {
    let kept = keep_the_laws(&Day::of(&[Guard::Numbers(2, 3)]).dice(50).text());
    smoothly(&kept, 3);
    assert!(kept.typed.contains(&("dice", 1)));
    let sources = kept.establish.iter().find_map(|entry| match entry {
        Entry::Learned { fact: Fact::Seeded { sources }, .. } => Some(sources.clone()),
        _ => None,
    });
    assert!(matches!(sources.unwrap().as_slice(), [_, _, dice] if dice.contains("50 throws")));
}

#[test]
fn three_dkek_shares_of_every_kind() {
    let kept = keep_the_laws(&Day::of(&[Guard::Words(2, 3), Guard::Numbers(3, 4), Guard::Password]).text());
    smoothly(&kept, 7);
    assert!(kept.typed.contains(&("password", 3)));
    for entries in [&kept.establish, &kept.restore] {
        assert_eq!(count(entries, |fact| matches!(fact, Fact::Opened { .. })), 3);
        assert_eq!(count(entries, |fact| matches!(fact, Fact::Initialised { dkek_shares: 3, .. })), 1);
    }
}

#[test]
fn eight_dkek_shares_passwords_and_quorums_mixed() {
    let guards = [
        Guard::Password,
        Guard::Numbers(2, 2),
        Guard::Password,
        Guard::Words(2, 3),
        Guard::Words(3, 3),
        Guard::Password,
        Guard::Numbers(2, 4),
        Guard::Password,
    ];
    let kept = keep_the_laws(&Day::of(&guards).so_pin_under_quorum().prove_restore(true).text());
    // The SO-PIN goes to the first quorum, which is not that of the first DKEK share.
    smoothly(&kept, 2 + 2 + 3 + 3 + 4);
    assert_eq!(kept.dealt.iter().filter(|handle| matches!(handle, Handle::DealtShare(Purpose::SoPin, _))).count(), 2);
    assert_eq!(count(&kept.establish, |fact| matches!(fact, Fact::Opened { .. })), 16);
    assert_eq!(count(&kept.establish, |fact| matches!(fact, Fact::SoPinRebuilt { .. })), 2);
    assert_eq!(count(&kept.restore, |fact| matches!(fact, Fact::Initialised { dkek_shares: 8, .. })), 1);
}

#[test]
fn two_passwords_alone() {
    let kept = keep_the_laws(&Day::of(&[Guard::Password, Guard::Password]).text());
    smoothly(&kept, 0);
    assert_eq!(kept.typed.len(), 2);
    // No custodian's turn ends the sealing: dealing does.
    assert_eq!(count(&kept.establish, |fact| matches!(fact, Fact::Enciphered { .. })), 1);
    assert!(count(&kept.establish, |fact| matches!(fact, Fact::VaultEmpty)) >= 2);
}

#[test]
fn the_so_pin_under_a_quorum_of_words_or_numbers() {
    for (guard, cards) in [(Guard::Words(2, 3), 6), (Guard::Numbers(3, 4), 8)] {
        let kept = keep_the_laws(&Day::of(&[guard]).so_pin_under_quorum().text());
        smoothly(&kept, cards);
        let rebuilt = |fact: &Fact| matches!(fact, Fact::SoPinRebuilt { wrong, .. } if wrong.is_empty());
        assert_eq!((count(&kept.establish, rebuilt), count(&kept.restore, rebuilt)), (1, 1));
    }
}

#[test]
fn everything_of_the_full_plan() {
    let kept = keep_the_laws(FULL);
    smoothly(&kept, 3 + 3 + 3);
    assert_eq!(kept.typed.len(), 2, "the dice and the password");
    for (purpose, cards) in [(dkek_share(1), 3), (dkek_share(2), 3), (Purpose::SoPin, 3)] {
        let of = |handle: &&Handle| matches!(handle, Handle::DealtShare(card, _) if *card == purpose);
        assert_eq!(kept.dealt.iter().filter(of).count(), cards, "{purpose}");
    }
    assert_eq!(count(&kept.establish, |fact| matches!(fact, Fact::Proven { .. })), 2);
    assert_eq!(count(&kept.restore, |fact| matches!(fact, Fact::Proven { .. })), 2);
}

/// Commands that import a DKEK share; without data the same command only queries.
pub fn imports(rig: &Rig) -> usize {
    let log = rig.log.lock().unwrap();
    log.iter().filter(|command| command.starts_with(&[0x80, 0x52]) && command.len() > 32).count()
}

#[test]
fn devices_are_erased_once_and_get_every_dkek_share_once() {
    let records = tempfile::tempdir().unwrap();
    let mut establish = Rig::establish(&Day::full().text(), records.path());
    establish.run(|_| {});
    no_guess_costs_a_try(&establish.log.lock().unwrap(), 2);
    assert_eq!(imports(&establish), 6, "three on either device");
    let mut restore = Rig::restore(records.path()).with_papers_of(establish);
    restore.run(|_| {});
    no_guess_costs_a_try(&restore.log.lock().unwrap(), 1);
    assert_eq!(imports(&restore), 3);
}
