//! `ceremony`: key ceremonies for SmartCard-HSM and Nitrokey HSM devices, as a full-screen terminal wizard.
//!
//! Its rooms, which of them may import which (a test holds this), its laws and where a line of code belongs are in
//! `docs/architecture.md`.

pub mod app;
pub mod autopilot;
pub mod bundle;
pub mod card;
pub mod ceremony;
pub mod clerk;
pub mod cli;
pub mod dkek;
pub mod faults;
pub mod fields;
pub mod folder;
pub mod host;
pub mod key_file;
pub mod names;
pub mod paper;
pub mod plan;
pub mod record;
pub mod script;
pub mod secret;
pub mod share;
pub mod softcard;
pub mod terminal;
pub mod terms;
pub mod vault;
pub mod wordlists;
