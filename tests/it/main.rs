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

mod back_up_at_readers;
mod both_ways;
mod ceremonies;
mod command_line;
mod confined;
mod device_states;
mod driver;
mod engine;
mod forms;
mod hangups;
mod hostile;
mod key_files;
mod killed_at_readers;
mod killed_in_steps;
mod memory_at_readers;
mod old_flow;
mod pty;
mod re_split_at_readers;
mod rebuild;
mod record_form;
mod rooms;
mod schemes_at_readers;
mod script_breaks;
mod secrets;
mod service_dies;
mod softcard_traces;
mod states_at_readers;
mod stranger;
mod support;
mod wizard_at_readers;
