//! Walks every step of both ceremonies for several M-of-N and holds the laws of the house on the way.

use std::collections::BTreeSet;

use hsm_ceremony::ceremony::{Actor, Body};
use hsm_ceremony::record::{CeremonyKind, Entry, Fact};
use hsm_ceremony::softcard::Faults;
use hsm_ceremony::terms::{Handle, Kcv, Purpose};

use super::rig::{Rig, Sight, both, plan_text, used_card};

const QUORUMS: [(u8, u8); 6] = [(2, 2), (2, 3), (2, 4), (3, 5), (9, 11), (16, 16)];

fn facts(entries: &[Entry]) -> Vec<&Fact> {
    entries.iter().filter_map(|entry| if let Entry::Learned { fact, .. } = entry { Some(fact) } else { None }).collect()
}

fn place(entries: &[Entry], what: &str, found: impl Fn(&Entry) -> bool) -> usize {
    entries.iter().position(found).unwrap_or_else(|| panic!("no {what} in the record"))
}

/// Law 2: who sits at the terminal, and what may be in the vault then.
fn vault_holds_only_what_this_turn_needs(ceremony: CeremonyKind, sight: &Sight<'_>) {
    let held = sight.vault.holds();
    let Some(step) = sight.machine.step() else {
        assert!(held.is_empty(), "at the end: {held:?}");
        return;
    };
    let facts = facts(sight.entries);
    let opened = facts.iter().any(|fact| matches!(fact, Fact::Opened { .. }));
    let backed_up = facts.iter().any(|fact| matches!(fact, Fact::VaultEmpty)) && step.id == "vault";
    for handle in &held {
        let allowed = match handle {
            Handle::GeneratorSeed => matches!(step.id, "entropy" | "deal"),
            // A custodian who has gone leaves nothing behind.
            Handle::DealtShare(card, number) => match step.actor {
                Actor::Custodian(present) => match card {
                    Purpose::DkekShare(share) => (*share, *number) >= (step.share, present),
                    Purpose::SoPin => *number >= present,
                },
                _ => step.id == "deal",
            },
            Handle::DealtCheck(share, number) => match step.actor {
                Actor::Custodian(present) => (*share, *number) >= (step.share, present),
                _ => step.id == "deal",
            },
            Handle::Dice => matches!(step.id, "dice" | "entropy"),
            Handle::SharePassword(_) => matches!(step.id, "password" | "deal"),
            Handle::DkekShare(share) => opened && *share <= step.share,
            Handle::Suggestion(_) => matches!(sight.view.body, Body::Form { .. }),
            Handle::SeatShare(_, seat) => match step.actor {
                Actor::Seat(present) => *seat <= present,
                _ => step.id == "open",
            },
            Handle::Dkek => opened && !backed_up,
            Handle::SoPin => matches!(step.id, "so-pin" | "so-pin-quorum" | "user-pin" | "initialise"),
            Handle::NewSoPin if sight.machine.state().plan.so_pin_share().is_some() => opened && !backed_up,
            Handle::NewSoPin => matches!(step.id, "so-pin" | "user-pin" | "initialise"),
            Handle::UserPin => matches!(step.id, "user-pin" | "initialise" | "log-in"),
            Handle::Entry(_) => matches!(sight.view.body, Body::Form { .. }),
        };
        assert!(allowed, "{handle:?} in the vault at {} {} of {ceremony:?}", step.number, step.id);
    }
    let after_the_last_custodian = matches!(step.id, "share-file");
    if after_the_last_custodian || matches!(step.id, "vault" | "not-proven" | "close") {
        assert!(held.is_empty(), "at {}: {held:?}", step.id);
    }
}

/// Laws 1 and 7: nothing that the machine or the screens are made of carries a share value.
fn nothing_public_carries_a_secret(sight: &Sight<'_>, seen: &mut BTreeSet<String>) {
    for handle in sight.vault.holds() {
        if let (Handle::DealtShare(..), Some(value)) = (handle, sight.vault.lend(handle)) {
            let text = String::from_utf8(value.to_vec()).unwrap();
            seen.insert(text.replace(':', ""));
            seen.insert(text);
        }
    }
    let public = format!("{:?}{:?}", sight.view, sight.machine.state());
    for value in seen.iter() {
        assert!(!public.contains(value.as_str()), "a share value in the view or state");
    }
}

/// Laws 3 and 4, read from the record.
fn nothing_is_erased_before_the_way_back_is_proven(entries: &[Entry], ceremony: CeremonyKind) {
    let fact =
        |found: fn(&Fact) -> bool| move |entry: &Entry| matches!(entry, Entry::Learned { fact, .. } if found(fact));
    let opened = place(entries, "opening", fact(|fact| matches!(fact, Fact::Opened { .. })));
    let intent = place(entries, "intent", |entry| matches!(entry, Entry::Intent { .. }));
    let initialised = place(entries, "initialising", fact(|fact| matches!(fact, Fact::Initialised { .. })));
    let loaded = place(entries, "loading", fact(|fact| matches!(fact, Fact::Loaded { .. })));
    assert!(opened < intent && intent < initialised && initialised < loaded);
    let kcvs: BTreeSet<[u8; 8]> = facts(entries)
        .into_iter()
        .filter_map(|fact| match fact {
            Fact::Dealt { kcv, .. } | Fact::Opened { kcv, .. } | Fact::Loaded { kcv, .. } | Fact::From { kcv, .. } => {
                Some(*kcv)
            }
            _ => None,
        })
        .map(|Kcv(bytes)| bytes)
        .collect();
    assert_eq!(kcvs.len(), 1, "every KCV is the one computed at the beginning");
    match ceremony {
        CeremonyKind::Establish => {
            let written = place(entries, "share file", fact(|fact| matches!(fact, Fact::Written { .. })));
            let made = place(entries, "key", fact(|fact| matches!(fact, Fact::Made { .. })));
            let backed_up = place(entries, "backup", fact(|fact| matches!(fact, Fact::BackedUp { .. })));
            assert!(written < opened && loaded < made && made < backed_up);
            let said = entries
                .iter()
                .any(|entry| matches!(entry, Entry::Deviates { name, .. } if name == "restore-not-proven"));
            let proven = facts(entries).iter().any(|fact| matches!(fact, Fact::Proven { .. }));
            assert!(said != proven, "whether a restore was proven is stated");
        }
        CeremonyKind::Inspect => panic!("inspect erases nothing"),
        CeremonyKind::Restore => {
            let verified = place(entries, "verification", fact(|fact| matches!(fact, Fact::Verified { .. })));
            let proven = place(entries, "proof", fact(|fact| matches!(fact, Fact::Proven { .. })));
            assert!(opened < verified && verified < intent && loaded < proven);
        }
    }
}

/// Law 5: the tries left are read before every PIN; nothing is initialised twice.
fn no_guess_costs_a_try(log: &[Vec<u8>]) {
    let verify = [0x00, 0x20, 0x00, 0x81];
    for (place, command) in log.iter().enumerate() {
        if command.starts_with(&verify) && command.len() > 4 {
            let before = &log[..place];
            let asked = before.iter().rposition(|command| *command == verify).expect("PIN sent without asking");
            let typed = before.iter().rposition(|command| command.starts_with(&verify) && command.len() > 4);
            assert!(typed.is_none_or(|typed| typed < asked), "a PIN was sent twice after asking once");
        }
    }
    let erased = log.iter().filter(|command| command.starts_with(&[0x80, 0x50])).count();
    assert_eq!(erased, 1, "initialised once");
}

#[test]
fn both_ceremonies_keep_the_laws_for_every_quorum() {
    for (threshold, custodians) in QUORUMS {
        let records = tempfile::tempdir().unwrap();
        let plan = plan_text(threshold, custodians, &[("EC:secp256r1", 10)], false);
        let mut shares = BTreeSet::new();
        let (establish, restore) = both(&plan, records.path(), |ceremony, sight| {
            vault_holds_only_what_this_turn_needs(ceremony, sight);
            nothing_public_carries_a_secret(sight, &mut shares);
        });
        assert_eq!(shares.len(), 2 * usize::from(custodians), "every share was seen, and looked for");
        nothing_is_erased_before_the_way_back_is_proven(&establish, CeremonyKind::Establish);
        nothing_is_erased_before_the_way_back_is_proven(&restore, CeremonyKind::Restore);
        let read_back = facts(&establish).iter().filter(|fact| matches!(fact, Fact::ReadBack { .. })).count();
        assert_eq!(read_back, usize::from(custodians), "every custodian typed their share from paper");
    }
}

#[test]
fn pins_are_never_guessed_and_devices_erased_once() {
    let records = tempfile::tempdir().unwrap();
    let mut establish = Rig::establish(&plan_text(2, 3, &[("EC:secp256r1", 10)], false), records.path());
    establish.run(|_| {});
    no_guess_costs_a_try(&establish.log.lock().unwrap());
    let mut restore = Rig::restore(records.path()).with_papers_of(establish);
    restore.run(|_| {});
    no_guess_costs_a_try(&restore.log.lock().unwrap());
    assert!(restore.faults.is_empty());
}

#[test]
fn several_keys_of_several_kinds_come_back_and_the_restore_can_be_proven_in_the_same_sitting() {
    let kinds = [
        ("rsa:2048", 10),
        ("EC:secp256r1", 21),
        ("EC:secp384r1", 3),
        ("EC:secp521r1", 4),
        ("EC:brainpoolP256r1", 255),
        ("EC:brainpoolP384r1", 6),
        ("EC:secp256k1", 7),
    ];
    let records = tempfile::tempdir().unwrap();
    let (establish, restore) = both(&plan_text(2, 3, &kinds, true), records.path(), |ceremony, sight| {
        if let Some(step) = sight.machine.step().filter(|step| step.id == "close") {
            assert!(sight.vault.is_empty(), "{} of {ceremony:?}", step.number);
        }
    });
    for entries in [&establish, &restore] {
        let proven = facts(entries).iter().filter(|fact| matches!(fact, Fact::Proven { .. })).count();
        assert_eq!(proven, kinds.len());
        assert!(matches!(entries.last(), Some(Entry::Sealed { deviations: 0, .. })));
    }
    let references: Vec<u8> = facts(&restore)
        .iter()
        .filter_map(|fact| if let Fact::Unwrapped { reference, .. } = fact { Some(reference.get()) } else { None })
        .collect();
    assert_eq!(references, kinds.map(|(_, to)| to));
}

#[test]
fn devices_that_differ_from_the_genuine_one_go_through_all_the_same() {
    let records = tempfile::tempdir().unwrap();
    let plan = plan_text(2, 3, &[("rsa:2048", 10), ("EC:secp256r1", 11), ("EC:secp521r1", 12)], false);
    let card = used_card("REH0000001", Faults::PICO);
    let mut establish = Rig::establish_on(card, &plan, records.path(), |readers| readers);
    establish.run(|_| {});
    assert!(establish.faults.is_empty(), "{:?}", establish.faults);
    let changed = |entries: &[Entry]| facts(entries).iter().any(|fact| matches!(fact, Fact::SoPinChanged { .. }));
    assert!(changed(&establish.entries), "the published SO-PIN was changed");
    let card = used_card("REH0000002", Faults::PICO);
    let mut restore = Rig::restore_on(card, records.path(), |readers| readers).with_papers_of(establish);
    restore.run(|_| {});
    assert!(restore.faults.is_empty() && changed(&restore.entries), "{:?}", restore.faults);
}
