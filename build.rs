//! Makes names and sentences that the compiler knows out of `assets/script/`: a misspelled name, a missing value, a
//! sentence that nobody uses or a name that stands twice stops the build.
//!
//! What a script file may hold, by its top-level keys: `words` (name → sentence), `fields` (name → label, hint), `faults`
//! (name → happened, truth, …), `steps` (name → title, act, stages), `chapters` (name → paragraphs), `plan_fields` (path →
//! meaning, default; in the order of the handbook), `ceremony`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// What stands in a script file. Unlike `serde_json::Value` it takes no key twice.
enum Node {
    Text(String),
    Flag(bool),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Node;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a sentence, true or false, a list or an object")
            }

            fn visit_str<E>(self, text: &str) -> Result<Node, E> {
                Ok(Node::Text(text.to_owned()))
            }

            fn visit_bool<E>(self, flag: bool) -> Result<Node, E> {
                Ok(Node::Flag(flag))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Node::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                let (mut entries, mut seen) = (Vec::new(), BTreeSet::new());
                while let Some((key, value)) = map.next_entry::<String, Node>()? {
                    if !seen.insert(key.clone()) {
                        return Err(A::Error::custom(format!("{key} stands twice")));
                    }
                    entries.push((key, value));
                }
                Ok(Node::Map(entries))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

type Outcome<T> = Result<T, String>;

impl Node {
    fn text(&self, at: &str) -> Outcome<&str> {
        match self {
            Self::Text(text) if !text.trim().is_empty() => Ok(text),
            _ => Err(format!("{at}: a sentence is missing")),
        }
    }

    fn texts(&self, at: &str) -> Outcome<Vec<&str>> {
        let Self::List(list) = self else { return Err(format!("{at}: a list of sentences is missing")) };
        list.iter()
            .map(|item| match item {
                // An empty line of a chapter.
                Self::Text(text) => Ok(text.as_str()),
                _ => Err(format!("{at}: something is no sentence")),
            })
            .collect()
    }

    fn map(&self, at: &str) -> Outcome<&[(String, Self)]> {
        match self {
            Self::Map(entries) => Ok(entries),
            _ => Err(format!("{at}: an object is missing")),
        }
    }

    /// The values of an object with exactly these keys; the optional ones may be missing.
    fn parts<const N: usize>(&self, at: &str, keys: [&str; N], optional: &[&str]) -> Outcome<[Option<&Self>; N]> {
        let entries = self.map(at)?;
        if let Some((key, _)) = entries.iter().find(|(key, _)| !keys.contains(&key.as_str())) {
            return Err(format!("{at}: {key} is not known here"));
        }
        let found = keys.map(|key| entries.iter().find(|(name, _)| name == key).map(|(_, value)| value));
        match keys.iter().zip(&found).find(|(key, value)| value.is_none() && !optional.contains(key)) {
            Some((key, _)) => Err(format!("{at}: {key} is missing")),
            None => Ok(found),
        }
    }
}

/// The names in braces, each once, in their order.
fn placeholders<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut names = Vec::new();
    for text in texts {
        for (name, _) in text.split('{').skip(1).filter_map(|part| part.split_once('}')) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

fn pascal(name: &str) -> String {
    let part = |part: &str| part.chars().take(1).flat_map(char::to_uppercase).chain(part.chars().skip(1)).collect();
    name.split(['-', '_', '.', '[', ']']).map(part).collect::<Vec<String>>().concat()
}

fn snake(name: &str) -> String {
    name.replace('-', "_")
}

fn list(texts: &[&str]) -> String {
    format!("&{texts:?}")
}

/// Everything that the script files say, by kind and name.
#[derive(Default)]
struct Script {
    words: BTreeMap<String, String>,
    fields: BTreeMap<String, (String, String)>,
    plan_fields: Vec<(String, [Option<String>; 2])>,
    faults: BTreeMap<String, Fault>,
    steps: BTreeMap<String, Node>,
    chapters: BTreeMap<String, Node>,
    ceremonies: BTreeMap<String, Node>,
}

struct Fault {
    kind: String,
    happened: Vec<String>,
    truth: Vec<String>,
    /// What the code says: the placeholders of the sentences without those that the step fills, and what only the record gets.
    values: Vec<String>,
    leaves_as_it_was: bool,
    may_come_back: bool,
}

impl Script {
    fn add(&mut self, file: &str, node: Node) -> Outcome<()> {
        let Node::Map(sections) = node else { return Err(format!("{file}: an object is missing")) };
        for (section, content) in sections {
            if section == "ceremony" {
                let [name, ..] = content.parts(file, CEREMONY, &["menu_later"])?;
                let name = name.map_or(Ok(""), |name| name.text(file))?.to_owned();
                once(&mut self.ceremonies, file, name, content)?;
                continue;
            }
            let Node::Map(entries) = content else { return Err(format!("{file}: {section} is no object")) };
            for (name, node) in entries {
                let at = format!("{file}: {name}");
                match section.as_str() {
                    "words" => {
                        let text = node.text(&at)?.to_owned();
                        once(&mut self.words, file, name, text)?;
                    }
                    "fields" => {
                        let [label, hint] = node.parts(&at, ["label", "hint"], &[])?;
                        let text = |part: Option<&Node>| part.map_or(Ok(""), |part| part.text(&at)).map(str::to_owned);
                        let both = (text(label)?, text(hint)?);
                        once(&mut self.fields, file, name, both)?;
                    }
                    "plan_fields" => {
                        let [meaning, default] = node.parts(&at, ["meaning", "default"], &["default"])?;
                        let text = |part: &Node| part.text(&at).map(str::to_owned);
                        self.plan_fields.push((name, [meaning.map(text).transpose()?, default.map(text).transpose()?]));
                    }
                    "faults" => {
                        let fault = fault(file, &at, &node)?;
                        once(&mut self.faults, file, name, fault)?;
                    }
                    "steps" => once(&mut self.steps, file, name, node)?,
                    "chapters" => once(&mut self.chapters, file, name, node)?,
                    _ => return Err(format!("{file}: {section} is not known here")),
                }
            }
        }
        Ok(())
    }
}

const CEREMONY: [&str; 8] = ["name", "heading", "menu", "menu_later", "keep", "help", "handbook_title", "handbook"];

fn once<T>(map: &mut BTreeMap<String, T>, file: &str, name: String, value: T) -> Outcome<()> {
    match map.insert(name.clone(), value) {
        None => Ok(()),
        Some(_) => Err(format!("{file}: {name} stands in another file, too")),
    }
}

fn fault(file: &str, at: &str, node: &Node) -> Outcome<Fault> {
    let keys = ["happened", "truth", "recorded", "from_step", "leaves", "comes_back"];
    let about_devices = ["leaves", "comes_back"];
    let kind = Path::new(file).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let optional = ["recorded", "from_step", about_devices[0], about_devices[1]];
    let optional = if kind == "card" { &optional[..2] } else { &optional[..] };
    let [happened, truth, recorded, from_step, leaves, comes_back] = node.parts(at, keys, optional)?;
    let texts = |part: Option<&Node>| -> Outcome<Vec<String>> {
        Ok(part.map_or(Ok(Vec::new()), |part| part.texts(at))?.into_iter().map(str::to_owned).collect())
    };
    let (happened, truth, from_step) = (texts(happened)?, texts(truth)?, texts(from_step)?);
    let mut values = placeholders(happened.iter().chain(&truth).map(String::as_str));
    values.retain(|name| !from_step.contains(name));
    for name in texts(recorded)? {
        if values.contains(&name) {
            return Err(format!("{at}: {name} is in the sentences"));
        }
        values.push(name);
    }
    let leaves_as_it_was = match leaves {
        None => false,
        Some(word) => match word.text(at)? {
            "as-it-was" => true,
            "in-doubt" => false,
            other => return Err(format!("{at}: leaves {other}?")),
        },
    };
    let may_come_back = match comes_back {
        None => false,
        Some(Node::Flag(flag)) => *flag,
        Some(_) => return Err(format!("{at}: comes_back is true or false")),
    };
    Ok(Fault { kind, happened, truth, values, leaves_as_it_was, may_come_back })
}

/// An enum of names, with the word of each and the way back.
fn names<'a>(out: &mut String, name: &str, doc: &str, all: impl Iterator<Item = (&'a String, String)>) {
    let all: Vec<_> = all.collect();
    let _ = writeln!(
        out,
        "/// {doc}\n#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]\n#[serde(rename_all = \"kebab-case\")]\npub enum {name} {{"
    );
    for (word, about) in &all {
        let _ = writeln!(out, "    #[doc = {about:?}]\n    {},", pascal(word));
    }
    let _ = writeln!(
        out,
        "}}\n\nimpl {name} {{\n    /// All of them, by name.\n    pub const ALL: [Self; {}] = [",
        all.len()
    );
    for (word, _) in &all {
        let _ = writeln!(out, "        Self::{},", pascal(word));
    }
    out.push_str("    ];\n\n    /// The name in the script and in records.\n    pub const fn word(self) -> &'static str {\n        match self {\n");
    for (word, _) in &all {
        let _ = writeln!(out, "            Self::{} => {word:?},", pascal(word));
    }
    out.push_str("        }\n    }\n\n    /// The one with this name.\n    pub fn from_word(word: &str) -> Option<Self> {\n        Self::ALL.into_iter().find(|one| one.word() == word)\n    }\n}\n\n");
}

/// A struct with a field for every value, and its fields.
fn structure(name: &str, doc: &str, values: &[String]) -> (String, String) {
    let generics: Vec<String> = (0..values.len()).map(|place| format!("T{place}")).collect();
    let generics = if values.is_empty() { String::new() } else { format!("<{}>", generics.join(", ")) };
    let bounds = generics.replace(',', ": core::fmt::Display,").replace('>', ": core::fmt::Display>");
    let fields: Vec<String> =
        values.iter().enumerate().map(|(place, value)| format!("pub(crate) {}: T{place}", snake(value))).collect();
    let body = if values.is_empty() { ";".to_owned() } else { format!(" {{ {} }}", fields.join(", ")) };
    let name = pascal(name);
    let head = format!("#[doc = {doc:?}]\n#[derive(Clone, Copy)]\npub(crate) struct {name}{generics}{body}\n\n");
    (head, format!("impl{bounds} {{}} for {name}{generics}"))
}

fn words(script: &Script) -> String {
    let mut out = String::new();
    for (name, text) in &script.words {
        let values = placeholders([text.as_str()]);
        if values.is_empty() {
            let _ =
                writeln!(out, "#[doc = {text:?}]\npub(crate) const {}: &str = {text:?};\n", snake(name).to_uppercase());
            continue;
        }
        let (head, implementation) = structure(name, text, &values);
        let mut pieces = text.clone();
        for (place, value) in values.iter().enumerate() {
            pieces = pieces.replace(&format!("{{{value}}}"), &format!("{{{place}}}"));
        }
        let arguments: String = values.iter().map(|value| format!(", self.{}", snake(value))).collect();
        let _ = write!(
            out,
            "{head}{} {{\n    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {{\n        write!(f, {pieces:?}{arguments})\n    }}\n}}\n\n",
            implementation.replace("{}", "core::fmt::Display")
        );
    }
    out
}

fn faults(script: &Script) -> String {
    let mut out = String::new();
    for (name, fault) in &script.faults {
        let (head, implementation) = structure(name, &fault.happened.join(" "), &fault.values);
        let values: Vec<String> =
            fault.values.iter().map(|value| format!("({value:?}, self.{}.to_string())", snake(value))).collect();
        let _ = write!(
            out,
            "{head}{} {{\n    fn named(self) -> Fault {{\n        Fault {{ name: FaultName::{}, values: vec![{}] }}\n    }}\n}}\n\n",
            implementation.replace("{}", "Named"),
            pascal(name),
            values.join(", ")
        );
    }
    out
}

/// The sentences of a stage as a literal, and the names of its items.
fn stage(
    at: &str,
    node: &Node,
    items_known: &mut BTreeMap<String, String>,
    values: &mut Vec<String>,
) -> Outcome<String> {
    let [text, items] = node.parts(at, ["text", "items"], &["items"])?;
    let text = text.map_or(Ok(Vec::new()), |text| text.texts(at))?;
    let mut sentences = text.clone();
    let mut literals = String::new();
    for (name, item) in items.map_or(Ok(&[][..]), |items| items.map(at))? {
        let item = item.text(at)?;
        items_known.insert(name.clone(), item.to_owned());
        sentences.push(item);
        let _ = write!(literals, "(ItemName::{}, {item:?}), ", pascal(name));
    }
    values.extend(placeholders(sentences));
    Ok(format!("StageTexts {{ text: {}, items: &[{literals}] }}", list(&text)))
}

fn texts(script: &Script) -> Outcome<(String, String)> {
    let (mut stages, mut items, mut values) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    let mut out = String::from(
        "/// The sentences of a step.\npub const fn step(name: StepName) -> &'static StepTexts {\n    match name {\n",
    );
    for (name, node) in &script.steps {
        let [title, act, blanks, parts] = node.parts(name, ["title", "act", "blanks", "stages"], &["blanks"])?;
        let (title, act) = (title.map_or(Ok(""), |text| text.text(name))?, act.map_or(Ok(""), |text| text.text(name))?);
        let blanks = blanks.map_or(Ok(Vec::new()), |blanks| blanks.texts(name))?;
        values.extend(placeholders([title, act]));
        let mut literals = String::new();
        for (part, node) in parts.map_or(Ok(&[][..]), |parts| parts.map(name))? {
            stages.insert(part.clone(), String::new());
            let literal = stage(&format!("{name}: {part}"), node, &mut items, &mut values)?;
            let _ = write!(literals, "(StageName::{}, {literal}), ", pascal(part));
        }
        let _ = writeln!(
            out,
            "        StepName::{} => &StepTexts {{ title: {title:?}, act: {act:?}, blanks: {}, stages: &[{literals}] }},",
            pascal(name),
            list(&blanks)
        );
    }
    out.push_str("    }\n}\n\n/// The sentences of a fault.\npub const fn fault(name: FaultName) -> &'static FaultTexts {\n    match name {\n");
    for (name, fault) in &script.faults {
        let _ = writeln!(
            out,
            "        FaultName::{} => &FaultTexts {{ happened: &{:?}, truth: &{:?} }},",
            pascal(name),
            fault.happened,
            fault.truth
        );
    }
    out.push_str("    }\n}\n\n/// Label and hint of a field.\npub const fn field(name: FieldName) -> &'static FieldText {\n    match name {\n");
    for (name, (label, hint)) in &script.fields {
        let _ =
            writeln!(out, "        FieldName::{} => &FieldText {{ label: {label:?}, hint: {hint:?} }},", pascal(name));
    }
    out.push_str("    }\n}\n\n");
    let values: BTreeMap<String, String> = values.into_iter().map(|name| (name, String::new())).collect();
    let mut enums = String::new();
    names(&mut enums, "StepName", "A step by its name in the script.", with(&script.steps, |_| String::new()));
    names(&mut enums, "StageName", "A stage of a step by its name in the script.", with(&stages, |_| String::new()));
    names(
        &mut enums,
        "ItemName",
        "Something to tick or to choose, by its name in the script.",
        with(&items, Clone::clone),
    );
    names(
        &mut enums,
        "FieldName",
        "A field of a form by its name in the script.",
        with(&script.fields, |(label, _)| label.clone()),
    );
    names(&mut enums, "ValueName", "A value of a step's sentences.", with(&values, |_| String::new()));
    names(
        &mut enums,
        "CeremonyKind",
        "Which ceremony, by the name in commands, folders and records.",
        with(&script.ceremonies, |_| String::new()),
    );
    names(
        &mut enums,
        "FaultName",
        "Everything that can go wrong, by its name in the script.",
        with(&script.faults, |fault| fault.happened.join(" ")),
    );
    let kinds: BTreeMap<String, String> =
        script.faults.values().map(|fault| (fault.kind.clone(), String::new())).collect();
    names(&mut enums, "FaultKind", "Which file of the script a fault stands in.", with(&kinds, |_| String::new()));
    enums.push_str(&properties(script));
    Ok((enums, out))
}

fn with<'a, T>(map: &'a BTreeMap<String, T>, doc: fn(&T) -> String) -> impl Iterator<Item = (&'a String, String)> {
    map.iter().map(move |(name, value)| (name, doc(value)))
}

/// What stands beside a fault's sentences.
fn properties(script: &Script) -> String {
    let mut out = String::from(
        "impl FaultName {\n    /// Which file of the script it stands in.\n    pub const fn kind(self) -> FaultKind {\n        match self {\n",
    );
    for (name, fault) in &script.faults {
        let _ = writeln!(out, "            Self::{} => FaultKind::{},", pascal(name), pascal(&fault.kind));
    }
    out.push_str("        }\n    }\n\n");
    let mut set = |function: &str, doc: &str, holds: fn(&Fault) -> bool| {
        let _ = writeln!(out, "    /// {doc}\n    pub const fn {function}(self) -> bool {{\n        match self {{");
        for (name, fault) in &script.faults {
            let _ = writeln!(out, "            Self::{} => {},", pascal(name), holds(fault));
        }
        out.push_str("        }\n    }\n\n");
    };
    set("leaves_device_as_it_was", "The device refused, or nothing was sent: it is as it was.", |fault| {
        fault.leaves_as_it_was
    });
    set(
        "may_come_back",
        "What is missing may be put in or started at any moment: it is worth looking again.",
        |fault| fault.may_come_back,
    );
    out.push_str("}\n");
    out
}

fn chapters(script: &Script) -> Outcome<String> {
    let mut out = String::new();
    for (name, node) in &script.chapters {
        let _ = writeln!(
            out,
            "/// A chapter.\npub(crate) const {}: &[&str] = {};\n",
            snake(name).to_uppercase(),
            list(&node.texts(name)?)
        );
    }
    Ok(out)
}

fn ceremonies(script: &Script) -> Outcome<String> {
    let mut out = String::new();
    for (name, node) in &script.ceremonies {
        let parts = node.parts(name, CEREMONY, &["menu_later"])?;
        let mut literals = String::new();
        for (key, part) in CEREMONY.iter().zip(parts) {
            let literal = match (*key, part) {
                ("help" | "handbook", Some(part)) => list(&part.texts(name)?),
                ("menu_later", None) => "None".to_owned(),
                ("menu_later", Some(part)) => format!("Some({:?})", part.text(name)?),
                (_, Some(part)) => format!("{:?}", part.text(name)?),
                (_, None) => continue,
            };
            let _ = write!(literals, "{key}: {literal}, ");
        }
        let _ = writeln!(
            out,
            "/// The texts of *{name}*.\npub(crate) const {}: CeremonyText = CeremonyText {{ {literals} }};\n",
            snake(name).to_uppercase()
        );
    }
    Ok(out)
}

/// The fields of a plan. A variant that no reader asks for is never constructed, and the compiler says so: their texts are
/// found by their paths.
fn plan_fields(script: &Script) -> (String, String) {
    let (mut variants, mut words, mut paths) = (String::new(), String::new(), Vec::new());
    let mut texts = String::from(
        "/// Every field of a plan, in the order of the handbook.\npub const PLAN_FIELDS: &[PlanFieldText] = &[\n",
    );
    for (path, [meaning, default]) in &script.plan_fields {
        let meaning = meaning.as_deref().unwrap_or_default();
        let _ = writeln!(variants, "    #[doc = {meaning:?}]\n    {},", pascal(path));
        let _ = writeln!(words, "            Self::{} => {path:?},", pascal(path));
        paths.push(path.as_str());
        let _ = writeln!(texts, "    PlanFieldText {{ path: {path:?}, meaning: {meaning:?}, default: {default:?} }},");
    }
    let head = "/// A field of a plan, by its path in the script.\n#[derive(Debug, Clone, Copy, PartialEq, Eq)]\npub(crate) enum PlanField {\n";
    let path = "    /// Its path: objects before a dot, lists before `[]`.\n    pub(crate) const fn path(self) -> &'static str {\n        match self {\n";
    let all = format!("    /// The paths of all.\n    pub(crate) const PATHS: &[&str] = {};\n\n", list(&paths));
    (format!("{head}{variants}}}\n\nimpl PlanField {{\n{all}{path}{words}        }}\n    }}\n}}\n"), texts + "];\n\n")
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) -> Outcome<()> {
    let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        if path.is_dir() {
            collect(&path, into)?;
        } else if path.extension().is_some_and(|end| end == "json") {
            into.push(path);
        }
    }
    Ok(())
}

fn main() -> Outcome<()> {
    let folder = Path::new("assets/script");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    let mut script = Script::default();
    for file in &files {
        let name = file.display().to_string();
        let text = fs::read_to_string(file).map_err(|error| format!("{name}: {error}"))?;
        let node: Node = serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
        script.add(&name, node)?;
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is missing")?);
    let (enums, functions) = texts(&script)?;
    let (plan_fields, plan_texts) = plan_fields(&script);
    let includes: String = files
        .iter()
        .map(|file| format!("    include_bytes!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{}\")),\n", file.display()))
        .collect();
    let all_files = format!(
        "/// All files of the script, in the order of their names.\nconst FILES: [&[u8]; {}] = [\n{includes}];\n",
        files.len()
    );
    for (name, text) in [
        ("names.rs", enums + &plan_fields),
        ("words.rs", words(&script)),
        ("faults.rs", faults(&script)),
        ("texts.rs", functions + &plan_texts + &all_files),
        ("chapters.rs", chapters(&script)?),
        ("ceremonies.rs", ceremonies(&script)?),
    ] {
        fs::write(out.join(name), text).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}
