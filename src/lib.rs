//! `ceremony`: key ceremonies for SmartCard-HSM and Nitrokey HSM devices, as a full-screen terminal wizard.
//!
//! Rooms, highest floor first; an upper room imports lower ones, never back (a test holds this):
//! `cli` · `app` · `terminal`, `audience`, `clerk` · `paper` · `ceremony`, `record`, `vault` · `softcard`, `script`, `plan`
//! · `card`, `share`, `dkek`, `room` · `secret`, `terms`.

pub mod card;
pub mod ceremony;
pub mod paper;
pub mod plan;
pub mod record;
pub mod script;
pub mod secret;
pub mod terms;
pub mod vault;
