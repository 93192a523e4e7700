//! Tests that join rooms.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the allowances for tests do not reach helpers of tests"
)]

mod engine;
