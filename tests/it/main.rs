//! The one integration binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    reason = "tests stop at the first surprise"
)]

mod ceremonies;
mod engine;
mod rooms;
mod secrets;
mod both_ways;
mod driver;
mod engine;
mod old_flow;
mod softcard_traces;
mod support;
mod wizard_at_readers;
