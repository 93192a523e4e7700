//! The output of the program: the screen as a terminal shows it, and what every screen must or must not show.

use std::collections::BTreeSet;

/// The emulator is this much wider than the window, so that lines that are too wide are detected instead of broken.
pub const BEYOND: u16 = 40;

/// The output of the program so far.
pub struct Seen {
    pub emulator: vt100::Parser,
    pub log: Vec<u8>,
    pub frames: usize,
    pub ended: bool,
    /// The connection is cut: read no more.
    pub cut: bool,
    /// Frames are checked for what every screen must show; not while the size changes.
    pub watching: bool,
    /// Texts that no screen may show now.
    pub forbidden: BTreeSet<String>,
    pub complaint: Option<String>,
}

impl Seen {
    pub fn at_frame_end(&self) -> bool {
        frame_end(&self.log)
    }

    pub fn take_in(&mut self, bytes: &[u8]) {
        self.emulator.process(bytes);
        self.frames += cursor_orders(&self.log, bytes);
        self.log.extend_from_slice(bytes);
        if self.complaint.is_none() {
            self.complaint = self.complain();
        }
    }

    /// What is wrong with the screen, if anything.
    fn complain(&self) -> Option<String> {
        let text = self.emulator.screen().contents();
        let bare = bare(&text);
        if self.forbidden.iter().any(|secret| bare.contains(secret)) {
            return Some(format!("a secret is on the screen:\n{text}"));
        }
        let (rows, columns) = self.emulator.screen().size();
        let large_enough = rows.get() >= 24 && columns.get() >= 80 + BEYOND;
        let blank = text.trim().is_empty();
        if self.watching && large_enough && !blank && self.emulator.screen().alternate_screen() && self.at_frame_end() {
            let first = text.lines().next().unwrap_or_default();
            if !(first.contains("REHEARSAL") && first.contains("SHORT DERIVATION")) {
                return Some(format!("a screen without its stamps:\n{text}"));
            }
            let lines: Vec<String> = self.emulator.screen().rows(0, columns.get()).collect();
            let width = columns.get() - BEYOND;
            if self.emulator.screen().rows(width, BEYOND).any(|beyond| !beyond.trim().is_empty()) {
                return Some(format!("wider than {width} columns:\n{text}"));
            }
            let foot = lines[lines.len() - 2..].join(" ");
            if !["Enter", "Any key", "Ctrl-C stop", "? help"].iter().any(|key| foot.contains(key)) {
                return Some(format!("a screen that does not say what can be done:\n{text}"));
            }
        }
        None
    }
}

/// Only letters and digits, so that neither line breaks nor colons hide a value.
pub fn bare(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

pub fn emulator(rows: u16, columns: u16) -> vt100::Parser {
    let [rows, columns] = [rows, columns].map(|number| std::num::NonZero::new(number).unwrap());
    vt100::Parser::new(rows, columns.saturating_add(BEYOND), 10_000)
}

pub fn emulated(bytes: &[u8]) -> String {
    let mut emulator = emulator(24, 80);
    emulator.process(bytes);
    emulator.screen().contents()
}

const SHOW: &[u8] = b"\x1b[?25h";
const HIDE: &[u8] = b"\x1b[?25l";

/// Whether the log ends with the sequence that ends a frame: the cursor is hidden, or shown and positioned.
fn frame_end(log: &[u8]) -> bool {
    if log.ends_with(HIDE) {
        return true;
    }
    let Some(place) = log.strip_suffix(b"H").and_then(|log| log.windows(SHOW.len()).rposition(|bytes| bytes == SHOW))
    else {
        return false;
    };
    let rest = &log[place + SHOW.len()..log.len() - 1];
    rest.starts_with(b"\x1b[") && rest[2..].iter().all(|byte| byte.is_ascii_digit() || *byte == b';')
}

/// How many cursor sequences end in `bytes`, which follow `before`.
fn cursor_orders(before: &[u8], bytes: &[u8]) -> usize {
    let overlap = before.len().saturating_sub(SHOW.len() - 1);
    let joined = [&before[overlap..], bytes].concat();
    joined.windows(SHOW.len()).filter(|six| *six == SHOW || *six == HIDE).count()
}
