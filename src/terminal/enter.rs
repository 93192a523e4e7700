//! Takes over the terminal and gives it back however the program ends: by leaving, by a panic or by a signal.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use libc::{SIGPWR, SIGSTKFLT};
use signal_hook::consts::{
    SIGALRM, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGSYS, SIGTERM, SIGTRAP, SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1,
    SIGUSR2, SIGVTALRM, SIGWINCH, SIGXCPU, SIGXFSZ,
};

use super::wipe::ERASE;
use super::writer::Stdout;

/// Alternate screen, bracketed paste on; a wipe follows, because Linux's text console ignores the alternate screen.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?2004h";
/// Bracketed paste off, cursor shown, main screen.
const LEAVE: &[u8] = b"\x1b[?2004l\x1b[?25h\x1b[?1049l";

/// Holds the terminal in raw mode; gives it back when dropped, or on a panic if that comes first.
pub struct Hold {
    held: Arc<AtomicBool>,
    panicked: Arc<AtomicBool>,
}

impl Hold {
    /// Takes over the terminal. `sentence` is the one line printed on a panic: never its payload, which could hold
    /// anything. From then on `drawn`, which the screens are drawn on, is muted: another thread may be in the middle of
    /// a frame with a share on it, and the sentence must stay visible.
    pub fn take(sentence: &str, drawn: &Stdout) -> io::Result<Self> {
        let held = Arc::new(AtomicBool::new(true));
        let panicked = Arc::new(AtomicBool::new(false));
        let line = format!("{sentence}\n");
        let (hook_held, hook_panicked, drawn) = (Arc::clone(&held), Arc::clone(&panicked), drawn.clone());
        std::panic::set_hook(Box::new(move |_| {
            drawn.mute();
            give_back(&hook_held);
            if !hook_panicked.swap(true, Ordering::SeqCst) {
                let _ = rustix::io::write(rustix::stdio::stderr(), line.as_bytes());
            }
        }));
        let hold = Self { held, panicked };
        crossterm::terminal::enable_raw_mode()?;
        let mut out = Stdout::default();
        out.write_all(ENTER)?;
        out.write_all(ERASE)?;
        Ok(hold)
    }

    /// Whether any thread panicked: the terminal has been given back and must not be drawn on again.
    pub fn panicked(&self) -> bool {
        self.panicked.load(Ordering::SeqCst)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        give_back(&self.held);
    }
}

/// Wipes and restores, once.
fn give_back(held: &AtomicBool) {
    if held.swap(false, Ordering::SeqCst) {
        // errors cannot be handled here: the terminal is gone
        let mut out = Stdout::default();
        let _ = out.write_all(ERASE);
        let _ = out.write_all(LEAVE);
        let _ = crossterm::terminal::disable_raw_mode();
    }
}

/// Signals that tell the program to end, and those that would end it because nobody handles them: either way, the screen is
/// wiped first. What the kernel ends a program for at once (SIGKILL, a fault in memory) leaves its screen: no program can
/// prevent that.
const ENDING: [i32; 13] =
    [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGXCPU, SIGTRAP, SIGSYS];
/// The same, of which the library does not know the default effect: they have none once the terminal is given back.
fn seldom() -> impl Iterator<Item = i32> {
    [SIGPWR, SIGSTKFLT].into_iter().chain(libc::SIGRTMIN()..=libc::SIGRTMAX())
}

/// Stores signals until they are asked for. Stop signals are ignored: a suspended program would leave its screen
/// visible.
pub struct Signals {
    last: Arc<AtomicUsize>,
    left: Arc<AtomicBool>,
}

impl Signals {
    /// Starts listening.
    pub fn listen() -> io::Result<Self> {
        let signals = Self { last: Arc::default(), left: Arc::default() };
        for signal in ENDING {
            // once the terminal is given back, signals have their default effect again
            let left = Arc::clone(&signals.left);
            signal_hook::flag::register_conditional_default(signal, left)?;
        }
        for signal in ENDING.into_iter().chain(seldom()) {
            let number = usize::try_from(signal).unwrap_or_default();
            signal_hook::flag::register_usize(signal, Arc::clone(&signals.last), number)?;
        }
        // A file that may not grow further is an error of the write, and said as one.
        for signal in [SIGTSTP, SIGWINCH, SIGXFSZ] {
            // only to interrupt waiting for a key
            signal_hook::flag::register(signal, Arc::default())?;
        }
        Ok(signals)
    }

    /// From now on the program is in the foreground, where these two never come by themselves: whoever sends them wants to
    /// stop it, and its screen would stay.
    pub fn stay_in_front() -> io::Result<()> {
        for signal in [SIGTTIN, SIGTTOU] {
            signal_hook::flag::register(signal, Arc::default())?;
        }
        Ok(())
    }

    /// The signal received since the last call, if any.
    pub fn came(&self) -> Option<i32> {
        let number = self.last.swap(0, Ordering::SeqCst);
        i32::try_from(number).ok().filter(|number| *number != 0)
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.left.store(true, Ordering::SeqCst);
    }
}
