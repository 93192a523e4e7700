//! Whole ceremonies in this process: machine, vault, clerk and automatic audience on software cards.

mod cuts;
mod laws;
mod resume;
mod rig;

pub use rig::plan_text;
