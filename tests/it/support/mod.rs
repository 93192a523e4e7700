//! What several tests of the real binary need.

pub mod binary;
pub mod memory;
pub mod walk;
pub mod wizard;
