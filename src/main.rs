//! `ceremony`: see the library's documentation.

use std::process::ExitCode;

fn main() -> ExitCode {
    hsm_ceremony::cli::run(std::env::args_os())
}
