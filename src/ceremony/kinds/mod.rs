//! The ceremonies, one file each.

pub mod establish;
pub mod inspect;
pub mod restore;
