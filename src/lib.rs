//! `ceremony`: key ceremonies for SmartCard-HSM and Nitrokey HSM devices, as a full-screen terminal wizard.
//!
//! `docs/architecture.md` says what each module ("room") holds, what it may import, and where a line of code belongs. A test
//! checks the imports.

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
