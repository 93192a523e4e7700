//! Holds the script and the code together: no sentence without use, no use without a sentence, nothing too long.

use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

use super::walk;
use crate::ceremony::{Machine, Recovery, StageKind};
use crate::names::CeremonyKind;
use crate::plan::{Custody, Plan};
use crate::script::Script;

/// Stages that are not in a list of steps: what happens in between, the end, and what stands beside a shown share.
const BESIDE_THE_LISTS: &[(&str, &str)] = &[
    ("custodian", "note"),
    ("custodian", "note-words"),
    ("so-pin-card", "note-words"),
    ("in-between", "stop"),
    ("in-between", "menu"),
    ("in-between", "note"),
    ("in-between", "break"),
    ("in-between", "who"),
    ("in-between", "substitute"),
    ("in-between", "substitute-known"),
    ("ended", "complete"),
    ("ended", "deviations"),
    ("ended", "aborted"),
];

fn script() -> Rc<Script> {
    Rc::new(Script::load().unwrap())
}

fn plans() -> Vec<Plan> {
    let quorums = [(2, 4), (3, 3), (16, 16)];
    let simple = quorums.iter().flat_map(|(m, n)| [walk::plan(*m, *n, true), walk::plan(*m, *n, false)]);
    simple.chain([walk::full_plan(), three_shares(), passwords_alone(), words_and_so_pin()]).collect()
}

/// Two people with a password each, and no quorum at all.
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

/// One quorum with words, and the SO-PIN among its custodians.
fn words_and_so_pin() -> Plan {
    let mut plan = walk::full_plan();
    plan.dkek_shares.truncate(1);
    plan
}

/// All Rust sources of the program, without tests.
fn sources() -> Vec<String> {
    fn collect(folder: &Path, into: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                collect(&path, into);
            } else if path.extension().is_some_and(|end| end == "rs")
                && !["complete.rs", "walk.rs"].contains(&name.as_str())
                && !name.ends_with("tests.rs")
            {
                let text = std::fs::read_to_string(&path).unwrap();
                into.push(text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned());
            }
        }
    }
    let mut all = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    all
}

/// What stands in quotes after `before`, everywhere in the sources, with what follows.
fn literals<'a>(source: &'a str, before: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    source.split(before).skip(1).filter_map(|rest| rest.split_once('"'))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

#[test]
fn every_stage_of_every_ceremony_has_sentences_and_none_is_left_over() {
    let script = script();
    let mut used: BTreeSet<(&str, &str)> = BESIDE_THE_LISTS.iter().copied().collect();
    for plan in plans() {
        for kind in CeremonyKind::ALL {
            let machine = Machine::new(kind, plan.clone(), false);
            for step in machine.steps() {
                used.extend(step.stages.iter().map(|stage| (step.id.word(), stage.name.word())));
            }
        }
    }
    let written: BTreeSet<(&str, &str)> =
        script.steps().flat_map(|(id, text)| text.stages.keys().map(move |name| (id, name.as_str()))).collect();
    assert_eq!(used.difference(&written).collect::<Vec<_>>(), Vec::<&(&str, &str)>::new(), "have no sentences");
    assert_eq!(written.difference(&used).collect::<Vec<_>>(), Vec::<&(&str, &str)>::new(), "are never shown");
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

/// Words whose names the code puts together or passes on.
const PASSED_ON: &[&str] = &[
    "ceremony-establish",
    "ceremony-restore",
    "role-original",
    "role-replacement",
    "role-administrator",
    "role-so-pin-holder",
    "role-pin-holder",
    "role-auditor",
    "role-witness",
    "pin-reset-off",
    "pin-reset-unblock",
    "pin-reset-set",
    "device-initialised",
    "device-fresh",
    "field-so-pin-label",
    "field-so-pin-of-today-label",
    "field-stop-word-label",
    "field-note-label",
    "field-substitute-label",
];

#[test]
fn every_word_that_the_code_names_is_in_the_script() {
    let script = script();
    let mut names: BTreeSet<String> = PASSED_ON.iter().map(|name| (*name).to_owned()).collect();
    names.extend(Recovery::ALL.iter().map(|recovery| format!("choice-{}", recovery.word())));
    for source in sources() {
        names.extend(literals(&source, ".word(\"").map(|(name, _)| name.to_owned()));
        for before in ["Field::new(\"", "Field { name: \""] {
            for (name, _) in literals(&source, before).filter(|(_, rest)| rest.starts_with(", ")) {
                names.extend([format!("field-{name}-label"), format!("field-{name}-hint")]);
            }
        }
    }
    names.retain(|name| is_name(name));
    let missing: Vec<_> = names.iter().filter(|name| script.word(name) == name.as_str()).collect();
    assert!(names.len() > 40 && missing.is_empty(), "{missing:?}");
}

#[test]
fn what_people_read_is_whole_and_fits_the_smallest_screen() {
    let mut long = BTreeSet::new();
    let plans = [walk::plan(2, 4, true), walk::plan(2, 4, false), walk::plan(3, 3, false)];
    for plan in plans.into_iter().chain([walk::full_plan(), three_shares(), passwords_alone(), words_and_so_pin()]) {
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
    let script = script();
    for name in script.fault_names() {
        let text = script.fault(name).unwrap();
        // Headings and four choices stand beside them.
        let lines = walk::lines(&text.happened) + walk::lines(&text.truth);
        assert!(lines <= 10, "{name}: {lines} lines");
    }
    for (id, name) in BESIDE_THE_LISTS.iter().filter(|(id, _)| *id != "ended") {
        let stage = &script.step(id).unwrap().stages[*name];
        assert!(walk::lines(&stage.text) + stage.items.len() <= 10, "{id} {name}");
    }
    // Beside a field there is one short line.
    for name in script.fault_names() {
        let field = ["entry-", "prime-", "id-", "pin-user", "so-pin-l", "so-pin-a", "again", "serial-", "word-"];
        if field.iter().any(|prefix| name.starts_with(prefix)) && script.fault(name).unwrap().truth.is_empty() {
            assert_eq!(walk::lines(&script.fault(name).unwrap().happened), 1, "{name}");
        }
    }
}

#[test]
fn no_chapter_and_no_file_of_the_script_is_broken() {
    assert!(script().chapter("help").iter().all(|line| line.chars().count() <= 80));
}
