//! Upper rooms import lower ones, never back: the `crate::` paths of every source file against the table of the house.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Which rooms each room may import.
///
/// `ceremony` and `vault` stand on the floor of `record`: the machine speaks in the record's entries, so that a record can
/// bring it back, and `clerk` hands the vault's secrets on by handle.
const TABLE: [(&str, &[&str]); 25] = [
    ("main", &["cli"]),
    (
        "cli",
        &[
            "app",
            "autopilot",
            "card",
            "ceremony",
            "clerk",
            "dkek",
            "paper",
            "plan",
            "record",
            "host",
            "script",
            "softcard",
            "terminal",
            "terms",
            "vault",
        ],
    ),
    (
        "app",
        &[
            "autopilot",
            "card",
            "ceremony",
            "clerk",
            "dkek",
            "paper",
            "plan",
            "record",
            "host",
            "script",
            "secret",
            "softcard",
            "terminal",
            "terms",
            "vault",
        ],
    ),
    ("terminal", &["ceremony", "script", "secret", "terms", "vault", "wordlists"]),
    ("autopilot", &["ceremony", "secret", "terms", "vault", "wordlists"]),
    (
        "clerk",
        &[
            "card",
            "ceremony",
            "dkek",
            "plan",
            "record",
            "room",
            "secret",
            "share",
            "softcard",
            "terms",
            "vault",
            "wordlists",
        ],
    ),
    ("paper", &["ceremony", "plan", "record", "script", "terms", "wordlists"]),
    ("ceremony", &["plan", "record", "script", "terms"]),
    ("record", &["terms"]),
    ("vault", &["secret", "terms"]),
    ("softcard", &["card", "secret"]),
    ("script", &["names", "terms"]),
    ("plan", &["terms"]),
    ("card", &["secret", "terms"]),
    ("share", &["secret", "terms", "wordlists"]),
    ("dkek", &["secret", "terms"]),
    ("host", &[]),
    ("secret", &[]),
    ("terms", &[]),
    ("fields", &["faults", "secret", "share", "terms", "vault"]),
    ("folder", &["faults", "terms"]),
    ("faults", &["names"]),
    ("names", &[]),
    ("wordlists", &[]),
    ("lib", &[]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The part of a file that is in the product: what stands before its tests.
fn product(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap()
}

/// Files that only tests are made of, because their folder's `mod.rs` says so.
fn only_tests(path: &Path) -> bool {
    path.ancestors().any(|place| {
        let (Some(parent), Some(stem)) = (place.parent(), place.file_stem()) else { return false };
        let Ok(text) = fs::read_to_string(parent.join("mod.rs")) else { return false };
        text.contains(&format!("#[cfg(test)]\nmod {};", stem.to_string_lossy()))
            || text.contains(&format!("#[cfg(test)]\npub(crate) mod {};", stem.to_string_lossy()))
    })
}

/// Whether a line may name rooms in a way that the test below cannot follow: in a group, from above, or under another
/// name.
fn goes_round_the_table(line: &str) -> bool {
    ["crate::{", "crate::*", "crate as ", "super::super::"].iter().any(|way| line.contains(way))
}

#[test]
fn ways_round_the_table_are_seen() {
    for line in ["use crate::{card::Device, clerk};", "    super::super::clerk::check();", "use crate as other;"] {
        assert!(goes_round_the_table(line), "{line}");
    }
    assert!(!goes_round_the_table("use crate::card::{Device, PcscReaders};"));
}

#[test]
fn rooms_import_only_what_the_table_allows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let table: BTreeMap<&str, &[&str]> = TABLE.into_iter().collect();
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut seen = 0;
    let mut wrong = Vec::new();
    for file in files.iter().filter(|file| !only_tests(file)) {
        let inside = file.strip_prefix(&root).unwrap();
        let room = inside.components().next().unwrap().as_os_str().to_string_lossy().replace(".rs", "");
        let allowed = table.get(room.as_str()).unwrap_or_else(|| panic!("{room} is in no room of the table"));
        let text = fs::read_to_string(file).unwrap();
        // Above these is the crate.
        let at_the_top = inside.components().count() == 1 || inside == Path::new(&room).join("mod.rs");
        for line in product(&text).lines().filter(|line| !line.trim_start().starts_with("//")) {
            if goes_round_the_table(line) || at_the_top && line.contains("super::") {
                wrong.push(format!("{}: write `crate::host::…`: {}", inside.display(), line.trim()));
            }
            for path in line.split("crate::").skip(1) {
                let name: String = path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                seen += 1;
                if name != room && !name.is_empty() && !allowed.contains(&name.as_str()) {
                    wrong.push(format!("{}: {}", inside.display(), line.trim()));
                }
            }
        }
    }
    assert!(seen > 100, "the test reads {seen} imports");
    assert!(wrong.is_empty(), "imports against the table:\n{}", wrong.join("\n"));
}

#[test]
fn the_software_card_knows_only_the_transport_and_the_status_words_of_the_driver() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/softcard"), &mut files);
    for file in files.iter().filter(|file| !only_tests(file)) {
        let text = fs::read_to_string(file).unwrap();
        for line in product(&text).lines().filter(|line| line.contains("crate::card")) {
            let fits = line.contains("crate::card::transport") || line.contains("crate::card::status");
            assert!(fits, "{}: {line}", file.display());
        }
    }
}
