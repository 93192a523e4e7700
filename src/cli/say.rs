//! Plain lines printed outside the full-screen wizard, from the script.

use crate::faults::Fault;
use std::any::Any;
use std::io::{self, Write};

use zeroize::Zeroize;

use super::Exit;
use crate::script::{self, FaultTexts, fill, words};
use crate::terms::in_sight;

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
    let _ = writeln!(io::stderr(), "{}", in_sight(line));
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

/// Standard output. When nobody reads it any more, as behind `head`, there is nobody to print for: that is no fault.
pub struct Output;

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        or_nobody_reads(io::stdout().write(bytes), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        or_nobody_reads(io::stdout().flush(), ())
    }
}

fn or_nobody_reads<T>(done: io::Result<T>, as_if: T) -> io::Result<T> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(as_if),
        done => done,
    }
}

/// Lines on standard output.
pub fn print_all<'a>(lines: impl IntoIterator<Item = &'a str>) -> Exit {
    written(lines.into_iter().try_for_each(|line| writeln!(Output, "{}", in_sight(line))))
}

/// A whole text on standard output.
pub fn print_text(text: &str) -> Exit {
    written(Output.write_all(in_sight(text).as_bytes()))
}

/// What was printed is only whole if the last of it was written, too.
fn written(done: io::Result<()>) -> Exit {
    match done.and_then(|()| Output.flush()) {
        Ok(()) => Exit::Done,
        Err(error) => {
            let text = error.to_string();
            let why = text.split(" (os error").next().unwrap_or_default().to_lowercase();
            complain(&words::OutputNotWritten { why }.to_string());
            Exit::Fault
        }
    }
}
