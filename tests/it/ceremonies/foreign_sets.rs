//! Restore from share files without a record: several, of every kind, in any order, and our own if the record is lost.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use chacha20::ChaCha20Rng;
use hsm_ceremony::ceremony::{Actor, Asks, Body, Question, Recovery};
use hsm_ceremony::dkek::{DkekShare, Rounds, derive, seal};
use hsm_ceremony::faults::FaultName;
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::FieldName;
use hsm_ceremony::record::Fact;
use hsm_ceremony::secret::{Secret, WipingBytes};
use hsm_ceremony::share::{
    Kind, check_bytes, deal, deal_strong, draw_secret, password_of, write_check, write_value, write_words,
};
use hsm_ceremony::terms::{Purpose, Quorum, Seat};
use rand_core::SeedableRng;

use super::mistakes::{goes_on, stopped};
use super::old::wrapped_keys;
use super::plans::{Cards, Day, Guard, Noted, dkek_share, note};
use super::rig::{Front, Rig, Turn};

const PASSWORD: &str = "correct horse battery staple hat";
const KEY: &str = "ec-prime256v1";

/// Cards and passwords of DKEK shares made by some program.
struct Made {
    cards: Cards,
    passwords: BTreeMap<u8, WipingBytes>,
    rng: ChaCha20Rng,
}

impl Made {
    fn of(guards: &[Guard], seed: u8) -> Self {
        let mut made =
            Self { cards: Cards::new(), passwords: BTreeMap::new(), rng: ChaCha20Rng::from_seed([seed; 32]) };
        for (number, guard) in (1..).zip(guards) {
            let password = made.guarded(number, *guard);
            made.passwords.insert(number, password);
        }
        made
    }

    fn guarded(&mut self, number: u8, guard: Guard) -> WipingBytes {
        let text = |bytes: &WipingBytes| String::from_utf8(bytes.expose().to_vec()).unwrap();
        match guard {
            Guard::Words(m, n) => {
                let secret = draw_secret(Kind::Password, &mut self.rng);
                let quorum = Quorum::new(m, n).unwrap();
                let dealt = deal_strong(Kind::Password, &secret, quorum, &mut self.rng).unwrap();
                for share in &dealt.shares {
                    let noted = Noted { prime: None, text: text(&write_words(share)), check: None };
                    self.cards.insert((dkek_share(number), share.number), noted);
                }
                password_of(&secret)
            }
            Guard::Numbers(m, n) => {
                let dealt = deal(Quorum::new(m, n).unwrap(), &mut self.rng).unwrap();
                for share in &dealt.shares {
                    let check = Some(text(&write_check(&check_bytes(share))));
                    let prime = Some(share.prime.to_string());
                    let noted = Noted { prime, text: text(&write_value(&share.value)), check };
                    self.cards.insert((dkek_share(number), share.id), noted);
                }
                WipingBytes::from_slice(dealt.password.expose())
            }
            Guard::Password => WipingBytes::from_slice(format!("{PASSWORD} {number}").as_bytes()),
        }
    }

    /// Seals shares whose XOR is the DKEK of the wrapped key, each under these names, in the order of the plan.
    fn folder(&self, place: &Path, names: &[&str]) {
        let mut left: [u8; 32] = wrapped_keys(place, &[KEY]).try_into().unwrap();
        for (number, name) in (1_u8..).zip(names) {
            let mut content = left;
            if usize::from(number) < names.len() {
                content = [number.wrapping_mul(37); 32];
                left.iter_mut().zip(content).for_each(|(byte, part)| *byte ^= part);
            }
            self.seal(place, name, number, content);
        }
    }

    fn seal(&self, place: &Path, name: &str, number: u8, content: [u8; 32]) {
        let salt = [b'm', b'a', b'd', b'e', b' ', b'o', b'f', number];
        let password = self.passwords[&number].expose();
        let key = derive(password, salt, Rounds(1000), &mut |_| ControlFlow::Continue(())).unwrap();
        let content = DkekShare::new(Secret::init(|bytes: &mut [u8; 32]| *bytes = content));
        fs::write(place.join(name), seal(&content, &key, salt).to_bytes()).unwrap();
    }

    /// What people do: the last custodians of every set come, with everything that is on their cards.
    fn answer(&self, front: &mut Front<'_>) -> Turn {
        let Some((number, actor)) = front.machine.step().map(|step| (step.share.get(), step.actor)) else {
            return Turn::Autopilot;
        };
        if let Body::Choose { options, asks: Asks::Step(Question::Sitter(_)), .. } = &front.view.body {
            return front.pick(options.iter().rposition(|option| !option.closed).unwrap());
        }
        if let Some(place) = front.empty(|kind| *kind == FieldKind::Password) {
            let password = String::from_utf8(self.passwords[&number].expose().to_vec()).unwrap();
            return front.types(place, &password);
        }
        let Actor::Seat(seat) = actor else { return Turn::Autopilot };
        let Some(sitter) = front.machine.known().seats.sitter(seat) else { return Turn::Autopilot };
        let Some(card) = self.cards.get(&(dkek_share(number), sitter.get())) else { return Turn::Autopilot };
        if let Some(place) = front.empty(|kind| matches!(kind, FieldKind::Prime { .. })) {
            return front.types(place, card.prime.as_deref().unwrap());
        }
        if let Some(place) = front.empty(|kind| matches!(kind, FieldKind::ShareId { .. })) {
            return front.types(place, &sitter.to_string());
        }
        match front.empty(|kind| matches!(kind, FieldKind::ShareValue | FieldKind::ShareWords { .. })) {
            Some(place) => front.types(place, &card.text),
            None => Turn::Autopilot,
        }
    }
}

/// Which file each DKEK share was found in.
fn opened(rig: &Rig) -> Vec<String> {
    let opened = |fact: &&Fact| if let Fact::Opened { file, .. } = fact { Some(file.clone()) } else { None };
    rig.facts().iter().filter_map(opened).collect()
}

#[test]
fn several_share_files_open_in_any_order() {
    let (words, numbers, password) = (Guard::Words(2, 3), Guard::Numbers(3, 4), Guard::Password);
    let days: [(&[Guard], &[&str]); 6] = [
        (&[words], &["a.pbe"]),
        (&[numbers, numbers], &["b.pbe", "a.pbe"]),
        (&[password, words], &["z", "a.bin"]),
        (&[password, password], &["2.pbe", "1.pbe"]),
        (&[words, numbers, password], &["c.pbe", "a.pbe", "b.pbe"]),
        (&[numbers, password, words], &["b.pbe", "c.pbe", "a.pbe"]),
    ];
    for (seed, (guards, names)) in (1..).zip(days) {
        let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let made = Made::of(guards, seed);
        made.folder(place.path(), names);
        let mut rig = Rig::foreign(place.path(), &Day::of(guards).text(), records.path()).unwrap();
        rig.play(|front| made.answer(front));
        goes_on(&rig, &[]);
        assert_eq!(opened(&rig), names, "each opened with what guards it");
        let defects = |fact: &&Fact| matches!(fact, Fact::Opened { defects, .. } if !defects.is_empty());
        assert!(!rig.facts().iter().any(defects));
        assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Proven { .. })), "the key signs");
        let sets = rig.facts().iter().filter(|fact| matches!(fact, Fact::SetTyped { .. })).count();
        let quorums = guards.iter().filter(|guard| !matches!(guard, Guard::Password)).count();
        assert_eq!(sets, quorums, "the first seat of each set names it");
    }
}

#[test]
fn the_same_dkek_share_twice_is_refused_by_name() {
    let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let guards = [Guard::Words(2, 3), Guard::Password];
    let made = Made::of(&guards, 7);
    made.folder(place.path(), &["a.pbe", "b.pbe"]);
    fs::remove_file(place.path().join("b.pbe")).unwrap();
    // A copied file is only a copy: one of two is missing.
    fs::copy(place.path().join("a.pbe"), place.path().join("b.pbe")).unwrap();
    let fault = Rig::foreign(place.path(), &Day::of(&guards).text(), records.path()).err().unwrap();
    assert_eq!(fault.name, FaultName::SourceSeveralShareFiles);
    // One DKEK share in two files, under different passwords.
    made.seal(place.path(), "b.pbe", 2, [37; 32]);
    let mut rig = Rig::foreign(place.path(), &Day::of(&guards).text(), records.path()).unwrap();
    rig.play(|front| match front.fault() {
        Some(_) => front.goes_on_with(Recovery::Stop),
        None => made.answer(front),
    });
    stopped(&rig, &["dkek-share-twice"]);
    assert_eq!(rig.value("dkek-share-twice", "other"), "1");
    assert!(rig.log.lock().unwrap().is_empty(), "no device was asked for anything");
}

#[test]
fn shares_that_are_not_those_of_the_keys_are_refused_before_any_device() {
    let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let guards = [Guard::Password, Guard::Numbers(2, 2)];
    let made = Made::of(&guards, 8);
    made.folder(place.path(), &["a.pbe", "b.pbe"]);
    made.seal(place.path(), "b.pbe", 2, [1; 32]);
    let mut rig = Rig::foreign(place.path(), &Day::of(&guards).text(), records.path()).unwrap();
    rig.play(|front| match front.fault() {
        Some(_) => front.goes_on_with(Recovery::Stop),
        None => made.answer(front),
    });
    stopped(&rig, &["dkek-differs"]);
    assert!(rig.log.lock().unwrap().is_empty());
}

#[test]
fn a_different_count_than_planned_is_refused_before_anything_starts() {
    let guards = [Guard::Words(2, 3), Guard::Numbers(2, 3), Guard::Password];
    let made = Made::of(&guards, 9);
    for (count, planned) in [(1, 2), (2, 1), (3, 2), (2, 3)] {
        let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        made.folder(place.path(), &["a.pbe", "b.pbe", "c.pbe"][..count]);
        let plan = Day::of(&guards[..planned]).text();
        let fault = Rig::foreign(place.path(), &plan, records.path()).err().unwrap();
        assert_eq!(fault.name, FaultName::SourceSeveralShareFiles, "{count} files, {planned} planned");
        let value = |name| fault.values.iter().find(|(key, _)| *key == name).unwrap().1.clone();
        assert_eq!((value("found"), value("planned")), (count.to_string(), planned.to_string()));
        assert_eq!(fs::read_dir(records.path()).unwrap().count(), 0, "no sitting began");
    }
}

#[test]
fn without_a_record_no_seat_is_trusted_more_than_another_and_mixed_sets_are_named() {
    let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let guards = [Guard::Words(3, 4)];
    let (made, others) = (Made::of(&guards, 10), Made::of(&guards, 11));
    made.folder(place.path(), &["share.pbe"]);
    // The person at this seat types from a card of another set, first of all the one who names the set.
    // The second is questioned at once; only people can tell which of the two sets is the right one.
    for (wrong, recovery) in
        [(Seat(1), Recovery::SeatsAgain), (Seat(1), Recovery::SeatAgain(Seat(1))), (Seat(2), Recovery::TypeAgain)]
    {
        let mut rig = Rig::foreign(place.path(), &Day::of(&guards).text(), records.path()).unwrap();
        let (mut mistaken, mut taken) = (false, false);
        rig.play(|front| {
            if front.fault() == Some("shares-of-other-sets") {
                assert_eq!(front.machine.step().map(|step| step.actor), Some(Actor::Seat(Seat(2))));
                return front.goes_on_with(recovery);
            }
            let here = front.machine.step().map(|step| step.actor);
            let form = matches!(front.view.body, Body::Form { .. });
            if form && here == Some(Actor::Seat(Seat(3))) && !taken && front.wrong().is_empty() {
                // The card of the person at the first seat: its number cannot come twice.
                return front.types(FieldName::ShareWords, &made.cards[&(dkek_share(1), 4)].text);
            }
            if form && front.wrong() == ["id-taken"] {
                taken = true;
                return front.types(FieldName::ShareWords, &made.cards[&(dkek_share(1), 2)].text);
            }
            if form && here == Some(Actor::Seat(wrong)) && !mistaken {
                mistaken = true;
                return front.types(FieldName::ShareWords, &others.cards[&(dkek_share(1), 5 - wrong.0)].text);
            }
            made.answer(front)
        });
        goes_on(&rig, &["shares-of-other-sets"]);
        assert!(mistaken && taken);
        assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Proven { .. })), "the key signs");
    }
}

#[test]
fn cards_with_a_different_threshold_than_planned_are_named_when_they_are_given() {
    let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let made = Made::of(&[Guard::Words(2, 4)], 12);
    made.folder(place.path(), &["share.pbe"]);
    let mut rig = Rig::foreign(place.path(), &Day::of(&[Guard::Words(3, 4)]).text(), records.path()).unwrap();
    rig.play(|front| match front.fault() {
        Some(_) => front.goes_on_with(Recovery::Stop),
        None => made.answer(front),
    });
    stopped(&rig, &["words-other-threshold"]);
    assert_eq!(
        (rig.value("words-other-threshold", "found"), rig.value("words-other-threshold", "planned")),
        ("2".into(), "3".into())
    );
}

/// What is left of a sitting of ours when record and manifest are lost.
pub fn without_record(folder: &Path, place: &Path) {
    fs::create_dir(place.join("keys")).unwrap();
    for entry in fs::read_dir(folder).unwrap().chain(fs::read_dir(folder.join("keys")).unwrap()).map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if name.starts_with("dkek-") {
            fs::copy(entry.path(), place.join(name)).unwrap();
        } else if name.ends_with(".wrapped") {
            fs::copy(entry.path(), place.join("keys").join(name)).unwrap();
        }
    }
}

#[test]
fn our_own_files_without_their_record_restore_from_the_cards() {
    for guards in [
        vec![Guard::Words(2, 3)],
        vec![Guard::Numbers(2, 11)],
        vec![Guard::Password, Guard::Password],
        vec![Guard::Words(3, 3), Guard::Password, Guard::Numbers(2, 3), Guard::Words(2, 2)],
    ] {
        let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let text = Day::of(&guards).text();
        let mut first = Rig::establish(&text, records.path());
        let mut cards = Cards::new();
        first.run(|sight| note(&mut cards, sight.view, sight.vault));
        without_record(&first.folder, place.path());
        let mut made = Made::of(&[], 0);
        made.cards = cards;
        made.passwords =
            (1..=4).map(|number| (number, WipingBytes::from_slice(b"four custodians hold this rehearsal"))).collect();
        let mut rig = Rig::foreign(place.path(), &text, records.path()).unwrap();
        rig.play(|front| made.answer(front));
        goes_on(&rig, &[]);
        let dealt = |fact: &&Fact| match fact {
            Fact::Dealt { share, set, .. } => Some((Purpose::DkekShare(*share), set.clone())),
            _ => None,
        };
        let typed = |fact: &&Fact| match fact {
            Fact::SetTyped { card, set } => Some((*card, set.clone())),
            _ => None,
        };
        let dealt: Vec<_> = first.facts().iter().filter_map(dealt).collect();
        assert_eq!(rig.facts().iter().filter_map(typed).collect::<Vec<_>>(), dealt, "the first seat of each names it");
        let wrong = |fact: &&Fact| matches!(fact, Fact::Opened { wrong, .. } if !wrong.is_empty());
        assert!(!rig.facts().iter().any(wrong));
        assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Proven { .. })), "the key signs");
    }
}

#[test]
fn our_own_files_with_an_so_pin_under_a_quorum_restore_without_their_record() {
    let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let text = Day::full().prove_restore(false).text();
    let mut first = Rig::establish(&text, records.path());
    first.run(|_| {});
    let (mut kcvs, mut so_pin) = (Vec::new(), 0);
    for fact in first.facts() {
        if let Fact::DkekDrawn { kcv, .. } = fact {
            kcvs.push(*kcv);
        }
    }
    without_record(&first.folder, place.path());
    let mut rig = Rig::foreign(place.path(), &text, records.path()).unwrap().with_papers_of(first);
    rig.run(|_| {});
    goes_on(&rig, &[]);
    for fact in rig.facts() {
        match fact {
            Fact::Loaded { kcv, .. } => kcvs.push(*kcv),
            Fact::SoPinRebuilt { .. } => so_pin += 1,
            _ => {}
        }
    }
    assert_eq!((kcvs.len(), so_pin), (2, 1));
    assert_eq!(kcvs[0], kcvs[1]);
}
