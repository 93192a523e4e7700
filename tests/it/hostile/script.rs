//! The files of the script, as the build reads them: the first byte says which kind of file it is.

use std::cell::OnceCell;

#[cfg(test)]
use crate::script_breaks::build;
use tempfile::TempDir;

#[cfg(not(test))]
#[path = "../../../build/main.rs"]
#[allow(dead_code, missing_docs, reason = "its `main` is called by cargo")]
mod build;

const FILES: [&str; 4] = ["words.json", "faults/device.json", "steps/shares.json", "ceremonies/restore.json"];

thread_local! {
    static FOLDER: OnceCell<TempDir> = const { OnceCell::new() };
}

pub fn check(data: &[u8]) {
    let Some((kind, text)) = data.split_first() else { return };
    FOLDER.with(|folder| {
        let folder = folder.get_or_init(|| tempfile::tempdir().expect("a folder")).path();
        let file = folder.join(FILES[usize::from(*kind) % FILES.len()]);
        std::fs::create_dir_all(file.parent().expect("it is in the folder")).expect("a folder in it");
        std::fs::write(&file, text).expect("the file");
        let made = build::generate(folder);
        std::fs::remove_file(&file).expect("it is there");
        match made {
            Ok(files) => assert!(
                files.iter().all(|(name, _)| { std::path::Path::new(name).extension().is_some_and(|end| end == "rs") })
            ),
            Err(mistake) => assert!(!mistake.is_empty()),
        }
    });
}
