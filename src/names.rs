//! The names of all that the script speaks of, made from `assets/script/` when the program is built: a name that is not
//! there does not compile.

#![allow(clippy::doc_markdown, clippy::match_same_arms, reason = "made from the script")]
#![deny(dead_code, reason = "a field of the plan that nobody reads")]

include!(concat!(env!("OUT_DIR"), "/names.rs"));
