//! The real binary with a short key derivation.
//!
//! Plain `cargo test` builds the binary without features, and a run in the terminal would then wait for tens of millions
//! of MD5 compressions. So the test that comes first has cargo build the binary once more with `short-derivation`: into a
//! folder of its own, so that `target/debug/ceremony` stays the product, but with the same build folder, so that all
//! dependencies are those that are there already (`build.build-dir`). It takes as long as compiling this crate once.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The binary that was built with `short-derivation`.
pub fn short() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(build)
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
