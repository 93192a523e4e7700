//! The real binary in a pseudoterminal.

mod bad_input;
mod bad_pins;
mod everything;
mod held;
mod keep;
mod numbers;
mod panic;
mod paper;
mod real;
mod rehearsal;
mod so_pin;
mod stopping;
mod words;
