//! The KCV is read aloud by one person, and confirmed by another from notes.

use hsm_ceremony::ceremony::{Body, ChoiceId, Event, Input, Recovery, Request, ViewContext};
use hsm_ceremony::fields::{FieldCheck, FieldKind};
use hsm_ceremony::names::FieldName;
use hsm_ceremony::paper::{markdown, report};
use hsm_ceremony::record::{DeviationName, Entry, Fact};
use hsm_ceremony::terms::Digest;

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

/// What a shell says about the public keys in a folder.
fn by_sha256sum(folder: &std::path::Path, command: &str) -> String {
    let output = std::process::Command::new("sh").args(["-c", command]).current_dir(folder).output().unwrap();
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    said.split_whitespace().next().unwrap_or_else(|| panic!("{command}: {output:?}")).to_owned()
}

fn of_keys(rig: &Rig) -> Vec<(Vec<String>, String)> {
    let fact = |fact: &Fact| match fact {
        Fact::FingerprintsCompared { keys, sha256, .. } => {
            Some((keys.iter().map(ToString::to_string).collect(), sha256.to_string()))
        }
        _ => None,
    };
    rig.facts().into_iter().filter_map(fact).collect()
}

#[test]
fn the_public_keys_are_named_by_a_digest_that_sha256sum_gives_and_that_somebody_hears() {
    let one = "sha256sum keys/key-0.pub.pem";
    let two = "sha256sum keys/key-0.pub.pem keys/key-1.pub.pem | sha256sum";
    for (kinds, command) in [(&[("EC:secp256r1", 10)][..], one), (&[("EC:secp256r1", 10), ("EC:secp384r1", 11)], two)] {
        let records = tempfile::tempdir().unwrap();
        let mut establish = Rig::establish(&plan_text(2, 2, kinds, false), records.path());
        let mut shown = String::new();
        establish.play(|front| {
            if let (Body::Read { text }, "fingerprints") = (&front.view.body, front.step()) {
                shown = text.join("\n");
            }
            Turn::Autopilot
        });
        assert!(establish.complete());
        let digest = by_sha256sum(&establish.folder, command);
        let [(keys, sha256)] = &of_keys(&establish)[..] else { panic!("{:?}", of_keys(&establish)) };
        assert_eq!((keys.len(), sha256), (kinds.len(), &digest));
        assert!(shown.replace([' ', '\n'], "").contains(&digest), "{shown}");
        // The same keys come back.
        let mut restore = Rig::restore(records.path()).with_papers_of(establish);
        restore.run(|_| {});
        assert!(restore.complete());
        assert_eq!(of_keys(&restore).iter().map(|(_, sha256)| sha256).collect::<Vec<_>>(), [&digest]);
    }
}

#[test]
fn after_the_seal_two_words_of_the_last_digest_are_asked_for_and_people_may_leave_without() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan_text(2, 2, &[("EC:secp256r1", 10)], false), records.path());
    rig.run(|_| {});
    let mut now = 10_000_000;
    let mut decide = |machine: &mut hsm_ceremony::ceremony::Machine, input: Input| {
        for event in [Event::Time(now + 5000), Event::Input(input), Event::Time(now + 10_000)] {
            machine.handle(event);
        }
        now += 10_000;
        std::iter::from_fn(|| machine.poll()).collect::<Vec<_>>()
    };
    let machine = &mut rig.machine;
    machine.handle(Event::Sealed(Digest([0x5a; 32])));
    let ended = |machine: &hsm_ceremony::ceremony::Machine| match machine.view(&ViewContext::default()).body {
        Body::Ended { text, confirms } => (text.join(" "), confirms),
        body => panic!("{body:?}"),
    };
    let (text, confirms) = ended(machine);
    assert!(confirms && text.contains("Q leaves without"), "{text}");
    // 5a: places 11 and 22. Where they are typed, nothing is shown, and Esc leads back.
    for (right, said) in [(false, "NOT words 11 and 22"), (true, "Words 11 and 22 were right")] {
        decide(machine, Input::GoOn);
        let body = machine.view(&ViewContext::default()).body;
        let Body::Form { fields, may_leave: true, .. } = &body else { panic!("{body:?}") };
        assert_eq!(fields[0].kind, FieldKind::CheckWords { places: [11, 22] });
        decide(machine, Input::Leave);
        assert!(ended(machine).1);
        decide(machine, Input::GoOn);
        assert!(decide(machine, Input::GoOn).is_empty(), "nothing is typed yet");
        machine.handle(Event::Checked { field: FieldName::CheckWords, check: FieldCheck::Complete, open: None });
        assert!(decide(machine, Input::GoOn).contains(&Request::CompareDigest([11, 22])));
        machine.handle(Event::DigestHeard(right));
        let (text, confirms) = ended(machine);
        assert!(text.contains(said) && confirms != right, "{text}");
    }
    assert!(decide(machine, Input::Close).contains(&Request::Close));
    assert!(matches!(rig.entries.last(), Some(Entry::Sealed { .. })), "nothing follows the last line");
}
