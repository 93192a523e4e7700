//! What a record says to somebody who was not there, and what is left of it when names and notes are withheld.

use hsm_ceremony::ceremony::{Body, Input};
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::record::{
    Deviated, DeviationName, Entry, Fact, Keyboard, Part, ResetRule, WITHHELD_TEXT, disclose, verify,
};
use hsm_ceremony::terms::{Person, Seat};

use super::plans::Day;
use super::rig::{Rig, Turn, plan_text};
use crate::record_form::by_python;
use crate::support::schema::Schema;

/// An establish on a day when a lamp went out and somebody stood in for custodian 2.
fn eventful(rig: &mut Rig) {
    let mut turn = 0;
    rig.play(|front| {
        if let Some(turn) = front.decides() {
            return turn;
        }
        if front.step() != "roll-call" || turn == 10 {
            return Turn::Autopilot;
        }
        turn += 1;
        match turn {
            1 | 5 => Turn::Do(Input::Deviation),
            2 => front.item(ItemName::Deviation),
            3 => front.types(FieldName::Note, "the lamp went out"),
            6 => front.item(ItemName::Substitute),
            7 => {
                let Body::Choose { options, .. } = &front.view.body else { panic!("{:?}", front.view) };
                front.pick(options.iter().position(|who| who.text.contains("Custodian 02")).unwrap())
            }
            8 => front.types(FieldName::Substitute, "Niels Bohr"),
            _ => match &front.view.body {
                Body::Form { .. } if turn == 10 => front.types(FieldName::Reason, "ill today"),
                _ => Turn::Do(Input::GoOn),
            },
        }
    });
}

#[test]
fn every_line_says_who_was_at_the_keyboard_and_the_last_one_lists_what_went_otherwise() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan_text(2, 3, &[("EC:secp256r1", 10)], false), records.path());
    eventful(&mut rig);
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    let proof = verify(rig.lines.as_bytes()).unwrap();
    let mut people = Vec::new();
    for line in &proof.lines {
        let keyboard = &line.around.as_ref().unwrap().keyboard;
        if people.last() != Some(keyboard) {
            people.push(keyboard.clone());
        }
    }
    assert_eq!(people[0], Keyboard::NobodyYet, "before the roll call");
    assert!(people[1..].iter().all(|keyboard| *keyboard != Keyboard::NobodyYet));
    assert!(matches!(&people[1], Keyboard::Person(Person::Administrator, name) if *name == proof_name(&rig)));
    let stand_in =
        |keyboard: &&Keyboard| matches!(keyboard, Keyboard::Person(Person::Holder(_), name) if name == "Niels Bohr");
    assert!(people.iter().any(|keyboard| stand_in(&keyboard)));
    let Some(Entry::Sealed { deviations, deviated, bags, .. }) = rig.entries.last() else { panic!() };
    assert_eq!(usize::from(*deviations), deviated.len());
    let [noted, stood_in] = deviated.as_slice() else { panic!("{deviated:?}") };
    assert_eq!((noted.name, noted.happened.as_deref()), (DeviationName::Noted, Some("the lamp went out")));
    let Deviated { name, people, instead_of, reason, .. } = stood_in;
    assert_eq!((*name, people.as_slice()), (DeviationName::StoodIn, &["Niels Bohr".to_owned()][..]));
    assert!(instead_of.as_ref().is_some_and(|former| former.starts_with("Custodian 02")), "{instead_of:?}");
    assert_eq!(reason.as_deref(), Some("ill today"));
    assert_eq!(bags.len(), 3);
    assert!(bags.iter().any(|bag| bag.name == "Niels Bohr" && !bag.bag.is_empty()));
    // Who sat at the opening, and what the device says of itself.
    let facts = rig.facts();
    let opened = facts.iter().find_map(|fact| if let Fact::Opened { people, .. } = fact { Some(people) } else { None });
    let sat: Vec<Seat> = opened.unwrap().iter().map(|sat| sat.seat).collect();
    assert_eq!(sat, [Seat(1), Seat(2)]);
    let settings = |fact: &&Fact| {
        let reset = Some(ResetRule::Off);
        matches!(fact, Fact::Settings(said) if said.user_pin_tries.is_some() && said.dkek_shares == Some(1) && said.pin_reset == reset)
    };
    assert_eq!(facts.iter().filter(|fact| settings(fact)).count(), 1);
    let named = |fact: &&Fact| matches!(fact, Fact::Device { reader: Some(_), certified_by: Some(_), .. });
    assert!(facts.iter().any(named));
}

fn proof_name(rig: &Rig) -> String {
    rig.machine.known().plan.administrator.clone()
}

#[test]
fn without_names_and_notes_nobody_is_in_the_record_and_its_digest_is_the_same() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan_text(2, 3, &[("EC:secp256r1", 10)], false), records.path());
    eventful(&mut rig);
    let whole = rig.lines.clone();
    let mark = verify(whole.as_bytes()).unwrap().mark;
    let copy = disclose(whole.as_bytes(), &[Part::Names, Part::Notes]).unwrap();
    let plan = &rig.machine.known().plan;
    let names = plan.people().into_iter().map(|person| plan.name_of(person)).chain(["Custodian 02"]);
    let alone = names.flat_map(|name| [format!("\"{name}\""), format!("\"{name} · ")]);
    for text in alone.chain(["ill today", "the lamp went out"].map(str::to_owned)) {
        assert!(!copy.contains(&text), "{text} is in {:?}", copy.lines().find(|line| line.contains(&text)));
    }
    for text in ["\"Niels Bohr\"", "\"Custodian 02 · ", "ill today", "the lamp went out"] {
        assert!(whole.contains(text), "{text}");
    }
    let proof = verify(copy.as_bytes()).unwrap();
    assert_eq!(proof.mark, mark);
    assert!(proof.lines.iter().any(|line| matches!(&line.entry, Entry::StoodIn { name, .. } | Entry::Substituted { name, .. } if name == WITHHELD_TEXT)));
    // Nobody restores from it.
    std::fs::write(rig.folder.join("record.jsonl"), &copy).unwrap();
    let refused = Rig::restore_with_all_rounds(&rig.folder, records.path()).err().unwrap();
    assert_eq!(refused.name, hsm_ceremony::faults::FaultName::SourceDisclosed);
}

#[test]
fn the_lines_of_whole_ceremonies_are_as_the_schema_and_the_python_of_the_documentation_say() {
    let schema = Schema::of_a_line();
    let records = tempfile::tempdir().unwrap();
    let others = tempfile::tempdir().unwrap();
    let mut small = Rig::establish(&plan_text(2, 3, &[("EC:secp256r1", 10)], false), others.path());
    eventful(&mut small);
    let mut first = Rig::establish(&Day::full().text(), records.path());
    first.run(|_| {});
    let full = first.lines.clone();
    let mut restore = Rig::restore(records.path()).with_papers_of(first);
    restore.run(|_| {});
    let records_written = [small.lines, full, restore.lines];
    for record in records_written {
        let digest = verify(record.as_bytes()).unwrap().mark.digest.to_string();
        let copy = disclose(record.as_bytes(), &Part::ALL).unwrap();
        for text in [&record, &copy] {
            assert_eq!(by_python(text.as_bytes()), Some(digest.clone()));
            for line in text.lines() {
                assert!(schema.fits(line), "{line}");
                // It can tell.
                assert!(!schema.fits(&line.replacen("\"line\":", "\"lines\":", 1)));
            }
        }
    }
}
