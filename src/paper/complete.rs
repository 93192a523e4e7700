//! Holds the script and the code together: no sentence without use, no use without a sentence, nothing too long.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;

use serde_json::Value;

use super::walk;
use crate::ceremony::{Machine, NAMES, Recovery};
use crate::plan::Plan;
use crate::record::CeremonyKind;
use crate::script::Script;

/// Faults and their values whose code is not here yet. To be empty once it is.
const EXPECTED_SOON: &[(&str, &[&str])] = &[
    ("no-reader", &[]),
    ("no-device", &[]),
    ("device-excluded", &["serial"]),
    ("several-devices", &["serials"]),
    ("serial-differs", &["seen", "expected"]),
    ("card-no-card", &[]),
    ("card-no-reader", &[]),
    ("card-cut-off", &[]),
    ("card-garbled", &[]),
    ("card-refused", &["operation", "status"]),
    ("card-malformed", &["operation"]),
    ("card-login-lost", &[]),
    ("vault-not-empty", &["held"]),
    ("share-differs", &["where"]),
    ("typed-missing", &[]),
    ("file-exists", &["file"]),
    ("file-write", &["file", "why"]),
    ("file-read", &["file", "why"]),
    ("file-differs", &["file"]),
    ("share-refused", &["why"]),
    ("shares-do-not-open", &[]),
    ("shares-disagree", &[]),
    ("kcv-differs", &["found", "expected"]),
    ("share-file-broken", &["why"]),
    ("so-pin-wrong", &["left"]),
    ("so-pin-blocked", &[]),
    ("pins-missing", &[]),
    ("pin-wrong", &["left"]),
    ("pin-blocked", &[]),
    ("pin-transport", &[]),
    ("initialise-refused", &["status"]),
    ("so-pin-not-changed", &["why"]),
    ("initialise-unclear", &[]),
    ("device-not-initialised", &[]),
    ("dkek-not-configured", &[]),
    ("dkek-incomplete", &["outstanding"]),
    ("dkek-full", &[]),
    ("dkek-missing", &[]),
    ("device-kcv-differs", &["found", "expected"]),
    ("key-reference-occupied", &["reference"]),
    ("key-not-found", &["reference"]),
    ("inventory-differs", &["missing", "extra"]),
    ("key-type-refused", &["key_type"]),
    ("backup-not-this-dkek", &["file", "found"]),
    ("backup-mac-wrong", &["file"]),
    ("backup-broken", &["file", "why"]),
    ("public-key-differs", &["label"]),
    ("signature-wrong", &["label"]),
    ("request-wrong", &["label"]),
    ("source-missing", &["folder"]),
    ("source-unsealed", &[]),
    ("source-file-missing", &["file"]),
    ("source-file-changed", &["file"]),
    ("source-rehearsal-differs", &[]),
    ("worker-gone", &[]),
    ("random-failed", &[]),
    ("rehearsal-artefact", &["what"]),
    ("entry-not-hex", &["group"]),
    ("entry-too-long", &[]),
    ("entry-odd", &["group"]),
    ("entry-short", &["groups"]),
    ("prime-differs", &["group"]),
    ("prime-not-prime", &[]),
    ("id-not-number", &[]),
    ("id-range", &[]),
    ("id-not-yours", &["expected", "given"]),
    ("id-taken", &["id"]),
    ("pin-user-length", &[]),
    ("pin-user-tries", &["tries"]),
    ("so-pin-length", &[]),
    ("so-pin-alphabet", &[]),
    ("pin-published", &[]),
    ("again-differs", &[]),
    ("serial-not-this", &["expected"]),
    ("word-not-this", &["word"]),
    ("key-reference-taken", &["reference"]),
    ("line-too-long", &[]),
    ("not-ascii", &[]),
];

/// Values that are added on the way, not where the fault is made: the plan names the field, the record the line.
const ADDED_LATER: &[(&str, &str)] = &[
    ("key-id-form", "field"),
    ("key-label-form", "field"),
    ("key-type-unknown", "field"),
    ("record-line-cut", "line"),
    ("record-line-broken", "line"),
    ("record-line-changed", "line"),
    ("record-line-unknown", "line"),
    ("record-line-number", "line"),
    ("record-line-order", "line"),
];

/// Stages that are not in a list of steps: what happens in between, the end, and what stands beside a shown share.
const BESIDE_THE_LISTS: &[(&str, &str)] = &[
    ("custodian", "note"),
    ("in-between", "stop"),
    ("in-between", "menu"),
    ("in-between", "note"),
    ("in-between", "break"),
    ("in-between", "who"),
    ("in-between", "substitute"),
    ("ended", "complete"),
    ("ended", "deviations"),
    ("ended", "aborted"),
];

fn script() -> Rc<Script> {
    Rc::new(Script::load().unwrap())
}

fn plans() -> Vec<Plan> {
    let quorums = [(2, 4), (3, 3), (16, 16)];
    quorums.iter().flat_map(|(m, n)| [walk::plan(*m, *n, true), walk::plan(*m, *n, false)]).collect()
}

/// The names in braces.
fn placeholders(text: &str) -> Vec<String> {
    text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}

/// All Rust sources of the program, without what stands after a file's tests begin.
fn sources() -> Vec<String> {
    fn collect(folder: &Path, into: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, into);
            } else if path.extension().is_some_and(|end| end == "rs") {
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

/// Every fault that the code makes, with the names of the values that it gives it.
fn faults_of_the_code() -> BTreeMap<String, BTreeSet<String>> {
    let mut faults: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources() {
        for before in ["Fault::new(\"", " fault(\"", "(fault(\""] {
            for (name, rest) in literals(&source, before) {
                // The values follow in a row of `.with("name", …)` up to the end of the statement.
                let chain = rest.split(';').next().unwrap_or_default().split("Fault::new").next().unwrap_or_default();
                let values = literals(chain, ".with(\"").map(|(value, _)| value.to_owned());
                faults.entry(name.to_owned()).or_default().extend(values);
            }
        }
    }
    faults.retain(|name, _| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
    for (name, value) in ADDED_LATER {
        faults.entry((*name).to_owned()).or_default().insert((*value).to_owned());
    }
    faults
}

#[test]
fn every_stage_of_every_ceremony_has_sentences_and_none_is_left_over() {
    let script = script();
    let mut used: BTreeSet<(&str, &str)> = BESIDE_THE_LISTS.iter().copied().collect();
    for plan in plans() {
        for kind in [CeremonyKind::Establish, CeremonyKind::Restore] {
            let machine = Machine::new(kind, plan.clone(), script.clone());
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
                let ending = id == "ended" && ["digest", "changed"].contains(&name.as_str());
                assert!(NAMES.contains(&name.as_str()) || name == "folder" || ending, "{id}: {{{name}}}");
            }
        }
    }
}

#[test]
fn every_fault_has_sentences_with_its_own_values_and_none_is_left_over() {
    let script = script();
    let mut made = faults_of_the_code();
    for (name, values) in EXPECTED_SOON {
        made.entry((*name).to_owned()).or_default().extend(values.iter().map(|value| (*value).to_owned()));
    }
    let names: BTreeSet<&str> = made.keys().map(String::as_str).collect();
    let written: BTreeSet<&str> = script.fault_names().collect();
    assert_eq!(names.difference(&written).collect::<Vec<_>>(), Vec::<&&str>::new(), "have no sentences");
    assert_eq!(written.difference(&names).collect::<Vec<_>>(), Vec::<&&str>::new(), "are never made");
    for (name, values) in &made {
        let text = script.fault(name).unwrap();
        assert!(!text.happened.is_empty(), "{name}");
        for value in text.happened.iter().chain(&text.truth).flat_map(|sentence| placeholders(sentence)) {
            let known = values.contains(&value) || (name == "shares-do-not-open" && value == "threshold");
            assert!(known, "{name}: {{{value}}} is none of {values:?}");
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
        for before in ["field(\"", "kept(\"", "Field { name: \""] {
            for (name, _) in literals(&source, before).filter(|(_, rest)| rest.starts_with(", ")) {
                names.extend([format!("field-{name}-label"), format!("field-{name}-hint")]);
            }
        }
    }
    names.retain(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
    let missing: Vec<_> = names.iter().filter(|name| script.word(name) == name.as_str()).collect();
    assert!(names.len() > 40 && missing.is_empty(), "{missing:?}");
}

#[test]
fn what_people_read_is_whole_and_fits_the_smallest_screen() {
    let script = script();
    let mut long = BTreeSet::new();
    for plan in [walk::plan(2, 4, true), walk::plan(2, 4, false), walk::plan(3, 3, false)] {
        for kind in [CeremonyKind::Establish, CeremonyKind::Restore] {
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
                        format!(" Step {}   {}   Act: {}", view.header.number, view.header.title, view.header.act);
                    assert!(head.chars().count() <= 80, "{head}");
                    if lines > 17 {
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
    for file in ["steps", "screens", "faults", "handbook"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("assets/script/{file}.json"));
        let value: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let text = value.to_string();
        for bad in ["  .", " ,", "TODO", "officer"] {
            assert!(!text.contains(bad), "{file}: {bad:?}");
        }
    }
    assert!(script().chapter("help").iter().all(|line| line.chars().count() <= 80));
}
