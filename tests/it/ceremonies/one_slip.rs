//! One wrong digit at a seat costs that seat alone: the others do not come to the terminal again.

use hsm_ceremony::ceremony::{Body, Input, Machine, Recovery};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::FieldName;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Entry, Fact};
use hsm_ceremony::terms::{Handle, Purpose, Seat};

use super::mistakes::{WrongShare, goes_on};
use super::old::{Custodians, Set, seal_share, wrapped_keys};
use super::plans::{Day, Guard, dkek_share};
use super::rig::{Front, Rig, Turn, plan_text};

/// The record alone leads to the same machine.
fn resumes(front: &Front<'_>, plan: &Plan) {
    let resumed = Machine::resume(CeremonyKind::Restore, plan.clone(), true, front.entries).unwrap();
    assert_eq!(resumed.known(), front.machine.known(), "after {:?}", front.entries.last());
    assert_eq!(resumed.number(), front.machine.number());
}

/// Who sat down, seat by seat.
fn seated(rig: &Rig) -> usize {
    rig.facts().iter().filter(|fact| matches!(fact, Fact::Seated { .. })).count()
}

/// What was given of this, seat by seat.
fn given(rig: &Rig, of: Purpose) -> Vec<u8> {
    let seat = |fact: &&Fact| match fact {
        Fact::Given { card, seat, .. } if *card == of => Some(seat.0),
        _ => None,
    };
    rig.facts().iter().filter_map(seat).collect()
}

/// The last digit of a value is misread.
fn misread(value: &mut String) {
    let last = value.pop().unwrap();
    value.push(if last == '0' { '1' } else { '0' });
}

/// Restores from a set of sc-hsm-tool, whose cards have no check bytes. The person at `wrong` misreads a digit; after each
/// failure, the next of `again` types again, and the person who misread reads right.
fn restored(name: &str, threshold: u8, order: &[usize], wrong: u8, again: &[u8]) -> Rig {
    let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let set = Set::golden(name);
    let dkek = wrapped_keys(place.path(), &["ec-prime256v1"]);
    seal_share(place.path(), &dkek, &set.password);
    let text = plan_text(threshold, u8::try_from(set.cards.len()).unwrap(), &[("EC:secp256r1", 10)], false);
    let mut rig = Rig::foreign(place.path(), &text, records.path()).unwrap();
    let mut people = Custodians::new(&set, order);
    misread(&mut people.cards[order[usize::from(wrong) - 1]].value);
    let (mut again, mut plan) = (again.iter().copied(), None);
    rig.play(|front| {
        let plan = plan.get_or_insert_with(|| front.machine.known().plan.clone());
        resumes(front, plan);
        if front.fault().is_some() {
            let seat = Seat(again.next().unwrap());
            let held = |seat| front.vault.holds().contains(&Handle::SeatShare(dkek_share(1), seat));
            assert!((1..=threshold).map(Seat).all(held), "nothing is wiped before people choose");
            if seat == Seat(wrong) {
                people.cards.clone_from(&set.cards);
            }
            return front.goes_on_with(Recovery::SeatAgain(seat));
        }
        people.answer(front)
    });
    assert!(again.next().is_none());
    rig
}

#[test]
fn a_seat_that_mistyped_types_again_and_the_shares_of_the_others_are_kept() {
    for (name, threshold, order) in [("2-of-4", 2, vec![3, 1]), ("3-of-5", 3, vec![4, 0, 2])] {
        for wrong in 1..=threshold {
            let rig = restored(name, threshold, &order, wrong, &[wrong]);
            goes_on(&rig, &["old-shares-do-not-open"]);
            let all = 1..=threshold;
            assert_eq!(
                given(&rig, dkek_share(1)),
                all.chain([wrong]).collect::<Vec<_>>(),
                "that seat alone types again"
            );
            assert_eq!(seated(&rig), usize::from(threshold), "nobody else sits down");
            let opened = |fact: &&Fact| matches!(fact, Fact::Opened { wrong, .. } if wrong.is_empty());
            assert!(rig.facts().iter().any(opened), "what was typed wrong was not given");
            let chose = |entry: &&Entry| matches!(entry, Entry::Recovered { choice, .. } if choice == "seat-again");
            assert_eq!(rig.entries.iter().filter(chose).count(), 1, "the record says so");
        }
    }
}

#[test]
fn whoever_doubted_a_right_share_first_is_followed_by_the_next() {
    let rig = restored("3-of-5", 3, &[4, 0, 2], 2, &[3, 1, 2]);
    goes_on(&rig, &["old-shares-do-not-open"; 3]);
    assert_eq!(given(&rig, dkek_share(1)), [1, 2, 3, 3, 1, 2]);
    assert_eq!(seated(&rig), 3);
}

#[test]
fn the_seats_are_offered_by_name_and_the_others_keep_their_so_pin_shares_too() {
    let records = tempfile::tempdir().unwrap();
    let text = Day::of(&[Guard::Numbers(2, 3)]).so_pin_under_quorum().text();
    let plan = Plan::parse(&text).unwrap();
    let mut first = Rig::establish(&text, records.path());
    first.run(|_| {});
    let mut rig = Rig::restore(records.path()).with_papers_of(first);
    let (mut slip, mut offered) = (WrongShare::default(), Vec::new());
    rig.play(|front| {
        resumes(front, &plan);
        if let (Some(_), Body::Fault { choices, .. }) = (front.fault(), &front.view.body) {
            offered = choices.iter().map(|choice| choice.text.clone()).collect();
            return front.goes_on_with(Recovery::SeatAgain(Seat(2)));
        }
        slip.at_seat_2(front)
    });
    goes_on(&rig, &["shares-do-not-open"]);
    assert_eq!(given(&rig, dkek_share(1)), [1, 2, 2]);
    assert_eq!(given(&rig, Purpose::SoPin), [1, 2], "the SO-PIN card was not wrong");
    assert_eq!(offered.len(), 5, "{offered:?}");
    assert!(
        offered[0].starts_with("Guard 1.3 (seat 1)") && offered[1].starts_with("Guard 1.2 (seat 2)"),
        "{offered:?}"
    );
}

#[test]
fn somebody_else_may_take_the_seat_that_types_again() {
    let records = tempfile::tempdir().unwrap();
    let text = Day::of(&[Guard::Numbers(2, 3)]).so_pin_under_quorum().text();
    let plan = Plan::parse(&text).unwrap();
    let mut first = Rig::establish(&text, records.path());
    first.run(|_| {});
    let mut rig = Rig::restore(records.path()).with_papers_of(first);
    let (mut slip, mut left) = (WrongShare::default(), None);
    rig.play(|front| {
        resumes(front, &plan);
        if front.fault().is_some() {
            left = Some(false);
            return front.goes_on_with(Recovery::SeatAgain(Seat(2)));
        }
        match (&front.view.body, left) {
            (Body::Form { .. }, Some(false)) => {
                left = Some(true);
                Turn::Do(Input::Leave)
            }
            // The first custodian comes instead of the second.
            (Body::Choose { .. }, Some(true)) if front.step() == "seat" => {
                left = None;
                front.pick(0)
            }
            _ => slip.at_seat_2(front),
        }
    });
    goes_on(&rig, &["shares-do-not-open"]);
    assert_eq!(given(&rig, Purpose::SoPin), [1, 2, 2], "whoever comes brings both cards");
}

#[test]
fn check_bytes_are_asked_for_where_the_card_has_them() {
    let records = tempfile::tempdir().unwrap();
    let text = plan_text(2, 3, &[("EC:secp256r1", 10)], false);
    let mut first = Rig::establish(&text, records.path());
    let mut left_empty = 0;
    let mut leaves_empty = |front: &mut Front<'_>| {
        let Body::Form { fields, .. } = &front.view.body else { return Turn::Autopilot };
        if front.step() != "seat" || front.empty(|kind| *kind == FieldKind::ShareValue).is_some() {
            return Turn::Autopilot;
        }
        assert!(!fields.iter().any(|field| field.kind.properties().optional), "{fields:?}");
        match front.empty(|kind| matches!(kind, FieldKind::CheckBytes { .. })) {
            Some(FieldName::CheckBytes) if left_empty % 2 == 0 => {
                left_empty += 1;
                Turn::Do(Input::GoOn)
            }
            _ => {
                left_empty += left_empty % 2;
                Turn::Autopilot
            }
        }
    };
    first.play(&mut leaves_empty);
    goes_on(&first, &[]);
    let mut rig = Rig::restore(records.path()).with_papers_of(first);
    rig.play(&mut leaves_empty);
    goes_on(&rig, &[]);
    assert_eq!(left_empty, 8, "Enter did not lead on without them, at no seat");
}
