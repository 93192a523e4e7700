//! Upper rooms import lower ones, never the reverse: the `crate::` paths of every source file against the table in
//! `docs/architecture.md`. Within a room, there are no import cycles between its folders.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The heading of the table in `docs/architecture.md`.
const HEADING: &str = "| floor | room | holds | may import |";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every room with its floor and the rooms it may import, from `docs/architecture.md`.
fn table() -> BTreeMap<String, (u8, BTreeSet<String>)> {
    let text = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let rows = text.lines().skip_while(|line| *line != HEADING).skip(2).take_while(|line| line.starts_with('|'));
    let quoted = |cell: &str| -> Vec<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [floor, room, _, imports] = cells.as_slice() else { panic!("not a row of four cells: {line}") };
        let name = quoted(room).into_iter().next().unwrap_or_else(|| panic!("no room in {line}"));
        (name.trim_end_matches('/').replace(".rs", ""), (floor.parse().unwrap(), quoted(imports).into_iter().collect()))
    };
    rows.map(row).collect()
}

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

/// A source file of the product: its path below `src`, and its lines without comments and tests.
struct Source {
    inside: PathBuf,
    text: String,
}

impl Source {
    fn room(&self) -> String {
        self.inside.components().next().unwrap().as_os_str().to_string_lossy().replace(".rs", "")
    }

    /// The folder within its room; a file directly in the room is its own.
    fn part(&self) -> Option<String> {
        let parts: Vec<_> = self.inside.iter().skip(1).map(|part| part.to_string_lossy().replace(".rs", "")).collect();
        parts.first().filter(|part| *part != "mod").cloned()
    }

    fn lines(&self) -> impl Iterator<Item = &str> {
        let product = self.text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        product.lines().filter(|line| !line.trim_start().starts_with("//"))
    }

    /// What follows `crate::` in a line, path by path.
    fn paths(line: &str) -> impl Iterator<Item = Vec<&str>> {
        line.split("crate::").skip(1).map(|path| {
            let end = path.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(path.len());
            path[..end].split("::").filter(|name| !name.is_empty()).collect()
        })
    }
}

/// Files that contain only tests, according to their folder's `mod.rs`.
fn only_tests(path: &Path) -> bool {
    path.ancestors().any(|place| {
        let (Some(parent), Some(stem)) = (place.parent(), place.file_stem()) else { return false };
        let Ok(text) = fs::read_to_string(parent.join("mod.rs")) else { return false };
        ["mod", "pub mod", "pub(crate) mod"]
            .iter()
            .any(|way| text.contains(&format!("#[cfg(test)]\n{way} {};", stem.to_string_lossy())))
    })
}

fn product() -> Vec<Source> {
    let src = root().join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let files = files.into_iter().filter(|file| !only_tests(file));
    files
        .map(|file| Source {
            inside: file.strip_prefix(&src).unwrap().to_owned(),
            text: fs::read_to_string(&file).unwrap(),
        })
        .collect()
}

/// Whether a line may name rooms in a way that the tests below cannot follow: in a group, via `super`, or under another
/// name.
fn bypasses_the_table(line: &str) -> bool {
    ["crate::{", "crate::*", "crate as ", "super::super::"].iter().any(|way| line.contains(way))
}

#[test]
fn ways_to_bypass_the_table_are_detected() {
    for line in ["use crate::{card::Device, clerk};", "    super::super::clerk::check();", "use crate as other;"] {
        assert!(bypasses_the_table(line), "{line}");
    }
    assert!(!bypasses_the_table("use crate::card::{Device, PcscReaders};"));
}

#[test]
fn the_table_lets_rooms_import_lower_floors_only() {
    let table = table();
    assert!(table.len() > 20, "the test reads {} rows", table.len());
    for (room, (floor, imports)) in &table {
        for other in imports {
            let (below, _) =
                table.get(other).unwrap_or_else(|| panic!("{room} may import {other}, which is in no row"));
            assert!(below < floor, "{room} on floor {floor} may not import {other} on floor {below}");
        }
    }
}

#[test]
fn rooms_import_only_what_the_table_allows() {
    let table = table();
    let (mut seen, mut wrong, mut used) = (0, Vec::new(), BTreeSet::new());
    for source in product() {
        let room = source.room();
        if room == "lib" {
            continue;
        }
        let (_, allowed) = table.get(&room).unwrap_or_else(|| panic!("{room} is in no row of the table"));
        // Above these is the crate itself.
        let at_the_top = source.inside.components().count() == 1 || source.inside == Path::new(&room).join("mod.rs");
        for line in source.lines() {
            let from_above = at_the_top && line.contains("super::") && !line.starts_with(' ');
            if bypasses_the_table(line) || from_above {
                wrong.push(format!("{}: write `crate::room::…`: {}", source.inside.display(), line.trim()));
            }
            for path in Source::paths(line) {
                let Some(name) = path.first() else { continue };
                seen += 1;
                used.insert((room.clone(), (*name).to_owned()));
                if *name != room && !allowed.contains(*name) {
                    wrong.push(format!("{}: {}", source.inside.display(), line.trim()));
                }
            }
        }
    }
    assert!(seen > 100, "the test reads {seen} imports");
    assert!(wrong.is_empty(), "imports against the table:\n{}", wrong.join("\n"));
    let allowed =
        table.iter().flat_map(|(room, (_, imports))| imports.iter().map(move |other| (room.clone(), other.clone())));
    let idle: Vec<_> = allowed.filter(|pair| !used.contains(pair)).collect();
    assert!(idle.is_empty(), "the table allows what nobody imports: {idle:?}");
}

/// Which folders of its room each folder imports.
fn within(room: &str, sources: &[Source]) -> BTreeMap<String, BTreeSet<String>> {
    let parts: BTreeSet<String> =
        sources.iter().filter(|source| source.room() == room).filter_map(Source::part).collect();
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.room() == room) {
        let Some(part) = source.part() else { continue };
        for line in source.lines() {
            let full =
                Source::paths(line).filter(|path| path.first() == Some(&room)).filter_map(|path| path.get(1).copied());
            // From the file of a folder, or from a file directly in the room, the room is one level up.
            let top = source.inside.components().count() == 2 || source.inside.ends_with("mod.rs");
            let above = line
                .split("super::")
                .skip(1)
                .filter(|_| top)
                .filter_map(|path| path.split([':', ';', '(', ' ']).next());
            for name in full.chain(above).filter(|name| parts.contains(*name) && **name != *part) {
                imports.entry(part.clone()).or_default().insert(name.to_owned());
            }
        }
    }
    imports
}

#[test]
fn no_room_has_an_import_cycle_within() {
    let sources = product();
    let rooms: BTreeSet<String> = sources.iter().map(Source::room).collect();
    for room in rooms {
        let mut imports = within(&room, &sources);
        // Whatever imports nothing that is left is removed; if there is no such folder, there is a cycle.
        let mut left: BTreeSet<String> = imports.keys().cloned().collect();
        while !left.is_empty() {
            let ground: Vec<String> =
                left.iter().filter(|part| imports[*part].iter().all(|other| !left.contains(other))).cloned().collect();
            assert!(!ground.is_empty(), "{room}: these import each other in a circle: {:?}", {
                imports.retain(|part, _| left.contains(part));
                &imports
            });
            left.retain(|part| !ground.contains(part));
        }
    }
}

#[test]
fn the_software_card_knows_only_the_transport_and_the_status_words_of_the_driver() {
    for source in product().iter().filter(|source| source.room() == "softcard") {
        for line in source.lines().filter(|line| line.contains("crate::card")) {
            let fits = line.contains("crate::card::transport") || line.contains("crate::card::status");
            assert!(fits, "{}: {line}", source.inside.display());
        }
    }
}

#[test]
fn no_file_is_longer_than_a_reader_keeps_in_mind() {
    const MOST: usize = 400;
    let root = root();
    let mut files = Vec::new();
    for folder in ["build", "src", "tests", "benches"] {
        sources(&root.join(folder), &mut files);
    }

    let long = files.iter().filter_map(|file| {
        let lines = fs::read_to_string(file).unwrap().lines().count();
        (lines > MOST).then(|| format!("{} has {lines} lines", file.strip_prefix(&root).unwrap().display()))
    });
    let long: Vec<String> = long.collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}
