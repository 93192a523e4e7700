//! Damage to the script stops the build: the build script refuses it, or the names that it makes are no longer those that
//! the code says. In the long run the compiler itself is asked.

#[path = "../../build/main.rs"]
#[allow(dead_code, reason = "its `main` is called by cargo")]
pub mod build;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::support::torture;

/// What is done to a script file.
type Change = fn(&mut Value);

/// Something that goes wrong while a script file is edited.
struct Damage {
    what: &'static str,
    file: &'static str,
    change: Change,
    /// What is in a generated file either before or after, and not in both.
    differs: (&'static str, &'static str),
    /// The culprit, in the words of the compiler.
    named: &'static str,
}

/// What the build script takes, and the code then does not.
const TAKEN: [Damage; 20] = [
    Damage {
        what: "an item is renamed",
        file: "ceremonies/restore.json",
        change: |file| rename(&mut file["steps"]["loss"]["stages"]["ask"]["items"], "broken", "defect"),
        differs: ("names.rs", "\n    Broken,\n"),
        named: "`Broken`",
    },
    Damage {
        what: "an item is dropped",
        file: "ceremonies/restore.json",
        change: |file| drop_key(&mut file["steps"]["loss"]["stages"]["ask"]["items"], "lost"),
        differs: ("names.rs", "\n    Lost,\n"),
        named: "`Lost`",
    },
    Damage {
        what: "a stage is renamed",
        file: "steps/shares.json",
        change: |file| rename(&mut file["steps"]["dice"]["stages"], "throw", "throws"),
        differs: ("names.rs", "\n    Throw,\n"),
        named: "`Throw`",
    },
    Damage {
        what: "a step is renamed",
        file: "steps/shares.json",
        change: |file| rename(&mut file["steps"], "dice", "die"),
        differs: ("texts.rs", "StepName::Dice => "),
        named: "`Dice`",
    },
    Damage {
        what: "a placeholder of a step is misspelled",
        file: "steps/shares.json",
        change: |file| misspell(&mut file["steps"]["dice"]["stages"]["throw"]["text"][0], "{dice}", "{dices}"),
        differs: ("texts.rs", "{dice} throws"),
        named: "named `Dice` found for enum `ValueName`",
    },
    Damage {
        what: "a placeholder of a field is misspelled",
        file: "fields.json",
        change: |file| misspell(&mut file["fields"]["key-reference"]["hint"], "{planned}", "{planed}"),
        differs: ("names.rs", "\n    Planed,\n"),
        named: "named `Planned` found for enum `FieldValueName`",
    },
    Damage {
        what: "a placeholder of a field of the plan is misspelled",
        file: "plan.json",
        change: |file| misspell(&mut file["plan_fields"]["keys[].type"]["meaning"], "{curves}", "{curvs}"),
        differs: ("names.rs", "\n    Curvs,\n"),
        named: "named `Curves` found for enum `HandbookValueName`",
    },
    Damage {
        what: "a placeholder of a ceremony's chapter is misspelled",
        file: "ceremonies/establish.json",
        change: |file| misspell_any(&mut file["ceremony"]["handbook"], "{plan}", "{paln}"),
        differs: ("names.rs", "\n    Paln,\n"),
        named: "HandbookValueName::Paln` not covered",
    },
    Damage {
        what: "a placeholder of a card is misspelled",
        file: "paper/cards.json",
        change: |file| misspell_any(&mut file["chapters"]["card-without-so-pin"], "{threshold}", "{treshold}"),
        differs: ("chapters.rs", "pub(crate) treshold: T"),
        named: "no field named `threshold`",
    },
    Damage {
        what: "a placeholder of the help is misspelled",
        file: "program.json",
        change: |file| misspell_any(&mut file["chapters"]["help"], "{ceremonies}", "{cermeonies}"),
        differs: ("chapters.rs", "pub(crate) ceremonies: T"),
        named: "no field named `ceremonies`",
    },
    Damage {
        what: "a fault is renamed",
        file: "faults/card.json",
        change: |file| rename(&mut file["faults"], "device-excluded", "device-ruled-out"),
        differs: ("faults.rs", "struct DeviceExcluded<T0> { pub(crate) serial: T0 }"),
        named: "`DeviceExcluded`",
    },
    Damage {
        what: "a placeholder of a fault is misspelled",
        file: "faults/card.json",
        change: |file| misspell(&mut file["faults"]["device-excluded"]["happened"][0], "{serial}", "{serail}"),
        differs: ("faults.rs", "struct DeviceExcluded<T0> { pub(crate) serial: T0 }"),
        named: "no field named `serial`",
    },
    Damage {
        what: "a word is dropped",
        file: "steps/people.json",
        change: |file| drop_key(&mut file["words"], "needed"),
        differs: ("words.rs", "struct Needed<T0> { pub(crate) people: T0 }"),
        named: "`Needed`",
    },
    Damage {
        what: "a placeholder of a word is misspelled",
        file: "steps/people.json",
        change: |file| misspell(&mut file["words"]["needed"], "{people}", "{peple}"),
        differs: ("words.rs", "struct Needed<T0> { pub(crate) people: T0 }"),
        named: "no field named `people`",
    },
    Damage {
        what: "a field is dropped",
        file: "fields.json",
        change: |file| drop_key(&mut file["fields"], "share-value"),
        differs: ("names.rs", "\n    ShareValue,\n"),
        named: "`ShareValue`",
    },
    Damage {
        what: "the texts of a ceremony are dropped",
        file: "ceremonies/inspect.json",
        change: |file| drop_key(file, "ceremony"),
        differs: ("ceremonies.rs", "const INSPECT: CeremonyText"),
        named: "`INSPECT`",
    },
    Damage {
        what: "a field of the plan is renamed",
        file: "plan.json",
        change: |file| rename(&mut file["plan_fields"], "device.user_pin_tries", "device.user_pin_retries"),
        differs: ("names.rs", "\n    DeviceUserPinTries,\n"),
        named: "`DeviceUserPinTries`",
    },
    Damage {
        what: "a field of the plan is added",
        file: "plan.json",
        change: |file| file["plan_fields"]["device.colour"] = json!({ "meaning": "its colour" }),
        differs: ("names.rs", "\n    DeviceColour,\n"),
        named: "variant `DeviceColour` is never constructed",
    },
    Damage {
        what: "a word is added that nobody says",
        file: "terminal.json",
        change: |file| file["words"]["unsaid"] = json!("Nobody says this."),
        differs: ("words.rs", "const UNSAID: &str"),
        named: "`UNSAID` is never used",
    },
    Damage {
        what: "a fault is added that nobody makes",
        file: "faults/plan.json",
        change: |file| file["faults"]["unmade"] = json!({ "happened": ["Nothing makes this."], "truth": [] }),
        differs: ("faults.rs", "struct Unmade;"),
        named: "`Unmade` is never constructed",
    },
];

/// What the build script refuses: the file, what is done to it, and what the message says beside the file's name.
const REFUSED: [(&str, Change, &[&str]); 22] = [
    ("steps/shares.json", |file| drop_key(&mut file["steps"]["dice"], "title"), &["dice", "missing field `title`"]),
    ("steps/shares.json", |file| drop_key(&mut file["steps"]["dice"], "act"), &["dice", "missing field `act`"]),
    ("steps/shares.json", |file| drop_key(&mut file["steps"]["dice"], "stages"), &["dice", "missing field `stages`"]),
    (
        "steps/shares.json",
        |file| rename(&mut file["steps"]["dice"], "title", "titel"),
        &["dice", "unknown field `titel`"],
    ),
    ("steps/shares.json", |file| file["steps"]["dice"]["act"] = json!(" "), &["dice", "empty"]),
    ("steps/shares.json", |file| file["steps"]["dice"]["act"] = json!(["a list"]), &["dice", "sequence"]),
    ("steps/shares.json", |file| rename(&mut file["steps"], "dice", "two dice"), &["steps", "two dice", "not a name"]),
    ("steps/shares.json", |file| file["step"] = json!({}), &["unknown field `step`"]),
    (
        "fields.json",
        |file| drop_key(&mut file["fields"]["share-value"], "hint"),
        &["share-value", "missing field `hint`"],
    ),
    (
        "fields.json",
        |file| drop_key(&mut file["fields"]["share-value"], "label"),
        &["share-value", "missing field `label`"],
    ),
    ("faults/shares.json", |file| drop_key(first(&mut file["faults"]), "truth"), &["missing field `truth`"]),
    (
        "faults/card.json",
        |file| drop_key(&mut file["faults"]["no-device"], "leaves"),
        &["no-device", "leaves is missing"],
    ),
    (
        "faults/card.json",
        |file| drop_key(&mut file["faults"]["no-device"], "comes_back"),
        &["no-device", "comes_back is missing"],
    ),
    ("faults/card.json", |file| file["faults"]["no-device"]["leaves"] = json!("as-it-is"), &["no-device", "as-it-is"]),
    (
        "faults/plan.json",
        |file| file["faults"]["no-device"] = json!({"happened": [], "truth": []}),
        &["no-device", "there already"],
    ),
    ("ceremonies/inspect.json", |file| drop_key(&mut file["ceremony"], "help"), &["missing field `help`"]),
    ("steps/people.json", |file| misspell(&mut file["words"]["needed"], "{people}", "{people"), &["needed", "brace"]),
    ("plan.json", |file| drop_key(&mut file["plan_fields"]["title"], "meaning"), &["title", "missing field `meaning`"]),
    (
        "fields.json",
        |file| misspell(&mut file["fields"]["key-reference"]["hint"], "{planned}", "{planned"),
        &["key-reference", "brace"],
    ),
    ("plan.json", |file| file["plan_fields"]["title"]["meaning"] = json!("{"), &["title", "brace"]),
    (
        "ceremonies/inspect.json",
        |file| file["ceremony"]["menu"] = json!("{x}"),
        &["ceremony", "nothing is filled into"],
    ),
    ("program.json", |file| file["chapters"]["help"][2] = json!("{Ceremonies}"), &["help", "not a name"]),
];

fn drop_key(object: &mut Value, key: &str) {
    object.as_object_mut().unwrap().shift_remove(key).unwrap();
}

fn first(object: &mut Value) -> &mut Value {
    object.as_object_mut().unwrap().values_mut().next().unwrap()
}

fn misspell(sentence: &mut Value, from: &str, to: &str) {
    let text = sentence.as_str().unwrap();
    assert!(text.contains(from), "{from} is not in: {text}");
    *sentence = json!(text.replace(from, to));
}

/// The same in whichever paragraphs have it.
fn misspell_any(paragraphs: &mut Value, from: &str, to: &str) {
    let before = paragraphs.clone();
    for paragraph in paragraphs.as_array_mut().unwrap() {
        *paragraph = json!(paragraph.as_str().unwrap().replace(from, to));
    }
    assert_ne!(*paragraphs, before, "{from} is in none of them");
}

/// Gives a key another name, in its place.
fn rename(object: &mut Value, from: &str, to: &str) {
    let entries = std::mem::take(object.as_object_mut().unwrap());
    assert!(entries.contains_key(from), "{from} is not there");
    let renamed = entries.into_iter().map(|(key, value)| (if key == from { to.to_owned() } else { key }, value));
    *object = Value::Object(renamed.collect());
}

/// All that is in a folder, into another.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

type Generated = BTreeMap<&'static str, String>;

fn generated(script: &Path) -> Result<Generated, String> {
    build::generate(script).map(|files| files.into_iter().collect())
}

/// What is generated after a change to the text of one file.
fn after(file: &str, change: impl Fn(String) -> String) -> Result<Generated, String> {
    let place = TempDir::new().unwrap();
    copy(&root().join("assets/script"), place.path());
    let file = place.path().join(file);
    fs::write(&file, change(fs::read_to_string(&file).unwrap())).unwrap();
    generated(place.path())
}

/// The text of a file after a change to what it says.
fn changed(text: &str, change: Change) -> String {
    let mut value = serde_json::from_str(text).unwrap();
    change(&mut value);
    serde_json::to_string_pretty(&value).unwrap()
}

#[test]
fn what_has_the_wrong_form_is_refused_with_file_and_key() {
    for (file, change, says) in REFUSED {
        let fault = after(file, |text| changed(&text, change)).expect_err(&format!("{file}: {says:?}"));
        for word in says.iter().chain(&[file]) {
            assert!(fault.contains(word), "{word:?} is missing in: {fault}");
        }
    }
}

#[test]
fn a_key_that_is_there_twice_is_refused() {
    for (file, once, twice, says) in [
        ("terminal.json", "\"words\": {", "\"words\": { \"act\": \"once\", \"act\": \"again\",", "act appears twice"),
        ("terminal.json", "\"words\": {", "\"words\": {}, \"words\": {", "duplicate field `words`"),
        ("steps/shares.json", "\"act\":", "\"act\": \"once\", \"act\":", "duplicate field `act`"),
        ("steps/shares.json", "\"text\": [", "\"text\": [], \"text\": [", "duplicate field `text`"),
    ] {
        let fault = after(file, |text| text.replacen(once, twice, 1)).expect_err(twice);
        assert!(fault.contains(says) && fault.contains(file), "{fault}");
    }
}

#[test]
fn what_is_renamed_dropped_or_misspelled_is_a_name_that_the_code_does_not_know() {
    let whole = generated(&root().join("assets/script")).unwrap();
    for Damage { what, file, change, differs: (generated, text), .. } in TAKEN {
        let damaged = after(file, |text| changed(&text, change)).unwrap();
        assert_ne!(whole[generated].contains(text), damaged[generated].contains(text), "{what}: {text:?}");
    }
}

#[test]
fn two_items_that_change_places_keep_their_names() {
    let swap = |file: &mut Value| {
        let items = &mut file["steps"]["loss"]["stages"]["ask"]["items"];
        let entries: Vec<(String, Value)> = std::mem::take(items.as_object_mut().unwrap()).into_iter().collect();
        *items = Value::Object(entries.into_iter().rev().collect::<Map<_, _>>());
    };
    let whole = generated(&root().join("assets/script")).unwrap();
    let swapped = after("ceremonies/restore.json", |text| changed(&text, swap)).unwrap();
    let differ: Vec<_> = whole.iter().filter(|(name, text)| swapped[**name] != **text).map(|(name, _)| *name).collect();
    assert_eq!(differ, ["texts.rs"], "the order alone");
    let order = |generated: &Generated| {
        let text = generated["texts.rs"].clone();
        ["Broken", "Stolen"].map(|item| text.find(&format!("(ItemName::{item}, ")).unwrap())
    };
    assert!(order(&whole).is_sorted() && !order(&swapped).is_sorted());
}

/// A copy of what cargo needs to check the library.
struct Tree(TempDir);

impl Tree {
    fn new() -> Self {
        let tree = Self(TempDir::new().unwrap());
        for folder in ["assets", "benches", "build", "src"] {
            copy(&root().join(folder), &tree.0.path().join(folder));
        }
        for file in ["Cargo.toml", "Cargo.lock"] {
            fs::copy(root().join(file), tree.0.path().join(file)).unwrap();
        }
        tree
    }

    /// Whether it compiles, and what cargo says.
    fn check(&self) -> (bool, String) {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["check", "--offline", "--locked", "--lib", "--color=never"]).current_dir(self.0.path());
        // What others made is not run often enough here to be worth optimising.
        cargo.args(["--config", "profile.dev.package.'*'.opt-level=0"]);
        cargo.env("CARGO_TARGET_DIR", self.0.path().join("target"));
        let output = cargo.output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[test]
fn the_compiler_names_what_is_damaged() {
    if !torture() {
        return;
    }
    let tree = Tree::new();
    assert!(matches!(tree.check(), (true, _)), "without damage it compiles");
    let mut unnamed = Vec::new();
    for Damage { what, file, change, named, .. } in TAKEN {
        let path = tree.0.path().join("assets/script").join(file);
        let whole = fs::read_to_string(&path).unwrap();
        fs::write(&path, changed(&whole, change)).unwrap();
        let (compiles, said) = tree.check();
        if compiles || !said.contains(named) {
            unnamed.push(format!("{what}: {named} is missing in:\n{said}"));
        }
        fs::write(&path, whole).unwrap();
    }
    assert!(unnamed.is_empty(), "{}", unnamed.join("\n"));
}
