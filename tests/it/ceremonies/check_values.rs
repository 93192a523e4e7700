//! The KCV is read aloud by one person, and confirmed by another from notes.

use hsm_ceremony::ceremony::{Body, ChoiceId, Input, Recovery};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::FieldName;
use hsm_ceremony::paper::{markdown, report};
use hsm_ceremony::record::{DeviationName, Entry, Fact};

use super::rig::{Rig, Turn, plan_text};

fn compared(entries: &[Entry]) -> Vec<(Vec<u8>, String)> {
    let fact = |entry: &Entry| match entry {
        Entry::Learned { fact: Fact::Compared { words, by, .. }, .. } => Some((words.clone(), by.clone())),
        _ => None,
    };
    entries.iter().filter_map(fact).collect()
}

#[test]
fn one_reads_the_words_another_types_two_of_them_and_the_screen_shows_none_by_then() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan_text(2, 3, &[("EC:secp256r1", 10)], false), records.path());
    let (mut read, mut typed) = (0, 0);
    let mut judged = Vec::new();
    rig.play(|front| {
        if front.step() != "kcv-on-cards" {
            return Turn::Autopilot;
        }
        let kcv = front.machine.known().shares.dkek_kcv.unwrap();
        let words = kcv.in_words();
        match &front.view.body {
            Body::Read { text } => {
                read += 1;
                let shown = text.join("\n");
                assert!(shown.contains(&kcv.in_groups()), "{shown}");
                for (word, place) in words.iter().zip(1..) {
                    assert!(shown.contains(&format!("{place} {word}")), "{word} in {shown}");
                }
                Turn::Autopilot
            }
            Body::Form { text, fields, .. } => {
                typed += 1;
                let shown = format!("{text:?} {fields:?}").to_lowercase();
                for word in &words {
                    assert!(!shown.contains(&word.to_lowercase()), "{word} in {shown}");
                }
                assert!(!shown.contains(&kcv.in_groups()[..4].to_lowercase()), "{shown}");
                // Whoever reads aloud does not confirm it, nor anybody who is not here.
                if typed == 1 {
                    for name in ["Admin", "a", "Niels Bohr", "Custodian 02"] {
                        front.types(FieldName::ComparedBy, name);
                        judged.push(front.wrong_now(FieldName::ComparedBy));
                        front.vault.typing(FieldName::ComparedBy).clear();
                    }
                    front.types(FieldName::CheckWords, "nonsense");
                    judged.push(front.wrong_now(FieldName::CheckWords));
                    front.vault.typing(FieldName::CheckWords).clear();
                }
                Turn::Autopilot
            }
            _ => Turn::Autopilot,
        }
    });
    assert!(rig.complete() && read == 1 && typed > 1);
    let (reads, stranger) = (Some("confirmer-reads"), Some("confirmer-not-here"));
    assert_eq!(judged, [reads, reads, stranger, None, Some("check-word-unknown")]);
    let [(places, by)] = &compared(&rig.entries)[..] else { panic!("{:?}", compared(&rig.entries)) };
    assert!(places.len() == 2 && by == "Pin", "{places:?} {by}");
    // The report, which is made from the record, names who it was, and has the words.
    let kcv = rig.machine.known().shares.dkek_kcv.unwrap();
    let proof = hsm_ceremony::record::verify(rig.lines.as_bytes()).unwrap();
    let report = markdown(&report(&proof, None)).split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [&kcv.in_groups(), &kcv.in_words().join(" "), &proof.mark.digest.in_words().join(" "), "Pin typed"] {
        assert!(report.contains(said), "{said}");
    }
}

/// Two words of the list that are right for their places, but not the value's.
fn others(asked: [u8; 2], words: &[&str]) -> String {
    let other = |place: u8| {
        let pair = if place % 2 == 1 { ["topmost", "Pluto"] } else { ["Istanbul", "vagabond"] };
        pair.into_iter().find(|word| words.get(usize::from(place) - 1) != Some(word)).unwrap()
    };
    asked.map(other).join(" ")
}

#[test]
fn other_words_harm_nothing_are_asked_for_again_and_going_on_without_is_a_deviation() {
    let records = tempfile::tempdir().unwrap();
    let mut establish = Rig::establish(&plan_text(2, 2, &[("EC:secp256r1", 10)], false), records.path());
    establish.run(|_| {});
    let mut restore = Rig::restore(records.path()).with_papers_of(establish);
    let (mut wrong, mut offered) = (0, Vec::new());
    restore.play(|front| {
        if front.step() != "kcv-compared" {
            return Turn::Autopilot;
        }
        if front.fault() == Some("check-words-differ") {
            let Body::Fault { choices, happened, .. } = &front.view.body else { panic!("{:?}", front.view.body) };
            let words = front.machine.known().shares.dkek_kcv.unwrap().in_words();
            assert!(words.iter().all(|word| !happened.join(" ").contains(word)), "nothing says what would be right");
            offered.push(choices.iter().any(|one| one.id == ChoiceId::Recovery(Recovery::NotConfirmed)));
            return front.goes_on_with(match wrong {
                1 => Recovery::FromStart,
                2 => Recovery::TypeAgain,
                _ => Recovery::NotConfirmed,
            });
        }
        let Body::Form { fields, .. } = &front.view.body else { return Turn::Autopilot };
        let asked = fields.iter().find_map(|field| match field.kind {
            FieldKind::CheckWords { places } => Some(places),
            _ => None,
        });
        let kcv = front.machine.known().shares.dkek_kcv.unwrap();
        let empty = front.empty(|kind| matches!(kind, FieldKind::CheckWords { .. }));
        if empty.is_some() {
            wrong += 1;
            return front.types(FieldName::CheckWords, &others(asked.unwrap(), &kcv.in_words()));
        }
        Turn::Autopilot
    });
    assert!(restore.complete());
    assert_eq!((wrong, offered), (3, vec![false, true, true]));
    assert!(compared(&restore.entries).is_empty());
    let Some(Entry::Sealed { deviated, .. }) = restore.entries.last() else { panic!() };
    let kcv = restore.machine.known().shares.dkek_kcv.unwrap().to_string();
    let [deviation] = &deviated[..] else { panic!("{deviated:?}") };
    assert_eq!((deviation.name, deviation.happened.as_deref()), (DeviationName::KcvNotConfirmed, Some(kcv.as_str())));
}

#[test]
fn esc_leads_back_to_the_words() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan_text(2, 2, &[("EC:secp256r1", 10)], false), records.path());
    let (mut left, mut read) = (false, 0);
    rig.play(|front| {
        if front.step() != "kcv-on-cards" {
            return Turn::Autopilot;
        }
        match &front.view.body {
            Body::Read { .. } => read += 1,
            Body::Form { .. } if !left => {
                left = true;
                return Turn::Do(Input::Leave);
            }
            _ => {}
        }
        Turn::Autopilot
    });
    assert!(rig.complete());
    assert_eq!((read, compared(&rig.entries).len()), (2, 1));
}
