//! A break has an end that two people confirm, and nobody takes one in the middle of a turn.

use hsm_ceremony::ceremony::{Body, ChoiceId, Input};
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::record::{DeviationName, Entry, Fact, Remark};

use super::rig::{Front, Rig, Turn, plan_text};

fn plan() -> String {
    let plan = plan_text(2, 2, &[("EC:secp256r1", 10)], false);
    plan.replace("\"administrator\":\"Admin\"", "\"administrator\":\"Ada Lovelace\",\"auditors\":[\"Alan Turing\"]")
}

/// What is on the record from the beginning of a break, or a change among the people, on.
fn told(entries: &[Entry]) -> Vec<String> {
    let word = |entry: &Entry| match entry {
        Entry::Remarked { remark: Remark::BreakBegan, .. } => Some("began".to_owned()),
        Entry::Remarked { remark: Remark::BreakEnded, .. } => Some("ended".to_owned()),
        Entry::Learned { fact: Fact::AfterBreak { administrator, confirmed_by, changed }, .. } => {
            Some(format!("{administrator}, {confirmed_by}: {changed:?}"))
        }
        _ => None,
    };
    entries.iter().filter_map(word).collect()
}

fn closed(front: &Front<'_>) -> bool {
    let Body::Choose { options, .. } = &front.view.body else { panic!("{:?}", front.view.body) };
    options.iter().find(|option| option.id == ChoiceId::Item(ItemName::Break)).unwrap().closed
}

/// A break at the first screen of randomness, to its end; then these turns.
fn with_a_break(mut after: impl FnMut(usize, &mut Front<'_>) -> Turn) -> Rig {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan(), records.path());
    let mut turn = 0;
    rig.play(|front| {
        let readable = matches!(front.view.body, Body::Read { .. });
        if turn == 0 && !(front.step() == "entropy" && readable) {
            return Turn::Autopilot;
        }
        turn += 1;
        match turn {
            1 => Turn::Do(Input::Deviation),
            2 => {
                assert!(!closed(front));
                front.item(ItemName::Break)
            }
            // Only Enter ends it.
            3 => Turn::Do(Input::Leave),
            4 => Turn::Do(Input::GoOn),
            turn => after(turn - 4, front),
        }
    });
    assert!(rig.complete());
    rig
}

#[test]
fn administrator_and_auditor_confirm_that_nothing_changed_and_there_is_no_way_past_it() {
    let mut judged = Vec::new();
    let rig = with_a_break(|turn, front| match turn {
        // Neither Enter nor Esc leads past the question, nor Ctrl-C and back.
        1 | 6 | 9 => Turn::Do(Input::GoOn),
        2 | 4 => Turn::Do(Input::Leave),
        3 => Turn::Do(Input::Stop),
        5 => front.item(ItemName::Unchanged),
        7 => front.types(FieldName::AdministratorSigns, "AL"),
        8 => {
            for name in ["Ada Lovelace", "Custodian 01", "Niels Bohr"] {
                front.types(FieldName::ConfirmedBy, name);
                judged.push(front.wrong_now(FieldName::ConfirmedBy));
            }
            front.types(FieldName::ConfirmedBy, "at")
        }
        _ => Turn::Autopilot,
    });
    let (other, stranger) = (Some("confirmer-reads"), Some("confirmer-not-here"));
    assert_eq!(judged, [other, stranger, stranger], "while an auditor is here, it is theirs");
    assert_eq!(told(&rig.entries), ["began", "ended", "Ada Lovelace, Alan Turing: None"]);
    assert_eq!(rig.machine.known().progress.deviations, 0);
}

#[test]
fn what_changed_in_a_break_is_a_deviation_in_the_words_of_those_who_looked() {
    let rig = with_a_break(|turn, front| match turn {
        1 => front.item(ItemName::Changed),
        2 => front.types(FieldName::AdministratorSigns, "al"),
        3 => front.types(FieldName::ConfirmedBy, "Alan Turing"),
        // Without a word of what it is, nobody goes on.
        4 | 6 => Turn::Do(Input::GoOn),
        5 => front.types(FieldName::WhatChanged, "a window is open"),
        _ => Turn::Autopilot,
    });
    assert_eq!(told(&rig.entries)[2], "Ada Lovelace, Alan Turing: Some(\"a window is open\")");
    let Some(Entry::Sealed { deviated, .. }) = rig.entries.last() else { panic!() };
    let [deviation] = &deviated[..] else { panic!("{deviated:?}") };
    assert_eq!(deviation.name, DeviationName::ChangedInBreak);
    assert_eq!(deviation.happened.as_deref(), Some("a window is open"));
}

#[test]
fn nobody_takes_a_break_in_the_middle_of_a_turn() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan(), records.path());
    let mut turn = 0;
    rig.play(|front| {
        let begun = turn > 0 || matches!(&front.view.body, Body::Reveal { shown: false, seen: false, .. });
        if !begun || turn > 3 {
            return Turn::Autopilot;
        }
        turn += 1;
        match turn {
            1 => Turn::Do(Input::Deviation),
            2 => {
                assert!(closed(front));
                let Body::Choose { options, .. } = &front.view.body else { unreachable!() };
                assert!(options.iter().any(|option| option.text.contains("first Custodian 01 finishes")));
                front.item(ItemName::Break)
            }
            3 => {
                assert!(matches!(front.view.body, Body::Choose { .. }), "the menu stays");
                Turn::Do(Input::Leave)
            }
            _ => Turn::Autopilot,
        }
    });
    assert!(rig.complete());
    assert!(told(&rig.entries).is_empty());
}

#[test]
fn everybody_who_is_still_here_signs_out_with_the_step_in_which_they_came() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan(), records.path());
    let mut shown = String::new();
    let mut turn = 0;
    rig.play(|front| {
        if front.step() == "sign-out"
            && let Body::Read { text } = &front.view.body
        {
            shown = text.join("\n");
        }
        if front.step() != "share-file" || turn > 4 || turn == 0 && !matches!(front.view.body, Body::Read { .. }) {
            return front.arrives().unwrap_or(Turn::Autopilot);
        }
        turn += 1;
        match turn {
            1 => Turn::Do(Input::Deviation),
            2 => front.item(ItemName::Gone),
            3 => {
                let Body::Choose { options, .. } = &front.view.body else { panic!("{:?}", front.view.body) };
                front.pick(options.iter().position(|who| who.text.contains("Pin ")).unwrap())
            }
            4 => front.types(FieldName::Reason, "last train"),
            _ => Turn::Do(Input::GoOn),
        }
    });
    let people = rig.entries.iter().find_map(|entry| match entry {
        Entry::Learned { fact: Fact::SignedOut { people }, .. } => Some(people.clone()),
        _ => None,
    });
    let people = people.unwrap();
    for name in ["Ada Lovelace", "Alan Turing", "Custodian 01", "Custodian 02"] {
        assert!(people.iter().any(|one| one.starts_with(name)) && shown.contains(name), "{name}: {shown}");
    }
    let since =
        |name: &str| shown.lines().find(|line| line.contains(name)).and_then(|line| line.split_whitespace().next());
    assert_eq!(since("Ada Lovelace"), Some("1.3"), "{shown}");
    assert!(since("Pin ").is_some_and(|step| step != "1.3"), "they came back for their PIN: {shown}");
}
