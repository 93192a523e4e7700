//! Checks the script against the code: no sentence is unused, none is missing, none is too long.

use std::collections::BTreeSet;

use super::walk;
use crate::ceremony::{Body, CEREMONIES, Machine, StageKind};
use crate::names::{CeremonyKind, FaultKind, FaultName, FieldName, StageName, StepName};
use crate::plan::{Custody, NewPin, Plan};
use crate::script::{self, chapters};

/// Steps that are not in any list: what happens in between, and the end.
const BESIDE_THE_LISTS: &[StepName] = &[StepName::InBetween, StepName::Ended, StepName::CheckCard];

fn plans() -> Vec<Plan> {
    let quorums = [(2, 4), (3, 3), (16, 16)];
    let simple = quorums.iter().flat_map(|(m, n)| [walk::plan(*m, *n, true), walk::plan(*m, *n, false)]);
    simple
        .chain([walk::full_plan(), three_shares(), passwords_alone(), words_and_so_pin(), other_pins(), carrying()])
        .collect()
}

/// Each PIN is made in the way that is not the default.
fn other_pins() -> Plan {
    let plan = walk::plan(2, 4, false);
    Plan { new_so_pin: NewPin::Typed, new_user_pin: NewPin::Drawn, ..plan }
}

/// A re-key carries the old keys over.
fn carrying() -> Plan {
    Plan { carry_keys: true, ..walk::plan(3, 5, false) }
}

/// Two people with a password each, and no quorum.
fn passwords_alone() -> Plan {
    let mut plan = walk::plan(2, 4, false);
    plan.dkek_shares = ["Ada", "Grace"].map(|holder| Custody::Password { holder: holder.to_owned() }).to_vec();
    plan
}

/// Everything that a plan can choose, with three DKEK shares.
fn three_shares() -> Plan {
    let mut plan = walk::full_plan();
    plan.dkek_shares.truncate(3);
    plan
}

/// One quorum with words, whose custodians also share the SO-PIN.
fn words_and_so_pin() -> Plan {
    let mut plan = walk::full_plan();
    plan.dkek_shares.truncate(1);
    plan
}

#[test]
fn every_stage_of_every_ceremony_has_sentences_and_none_is_unused() {
    let mut used = BTreeSet::new();
    for plan in plans() {
        for kind in CeremonyKind::ALL {
            let machine = Machine::new(kind, plan.clone(), false);
            for step in machine.steps() {
                // A hand-over says the same at every step.
                let own = step.stages.iter().filter(|stage| stage.name != StageName::HandOver);
                used.extend(own.map(|stage| (step.id, stage.name)));
                used.extend(step.stages.iter().filter_map(|stage| match stage.kind {
                    StageKind::Reveal { note, .. } | StageKind::RevealPin { note, .. } => Some((step.id, note)),
                    _ => None,
                }));
            }
        }
    }
    let in_lists = StepName::ALL.into_iter().filter(|name| !BESIDE_THE_LISTS.contains(name));
    let written: BTreeSet<(StepName, StageName)> =
        in_lists.flat_map(|name| script::step(name).stages.iter().map(move |(stage, _)| (name, *stage))).collect();
    assert_eq!(used.difference(&written).collect::<Vec<_>>(), Vec::<&(StepName, StageName)>::new(), "no sentences");
    assert_eq!(written.difference(&used).collect::<Vec<_>>(), Vec::<&(StepName, StageName)>::new(), "never shown");
}

/// Fields that no walk comes to: those of the questions in between, one that only a second login asks for, one that only cards
/// made elsewhere may have, and one of rehearsals.
const BESIDE_THE_FORMS: [FieldName; 10] = [
    FieldName::CheckBytesIfAny,
    FieldName::Note,
    FieldName::MovedTo,
    FieldName::RehearsedAt,
    FieldName::SoPinOfToday,
    FieldName::StopWord,
    FieldName::Substitute,
    FieldName::AdministratorSigns,
    FieldName::ConfirmedBy,
    FieldName::WhatChanged,
];

#[test]
fn every_field_of_the_script_is_in_a_form() {
    let mut used = BTreeSet::from(BESIDE_THE_FORMS);
    for plan in plans() {
        for kind in CeremonyKind::ALL {
            let machine = Machine::new(kind, plan.clone(), false);
            for step in machine.steps() {
                let forms = step.stages.iter().filter_map(|stage| stage.kind.fields());
                used.extend(forms.flat_map(|fields| fields(machine.known(), step)).map(|field| field.name));
            }
            walk::walk(kind, &plan, true, |view| {
                if let Body::Form { fields, .. } = &view.body {
                    used.extend(fields.iter().map(|field| field.name));
                }
            });
        }
    }
    let idle: Vec<FieldName> = FieldName::ALL.into_iter().filter(|name| !used.contains(name)).collect();
    assert!(idle.is_empty(), "no form asks for {idle:?}");
}

/// Words that are on cards of words, and in the handbook.
const ON_CARDS: [&str; 2] = ["Check words", "Set id"];

/// A word that no screen has need not be explained, and what people ask about is.
#[test]
fn every_word_that_is_explained_is_on_a_screen() {
    let mut idle: Vec<&str> =
        script::GLOSSARY.iter().map(|term| term.word).filter(|word| !ON_CARDS.contains(word)).collect();
    for plan in plans() {
        for kind in CeremonyKind::ALL {
            walk::walk(kind, &plan, true, |view| {
                let said = walk::text_of(&view.body).0.join(" ");
                let known = |word: &str| script::GLOSSARY.iter().find(|term| term.word == word);
                idle.retain(|word| !known(word).is_some_and(|term| term.is_in(&said)));
            });
        }
    }
    assert!(idle.is_empty(), "no screen says {idle:?}");
    for word in ["SO-PIN", "DKEK", "KCV", "Key reference", "Digest", "Quorum", "Threshold", "Wrapped key"] {
        assert!(script::GLOSSARY.iter().any(|term| term.word == word), "{word}");
    }
}

/// What the script gives to tick or to choose is what the code knows, by name: neither order nor wording decides anything.
#[test]
fn every_item_is_known_by_its_name() {
    for (plan, kind) in plans().iter().flat_map(|plan| CeremonyKind::ALL.map(|kind| (plan, kind))) {
        let machine = Machine::new(kind, plan.clone(), false);
        for (step, stage) in machine.steps().iter().flat_map(|step| step.stages.iter().map(move |stage| (step, stage)))
        {
            let items = crate::script::step(step.id).stage(stage.name).map_or(&[][..], |texts| texts.items);
            let written: BTreeSet<_> = items.iter().map(|(name, _)| *name).collect();
            let at = format!("{} {}", step.id.word(), stage.name.word());
            match stage.kind {
                StageKind::Tick => assert!(!written.is_empty(), "{at} has nothing to tick"),
                StageKind::Choose(question) => {
                    assert_eq!(written, question.answers().iter().map(|(name, _)| *name).collect(), "{at}");
                }
                _ => assert!(written.is_empty(), "{at} asks for nothing, and has {written:?}"),
            }
        }
    }
}

#[test]
fn what_people_read_is_complete_and_fits_the_smallest_screen() {
    let mut long = BTreeSet::new();
    let plans = [walk::plan(2, 4, true), walk::plan(2, 4, false), walk::plan(3, 3, false)];
    let others = [walk::full_plan(), three_shares(), passwords_alone(), words_and_so_pin(), other_pins(), carrying()];
    for plan in plans.into_iter().chain(others) {
        for kind in CeremonyKind::ALL {
            for initialised in [true, false] {
                walk::walk(kind, &plan, initialised, |view| {
                    let (text, lines) = walk::text_of(&view.body);
                    let header = [&view.header.title, &view.header.act, &view.header.ceremony];
                    for sentence in text.iter().chain(header).chain(view.steps.iter().map(|step| &step.title)) {
                        let place = format!("{} {}", view.header.number, view.header.title);
                        assert!(!sentence.contains('{') && !sentence.contains("field-"), "{place}: {sentence}");
                        assert!(!sentence.trim().is_empty(), "{place}");
                    }
                    assert!(!text.is_empty(), "{}", view.header.title);
                    let head =
                        format!(" Step {}   {}   Now: {}", view.header.number, view.header.title, view.header.act);
                    assert!(head.chars().count() <= 80, "{head}");
                    // With eight DKEK shares, lists are longer than the screen and are scrolled.
                    if lines > 17 && plan.dkek_shares.len() < 8 {
                        long.insert(format!("{lines} lines: {} {}", view.header.title, text.first().unwrap()));
                    }
                });
            }
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn faults_and_questions_in_between_fit_the_smallest_screen() {
    for name in FaultName::ALL {
        let text = script::fault(name);
        // The screen also has headings and four choices.
        let lines = walk::lines(text.happened) + walk::lines(text.truth);
        assert!(lines <= 10, "{name}: {lines} lines");
        // Beside a field there is room for one line.
        if name.kind() == FaultKind::Fields {
            assert_eq!((walk::lines(text.happened), text.truth.len()), (1, 0), "{name}");
        }
    }
    for (name, stage) in script::step(StepName::InBetween).stages {
        assert!(walk::lines(stage.text) + stage.items.len() <= 10, "{name:?}");
    }
}

#[test]
fn the_help_fits_the_smallest_screen() {
    let own = CEREMONIES.iter().flat_map(|ceremony| ceremony.character.text.help);
    let help = chapters::Help { ceremonies: "" }.paragraphs();
    assert!(help.iter().map(String::as_str).chain(own.copied()).all(|line| line.chars().count() <= 80));
}
