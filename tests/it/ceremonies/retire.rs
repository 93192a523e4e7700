//! A device is erased for good only after each of its keys was found in a verified backup or named as lost.

use std::fs;
use std::path::{Path, PathBuf};

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::bundle::examine;
use hsm_ceremony::ceremony::{Asks, Body, Machine, Question, Recovery};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::folder::Folder;
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Entry, Fact, LivesOn, TracedKey, verify};

use super::mistakes::goes_on;
use super::rig::{Front, Rig, Turn};
use super::{Day, Guard};

/// A plan with two keys.
fn day(guards: &[Guard]) -> Day {
    let mut day = Day::of(guards);
    day.0["keys"] = serde_json::json!([
        { "label": "root", "type": "EC:secp256r1", "id": "10" },
        { "label": "issuing", "type": "EC:secp384r1", "id": "11" },
    ]);
    day
}

fn established(plan: &str, records: &Path) -> Rig {
    let mut rig = Rig::establish(plan, records);
    rig.run(|_| {});
    assert!(rig.complete());
    rig
}

/// The device of this *establish* is retired, by the same people.
fn retire(made: Rig, records: &Path) -> (Rig, Plan) {
    let setup =
        Setup::from_backup(CeremonyKind::Retire, &made.folder, None, records, Environment::SoftwareCards).unwrap();
    let plan = setup.plan.clone();
    (Rig::in_hands(setup, |readers| readers).with_papers_of(made), plan)
}

fn stands(rig: &Rig, plan: &Plan) {
    let proof = verify(&fs::read(rig.folder.join("record.jsonl")).unwrap()).unwrap();
    let examined = examine(&Folder::open(&rig.folder), &proof);
    assert!(examined.faults.is_empty(), "{:?}", examined.faults);
    let resumed = Machine::resume(CeremonyKind::Retire, plan.clone(), true, &rig.entries).unwrap();
    assert_eq!(resumed.known(), rig.machine.known());
}

fn traced(rig: &Rig) -> (Vec<TracedKey>, bool) {
    let traced = rig.facts().into_iter().find_map(|fact| match fact {
        Fact::Traced { keys, mac_not_verified, .. } => Some((keys.clone(), *mac_not_verified)),
        _ => None,
    });
    traced.unwrap()
}

/// The files in which its keys live on, by label on the device; none: lost.
fn lives(rig: &Rig) -> Vec<(String, Option<String>)> {
    let file = |traced: &TracedKey| match &traced.lives {
        LivesOn::In(copy) => Some(copy.file.clone()),
        LivesOn::Perhaps(_) | LivesOn::Nowhere => None,
    };
    traced(rig).0.iter().map(|key| (key.key.label.clone().unwrap_or_default(), file(key))).collect()
}

fn keys_left(rig: &Rig) -> usize {
    rig.facts()
        .into_iter()
        .rev()
        .find_map(|fact| if let Fact::Listed { keys, .. } = fact { Some(keys.len()) } else { None })
        .unwrap()
}

fn types_loss(front: &Front<'_>) -> bool {
    let Body::Form { fields, .. } = &front.view.body else { return false };
    fields.iter().any(|field| field.name == FieldName::LoseKeys && matches!(field.kind, FieldKind::Word(_)))
}

#[test]
fn every_key_lives_on_in_a_file_of_the_backup_and_the_device_is_empty() {
    for (day, rebuilt) in
        [(day(&[Guard::Numbers(2, 3)]), false), (day(&[Guard::Words(2, 3)]).so_pin_under_quorum(), true)]
    {
        let records = tempfile::tempdir().unwrap();
        let made = established(&day.text(), records.path());
        let serial = made.manifest().serial;
        let digests: Vec<_> = made.manifest().keys.iter().map(|key| key.wrapped_sha256).collect();
        let (mut rig, plan) = retire(made, records.path());
        let mut loss = false;
        rig.play(|front| {
            loss |= types_loss(front);
            Turn::Autopilot
        });
        goes_on(&rig, &[]);
        stands(&rig, &plan);
        assert!(!loss, "nothing is lost");
        let file = |name: &str| Some(format!("keys/{name}.wrapped"));
        assert_eq!(lives(&rig), [("root".to_owned(), file("root")), ("issuing".to_owned(), file("issuing"))]);
        let named: Vec<_> = traced(&rig)
            .0
            .into_iter()
            .filter_map(|key| if let LivesOn::In(copy) = key.lives { Some(copy.sha256) } else { None })
            .collect();
        assert_eq!(named, digests);
        assert!(!traced(&rig).1 && keys_left(&rig) == 0);
        let erased = |fact: &&Fact| matches!(fact, Fact::Initialised { serial: of, .. } if *of == serial);
        assert_eq!(rig.facts().into_iter().filter(|fact| erased(fact)).count(), 1);
        let opened = |fact: &&Fact| matches!(fact, Fact::SoPinRebuilt { .. });
        assert_eq!(rig.facts().into_iter().any(|fact| opened(&fact)), rebuilt);
    }
}

#[test]
fn without_a_quorum_screen_and_record_say_that_the_macs_were_not_verified() {
    let records = tempfile::tempdir().unwrap();
    let made = established(&day(&[Guard::Numbers(2, 3)]).text(), records.path());
    let (mut rig, plan) = retire(made, records.path());
    let mut said = String::new();
    rig.play(|front| match &front.view.body {
        Body::Choose { asks: Asks::Step(Question::Opening), .. } => front.item(ItemName::ByNobody),
        Body::Read { text } => {
            said += &text.join(" ");
            Turn::Autopilot
        }
        _ => Turn::Autopilot,
    });
    goes_on(&rig, &[]);
    stands(&rig, &plan);
    assert!(traced(&rig).1);
    assert!(said.contains("only structure and KCV are verified"), "{said}");
    assert!(!rig.facts().iter().any(|fact| matches!(fact, Fact::Opened { .. })));
}

/// The file with the state of a card.
fn card_file(folder: &Path) -> PathBuf {
    fs::read_dir(folder.join("cards")).unwrap().next().unwrap().unwrap().path()
}

#[test]
fn a_key_whose_backup_is_not_good_is_named_and_lost_only_on_typed_words() {
    let records = tempfile::tempdir().unwrap();
    let made = established(&day(&[Guard::Words(2, 3)]).text(), records.path());
    // One backup is gone; the folder says so, and people go on without it.
    fs::remove_file(made.folder.join("keys/issuing.wrapped")).unwrap();
    assert!(card_file(&made.folder).exists());
    let (mut rig, plan) = retire(made, records.path());
    let (mut loss, mut said) = (false, String::new());
    rig.play(|front| {
        if types_loss(front) {
            let Body::Form { text, .. } = &front.view.body else { unreachable!() };
            (loss, said) = (true, text.join(" "));
        }
        Turn::Autopilot
    });
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    stands(&rig, &plan);
    assert!(loss && said.contains("issuing: in no verified backup here"), "{said}");
    assert_eq!(lives(&rig)[1], ("issuing".to_owned(), None));
    let decided = Fact::Decided { word: "LOSE THESE KEYS".to_owned() };
    let place = |is: &dyn Fn(&Fact) -> bool| rig.facts().iter().position(|fact| is(fact)).unwrap();
    assert!(place(&|fact| *fact == decided) < place(&|fact| matches!(fact, Fact::Initialised { .. })));
}

#[test]
fn a_wrong_so_pin_erases_nothing_and_no_other_device_takes_the_place_of_this_one() {
    let records = tempfile::tempdir().unwrap();
    let made = established(&day(&[Guard::Numbers(2, 3)]).text(), records.path());
    let (mut rig, _) = retire(made, records.path());
    let (mut slipped, mut offered) = (false, Vec::new());
    rig.play(|front| {
        if let Body::Fault { choices, .. } = &front.view.body {
            offered.extend(choices.iter().map(|choice| choice.id.clone()));
        }
        match front.empty(|kind| matches!(kind, FieldKind::SoPin { .. })) {
            Some(name) if !slipped => {
                slipped = true;
                front.types(name, "0123456789abcdef")
            }
            _ => Turn::Autopilot,
        }
    });
    assert!(rig.complete());
    assert_eq!(rig.failed(), ["so-pin-wrong"]);
    let other = hsm_ceremony::ceremony::ChoiceId::Recovery(Recovery::AnotherDevice);
    assert!(!offered.contains(&other), "{offered:?}");
    let erased =
        rig.entries.iter().filter(|entry| matches!(entry, Entry::Learned { fact: Fact::Initialised { .. }, .. }));
    assert_eq!((erased.count(), keys_left(&rig)), (1, 0));
}
