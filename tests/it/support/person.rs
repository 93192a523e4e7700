//! How a person uses the wizard: they look before they press a key, and take the keyboard when they are called.

use std::time::{Duration, Instant};

use super::seen::Seen;
use super::wizard::{Wizard, squeezed};

/// How long a screen stands at most before it takes what decides something, with some room.
const A_LOOK: Duration = Duration::from_millis(1500);

/// The same, beside a process that keeps the cores busy.
const A_LONG_LOOK: Duration = Duration::from_secs(15);
/// A key that no screen knows, but for which every screen draws a frame. It would hide a shown share.
const PROBE: &[u8] = b"\x02";
/// How long after a held key is let go everything it could do has happened.
const LET_GO: Duration = Duration::from_millis(170);
/// What the screen between two people says.
const CALLED: &str = "it is your turn: come to the keyboard";

impl Wizard {
    /// Waits until a frame shows the text and the program reads keys for that screen. Not for a shown share: the key
    /// that is sent to find out would hide it.
    pub fn wait_for(&mut self, text: &str) {
        let frames = self.see_or_take_over(text);
        self.keys_at_once(PROBE);
        self.wait("one more frame", |seen| seen.frames > frames && seen.at_frame_end());
        if self.heavy {
            self.hold_every_key();
        }
    }

    /// Something falls on the keyboard: each of these keys repeats every 30 ms for a while. Nothing may come of it.
    fn hold_every_key(&mut self) {
        self.settle();
        // Where digits choose, each of them; elsewhere one is as good as another.
        let digits: &[u8] = if self.footer().contains("1-9") { b"123456789" } else { b"1" };
        for key in b"\r y".iter().chain(digits).map(std::slice::from_ref) {
            let before = self.what_counts();
            for _ in 0..5 {
                // Twice, so that a pause of this test cannot make one of them a key alone.
                self.keys_at_once(&key.repeat(2));
                std::thread::sleep(Duration::from_millis(30));
            }
            std::thread::sleep(LET_GO);
            if self.footer().contains("Ctrl-U") {
                self.keys_at_once(b"\x15");
            }
            assert_eq!(self.what_counts(), before, "{key:?} was held:\n{}", self.screen());
        }
    }

    /// The step, the screen's first line, the ticks and the mark of the record: what a decision changes.
    fn what_counts(&self) -> (String, String, usize, String) {
        let screen = self.screen();
        assert!(!screen.contains("hides by itself in"), "a share is shown:\n{screen}");
        // Enter may read on, and typing may scroll to the field: then the first line is another one.
        let reads = ["more above", "more below", "Ctrl-U"].iter().any(|sign| screen.contains(sign));
        let first = screen.lines().nth(4).filter(|_| !reads).unwrap_or_default().to_owned();
        let ticks = screen.lines().filter(|line| line.contains("[✓]")).count();
        (self.step(), first, ticks, screen.split_whitespace().last().unwrap_or_default().to_owned())
    }

    /// Waits until the footer has a key that decides something: a screen takes none as soon as it appears.
    pub fn settle(&self) {
        let (begun, frames) = (Instant::now(), self.lock().frames);
        let decides = |footer: &str| ["Enter", "Space", "Any key", "1-9", "Q "].iter().any(|key| footer.contains(key));
        // Some screens have no such key. Beside a busy process, that is certain only when they were drawn again.
        let none = || match begun.elapsed() {
            passed if passed < A_LOOK => false,
            passed => passed > A_LONG_LOOK || self.lock().frames > frames + 1,
        };
        while !decides(&self.footer()) && !none() {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends keys and waits until a different screen appears.
    pub fn press(&mut self, keys: &[u8]) {
        self.settle();
        let before = self.above_the_footer();
        self.keys_at_once(keys);
        let another = |seen: &Seen| seen.at_frame_end() && above_the_footer(seen) != before;
        self.wait("another screen", another);
    }

    /// Sends keys that lead back to a screen like this one: waits for the text under a different mark of the record.
    pub fn again(&mut self, keys: &[u8], text: &str) {
        let mark = |screen: &str| screen.split_whitespace().last().map(str::to_owned);
        let before = mark(&self.screen());
        self.keys(keys);
        let wanted = squeezed(text);
        self.until(text, |screen| squeezed(screen).contains(&wanted) && mark(screen) != before);
        self.wait_for(text);
    }

    /// Reads a screen to its end, ticks everything on it, and continues. Waits for `text` first.
    pub fn pass(&mut self, text: &str) {
        self.wait_for(text);
        loop {
            let passes =
                |footer: &str| ["Enter read on", "Space tick", "Enter go on"].iter().any(|key| footer.contains(key));
            let until = Instant::now() + A_LONG_LOOK;
            while !passes(&self.footer()) && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(10));
            }
            let footer = self.footer();
            if footer.contains("Enter read on") {
                self.press(b"\r");
            } else if footer.contains("Space tick") {
                self.press(b" ");
            } else {
                assert!(footer.contains("Enter go on"), "cannot go on from:\n{}", self.screen());
                self.press(b"\r");
                return;
            }
        }
    }

    /// Waits until a frame shows the text. If somebody is called to the keyboard before, they take it.
    fn see_or_take_over(&mut self, text: &str) -> usize {
        let wanted = squeezed(text);
        loop {
            let what = |seen: &Seen| squeezed(&seen.emulator.screen().contents());
            let shows =
                |seen: &Seen| seen.at_frame_end() && (what(seen).contains(&wanted) || what(seen).contains(CALLED));
            let frames = self.wait(&format!("{text:?}"), shows);
            if squeezed(&self.screen()).contains(&wanted) {
                return frames;
            }
            self.take_over();
        }
    }

    /// Reads the last screen to its end, and leaves it.
    pub fn leave(&mut self) {
        while self.footer().contains("Enter read on") {
            self.press(b"\r");
        }
        self.keys(b"q");
    }

    /// Whoever is called types their sign.
    pub fn take_over(&mut self) {
        if self.heavy {
            self.hold_every_key();
        }
        let screen = squeezed(&self.screen());
        let sign = screen.split_once(", type ").and_then(|(_, rest)| rest.split_once(" and press Enter"));
        let (sign, _) = sign.unwrap_or_else(|| panic!("nobody is called:\n{screen}"));
        self.keys(sign.as_bytes());
        self.keys(b"\r");
        let asked = format!(", type {sign} and press Enter");
        self.until("whoever was called has the keyboard", |screen| !squeezed(screen).contains(&asked));
    }

    /// Whether somebody is called to the keyboard.
    pub fn calls_somebody(&self) -> bool {
        squeezed(&self.screen()).contains(CALLED)
    }

    /// The screen without its keys, the mark of the record, and the notice that a key did nothing.
    fn above_the_footer(&self) -> Vec<String> {
        above_the_footer(&self.lock())
    }
}

fn above_the_footer(seen: &Seen) -> Vec<String> {
    let screen = seen.emulator.screen();
    let (rows, columns) = screen.size();
    let lines = screen.rows(0, columns.get()).take(usize::from(rows.get()).saturating_sub(2));
    lines.filter(|line| !line.contains("Press the key once.")).filter(|line| !line.trim().is_empty()).collect()
}
