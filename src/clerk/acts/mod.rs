//! What the clerk does, one file for each kind of act.

pub mod deal;
pub mod keys;
pub mod provision;
pub mod share_files;
pub mod shares;
