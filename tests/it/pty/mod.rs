//! The real binary in a pseudoterminal.

mod bad_input;
mod everything;
mod keep;
mod panic;
mod paper;
mod real;
mod rehearsal;
mod so_pin;
mod stopping;
mod words;
