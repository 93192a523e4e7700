//! Cards are put away once, after the last time that day that one is read, and the number of every bag is on record.

use hsm_ceremony::ceremony::{Asks, Body, Input, Question, Recovery};
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::record::{Entry, Fact, RecordedBag};
use hsm_ceremony::terms::{CustodianNumber, DkekShareNumber};

use super::mistakes::WrongShare;
use super::plans::{Day, Guard};
use super::rig::{Front, Rig, Turn, both, plan_text};

/// A bag, by DKEK share and custodian; none: the holder of its password.
type Of = (u8, Option<u8>);

fn bagged(entry: &Entry) -> Option<(Of, &str)> {
    match entry {
        Entry::Learned { fact: Fact::Bagged { share, custodian, bag }, .. } => {
            Some(((share.get(), custodian.map(CustodianNumber::get)), bag))
        }
        _ => None,
    }
}

fn bags(entries: &[Entry]) -> Vec<(Of, &str)> {
    entries.iter().filter_map(bagged).collect()
}

/// Something was read from a card, or from a password on paper.
fn read(entry: &Entry) -> bool {
    match entry {
        Entry::Revealed { .. } => true,
        Entry::Learned { fact, .. } => {
            matches!(fact, Fact::ReadBack { .. } | Fact::Seated { .. } | Fact::Given { .. } | Fact::Opened { .. })
        }
        _ => false,
    }
}

#[test]
fn every_card_is_put_away_once_after_the_last_time_that_one_is_read() {
    let numbers = |proven| plan_text(2, 3, &[("EC:secp256r1", 10)], proven);
    let guards = Day::of(&[Guard::Words(2, 3), Guard::Password]).text();
    for (plan, holders) in [(numbers(false), 3), (numbers(true), 3), (guards, 4), (Day::full().text(), 7)] {
        let records = tempfile::tempdir().unwrap();
        let (establish, restore) = both(&plan, records.path(), |_, _| {});
        let holders_of = |entries: &[Entry]| bags(entries).into_iter().map(|(of, _)| of).collect::<Vec<_>>();
        let mut once = holders_of(&establish);
        once.sort_unstable();
        once.dedup();
        assert_eq!((once.len(), bags(&establish).len()), (holders, holders));
        for entries in [&establish, &restore] {
            let first = entries.iter().position(|entry| bagged(entry).is_some()).unwrap();
            assert!(!entries[first..].iter().any(read), "a card is read after the first one was put away");
        }
    }
}

/// What stands behind the names where people choose who sits down.
fn sitters(front: &Front<'_>) -> Option<Vec<String>> {
    let Body::Choose { options, asks: Asks::Step(Question::Sitter(_)), .. } = &front.view.body else { return None };
    Some(options.iter().map(|option| option.text.clone()).collect())
}

#[test]
fn a_restore_shows_the_bags_on_record_and_records_the_new_ones_of_those_who_typed() {
    let records = tempfile::tempdir().unwrap();
    let mut establish = Rig::establish(&plan_text(2, 4, &[("EC:secp256r1", 10)], false), records.path());
    let mut left_out = false;
    establish.play(|front| {
        assert!(sitters(front).is_none_or(|names| names.iter().all(|name| !name.contains("bag"))), "not bagged yet");
        let Some(number) = front.machine.step().and_then(|step| step.puts_away?.custodian) else {
            return Turn::Autopilot;
        };
        let calls = matches!(&front.view.body, Body::Form { fields, .. } if fields[0].name != FieldName::Bag);
        if calls || front.vault.typed(FieldName::Bag).is_some_and(|text| !text.is_empty()) {
            return Turn::Autopilot;
        }
        if number.get() == 2 {
            // Its bag has no number.
            left_out = true;
            return Turn::Do(Input::GoOn);
        }
        front.types(FieldName::Bag, &format!("TX 10{number}"))
    });
    assert!(left_out);
    assert_eq!(
        bags(&establish.entries),
        [((1, Some(1)), "TX 101"), ((1, Some(3)), "TX 103"), ((1, Some(4)), "TX 104")]
    );

    let mut restore = Rig::restore(records.path()).with_papers_of(establish);
    // The fourth types the first share wrong, and the third and the second give theirs.
    let mut wrong = WrongShare::default();
    let mut seen = Vec::new();
    restore.play(|front| {
        seen.extend(sitters(front));
        if front.fault().is_some() {
            return front.goes_on_with(Recovery::AnotherCustodian);
        }
        wrong.at_seat_2(front)
    });
    let names: Vec<&str> = seen[0].iter().map(String::as_str).collect();
    let recorded = ["bag TX 101", "no bag number on record", "bag TX 103", "bag TX 104"];
    for (name, recorded) in names.iter().zip(recorded) {
        assert!(name.ends_with(&format!(" · {recorded}")), "{name}");
    }
    let on_record = restore.facts().into_iter().find_map(|fact| match fact {
        Fact::BagsOnRecord { bags } => Some(bags.as_slice()),
        _ => None,
    });
    let bag = |number, bag: &str| RecordedBag {
        share: DkekShareNumber::FIRST,
        custodian: CustodianNumber::new(number),
        bag: bag.to_owned(),
    };
    assert_eq!(on_record, Some(&[bag(1, "TX 101"), bag(3, "TX 103"), bag(4, "TX 104")][..]));
    let again: Vec<_> = bags(&restore.entries).into_iter().map(|(of, _)| of).collect();
    assert_eq!(again, [(1, Some(2)), (1, Some(3)), (1, Some(4))], "whoever typed, right or wrong, and nobody else");
    assert!(restore.complete());
    let place = restore.folder.join("record.jsonl");
    assert!(hsm_ceremony::record::verify(&std::fs::read(place).unwrap()).is_ok());
}

#[test]
fn the_kcv_is_written_and_compared_before_any_card_is_put_away() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan_text(2, 2, &[("EC:secp256r1", 10)], false), records.path());
    rig.run(|_| {});
    let place = |wanted: fn(&Fact) -> bool| {
        let fits = |entry: &Entry| matches!(entry, Entry::Learned { fact, .. } if wanted(fact));
        rig.entries.iter().position(fits).unwrap()
    };
    assert!(place(|fact| matches!(fact, Fact::Compared { .. })) < place(|fact| matches!(fact, Fact::Bagged { .. })));
}

#[test]
fn a_bag_is_used_once_and_one_who_has_left_is_not_asked_to_close_theirs() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan_text(2, 3, &[("EC:secp256r1", 10)], false), records.path());
    let (mut refused, mut absent, mut turn) = (0, 0, 0);
    rig.play(|front| {
        if front.step() == "kcv-on-cards" && turn < 5 {
            turn += 1;
            return match turn {
                1 => Turn::Do(Input::Deviation),
                2 => front.item(ItemName::Gone),
                3 => {
                    let Body::Choose { options, .. } = &front.view.body else { panic!("{:?}", front.view.body) };
                    front.pick(options.iter().position(|who| who.text.contains("Custodian 03")).unwrap())
                }
                4 => front.types(FieldName::Reason, "last train"),
                _ => Turn::Do(Input::GoOn),
            };
        }
        let Body::Form { text, fields, .. } = &front.view.body else { return Turn::Autopilot };
        let bag = fields.iter().any(|field| field.name == FieldName::Bag);
        absent += usize::from(bag && text[0].contains("Custodian 03 is absent"));
        let second = bag && front.machine.known().bags.numbers.len() == 1;
        if !second || refused > 0 {
            return Turn::Autopilot;
        }
        let Turn::Do(typed) = front.types(FieldName::Bag, "b-0001 ") else { unreachable!() };
        refused += usize::from(front.wrong_now(FieldName::Bag) == Some("bag-taken"));
        front.vault.typing(FieldName::Bag).clear();
        Turn::Do(typed)
    });
    assert!(rig.complete(), "{:?}", rig.failed());
    assert!(refused == 1 && absent > 0, "{refused} {absent}");
}
