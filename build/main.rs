//! Turns `assets/script/` into names and sentences that the compiler checks: a misspelled name, a missing value, an unused
//! sentence or a duplicate name stops the build.

mod chapters;
mod entries;
mod faults;
mod names;
mod plan_fields;
mod script;
mod structs;
mod texts;
mod words;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use script::Script;

/// Where the script files are, relative to `Cargo.toml`.
const FOLDER: &str = "assets/script";

fn main() -> Result<(), String> {
    for watched in [FOLDER, "build"] {
        writeln!(io::stdout(), "cargo::rerun-if-changed={watched}").map_err(|error| error.to_string())?;
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is missing")?);
    for (name, text) in generate(Path::new(FOLDER))? {
        fs::write(out.join(name), text).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}

/// All generated files, by name, from the script files in a folder.
///
/// # Errors
///
/// The first mistake: in which file, at which key, and what it is.
pub fn generate(folder: &Path) -> Result<Vec<(&'static str, String)>, String> {
    let files = files(folder)?;
    let mut script = Script::default();
    for file in &files {
        let text = fs::read_to_string(folder.join(file)).map_err(|error| format!("{file}: {error}"))?;
        script.add(file, &text)?;
    }
    script.check()?;
    Ok(vec![
        ("names.rs", names::generate(&script)),
        ("words.rs", words::generate(&script)),
        ("faults.rs", faults::generate(&script)),
        ("texts.rs", texts::generate(&script, &files)),
        ("chapters.rs", chapters::generate(&script)),
        ("ceremonies.rs", chapters::ceremonies(&script)),
    ])
}

/// The script files by their paths in the folder, sorted: the digest of the script depends on their order.
fn files(folder: &Path) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    collect(folder, &mut found)?;
    found.sort();
    let inside = |path: &PathBuf| path.strip_prefix(folder).map(|path| path.display().to_string());
    found.iter().map(inside).collect::<Result<_, _>>().map_err(|error| error.to_string())
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) -> Result<(), String> {
    let fault = |error: io::Error| format!("{}: {error}", folder.display());
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
