//! The DKEK of a backup gets new custodians, and the old cards open the old share file only.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::bundle::{FileState, examine};
use hsm_ceremony::ceremony::{Body, Machine, Recovery};
use hsm_ceremony::dkek::{Rounds, ShareFile, derive, open};
use hsm_ceremony::faults::{Fault, FaultName};
use hsm_ceremony::folder::Folder;
use hsm_ceremony::names::ItemName;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Entry, Fact, verify};
use hsm_ceremony::secret::Secret;
use hsm_ceremony::share::{PasswordShare, SharePrime, combine, combine_strong, password_of, read_words};
use hsm_ceremony::terms::{Handle, Kcv, Scheme, Seat};
use serde_json::{Value, json};

use super::old::{Custodians, Set, seal_share, wrapped_keys};
use super::rig::{Rig, Sight, Turn};
use super::{Day, Guard, dkek_share};

/// A plan in which these people, who are not those of other days, guard the DKEK.
fn people_of(day: &str, guards: &[Guard]) -> Day {
    let mut plan = Day::of(guards);
    for share in plan.0["dkek_shares"].as_array_mut().unwrap() {
        for name in share.get_mut("custodians").and_then(Value::as_array_mut).into_iter().flatten() {
            *name = json!(format!("{day} {}", name.as_str().unwrap()));
        }
        if let Some(holder) = share.get_mut("password_holder") {
            *holder = json!(format!("{day} {}", holder.as_str().unwrap()));
        }
    }
    plan
}

fn established(plan: &str, records: &Path) -> Rig {
    let mut rig = Rig::establish(plan, records);
    rig.run(|_| {});
    assert!(rig.complete());
    rig
}

fn setup(from: &Path, plan: &str, before: Option<&str>, records: &Path) -> Result<Setup, Fault> {
    let before = before.map(|text| Plan::parse_kept(text).unwrap());
    let new = (Plan::parse(plan).unwrap(), plan.to_owned());
    Setup::by_change(CeremonyKind::ReSplit, from, new, before.as_ref(), records, Environment::SoftwareCards)
}

/// Every file is the one that the record names, and the record alone leads to what the sitting knew.
fn stands(rig: &Rig) {
    let proof = verify(&fs::read(rig.folder.join("record.jsonl")).unwrap()).unwrap();
    let examined = examine(&Folder::open(&rig.folder), &proof);
    assert!(examined.files.len() >= 4 && examined.faults.is_empty(), "{:?}", examined.faults);
    assert!(examined.files.iter().all(|file| file.state == FileState::Unchanged), "{:?}", examined.files);
    let plan = Plan::parse(&fs::read_to_string(rig.folder.join("plan.json")).unwrap()).unwrap();
    for lines in 1..=rig.entries.len() {
        let resumed = Machine::resume(CeremonyKind::ReSplit, plan.clone(), true, &rig.entries[..lines]).unwrap();
        if lines == rig.entries.len() {
            assert_eq!(resumed.known(), rig.machine.known());
            let numbers = |machine: &Machine| machine.steps().iter().map(|step| step.number).collect::<Vec<_>>();
            assert_eq!(numbers(&resumed), numbers(&rig.machine));
        }
    }
}

/// What was typed at the seats of both quorums, as the vault had it: by whether the new custodians sat there.
#[derive(Default)]
struct Typed(BTreeMap<(bool, u8), Vec<u8>>);

impl Typed {
    fn look(&mut self, sight: &Sight<'_>) {
        let new = sight.entries.iter().any(|entry| matches!(entry, Entry::Learned { fact: Fact::NewCustodians, .. }));
        for seat in 1..=16 {
            if let Some(bytes) = sight.vault.lend(Handle::SeatShare(dkek_share(1), Seat(seat))) {
                self.0.insert((new, seat), bytes.to_vec());
            }
        }
    }

    /// The password that they yield; for numbers, ids are those of the record.
    fn password(&self, new: bool, rig: &Rig) -> Vec<u8> {
        let mine = || self.0.iter().filter(|((of_new, _), _)| *of_new == new);
        let facts = rig.facts();
        let change = facts.iter().position(|fact| matches!(fact, Fact::NewCustodians)).unwrap();
        let facts = if new { &facts[change..] } else { &facts[..change] };
        let words: Option<Vec<_>> = mine().map(|(_, text)| read_words(text).ok()).collect();
        if let Some(words) = words {
            return password_of(&combine_strong(&words.iter().collect::<Vec<_>>()).unwrap()).expose().to_vec();
        }
        let set = facts.iter().find_map(|fact| match fact {
            Fact::Dealt { set, .. } | Fact::SetTyped { set, .. } => Some(set.clone()),
            _ => None,
        });
        let from = rig.facts().into_iter().find_map(|fact| match fact {
            Fact::From { dkek_shares, .. } => dkek_shares[0].set.clone(),
            _ => None,
        });
        let prime = SharePrime::parse(set.or(from).unwrap().as_bytes()).unwrap();
        let id = |seat: u8| {
            facts.iter().find_map(|fact| match fact {
                Fact::Given { seat: given, ids, .. } if given.0 == seat => Some(ids[0]),
                _ => None,
            })
        };
        let share = |((_, seat), bytes): (&(bool, u8), &Vec<u8>)| PasswordShare {
            prime,
            id: id(*seat).unwrap(),
            value: Secret::from_slice(bytes).unwrap(),
        };
        let shares: Vec<PasswordShare> = mine().map(share).collect();
        let threshold = u8::try_from(shares.len()).unwrap();
        combine(&shares.iter().collect::<Vec<_>>(), threshold).unwrap().expose().to_vec()
    }
}

/// The KCV of what a password finds in a share file, if it opens it.
fn opens(password: &[u8], file: &Path) -> Option<Kcv> {
    let file = ShareFile::parse(&fs::read(file).unwrap()).unwrap();
    let key = derive(password, file.salt(), Rounds(1000), &mut |_| ControlFlow::Continue(())).unwrap();
    open(&file, &key).ok().map(|share| share.kcv())
}

/// Law 2: of the DKEK, the vault holds nothing from the moment when the new shares are computed until the new quorum comes.
fn holds_the_dkek_briefly(sight: &Sight<'_>) {
    let Some(step) = sight.machine.step() else { return };
    let held: BTreeSet<Handle> = sight.vault.holds().into_iter().collect();
    let dkek = held.contains(&Handle::Dkek) || held.iter().any(|handle| matches!(handle, Handle::DkekShare(_)));
    if matches!(step.id.word(), "custodian" | "share-file" | "re-split-manifest" | "old-cards" | "close") {
        assert!(!dkek, "at {} {}", step.number, step.id.word());
    }
    let seats = held.iter().any(|handle| matches!(handle, Handle::SeatShare(..)));
    assert!(!seats || matches!(step.id.word(), "seat" | "open"), "at {} {}", step.number, step.id.word());
}

struct ReSplit {
    rig: Rig,
    old: PathBuf,
    typed: Typed,
}

fn re_split(before: &Day, after: &Day, records: &Path) -> ReSplit {
    let made = established(&before.text(), records);
    let old = made.folder.clone();
    let mut rig =
        Rig::in_hands(setup(&old, &after.text(), None, records).unwrap(), |readers| readers).with_papers_of(made);
    let mut typed = Typed::default();
    rig.run(|sight| {
        typed.look(sight);
        holds_the_dkek_briefly(sight);
    });
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    assert!(matches!(rig.entries.last(), Some(Entry::Sealed { deviations: 0, .. })), "{:?}", rig.entries.last());
    stands(&rig);
    ReSplit { rig, old, typed }
}

fn restores(records: &Path, papers: Rig) -> Rig {
    let mut restore = Rig::restore(records).with_papers_of(papers);
    restore.run(|_| {});
    assert!(restore.complete() && restore.faults.is_empty(), "{:?}", restore.faults);
    assert!(restore.facts().iter().any(|fact| matches!(fact, Fact::Proven { .. })));
    restore
}

#[test]
fn new_custodians_open_the_new_file_and_the_old_ones_the_old_file_only() {
    use Guard::{Numbers, Words};
    for (before, after) in [
        (Numbers(2, 3), Numbers(2, 3)),
        (Numbers(2, 4), Words(3, 5)),
        (Words(3, 3), Numbers(2, 2)),
        (Words(2, 3), Words(2, 4)),
    ] {
        let records = tempfile::tempdir().unwrap();
        let ReSplit { rig, old, typed } =
            re_split(&people_of("Old", &[before]), &people_of("New", &[after]), records.path());
        let manifest = rig.manifest();
        let kcv = Some(manifest.kcv);
        let (old_file, new_file) = (old.join("dkek-1.pbe"), rig.folder.join("dkek-1.pbe"));
        let [of_old, of_new] = [false, true].map(|new| typed.password(new, &rig));
        let found = [(&of_old, &old_file), (&of_old, &new_file), (&of_new, &new_file), (&of_new, &old_file)];
        let found = found.map(|(password, file)| opens(password, file));
        assert_eq!(found, [kcv, None, kcv, None], "{before:?} to {after:?}");

        // The keys and their public keys are the same files, and the folder is a backup without the one before it.
        for key in &manifest.keys {
            for file in [&key.wrapped, &key.public] {
                assert_eq!(fs::read(rig.folder.join(file)).unwrap(), fs::read(old.join(file)).unwrap(), "{file}");
            }
        }
        assert!(!manifest.shares_elsewhere && !manifest.macs_not_verified);
        let named = rig.facts().into_iter().find_map(|fact| match fact {
            Fact::From { folder, record_sha256, .. } => Some((folder.clone(), *record_sha256)),
            _ => None,
        });
        let proof = verify(&fs::read(old.join("record.jsonl")).unwrap()).unwrap();
        assert_eq!(named, Some((Folder::open(&old).name(), Some(proof.mark.digest))));
        fs::remove_dir_all(&old).unwrap();
        let restore = restores(records.path(), rig);
        let sat = restore.facts().into_iter().find_map(|fact| match fact {
            Fact::Opened { .. } => Some(restore.machine.known().plan.dkek_shares[0].people().to_vec()),
            _ => None,
        });
        assert!(sat.unwrap().iter().all(|name| name.starts_with("New ")));
    }
}

#[test]
fn several_dkek_shares_and_passwords_of_one_person_change_hands() {
    let records = tempfile::tempdir().unwrap();
    let before = people_of("Old", &[Guard::Password, Guard::Numbers(2, 3), Guard::Words(2, 2)]);
    let after = people_of("New", &[Guard::Words(2, 3), Guard::Password, Guard::Numbers(3, 4)]).dice(50);
    let ReSplit { rig, old, .. } = re_split(&before, &after, records.path());
    let (first, second) = (fs::read_to_string(old.join("manifest.json")).unwrap(), rig.manifest());
    let first = hsm_ceremony::record::Manifest::parse(&first).unwrap();
    assert_eq!(first.kcv, second.kcv);
    let kcvs = |manifest: &hsm_ceremony::record::Manifest| {
        manifest.dkek_shares.iter().map(|share| share.kcv).collect::<Vec<_>>()
    };
    assert_eq!(kcvs(&first), kcvs(&second), "every DKEK share is the same");
    let custody: Vec<&str> = second.dkek_shares.iter().map(|share| share.custody.as_str()).collect();
    assert_eq!(custody, ["2-of-3 words", "password", "3-of-4 sc-hsm-tool"]);
    restores(records.path(), rig);
}

#[test]
fn a_set_of_sc_hsm_tool_becomes_one_of_ours() {
    let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let names = ["ec-secp384r1", "rsa-2048-crt-type6"];
    let dkek = wrapped_keys(place.path(), &names);
    let set = Set::golden("2-of-3");
    seal_share(place.path(), &dkek, &set.password);
    let before = people_of("Old", &[Guard::Numbers(2, 3)]).text();
    let after = people_of("New", &[Guard::Words(3, 4)]).text();
    let refused = setup(place.path(), &after, None, records.path()).err().map(|fault| fault.name);
    assert_eq!(refused, Some(FaultName::SourceNeedsOldPlan));
    let setup = setup(place.path(), &after, Some(&before), records.path()).unwrap();
    let mut rig = Rig::in_hands(setup, |readers| readers);
    let mut people = Custodians::new(&set, &[2, 0]);
    rig.play(|front| {
        if people.order.is_empty() && front.machine.known().coming.is_none() {
            Turn::Autopilot
        } else {
            people.answer(front)
        }
    });
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    stands(&rig);
    let manifest = rig.manifest();
    assert_eq!((manifest.manifest, manifest.shares_elsewhere, manifest.keys.len()), (2, false, names.len()));
    assert_eq!(opens(&set.password, &rig.folder.join("dkek-1.pbe")), None);
    assert_eq!(opens(&set.password, &place.path().join("dkek-share.pbe")), Some(manifest.kcv));
    // Its custodians are known by their cards from now on: nobody types an id.
    restores(records.path(), rig);
}

#[test]
fn keys_whose_device_nothing_names_are_refused_before_anybody_is_called() {
    let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let dkek = wrapped_keys(place.path(), &["ec-prime256v1-full-A"]);
    seal_share(place.path(), &dkek, &Set::golden("2-of-3").password);
    let before = people_of("Old", &[Guard::Numbers(2, 3)]).text();
    let after = people_of("New", &[Guard::Words(3, 4)]).text();
    let setup = setup(place.path(), &after, Some(&before), records.path()).unwrap();
    let mut rig = Rig::in_hands(setup, |readers| readers);
    rig.play(|front| match front.fault() {
        Some(_) => front.goes_on_with(Recovery::Stop),
        None => Turn::Autopilot,
    });
    assert_eq!(rig.failed(), ["device-of-keys-unknown"]);
    assert!(!rig.complete() && rig.machine.steps()[0].id.word() == "re-split-source");
    let people = |fact: &&Fact| matches!(fact, Fact::Present { .. } | Fact::Guarded { .. } | Fact::Dealt { .. });
    assert_eq!(rig.facts().into_iter().filter(people).count(), 0, "{:?}", rig.facts());
}

#[test]
fn what_a_re_split_cannot_do_is_refused_before_anything_begins() {
    let records = tempfile::tempdir().unwrap();
    let made = established(&people_of("Old", &[Guard::Numbers(2, 3)]).text(), records.path());
    let refused = |plan: &Day| setup(&made.folder, &plan.text(), None, records.path()).err().map(|fault| fault.name);
    assert_eq!(
        refused(&people_of("New", &[Guard::Numbers(2, 3), Guard::Password])),
        Some(FaultName::OtherNumberOfShares)
    );
    assert_eq!(refused(&people_of("New", &[Guard::Password])), Some(FaultName::PlanOnePassword));
    let so_pin = people_of("New", &[Guard::Words(2, 3)]).so_pin_under_quorum();
    assert_eq!(refused(&so_pin), Some(FaultName::PlanSoPinInReSplit));
}

#[test]
fn the_screens_begin_with_the_cause_and_say_what_old_cards_still_open() {
    let records = tempfile::tempdir().unwrap();
    let made = established(&people_of("Old", &[Guard::Numbers(2, 3)]).so_pin_under_quorum().text(), records.path());
    let after = people_of("New", &[Guard::Words(3, 4)]).text();
    let mut rig = Rig::in_hands(setup(&made.folder, &after, None, records.path()).unwrap(), |readers| readers)
        .with_papers_of(made);
    let (mut said, mut called) = (Vec::new(), Vec::new());
    rig.play(|front| {
        let step = front.step();
        match &front.view.body {
            Body::Read { text } => {
                if said.last().is_none_or(|(_, last)| last != text) {
                    said.push((step, text.clone()));
                }
                Turn::Autopilot
            }
            Body::Choose { text, .. } if step == "re-split-source" => {
                if said.is_empty() {
                    said.push((step, text.clone()));
                }
                front.item(ItemName::CustodianLeaves)
            }
            Body::Choose { .. } if step == "old-cards" => front.item(ItemName::SomeRemain),
            Body::Tick { items, .. } if step == "roll-call" => {
                let people: Vec<String> = items.iter().map(|item| item.text.clone()).collect();
                if !called.contains(&people) {
                    called.push(people);
                }
                Turn::Autopilot
            }
            _ => Turn::Autopilot,
        }
    });
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    let page = |at: usize| said[at].1.join("\n");
    assert!(page(0).contains("gets new custodians today"), "{}", page(0));
    assert!(page(1).contains("2 of 3 custodians") && page(1).contains("open the DKEK for as long as they exist"));
    let of = |step: &str| -> String {
        said.iter().filter(|(of, _)| *of == step).flat_map(|(_, text)| text.clone()).collect::<Vec<_>>().join("\n")
    };
    assert!(of("new-plan").contains("3 of 4 custodians, with 33 words"), "{}", of("new-plan"));
    let old_cards = of("old-cards");
    assert!(old_cards.contains("Do not destroy the SO-PIN cards"), "{old_cards}");
    assert!(old_cards.contains("Not all old cards are destroyed"), "{old_cards}");
    let holders = |people: &[String], day: &str| people.iter().filter(|name| name.starts_with(day)).count();
    assert_eq!(called.len(), 2);
    assert_eq!([holders(&called[0], "Old "), holders(&called[0], "New ")], [3, 0]);
    assert_eq!([holders(&called[1], "Old "), holders(&called[1], "New ")], [0, 4]);
    assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::OldCards { all_destroyed: false })));
    assert!(rig.manifest().so_pin_set.is_none());
    assert_eq!(rig.machine.known().plan.scheme(hsm_ceremony::terms::DkekShareNumber::FIRST), Some(Scheme::Words));
}
