//! Plain lines printed outside the full-screen wizard, from the script.

use crate::faults::Fault;
use std::any::Any;
use std::io::{self, Write};

use zeroize::Zeroize;

use super::Exit;
use crate::script::{self, FaultTexts, fill};

/// Prints to standard error what happened and what is true now.
pub fn explain(faults: &[Fault]) -> Exit {
    for fault in faults {
        let FaultTexts { happened, truth } = script::fault(fault.name);
        for line in happened.iter().chain(*truth) {
            complain(&fill(line, &fault.values));
        }
    }
    Exit::Fault
}

/// One line on standard error.
pub fn complain(line: &str) {
    // If standard error is closed, there is nobody to tell.
    let _ = writeln!(io::stderr(), "{line}");
}

/// From now on, a panic prints this line and not its payload, which could be anything. The terminal has a line of its own.
pub fn hush_panics(line: &str) {
    let line = line.to_owned();
    std::panic::set_hook(Box::new(move |_| complain(&line)));
}

/// Wipes the payload of a panic.
pub fn wipe_payload(payload: Box<dyn Any + Send>) {
    if let Ok(mut text) = payload.downcast::<String>() {
        text.zeroize();
    }
}

/// Lines on standard output.
pub fn print_all<'a>(lines: impl IntoIterator<Item = &'a str>) -> Exit {
    let mut out = io::stdout().lock();
    let done = lines.into_iter().try_for_each(|line| writeln!(out, "{line}"));
    if done.is_ok() { Exit::Done } else { Exit::Fault }
}

/// A whole text on standard output.
pub fn print_text(text: &str) -> Exit {
    if io::stdout().lock().write_all(text.as_bytes()).is_ok() { Exit::Done } else { Exit::Fault }
}
