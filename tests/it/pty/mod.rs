//! The real binary in a pseudoterminal.

mod bad_input;
mod rehearsal;
mod stopping;
mod words;
