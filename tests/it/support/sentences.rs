//! The script's sentences by name, for tests that look for them on screens.

use std::fs;
use std::path::Path;

/// The sentence of this name.
pub fn sentence(name: &str) -> String {
    fn find(place: &Path, name: &str) -> Option<String> {
        fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path()).find_map(|path| {
            if path.is_dir() {
                return find(&path, name);
            }
            let file: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).ok()?).ok()?;
            Some(file.get("words")?.get(name)?.as_str()?.to_owned())
        })
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/script");
    find(&script, name).unwrap_or_else(|| panic!("no sentence is called {name}"))
}
