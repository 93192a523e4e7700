//! Every name in the script, generated from `assets/script/` at build time: a name that the script does not have does not
//! compile.

#![allow(clippy::doc_markdown, clippy::match_same_arms, reason = "made from the script")]
#![deny(dead_code, reason = "a field of the plan that nobody reads")]

include!(concat!(env!("OUT_DIR"), "/names.rs"));
