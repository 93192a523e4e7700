//! Measures the wizard against the real tools, in one run, and prints the table in the README (`make bench`).
//!
//! Everything runs on a pcscd of its own with two virtual readers holding software cards, as in the tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    reason = "a measurement stops at the first surprise"
)]

mod commands;
mod derivation;
mod engine;
mod scenario;
#[path = "../../tests/it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod support;
mod wizard;

use std::process::Stdio;
use std::time::{Duration, Instant};

/// One line of the table: what, ours, theirs, the target.
pub struct Row {
    what: String,
    ours: String,
    theirs: String,
    ratio: String,
    target: &'static str,
}

impl Row {
    /// Two times, as "so many times as fast as".
    fn times(what: &str, ours: Duration, theirs: Duration, times: &str, target: &'static str) -> Self {
        let ratio = format!("{times} {:.2}", theirs.as_secs_f64() / ours.as_secs_f64());
        Self { what: what.to_owned(), ours: seconds(ours), theirs: seconds(theirs), ratio, target }
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

/// Measures how long it takes.
pub fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let began = Instant::now();
    let result = work();
    (began.elapsed(), result)
}

/// The median.
pub fn median<T: Ord + Copy>(mut all: Vec<T>) -> T {
    all.sort_unstable();
    all[all.len() / 2]
}

fn main() {
    let output = support::at_table(&[], Stdio::inherit(), |table| {
        let mut rows = engine::measure();
        rows.extend(commands::measure());
        rows.extend(derivation::measure(table));
        rows.extend(scenario::measure(table));
        rows.extend(wizard::measure(table));
        println!("| what | `ceremony` | compared with | ratio | wanted |\n|---|---|---|---|---|");
        for Row { what, ours, theirs, ratio, target } in rows {
            println!("| {what} | {ours} | {theirs} | {ratio} | {target} |");
        }
    });
    if let Some(output) = output {
        print!("{}", String::from_utf8_lossy(&output.stdout));
        assert!(output.status.success(), "{}", output.status);
    }
}
