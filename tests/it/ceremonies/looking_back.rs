//! What everybody has seen can be looked up again at any screen, and a step of several screens says which one is up.

use std::collections::BTreeMap;

use hsm_ceremony::ceremony::{Body, Machine, StepState, ViewContext};
use hsm_ceremony::record::{CeremonyKind, Entry, Fact};

use super::rig::{both, plan_text};

const FULL: &str = include_str!("../../../assets/plan.full.json");

/// What a ceremony can show again at its end.
fn shown_at_the_end(machine: &Machine) -> String {
    let view = machine.view(&ViewContext::default());
    let so_far = view.so_far.expect("something has been shown");
    so_far.results.iter().map(|shown| format!("{}: {}", shown.label, shown.value)).collect::<Vec<_>>().join("\n")
}

#[test]
fn results_of_the_whole_day_can_be_looked_up() {
    for plan in [&plan_text(2, 3, &[("rsa:2048", 1), ("ec:secp256r1", 2)], true), FULL] {
        let records = tempfile::tempdir().unwrap();
        let mut at_the_end = BTreeMap::new();
        let (establish, restore) = both(plan, records.path(), |kind, sight| {
            let view = sight.machine.view(&ViewContext::default());
            let here = view.steps.iter().filter(|step| step.state == StepState::Current).count();
            assert!(here == 1 || matches!(view.body, Body::Ended { .. }), "the list says where we are");
            at_the_end.insert(kind.word(), shown_at_the_end(sight.machine));
        });
        for (kind, entries) in [(CeremonyKind::Establish, establish), (CeremonyKind::Restore, restore)] {
            let shown = &at_the_end[kind.word()];
            let has = |what: &str| assert!(shown.contains(what), "{what} is missing in:\n{shown}");
            for entry in &entries {
                let Entry::Learned { fact, .. } = entry else { continue };
                match fact {
                    Fact::Device { serial, .. } => has(serial.as_str()),
                    Fact::DkekDrawn { kcv, .. } | Fact::Joined { kcv } => has(&kcv.to_string()),
                    Fact::Dealt { set, .. } | Fact::SoPinDealt { set, .. } => has(set),
                    Fact::Written { file, sha256, .. } | Fact::BackedUp { file, sha256, .. } => {
                        has(file);
                        has(&sha256.in_lines());
                    }
                    Fact::Made { label, public_key_sha256, .. } => {
                        has(label.as_str());
                        has(&public_key_sha256.in_lines());
                    }
                    Fact::Listed { keys, .. } => keys.iter().for_each(|key| has(key.label.as_deref().unwrap())),
                    Fact::From { folder, .. } => has(folder),
                    _ => {}
                }
            }
        }
    }
}

/// The text that distinguishes one screen of a step from the next; `None` where people are asked nothing of the step.
fn text(body: &Body) -> Option<String> {
    Some(match body {
        Body::Working { .. } | Body::Fault { .. } | Body::Ended { .. } => return None,
        Body::Tick { items, .. } => format!("{:?}", items.iter().map(|item| &item.text).collect::<Vec<_>>()),
        Body::Reveal { before, .. } => format!("reveal {before:?}"),
        Body::Read { text } | Body::Choose { text, .. } | Body::Form { text, .. } => format!("{text:?}"),
    })
}

/// A step's screens as people came through them: what each said of its place, by its text.
type Steps = BTreeMap<String, Vec<(String, Option<(usize, usize)>)>>;

fn check(steps: &Steps) -> usize {
    let mut said = 0;
    for (step, screens) in steps {
        let places: Vec<_> = screens.iter().map(|(_, place)| *place).collect();
        for (at, place) in (1..).zip(&places) {
            let Some((here, all)) = place else { continue };
            assert_eq!((*here, *all), (at, screens.len()), "step {step}: {screens:?}");
            said += 1;
        }
        assert!(screens.len() > 1 || places[0].is_none(), "step {step} has one screen, and says nothing of it");
        assert!(
            screens.len() < 2 || places.last().unwrap().is_some(),
            "the last screen of step {step} is known to be it"
        );
    }
    said
}

#[test]
fn a_step_never_says_more_or_fewer_screens_than_come() {
    for plan in [&plan_text(2, 3, &[("rsa:2048", 1), ("ec:secp256r1", 2)], true), FULL] {
        let records = tempfile::tempdir().unwrap();
        let mut days: BTreeMap<&str, Steps> = BTreeMap::new();
        both(plan, records.path(), |kind, sight| {
            let called = matches!(&sight.view.body, Body::Form { fields, .. } if fields.iter().any(|field| {
                field.name == hsm_ceremony::names::FieldName::Sign
            }));
            let Some(text) = text(&sight.view.body).filter(|_| !called) else { return };
            let steps = days.entry(kind.word()).or_default();
            let screens = steps.entry(sight.view.header.number.clone()).or_default();
            if screens.last().is_none_or(|(last, _)| *last != text) {
                screens.push((text, sight.view.header.screen));
            }
        });
        assert!(check(&days["establish"]) > 20 && check(&days["restore"]) > 6, "many steps say it");
    }
}
