//! Holds the script and the code together: no sentence without use, no use without a sentence, nothing too long.

use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

use serde_json::Value;

use super::walk;
use crate::ceremony::{Machine, NAMES, Recovery};
use crate::plan::{Custody, Plan};
use crate::record::CeremonyKind;
use crate::script::Script;

/// Values that are added on the way, not where the fault is made: the plan names the field.
const ADDED_LATER: &[(&str, &str)] = &[
    ("key-id-form", "field"),
    ("key-label-form", "field"),
    ("key-type-unknown", "field"),
    ("pin-user-tries", "tries"),
    ("serial-differs", "expected"),
    ("terminal-gone", "why"),
    ("record-line-broken", "line"),
    ("record-line-changed", "line"),
    ("record-line-cut", "line"),
    ("record-line-number", "line"),
    ("record-line-order", "line"),
    ("record-line-unknown", "line"),
];

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

/// The names in braces.
fn placeholders(text: &str) -> Vec<String> {
    text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name.to_owned()).collect()
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

/// Every fault that the code makes by a name in quotes.
fn faults_of_the_code(sources: &[String]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for source in sources {
        for before in ["Fault::new(\"", " fault(\"", "(fault(\""] {
            names.extend(literals(source, before).map(|(name, _)| name.to_owned()));
        }
    }
    names.retain(|name| is_name(name));
    names
}

/// The values that a fault always has: those that follow its name in the statement that makes it, in every place.
fn values_of(name: &str, sources: &[String]) -> BTreeSet<String> {
    let quoted = format!("(\"{name}\")");
    let mut always: Option<BTreeSet<String>> = None;
    for rest in sources.iter().flat_map(|source| source.split(&quoted).skip(1).collect::<Vec<_>>()) {
        let ends = [rest.find(";\n"), rest.find("Fault::new("), rest.find("\n\n")];
        let statement = &rest[..ends.into_iter().flatten().min().unwrap_or(rest.len())];
        let given: BTreeSet<String> = literals(statement, ".with(\"").map(|(value, _)| value.to_owned()).collect();
        always = Some(always.map_or_else(|| given.clone(), |before| &before & &given));
    }
    let later = ADDED_LATER.iter().filter(|(fault, _)| *fault == name).map(|(_, value)| (*value).to_owned());
    always.unwrap_or_default().into_iter().chain(later).collect()
}

#[test]
fn every_stage_of_every_ceremony_has_sentences_and_none_is_left_over() {
    let script = script();
    let mut used: BTreeSet<(&str, &str)> = BESIDE_THE_LISTS.iter().copied().collect();
    for plan in plans() {
        for kind in [CeremonyKind::Establish, CeremonyKind::Restore, CeremonyKind::Inspect] {
            let machine = Machine::new(kind, plan.clone(), script.clone(), false);
            for step in machine.steps() {
                used.extend(step.stages.iter().map(|stage| (step.id, stage.name)));
            }
        }
    }
    let written: BTreeSet<(&str, &str)> =
        script.steps().flat_map(|(id, text)| text.stages.keys().map(move |name| (id, name.as_str()))).collect();
    assert_eq!(used.difference(&written).collect::<Vec<_>>(), Vec::<&(&str, &str)>::new(), "have no sentences");
    assert_eq!(written.difference(&used).collect::<Vec<_>>(), Vec::<&(&str, &str)>::new(), "are never shown");
}

#[test]
fn every_placeholder_of_a_step_has_a_value_by_that_name() {
    for (id, text) in script().steps() {
        let stages = text.stages.values().flat_map(|stage| stage.text.iter().chain(&stage.items));
        for sentence in stages.chain([&text.title, &text.act]) {
            for name in placeholders(sentence) {
                let ending = id == "ended" && ["digest", "changed", "cards_fate", "keep"].contains(&name.as_str());
                assert!(NAMES.contains(&name.as_str()) || name == "folder" || ending, "{id}: {{{name}}}");
            }
        }
    }
}

#[test]
fn every_fault_has_sentences_with_its_own_values_and_none_is_left_over() {
    let (script, sources) = (script(), sources());
    let written: BTreeSet<String> = script.fault_names().map(str::to_owned).collect();
    let missing: Vec<_> = faults_of_the_code(&sources).into_iter().filter(|name| !written.contains(name)).collect();
    assert_eq!(missing, Vec::<String>::new(), "have no sentences");
    let mut unknown = Vec::new();
    for name in &written {
        let quoted = format!("\"{name}\"");
        assert!(sources.iter().any(|source| source.contains(&quoted)), "{name} is never made");
        let text = script.fault(name).unwrap();
        assert!(!text.happened.is_empty(), "{name}");
        let values = values_of(name, &sources);
        for value in text.happened.iter().chain(&text.truth).flat_map(|sentence| placeholders(sentence)) {
            let known = values.contains(&value) || (name == "shares-do-not-open" && value == "threshold");
            if !known {
                unknown.push(format!("{name}: {{{value}}} is none of {values:?}"));
            }
        }
    }
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
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
    let script = script();
    let mut long = BTreeSet::new();
    let plans = [walk::plan(2, 4, true), walk::plan(2, 4, false), walk::plan(3, 3, false)];
    for plan in plans.into_iter().chain([walk::full_plan(), three_shares(), passwords_alone(), words_and_so_pin()]) {
        for kind in [CeremonyKind::Establish, CeremonyKind::Restore, CeremonyKind::Inspect] {
            for initialised in [true, false] {
                walk::walk(kind, &plan, initialised, &script, |view| {
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
