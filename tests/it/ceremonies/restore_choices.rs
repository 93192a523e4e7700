//! What people decide at a restore: what became of the old device, where a key goes, and what they do without a public key
//! file.

use std::fs;
use std::path::{Path, PathBuf};

use hsm_ceremony::ceremony::{Asks, Body, Input, Machine, Question, Recovery};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Entry, Fact, Loss};
use hsm_ceremony::secret::TypedText;

use super::mistakes::{goes_on, plan};
use super::rig::{Front, Rig, Turn, plan_text};

/// A finished *establish* with this plan, and the *restore* from it.
fn restore(text: &str, records: &Path) -> (Rig, PathBuf) {
    let mut first = Rig::establish(text, records);
    first.run(|_| {});
    assert!(first.complete());
    let folder = first.folder.clone();
    (Rig::restore(records).with_papers_of(first), folder)
}

/// What people decided, in order, as words.
fn decided(rig: &Rig) -> Vec<&str> {
    let word = |fact: &Fact| matches!(fact, Fact::Decided { .. });
    let decided = rig.facts().into_iter().filter(|fact| word(fact));
    decided.map(|fact| if let Fact::Decided { word } = fact { word.as_str() } else { "" }).collect()
}

/// The word that the screen asks for, if it is this field.
fn asks_for(front: &Front<'_>, name: FieldName) -> Option<&'static str> {
    let Body::Form { fields, .. } = &front.view.body else { return None };
    fields.iter().find(|field| field.name == name).map(|field| match field.kind {
        FieldKind::Word(word) => word,
        _ => panic!("no word: {field:?}"),
    })
}

#[test]
fn a_drill_loses_nothing_and_says_so() {
    for (item, loss, word) in [
        (ItemName::Broken, Loss::Broken, "BROKEN"),
        (ItemName::Lost, Loss::Lost, "LOST"),
        (ItemName::Stolen, Loss::Stolen, "STOLEN"),
        (ItemName::Proof, Loss::Nothing, "PROOF"),
    ] {
        let records = tempfile::tempdir().unwrap();
        let (mut rig, _) = restore(&plan(), records.path());
        let (mut said, mut tried) = (String::new(), false);
        rig.play(|front| {
            if matches!(front.view.body, Body::Choose { asks: Asks::Step(Question::Loss), .. }) {
                return front.item(item);
            }
            match (asks_for(front, FieldName::Loss), &front.view.body) {
                (Some(asked), Body::Form { text, may_leave: true, .. }) if !tried => {
                    assert_eq!(asked, word);
                    (said, tried) = (text.join(" "), true);
                    Turn::Do(Input::GoOn)
                }
                _ => Turn::Autopilot,
            }
        });
        goes_on(&rig, &[]);
        assert_eq!(decided(&rig), [word]);
        assert!(rig.facts().contains(&&Fact::Lost { loss }));
        assert_eq!(said.contains("stays in use"), loss == Loss::Nothing, "{said}");
    }
}

#[test]
fn what_was_chosen_by_mistake_is_chosen_again_before_it_is_confirmed() {
    let records = tempfile::tempdir().unwrap();
    let (mut rig, _) = restore(&plan(), records.path());
    let mut chosen = 0;
    rig.play(|front| {
        if matches!(front.view.body, Body::Choose { asks: Asks::Step(Question::Loss), .. }) {
            chosen += 1;
            return front.item(if chosen == 1 { ItemName::Stolen } else { ItemName::Proof });
        }
        match asks_for(front, FieldName::Loss) {
            Some("STOLEN") => Turn::Do(Input::Leave),
            _ => Turn::Autopilot,
        }
    });
    goes_on(&rig, &[]);
    assert_eq!((chosen, decided(&rig)), (2, vec!["PROOF"]), "nothing was confirmed for the first");
    assert_eq!(rig.machine.known().restored.loss, Some(Loss::Nothing));
}

#[test]
fn another_reference_than_the_plans_is_a_decision() {
    let records = tempfile::tempdir().unwrap();
    let (mut rig, _) = restore(&plan(), records.path());
    // The first slip is taken back, then one is meant; the plan has 10.
    let (mut typed, mut said) = (vec!["30", "11"], Vec::new());
    rig.play(|front| {
        let Body::Form { text, .. } = &front.view.body else { return Turn::Autopilot };
        if asks_for(front, FieldName::OtherReference).is_some() && front.empty(|_| true).is_some() {
            said.push(text.join(" "));
            return if said.len() == 1 { Turn::Do(Input::Leave) } else { Turn::Autopilot };
        }
        let reference = front.vault.typed(FieldName::KeyReference).is_none_or(TypedText::is_empty);
        if front.step() == "restore-key" && reference && !typed.is_empty() && said.len() < 2 {
            return front.types(FieldName::KeyReference, typed.remove(0));
        }
        Turn::Autopilot
    });
    goes_on(&rig, &[]);
    assert_eq!(decided(&rig), ["BROKEN", "OTHER REFERENCE"]);
    assert!(said[0].contains("key reference 10") && said[0].contains("is 30"), "{said:?}");
    assert!(said[1].contains("key reference 10") && said[1].contains("is 11"), "{said:?}");
    let at = |fact: &&Fact| matches!(fact, Fact::Proven { reference, .. } if reference.get() == 11);
    assert!(rig.facts().iter().any(at));
}

#[test]
fn the_plans_reference_needs_no_decision_even_if_it_is_typed() {
    let records = tempfile::tempdir().unwrap();
    let (mut rig, _) = restore(&plan(), records.path());
    let mut typed = false;
    rig.play(|front| match front.empty(|_| true) {
        None if front.step() == "restore-key" && !typed && matches!(front.view.body, Body::Form { .. }) => {
            typed = true;
            front.types(FieldName::KeyReference, "10")
        }
        _ => Turn::Autopilot,
    });
    goes_on(&rig, &[]);
    assert!(typed);
    assert_eq!(decided(&rig), ["BROKEN"]);
}

/// The public key files of a folder.
fn public_files(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder.join("keys")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.to_string_lossy().ends_with(".pem")).collect();
    files.sort();
    files
}

#[test]
fn one_public_key_file_that_is_missing_blocks_neither_the_key_nor_the_others() {
    let text = plan_text(2, 3, &[("EC:secp256r1", 10), ("EC:secp256k1", 11)], false);
    let plan = Plan::parse(&text).unwrap();
    for damage in [|path: &Path| fs::remove_file(path).unwrap(), |path: &Path| fs::write(path, "not a key").unwrap()] {
        let records = tempfile::tempdir().unwrap();
        let (mut rig, folder) = restore(&text, records.path());
        let file = public_files(&folder).remove(0);
        damage(&file);
        let (mut told, mut tries, mut after) = (String::new(), 0, String::new());
        rig.play(|front| {
            let resumed = Machine::resume(CeremonyKind::Restore, plan.clone(), true, front.entries).unwrap();
            assert_eq!(resumed.known(), front.machine.known(), "after {:?}", front.entries.last());
            if let Body::Read { text } = &front.view.body {
                let said = text.join(" ");
                assert!(!said.contains("The folder is complete"), "it is not");
                match front.step() {
                    "source" if said.contains("public key files") => told = said,
                    "prove-key" if said.contains("not proven") => after = said,
                    _ => {}
                }
            }
            if front.fault().is_some() {
                assert_eq!(front.step(), "prove-key");
                tries += 1;
                let way = if tries == 1 { Recovery::TryAgain } else { Recovery::WithoutProof };
                assert!(front.machine.choices().contains(&way));
                return front.goes_on_with(way);
            }
            Turn::Autopilot
        });
        assert!(rig.complete(), "{:?}", rig.failed());
        assert_eq!((tries, rig.failed().len()), (2, 1), "the same failure is recorded once");
        assert!(told.contains("key-0") && !told.contains("key-1"), "{told}");
        assert!(after.contains("key-0"), "{after}");
        let proven = |fact: &&Fact| matches!(fact, Fact::Proven { .. });
        assert_eq!(rig.facts().iter().filter(|fact| proven(fact)).count(), 1, "the other key is proven");
        assert!(matches!(rig.entries.last(), Some(Entry::Sealed { deviations: 1, .. })), "{:?}", rig.entries.last());
    }
}

#[test]
fn a_public_key_file_that_is_brought_in_time_proves_its_key() {
    let records = tempfile::tempdir().unwrap();
    let (mut rig, folder) = restore(&plan(), records.path());
    let file = public_files(&folder).remove(0);
    let content = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    rig.play(|front| {
        if front.step() == "user-pin" && !file.exists() {
            fs::write(&file, &content).unwrap();
        }
        Turn::Autopilot
    });
    goes_on(&rig, &[]);
    assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::PublicKeysUnusable { files, .. } if files.len() == 1)));
    assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Proven { .. })));
    assert!(matches!(rig.entries.last(), Some(Entry::Sealed { deviations: 0, .. })));
}
