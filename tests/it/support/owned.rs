//! A process of the test, with a process group of its own, that never outlives it.

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};

/// Ends with its whole group when dropped, even if the test fails; `setpriv --pdeathsig` in front of the command covers
/// a test that is killed.
pub struct Owned(Child);

impl Owned {
    /// Starts the command.
    pub fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).process_group(0).spawn().unwrap())
    }

    /// Starts the command and reads its output up to a line that contains `last`; returns what was read, and the rest.
    pub fn start_and_read(command: &mut Command, last: &str) -> (Self, String, impl Read) {
        let mut owned = Self::start(command.stdout(Stdio::piped()));
        let mut lines = BufReader::new(owned.0.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains(last) {
            assert!(lines.read_line(&mut said).unwrap() > 0, "it ended before it said {last:?}: {said}");
        }
        (owned, said, lines)
    }

    /// Its exit status, if it has ended by itself.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().unwrap()
    }

    /// Sends a signal to the whole group.
    pub fn signal(&self, signal: Signal) {
        kill_process_group(self.pid(), signal).unwrap();
    }

    /// Asks it to terminate, and waits until it has.
    pub fn end(mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.0.wait().unwrap()
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.0)
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        // Once it has been waited for, its number may belong to another process.
        if matches!(self.0.try_wait(), Ok(None)) && test_kill_process(self.pid()).is_ok() {
            let _ = kill_process_group(self.pid(), Signal::KILL);
            let _ = self.0.wait();
        }
    }
}
