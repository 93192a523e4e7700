//! Drives the real binary in a pseudoterminal: keys in, screen out.
//!
//! No test depends on speed. A screen is looked at only once a frame has been sent completely (every frame ends with
//! the cursor sequence). The program discards what was typed before a new screen appeared; [`Wizard::wait_for`]
//! therefore returns only after one more frame, so that keys sent next are not discarded.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use super::binary;
use super::seen::{BEYOND, Seen, bare, emulated, emulator};

/// Generous: it only limits how long a broken program blocks the tests.
const PATIENCE: Duration = Duration::from_mins(2);
/// What wipes screen and scrollback.
pub const ERASE: &[u8] = b"\x1b[0m\x1b[2J\x1b[3J\x1b[H";

/// A running wizard and the person in front of it.
pub struct Wizard {
    /// Holds every key on every screen before going on.
    pub heavy: bool,
    master: Option<Box<dyn MasterPty + Send>>,
    keyboard: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    /// The terminal modes before the program started: echo, line editing and all.
    line: String,
}

impl Wizard {
    /// Starts `ceremony` with these arguments at 80×24.
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_at(arguments, 24, 80)
    }

    /// Starts `ceremony` with these arguments in a window of this size.
    pub fn start_at(arguments: &[&str], rows: u16, columns: u16) -> Self {
        Self::spawn(command(binary::short(), arguments, &[]), rows, columns)
    }

    /// Starts `ceremony` with these arguments and environment variables.
    pub fn start_with(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::spawn(command(binary::short(), arguments, variables), 24, 80)
    }

    /// Starts the program as it is delivered. Its screens carry no rehearsal stamps, so they are not checked for them.
    pub fn start_delivered(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let wizard = Self::spawn(command(binary::delivered(), arguments, variables), 24, 80);
        wizard.lock().watching = false;
        wizard
    }

    /// Starts a program in the foreground of a shell with job control, as people do: there it can be stopped. Directly
    /// in the pseudoterminal it could not, whatever it does: nobody could wake up its process group again.
    pub fn start_in_shell(program: &Path, arguments: &[&str]) -> Self {
        let mut command = command(Path::new("sh"), &[], &[]);
        // Only a shell that has something left to do stays while the program runs, and after it was stopped.
        command.args(["-m", "-c", "\"$@\"; read -r _", "sh"]);
        command.arg(program);
        command.args(arguments);
        let wizard = Self::spawn(command, 24, 80);
        let until = Instant::now() + PATIENCE;
        while wizard.foreground().is_none_or(|group| group == wizard.process() || !runs(group, program)) {
            assert!(Instant::now() < until, "the shell never starts {}", program.display());
            std::thread::sleep(Duration::from_millis(2));
        }
        wizard
    }

    fn spawn(command: CommandBuilder, rows: u16, columns: u16) -> Self {
        let pair = native_pty_system().openpty(size(rows, columns)).expect("a pseudoterminal");
        let line = modes(&*pair.master);
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut output = pair.master.try_clone_reader().unwrap();
        let keyboard = pair.master.take_writer().unwrap();
        let seen = Seen {
            emulator: emulator(rows, columns),
            log: Vec::new(),
            frames: 0,
            ended: false,
            cut: false,
            watching: true,
            forbidden: BTreeSet::new(),
            complaint: None,
        };
        let seen = Arc::new((Mutex::new(seen), Condvar::new()));
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut bytes = [0; 1 << 14];
            loop {
                // a closed pseudoterminal is an error on Linux
                let length = output.read(&mut bytes).unwrap_or(0);
                let mut seen = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
                seen.take_in(&bytes[..length]);
                seen.ended = length == 0 || seen.cut;
                shared.1.notify_all();
                if seen.ended {
                    return;
                }
            }
        });
        Self { heavy: false, master: Some(pair.master), keyboard: Some(keyboard), child, seen, line }
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("it runs")
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a complete frame fulfils a condition. Returns the number of frames so far.
    pub(super) fn wait(&self, what: &str, condition: impl Fn(&Seen) -> bool) -> usize {
        let until = Instant::now() + PATIENCE;
        let mut seen = self.lock();
        loop {
            if let Some(complaint) = &seen.complaint {
                panic!("{complaint}");
            }
            if condition(&seen) {
                return seen.frames;
            }
            let left = until.saturating_duration_since(Instant::now());
            let (rows, text) = (seen.emulator.screen().size().0, seen.emulator.screen().contents());
            assert!(!seen.ended, "the program ended while waiting for {what}:\n{text}");
            assert!(!left.is_zero(), "waited in vain for {what} ({rows} rows):\n{text}");
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Waits until a frame shows the text. Line breaks and runs of spaces do not matter.
    pub fn see(&self, text: &str) -> usize {
        let wanted = squeezed(text);
        let shows = |seen: &Seen| seen.at_frame_end() && squeezed(&seen.emulator.screen().contents()).contains(&wanted);
        self.wait(&format!("{text:?}"), shows)
    }

    /// Waits until a frame's text fulfils a condition.
    pub fn until(&self, what: &str, condition: impl Fn(&str) -> bool) {
        self.wait(what, |seen| seen.at_frame_end() && condition(&seen.emulator.screen().contents()));
    }

    /// Waits for a shown share.
    pub fn wait_for_share(&self) {
        let frames = self.see("hides by itself in");
        self.wait("one more frame", |seen| seen.frames > frames && seen.at_frame_end());
    }

    /// Sends keys.
    pub fn keys(&mut self, keys: &[u8]) {
        self.settle();
        self.keys_at_once(keys);
    }

    /// Types without looking at the screen first.
    pub fn keys_at_once(&mut self, keys: &[u8]) {
        let keyboard = self.keyboard.as_mut().expect("the line is open");
        keyboard.write_all(keys).and_then(|()| keyboard.flush()).expect("the line takes keys");
    }

    /// Sends keys and waits until the program has read them all and drawn a frame after each: for keys that must do
    /// nothing.
    pub fn keys_all_read(&mut self, keys: &[u8]) {
        self.keys(keys);
        let name = self.master.as_ref().and_then(|master| master.tty_name()).expect("the line is open");
        let line = OpenOptions::new().read(true).custom_flags(no_controlling_terminal()).open(name).unwrap();
        let until = Instant::now() + PATIENCE;
        while rustix::io::ioctl_fionread(&line).unwrap() > 0 {
            assert!(Instant::now() < until, "the program does not read its keyboard");
            std::thread::sleep(Duration::from_millis(2));
        }
        let frames = self.lock().frames;
        self.wait("a frame for each key", |seen| seen.frames > frames + keys.len() && seen.at_frame_end());
    }

    /// What is on the screen.
    pub fn screen(&self) -> String {
        self.lock().emulator.screen().contents()
    }

    /// The two lines at the bottom, which show the keys.
    pub fn footer(&self) -> String {
        let screen = self.lock();
        let (rows, columns) = screen.emulator.screen().size();
        let lines: Vec<String> = screen.emulator.screen().rows(0, columns.get()).collect();
        lines[usize::from(rows.get()) - 2..].join(" ")
    }

    /// The line with the number of the step.
    pub fn step(&self) -> String {
        let screen = self.screen();
        let line = screen.lines().nth(2).unwrap_or_default();
        line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
    }

    /// From now on no screen may show this text, whatever spaces and colons it contains.
    pub fn forbid(&self, secret: &str) {
        self.lock().forbidden.insert(bare(secret));
    }

    /// Its owner looks at it: the screen may show it.
    pub fn allow(&self, secret: &str) {
        self.lock().forbidden.remove(&bare(secret));
    }

    /// All the output so far.
    pub fn log(&self) -> Vec<u8> {
        self.lock().log.clone()
    }

    /// The output since screen and scrollback were last erased.
    pub fn log_since_erased(&self) -> Vec<u8> {
        let log = self.log();
        let place = log.windows(4).rposition(|four| four == b"\x1b[3J").expect("ESC[3J was sent");
        log[place..].to_vec()
    }

    /// Screen and scrollback.
    pub fn screen_and_scrollback(&self) -> String {
        let mut seen = self.lock();
        let screen = seen.emulator.screen_mut();
        let mut text = String::new();
        screen.set_scrollback(usize::MAX);
        for back in (0..=screen.scrollback()).rev() {
            screen.set_scrollback(back);
            text.push_str(&screen.contents());
            text.push('\n');
        }
        text
    }

    /// Resizes the window.
    pub fn resize(&mut self, rows: u16, columns: u16) {
        {
            let mut seen = self.lock();
            seen.watching = false;
            let [rows, columns] = [rows, columns].map(|number| std::num::NonZero::new(number).unwrap());
            seen.emulator.screen_mut().set_size(rows, columns.saturating_add(BEYOND));
        }
        self.master.as_ref().expect("the line is open").resize(size(rows, columns)).unwrap();
    }

    /// After a resize, once its first screen was seen: screens are checked again.
    pub fn watch(&self) {
        self.lock().watching = true;
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.process(), signal).unwrap();
    }

    fn process(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.pid()).unwrap()).unwrap()
    }

    /// The process group in the foreground of the terminal; its first process has the same number.
    pub fn foreground(&self) -> Option<Pid> {
        Pid::from_raw(self.master.as_ref()?.process_group_leader()?)
    }

    /// Cuts the connection, as a terminal does when its window is closed.
    pub fn hang_up(&mut self) {
        // the reader releases the connection after the next frame
        self.lock().cut = true;
        self.keyboard = None;
        self.master = None;
    }

    /// Waits until the program has ended and all its output was read. Returns its exit code.
    pub fn exit(&mut self) -> u32 {
        let until = Instant::now() + PATIENCE;
        let status: ExitStatus = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if Instant::now() > until => panic!("it does not end:\n{}", self.screen()),
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        let mut seen = self.lock();
        while !seen.ended {
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the line stays open");
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
        assert!(seen.complaint.is_none(), "{}", seen.complaint.as_deref().unwrap_or_default());
        assert_eq!(status.signal(), None);
        status.exit_code()
    }

    /// Asserts that the terminal was wiped and given back, in its original modes.
    pub fn assert_given_back(&self) {
        let master = self.master.as_ref().expect("the line is open");
        assert_eq!(modes(&**master), self.line, "the line is not as it was");
        let log = self.log();
        let leave: &[u8] = b"\x1b[?2004l\x1b[?25h\x1b[?1049l";
        let erased = log.windows(ERASE.len()).rposition(|bytes| bytes == ERASE).expect("it was wiped");
        let left = log.windows(leave.len()).rposition(|bytes| bytes == leave).expect("it was given back");
        assert!(erased < left, "it is wiped before it is given back");
        let last = emulated(&log[erased..left]);
        assert_eq!(last.trim(), "", "nothing was drawn after the last wipe");
        let seen = self.lock();
        let screen = seen.emulator.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
    }
}

impl Drop for Wizard {
    fn drop(&mut self) {
        // it is still running only if a test has failed
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(program: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> CommandBuilder {
    let mut command = CommandBuilder::new(program);
    command.args(arguments);
    command.cwd(env!("CARGO_TARGET_TMPDIR"));
    for name in ["NO_COLOR", "LC_ALL", "LC_CTYPE", "TMUX", "STY"] {
        command.env_remove(name);
    }
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    for (name, value) in variables {
        command.env(name, value);
    }
    command
}

/// Echo, line editing and all other modes of the terminal, which are the same at both ends.
fn modes(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios().expect("the line has modes"))
}

/// Whether this process runs the program, and is not still the shell that is about to.
fn runs(process: Pid, program: &Path) -> bool {
    let words = std::fs::read(format!("/proc/{}/cmdline", process.as_raw_nonzero())).unwrap_or_default();
    words.split(|byte| *byte == 0).next() == Some(program.as_os_str().as_encoded_bytes())
}

fn no_controlling_terminal() -> i32 {
    i32::try_from(rustix::fs::OFlags::NOCTTY.bits()).unwrap()
}

pub(super) fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}
