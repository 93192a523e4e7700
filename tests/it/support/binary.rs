//! The real binary with a short key derivation.
//!
//! Plain `cargo test` builds the binary without features, and a run in the terminal would then wait for tens of
//! millions of MD5 compressions. So the first test that needs it has cargo build the binary again with
//! `short-derivation`: into a folder of its own, so that `target/debug/ceremony` stays the product, but with the same
//! build folder (`build.build-dir`), so that existing dependencies are reused. Only those for which test dependencies
//! enable more features are rebuilt: well under a minute, once.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Tells a second process of a test where the binary is that the first built.
pub const SHORT_VARIABLE: &str = "CEREMONY_TEST_SHORT_DERIVATION";

static BUILT: OnceLock<PathBuf> = OnceLock::new();

/// The binary built with `short-derivation`. A test that needs it at a table must ask for it before the table is set
/// up: a table has a HOME of its own, in which cargo has nothing.
pub fn short() -> &'static Path {
    BUILT.get_or_init(|| std::env::var_os(SHORT_VARIABLE).map_or_else(build, PathBuf::from))
}

/// The same, if somebody has already asked for it.
pub fn if_built() -> Option<&'static Path> {
    BUILT.get().map(PathBuf::as_path)
}

/// The binary as it is delivered.
pub fn delivered() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_ceremony"))
}

fn build() -> PathBuf {
    let own = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let shared = own.parent().expect("the temporary folder lies in the build folder");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["build", "--quiet", "--locked", "--offline", "--bin", "ceremony", "--features", "short-derivation"])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CARGO_BUILD_BUILD_DIR", shared)
        .env("CARGO_TARGET_DIR", own.join("short-derivation"))
        .stderr(Stdio::inherit());
    if delivered().parent().is_some_and(|folder| folder.ends_with("release")) {
        command.arg("--release");
    }
    let output = command.output().expect("cargo can be started");
    assert!(output.status.success(), "cargo cannot build the binary with short-derivation");
    let messages = String::from_utf8(output.stdout).unwrap();
    let executable = messages.lines().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message.get("executable")?.as_str().map(PathBuf::from)
    });
    executable.expect("cargo names the binary that it built")
}
