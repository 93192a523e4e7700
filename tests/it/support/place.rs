//! Where the folders of tables are: in the build folder; those of a killed run do not stay for long.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// What the name of a table's folder starts with; the number of the process that created it follows.
const PREFIX: &str = "ceremony-table-";
/// The longest path of a socket that Linux accepts, in bytes, including the terminating zero.
const LONGEST_SOCKET: usize = 108;

/// A new folder in which `socket` is a path that a socket can have.
pub fn folder_for(socket: &str) -> TempDir {
    let place = place(Path::new(env!("CARGO_TARGET_TMPDIR")), socket);
    sweep(&place);
    tempfile::Builder::new().prefix(&format!("{PREFIX}{}-", std::process::id())).tempdir_in(place).unwrap()
}

/// The build folder, or the system's temporary one if the build folder is too deep for a socket.
fn place(build: &Path, socket: &str) -> PathBuf {
    let longest = build.join(format!("{PREFIX}{}-abcdef", u32::MAX)).join(socket);
    let fits = longest.as_os_str().len() < LONGEST_SOCKET && fs::create_dir_all(build).is_ok();
    if fits { build.to_owned() } else { std::env::temp_dir() }
}

/// Removes the folders of processes that no longer exist.
fn sweep(place: &Path) {
    for entry in fs::read_dir(place).unwrap().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split('-').next()?.parse::<u32>().ok());
        if owner.is_some_and(|owner| !Path::new("/proc").join(owner.to_string()).exists()) {
            // Another test may be removing it too; what belongs to another user stays.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[test]
fn folders_of_dead_processes_are_removed_and_no_others() {
    let place = tempfile::tempdir().unwrap();
    // No process can have the first number.
    let [dead, alive, other] =
        [format!("{PREFIX}{}-a", u32::MAX), format!("{PREFIX}{}-a", std::process::id()), "else".to_owned()];
    for name in [&dead, &alive, &other] {
        fs::create_dir_all(place.path().join(name).join("run")).unwrap();
    }
    sweep(place.path());
    assert!(!place.path().join(dead).exists());
    assert!(place.path().join(alive).exists() && place.path().join(other).exists());
}

#[test]
fn a_socket_fits_however_deep_the_build_folder_is() {
    let build = tempfile::tempdir().unwrap();
    assert_eq!(place(build.path(), "run/socket"), build.path());
    let deep = build.path().join("d".repeat(60)).join("e".repeat(60));
    assert_eq!(place(&deep, "run/socket"), std::env::temp_dir());
}
