//! Small disks of a test's own: file systems in memory, in a mount namespace of its own.

use std::path::Path;
use std::process::Command;

/// Where the second process finds its disks.
const DISKS: &str = "CEREMONY_TEST_DISKS";

/// Mounts the disks, each a name and the options of its file system, and runs the test again beside them.
const SCRIPT: &str = r#"
set -e
disks="$1"; program="$2"; test="$3"; shift 3
while [ $# -gt 0 ]; do
  mkdir "$disks/$1"
  mount -t tmpfs -o "$2" tmpfs "$disks/$1"
  shift 2
done
exec "$program" --exact "$test" --nocapture
"#;

/// Runs a test again in a process that has these disks, each a name and its options, in one folder; in that process, `body`.
/// `test` is the full name of the calling test.
pub fn beside_disks(test: &str, disks: &[(&str, &str)], body: impl FnOnce(&Path)) {
    if let Some(folder) = std::env::var_os(DISKS) {
        return body(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("unshare")
        // Without root, the test becomes root in a user namespace, as the tests at readers do.
        .arg(if rustix::process::geteuid().is_root() { "-m" } else { "-Urm" })
        .args(["sh", "-c", SCRIPT, "sh"])
        .arg(folder.path())
        .arg(std::env::current_exe().unwrap())
        .arg(test)
        .args(disks.iter().flat_map(|(name, options)| [*name, *options]))
        .env(DISKS, folder.path())
        .output()
        .expect("unshare");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}
