//! Who is called, who is present, and who is recorded as absent.

use hsm_ceremony::ceremony::{Body, Input, Recovery};
use hsm_ceremony::record::Fact;
use hsm_ceremony::terms::Seat;

use super::mistakes::{WrongShare, established, goes_on};
use super::rig::{Front, Rig, Turn};

/// Ticks these places of the roll call, tries to continue after each, and collects what the screen said before each
/// attempt.
fn ticks(front: &Front<'_>, places: &[usize], said: &mut Vec<(bool, String)>, tried: &mut bool) -> Turn {
    let Body::Tick { text, enough, .. } = &front.view.body else { return Turn::Autopilot };
    *tried = !*tried;
    match places.get(said.len()) {
        Some(place) if *tried => {
            said.push((*enough, text.join(" ")));
            front.tick(*place)
        }
        _ => Turn::Do(Input::GoOn),
    }
}

#[test]
fn a_restore_continues_with_a_quorum_and_records_who_is_absent() {
    let records = tempfile::tempdir().unwrap();
    let (first, _) = established(records.path());
    let mut rig = Rig::restore(records.path()).with_papers_of(first);
    let (mut said, mut tried) = (Vec::new(), false);
    rig.play(|front| match front.step() {
        "roll-call" => ticks(front, &[0, 3, 2], &mut said, &mut tried),
        _ => front.arrives().unwrap_or(Turn::Autopilot),
    });
    goes_on(&rig, &[]);
    assert_eq!(said.len(), 3, "neither the administrator nor one custodian alone was enough");
    assert!(said[1].1.contains("custodians, 2 more") && said[2].1.contains("custodians, 1 more"), "{said:?}");
    let people = |found: fn(&Fact) -> Option<&Vec<String>>| rig.facts().into_iter().find_map(found).unwrap().join(", ");
    let present = people(|fact| if let Fact::Present { people } = fact { Some(people) } else { None });
    let absent = people(|fact| if let Fact::Absent { people } = fact { Some(people) } else { None });
    assert_eq!(present, "Admin · ceremony administrator, Custodian 02 · custodian 2, Custodian 03 · custodian 3");
    assert!(absent.starts_with("Custodian 01 · custodian 1, "), "{absent}");
    assert_eq!(absent.split(", ").count(), 3);
}

#[test]
fn if_only_a_quorum_came_nobody_absent_is_called() {
    let records = tempfile::tempdir().unwrap();
    let (first, _) = established(records.path());
    let mut rig = Rig::restore(records.path()).with_papers_of(first);
    let (mut said, mut tried, mut slip) = (Vec::new(), false, WrongShare::default());
    rig.play(|front| {
        if front.step() == "roll-call" {
            return ticks(front, &[0, 1, 2], &mut said, &mut tried);
        }
        if front.fault().is_some() {
            let again =
                [Recovery::SeatAgain(Seat(1)), Recovery::SeatAgain(Seat(2)), Recovery::SeatsAgain, Recovery::Stop];
            assert_eq!(front.machine.choices(), again, "the third is absent");
            return front.goes_on_with(Recovery::SeatsAgain);
        }
        front.arrives().unwrap_or_else(|| slip.at_seat_2(front))
    });
    goes_on(&rig, &["shares-do-not-open"]);
}

#[test]
fn establish_waits_for_everybody_and_a_restore_for_every_dkek_share() {
    let records = tempfile::tempdir().unwrap();
    let day = super::slips::day().text();
    let mut first = Rig::establish(&day, records.path());
    let mut refused = false;
    first.play(|front| match &front.view.body {
        Body::Tick { items, enough, .. } if front.step() == "roll-call" && !refused => {
            let open = items.iter().filter(|item| !item.ticked).count();
            assert_eq!(*enough, open <= 1, "the PIN holder may come later");
            refused = open == 2;
            if refused { Turn::Do(Input::GoOn) } else { Turn::Autopilot }
        }
        _ => Turn::Autopilot,
    });
    goes_on(&first, &[]);
    assert!(refused && !first.facts().iter().any(|fact| matches!(fact, Fact::Absent { .. })));
    let mut rig = Rig::restore(records.path()).with_papers_of(first);
    let mut said = Vec::new();
    rig.play(|front| match &front.view.body {
        Body::Tick { text, items, enough } if front.step() == "roll-call" => {
            said.push((*enough, text.join(" "), items.clone()));
            // From the last: password holders are called after custodians of earlier DKEK shares.
            let leads = items.first().filter(|item| !item.ticked);
            let open = leads.or_else(|| items.iter().rev().find(|item| !item.ticked));
            Turn::Do(if *enough { Input::GoOn } else { Input::Tick(open.unwrap().id) })
        }
        _ => Turn::Autopilot,
    });
    goes_on(&rig, &[]);
    assert!(said[0].1.contains("Guard 3 · holds the password of DKEK share 3"), "{}", said[0].1);
    assert!(said[0].1.contains("custodians of DKEK share 2, 2 more"), "{}", said[0].1);
    let (enough, _, items) = said.last().unwrap();
    assert!(*enough && items.iter().any(|item| !item.ticked), "somebody of the first DKEK share was not needed");
}
